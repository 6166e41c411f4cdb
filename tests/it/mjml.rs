//! Issues and blocks in MJML, from the editor's form to the archive.

use lederbrev::issues::archive::{self, Historical};
use lederbrev::issues::mjml::BEGINNING;
use lederbrev::issues::{Content, IssueKind, store};
use lederbrev::staff::Role;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::both;
use crate::browser::{Browser, PHONE, WIDE};
use crate::composer::{Editor, Form};

/// A whole issue as somebody who knows MJML writes it.
const WHOLE: &str = r##"<mjml>
  <mj-head>
    <mj-attributes><mj-text font-size="17px" line-height="1.6" color="#1c2830" /></mj-attributes>
    <mj-style>.top div { letter-spacing: 1px; }</mj-style>
  </mj-head>
  <mj-body background-color="#eef1f3">
    <mj-section background-color="#0b4f5c" padding="30px 24px 30px 24px">
      <mj-column><mj-text color="#ffffff" css-class="top"><h1 style="margin:0;font-size:30px;line-height:38px">Nyt om kompetence</h1></mj-text></mj-column>
    </mj-section>
    <mj-section background-color="#ffffff" padding="24px">
      <mj-column>
        <mj-text><p>Kære {{navn|leder}}</p><p>Læs om <a href="https://lederweb.dk/kompetence">kompetenceudvikling</a>.</p></mj-text>
        <mj-image src="/assets/demo/artikel.png" alt="Trappetrin, der fører op til en sol" width="300px" />
        <mj-button href="https://lederweb.dk/alle" background-color="#0b4f5c">Se det hele</mj-button>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>"##;

fn whole(source: &str) -> Content {
    let content = json!({ "subject": "Nyt om kompetence", "preheader": "Læs", "mjml": source });
    Content::read(&content).unwrap()
}

both! {
    async fn an_issue_in_mjml_is_written_and_shown_in_the_archive(app: TestApp) {
        let browser = app.signed_in(Role::Editor).await;
        app.newsletter().await;
        let page = browser.get(app.url("/admin/issues/new")).send().await.unwrap().text().await.unwrap();
        assert!(page.contains("Almindelig udgave i MJML"));
        let answer = browser.post(app.url("/admin/issues")).form(&[("from", "mjml")]).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        let address = answer.headers()["location"].to_str().unwrap().to_owned();
        let uuid = address.rsplit('/').next().unwrap().parse().unwrap();
        let issue = app.app.db.read(move |conn| Ok(store::by_uuid(conn, uuid)?)).await.unwrap();
        let editor = Editor { app: &app, browser, issue };
        let mut form = editor.form().await;
        assert_eq!(form.get("mjml"), BEGINNING);

        // What is wrong is said with its place, and what was typed stays.
        let wrong = WHOLE.replace("<mj-image ", "<mj-imge ").replace("#0b4f5c\" padding", "blå\" padding");
        form.set("subject", "Nyt om kompetence").set("preheader", "Viden til ledere").set("mjml", &wrong);
        let refused = editor.press(&form, "save").await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let page = refused.text().await.unwrap();
        assert!(page.contains("Linje 7, tegn 17: background-color kan ikke være »blå«"), "{page}");
        assert!(page.contains("Linje 13, tegn 9: &#60;mj-imge&#62; findes ikke. Mente du &#60;mj-image&#62;?"));
        assert_eq!(Form::read(&page).get("mjml"), wrong);

        form.set("mjml", WHOLE);
        assert_eq!(editor.press(&form, "save").await.status(), StatusCode::SEE_OTHER);
        let preview = editor.get("/preview/html").await.text().await.unwrap();
        assert!(preview.contains("Kære Mette Lund") && preview.contains("/unsubscribe/test"));
        let text = editor.get("/preview/text").await.text().await.unwrap();
        assert!(text.contains("Se det hele: https://lederweb.dk/alle") && text.contains("Eksempelvej 1"));
        let web = editor.get("/preview/web").await;
        assert!(web.headers()["content-security-policy"].to_str().unwrap().contains("frame-src 'self'"));
        assert!(web.text().await.unwrap().contains("src=\"html?revision="));

        let form = [("do", "schedule"), ("at", "2017-03-24T09:00")];
        let slug = app.app.db.read(move |conn| Ok(store::by_uuid(conn, uuid)?)).await.unwrap().slug;
        assert_eq!(app.get(&format!("/archive/{slug}/mail")).await.status(), StatusCode::NOT_FOUND);
        editor.readers(2).await;
        let planned = editor.act(&form).await;
        assert_eq!(planned.status(), StatusCode::SEE_OTHER, "{}", planned.text().await.unwrap());
        app.clock.advance(chrono::TimeDelta::minutes(61));
        app.run_until_idle().await;
        let page = app.get(&format!("/archive/{slug}")).await.text().await.unwrap();
        assert!(page.contains(&format!("src=\"/archive/{slug}/mail\"")), "{page}");
        assert_eq!(page.matches("<h1").count(), 1);
        let mail = app.get(&format!("/archive/{slug}/mail")).await;
        let policy = mail.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.contains("default-src 'none'") && policy.contains("sandbox allow-popups"));
        let mail = mail.text().await.unwrap();
        assert!(mail.contains("Kære leder") && mail.contains("href=\"https://lederweb.dk/alle\""), "{mail}");
        for personal in ["/unsubscribe/", "/preferences/", "/o/", "/c/", "\u{E000}"] {
            assert!(!mail.contains(personal), "{personal}: {mail}");
        }
    }

    async fn the_api_takes_mjml_and_says_what_is_wrong_with_it(app: TestApp) {
        let token = app.token(Role::Editor).await;
        app.newsletter().await;
        let post = |body: Value| app.client.post(app.url("/api/v1/issues")).bearer_auth(&token).json(&body).send();
        let made = post(json!({ "newsletter": "lederweb", "subject": "x", "mjml": WHOLE })).await.unwrap();
        assert_eq!(made.status(), StatusCode::CREATED);
        let made: Value = made.json().await.unwrap();
        assert_eq!(made["content"]["mjml"], WHOLE);
        let block = json!({ "kind": "mjml", "source": "<mj-section><mj-column><mj-text>Egen</mj-text></mj-column></mj-section>" });
        let made = post(json!({ "newsletter": "lederweb", "subject": "x", "blocks": [block] })).await.unwrap();
        assert_eq!(made.status(), StatusCode::CREATED);

        let block = json!({ "kind": "mjml", "source": "<mj-section>\n<mj-raw><script>x</script></mj-raw></mj-section>" });
        let refused = post(json!({ "newsletter": "lederweb", "subject": "x", "blocks": [block] })).await.unwrap();
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let refused: Value = refused.json().await.unwrap();
        assert!(refused.to_string().contains("blocks.0.source"), "{refused}");
        let special = json!({ "newsletter": "lederweb", "kind": "special", "subject": "x", "mjml": WHOLE });
        assert_eq!(post(special).await.unwrap().status(), StatusCode::UNPROCESSABLE_ENTITY);
    }
}

