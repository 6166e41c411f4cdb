//! The API: its description, its errors, its lists.

use std::collections::BTreeSet;

use lederbrev::app::ROUTES;
use lederbrev::staff::Role;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::app::TestApp;

#[actix_web::test]
async fn the_description_names_every_route_of_the_api_and_no_other() {
    let app = TestApp::sqlite().await;
    let description: Value = app.get("/api/v1/openapi.json").await.json().await.unwrap();
    let described: BTreeSet<String> = description["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().unwrap().keys();
            methods.map(move |method| format!("{} {path}", method.to_uppercase()))
        })
        .collect();
    let routed: BTreeSet<String> = ROUTES
        .iter()
        .filter(|route| route.pattern.starts_with("/api/"))
        .filter(|route| route.pattern != "/api/v1/openapi.json")
        .map(|route| format!("{} {}", route.method, route.pattern))
        .collect();
    assert_eq!(described, routed);
}

#[actix_web::test]
async fn a_revoked_or_unknown_token_is_told_so_as_a_problem() {
    let app = TestApp::sqlite().await;
    let token = app.token(Role::Reader).await;
    let ask = |token: String| app.client.get(app.url("/api/v1/newsletters")).bearer_auth(token);
    assert_eq!(ask(token.clone()).send().await.unwrap().status(), StatusCode::OK);
    let admin = app.signed_in(Role::Admin).await;
    let page = admin.get(app.url("/admin/staff")).send().await.unwrap().text().await.unwrap();
    let revoke = page.split('"').find(|part| part.ends_with("/revoke")).unwrap();
    admin.post(app.url(revoke)).send().await.unwrap();
    for token in [token, "opdigtet".to_owned()] {
        let refused = ask(token).send().await.unwrap();
        assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(refused.headers()["content-type"], "application/problem+json");
        let problem: Value = refused.json().await.unwrap();
        assert_eq!(problem["status"], 401);
    }
}

#[actix_web::test]
async fn a_path_that_is_there_for_another_method_says_which() {
    let app = TestApp::sqlite().await;
    let (operator, editor) = (app.token(Role::Operator).await, app.token(Role::Editor).await);
    let delete = |path: &str| app.client.delete(app.url(path));
    let front = delete("/").send().await.unwrap();
    assert_eq!(front.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(front.headers()["allow"], "GET, HEAD");
    let issues = delete("/api/v1/issues").bearer_auth(&editor).send().await.unwrap();
    assert_eq!(issues.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(issues.headers()["allow"], "GET, HEAD, POST");
    assert_eq!(issues.headers()["content-type"], "application/problem+json");
    // What somebody may not do is not told to them, nor anything to a stranger.
    let issues = delete("/api/v1/issues").bearer_auth(&operator).send().await.unwrap();
    assert_eq!(issues.headers()["allow"], "GET, HEAD");
    let import = delete("/api/v1/subscribers/import").bearer_auth(&operator).send().await.unwrap();
    assert!(import.headers().get("allow").is_none());
    let stranger = delete("/api/v1/issues").send().await.unwrap();
    assert_eq!(stranger.status(), StatusCode::UNAUTHORIZED);
    assert!(stranger.headers().get("allow").is_none());
}

#[actix_web::test]
async fn a_body_that_cannot_be_read_is_told_why_in_the_readers_language() {
    let app = TestApp::sqlite().await;
    app.newsletter().await;
    let editor = app.token(Role::Editor).await;
    let post = |path: &str, kind: &str, body: String| {
        let request = app.client.post(app.url(path)).bearer_auth(&editor);
        request.header("content-type", kind.to_owned()).body(body).send()
    };
    let json = "application/json";
    for (path, kind, body, status) in [
        ("/api/v1/library", "text/plain", "{}".to_owned(), 415),
        ("/api/v1/subscribers/import", "text/plain", "{}".to_owned(), 415),
        ("/subscribe/lederweb", json, "{}".to_owned(), 415),
        ("/api/v1/library", json, format!("\"{}\"", "a".repeat(2_000_000)), 413),
        ("/subscribe/lederweb", "application/x-www-form-urlencoded", "a".repeat(2_000_000), 413),
        ("/api/v1/library", json, "{".to_owned(), 400),
        ("/api/v1/library", json, r#"{"kind":"nope","title":"x"}"#.to_owned(), 422),
    ] {
        let answer = post(path, kind, body).await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{path} {kind}");
    }
    let twice = app.client.post(app.url("/subscribe/lederweb"));
    let twice = twice.header("content-type", "application/x-www-form-urlencoded");
    let page = twice.body("email=a&email=b").send().await.unwrap();
    assert_eq!(page.status(), StatusCode::BAD_REQUEST);
    let text = page.text().await.unwrap();
    assert!(text.contains("Det kunne vi ikke læse") && !text.contains("duplicate"), "{text}");
}

#[actix_web::test]
async fn a_field_that_means_nothing_is_named() {
    let app = TestApp::sqlite().await;
    app.newsletter().await;
    let editor = app.token(Role::Editor).await;
    let item = json!({ "kind": "article", "title": "Ledelse", "sumary": "tastefejl" });
    let library = app.client.post(app.url("/api/v1/library")).bearer_auth(&editor).json(&item);
    let answer = library.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.json::<Value>().await.unwrap()["errors"][0]["field"], "sumary");

    let draft = json!({ "newsletter": "lederweb", "subject": "Ledelse", "blocks": [] });
    let issues = app.url("/api/v1/issues");
    let made = app.client.post(&issues).bearer_auth(&editor).json(&draft).send().await.unwrap();
    let made: Value = made.json().await.unwrap();
    let address = format!("{issues}/{}", made["id"].as_str().unwrap());
    let put = async |field: &str, value: &str| {
        let mut edit = draft.clone();
        edit[field] = value.into();
        let put = app.client.put(&address).bearer_auth(&editor).header("if-match", "\"1\"");
        put.json(&edit).send().await.unwrap()
    };
    for (field, value) in [("newsletter", "nope"), ("kind", "special"), ("kind", "nope")] {
        let answer = put(field, value).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{field} {value}");
        assert_eq!(answer.json::<Value>().await.unwrap()["errors"][0]["field"], field);
    }
    assert_eq!(put("kind", "ordinary").await.status(), StatusCode::OK);
}
