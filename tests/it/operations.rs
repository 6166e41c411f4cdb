//! `/healthz`, `/readyz` and `/metrics`.

use chrono::TimeDelta;

use crate::app::TestApp;
use crate::{both, sends};

/// What stands at a path: the status and the text.
async fn ask(app: &TestApp, path: &str) -> (u16, String) {
    let answer = app.get(path).await;
    (answer.status().as_u16(), answer.text().await.unwrap())
}

sends! {
    async fn the_metrics_tell_what_was_sent(sending: Sending) {
        sending.readers(7).await;
        let issue = sending.due_issue().await;
        sending.run_to_the_end(&issue).await;
        let (_, text) = ask(&sending.app, "/metrics").await;
        for line in [
            "lederbrev_outcomes_total{outcome=\"accepted\"} 7",
            "lederbrev_subscribers{newsletter=\"lederweb\"} 7",
            "lederbrev_queue_length{queue=\"issues\"} 0",
            "lederbrev_up{what=\"database\"} 1",
            "lederbrev_issues{state=\"sent\"} 1",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
        }
    }
}

both! {
    async fn a_ready_service_says_so(app: TestApp) {
        assert_eq!(ask(&app, "/healthz").await, (200, "ok\n".to_owned()));
        let ready = "{\"database\":\"ok\",\"relay\":\"ok\"}".to_owned();
        assert_eq!(ask(&app, "/readyz").await, (200, ready));
    }
}

#[actix_web::test]
async fn readyz_names_the_relay_that_is_away_and_sees_it_come_back() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("smtp://127.0.0.1:{port}");
    let app = TestApp::start(
        |folder| format!("sqlite://{}/lederbrev.db", folder.display()),
        &[("MAIL_URL", &url)],
    )
    .await;
    let answer = app.get("/readyz").await;
    assert_eq!(answer.status(), 503);
    let answer: serde_json::Value = answer.json().await.unwrap();
    assert_eq!(answer, serde_json::json!({ "database": "ok", "relay": "away" }));
    assert_eq!(app.get("/healthz").await.status(), 200);
    let bind = format!("127.0.0.1:{port}").parse().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let _catcher = lederbrev::mail::Catcher::start(folder.path().to_owned(), bind).unwrap();
    assert_eq!(app.get("/readyz").await.status(), 503, "kept for some seconds");
    app.clock.advance(TimeDelta::seconds(6));
    assert_eq!(app.get("/readyz").await.status(), 200);
}

#[actix_web::test]
async fn what_holds_personal_data_is_for_the_owners_eyes() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let inside = folder.path().join("data");
    let data_dir = inside.display().to_string();
    let url = format!("sqlite://{data_dir}/lederbrev.db");
    let app = TestApp::start(|_| url, &[("DATA_DIR", &data_dir)]).await;
    app.newsletter().await;
    app.subscribe("anne.holm@aarhus.example").await;
    let leave = app.unsubscribe_path("anne.holm@aarhus.example").await;
    app.post(&leave, &[]).await;
    let mut waiting = vec![inside];
    let mut seen = 0;
    while let Some(path) = waiting.pop() {
        let metadata = path.metadata().unwrap();
        assert_eq!(metadata.permissions().mode() & 0o077, 0, "{}", path.display());
        seen += 1;
        if metadata.is_dir() {
            waiting.extend(path.read_dir().unwrap().map(|entry| entry.unwrap().path()));
        }
    }
    assert!(seen > 5);
}

#[actix_web::test]
async fn the_metrics_are_for_this_machine_or_for_the_token() {
    let app = TestApp::sqlite().await;
    assert_eq!(app.get("/metrics").await.status(), 200);
    for header in ["x-forwarded-for", "x-real-ip", "x-forwarded-proto"] {
        let passed_on = app.client.get(app.url("/metrics")).header(header, "192.0.2.7");
        assert_eq!(passed_on.send().await.unwrap().status(), 403, "{header}");
    }
    let app = TestApp::start(
        |folder| format!("sqlite://{}/lederbrev.db", folder.display()),
        &[("METRICS_TOKEN", "a token for the watchman")],
    )
    .await;
    assert_eq!(app.get("/metrics").await.status(), 403);
    let scrape = |token: &str| app.client.get(app.url("/metrics")).bearer_auth(token);
    assert_eq!(scrape("another token").send().await.unwrap().status(), 403);
    assert_eq!(scrape("a token for the watchman").send().await.unwrap().status(), 200);
}
