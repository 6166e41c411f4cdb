//! Pages in the states that a day may bring, in a real browser: an issue from its first empty page to
//! its correction, lists with nothing in them, and what one may not see. Every one is for everyone,
//! light and dark, wide and on a phone.

use chrono::TimeDelta;
use lederbrev::app::ROUTES;
use lederbrev::db::DbConn;
use lederbrev::issues::compose::{self, NewIssue};
use lederbrev::issues::{Content, IssueKind, IssueState, store};
use lederbrev::newsletters;
use lederbrev::staff::Role;

use crate::app::TestApp;
use crate::browser::{Browser, PHONE, WIDE};
use crate::browser_pages::is_page;
use crate::composer::{Editor, special_edition};
use crate::receiver::Play;
use crate::sending::Sending;

impl Browser<'_> {
    /// What is wrong with the page that is open: in light colours on a wide screen, in dark ones on a
    /// phone, and on the narrowest screen. Leaves pictures.
    async fn wrong(&self, name: &str) -> Vec<String> {
        let mut findings = Vec::new();
        for (width, dark) in [(WIDE, false), (PHONE, true)] {
            self.resize(width).await;
            self.dark(dark).await;
            self.run("scrollTo(0, 0)").await;
            let broken = self.axe_findings().await;
            if !broken.is_empty() {
                findings.push(format!("{name} at {width}, dark {dark}:\n{broken}"));
            }
            self.screenshot(&format!("state-{}-{width}", name.replace(['/', '?'], "_"))).await;
        }
        self.resize(crate::browser::NARROWEST).await;
        let too_wide = self.too_wide().await;
        if !too_wide.is_empty() {
            findings.push(format!("{name} scrolls sideways: {too_wide}"));
        }
        let headings = self.run("return document.querySelectorAll('h1').length").await;
        if headings != 1 {
            findings.push(format!("{name}: {headings} h1"));
        }
        self.dark(false).await;
        self.resize(WIDE).await;
        findings
    }

    /// Opens pages one after the other; what is wrong with them, and what the browser complains about.
    async fn look(&self, state: &str, pages: &[String]) -> Vec<String> {
        let mut findings = Vec::new();
        for page in pages {
            self.goto(page).await;
            let status = "return performance.getEntriesByType('navigation')[0].responseStatus";
            let status = self.run(status).await;
            if status != 200 {
                findings.push(format!("{state} {page}: {status}"));
            }
            // The page of an issue itself ends in its id.
            let last = page.rsplit('/').next().unwrap().split('?').next().unwrap();
            let last = if last.len() == 36 { page.split('/').nth(2).unwrap() } else { last };
            findings.extend(self.wrong(&format!("{state}-{last}")).await);
            let complaints = self.console_errors().await;
            findings.extend(complaints.into_iter().map(|it| format!("{state} {page}: {it}")));
        }
        findings
    }
}

/// An issue of the newsletter in an editor's hands.
async fn draft<'a>(sending: &'a Sending, like: &Editor<'a>, content: Content) -> Editor<'a> {
    let new = NewIssue { newsletter: sending.newsletter, kind: IssueKind::Special, content };
    let issue = compose::create(&like.app.app, new, "editor@lederweb.example").await.unwrap();
    Editor { app: like.app, browser: like.browser.clone(), issue }
}

async fn act(editor: &Editor<'_>, form: &[(&str, &str)]) {
    let answer = editor.act(form).await;
    assert_eq!(answer.status(), 303, "{form:?}: {}", answer.text().await.unwrap());
}

/// What is wrong with pages of an issue, and of its delivery.
async fn look(
    browser: &Browser<'_>,
    name: &str,
    editor: &Editor<'_>,
    pages: &[&str],
) -> Vec<String> {
    let id = editor.issue.uuid;
    let pages: Vec<String> = pages
        .iter()
        .map(|page| match page.strip_prefix("deliveries") {
            Some(rest) => format!("/admin/deliveries/{id}{rest}"),
            None => format!("/admin/issues/{id}{page}"),
        })
        .collect();
    browser.look(name, &pages).await
}

async fn state(editor: &Editor<'_>) -> IssueState {
    let id = editor.issue.id;
    editor.app.app.db.read(move |conn| Ok(store::find(conn, id)?.state)).await.unwrap()
}

