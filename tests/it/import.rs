//! Importing lists, and asking the register through the API.

use lederbrev::imports::api::ImportView;
use lederbrev::staff::Role;
use reqwest::{RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::both;

async fn import(app: &TestApp, token: &str, list: &Value) -> ImportView {
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
        assert_eq!((dry.counts.created, dry.counts.skipped, dry.counts.invalid), (2, 1, 1));
        let count = "/api/v1/newsletters/lederweb/count";
        assert_eq!(ask(&app, &token, count).await["subscribers"], Value::Null);
        let report = import(&app, &token, &a_list(false)).await;
        assert_eq!((report.counts.created, report.counts.skipped, report.counts.invalid), (2, 1, 1));
        let lines: Vec<i64> = report.findings.iter().map(|finding| finding.line).collect();
        assert!(lines.contains(&3) && lines.contains(&4));
        let counted = ask(&app, &token, count).await;
        assert_eq!(counted["subscribers"], 2);
        assert_eq!(counted["basis"], "counted");
        // An import counts from its own day, whenever the consent was given.
        let before = ask(&app, &token, &format!("{count}?on=2017-03-02")).await;
        assert_eq!(before["subscribers"], Value::Null);
        // Nobody has counted what is to come.
        let future = app.client.get(app.url(&format!("{count}?on=9999-12-31"))).bearer_auth(&token);
        assert_eq!(future.send().await.unwrap().status(), StatusCode::UNPROCESSABLE_ENTITY);
        let again = import(&app, &token, &a_list(false)).await;
        assert_eq!((again.counts.created, again.counts.unchanged), (0, 2));
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
        assert_eq!((report.counts.created, report.counts.suppressed, report.counts.unchanged), (0, 1, 1));
    }
}

#[actix_web::test]
async fn a_danish_spreadsheet_is_read_as_it_is_saved() {
    let app = TestApp::sqlite().await;
    app.newsletter().await;
    let token = app.token(Role::Editor).await;
    let csv = "\u{feff}name;email;organisation\r\nBo Kjær;bo@ringkøbing-skjern.example;\"Ringkøbing; Skjern\"\r\n";
    let address =
        "/api/v1/subscribers/import?newsletter=lederweb&basis=papir&consented_on=2017-03-02";
    let answer = app
        .client
        .post(app.url(address))
        .bearer_auth(&token)
        .header("content-type", "text/csv")
        .body(csv)
        .send()
        .await
        .unwrap();
    let report: ImportView = answer.json().await.unwrap();
    assert_eq!(report.counts.created, 1);
    let found = ask(&app, &token, "/api/v1/subscribers").await;
    assert_eq!(found["items"][0]["organisation"], "Ringkøbing; Skjern");
    let no_basis = post(&app, &token).json(&json!({ "newsletter": "lederweb" }));
    assert_eq!(no_basis.send().await.unwrap().status(), StatusCode::UNPROCESSABLE_ENTITY);
}

fn csv(app: &TestApp, token: &str, dry_run: bool, key: &str) -> RequestBuilder {
    let query =
        format!("newsletter=lederweb&basis=papir&consented_on=2017-03-02&dry_run={dry_run}");
    app.client
        .post(app.url(&format!("/api/v1/subscribers/import?{query}")))
        .bearer_auth(token)
        .header("content-type", "text/csv")
        .header("idempotency-key", key)
        .body("email\nanne.holm@aarhus.example\n")
}

#[actix_web::test]
async fn a_key_belongs_to_the_whole_request() {
    let app = TestApp::sqlite().await;
    app.newsletter().await;
    let token = app.token(Role::Editor).await;
    assert_eq!(csv(&app, &token, true, "k1").send().await.unwrap().status(), StatusCode::OK);
    let real = csv(&app, &token, false, "k1").send().await.unwrap();
    assert_eq!(real.status(), StatusCode::UNPROCESSABLE_ENTITY);
    // Two long keys that differ at their ends are not one.
    let long = "k".repeat(201);
    let refused = csv(&app, &token, false, &long).send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().await.unwrap().contains("Idempotency-Key"));
}

both! {
    async fn a_key_whose_process_died_can_be_used_again_after_a_while(app: TestApp) {
        app.newsletter().await;
        let token = app.token(Role::Editor).await;
        let key = || csv(&app, &token, false, "k1");
        assert_eq!(key().send().await.unwrap().json::<ImportView>().await.unwrap().counts.created, 1);
        // As a killed process leaves it.
        let sql = "UPDATE idempotency_keys SET status = 0, body = ''";
        app.app
            .db
            .write(move |conn| Ok(diesel::RunQueryDsl::execute(diesel::sql_query(sql), conn)?))
            .await
            .unwrap();
        assert_eq!(key().send().await.unwrap().status(), StatusCode::CONFLICT);
        app.clock.advance(chrono::TimeDelta::minutes(16));
        assert_eq!(key().send().await.unwrap().json::<ImportView>().await.unwrap().counts.unchanged, 1);
        assert_eq!(key().send().await.unwrap().json::<ImportView>().await.unwrap().counts.unchanged, 1);
    }
}

