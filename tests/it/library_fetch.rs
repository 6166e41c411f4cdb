//! An address is pasted: into the library, into an issue, into the API.

use std::io::Write;
use std::net::TcpStream;

use lederbrev::issues::store as issues;
use lederbrev::library::{self, store::Search};
use lederbrev::staff::Role;
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::both;
use crate::browser::{Browser, PHONE, WIDE};
use crate::composer::Editor;
use crate::outside::{page, path, site};

const ARTICLE: &str = r#"<!doctype html><html lang="da-DK"><head><meta charset="utf-8">
    <title>Undgå værdiløs kompetenceudvikling | Lederweb</title>
    <meta property="og:title" content="Undgå værdiløs kompetenceudvikling med ny metode">
    <meta property="og:site_name" content="Lederweb">
    <meta property="og:description" content="Kun en del af det, ledere lærer på kurser, bliver brugt.">
    <meta property="og:image" content="https://www.lederweb.example/media/1.jpg">
    <meta property="article:published_time" content="2017-03-20T08:00:00+01:00"></head>"#;

const EPISODE: &str = r#"<html lang="da"><title>x</title><script type="application/ld+json">
    {"@context":"https://schema.org","@type":"PodcastEpisode","name":"Når jorden brænder under lederen",
     "description":"Om pres.","datePublished":"2017-10-01","episodeNumber":9,
     "partOfSeries":{"@type":"PodcastSeries","name":"Lederskab under pres"}}</script>"#;

/// What looks like a template, a script and a merge field, and is none of them.
const TRICK: &str = "Hej {{navn}} {{navn|dig}} <script>alert(1)</script> {{ 7*7 }} **fed**";

fn answer(head: &str, stream: &mut TcpStream) {
    match path(head).split('?').next().unwrap() {
        "/artikel/1" => page(stream, ARTICLE),
        "/kort" => {
            let _ = write!(
                stream,
                "HTTP/1.1 301 Moved\r\nlocation: /artikel/1?utm_source=kort\r\ncontent-length: 0\r\n\r\n"
            );
        }
        "/podcast/9" => page(stream, EPISODE),
        "/latin" => {
            let head = "HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=iso-8859-1\r\n\r\n";
            let _ = stream.write_all(head.as_bytes());
            let _ = stream.write_all(b"<title>Bl\xe5b\xe6r og ledelse</title>");
        }
        "/trick" => {
            let text = TRICK.replace('<', "&lt;");
            page(stream, &format!("<title>{text}</title><meta name=description content='{text}'>"));
        }
        "/tom" => page(stream, "<p>Ingenting"),
        "/stor" => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n<title>x");
            while stream.write_all(&[b'a'; 65_536]).is_ok() {}
        }
        "/pdf" => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/pdf\r\n\r\n%");
        }
        "/inde" => {
            let _ = write!(
                stream,
                "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1/\r\ncontent-length: 0\r\n\r\n"
            );
        }
        "/lukket" => {
            let _ = stream.write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n");
        }
        "/nede" => {
            let _ = stream.write_all(b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n");
        }
        _ => {
            let _ = stream.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");
        }
    }
}

async fn paste(app: &TestApp, editor: &Client, address: &str) -> (StatusCode, String) {
    let form = [("address", address)];
    let answer = editor.post(app.url("/admin/library/fetch")).form(&form).send().await.unwrap();
    let status = answer.status();
    let place = answer.headers().get("location").map(|place| place.to_str().unwrap().to_owned());
    (status, place.unwrap_or(answer.text().await.unwrap()))
}

