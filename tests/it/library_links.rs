//! Whether links lead somewhere: in drafts soon, in the library and in what was sent once a week.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::TimeDelta;
use diesel::prelude::*;
use lederbrev::db::schema::issue_links;
use lederbrev::issues::archive::{self, Historical};
use lederbrev::issues::{Content, IssueKind};
use lederbrev::library::links::Outcome;
use lederbrev::library::store::links::{self as store, Check};
use lederbrev::staff::Role;
use serde_json::{Value, json};

use crate::app::{TestApp, migrated_postgres, sqlite_in};
use crate::browser::{Browser, PHONE};
use crate::composer::Editor;
use crate::outside::{path, site};

/// A site whose pages answer with the status in their path, and how often it was asked. HEAD is
/// not known there.
fn statuses() -> (u16, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let port = site(move |head, stream| {
        count.fetch_add(1, Ordering::SeqCst);
        let status = if head.starts_with("HEAD") { "405" } else { &path(head)[1..] };
        let _ = write!(stream, "HTTP/1.1 {status} X\r\ncontent-length: 0\r\n\r\n");
    });
    (port, asked)
}

async fn apps() -> [TestApp; 2] {
    let on = [("LINK_CHECKS", "on")];
    [TestApp::start(sqlite_in, &on).await, TestApp::start(|_| migrated_postgres(), &on).await]
}

async fn known(app: &TestApp, url: &str) -> Check {
    let url = url.to_owned();
    app.app.db.read(move |conn| Ok(store::by_url(conn, &url)?)).await.unwrap()
}

async fn add(app: &TestApp, editor: &reqwest::Client, url: &str) {
    let form = [("kind", "article"), ("title", url), ("addresses", url)];
    let answer = editor.post(app.url("/admin/library")).form(&form).send().await.unwrap();
    assert_eq!(answer.status(), 303);
}

#[actix_web::test]
async fn a_page_is_dead_when_it_was_gone_twice_a_day_apart() {
    for app in apps().await {
        let (port, _) = statuses();
        let at = |status: &str| format!("http://localhost:{port}/{status}");
        let editor = app.signed_in(Role::Editor).await;
        for status in ["200", "404", "410", "401", "403", "429", "500", "503"] {
            add(&app, &editor, &at(status)).await;
        }
        add(&app, &editor, "http://localhost:1/lukket").await;
        add(&app, &editor, "http://10.0.0.1/inde").await;
        app.run_until_idle().await;
        assert_eq!(known(&app, &at("200")).await.outcome, Some(Outcome::Ok));
        for gone in ["404", "410"] {
            let check = known(&app, &at(gone)).await;
            assert_eq!((check.outcome, check.is_dead), (Some(Outcome::Broken), false), "{gone}");
            assert_eq!(check.status, gone.parse().ok());
        }
        for status in ["401", "403", "429", "500", "503"] {
            let check = known(&app, &at(status)).await;
            assert_eq!(
                (check.outcome, check.broken_since),
                (Some(Outcome::Unsure), None),
                "{status}"
            );
        }
        for closed in ["http://localhost:1/lukket", "http://10.0.0.1/inde"] {
            let check = known(&app, closed).await;
            assert_eq!((check.outcome, check.status), (Some(Outcome::Unsure), None), "{closed}");
        }
        app.clock.advance(TimeDelta::hours(23));
        app.run_until_idle().await;
        assert!(!known(&app, &at("404")).await.is_dead);
        app.clock.advance(TimeDelta::hours(1));
        app.run_until_idle().await;
        assert!(known(&app, &at("404")).await.is_dead);
        let page = editor.get(app.url("/admin/library/links")).send().await.unwrap();
        let page = page.text().await.unwrap();
        assert!(page.contains("Døde <span class=\"muted\">2</span>"), "{page}");
        assert!(page.contains("Kunne ikke tjekkes <span class=\"muted\">7</span>"), "{page}");
        assert!(page.contains("svarer 404") && page.contains("svarer ikke"), "{page}");
        assert!(page.contains("Bruges i") && page.contains("/admin/library/"), "{page}");
    }
}

