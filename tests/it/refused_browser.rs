//! Forms that are refused, in a real browser: each page says why in its own words, and is for everyone,
//! light and dark, wide and on a phone.

use chrono::TimeDelta;
use lederbrev::issues::IssueKind;
use lederbrev::recurring;
use lederbrev::staff::Role;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::browser::Browser;
use crate::composer::{Editor, special_edition};
use crate::composer_browser::until;
use crate::recurring::thursdays;
use crate::sending::readers;

impl Browser<'_> {
    /// Opens a page, fills a form as somebody does whose browser checks nothing, presses a button, and
    /// waits for the page that comes; returns its status. Boxes are ticked by anything but `!`.
    pub async fn submits(&self, page: &str, fields: &[(&str, &str)], button: &str) -> Value {
        self.goto(page).await;
        self.presses_with(fields, button).await
    }

    /// The same on the page that is open.
    pub async fn presses_with(&self, fields: &[(&str, &str)], button: &str) -> Value {
        let press = format!(
            "window.wasHere = true;
             for (const [css, value] of {}) {{
               for (const field of document.querySelectorAll(css)) {{
                 if (/^(checkbox|radio)$/.test(field.type)) field.checked = value !== '!';
                 else field.value = value;
               }}
             }}
             const button = document.querySelector({});
             button.form.noValidate = true;
             button.click();",
            json!(fields),
            json!(button)
        );
        self.run(&press).await;
        until(self, "!window.wasHere && document.readyState === 'complete'").await;
        let status = "return performance.getEntriesByType('navigation')[0].responseStatus";
        self.run(status).await
    }

    /// The same; the page refuses it, and is for everyone.
    async fn is_refused(&self, name: &str, page: &str, fields: &[(&str, &str)], button: &str) {
        let status = self.submits(page, fields, button).await;
        assert_eq!(status, 422, "{name}: {}", self.text("main").await);
        let said = "main :is(.error-summary, .field-error:not([hidden]))";
        assert!(!self.text(said).await.is_empty(), "{name}: {}", self.text("main").await);
        self.is_accessible_everywhere(&format!("refused-{name}")).await;
        // That the page was refused stands in the console, and nothing else may.
        let complaints = self.console_errors().await;
        assert!(complaints.iter().all(|it| it.contains("422")), "{name}: {complaints:?}");
    }
}

/// An editor in a window, an issue of theirs, and what there is to be changed.
async fn house(app: &TestApp, role: Role) -> (Browser<'_>, Editor<'_>) {
    let editor = Editor::with(app, IssueKind::Special, special_edition()).await;
    let (newsletter, now) = (editor.issue.newsletter, app.clock.now());
    app.app.db.write(move |conn| Ok(readers(conn, newsletter, 2, now)?)).await.unwrap();
    let browser = Browser::open(app).await;
    browser.sign_in(role).await;
    browser.console_errors().await;
    (browser, editor)
}

#[actix_web::test]
async fn what_the_library_refuses_is_said_to_everyone() {
    let app = TestApp::sqlite().await;
    let (browser, editor) = house(&app, Role::Admin).await;
    let item = [("kind", "podcast"), ("title", "Når jorden brænder under lederen")];
    let made = editor.browser.post(app.url("/admin/library")).form(&item).send().await.unwrap();
    let item = made.headers()["location"].to_str().unwrap().split('?').next().unwrap().to_owned();
    let no_columns = "hvad;hvor\nLedelse;her";
    for (name, page, fields, button) in [
        (
            "item",
            "/admin/library/new",
            &[("#title", ""), ("#addresses", "nej")][..],
            "form.narrow > button",
        ),
        ("item-changed", &item, &[("#title", ""), ("#published", "i går")], "form.narrow > button"),
        ("item-about", &item, &[("#about", "")], "form[action$='/about'] button"),
        ("library-address", "/admin/library", &[("#address", "")], ".paste button"),
        ("feed", "/admin/library/feeds", &[("#url", "nej")], "button[value=preview]"),
        ("items", "/admin/library/import", &[("#rows", no_columns)], "button[value=check]"),
        ("items-none", "/admin/library/import", &[("#rows", "")], "button[value=check]"),
        ("move", "/admin/library/move", &[("#old", "nej"), ("#new", "")], "button[value=preview]"),
        ("picture", "/admin/pictures", &[], "[data-picture-upload] button"),
    ] {
        browser.is_refused(name, page, fields, button).await;
    }
    let picker = format!("/admin/issues/{}/library", editor.issue.uuid);
    browser
        .is_refused("picked", &picker, &[("#pick-address", "http://10.0.0.1/")], ".paste button")
        .await;
    browser.close().await;
}