/// The second person approves an issue.
async fn approved(mette: &Editor<'_>, bo: &Editor<'_>) {
    act(mette, &[("do", "submit")]).await;
    let bo = Editor { app: bo.app, browser: bo.browser.clone(), issue: mette.issue.clone() };
    act(&bo, &[("do", "approve")]).await;
}

#[actix_web::test]
async fn an_issue_is_accessible_in_every_state_from_the_empty_page_to_its_correction() {
    let sending = Sending::with(&[]).await;
    let app = &sending.app;
    sending.readers(6).await;
    let ask = |conn: &mut DbConn| {
        let mut newsletter = newsletters::store::by_slug(conn, "lederweb")?;
        newsletter.approval_required = true;
        Ok(newsletters::store::update(conn, &newsletter)?)
    };
    app.app.db.write(ask).await.unwrap();
    let browser = app.signed_in(Role::Editor).await;
    let new = NewIssue {
        newsletter: sending.newsletter,
        kind: IssueKind::Special,
        content: Content::default(),
    };
    let issue = compose::create(&app.app, new, "editor@lederweb.example").await.unwrap();
    let empty = Editor { app, browser, issue };
    let bo = empty.colleague().await;
    let browser = Browser::open(app).await;
    browser.sign_in(Role::Admin).await;
    browser.console_errors().await;
    let mut wrong = Vec::new();
    let editing = ["?check=1", "/schedule", "/history", "/audience", "/preview"];
    let sent = ["", "/schedule", "/report", "/corrections", "deliveries"];

    // Before it goes.
    wrong.extend(look(&browser, "empty", &empty, &editing).await);
    let mette = draft(&sending, &empty, special_edition()).await;
    wrong.extend(look(&browser, "draft", &mette, &editing).await);
    act(&mette, &[("do", "submit")]).await;
    assert_eq!(state(&mette).await, IssueState::InReview);
    wrong.extend(look(&browser, "in-review", &mette, &["?check=1", "/review", "/schedule"]).await);
    let note = [("do", "return"), ("note", "Væksthusdagen er flyttet til april.")];
    act(&Editor { app, browser: bo.browser.clone(), issue: mette.issue.clone() }, &note).await;
    wrong.extend(look(&browser, "sent-back", &mette, &["?check=1", "/schedule"]).await);
    approved(&mette, &bo).await;
    wrong.extend(look(&browser, "approved", &mette, &["?check=1", "/schedule"]).await);
    act(&mette, &[("do", "schedule"), ("at", "2017-04-07T09:00")]).await;
    wrong.extend(
        look(&browser, "scheduled", &mette, &["", "/schedule", "/preview", "deliveries"]).await,
    );
    act(&mette, &[("do", "unschedule")]).await;
    approved(&mette, &bo).await;
    act(&mette, &[("do", "send-now"), ("at", "")]).await;
    wrong.extend(look(&browser, "counting-down", &mette, &["/schedule"]).await);

    // Some are refused for a while, one for good: it is on its way, stands still, and is stopped.
    sending.relay.plays(|to, _| match to {
        "leder3@rm.example" => Play::RefuseRecipient("550 5.1.1 unknown"),
        "leder1@odense.example" => Play::Accept,
        _ => Play::RefuseRecipient("451 4.3.0 later"),
    });
    app.clock.advance(TimeDelta::minutes(1));
    app.run_until_idle().await;
    assert_eq!(state(&mette).await, IssueState::Sending);
    wrong.extend(
        look(
            &browser,
            "sending",
            &mette,
            &["", "/schedule", "/report", "deliveries", "deliveries/pause"],
        )
        .await,
    );
    sending.act(&mette.issue, "pause").await;
    assert_eq!(state(&mette).await, IssueState::Paused);
    wrong.extend(
        look(
            &browser,
            "paused",
            &mette,
            &["", "/schedule", "/report", "deliveries", "deliveries/cancel"],
        )
        .await,
    );
    wrong.extend(
        browser.look("paused", &["/admin".to_owned(), "/admin/deliveries".to_owned()]).await,
    );
    sending.act(&mette.issue, "cancel").await;
    app.run_until_idle().await;
    assert_eq!(state(&mette).await, IssueState::Cancelled);
    wrong.extend(
        look(&browser, "cancelled", &mette, &["", "/schedule", "/report", "deliveries"]).await,
    );

    // Sent to all but one, and corrected by two.
    sending.relay.plays(|to, _| match to {
        "leder3@rm.example" => Play::RefuseRecipient("550 5.1.1 unknown"),
        _ => Play::Accept,
    });
    app.clock.advance(TimeDelta::days(2));
    let mette = draft(&sending, &empty, special_edition()).await;
    approved(&mette, &bo).await;
    act(&mette, &[("do", "send-now"), ("at", "")]).await;
    app.clock.advance(TimeDelta::minutes(1));
    app.run_until_idle().await;
    assert_eq!(state(&mette).await, IssueState::Sent);
    wrong.extend(look(&browser, "sent", &mette, &sent).await);
    let id = mette.issue.id;
    let number = app.app.db.read(move |conn| Ok(store::links(conn, id)?)).await.unwrap()[0].0;
    let correction = [
        ("do", "correct"),
        ("number", &*number.to_string()),
        ("url", "https://lederweb.dk/den-rigtige-side"),
        ("reason", "Linket til Væksthusdagen var forkert."),
    ];
    let corrections = mette.path("/corrections");
    let asked = mette.browser.post(&corrections).form(&correction).send().await.unwrap();
    assert_eq!(asked.status(), 303);
    wrong.extend(look(&browser, "correction-asked", &mette, &["/corrections", "/schedule"]).await);
    let page = bo.browser.get(&corrections).send().await.unwrap().text().await.unwrap();
    let (_, which) = page.split_once("name=\"correction\" value=\"").unwrap();
    let confirm = [("do", "confirm"), ("correction", which.split('"').next().unwrap())];
    let confirmed = bo.browser.post(&corrections).form(&confirm).send().await.unwrap();
    assert_eq!(confirmed.status(), 303);
    wrong.extend(look(&browser, "corrected", &mette, &sent).await);
    let slug = move |conn: &mut DbConn| Ok(store::find(conn, id)?.slug);
    let archived = format!("/archive/{}", app.app.db.read(slug).await.unwrap());
    assert!(app.get(&archived).await.text().await.unwrap().contains("Rettet"));
    browser.goto(&archived).await;
    wrong.extend(browser.wrong("corrected-archive").await);
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    browser.close().await;
}

