//! The second person: what they read, what their approval is bound to, and how an issue comes back.

use diesel::prelude::*;
use lederbrev::db::DbConn;
use lederbrev::db::Json;
use lederbrev::db::schema::{issue_revisions, issues};
use lederbrev::issues::{Issue, IssueKind, IssueState, store};
use lederbrev::newsletters;
use lederbrev::newsletters::settings::SettingsForm;
use reqwest::StatusCode;
use serde_json::json;

use crate::app::TestApp;
use crate::both;
use crate::browser::{Browser, PHONE, WIDE};
use crate::composer::{Editor, special_edition};
use crate::preflight::audited;
use lederbrev::staff::Role;

/// An issue of a newsletter that asks for a second person, handed in by Mette; and Bo.
async fn handed_in(app: &TestApp) -> (Editor<'_>, Editor<'_>) {
    let mette = Editor::with(app, IssueKind::Special, special_edition()).await;
    mette.readers(3).await;
    change(app, |newsletter| newsletter.approval_required = true).await;
    let bo = mette.colleague().await;
    assert_eq!(mette.act(&[("do", "submit")]).await.status(), StatusCode::SEE_OTHER);
    (mette, bo)
}

async fn change(app: &TestApp, change: impl FnOnce(&mut newsletters::Newsletter) + Send + 'static) {
    let change = move |conn: &mut DbConn| {
        let mut newsletter = newsletters::store::by_slug(conn, "lederweb")?;
        change(&mut newsletter);
        Ok(newsletters::store::update(conn, &newsletter)?)
    };
    app.app.db.write(change).await.unwrap();
}

async fn now(editor: &Editor<'_>) -> Issue {
    let id = editor.issue.id;
    editor.app.app.db.read(move |conn| Ok(store::find(conn, id)?)).await.unwrap()
}

async fn page(editor: &Editor<'_>, path: &str) -> String {
    let answer = editor.browser.get(editor.app.url(path)).send().await.unwrap();
    answer.text().await.unwrap()
}

