//! What every page must do in a real browser, whoever built it.

use std::collections::{BTreeSet, VecDeque};

use lederbrev::app::ROUTES;
use lederbrev::issues::IssueKind;
use lederbrev::issues::compose::{self, NewIssue};
use lederbrev::staff::Role;

use crate::app::TestApp;
use crate::browser::{Browser, NARROWEST, PHONE, WIDE};
use crate::composer::{Editor, special_edition};
use crate::sending::{address, readers};

#[actix_web::test]
async fn somebody_new_signs_in_by_the_link_and_then_by_password() {
    let app = TestApp::sqlite().await;
    let browser = Browser::open(&app).await;
    browser.sign_in(Role::Editor).await;
    browser.goto("/admin/account").await;
    browser.axe().await;
    browser.fill("#password", "en lang og god sætning").await;
    browser.click("form:has(#password) button").await;
    browser.wait_for(".toast").await;
    browser.click(".account form button").await;
    browser.wait_for("#email").await;
    browser.axe().await;
    browser.fill("#email", "editor@lederweb.example").await;
    browser.fill("#password", "noget helt andet").await;
    browser.click("form:has(#password) button").await;
    browser.wait_for(".error-summary").await;
    browser.axe().await;
    browser.fill("#password", "en lang og god sætning").await;
    browser.click("form:has(#password) button").await;
    browser.wait_for(".staff-header").await;
    browser.screenshot("signed-in").await;
    browser.close().await;
}

#[actix_web::test]
async fn a_page_that_does_not_exist_says_so_in_the_readers_language() {
    let app = TestApp::sqlite().await;
    let browser = Browser::open(&app).await;
    browser.goto("/findes/ikke").await;
    assert_eq!(browser.text("h1").await, "Siden findes ikke");
    browser.axe().await;
    browser.fits_a_narrow_screen().await;
    browser.click(".language").await;
    browser.wait_for("html[lang=en]").await;
    assert_eq!(browser.text("h1").await, "There is no such page");
    browser.close().await;
}

#[actix_web::test]
async fn the_menu_of_a_phone_opens_by_keyboard_and_without_a_script() {
    let app = TestApp::sqlite().await;
    let browser = Browser::open(&app).await;
    browser.sign_in(Role::Admin).await;
    browser.console_errors().await;
    browser.goto("/admin/account").await;
    let is_shown = "return document.querySelector('.menu nav a').checkVisibility({\
                    contentVisibilityAuto: true, visibilityProperty: true})";
    assert_eq!(browser.run(is_shown).await, true, "a wide screen shows it without a button");
    browser.resize(PHONE).await;
    assert_eq!(browser.run(is_shown).await, false);
    browser.wait_for(".menu summary").await.send_keys(" ").await.unwrap();
    // The key is let go a moment after it was pressed, and only then does the menu open.
    browser.wait_for(".menu[open]").await;
    assert_eq!(browser.run(is_shown).await, true);
    browser.axe().await;
    browser.fits_a_narrow_screen().await;
    browser.no_console_errors().await;
    browser.close().await;
}

/// The pattern of the route that a path leads to.
pub fn pattern(path: &str) -> Option<&'static str> {
    let segments = |path: &'static str| path.split('/').collect::<Vec<_>>();
    let asked: Vec<&str> = path.split('/').collect();
    let fits = |pattern: &'static str| {
        let pattern = segments(pattern);
        pattern.len() == asked.len()
            && pattern.iter().zip(&asked).all(|(a, b)| a.starts_with('{') || a == b)
    };
    let gets = ROUTES.iter().filter(|route| route.method == "GET");
    // What is written out goes before what stands for anything.
    gets.map(|route| route.pattern)
        .filter(|pattern| fits(pattern))
        .min_by_key(|pattern| pattern.matches('{').count())
}

/// Whether a route answers a page: not the API, not a file, not what machines read.
pub fn is_page(pattern: &str) -> bool {
    let last = pattern.rsplit('/').next().unwrap();
    !pattern.starts_with("/api/")
        && !pattern.starts_with("/assets/")
        && !pattern.starts_with("/images/")
        && !pattern.contains('.')
        // What leads away, and the image.
        && !pattern.starts_with("/c/")
        && !pattern.starts_with("/o/")
        && !["healthz", "readyz", "metrics", "live", "eml", "html", "{form}"].contains(&last)
}

