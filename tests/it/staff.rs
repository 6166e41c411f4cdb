//! Signing in, roles, and the guard before every route.

use lederbrev::app::ROUTES;
use lederbrev::staff::guard::Access;
use lederbrev::staff::{self, Role};
use reqwest::{Method, StatusCode};

use crate::app::{TestApp, browser};
use crate::both;

both! {
    async fn a_sign_in_link_works_once_and_only_by_post(app: TestApp) {
        let link = staff::add::add(&app.app, "mette@lederweb.example", "Mette", Role::Editor, "test")
            .await
            .unwrap()
            .link;
        let browser = browser();
        for _ in 0..10 {
            let page = browser.get(&link).send().await.unwrap();
            assert_eq!(page.status(), StatusCode::OK);
        }
        let inside = browser.get(app.url("/admin/account")).send().await.unwrap();
        assert_eq!(inside.status(), StatusCode::SEE_OTHER, "a GET signs nobody in");
        assert_eq!(browser.post(&link).send().await.unwrap().status(), StatusCode::SEE_OTHER);
        let inside = browser.get(app.url("/admin/account")).send().await.unwrap();
        assert_eq!(inside.status(), StatusCode::OK);
        assert_eq!(app.client.post(&link).send().await.unwrap().status(), StatusCode::GONE);
    }

    async fn who_is_added_again_is_said_to_be_there_and_the_link_is_written_down(app: TestApp) {
        let admin = app.signed_in(Role::Admin).await;
        let add = async |role: &str| {
            let form = [("email", "Bo@lederweb.example"), ("name", "Bo Krag"), ("role", role)];
            let answer = admin.post(app.url("/admin/staff")).form(&form).send().await.unwrap();
            (answer.status(), answer.text().await.unwrap())
        };
        let (status, page) = add("editor").await;
        assert_eq!(status, StatusCode::OK);
        assert!(!page.contains("har allerede adgang"));
        let (status, page) = add("editor").await;
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains("har allerede adgang som redaktør"), "{page}");
        assert!(page.contains("/admin/sign-in/"));
        let (status, page) = add("admin").await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("har allerede adgang som redaktør") && !page.contains("/admin/sign-in/"));
        let shut_out = page.split('"').find(|part| part.starts_with("/admin/staff/"));
        let form = [("role", "editor"), ("disabled", "on")];
        admin.post(app.url(shut_out.unwrap())).form(&form).send().await.unwrap();
        for person in [add("editor").await, add("admin").await] {
            assert_eq!(person.0, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(person.1.contains("spærret"), "{}", person.1);
        }
        let actions: Vec<String> = app
            .app
            .db
            .read(|conn| {
                use diesel::prelude::*;
                use lederbrev::db::schema::audit_log::dsl;
                let of = dsl::audit_log.filter(dsl::action.like("staff.%")).order(dsl::id);
                Ok(of.filter(dsl::actor.ne("test")).select(dsl::action).load(conn)?)
            })
            .await
            .unwrap();
        let expected = ["staff.sign-in-link", "staff.add", "staff.link", "staff.access"];
        assert_eq!(actions, expected);
    }

    async fn what_a_database_cannot_hold_is_the_callers_mistake(app: TestApp) {
        app.newsletter().await;
        let admin = app.signed_in(Role::Admin).await;
        let token = app.token(Role::Admin).await;
        let mut answers = Vec::new();
        for path in ["/admin/subscribers?q=%00", "/admin/library?q=%00"] {
            answers.push((path, admin.get(app.url(path)).send().await.unwrap()));
        }
        let form = [
            ("email", "bo\0@lederweb.example"),
            ("password", "\0"),
            ("name", "\0"),
            ("role", "reader"),
            ("title", "\0"),
            ("kind", "article"),
            ("language", "da"),
        ];
        for path in [
            "/admin/sign-in",
            "/admin/sign-in/link",
            "/admin/staff",
            "/admin/tokens",
            "/admin/library",
        ] {
            answers.push((path, admin.post(app.url(path)).form(&form).send().await.unwrap()));
        }
        for (path, body) in [
            ("/api/v1/subscribers/import", r#"{"newsletter":"lederweb","basis":"\u0000"}"#),
            ("/api/v1/subscribers/import", r#"{"newsletter":"\u0000","basis":"papir"}"#),
            ("/api/v1/issues", r#"{"newsletter":"\u0000","subject":"x","blocks":[]}"#),
            ("/api/v1/library", r#"{"kind":"article","title":"\u0000"}"#),
        ] {
            let post = app.client.post(app.url(path)).bearer_auth(&token);
            let json = post.header("content-type", "application/json").body(body);
            answers.push((path, json.send().await.unwrap()));
        }
        let day = "/api/v1/newsletters/lederweb/count?on=-262143-01-01";
        answers.push((day, app.client.get(app.url(day)).bearer_auth(&token).send().await.unwrap()));
        for (path, answer) in answers {
            assert!(!answer.status().is_server_error(), "{path}: {}", answer.status());
        }
    }

    async fn a_new_password_ends_every_other_session_and_the_links_that_are_out(app: TestApp) {
        let first = app.signed_in(Role::Editor).await;
        let second = app.signed_in(Role::Editor).await;
        let account = app.url("/admin/account");
        let email = "editor@lederweb.example";
        let link = staff::add::add(&app.app, email, "Mette", Role::Editor, "test").await.unwrap();
        let short = first.post(&account).form(&[("password", "kort")]).send().await.unwrap();
        assert_eq!(short.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let form = [("password", "en lang og god sætning")];
        let changed = first.post(&account).form(&form).send().await.unwrap();
        assert_eq!(changed.status(), StatusCode::SEE_OTHER);
        assert_eq!(first.get(&account).send().await.unwrap().status(), StatusCode::OK);
        assert_eq!(second.get(&account).send().await.unwrap().status(), StatusCode::SEE_OTHER);
        assert_eq!(app.client.post(&link.link).send().await.unwrap().status(), StatusCode::GONE);
        let form = [("email", email), ("password", "en lang og god sætning")];
        let again = second.post(app.url("/admin/sign-in")).form(&form).send().await.unwrap();
        assert_eq!(again.status(), StatusCode::SEE_OTHER);
        assert_eq!(second.get(&account).send().await.unwrap().status(), StatusCode::OK);
    }
}

#[actix_web::test]
async fn a_link_by_mail_goes_to_staff_only_and_the_answer_is_the_same() {
    let app = TestApp::sqlite().await;
    app.newsletter().await;
    staff::add::add(&app.app, "mette@lederweb.example", "Mette", Role::Editor, "test")
        .await
        .unwrap();
    let mut answers = Vec::new();
    for email in ["mette@lederweb.example", "fremmed@aarhus.example"] {
        let answer = app.post("/admin/sign-in/link", &[("email", email)]).await;
        let to = answer.headers()["location"].to_str().unwrap().to_owned();
        answers.push((answer.status(), to));
    }
    assert_eq!(answers[0], answers[1]);
    let mail = app.mail_to("mette@lederweb.example").await;
    let text = mail.text.unwrap();
    let link = text.split_whitespace().find(|word| word.contains("/admin/sign-in/")).unwrap();
    assert_eq!(browser().post(link).send().await.unwrap().status(), StatusCode::SEE_OTHER);
    assert!(app.mails_to("fremmed@aarhus.example").is_empty());
}

#[actix_web::test]
async fn many_wrong_passwords_are_refused_before_they_are_read() {
    let app = TestApp::sqlite().await;
    let form = [("email", "mette@lederweb.example"), ("password", "gæt")];
    for _ in 0..10 {
        let answer = app.post("/admin/sign-in", &form).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(app.post("/admin/sign-in", &form).await.status(), StatusCode::TOO_MANY_REQUESTS);
    app.clock.advance(chrono::TimeDelta::minutes(16));
    let answer = app.post("/admin/sign-in", &form).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
}

#[actix_web::test]
async fn an_office_behind_one_address_does_not_lock_itself_out_by_signing_in() {
    let app = TestApp::sqlite().await;
    let editor = app.signed_in(Role::Editor).await;
    let word = "en lang og god sætning";
    editor.post(app.url("/admin/account")).form(&[("password", word)]).send().await.unwrap();
    let form = |password| [("email", "editor@lederweb.example"), ("password", password)];
    for _ in 0..12 {
        let answer = app.post("/admin/sign-in", &form(word)).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    }
    // Somebody's own password buys them no tries at those of others.
    for n in 0..10 {
        let email = format!("gæt{n}@lederweb.example");
        app.post("/admin/sign-in", &[("email", email.as_str()), ("password", "gæt")]).await;
    }
    let answer = app.post("/admin/sign-in", &form(word)).await;
    assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
}

#[actix_web::test]
async fn where_to_go_after_signing_in_is_a_page_or_the_front() {
    let app = TestApp::sqlite().await;
    let editor = app.signed_in(Role::Editor).await;
    let word = "en lang og god sætning";
    editor.post(app.url("/admin/account")).form(&[("password", word)]).send().await.unwrap();
    for (next, to) in [
        ("/admin/issues?kind=special", "/admin/issues?kind=special"),
        ("/admin\r\nX: y", "/admin"),
        ("/admin/é", "/admin"),
        ("//ond.example/admin", "/admin"),
        ("/administrator", "/admin"),
        ("/admin/\\ond.example", "/admin"),
    ] {
        let form = [("email", "editor@lederweb.example"), ("password", word), ("next", next)];
        let answer = app.post("/admin/sign-in", &form).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{next:?}");
        assert_eq!(answer.headers()["location"].to_str().unwrap(), to, "{next:?}");
    }
}

#[actix_web::test]
async fn every_staff_route_lets_in_whom_the_table_names_and_nobody_else() {
    let app = TestApp::sqlite().await;
    let mut browsers = vec![(None, browser())];
    let mut tokens = vec![(None, String::new())];
    for role in Role::ALL {
        browsers.push((Some(*role), app.signed_in(*role).await));
        tokens.push((Some(*role), app.token(*role).await));
    }
    for route in ROUTES.iter().filter(|route| route.access != Access::Public) {
        if route.pattern == "/admin/sign-out" {
            continue;
        }
        let path = route.pattern.replace("{id}", "00000000-0000-4000-8000-000000000000");
        let path = path.split('{').next().unwrap().to_owned()
            + if path.contains('{') { "00000000-0000-4000-8000-000000000000" } else { "" };
        let method: Method = route.method.parse().unwrap();
        for at in 0..browsers.len() {
            let (role, browser) = &browsers[at];
            let request = browser.request(method.clone(), app.url(&path));
            let request = if path.starts_with("/api/") && role.is_some() {
                request.bearer_auth(&tokens[at].1)
            } else {
                request
            };
            let answer = request.send().await.unwrap();
            let to = answer.headers().get("location").and_then(|to| to.to_str().ok());
            let refused =
                matches!(answer.status(), StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
                    || to.is_some_and(|to| to.starts_with("/admin/sign-in"));
            let who = role.map_or("nobody", Role::as_str);
            assert_eq!(
                !refused,
                route.access.allows(*role),
                "{} {} as {who}: {}",
                route.method,
                route.pattern,
                answer.status(),
            );
        }
    }
}

#[actix_web::test]
async fn no_spelling_of_a_path_leads_past_the_guard() {
    let app = TestApp::sqlite().await;
    let somebody = browser();
    for route in ROUTES.iter().filter(|route| route.access != Access::Public) {
        let path = route.pattern.replace("{id}", "00000000-0000-4000-8000-000000000000");
        let path = path.replace("{action}", "erase").replace("{form}", "html");
        let first = path.chars().nth(1).unwrap();
        let encoded = |at: &str| path.replacen(first, at, 1);
        let spellings = [
            encoded(&format!("%{:02x}", u32::from(first))),
            encoded(&format!("%25{:02x}", u32::from(first))),
            encoded(&first.to_ascii_uppercase().to_string()),
            format!("/{path}"),
            format!("{path}/"),
            format!("/.{path}"),
            format!("/assets/..{path}"),
            path.replace("/v1/", "%2fv1/").replace("/admin/", "/admin%2f"),
        ];
        for spelling in spellings {
            // Not through a library that tidies addresses up.
            let status = raw(&app, route.method, &spelling).await;
            let refused = [301, 303, 400, 401, 403, 404, 405].contains(&status);
            assert!(refused, "{} {spelling}: {status}", route.method);
        }
    }
    let plain = somebody.get(app.url("/%61rchive")).send().await.unwrap();
    assert_eq!(plain.status(), StatusCode::NOT_FOUND);
}

/// The status of a request whose path is sent as it is written.
async fn raw(app: &TestApp, method: &str, path: &str) -> u16 {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let address = app.base.strip_prefix("http://").unwrap();
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nContent-Length: 0\r\n\
         Connection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer);
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

#[actix_web::test]
async fn a_form_on_another_site_cannot_act_for_a_signed_in_person() {
    let app = TestApp::sqlite().await;
    let admin = app.signed_in(Role::Admin).await;
    let form = [("email", "fremmed@ond.example"), ("role", "admin")];
    for (name, value) in [("sec-fetch-site", "cross-site"), ("origin", "https://ond.example")] {
        let request = admin.post(app.url("/admin/staff")).header(name, value).form(&form);
        assert_eq!(request.send().await.unwrap().status(), StatusCode::FORBIDDEN);
    }
    let own = admin.post(app.url("/admin/staff")).header("origin", &app.base).form(&form);
    assert_eq!(own.send().await.unwrap().status(), StatusCode::OK);
}

#[actix_web::test]
async fn an_unknown_path_is_a_page_with_a_way_out_and_the_security_headers() {
    let app = TestApp::sqlite().await;
    let answer = app.get("/findes-ikke").await;
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self'"));
    assert!(answer.text().await.unwrap().contains("Siden findes ikke"));
    let problem = app.get("/api/v1/findes-ikke").await;
    assert_eq!(problem.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(problem.headers()["content-type"], "application/problem+json");
}