#[actix_web::test]
async fn a_draft_is_warned_of_soon_after_it_was_saved() {
    for app in apps().await {
        let (port, asked) = statuses();
        let block = |id: u8, path: &str| {
            json!({
                "id": format!("6f1d2c1e-000{id}-4a6b-9c10-5d3b7a9e0001"), "kind": "article",
                "title": "Læs", "url": format!("http://localhost:{port}/{path}"),
            })
        };
        let blocks = [block(1, "404"), block(2, "503"), block(3, "200")];
        let value =
            json!({ "version": 1, "subject": "Nyt", "preheader": "Kort", "blocks": blocks });
        let content = Content::read(&value).unwrap();
        let editor = Editor::with(&app, IssueKind::Ordinary, content).await;
        let page = editor.get("").await.text().await.unwrap();
        assert!(!page.contains("siden findes ikke"), "nobody knows yet: {page}");
        app.run_until_idle().await;
        let page = editor.get("").await.text().await.unwrap();
        assert!(page.contains("/404 svarer 404: siden findes ikke"), "{page}");
        assert!(page.contains("/503 kunne ikke tjekkes"), "{page}");
        assert!(!page.contains("/200 "), "{page}");
        assert!(page.contains("href=\"#block-6f1d2c1e-0001-4a6b-9c10-5d3b7a9e0001\""), "{page}");
        // Saved once more, nothing is asked once more.
        let before = asked.load(Ordering::SeqCst);
        let form = editor.form().await;
        editor.press(&form, "save").await;
        app.run_until_idle().await;
        assert_eq!(asked.load(Ordering::SeqCst), before);
        let page = editor.get("/schedule").await.text().await.unwrap();
        assert!(page.contains("/404 svarer 404"), "{page}");
    }
}

/// An issue with a subject and a preheader, and what else it has.
fn issue(mut more: Value) -> Content {
    more["version"] = 1.into();
    more["subject"] = "Nyt om kerneopgaven".into();
    more["preheader"] = "Kort".into();
    Content::read(&more).unwrap()
}

#[actix_web::test]
async fn links_outside_of_the_blocks_are_looked_at_too() {
    for app in apps().await {
        let (port, _) = statuses();
        let at = |status: &str| format!("http://localhost:{port}/{status}");
        let source = format!(
            "<mj-section><mj-column><mj-button href=\"{}\">Se planen for året</mj-button>\
                 </mj-column></mj-section>",
            at("410")
        );
        let intro = format!("Se [planen for året]({}).", at("404"));
        let special = issue(json!({
            "theme": { "title": "Kerneopgaven", "intro": intro },
            "blocks": [{ "kind": "mjml", "source": source }],
        }));
        let editor = Editor::with(&app, IssueKind::Special, special).await;
        app.run_until_idle().await;
        let page = editor.get("").await.text().await.unwrap();
        assert!(page.contains("/404 svarer 404") && page.contains("/410 svarer 410"), "{page}");
        assert!(page.contains("href=\"#f-theme-intro\""), "it leads to the introduction: {page}");

        let whole = format!("<mjml><mj-body>{source}</mj-body></mjml>");
        let whole = Editor::with_newsletter(&editor, issue(json!({ "mjml": whole }))).await;
        app.run_until_idle().await;
        let page = whole.get("").await.text().await.unwrap();
        assert!(page.contains("/410 svarer 410") && page.contains("href=\"#f-mjml\""), "{page}");
    }
}

#[actix_web::test]
async fn the_links_of_history_are_looked_at_once_a_week() {
    for app in apps().await {
        let (port, _) = statuses();
        let at = |status: &str| format!("http://localhost:{port}/{status}");
        let editor = app.signed_in(Role::Editor).await;
        let newsletter = app.newsletter().await;
        let bring_in = async |status: &str| {
            let body = format!("Læs [om kerneopgaven]({}).", at(status));
            let content = issue(json!({ "blocks": [{ "kind": "text", "body": body }] }));
            let day = "2012-03-24".parse().unwrap();
            let old = Historical {
                newsletter,
                kind: IssueKind::Ordinary,
                content,
                day,
                note: None,
                old_address: None,
            };
            archive::bring_in(&app.app, old, "test").await.unwrap()
        };
        let issue = bring_in("404").await;
        // One that was brought in before its links were kept gets them.
        let before = bring_in("410").await;
        let id = before.id;
        app.app
            .db
            .write(move |conn| {
                let links = issue_links::table.filter(issue_links::issue.eq(id));
                Ok(diesel::delete(links).execute(conn)?)
            })
            .await
            .unwrap();
        app.run_until_idle().await;
        app.clock.advance(TimeDelta::days(1));
        app.run_until_idle().await;
        for (status, issue) in [("404", issue), ("410", before)] {
            assert!(known(&app, &at(status)).await.is_dead, "{status}");
            let page = editor.get(app.url("/admin/library/links")).send().await.unwrap();
            let page = page.text().await.unwrap();
            assert!(page.contains(&format!("href=\"/admin/issues/{}\"", issue.uuid)), "{page}");
        }
    }
}