both! {
    async fn an_address_becomes_a_form_that_is_filled_in_and_saved_once(app: TestApp) {
        let port = site(answer);
        let at = |path: &str| format!("http://localhost:{port}{path}");
        let editor = app.signed_in(Role::Editor).await;
        let (status, form) = paste(&app, &editor, &at("/artikel/1?utm_source=facebook#top")).await;
        assert_eq!(status, StatusCode::OK, "{form}");
        for part in [
            "Tjek felterne, og gem",
            r#"value="Undgå værdiløs kompetenceudvikling med ny metode""#,
            ">Kun en del af det, ledere lærer på kurser, bliver brugt.</textarea>",
            r#"value="https://www.lederweb.example/media/1.jpg""#,
            r#"value="2017-03-20""#,
            &format!(">{}</textarea>", at("/artikel/1")),
        ] {
            assert!(form.contains(part), "{part} in {form}");
        }
        // Nothing is saved yet.
        let all = || async {
            let search = Search { limit: 50, ..Search::default() };
            app.app.db.read(move |conn| Ok(library::store::search(conn, &search)?)).await.unwrap()
        };
        assert!(all().await.is_empty());
        let saved = [
            ("kind", "article"),
            ("title", "Undgå værdiløs kompetenceudvikling med ny metode"),
            ("addresses", &at("/artikel/1")),
        ];
        let saved = editor.post(app.url("/admin/library")).form(&saved).send().await.unwrap();
        assert_eq!(saved.status(), StatusCode::SEE_OTHER);
        let item = all().await[0].uuid;
        // However it is written, it is known; also when it is only found behind a redirect.
        for known in ["/artikel/1", "/artikel/1/", "/artikel/1?fbclid=x&utm_medium=mail#bund", "/kort"] {
            let (status, place) = paste(&app, &editor, &at(known)).await;
            assert_eq!(status, StatusCode::SEE_OTHER, "{known}: {place}");
            assert_eq!(place, format!("/admin/library/{item}?done=library-known"), "{known}");
        }
        let reader = app.signed_in(Role::Reader).await;
        assert_eq!(paste(&app, &reader, &at("/artikel/1")).await.0, StatusCode::FORBIDDEN);
    }

    async fn what_cannot_be_read_says_why_and_what_to_do(app: TestApp) {
        let port = site(answer);
        let editor = app.signed_in(Role::Editor).await;
        let at = |path: &str| format!("http://localhost:{port}{path}");
        for (address, words) in [
            (String::new(), "Feltet skal udfyldes"),
            ("artikel".to_owned(), "ikke en webadresse"),
            ("javascript:alert(1)".to_owned(), "ikke en webadresse"),
            ("ftp://lederweb.example/".to_owned(), "ikke en webadresse"),
            ("https://anne:hemmeligt@lederweb.example/".to_owned(), "et brugernavn"),
            ("http://lederweb.example:22/".to_owned(), "almindelige porte"),
            (format!("http://127.0.0.1:{port}/artikel/1"), "almindelige porte"),
            ("http://127.0.0.1/".to_owned(), "lukket netværk"),
            ("http://[::1]/".to_owned(), "lukket netværk"),
            (at("/inde"), "lukket netværk"),
            (at("/stor"), "mere end 2 MB"),
            (at("/pdf"), "application/pdf"),
            (at("/lukket"), "logget ind"),
            (at("/nede"), "fejl 503"),
            (at("/findes-ikke"), "findes ikke (404)"),
            ("http://localhost:1/".to_owned(), "Det betyder ikke, at den er væk"),
        ] {
            let (status, page) = paste(&app, &editor, &address).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{address}");
            assert!(page.contains(words), "{address}: {page}");
            assert!(page.contains(r#"id="address-error""#), "{address}");
        }
    }

    async fn text_that_looks_like_code_stays_text_everywhere(app: TestApp) {
        let port = site(answer);
        let trick = format!("http://localhost:{port}/trick");
        let editor = Editor::new(&app).await;
        let (_, form) = paste(&app, &editor.browser, &trick).await;
        assert!(form.contains("{{navn}}") && form.contains("{{ 7*7 }}"), "{form}");
        assert!(!form.contains("<script>alert"), "{form}");
        // One gesture: fetched, saved and put into the issue.
        let url = editor.path("/library");
        let answer = editor.browser.post(url).form(&[("address", &trick)]).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        let place = answer.headers()["location"].to_str().unwrap().to_owned();
        let shown = editor.browser.get(app.url(&place)).send().await.unwrap().text().await.unwrap();
        assert!(!shown.contains("<script>alert"), "{shown}");
        for form in ["html", "text", "web"] {
            let mail = editor.get(&format!("/preview/{form}")).await.text().await.unwrap();
            assert!(mail.contains("{{navn}} {{navn|dig}}"), "the teaser: {mail}");
            assert!(mail.contains("{ {navn}} { {navn|dig}}"), "the title: {mail}");
            assert!(mail.contains("{{ 7*7 }}") && mail.contains("**fed**"), "{mail}");
            assert!(form == "text" || !mail.contains("<script>alert"), "{mail}");
        }
        // Saved once, however often it is pasted.
        let url = editor.path("/library");
        let again = editor.browser.post(url).form(&[("address", &trick)]).send().await.unwrap();
        assert_eq!(again.status(), StatusCode::SEE_OTHER);
        let search = Search { limit: 50, ..Search::default() };
        let items = app.app.db.read(move |conn| Ok(library::store::search(conn, &search)?)).await;
        assert_eq!(items.unwrap().len(), 1);
    }

    async fn an_address_that_leads_to_nothing_leaves_the_issue_alone(app: TestApp) {
        let port = site(answer);
        let editor = Editor::new(&app).await;
        for (path, words) in [("/tom", "ikke, hvad den hedder"), ("/væk", "findes ikke (404)")] {
            let form = [("address", format!("http://localhost:{port}{path}"))];
            let answer = editor.browser.post(editor.path("/library")).form(&form).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
            assert!(answer.text().await.unwrap().contains(words), "{path}");
        }
        let id = editor.issue.id;
        let now = app.app.db.read(move |conn| Ok(issues::find(conn, id)?)).await.unwrap();
        assert_eq!(now.current_revision, editor.issue.current_revision);
    }

    async fn the_api_proposes_and_saves_nothing(app: TestApp) {
        let port = site(answer);
        let token = app.token(Role::Editor).await;
        let ask = async |body: Value| {
            let url = app.url("/api/v1/library/fetch");
            let answer = app.client.post(url).bearer_auth(&token).json(&body).send().await.unwrap();
            (answer.status(), answer.json::<Value>().await.unwrap())
        };
        let address = format!("http://localhost:{port}/podcast/9");
        let (status, found) = ask(json!({ "address": address })).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(found["known"], Value::Null);
        let proposal = &found["proposal"];
        assert_eq!(proposal["kind"], "podcast");
        assert_eq!(proposal["title"], "Når jorden brænder under lederen");
        assert_eq!((&proposal["series"], &proposal["number"]), (&json!("Lederskab under pres"), &json!(9)));
        assert_eq!(proposal["published"], "2017-10-01");
        // It can be sent as it is.
        let url = app.url("/api/v1/library");
        let made = app.client.post(url).bearer_auth(&token).json(proposal).send().await.unwrap();
        assert_eq!(made.status(), StatusCode::CREATED);
        let (_, found) = ask(json!({ "address": format!("{address}/?utm_source=x") })).await;
        assert_eq!(found["known"]["title"], "Når jorden brænder under lederen");
        assert_eq!(found["proposal"], Value::Null);
        let (status, problem) = ask(json!({ "address": "http://10.0.0.1/" })).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(problem["errors"][0]["code"], "error-fetch-inside");
        let (_, found) = ask(json!({ "address": format!("http://localhost:{port}/latin") })).await;
        assert_eq!(found["proposal"]["title"], "Blåbær og ledelse");
    }
}

#[actix_web::test]
async fn an_editor_pastes_an_address_in_a_browser() {
    let port = site(answer);
    let app = TestApp::sqlite().await;
    let browser = Browser::open(&app).await;
    browser.sign_in(Role::Editor).await;
    browser.goto("/admin/library").await;
    browser.screenshot("library-empty").await;
    browser.fill("#address", &format!("http://localhost:{port}/findes-ikke")).await;
    browser.click(".paste button").await;
    browser.wait_for("#address-error").await;
    browser.axe().await;
    browser.screenshot("library-paste-error").await;
    browser.fits_a_narrow_screen().await;
    browser.resize(WIDE).await;
    browser.fill("#address", &format!("http://localhost:{port}/artikel/1?utm_source=x")).await;
    browser.click(".paste button").await;
    browser.wait_for(".notice.info").await;
    browser.axe().await;
    browser.screenshot("library-proposal").await;
    browser.resize(PHONE).await;
    browser.dark(true).await;
    browser.screenshot("library-proposal-phone-dark").await;
    browser.axe().await;
    browser.dark(false).await;
    browser.fits_a_narrow_screen().await;
    browser.close().await;
}

#[actix_web::test]
async fn an_editor_pastes_an_address_into_an_issue_in_a_browser() {
    let port = site(answer);
    let app = TestApp::sqlite().await;
    let editor = Editor::new(&app).await;
    let browser = Browser::open(&app).await;
    browser.sign_in(Role::Admin).await;
    browser.console_errors().await;
    browser.goto(&format!("/admin/issues/{}", editor.issue.uuid)).await;
    browser
        .run("document.getElementById('add').open = true; document.querySelector('[data-library]').click()")
        .await;
    browser.fill("dialog #pick-address", &format!("http://localhost:{port}/tom")).await;
    browser.click("dialog [data-paste] button").await;
    browser.wait_for("dialog #pick-address-error").await;
    browser.axe().await;
    browser.screenshot("composer-paste-error").await;
    // The answer 422 is what the browser complains about, and nothing else.
    let errors = browser.console_errors().await;
    assert!(errors.iter().all(|error| error.contains("422")), "{errors:?}");
    browser.fill("dialog #pick-address", &format!("http://localhost:{port}/podcast/9")).await;
    browser.click("dialog [data-paste] button").await;
    browser.wait_for(".block.arrived").await;
    let title =
        browser.run("return document.querySelector('.block .block-title').textContent").await;
    assert_eq!(title, "Når jorden brænder under lederen");
    browser.axe().await;
    browser.no_console_errors().await;
    browser.close().await;
}
