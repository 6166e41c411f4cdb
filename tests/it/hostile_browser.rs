//! Text from outside is shown as text: hostile words are put into everything that takes words, and then
//! every page is opened in a real browser. A dialog, a complaint of the browser (its reports of the
//! content security policy are among them) or an element that somebody wrote fails.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use fantoccini::Locator;
use lederbrev::app::ROUTES;
use lederbrev::issues::IssueKind;
use lederbrev::issues::compose::{self, NewIssue};
use lederbrev::staff::{self, Role};
use serde_json::json;

use crate::app::TestApp;
use crate::browser::Browser;
use crate::browser_pages::{is_page, pattern};
use crate::composer_browser::until;
use crate::hostile::{BRACES, MARKUP, PARSERS, content, judge, post, url_encoded};
use crate::hostile_house::fill;

/// Pages on which the words stand; otherwise it would be no wonder that they do nothing.
const SHOWING: [&str; 26] = [
    "/",
    "/admin",
    "/admin/archive/import",
    "/admin/issues",
    "/admin/issues/new",
    "/admin/issues/{id}",
    "/admin/issues/{id}/audience",
    "/admin/issues/{id}/history",
    "/admin/issues/{id}/library",
    "/admin/issues/{id}/report",
    "/admin/issues/{id}/review",
    "/admin/issues/{id}/schedule",
    "/admin/imports/{id}",
    "/admin/library",
    "/admin/library/feeds",
    "/admin/library/{id}",
    "/admin/pictures",
    "/admin/recurring",
    "/admin/recurring/{id}",
    "/admin/segments",
    "/admin/segments/{id}",
    "/admin/staff",
    "/admin/subscribers/{id}",
    "/admin/templates",
    "/archive/{slug}",
    "/archive/{slug}/mail",
];

/// Documents that a browser shows and that are no pages of ours.
fn is_document(path: &str) -> bool {
    path.starts_with("/outbox/") && path.ends_with("/html")
        || path.contains("/preview/")
        || path.ends_with("/report/clicks")
        || path.starts_with("/archive/") && path.ends_with("/mail")
}

#[actix_web::test]
async fn no_text_from_outside_is_interpreted_on_any_page() {
    let app = TestApp::sqlite().await;
    let mut ahead: VecDeque<String> = fill(&app).await.into();
    let browser = Browser::open(&app).await;
    let link = staff::add::add(&app.app, "admin@lederweb.example", MARKUP, Role::Admin, "test");
    browser.goto(&link.await.unwrap().link).await;
    browser.click("main button").await;
    browser.wait_for(".staff-header").await;
    browser.console_errors().await;

    let gets = ROUTES.iter().filter(|route| route.method == "GET").map(|route| route.pattern);
    ahead.extend(
        gets.filter(|pattern| !pattern.contains('{') && is_page(pattern)).map(str::to_owned),
    );
    ahead.push_back("/archive?q=alert".to_owned());
    ahead.push_back(format!("/archive?q={}", url_encoded(&format!("{MARKUP}{PARSERS}"))));
    ahead.push_back(format!("/admin/library?q={}&tag={0}", url_encoded(MARKUP)));
    ahead.push_back(format!("/admin/issues?q={}", url_encoded(PARSERS)));
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let (mut findings, mut shown) = (Vec::new(), BTreeSet::new());
    while let Some(address) = ahead.pop_front() {
        let path = address.split(['?', '#']).next().unwrap().to_owned();
        let Some(pattern) = pattern(&path) else {
            findings.push(format!("{address} leads nowhere"));
            continue;
        };
        if !is_page(pattern) && !is_document(&path) {
            continue;
        }
        // Of each page as it is for so many things, and each address once.
        let known = seen.entry(address.clone()).or_default();
        *known += 1;
        if *known > 1 {
            continue;
        }
        let of_pattern = seen.entry(pattern.to_owned()).or_default();
        *of_pattern += 1;
        if *of_pattern > 24 {
            continue;
        }
        browser.goto(&address).await;
        findings.extend(judge(&browser, &address).await);
        let source = "return document.documentElement.outerHTML.includes('hostile-tag')";
        if browser.run(source).await == true {
            shown.insert(pattern);
        }
        // A preview's links lead to what is not there yet.
        if !is_page(pattern) {
            continue;
        }
        let links = "const framed = [...document.querySelectorAll('iframe[src]')].map(frame => new URL(frame.src));
            return [...document.querySelectorAll('a[href]:not([download])'), ...framed]
              .filter(a => a.origin === location.origin).map(a => a.pathname + a.search)";
        let links = browser.run(links).await;
        ahead.extend(serde_json::from_value::<Vec<String>>(links).unwrap());
    }
    assert!(findings.is_empty(), "{}", findings.join("\n\n"));
    assert!(seen.len() > 100, "{seen:?}");
    for pattern in SHOWING {
        assert!(shown.contains(pattern), "no words came to {pattern}");
    }

    // The feed is XML, and what stands in it is clean.
    let feed = browser
        .run(
            "const request = new XMLHttpRequest();
             request.open('GET', '/archive/feed.xml', false);
             request.send();
             const feed = new DOMParser().parseFromString(request.responseText, 'text/xml');
             const wrong = feed.querySelector('parsererror');
             if (wrong) return [wrong.textContent];
             const entries = [...feed.getElementsByTagName('entry')];
             if (entries.length !== 5) return [entries.length + ' entries'];
             const made = 'script, style, svg, iframe, form, hostile-tag, mj-raw, [onerror], [onload], [onclick], [href^=javascript]';
             return entries.flatMap(entry => {
               const html = entry.querySelector('content').textContent;
               const page = new DOMParser().parseFromString(html, 'text/html');
               const turned = /1337|[\\u202A-\\u202E\\u2066-\\u2069]/.test(entry.textContent);
               return [...page.querySelectorAll(made)].map(element => element.outerHTML)
                 .concat(html.length > 500 && !turned ? [] : [entry.textContent]);
             });",
        )
        .await;
    assert_eq!(feed, json!([]));
    browser.close().await;
}