#[actix_web::test]
async fn work_with_a_key_goes_on_when_the_caller_hangs_up() {
    let app = TestApp::sqlite().await;
    app.newsletter().await;
    let token = app.token(Role::Editor).await;
    let mut list = String::from("email\n");
    for n in 0..5_000 {
        list.push_str(&format!("leder{n}@aarhus.example\n"));
    }
    let send = || csv(&app, &token, false, "k1").body(list.clone());
    // Hangs up as soon as the first rows are there.
    let (begun, first) = (tokio::spawn(send().send()), ask);
    while first(&app, &token, "/api/v1/subscribers?limit=1").await["items"][0].is_null() {
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    begun.abort();
    for _ in 0..1_000 {
        let again = send().send().await.unwrap();
        if again.status() == StatusCode::OK {
            assert_eq!(again.json::<ImportView>().await.unwrap().counts.created, 5_000);
            return;
        }
        assert_eq!(again.status(), StatusCode::CONFLICT);
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("nobody finished what was begun");
}

both! {
    async fn issues_with_one_title_at_once_get_addresses_of_their_own(app: TestApp) {
        app.newsletter().await;
        let token = app.token(Role::Editor).await;
        let draft = json!({ "newsletter": "lederweb", "subject": "Ledelse af kerneopgaven", "blocks": [] });
        let post = || app.client.post(app.url("/api/v1/issues")).bearer_auth(&token).json(&draft);
        let answers = futures_util::future::join_all((0..10).map(|_| post().send())).await;
        let mut slugs = std::collections::BTreeSet::new();
        for answer in answers {
            let answer = answer.unwrap();
            assert_eq!(answer.status(), StatusCode::CREATED);
            let issue: Value = answer.json().await.unwrap();
            slugs.insert(issue["slug"].as_str().unwrap().to_owned());
        }
        assert_eq!(slugs.len(), 10);
    }
}

#[actix_web::test]
async fn a_repeated_answer_has_its_entity_tag() {
    let app = TestApp::sqlite().await;
    app.newsletter().await;
    let token = app.token(Role::Editor).await;
    let mut tags = Vec::new();
    for _ in 0..2 {
        let draft =
            json!({ "newsletter": "lederweb", "subject": "Ledelse af kerneopgaven", "blocks": [] });
        let sent = app.client.post(app.url("/api/v1/issues")).bearer_auth(&token);
        let answer = sent.header("idempotency-key", "udgave-1").json(&draft).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::CREATED);
        tags.push(answer.headers().get("etag").cloned());
    }
    assert!(tags[0].is_some());
    assert_eq!(tags[0], tags[1]);
}

#[actix_web::test]
async fn a_clumsy_list_loses_no_row_without_saying_so() {
    let app = TestApp::sqlite().await;
    app.newsletter().await;
    let token = app.token(Role::Editor).await;
    let send = async |key: &str, body: &'static str| {
        csv(&app, &token, true, key).body(body).send().await.unwrap()
    };
    // A row may be short, and a line may be blank or stand in one cell with another.
    let short = "name,email,organisation\nAnne Holm,anne.holm@aarhus.example\n\n\
                 Bo,bo@aarhus.example,\"Aarhus\nKommune\"\nCarla,ikke en adresse\n";
    let report: ImportView = send("k1", short).await.json().await.unwrap();
    assert_eq!((report.counts.created, report.counts.invalid), (1, 2));
    let lines: Vec<i64> = report.findings.iter().map(|finding| finding.line).collect();
    assert_eq!(lines, [4, 6], "as a text editor counts them");
    // A quote that nobody closes costs its own row.
    let open = "name,email\n\"Anne,anne.holm@aarhus.example\nBo,bo@aarhus.example\n";
    let report: ImportView = send("k2", open).await.json().await.unwrap();
    assert_eq!((report.counts.created, report.counts.invalid), (1, 1));
    assert_eq!((report.findings[0].line, report.findings[0].reason.as_deref()), (2, Some("quote")));
    let list = json!({
        "newsletter": "lederweb", "basis": "papir", "consented_on": "2017-03-02", "dry_run": true,
        "subscribers": [{ "email": "anne.holm@aarhus.example", "name": null, "sector": null }],
    });
    assert_eq!(import(&app, &token, &list).await.counts.created, 1);
}

#[actix_web::test]
async fn a_repeated_request_with_its_key_is_answered_as_the_first_time() {
    let app = TestApp::sqlite().await;
    app.newsletter().await;
    let token = app.token(Role::Editor).await;
    let mut reports = Vec::new();
    for _ in 0..2 {
        let sent = post(&app, &token).header("idempotency-key", "ledertræf-1").json(&a_list(false));
        reports.push(sent.send().await.unwrap().json::<ImportView>().await.unwrap());
    }
    assert_eq!(reports[0].counts.created, 2);
    assert_eq!(reports[0], reports[1], "the second did nothing and says what the first did");
    let other = post(&app, &token).header("idempotency-key", "ledertræf-1").json(&a_list(true));
    assert_eq!(other.send().await.unwrap().status(), StatusCode::UNPROCESSABLE_ENTITY);
    let reader = app.token(Role::Reader).await;
    let refused = post(&app, &reader).json(&a_list(true)).send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
}

#[actix_web::test]
async fn a_key_does_not_make_a_long_list_too_long() {
    let app = TestApp::sqlite().await;
    app.newsletter().await;
    let token = app.token(Role::Editor).await;
    let mut list = a_list(true);
    list["subscribers"][0]["name"] = Value::String("x".repeat(300_000));
    for key in ["a", "a"] {
        let answer = post(&app, &token).header("idempotency-key", key).json(&list);
        assert_eq!(answer.send().await.unwrap().status(), StatusCode::OK);
    }
}