both! {
    async fn the_desk_tells_the_second_person_that_an_issue_waits_for_them(app: TestApp) {
        let (mette, bo) = handed_in(&app).await;
        let review = format!("href=\"/admin/issues/{}/review\"", mette.issue.uuid);
        let desk = page(&bo, "/admin").await;
        assert!(desk.contains("venter på dig") && desk.contains(&review), "{desk}");
        let desk = page(&mette, "/admin").await;
        assert!(desk.contains("venter på, at en kollega") && !desk.contains(&review), "{desk}");
        let read = bo.get("/review").await.text().await.unwrap();
        assert!(read.contains("Udgaven er til 3 abonnenter"), "{read}");
        assert!(read.contains("Mette Lund, 24. marts 2017"), "{read}");
        assert!(read.contains("value=\"approve\""));
        let own = mette.get("/review").await.text().await.unwrap();
        assert!(!own.contains("value=\"approve\"") && own.contains("en kollega skal godkende"));
    }

    async fn an_issue_that_is_sent_back_comes_with_a_note_for_its_author(app: TestApp) {
        let (mette, bo) = handed_in(&app).await;
        let without = bo.act(&[("do", "return"), ("note", "  ")]).await;
        assert_eq!(without.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let long = "æ".repeat(2_001);
        let answer = bo.act(&[("do", "return"), ("note", &long)]).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text().await.unwrap().contains(&long), "what was typed stays");
        let note = "Væksthusdagen er <flyttet> til april.";
        let answer = bo.act(&[("do", "return"), ("note", note)]).await;
        assert_eq!(answer.headers()["location"], "/admin?done=returned");
        assert_eq!(now(&mette).await.state, IssueState::Draft);
        let escaped = "Væksthusdagen er &#60;flyttet&#62; til april.";
        for path in ["/admin".to_owned(), format!("/admin/issues/{}", mette.issue.uuid)] {
            let page = page(&mette, &path).await;
            assert!(page.contains(escaped) && page.contains("Bo Krag"), "{path}: {page}");
        }
        assert!(!page(&bo, "/admin").await.contains(escaped), "it is for the author");
        assert_eq!(audited(&app, "issue.return").await, 1);
        assert_eq!(bo.act(&[("do", "return"), ("note", note)]).await.status(), StatusCode::CONFLICT);
        mette.act(&[("do", "submit")]).await;
        assert!(!page(&mette, "/admin").await.contains(escaped), "until it is handed in again");
    }

    async fn what_is_approved_is_what_was_read(app: TestApp) {
        let (mette, bo) = handed_in(&app).await;
        let read = bo.get("/review").await.text().await.unwrap();
        let rendition = read.split("name=\"rendition\" value=\"").nth(1).unwrap();
        let rendition = rendition.split('"').next().unwrap().to_owned();
        let mut form = mette.form().await;
        form.set("preheader", "Rettet, mens Bo læste");
        mette.press_and_see(&form, "save").await;
        mette.act(&[("do", "submit")]).await;
        let approve = async |rendition: &str| {
            let seen = bo.get("/review").await.text().await.unwrap();
            let mut form = vec![("do".to_owned(), "approve".to_owned())];
            form.push(("rendition".to_owned(), rendition.to_owned()));
            let recipients = seen.split("name=\"recipients\" value=\"").nth(1).unwrap();
            let recipients = recipients.split('"').next().unwrap().to_owned();
            form.push(("recipients".to_owned(), recipients));
            for key in seen.split("name=\"seen\" value=\"").skip(1) {
                let key = key.split('"').next().unwrap();
                form.push(("seen".to_owned(), key.to_owned()));
            }
            bo.browser.post(bo.path("/review")).form(&form).send().await.unwrap().status()
        };
        assert_eq!(approve(&rendition).await, StatusCode::CONFLICT);
        assert_eq!(approve("").await, StatusCode::CONFLICT);
        let unseen = bo.browser.post(bo.path("/review")).form(&[("do", "approve")]);
        assert_eq!(unseen.send().await.unwrap().status(), StatusCode::CONFLICT);
        assert_eq!(now(&mette).await.state, IssueState::InReview);
        assert_eq!(bo.act(&[("do", "approve")]).await.status(), StatusCode::SEE_OTHER);
        let approved = now(&mette).await;
        assert_eq!(approved.state, IssueState::Approved);
        assert_eq!(approved.approved_by.as_deref(), Some("bo@lederweb.example"));
    }

    async fn who_asks_for_an_approval_does_not_give_it_though_somebody_else_wrote_the_text(app: TestApp) {
        let (mette, bo) = handed_in(&app).await;
        let mut form = bo.form().await;
        form.set("preheader", "Rettet af Bo");
        bo.press_and_see(&form, "save").await;
        assert_eq!(mette.act(&[("do", "submit")]).await.status(), StatusCode::SEE_OTHER);
        let page = mette.get("/review").await.text().await.unwrap();
        assert!(!page.contains("value=\"approve\""), "{page}");
        assert_eq!(mette.act(&[("do", "approve")]).await.status(), StatusCode::CONFLICT);
        assert_eq!(bo.act(&[("do", "approve")]).await.status(), StatusCode::CONFLICT, "he wrote it");
        assert_eq!(now(&mette).await.state, IssueState::InReview);
    }

    async fn the_second_person_approves_the_recipients_that_they_read(app: TestApp) {
        let (_, bo) = handed_in(&app).await;
        let page = bo.get("/review").await.text().await.unwrap();
        let value = |name: &str| {
            let value = page.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap();
            value.split('"').next().unwrap().to_owned()
        };
        let mut form = vec![("do".to_owned(), "approve".to_owned())];
        form.push(("rendition".to_owned(), value("rendition")));
        form.push(("recipients".to_owned(), "of others".to_owned()));
        for key in page.split("name=\"seen\" value=\"").skip(1) {
            form.push(("seen".to_owned(), key.split('"').next().unwrap().to_owned()));
        }
        let answer = bo.browser.post(bo.path("/review")).form(&form).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::CONFLICT);
        form[2].1 = value("recipients");
        let answer = bo.browser.post(bo.path("/review")).form(&form).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    }

    async fn a_change_around_an_approved_issue_is_named_when_it_is_scheduled(app: TestApp) {
        let (mette, bo) = handed_in(&app).await;
        bo.act(&[("do", "approve")]).await;
        let plan = [("do", "schedule"), ("at", "2017-03-30T09:00")];
        type Change = Box<dyn FnOnce(&mut newsletters::Newsletter) + Send>;
        let changes: Vec<(&str, Change)> = vec![
            ("Afsenderen er ændret", Box::new(|n| n.sender_email = "nyt@lederweb.example".into())),
            ("Afsenderen er ændret", Box::new(|n| n.reply_to = Some("svar@lederweb.example".into()))),
            ("navn er ændret", Box::new(|n| n.title = "Et andet navn".into())),
            ("Bunden af mailen er ændret", Box::new(|n| {
                let mut details = n.details();
                details.postal_address = "Et andet sted 2".into();
                n.settings = newsletters::store::to_json(&details);
            })),
        ];
        let before = {
            let read = |conn: &mut DbConn| Ok(newsletters::store::by_slug(conn, "lederweb")?);
            app.app.db.read(read).await.unwrap()
        };
        for (words, how) in changes {
            change(&app, how).await;
            let answer = mette.act(&plan).await;
            assert_eq!(answer.status(), StatusCode::CONFLICT, "{words}");
            let answer = answer.text().await.unwrap();
            assert!(answer.contains(words), "{words}: {answer}");
            let page = mette.get("/schedule").await.text().await.unwrap();
            assert!(page.contains(words), "{words}: {page}");
            let before = before.clone();
            change(&app, |newsletter| *newsletter = before).await;
        }
        // The rules of its audience.
        let id = mette.issue.id;
        let set = move |hash: &'static str| move |conn: &mut DbConn| {
            diesel::update(issues::table.find(id))
                .set(issues::approved_audience.eq(hash))
                .execute(conn)?;
            Ok(())
        };
        app.app.db.write(set("of others")).await.unwrap();
        let answer = mette.act(&plan).await;
        assert_eq!(answer.status(), StatusCode::CONFLICT);
        assert!(answer.text().await.unwrap().contains("Modtagerne er ændret"));
        assert_eq!(now(&mette).await.state, IssueState::Approved);
    }

    async fn an_approval_ends_when_the_settings_change_what_was_approved(app: TestApp) {
        let (mette, bo) = handed_in(&app).await;
        bo.act(&[("do", "approve")]).await;
        let admin = app.signed_in(Role::Admin).await;
        let mut form = {
            let read = |conn: &mut DbConn| Ok(newsletters::store::by_slug(conn, "lederweb")?);
            SettingsForm::of(&app.app.db.read(read).await.unwrap())
        };
        let save = async |form: &SettingsForm| {
            let answer = admin.post(app.url("/admin/settings/lederweb")).form(form).send();
            assert_eq!(answer.await.unwrap().status(), StatusCode::SEE_OTHER);
        };
        form.description = "Nyt om ledelse".to_owned();
        save(&form).await;
        assert_eq!(now(&mette).await.state, IssueState::Approved, "no reader of the issue sees it");
        form.sender_email = "nyt@lederweb.example".to_owned();
        save(&form).await;
        let issue = now(&mette).await;
        assert_eq!((issue.state, issue.approved_by), (IssueState::Draft, None));
        let told = page(&mette, "/admin").await;
        assert!(told.contains("Afsenderen er ændret, siden udgaven blev godkendt"), "{told}");
        assert_eq!(audited(&app, "issue.approval-lapsed").await, 1);
        let plan = [("do", "schedule"), ("at", "2017-03-30T09:00")];
        let answer = mette.act(&plan).await.text().await.unwrap();
        assert!(answer.contains("skal godkendes af en kollega"), "{answer}");
    }

    async fn an_approval_by_the_writer_ends_when_a_second_person_is_asked_for(app: TestApp) {
        let mette = Editor::with(&app, IssueKind::Special, special_edition()).await;
        mette.readers(3).await;
        let url = app.url(&format!("/api/v1/issues/{}/approve", mette.issue.uuid));
        let token = app.token(Role::Editor).await;
        let approved = app.client.post(url).bearer_auth(&token).send().await.unwrap();
        assert_eq!(approved.status(), StatusCode::OK, "{}", approved.text().await.unwrap());
        assert_eq!(now(&mette).await.state, IssueState::Approved);
        let author = now(&mette).await.approved_by;
        let id = mette.issue.id;
        let by_its_writer = move |conn: &mut DbConn| {
            diesel::update(issue_revisions::table.filter(issue_revisions::issue.eq(id)))
                .set(issue_revisions::saved_by.eq(author.unwrap_or_default()))
                .execute(conn)?;
            Ok(())
        };
        app.app.db.write(by_its_writer).await.unwrap();
        let admin = app.signed_in(Role::Admin).await;
        let read = |conn: &mut DbConn| Ok(newsletters::store::by_slug(conn, "lederweb")?);
        let mut form = SettingsForm::of(&app.app.db.read(read).await.unwrap());
        form.approval_required = "on".to_owned();
        let answer = admin.post(app.url("/admin/settings/lederweb")).form(&form).send().await;
        assert_eq!(answer.unwrap().status(), StatusCode::SEE_OTHER);
        assert_eq!(now(&mette).await.state, IssueState::Draft);
    }

    async fn the_second_person_sees_what_has_changed_since_it_was_approved(app: TestApp) {
        let (mette, bo) = handed_in(&app).await;
        // An autosave that was approved is not replaced by the next one.
        let id = mette.issue.id;
        let autosaved = move |conn: &mut DbConn| {
            diesel::update(issue_revisions::table.filter(issue_revisions::issue.eq(id)))
                .set(issue_revisions::autosave.eq(true))
                .execute(conn)?;
            Ok(())
        };
        app.app.db.write(autosaved).await.unwrap();
        assert!(!bo.get("/review").await.text().await.unwrap().contains("Hvad er ændret?"));
        bo.act(&[("do", "approve")]).await;
        let mut form = mette.form().await;
        form.set("preheader", "En ny linje");
        mette.press(&form, "autosave").await;
        assert_eq!(now(&mette).await.state, IssueState::Draft);
        mette.act(&[("do", "submit")]).await;
        let read = bo.get("/review").await.text().await.unwrap();
        assert!(read.contains("Bo Krag godkendte en tidligere version"), "{read}");
        // Word by word.
        assert!(read.contains("Tilføjet: </span>") && read.contains("linje<"), "{read}");
        let old = special_edition().preheader.to_markup();
        let first = old.split(' ').next().unwrap();
        assert!(!first.is_empty() && read.contains(&format!("Fjernet: </span>{first}")), "{read}");
    }
}

