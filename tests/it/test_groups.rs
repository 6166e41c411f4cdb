//! Tests of an issue that go to a saved group.

use diesel::prelude::*;
use lederbrev::db::DbConn;
use lederbrev::db::Json;
use lederbrev::db::schema::audit_log;
use lederbrev::issues::{IssueKind, store};
use lederbrev::staff::Role;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::both;
use crate::browser::{Browser, PHONE, WIDE};
use crate::composer::{Editor, special_edition};
use crate::preflight::audited;

const PAGE: &str = "/admin/test-groups/lederweb";

async fn save(editor: &Editor<'_>, form: &[(&str, &str)]) -> reqwest::Response {
    editor.browser.post(editor.app.url(PAGE)).form(form).send().await.unwrap()
}

async fn groups(editor: &Editor<'_>) -> Vec<store::TestGroup> {
    let newsletter = editor.issue.newsletter;
    let read = move |conn: &mut DbConn| Ok(store::test_groups(conn, newsletter)?);
    editor.app.app.db.read(read).await.unwrap()
}

async fn last_audit(app: &TestApp, action: &'static str) -> Value {
    let read = move |conn: &mut DbConn| {
        let entries = audit_log::table.filter(audit_log::action.eq(action));
        let details: Json =
            entries.order(audit_log::id.desc()).select(audit_log::details).first(conn)?;
        Ok(details.0)
    };
    app.app.db.read(read).await.unwrap()
}

