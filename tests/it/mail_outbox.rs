//! The outbox in the browser: who sees it, and what a caught mail may do there.

use lederbrev::mail::{Content, EmailAddress, Letter, mime};
use reqwest::StatusCode;

use crate::app::TestApp;

async fn caught(app: &TestApp) -> u64 {
    let letter = Letter {
        from_name: "Væksthus for Ledelse".to_owned(),
        from: EmailAddress::parse("nyhedsbrev@lederweb.example").unwrap(),
        reply_to: None,
        to: EmailAddress::parse("anne.holm@aarhus.example").unwrap(),
        message_id: mime::message_id("1.test", "lederweb.example"),
        date: app.clock.now(),
        content: Content {
            subject: "Særnummer <script>alert(1)</script>".to_owned(),
            text: "Kære leder <script>alert(2)</script>\n".to_owned(),
            html: "<html><head></head><body><script>alert(3)</script>Kære leder</body></html>"
                .to_owned(),
        },
    };
    app.app.mailer.send(&letter).await.unwrap();
    let outbox = app.app.catcher.as_ref().unwrap().outbox();
    outbox.list(0, 1).unwrap()[0].number
}

#[actix_web::test]
async fn an_empty_outbox_says_what_to_do_first() {
    let app = TestApp::sqlite().await;
    let page = app.get("/outbox?lang=da").await.text().await.unwrap();
    assert!(page.contains("Der er ingen mails endnu") && page.contains("href=\"/subscribe\""));
    assert_eq!(app.get("/outbox/1").await.status(), StatusCode::NOT_FOUND);
    assert_eq!(app.get("/outbox?page=999999999999").await.status(), StatusCode::OK);
}

#[actix_web::test]
async fn a_caught_mail_is_shown_from_every_side_and_runs_nothing() {
    let app = TestApp::sqlite().await;
    let number = caught(&app).await;
    let list = app.get("/outbox?lang=da").await.text().await.unwrap();
    assert!(
        list.contains("Særnummer &#60;script&#62;") && list.contains("anne.holm@aarhus.example")
    );

    let mail = app.get(&format!("/outbox/{number}")).await.text().await.unwrap();
    assert!(mail.contains(&format!("src=\"/outbox/{number}/html\"")));
    assert!(mail.contains("sandbox=\"allow-popups allow-popups-to-escape-sandbox\""));
    let text = app.get(&format!("/outbox/{number}?view=text")).await.text().await.unwrap();
    assert!(text.contains("Kære leder &#60;script&#62;alert(2)"));
    let headers = app.get(&format!("/outbox/{number}?view=headers")).await.text().await.unwrap();
    assert!(headers.contains("Auto-Submitted") && headers.contains("Særnummer &#60;script&#62;"));
    for page in [&list, &mail, &text, &headers] {
        assert!(!page.contains("<script>alert"));
    }

    let frame = app.get(&format!("/outbox/{number}/html")).await;
    let policy = frame.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("sandbox allow-popups") && !policy.contains("script-src"));
    assert!(frame.text().await.unwrap().contains("<base target=\"_blank\">"));
    let eml = app.get(&format!("/outbox/{number}/eml")).await;
    assert_eq!(eml.headers()["content-type"], "message/rfc822");
}

#[actix_web::test]
async fn nobody_but_this_machine_sees_the_outbox() {
    let app = TestApp::sqlite().await;
    let number = caught(&app).await;
    for path in ["/outbox".to_owned(), format!("/outbox/{number}/html")] {
        for (name, value) in [
            ("X-Forwarded-For", "192.0.2.1"),
            ("Forwarded", "for=192.0.2.1"),
            ("X-Real-IP", "192.0.2.1"),
            ("X-Forwarded-Proto", "https"),
            ("Host", "nyt.lederweb.example"),
        ] {
            let answer = app.client.get(app.url(&path)).header(name, value).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path} {name}");
        }
    }
    // A proxy that says nothing of itself: the address that readers see gives it away.
    let public = ("PUBLIC_URL", "https://nyt.lederweb.example");
    for setting in [public, ("BIND", "0.0.0.0:8080"), ("MAIL_URL", "smtp://127.0.0.1:9")] {
        let folder = |path: &std::path::Path| format!("sqlite://{}/l.db", path.display());
        let app = TestApp::start(folder, &[setting]).await;
        assert_eq!(app.get("/outbox").await.status(), StatusCode::NOT_FOUND, "{setting:?}");
    }
}