#[actix_web::test]
async fn what_scripts_put_on_the_editor_page_is_text() {
    let app = TestApp::sqlite().await;
    let newsletter = app.newsletter().await;
    let admin = app.signed_in(Role::Admin).await;
    let item = [("kind", "podcast"), ("title", MARKUP), ("summary", PARSERS), ("language", "da")];
    post(&admin, app.url("/admin/library"), &item).await;
    let browser = Browser::open(&app).await;
    browser.sign_in(Role::Editor).await;
    for words in [MARKUP, PARSERS] {
        let new = NewIssue { newsletter, kind: IssueKind::Special, content: content(words, true) };
        let issue = compose::create(&app.app, new, "editor@lederweb.example").await.unwrap();
        let address = format!("/admin/issues/{}", issue.uuid);
        browser.goto(&address).await;
        browser.wait_for("#composer.enhanced").await;
        browser.console_errors().await;
        let mut findings = Vec::new();
        // Rich text fields are made of what is stored.
        browser.click("[data-fold=none]").await;
        until(&browser, "document.querySelectorAll('.rich-text').length > 5").await;
        findings.extend(judge(&browser, "unfolded").await);
        // Titles, notes and what was saved come from the server as JSON.
        browser.fill("#f-subject", words).await;
        browser.wait_for("#f-subject").await.send_keys(BRACES).await.unwrap();
        until(&browser, "document.getElementById('save-state').textContent.includes('rettes')")
            .await;
        browser.console_errors().await;
        findings.extend(judge(&browser, "refused").await);
        browser.fill("#f-subject", words).await;
        until(&browser, "document.getElementById('save-state').textContent.startsWith('Gemt')")
            .await;
        findings.extend(judge(&browser, "saved").await);
        // The menu says what was typed.
        browser.run("document.querySelector('#add > summary').click()").await;
        browser.fill("#add-filter", words).await;
        until(&browser, "document.getElementById('add-found').textContent.startsWith('Ingen')")
            .await;
        findings.extend(judge(&browser, "menu").await);
        browser.fill("#add-filter", "").await;
        // The library in its dialog, an item of it, and what was removed.
        browser.run("document.querySelector('[data-library]').click()").await;
        browser.wait_for("dialog[open] .pick").await;
        browser.fill("#pick-q", "alert").await;
        browser.click("dialog form[role=search] button").await;
        browser.wait_for("dialog[open] .pick").await;
        findings.extend(judge(&browser, "library").await);
        browser.click("dialog .pick button").await;
        until(&browser, "document.activeElement.closest('.block')").await;
        findings.extend(judge(&browser, "inserted").await);
        browser.run("document.querySelector('.block .tool.danger').click()").await;
        browser.wait_for("#undo").await;
        findings.extend(judge(&browser, "removed").await);
        browser.run("document.getElementById('undo').click()").await;
        until(&browser, "!document.getElementById('undo')").await;
        // Pasted as a web page has it.
        browser
            .run(&format!(
                "const data = new DataTransfer();
                 data.setData('text/html', {});
                 data.setData('text/plain', {});
                 document.querySelector('details[open] .rich-text').dispatchEvent(
                   new ClipboardEvent('paste', {{ clipboardData: data, bubbles: true, cancelable: true }}));",
                json!(format!("<p>Før {words}<a href='javascript:alert(1)'>klik</a></p><svg onload=alert(2)>")),
                json!(words),
            ))
            .await;
        until(&browser, "document.getElementById('save-state').textContent.startsWith('Gemt')")
            .await;
        findings.extend(judge(&browser, "pasted").await);
        assert!(findings.is_empty(), "{}", findings.join("\n\n"));
        assert!(browser.client.find(Locator::Css("hostile-tag")).await.is_err());
    }
    browser.close().await;
}
