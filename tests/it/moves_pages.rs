//! The pages of moving a domain: from the dry run to the result, and back.

use lederbrev::staff::Role;
use reqwest::StatusCode;
use reqwest::header::LOCATION;

use crate::app::TestApp;
use crate::both;
use crate::browser::Browser;

const OLD: &str = "regionsjaelland.example";
const NEW: &str = "region-østdanmark.example";

async fn send(
    app: &TestApp,
    by: &reqwest::Client,
    path: &str,
    words: &[(&str, &str)],
) -> (StatusCode, String, String) {
    let answer = by.post(app.url(path)).form(words).send().await.unwrap();
    let place = answer.headers().get(LOCATION).map(|to| to.to_str().unwrap().to_owned());
    (answer.status(), place.unwrap_or_default(), answer.text().await.unwrap())
}

both! {
    async fn a_domain_is_moved_by_the_number_that_was_shown(app: TestApp) {
        app.newsletter().await;
        for local in ["anne.holm", "bo"] {
            app.subscribe(&format!("{local}@{OLD}")).await;
        }
        app.subscribe(&format!("bo@{NEW}")).await;
        let editor = app.signed_in(Role::Editor).await;
        let words = [("old", "anne@regionsjaelland"), ("new", ""), ("do", "preview")];
        let (status, _, page) = send(&app, &editor, "/admin/moves", &words).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("href=\"#old\"") && page.contains("href=\"#new\""), "{page}");
        let words = [("old", " @RegionSjaelland.example"), ("new", NEW), ("do", "preview")];
        let (status, _, page) = send(&app, &editor, "/admin/moves", &words).await;
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains("2 personer har en gammel adresse"), "{page}");
        assert!(page.contains("a…@regionsjaelland.example → a…@region-østdanmark.example"), "{page}");
        assert!(!page.contains("anne.holm"), "masked");
        assert!(page.contains("Flyt 2 personer") && page.contains("name=\"shown\" value=\"2\""));
        app.run_until_idle().await;
        assert!(app.knows("anne.holm@regionsjaelland.example").await, "nothing is written");
        // Somebody comes meanwhile: what was looked at is not what would be done.
        app.subscribe(&format!("carla@{OLD}")).await;
        let mut words = vec![("old", OLD), ("new", NEW), ("when", "now"), ("do", "move"), ("shown", "2")];
        let (status, _, page) = send(&app, &editor, "/admin/moves", &words).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("Nu er der 3 at flytte") && page.contains("Flyt 3 personer"), "{page}");
        words[4].1 = "3";
        let (status, place, _) = send(&app, &editor, "/admin/moves", &words).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        let (status, _, page) = send(&app, &editor, "/admin/moves", &words).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "pressed twice");
        assert!(page.contains("en anden flytning"));
        let get = async |path: &str| {
            editor.get(app.url(path)).send().await.unwrap().text().await.unwrap()
        };
        assert!(get(&place).await.contains("data-events"), "it is watched");
        app.run_until_idle().await;
        let page = get(&place).await;
        assert!(page.contains("Indtil 23. april 2017"), "{page}");
        assert!(page.contains("1 person er slået sammen med en anden"), "{page}");
        assert!(get("/admin/moves").await.contains("mette") || get("/admin/moves").await.contains("editor@"));
        assert_eq!(send(&app, &editor, &format!("{place}/stop"), &[]).await.0, StatusCode::CONFLICT);
        assert_eq!(send(&app, &editor, &format!("{place}/undo"), &[]).await.0, StatusCode::SEE_OTHER);
        app.run_until_idle().await;
        assert!(get(&place).await.contains("Fortrudt"));
        assert!(app.knows("carla@regionsjaelland.example").await);
        let desk = app.signed_in(Role::Operator).await;
        assert_eq!(send(&app, &desk, "/admin/moves", &words).await.0, StatusCode::FORBIDDEN);
    }
}

#[actix_web::test]
async fn a_domain_is_moved_in_a_browser_and_every_step_is_accessible() {
    let app = TestApp::sqlite().await;
    app.newsletter().await;
    for local in ["anne.holm", "bo.kjaer", "carla.lindstroem", "dorte"] {
        app.subscribe(&format!("{local}@{OLD}")).await;
    }
    app.subscribe(&format!("bo.kjaer@{NEW}")).await;
    app.subscribe(&format!("dorte@{NEW}")).await;
    let leave = app.unsubscribe_path(&format!("dorte@{NEW}")).await;
    app.post(&leave, &[]).await;
    let browser = Browser::open(&app).await;
    browser.sign_in(Role::Editor).await;
    browser.console_errors().await;
    browser.goto("/admin/subscribers").await;
    browser.click(".page-head a[href='/admin/moves']").await;
    browser.wait_for("#old").await;
    browser.is_accessible_everywhere("moves-empty").await;
    browser.click("button[value=preview]").await;
    browser.wait_for(".error-summary").await;
    browser.is_accessible_everywhere("moves-refused").await;
    browser.fill("#old", OLD).await;
    browser.fill("#new", NEW).await;
    browser.click("button[value=preview]").await;
    browser.wait_for("#move").await;
    browser.is_accessible_everywhere("moves-plan").await;
    browser.click("#move").await;
    browser.wait_for("#live[data-events]").await;
    browser.is_accessible_everywhere("moves-running").await;
    app.run_until_idle().await;
    // The page hears of it by itself.
    browser.wait_for("form[action$='/undo'] button").await;
    browser.is_accessible_everywhere("moves-done").await;
    browser.click("form[action$='/undo'] button").await;
    browser.wait_for("#live[data-events]").await;
    app.run_until_idle().await;
    browser.wait_for("#live:not([data-events])").await;
    browser.is_accessible_everywhere("moves-undone").await;
    browser.goto("/admin/moves").await;
    browser.fill("#old", OLD).await;
    browser.fill("#new", NEW).await;
    browser.click("input[value=bounce]").await;
    browser.click("button[value=preview]").await;
    browser.click("#move").await;
    browser.wait_for("form[action$='/stop'] button").await;
    browser.is_accessible_everywhere("moves-waiting").await;
    browser.click("form[action$='/stop'] button").await;
    browser.wait_for("form[action$='/undo'] button").await;
    browser.goto("/admin/moves").await;
    browser.is_accessible_everywhere("moves-list").await;
    // A 422 that is meant stands in the console.
    let complaints = browser.console_errors().await;
    assert!(complaints.iter().all(|complaint| complaint.contains("422")), "{complaints:?}");
    browser.close().await;
}
