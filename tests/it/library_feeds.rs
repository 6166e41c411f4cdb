//! Feeds of others: previewed, added, read again and again, and never believed to be HTML.

use std::io::Write;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::TimeDelta;
use lederbrev::library::store::{Search, feeds as store};
use lederbrev::library::{self, Item};
use lederbrev::staff::Role;
use reqwest::{Client, StatusCode};

use crate::app::TestApp;
use crate::both;
use crate::browser::{Browser, PHONE};
use crate::outside::{page, path, site};

fn rss(entries: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Nyt fra Lederweb</title>\
         <language>da</language>{entries}</channel></rss>"
    )
}

fn entry(number: usize) -> String {
    format!(
        "<item><title>Artikel {number}</title><link>https://lederweb.example/{number}?utm_source=rss</link>\
         <description>&lt;p&gt;Om &lt;i&gt;{number}&lt;/i&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;/p&gt;</description>\
         <pubDate>Fri, 24 Mar 2017 06:0{}:00 GMT</pubDate></item>",
        number % 10
    )
}

fn send(stream: &mut TcpStream, more: &str, body: &str) {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: application/rss+xml\r\n{more}");
    let _ = write!(stream, "{head}content-length: {}\r\n\r\n{body}", body.len());
}

/// A site whose feed grows: it has as many entries as the number says, and counts how often it was
/// sent.
fn growing() -> (u16, Arc<AtomicUsize>, Arc<AtomicUsize>) {
    let (entries, sent) = (Arc::new(AtomicUsize::new(2)), Arc::new(AtomicUsize::new(0)));
    let (has, counts) = (entries.clone(), sent.clone());
    let port = site(move |head, stream| match path(head) {
        "/feed" => {
            let count = has.load(Ordering::SeqCst);
            let tag = format!("if-none-match: \"{count}\"");
            if head.to_ascii_lowercase().contains(&tag) {
                let _ = stream.write_all(b"HTTP/1.1 304 Not Modified\r\n\r\n");
            } else if count == 0 {
                let _ = stream.write_all(b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n");
            } else {
                counts.fetch_add(1, Ordering::SeqCst);
                let body = rss(&(1..=count).map(entry).collect::<String>());
                send(stream, &format!("etag: \"{count}\"\r\n"), &body);
            }
        }
        "/" => page(
            stream,
            "<link rel=alternate type='application/rss+xml' href='/feed'><title>Forsiden</title>",
        ),
        "/bombe" => send(stream, "", "<!DOCTYPE a [<!ENTITY b \"c\">]><rss version=\"2.0\"/>"),
        "/mange" => send(stream, "", &rss(&"<item/>".repeat(100_000))),
        "/dyb" => send(stream, "", &rss(&"<a>".repeat(300_000))),
        "/stor" => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/xml\r\n\r\n<rss>");
            while stream.write_all(&[b' '; 65_536]).is_ok() {}
        }
        _ => page(stream, "<title>Ingen feeds her</title>"),
    });
    (port, entries, sent)
}

