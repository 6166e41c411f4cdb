//! The API: its description, its errors, its lists.

use std::collections::BTreeSet;

use lederbrev::app::ROUTES;
use lederbrev::staff::Role;
use reqwest::StatusCode;
use serde_json::Value;

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