#[test]
fn the_hash_of_an_audience_is_of_its_meaning() {
    use lederbrev::db::PublicId;
    use lederbrev::issues::audience::Audience;
    let newsletter = PublicId::random();
    let read = |value: serde_json::Value| Audience::read(&Json(value)).unwrap();
    let hash = |kind, other| read(json!({})).hash(other, kind).unwrap();
    let everyone = hash(IssueKind::Special, newsletter);
    assert_eq!(everyone, hash(IssueKind::Special, newsletter));
    assert_ne!(everyone, hash(IssueKind::Ordinary, newsletter));
    assert_ne!(everyone, hash(IssueKind::Special, PublicId::random()));
    assert!(Audience::read(&Json(json!({ "everyone": true }))).is_err());
}

#[actix_web::test]
async fn the_page_of_the_second_person_is_accessible() {
    let app = TestApp::sqlite().await;
    let (mette, bo) = handed_in(&app).await;
    bo.act(&[("do", "approve")]).await;
    let mut form = mette.form().await;
    form.set("preheader", "Hvad er din kerneopgave, når alt andet skrælles væk?");
    mette.press_and_see(&form, "save").await;
    mette.act(&[("do", "submit")]).await;
    let browser = Browser::open(&app).await;
    browser.sign_in(Role::Admin).await;
    browser.console_errors().await;
    let review = format!("/admin/issues/{}/review", mette.issue.uuid);
    for dark in [false, true] {
        browser.dark(dark).await;
        for width in [WIDE, PHONE] {
            browser.resize(width).await;
            browser.goto(&review).await;
            browser.axe().await;
            let scheme = if dark { "dark" } else { "light" };
            browser.screenshot(&format!("review-{width}-{scheme}")).await;
        }
    }
    browser.fits_a_narrow_screen().await;
    browser.resize(WIDE).await;
    browser.dark(false).await;
    browser.click("button[value=approve]").await;
    browser.wait_for(".error-summary").await;
    browser.axe().await;
    browser.screenshot("review-unseen").await;
    browser.fill("#note", "Væksthusdagen er flyttet til april.").await;
    browser.click("button[value=return]").await;
    browser.wait_for(".toast").await;
    browser.goto(&format!("/admin/issues/{}/schedule", mette.issue.uuid)).await;
    browser.axe().await;
    browser.screenshot("schedule-returned").await;
    let complaints = browser.console_errors().await;
    assert!(complaints.iter().all(|why| why.contains("422")), "{complaints:?}");
    browser.close().await;
}