/// Every page that an address alone opens.
fn pages() -> Vec<String> {
    let gets = ROUTES.iter().filter(|route| route.method == "GET").map(|route| route.pattern);
    gets.filter(|pattern| !pattern.contains('{') && is_page(pattern)).map(str::to_owned).collect()
}

#[actix_web::test]
async fn a_house_with_nothing_in_it_yet_is_accessible_on_every_page() {
    let app = TestApp::sqlite().await;
    app.newsletter().await;
    let browser = Browser::open(&app).await;
    browser.sign_in(Role::Admin).await;
    browser.console_errors().await;
    let mut ahead = pages();
    // And lists in which nothing is found.
    for page in [
        "/admin/library?q=findesikke",
        "/admin/pictures?q=findesikke",
        "/admin/subscribers?q=findesikke",
        "/admin/issues?kind=special",
        "/admin/test-groups/lederweb",
        "/archive?q=findesikke",
    ] {
        ahead.push(page.to_owned());
    }
    // What only leads on, or is for those who have a link of their own.
    ahead
        .retain(|page| !["/my-page", "/admin/sign-in"].iter().any(|other| page.starts_with(other)));
    let wrong = browser.look("nothing", &ahead).await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    browser.close().await;
}

#[actix_web::test]
async fn pages_without_a_newsletter_and_pages_one_may_not_see_are_accessible() {
    let app = TestApp::sqlite().await;
    let browser = Browser::open(&app).await;
    browser.sign_in(Role::Reader).await;
    browser.console_errors().await;
    let mut wrong = Vec::new();
    for page in ["/admin/library", "/admin/staff", "/admin/segments", "/findes/ikke"] {
        browser.goto(page).await;
        wrong.extend(browser.wrong(&format!("closed-{}", page.rsplit('/').next().unwrap())).await);
    }
    browser.close().await;
    let browser = Browser::open(&app).await;
    browser.sign_in(Role::Admin).await;
    browser.console_errors().await;
    for page in pages().into_iter().filter(|page| page.starts_with("/admin")) {
        browser.goto(&page).await;
        wrong.extend(browser.wrong(&format!("fresh{}", page.replace('/', "-"))).await);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    browser.close().await;
}
