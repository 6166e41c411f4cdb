//! Importing lists, and asking the register through the API.

use lederbrev::staff::Role;
use lederbrev::subscribers::import::Report;
use reqwest::{RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::both;

async fn import(app: &TestApp, token: &str, list: &Value) -> Report {
    let answer = post(app, token).json(list).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    answer.json().await.unwrap()
}

fn post(app: &TestApp, token: &str) -> RequestBuilder {
    app.client.post(app.url("/api/v1/subscribers/import")).bearer_auth(token)
}

async fn ask(app: &TestApp, token: &str, path: &str) -> Value {
    app.client.get(app.url(path)).bearer_auth(token).send().await.unwrap().json().await.unwrap()
}

fn a_list(dry_run: bool) -> Value {
    json!({
        "newsletter": "lederweb",
        "basis": "Tilmeldt på papir på KL's Ledertræf",
        "consented_on": "2017-03-02",
        "dry_run": dry_run,
        "subscribers": [
            { "email": "anne.holm@aarhus.example", "name": "Anne Holm", "leadership_group": "3" },
            { "email": "bo@ringkøbing-skjern.example", "sector": "kommune" },
            { "email": "ANNE.HOLM@aarhus.example" },
            { "email": "ikke en adresse" },
        ],
    })
}

both! {
    async fn a_list_is_taken_in_once_and_says_what_became_of_each_line(app: TestApp) {
        app.newsletter().await;
        let token = app.token(Role::Editor).await;
        let dry = import(&app, &token, &a_list(true)).await;
        assert_eq!((dry.created, dry.duplicate, dry.invalid), (2, 1, 1));
        let count = "/api/v1/newsletters/lederweb/count";
        assert_eq!(ask(&app, &token, count).await["subscribers"], Value::Null);
        let report = import(&app, &token, &a_list(false)).await;
        assert_eq!((report.created, report.duplicate, report.invalid), (2, 1, 1));
        let lines: Vec<usize> = report.findings.iter().map(|finding| finding.line).collect();
        assert!(lines.contains(&3) && lines.contains(&4));
        let counted = ask(&app, &token, count).await;
        assert_eq!(counted["subscribers"], 2);
        assert_eq!(counted["basis"], "counted");
        // An import counts from its own day, whenever the consent was given.
        let before = ask(&app, &token, &format!("{count}?on=2017-03-02")).await;
        assert_eq!(before["subscribers"], Value::Null);
        let again = import(&app, &token, &a_list(false)).await;
        assert_eq!((again.created, again.unchanged), (0, 2));
        assert_eq!(ask(&app, &token, count).await["subscribers"], 2);
    }

    async fn a_list_never_brings_back_who_left(app: TestApp) {
        app.newsletter().await;
        let token = app.token(Role::Editor).await;
        import(&app, &token, &a_list(false)).await;
        let found = ask(&app, &token, "/api/v1/subscribers?email=anne.holm@aarhus.example").await;
        let uuid = found["items"][0]["id"].as_str().unwrap().to_owned();
        assert_eq!(found["items"][0]["subscriptions"][0]["state"], "active");
        let now = app.clock.now();
        app.app
            .db
            .write(move |conn| {
                use lederbrev::subscribers::{EndReason, store, suppression};
                let person = store::register::by_uuid(conn, uuid.parse().unwrap())?;
                suppression::suppress(conn, &person, EndReason::Complained, "test", now)
            })
            .await
            .unwrap();
        let report = import(&app, &token, &a_list(false)).await;
        assert_eq!((report.created, report.suppressed, report.unchanged), (0, 1, 1));
    }
}

#[actix_web::test]
async fn a_danish_spreadsheet_is_read_as_it_is_saved() {
    let app = TestApp::sqlite().await;
    app.newsletter().await;
    let token = app.token(Role::Editor).await;
    let csv = "\u{feff}name;email;organisation\r\nBo Kjær;bo@ringkøbing-skjern.example;\"Ringkøbing; Skjern\"\r\n";
    let address = "/api/v1/subscribers/import?newsletter=lederweb&basis=papir";
    let answer = app
        .client
        .post(app.url(address))
        .bearer_auth(&token)
        .header("content-type", "text/csv")
        .body(csv)
        .send()
        .await
        .unwrap();
    let report: Report = answer.json().await.unwrap();
    assert_eq!(report.created, 1);
    let found = ask(&app, &token, "/api/v1/subscribers").await;
    assert_eq!(found["items"][0]["organisation"], "Ringkøbing; Skjern");
    let no_basis = post(&app, &token).json(&json!({ "newsletter": "lederweb" }));
    assert_eq!(no_basis.send().await.unwrap().status(), StatusCode::UNPROCESSABLE_ENTITY);
}

#[actix_web::test]
async fn a_repeated_request_with_its_key_is_answered_as_the_first_time() {
    let app = TestApp::sqlite().await;
    app.newsletter().await;
    let token = app.token(Role::Editor).await;
    let mut reports = Vec::new();
    for _ in 0..2 {
        let sent = post(&app, &token).header("idempotency-key", "ledertræf-1").json(&a_list(false));
        reports.push(sent.send().await.unwrap().json::<Report>().await.unwrap());
    }
    assert_eq!(reports[0].created, 2);
    assert_eq!(reports[0], reports[1], "the second did nothing and says what the first did");
    let other = post(&app, &token).header("idempotency-key", "ledertræf-1").json(&a_list(true));
    assert_eq!(other.send().await.unwrap().status(), StatusCode::UNPROCESSABLE_ENTITY);
    let reader = app.token(Role::Reader).await;
    let refused = post(&app, &reader).json(&a_list(true)).send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
}