#[actix_web::test]
async fn what_is_refused_about_people_and_segments_is_said_to_everyone() {
    let app = TestApp::sqlite().await;
    let (browser, editor) = house(&app, Role::Admin).await;
    let name = "Chefer i regionerne";
    let new =
        [("name", name), ("c.0.0.field", "sector"), ("c.0.0.value", "region"), ("do", "save")];
    let made = editor.browser.post(app.url("/admin/segments/new?newsletter=lederweb")).form(&new);
    let made = made.send().await.unwrap();
    assert_eq!(made.status(), 303, "{}", made.text().await.unwrap());
    let segment =
        made.headers()["location"].to_str().unwrap().split('?').next().unwrap().to_owned();
    let person = {
        let page = editor.browser.get(app.url("/admin/subscribers")).send().await.unwrap();
        let page = page.text().await.unwrap();
        let (_, id) = page.split_once("<th scope=\"row\"><a href=\"/admin/subscribers/").unwrap();
        format!("/admin/subscribers/{}", id.split('"').next().unwrap())
    };
    let save = "button[value=save]";
    for (name, page, fields, button) in [
        ("segment", "/admin/segments/new?newsletter=lederweb", &[("#name", "")][..], save),
        ("segment-changed", &segment, &[("#name", ""), ("[name='c.0.0.value']", "!")], save),
        // Somebody else was quicker.
        ("segment-stale", &segment, &[("[name=version]", "0")], save),
        ("import", "/admin/imports", &[], "main form button"),
        ("note", &person, &[("#note", " ")], "form[action$='/notes'] button"),
    ] {
        browser.is_refused(name, page, fields, button).await;
    }
    // A list without a column of addresses, and a basis that nobody has named.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ledertræf.csv");
    std::fs::write(&file, "navn;arbejdsplads\nAnne Holm;Aarhus Kommune\n").unwrap();
    browser.goto("/admin/imports").await;
    browser.wait_for("#file").await.send_keys(file.to_str().unwrap()).await.unwrap();
    browser.click("main form button").await;
    browser.wait_for("#basis").await;
    let plan = browser.client.current_url().await.unwrap();
    browser.is_refused("import-plan", plan.as_str(), &[], "button[value=check]").await;
    browser.close().await;

    // Readers are refused by the form of the newsletter, in their own language.
    let browser = Browser::open(&app).await;
    for language in ["da", "en"] {
        let form = format!("/subscribe/lederweb?lang={language}");
        let wrong = &[("#email", "anne"), ("[name=consent]", "!")];
        let name = format!("subscribe-{language}");
        browser.is_refused(&name, &form, wrong, "main form .button").await;
    }
    let wrong = &[("#email", "mette@lederweb.example"), ("#password", "noget helt andet")];
    browser.is_refused("sign-in", "/admin/sign-in", wrong, "form:has(#password) button").await;
    browser.close().await;
}

#[actix_web::test]
async fn what_is_refused_about_issues_and_the_newsletter_is_said_to_everyone() {
    let app = TestApp::sqlite().await;
    let (browser, editor) = house(&app, Role::Admin).await;
    let series =
        recurring::save(&app.app, None, thursdays(editor.issue.newsletter), "test").await.unwrap();
    let series = format!("/admin/recurring/{}", series.uuid);
    let here = format!("/admin/issues/{}", editor.issue.uuid);
    let [schedule, template] = ["schedule", "template"].map(|page| format!("{here}/{page}"));
    let post = "main form > button";
    let other = &[("#whom", "other"), ("#to", "nej")];
    for (name, page, fields, button) in [
        ("recurring", "/admin/recurring/new", &[("#name", ""), ("[name=weekdays]", "!")][..], post),
        (
            "recurring-pattern",
            &series,
            &[("[name=when][value=cron]", "on"), ("#cron", "nej")],
            post,
        ),
        ("schedule", &schedule, &[("#at", "")], "button[value=look]"),
        ("schedule-past", &schedule, &[("#at", "2016-03-24T09:00")], "button[value=look]"),
        ("test", &schedule, other, "button[value=test]"),
        ("template", &template, &[("#name", " ")], post),
        (
            "test-group",
            "/admin/test-groups/lederweb",
            &[("[name=addresses]", "nej")],
            "button[value=save]",
        ),
        ("old-issue", "/admin/archive/import", &[], "[value=look]"),
        (
            "settings",
            "/admin/settings",
            &[("#title", ""), ("#sender_email", "nej")],
            "main form .button",
        ),
        ("settings-new", "/admin/settings/new", &[("#title", "")], "main form .button"),
        ("staff", "/admin/staff", &[("#staff-email", "nej")], "form[action='/admin/staff'] button"),
        ("token", "/admin/staff", &[("#token-name", "")], "form[action='/admin/tokens'] button"),
        ("account", "/admin/account", &[("#password", "kort")], "form:has(#password) button"),
        ("figure", "/admin/figures", &[], "main form .button"),
    ] {
        browser.is_refused(name, page, fields, button).await;
    }
    // Sent, it can be corrected; not to anywhere.
    assert_eq!(editor.act(&[("do", "send-now"), ("at", "")]).await.status(), 303);
    app.clock.advance(TimeDelta::minutes(1));
    app.run_until_idle().await;
    let corrections = format!("{here}/corrections");
    let wrong = &[("#url", "javascript:alert(1)"), ("#reason", "")];
    browser.is_refused("correction", &corrections, wrong, "button[value=correct]").await;
    browser.close().await;
}