#[actix_web::test]
async fn every_address_of_an_item_is_looked_at_and_a_dead_one_leads_to_it() {
    for app in apps().await {
        let (port, _) = statuses();
        let at = |status: &str| format!("http://localhost:{port}/{status}");
        let editor = app.signed_in(Role::Editor).await;
        add(&app, &editor, &format!("{}\n{}", at("200"), at("404"))).await;
        app.run_until_idle().await;
        app.clock.advance(TimeDelta::days(1));
        app.run_until_idle().await;
        assert!(known(&app, &at("404")).await.is_dead);
        let page = editor.get(app.url("/admin/library/links")).send().await.unwrap();
        let page = page.text().await.unwrap();
        let dead = page.split("Bruges i").nth(1).unwrap();
        assert!(page.contains(&at("404")) && dead.contains("en af dens andre adresser"), "{page}");
        let item = dead.split("href=\"").nth(1).unwrap().split('"').next().unwrap();
        assert!(item.starts_with("/admin/library/") && item.ends_with("#addresses"), "{item}");
        let page = editor.get(app.url(item)).send().await.unwrap().text().await.unwrap();
        let gone = page.split("Siden findes ikke (svarer 404)").next().unwrap();
        let line = gone.rsplit("<li>").next().unwrap();
        assert!(line.starts_with(&at("404")), "the one that is gone is marked: {page}");
        assert_eq!(page.matches("Siden findes ikke").count(), 1);
    }
}

#[actix_web::test]
async fn nobody_is_asked_while_it_is_switched_off() {
    let app = TestApp::sqlite().await;
    let (port, asked) = statuses();
    let editor = app.signed_in(Role::Editor).await;
    add(&app, &editor, &format!("http://localhost:{port}/404")).await;
    app.run_until_idle().await;
    assert_eq!(asked.load(Ordering::SeqCst), 0);
    let page = editor.get(app.url("/admin/library/links")).send().await.unwrap();
    assert!(page.text().await.unwrap().contains("slået fra"));
}

#[actix_web::test]
async fn an_editor_sees_the_dead_links_in_a_browser() {
    let [app, _] = apps().await;
    let (port, _) = statuses();
    let editor = app.signed_in(Role::Admin).await;
    let browser = Browser::open(&app).await;
    browser.sign_in(Role::Editor).await;
    browser.console_errors().await;
    browser.goto("/admin/library/links").await;
    browser.axe().await;
    for status in ["404", "200", "503"] {
        add(&app, &editor, &format!("http://localhost:{port}/{status}")).await;
    }
    app.run_until_idle().await;
    app.clock.advance(TimeDelta::days(1));
    app.run_until_idle().await;
    browser.goto("/admin/library/links").await;
    browser.axe().await;
    browser.screenshot("library-links").await;
    browser.click(".page-head button").await;
    browser.wait_for(".toast").await;
    browser.resize(PHONE).await;
    browser.dark(true).await;
    browser.axe().await;
    browser.screenshot("library-links-phone-dark").await;
    browser.fits_a_narrow_screen().await;
    browser.no_console_errors().await;
    browser.close().await;
}

#[actix_web::test]
async fn a_picture_on_another_site_is_weighed_before_the_issue_goes() {
    for app in apps().await {
        let port = site(move |_, stream| {
            let _ = write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: 2400000\r\n\r\n");
        });
        let url = format!("http://localhost:{port}/moede.jpg");
        let block = json!({
            "id": "6f1d2c1e-0001-4a6b-9c10-5d3b7a9e0001", "kind": "image",
            "image": { "url": url, "alt": "To ledere" },
        });
        let value =
            json!({ "version": 1, "subject": "Nyt", "preheader": "Kort", "blocks": [block] });
        let editor = Editor::with(&app, IssueKind::Ordinary, Content::read(&value).unwrap()).await;
        editor.press(&editor.form().await, "save").await;
        app.run_until_idle().await;
        assert_eq!(known(&app, &url).await.bytes, Some(2_400_000));
        let page = editor.get("").await.text().await.unwrap();
        assert!(page.contains("Billedet fylder 2.400 kB"), "{page}");
    }
}