/// Makes the house look lived in: an issue that is sent, one that waits and a draft; somebody who
/// subscribes. Returns the links of the mails, and the pages of the issue that is sent.
async fn live_in(app: &TestApp, browser: &Browser<'_>) -> Vec<String> {
    let (newsletter, now) = (app.newsletter().await, app.clock.now());
    app.app.db.write(move |conn| Ok(readers(conn, newsletter, 12, now)?)).await.unwrap();
    let editor = app.signed_in(Role::Editor).await;
    let plans = [
        Some([("do", "send-now"), ("at", "")]),
        Some([("do", "schedule"), ("at", "2017-04-07T09:00")]),
        None,
    ];
    let mut sent = None;
    for plan in plans {
        let new = NewIssue { newsletter, kind: IssueKind::Special, content: special_edition() };
        let issue = compose::create(&app.app, new, "editor@lederweb.example").await.unwrap();
        sent = sent.or(Some((issue.id, issue.uuid)));
        if let Some(form) = plan {
            let editor = Editor { app, browser: editor.clone(), issue };
            let answer = editor.act(&form).await;
            assert_eq!(answer.status(), 303);
        }
    }
    let item = [("kind", "podcast"), ("title", "Når jorden brænder under lederen")];
    editor.post(app.url("/admin/library")).form(&item).send().await.unwrap();
    browser.goto("/subscribe").await;
    browser.fill("#email", "anne.holm@aarhus.example").await;
    browser.click("input[name=consent]").await;
    browser.click("main form .button").await;
    browser.wait_for("h1").await;
    // Beyond the time in which it can be taken back.
    app.clock.advance(chrono::TimeDelta::minutes(1));
    app.run_until_idle().await;
    let (id, sent) = sent.unwrap();
    let mut mails = vec![app.mail_to("anne.holm@aarhus.example").await];
    mails.extend(app.mails_to(&address(0)));
    let texts = mails.into_iter().filter_map(|mail| mail.text);
    let mailed: Vec<String> = texts
        .flat_map(|text| {
            let own = text.split_whitespace().filter_map(|word| word.strip_prefix(&app.base));
            own.map(str::to_owned).collect::<Vec<_>>()
        })
        .collect();
    // Somebody reads it, so that the report has something to show.
    let links = &app.app.links;
    for address in [links.open(id), links.click(id, 1), links.click(id, 2)] {
        let path = address.strip_prefix(&links.url("")).unwrap();
        for agent in ["Mozilla/5.0 (Windows NT 10.0; Win64; x64)", "curl/8.5.0"] {
            let hit = editor.get(app.url(&format!("/{path}"))).header("User-Agent", agent);
            let status = hit.send().await.unwrap().status();
            assert!(status.is_success() || status.is_redirection(), "{address}: {status}");
        }
    }
    app.run_until_idle().await;
    let pages = ["report", "schedule"].map(|page| format!("/admin/issues/{sent}/{page}"));
    pages.into_iter().chain([format!("/admin/deliveries/{sent}")]).chain(mailed).collect()
}

/// Every page that an address alone opens, and from there one page for each route that links
/// lead to.
#[actix_web::test]
async fn every_page_is_accessible_light_and_dark_wide_and_on_a_phone() {
    let app = TestApp::sqlite().await;
    let browser = Browser::open(&app).await;
    browser.sign_in(Role::Admin).await;
    let mailed = live_in(&app, &browser).await;
    browser.console_errors().await;
    let gets = ROUTES.iter().filter(|route| route.method == "GET").map(|route| route.pattern);
    let mut ahead: VecDeque<String> =
        gets.filter(|pattern| !pattern.contains('{')).map(str::to_owned).collect();
    ahead.extend(mailed);
    let mut seen = BTreeSet::new();
    let mut findings = Vec::new();
    while let Some(address) = ahead.pop_front() {
        let path = address.split('?').next().unwrap();
        match pattern(path) {
            Some(pattern) if is_page(pattern) => {
                if !seen.insert(pattern) {
                    continue;
                }
            }
            Some(_) => continue,
            None => {
                findings.push(format!("{address} leads nowhere"));
                continue;
            }
        }
        browser.goto(&address).await;
        findings.extend(judge(&browser, &address).await);
        let links = browser
            .run(
                "return [...document.querySelectorAll('a[href]:not([download])')]
                   .filter(a => a.origin === location.origin).map(a => a.pathname + a.search)",
            )
            .await;
        ahead.extend(serde_json::from_value::<Vec<String>>(links).unwrap());
    }
    assert!(findings.is_empty(), "{}", findings.join("\n\n"));
    browser.close().await;
}

/// What is wrong with the page that is open. Leaves pictures of it.
async fn judge(browser: &Browser<'_>, address: &str) -> Vec<String> {
    let mut findings = Vec::new();
    let status = "return performance.getEntriesByType('navigation')[0].responseStatus";
    let status = browser.run(status).await;
    if status != 200 {
        findings.push(format!("{address}: {status}"));
    }
    let headings = browser.run("return document.querySelectorAll('h1').length").await;
    if headings != 1 {
        findings.push(format!("{address}: {headings} h1"));
    }
    let name = pattern(address.split('?').next().unwrap()).unwrap().replace(['/', '{', '}'], "_");
    for (width, dark) in [(WIDE, false), (WIDE, true), (PHONE, true), (PHONE, false)] {
        browser.resize(width).await;
        browser.dark(dark).await;
        let broken = browser.findings_in(dark).await;
        if !broken.is_empty() {
            findings.push(format!("{address} at {width}, dark {dark}:\n{broken}"));
        }
        let scheme = if dark { "dark" } else { "light" };
        browser.screenshot(&format!("page{name}-{width}-{scheme}")).await;
    }
    browser.resize(NARROWEST).await;
    let too_wide = browser.too_wide().await;
    if !too_wide.is_empty() {
        findings.push(format!("{address} scrolls sideways: {too_wide}"));
    }
    browser.resize(WIDE).await;
    let complaints = browser.console_errors().await;
    findings.extend(complaints.into_iter().map(|complaint| format!("{address}: {complaint}")));
    findings
}
