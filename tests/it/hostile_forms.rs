//! What is typed into forms comes back as text: where it is refused, where it is proposed, and where a
//! picture or a file is called by it.

use image::ImageFormat;
use lederbrev::staff::Role;

use crate::app::TestApp;
use crate::browser::Browser;
use crate::composer_browser::until;
use crate::hostile::{BRACES, MARKUP, PARSERS, judge};
use crate::hostile_lists::{feed, items, people};
use crate::pictures::photograph;
use crate::sending::readers;

/// What a page made of it. That a page was refused is what is meant.
async fn looks(browser: &Browser<'_>, what: &str) -> Vec<String> {
    let mut findings = judge(browser, what).await;
    findings.retain(|finding| !finding.contains("status of 422"));
    findings
}

/// A page, what is typed into its fields, and the button.
type Form<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str);

/// The name of a file on a disk, which has no slash.
const FILE: &str = "\"><img src=x onerror=alert(27)>\u{202E}<hostile-tag>${7*191}' onfocus=alert(28) autofocus x='";

#[actix_web::test]
async fn what_is_typed_into_forms_comes_back_as_text() {
    let app = TestApp::sqlite().await;
    let (newsletter, now) = (app.newsletter().await, app.clock.now());
    app.app.db.write(move |conn| Ok(readers(conn, newsletter, 2, now)?)).await.unwrap();
    let browser = Browser::open(&app).await;
    let mut findings = Vec::new();
    for words in [MARKUP, PARSERS] {
        let wrong = [("#email", words), ("#password", words)];
        browser.submits("/admin/sign-in", &wrong, "form:has(#password) button").await;
        findings.extend(looks(&browser, "sign-in").await);
        let wrong = [("#email", words), ("#name", words), ("#organisation", words)];
        browser.submits("/subscribe/lederweb", &wrong, "main form .button").await;
        findings.extend(looks(&browser, "subscribe").await);
        browser.submits("/my-page", &[("#email", words)], "main form .button").await;
        findings.extend(looks(&browser, "my-page").await);
    }
    browser.sign_in(Role::Admin).await;
    browser.console_errors().await;
    let person = {
        browser.goto("/admin/subscribers").await;
        let person = browser.run("return document.querySelector('th a').pathname").await;
        person.as_str().unwrap().to_owned()
    };
    for words in [MARKUP, PARSERS, BRACES] {
        let long = words.repeat(40);
        let save = "button[value=save]";
        let forms: &[Form<'_>] = &[
            ("/admin/segments/new?newsletter=lederweb", &[("#name", &long)], save),
            (
                "/admin/recurring/new",
                &[("#name", words), ("#subject", &long)],
                "main form > button",
            ),
            (
                "/admin/recurring/new",
                &[("#name", words), ("[name=when][value=cron]", "on"), ("#cron", words)],
                "main form > button",
            ),
            (&person, &[("#note", &long)], "form[action$='/notes'] button"),
            ("/admin/library", &[("#address", words)], ".paste button"),
            ("/admin/library/feeds", &[("#url", words)], "button[value=preview]"),
            ("/admin/library/move", &[("#old", words), ("#new", words)], "button[value=preview]"),
            ("/admin/library/move", &[("#map", words)], "button[value=preview]"),
            (
                "/admin/library/new",
                &[
                    ("#title", words),
                    ("#addresses", words),
                    ("#published", words),
                    ("#tags", &long),
                    ("#image_url", words),
                ],
                "form.narrow > button",
            ),
            ("/admin/library/import", &[("#rows", words)], "button[value=check]"),
            (
                "/admin/test-groups/lederweb",
                &[("[name=name]", words), ("[name=addresses]", words)],
                save,
            ),
            ("/admin/archive/import", &[("#subject", words), ("#html", words)], "[value=look]"),
            (
                "/admin/staff",
                &[("#staff-email", words), ("#staff-name", words)],
                "form[action='/admin/staff'] button",
            ),
            (
                "/admin/settings",
                &[("#title", ""), ("#sender_email", words), ("#site_url", words)],
                "main form .button",
            ),
            ("/admin/figures", &[("main form input", words)], "main form .button"),
        ];
        for (page, fields, button) in forms {
            browser.submits(page, fields, button).await;
            findings.extend(looks(&browser, page).await);
        }
    }

    // What a feed and a table are said to hold, before anything of it is kept, and after.
    browser.submits("/admin/library/feeds", &[("#url", &feed())], "button[value=preview]").await;
    browser.wait_for("#found").await;
    assert!(browser.text("main").await.contains("hostile-tag"), "the feed is shown");
    findings.extend(looks(&browser, "feed").await);
    browser.presses_with(&[], "button[value=add]").await;
    findings.extend(looks(&browser, "feed added").await);
    browser.submits("/admin/library/import", &[("#rows", &items())], "button[value=check]").await;
    browser.wait_for("#verdicts").await;
    findings.extend(looks(&browser, "items checked").await);
    browser.presses_with(&[], "button[value=import]").await;
    assert!(browser.text("main").await.contains("hostile-tag"), "the items are shown");
    findings.extend(looks(&browser, "items").await);

    // A list of people in a file with such a name, without a basis.
    let folder = tempfile::tempdir().unwrap();
    let file = |end: &str, bytes: &[u8]| {
        let file = folder.path().join(format!("{FILE}{end}"));
        std::fs::write(&file, bytes).unwrap();
        file.display().to_string()
    };
    browser.goto("/admin/imports").await;
    browser.wait_for("#file").await.send_keys(&file(".csv", people().as_bytes())).await.unwrap();
    browser.click("main form button").await;
    browser.wait_for("#basis").await;
    findings.extend(looks(&browser, "list").await);
    browser.presses_with(&[("#source", MARKUP)], "button[value=check]").await;
    findings.extend(looks(&browser, "list refused").await);

    // Pictures: one that is none, one that is, and both in the dialog of an issue.
    for (end, bytes) in [(".jpg", MARKUP.into()), (".png", photograph(64, 48, ImageFormat::Png))] {
        browser.goto("/admin/pictures").await;
        let picture = file(end, &bytes);
        browser.wait_for("#picture-file").await.send_keys(&picture).await.unwrap();
        let alt: String = MARKUP.chars().take(150).collect();
        browser.presses_with(&[("#picture-alt", &alt)], "[data-picture-upload] button").await;
        findings.extend(looks(&browser, "picture").await);
    }
    assert!(browser.text("main .pictures").await.contains("hostile-tag"), "the picture is there");
    browser.goto("/admin/issues/new").await;
    browser.click("[value=ordinary]").await;
    browser.wait_for("#composer.enhanced").await;
    browser.click("#add > summary").await;
    browser.click("button[value='add:image']").await;
    until(&browser, "document.querySelector('.block details[open]')").await;
    browser.click(".block [data-pictures]").await;
    browser.wait_for("dialog[open] [data-pick]").await;
    findings.extend(looks(&browser, "pictures in a dialog").await);
    browser.click("dialog [data-pick]").await;
    until(&browser, "document.querySelector('[id$=image-alt]').value.includes('hostile-tag')")
        .await;
    until(&browser, "document.getElementById('save-state').textContent.startsWith('Gemt')").await;
    findings.extend(looks(&browser, "picture chosen").await);

    // MJML that is refused: what is wrong is said with the words that are.
    let source = format!(
        "<mjml><mj-body><mj-raw>{MARKUP}{PARSERS}</mj-raw><hostile-tag a=\"{{{{7*191}}}}\"></mj-body>"
    );
    browser.goto("/admin/issues/new").await;
    browser.click("[value=mjml]").await;
    browser.wait_for("#composer.enhanced").await;
    browser
        .run(&format!("document.getElementById('f-mjml').value = {}", serde_json::json!(source)))
        .await;
    browser.click(".composer-actions [value=save]").await;
    browser.wait_for("[data-field=f-mjml].invalid").await;
    findings.extend(looks(&browser, "mjml").await);
    assert!(findings.is_empty(), "{}", findings.join("\n\n"));
    browser.close().await;
}