both! {
    async fn a_test_goes_to_a_group_to_me_or_to_an_address_as_the_same_mail(app: TestApp) {
        let editor = Editor::with(&app, IssueKind::Special, special_edition()).await;
        let typed = "mette@lederweb.example\r\nbo@lederweb.example; Mette@Lederweb.example,\n\n";
        let answer = save(&editor, &[("do", "save"), ("name", "Redaktionen"), ("addresses", typed)]).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        let group = groups(&editor).await.remove(0);
        assert_eq!(group.list(), ["mette@lederweb.example", "bo@lederweb.example"]);
        let page = editor.get("/schedule").await.text().await.unwrap();
        assert!(page.contains("Redaktionen (2 adresser)") && page.contains("Mig (editor@lederweb.example)"));

        let html = editor.get("/preview/html").await.text().await.unwrap();
        let uuid = group.uuid.to_string();
        let sent = editor.post(&[("do", "test"), ("whom", &*uuid)]).await;
        assert_eq!(sent.status(), StatusCode::SEE_OTHER);
        let mut ids = Vec::new();
        for address in group.list() {
            let mail = app.mail_to(&address).await;
            assert!(mail.header("subject").unwrap().starts_with("[Test] "));
            assert_eq!(mail.html.clone().unwrap().replace("\r\n", "\n").trim_end(), html.trim_end());
            ids.push(mail.header("message-id").unwrap().to_owned());
        }
        assert_ne!(ids[0], ids[1]);
        let entry = last_audit(&app, "issue.test").await;
        assert_eq!(entry["to"].as_array().unwrap().len(), 2);
        assert!(!entry.to_string().contains("mette@"), "{entry}");

        assert_eq!(editor.post(&[("do", "test"), ("whom", "me")]).await.status(), 303);
        app.mail_to("editor@lederweb.example").await;
        let other = [("do", "test"), ("whom", "other"), ("to", "anne@aarhus.example")];
        assert_eq!(editor.post(&other).await.status(), 303);
        app.mail_to("anne@aarhus.example").await;
        let wrong = editor.post(&[("do", "test"), ("whom", "other"), ("to", "anne")]).await;
        assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let nobody = editor.post(&[("do", "test"), ("whom", "redaktionen")]).await;
        assert_eq!(nobody.status(), StatusCode::NOT_FOUND);
    }

    async fn the_api_sends_a_test_to_a_group_or_to_an_address(app: TestApp) {
        let editor = Editor::with(&app, IssueKind::Special, special_edition()).await;
        save(&editor, &[("do", "save"), ("name", "Redaktionen"), ("addresses", "bo@lederweb.example")]).await;
        let group = groups(&editor).await.remove(0).uuid;
        let token = app.token(Role::Editor).await;
        let url = app.url(&format!("/api/v1/issues/{}/test", editor.issue.uuid));
        let post = async |body: Value| {
            app.client.post(&url).bearer_auth(&token).json(&body).send().await.unwrap().status()
        };
        assert_eq!(post(json!({ "group": group })).await, StatusCode::NO_CONTENT);
        app.mail_to("bo@lederweb.example").await;
        assert_eq!(post(json!({ "to": "anne@aarhus.example" })).await, StatusCode::NO_CONTENT);
        app.mail_to("anne@aarhus.example").await;
        let both = json!({ "to": "anne@aarhus.example", "group": group });
        assert_eq!(post(both).await, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(post(json!({})).await, StatusCode::UNPROCESSABLE_ENTITY);
        let other = json!({ "group": "6f1d2c1e-0001-4a6b-9c10-5d3b7a9e0001" });
        assert_eq!(post(other).await, StatusCode::NOT_FOUND);
    }

    async fn a_group_has_a_name_of_its_own_and_twenty_addresses_at_most(app: TestApp) {
        let editor = Editor::with(&app, IssueKind::Special, special_edition()).await;
        let many = |number: usize| {
            (0..number).map(|at| format!("leder{at}@aarhus.example")).collect::<Vec<_>>().join("\n")
        };
        for (name, addresses, words) in [
            ("", "bo@lederweb.example".to_owned(), "Giv gruppen et navn"),
            ("A", String::new(), "mindst én adresse"),
            ("A", "bo@lederweb.example\n<script>".to_owned(), "»&#60;script&#62;« er ikke en mailadresse"),
            ("A", many(21), "Der er 21 adresser. Der er plads til 20."),
        ] {
            let answer = save(&editor, &[("do", "save"), ("name", name), ("addresses", &addresses)]).await;
            assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{words}");
            let page = answer.text().await.unwrap();
            assert!(page.contains(words), "{words}: {page}");
        }
        assert!(groups(&editor).await.is_empty());
        save(&editor, &[("do", "save"), ("name", "Alle"), ("addresses", &many(20))]).await;
        let twice = save(&editor, &[("do", "save"), ("name", "Alle"), ("addresses", &many(1))]).await;
        assert_eq!(twice.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let group = groups(&editor).await.remove(0);
        assert_eq!(group.list().len(), 20);
        let uuid = group.uuid.to_string();
        let change = [("do", "save"), ("group", &*uuid), ("name", "Få"), ("addresses", &*many(2))];
        assert_eq!(save(&editor, &change).await.status(), StatusCode::SEE_OTHER);
        let changed = groups(&editor).await.remove(0);
        assert_eq!((changed.name.as_str(), changed.list().len()), ("Få", 2));
        assert_eq!(save(&editor, &[("do", "remove"), ("group", &uuid)]).await.status(), 303);
        assert!(groups(&editor).await.is_empty());
        assert_eq!(save(&editor, &[("do", "remove"), ("group", &uuid)]).await.status(), 404);
        assert_eq!(audited(&app, "test-group.save").await, 2);
        assert!(!last_audit(&app, "test-group.save").await.to_string().contains("leder0@"));
    }
}

#[actix_web::test]
async fn groups_plans_and_the_countdown_are_accessible() {
    let app = TestApp::sqlite().await;
    let editor = Editor::with(&app, IssueKind::Special, special_edition()).await;
    editor.readers(27).await;
    let browser = Browser::open(&app).await;
    browser.sign_in(Role::Admin).await;
    browser.console_errors().await;
    browser.goto(PAGE).await;
    browser.fill("#new-name", "Redaktionen").await;
    browser.fill("#new-addresses", "mette@lederweb.example\nbo@lederweb.example").await;
    browser.click("form:has(#new-name) button").await;
    browser.wait_for(".toast").await;
    let schedule = format!("/admin/issues/{}/schedule", editor.issue.uuid);
    for (name, path) in [("test-groups", PAGE), ("plan", &schedule)] {
        for (width, dark) in [(WIDE, false), (WIDE, true), (PHONE, false)] {
            browser.dark(dark).await;
            browser.resize(width).await;
            browser.goto(path).await;
            browser.axe().await;
            browser.screenshot(&format!("{name}-{width}{}", if dark { "-dark" } else { "" })).await;
        }
        browser.fits_a_narrow_screen().await;
    }
    browser.resize(WIDE).await;
    browser.goto(&schedule).await;
    browser.click("button[value=look-now]").await;
    browser.wait_for(".error-summary").await;
    browser.axe().await;
    browser
        .run("for (const tick of document.querySelectorAll('[name=seen]')) tick.checked = true")
        .await;
    browser.click("button[value=look-now]").await;
    browser.wait_for("#number").await;
    browser.axe().await;
    browser.fill("#number", "72").await;
    browser.click("button[value=send-now]").await;
    browser.wait_for("#number-error").await;
    browser.axe().await;
    browser.screenshot("sure-refused").await;
    browser.resize(PHONE).await;
    browser.fits_a_narrow_screen().await;
    browser.resize(WIDE).await;
    browser.fill("#number", "27").await;
    browser.click("button[value=send-now]").await;
    browser.wait_for(".countdown").await;
    browser.axe().await;
    browser.screenshot("countdown").await;
    let before = browser.text("[data-countdown]").await;
    tokio::time::sleep(std::time::Duration::from_millis(2_200)).await;
    assert_ne!(browser.text("[data-countdown]").await, before, "it counts");
    browser.resize(PHONE).await;
    browser.screenshot("countdown-phone").await;
    browser.fits_a_narrow_screen().await;
    browser.click(".countdown button").await;
    browser.wait_for(".chip.draft").await;
    let complaints = browser.console_errors().await;
    assert!(complaints.iter().all(|why| why.contains("422")), "{complaints:?}");
    browser.close().await;
}