/// What gets through the allow-list with the most mischief in it.
const HOSTILE: &str = r##"<mjml>
  <mj-body>
    <mj-section><mj-column>
      <mj-text><p lang="da">&lt;script&gt;alert(1)&lt;/script&gt; &lt;img src=x onerror=alert(1)&gt; {{navn|&lt;svg onload=alert(1)&gt;}}</p>
      <p style="color:red;display:none">skjult</p></mj-text>
      <mj-image src="/archive?q=%22onerror=alert(1)" alt="&quot; onerror=&quot;alert(1)&quot; x=&quot;" title="&lt;script&gt;alert(1)&lt;/script&gt;" />
      <mj-button href="https://lederweb.dk/?&quot;onclick=alert(1)">Tryk &#x3C;b onclick=alert(1)&#x3E;</mj-button>
    </mj-column></mj-section>
  </mj-body>
</mjml>"##;

#[actix_web::test]
async fn a_hostile_issue_does_nothing_in_a_browser() {
    let app = TestApp::sqlite().await;
    let newsletter = app.newsletter().await;
    let refused = Content::read(&json!({ "subject": "x", "mjml": HOSTILE }));
    assert!(refused.is_err(), "an address with a quotation mark is refused");
    let content = whole(&HOSTILE.replace("?&quot;onclick=alert(1)", "?onclick=alert(1)"));
    let old = Historical {
        newsletter,
        kind: IssueKind::Ordinary,
        content,
        day: "2017-03-24".parse().unwrap(),
        note: None,
        old_address: None,
    };
    let issue = archive::bring_in(&app.app, old, "test").await.unwrap();
    let browser = Browser::open(&app).await;
    for path in [format!("/archive/{}", issue.slug), format!("/archive/{}/mail", issue.slug)] {
        browser.goto(&path).await;
        assert!(browser.client.get_alert_text().await.is_err(), "a dialog on {path}");
        assert_eq!(browser.run("return document.querySelectorAll('script[src=\"x\"], [onclick], [onerror], [onload], svg').length").await, 0);
    }
    let errors = browser.console_errors().await;
    // The address of the picture is a page, and so no picture.
    assert!(errors.iter().all(|error| !error.contains("Content Security Policy")), "{errors:#?}");
    browser.close().await;
}

#[actix_web::test]
async fn the_pages_of_an_issue_in_mjml_are_for_everyone() {
    let app = TestApp::sqlite().await;
    let newsletter = app.newsletter().await;
    let old = Historical {
        newsletter,
        kind: IssueKind::Ordinary,
        content: whole(WHOLE),
        day: "2017-03-24".parse().unwrap(),
        note: None,
        old_address: None,
    };
    let issue = archive::bring_in(&app.app, old, "test").await.unwrap();
    let browser = Browser::open(&app).await;
    browser.goto(&format!("/archive/{}", issue.slug)).await;
    browser.axe().await;
    browser.no_console_errors().await;
    browser.screenshot("mjml-archived").await;
    browser.resize(PHONE).await;
    browser.dark(true).await;
    browser.screenshot("mjml-archived-phone-dark").await;
    browser.dark(false).await;
    browser.fits_a_narrow_screen().await;

    browser.resize(WIDE).await;
    browser.sign_in(Role::Editor).await;
    browser.goto("/admin/issues/new").await;
    browser.axe().await;
    browser.screenshot("mjml-new").await;
    browser.click("[value=mjml]").await;
    browser.wait_for("#f-mjml").await;
    browser.console_errors().await;
    browser.fill("#f-mjml", "<mjml><mj-bdy></mj-bdy></mjml>").await;
    browser.click(".composer-actions [value=save]").await;
    browser.wait_for("[data-field=f-mjml].invalid").await;
    browser.axe().await;
    browser.screenshot("mjml-composer").await;
    browser.resize(PHONE).await;
    browser.screenshot("mjml-composer-phone").await;
    browser.close().await;
}