async fn submit(app: &TestApp, editor: &Client, form: &[(&str, &str)]) -> (StatusCode, String) {
    let answer = editor.post(app.url("/admin/library/feeds")).form(form).send().await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

async fn items(app: &TestApp) -> Vec<Item> {
    let search = Search { limit: 500, ..Search::default() };
    app.app.db.read(move |conn| Ok(library::store::search(conn, &search)?)).await.unwrap()
}

async fn only_feed(app: &TestApp) -> library::feeds::Feed {
    app.app.db.read(|conn| Ok(store::all(conn)?)).await.unwrap().remove(0)
}

both! {
    async fn a_feed_is_looked_at_added_and_read_again_when_it_is_due(app: TestApp) {
        let (port, entries, sent) = growing();
        let front = format!("http://localhost:{port}/");
        let feed = format!("http://localhost:{port}/feed");
        let editor = app.signed_in(Role::Editor).await;
        // The page names its feed.
        let (status, shown) = submit(&app, &editor, &[("url", &front), ("do", "preview")]).await;
        assert_eq!(status, StatusCode::OK, "{shown}");
        assert!(shown.contains("Feedet har 2 indlæg") && shown.contains("<b>Artikel 2</b>"), "{shown}");
        assert!(shown.contains("Om 2") && !shown.contains("alert(1)"), "{shown}");
        assert!(shown.contains(&format!("value=\"{feed}\"")) && shown.contains("Nyt fra Lederweb"));
        assert!(items(&app).await.is_empty(), "a look changes nothing");

        let form = [("url", &*feed), ("name", "Lederweb"), ("kind", "article"), ("do", "add")];
        assert_eq!(submit(&app, &editor, &form).await.0, StatusCode::SEE_OTHER);
        let first = items(&app).await;
        assert_eq!(first.len(), 2);
        assert!(first.iter().all(|item| item.is_new && item.feed.is_some()));
        assert_eq!(first[0].address(), Some("https://lederweb.example/2"));
        let (status, page) = submit(&app, &editor, &form).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("allerede tilføjet"));

        // Not due, then due but unchanged, then with news.
        app.run_until_idle().await;
        assert_eq!(sent.load(Ordering::SeqCst), 3 - 1, "the look and the first reading");
        app.clock.advance(TimeDelta::hours(6));
        app.run_until_idle().await;
        assert_eq!(sent.load(Ordering::SeqCst), 2, "unchanged is not sent");
        // What a person has pasted is left alone.
        let form = [("kind", "tool"), ("title", "Mit"), ("addresses", "http://lederweb.example/3/")];
        editor.post(app.url("/admin/library")).form(&form).send().await.unwrap();
        entries.store(4, Ordering::SeqCst);
        app.clock.advance(TimeDelta::hours(6));
        app.run_until_idle().await;
        let titles: Vec<String> =
            items(&app).await.into_iter().map(|item| item.details.title).collect();
        assert_eq!(titles, ["Artikel 4", "Artikel 2", "Artikel 1", "Mit"]);

        // Who saves an item has looked at it.
        let page = editor.get(app.url("/admin/library?new=on")).send().await.unwrap();
        assert_eq!(page.text().await.unwrap().matches("chip scheduled").count(), 3);
        let item = format!("/admin/library/{}", first[0].uuid);
        let form = [("kind", "article"), ("title", "Set"), ("addresses", "https://lederweb.example/2")];
        editor.post(app.url(&item)).form(&form).send().await.unwrap();
        let page = editor.get(app.url("/admin/library?new=on")).send().await.unwrap();
        assert_eq!(page.text().await.unwrap().matches("chip scheduled").count(), 2);
    }

    async fn a_feed_that_fails_waits_longer_each_time_and_says_why(app: TestApp) {
        let (port, entries, _) = growing();
        let feed = format!("http://localhost:{port}/feed");
        let editor = app.signed_in(Role::Editor).await;
        let form = [("url", &*feed), ("name", "Lederweb"), ("kind", "article"), ("do", "add")];
        submit(&app, &editor, &form).await;
        entries.store(0, Ordering::SeqCst);
        app.clock.advance(TimeDelta::hours(6));
        app.run_until_idle().await;
        let now = app.clock.now();
        let failed = only_feed(&app).await;
        assert_eq!((failed.failures, failed.due_at), (1, now + TimeDelta::minutes(30)));
        app.clock.advance(TimeDelta::minutes(30));
        app.run_until_idle().await;
        let failed = only_feed(&app).await;
        assert_eq!(failed.due_at, app.clock.now() + TimeDelta::hours(1));
        let page = editor.get(app.url("/admin/library/feeds")).send().await.unwrap();
        assert!(page.text().await.unwrap().contains("svarede med fejl 503"));
        entries.store(3, Ordering::SeqCst);
        let act = async |action: &str| {
            let url = app.url(&format!("/admin/library/feeds/{}/{action}", failed.uuid));
            editor.post(url).send().await.unwrap().status()
        };
        assert_eq!(act("read").await, StatusCode::SEE_OTHER);
        assert_eq!((only_feed(&app).await.failures, items(&app).await.len()), (0, 3));
        // Paused, nothing is read; removed, what was read stays.
        assert_eq!(act("pause").await, StatusCode::SEE_OTHER);
        entries.store(4, Ordering::SeqCst);
        app.clock.advance(TimeDelta::days(2));
        app.run_until_idle().await;
        assert_eq!(items(&app).await.len(), 3);
        assert_eq!(act("resume").await, StatusCode::SEE_OTHER);
        app.run_until_idle().await;
        assert_eq!(items(&app).await.len(), 4);
        assert_eq!(act("remove").await, StatusCode::SEE_OTHER);
        assert_eq!(items(&app).await.len(), 4);
        assert!(items(&app).await.iter().all(|item| item.feed.is_none()));
        assert_eq!(act("sprængning").await, StatusCode::NOT_FOUND);
    }

    async fn bombs_and_pages_are_refused_with_a_reason(app: TestApp) {
        let (port, ..) = growing();
        let editor = app.signed_in(Role::Editor).await;
        for (path, words) in [
            ("bombe", "ENTITY"),
            ("mange", "flere indlæg, end vi læser"),
            ("dyb", "indlejret dybere"),
            ("stor", "mere end 2 MB"),
            ("side", "intet feed på adressen"),
        ] {
            let url = format!("http://localhost:{port}/{path}");
            let (status, page) = submit(&app, &editor, &[("url", &url), ("do", "preview")]).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
            assert!(page.contains(words) && page.contains("id=\"url-error\""), "{path}: {page}");
        }
        let (_, page) = submit(&app, &editor, &[("url", "http://10.0.0.1/feed")]).await;
        assert!(page.contains("lukket netværk"), "{page}");
        let reader = app.signed_in(Role::Operator).await;
        let answer = reader.get(app.url("/admin/library/feeds")).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    }
}

#[actix_web::test]
async fn an_editor_follows_a_feed_in_a_browser() {
    let (port, ..) = growing();
    let app = TestApp::sqlite().await;
    let browser = Browser::open(&app).await;
    browser.sign_in(Role::Editor).await;
    browser.console_errors().await;
    browser.goto("/admin/library/feeds").await;
    browser.axe().await;
    browser.fill("#url", &format!("localhost:{port}")).await;
    browser.fill("#url", &format!("http://localhost:{port}/")).await;
    browser.click("button[value=preview]").await;
    browser.wait_for("#found").await;
    browser.axe().await;
    browser.screenshot("feeds-preview").await;
    browser.click("button[value=add]").await;
    browser.wait_for(".toast").await;
    browser.axe().await;
    browser.screenshot("feeds-list").await;
    browser.resize(PHONE).await;
    browser.dark(true).await;
    browser.axe().await;
    browser.screenshot("feeds-phone-dark").await;
    browser.dark(false).await;
    browser.fits_a_narrow_screen().await;
    browser.goto("/admin/library?new=on").await;
    browser.axe().await;
    browser.screenshot("library-new-from-feeds").await;
    browser.no_console_errors().await;
    browser.close().await;
}
