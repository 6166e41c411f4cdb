//! What every page must do in a real browser, whoever built it.

use std::collections::BTreeSet;

use lederbrev::app::ROUTES;
use lederbrev::staff::Role;

use crate::app::TestApp;
use crate::browser::{Browser, PHONE, WIDE};

#[actix_web::test]
async fn somebody_new_signs_in_by_the_link_and_then_by_password() {
    let app = TestApp::sqlite().await;
    let browser = Browser::open(&app).await;
    browser.sign_in(Role::Editor).await;
    browser.goto("/admin/account").await;
    browser.axe().await;
    browser.fill("#password", "en lang og god sætning").await;
    browser.click("form:has(#password) button").await;
    browser.wait_for(".toast").await;
    browser.click(".account form button").await;
    browser.wait_for("#email").await;
    browser.axe().await;
    browser.fill("#email", "editor@lederweb.example").await;
    browser.fill("#password", "noget helt andet").await;
    browser.click("form:has(#password) button").await;
    browser.wait_for(".error-summary").await;
    browser.axe().await;
    browser.fill("#password", "en lang og god sætning").await;
    browser.click("form:has(#password) button").await;
    browser.wait_for(".staff-header").await;
    browser.screenshot("signed-in").await;
    browser.close().await;
}

#[actix_web::test]
async fn a_page_that_does_not_exist_says_so_in_the_readers_language() {
    let app = TestApp::sqlite().await;
    let browser = Browser::open(&app).await;
    browser.goto("/findes/ikke").await;
    assert_eq!(browser.text("h1").await, "Siden findes ikke");
    browser.axe().await;
    browser.fits_a_narrow_screen().await;
    browser.click(".language").await;
    browser.wait_for("html[lang=en]").await;
    assert_eq!(browser.text("h1").await, "There is no such page");
    browser.close().await;
}

#[actix_web::test]
async fn the_menu_of_a_phone_opens_by_keyboard_and_without_a_script() {
    let app = TestApp::sqlite().await;
    let browser = Browser::open(&app).await;
    browser.sign_in(Role::Admin).await;
    browser.console_errors().await;
    browser.goto("/admin/account").await;
    let is_shown = "return document.querySelector('.menu nav a').checkVisibility({\
                    contentVisibilityAuto: true, visibilityProperty: true})";
    assert_eq!(browser.run(is_shown).await, true, "a wide screen shows it without a button");
    browser.resize(PHONE).await;
    assert_eq!(browser.run(is_shown).await, false);
    browser.wait_for(".menu summary").await.send_keys(" ").await.unwrap();
    assert_eq!(browser.run(is_shown).await, true);
    browser.axe().await;
    browser.fits_a_narrow_screen().await;
    browser.no_console_errors().await;
    browser.close().await;
}

/// The pages that an address alone opens.
fn pages() -> BTreeSet<&'static str> {
    // Not pages: the API, files to download, and what machines read.
    let is_page = |path: &str| {
        !path.contains('{')
            && !path.starts_with("/api/")
            && !path.contains('.')
            && !["/healthz", "/readyz", "/metrics"].contains(&path)
            && !path.ends_with("/live")
    };
    ROUTES
        .iter()
        .filter(|route| route.method == "GET" && is_page(route.pattern))
        .map(|route| route.pattern)
        .collect()
}

#[actix_web::test]
async fn every_page_is_accessible_light_and_dark_wide_and_on_a_phone() {
    let app = TestApp::sqlite().await;
    let browser = Browser::open(&app).await;
    browser.sign_in(Role::Admin).await;
    browser.console_errors().await;
    app.run_until_idle().await;
    let mut findings = Vec::new();
    for path in pages() {
        browser.resize(WIDE).await;
        browser.goto(path).await;
        if !browser.run("return document.contentType").await.as_str().unwrap().contains("html") {
            continue;
        }
        let headings = browser.run("return document.querySelectorAll('h1').length").await;
        if headings != 1 {
            findings.push(format!("{path}: {headings} h1"));
        }
        for (width, dark) in [(WIDE, false), (WIDE, true), (PHONE, true), (PHONE, false)] {
            browser.resize(width).await;
            browser.dark(dark).await;
            let broken = browser.axe_findings().await;
            if !broken.is_empty() {
                findings.push(format!("{path} at {width}, dark {dark}:\n{broken}"));
            }
        }
        browser.resize(crate::browser::NARROWEST).await;
        let too_wide = browser.too_wide().await;
        if !too_wide.is_empty() {
            findings.push(format!("{path} scrolls sideways: {too_wide}"));
        }
        findings.extend(browser.console_errors().await.into_iter().map(|e| format!("{path}: {e}")));
    }
    assert!(findings.is_empty(), "{}", findings.join("\n\n"));
    browser.close().await;
}
