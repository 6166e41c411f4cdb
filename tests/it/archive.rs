//! The public archive: what was sent and what was brought in as history, at stable addresses.

use chrono::NaiveDate;
use lederbrev::issues::archive::{self, Historical};
use lederbrev::issues::{Content, Issue, IssueKind};
use lederbrev::staff::Role;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::both;
use crate::browser::{Browser, PHONE, WIDE};
use crate::composer::{Editor, special_edition};

async fn bring_in(
    app: &TestApp,
    newsletter: i64,
    kind: IssueKind,
    content: Content,
    day: &str,
) -> Issue {
    let day: NaiveDate = day.parse().unwrap();
    let note = Some("genskabt eksempel".to_owned());
    let old = Historical { newsletter, kind, content, day, note, old_address: None };
    archive::bring_in(&app.app, old, "test").await.unwrap()
}

/// An ordinary issue with a subject.
fn ordinary(subject: &str) -> Content {
    let content = serde_json::json!({
        "subject": subject,
        "preheader": "Til {{navn|dig}}",
        "blocks": [{ "kind": "text", "body": "Kære {{navn|leder}} <script>alert(1)</script>" }],
    });
    Content::read(&content).unwrap()
}

both! {
    async fn history_stands_in_the_archive_with_its_day_and_its_note(app: TestApp) {
        let newsletter = app.newsletter().await;
        let empty = app.get("/archive").await;
        assert_eq!(empty.status(), StatusCode::OK);
        assert!(empty.text().await.unwrap().contains("Der er ikke udsendt noget endnu"));

        bring_in(&app, newsletter, IssueKind::Special, special_edition(), "2017-03-24").await;
        let later = "Nyt om <kompetence>";
        bring_in(&app, newsletter, IssueKind::Ordinary, ordinary(later), "2017-08-25").await;
        bring_in(&app, newsletter, IssueKind::Ordinary, ordinary("Ældre nyt"), "2016-10-14").await;

        let list = app.get("/archive").await.text().await.unwrap();
        let at = |text: &str| list.find(text).unwrap_or_else(|| panic!("no {text}: {list}"));
        let special = at("/archive/saernummer-ledelse-af-kerneopgaven");
        assert!(at("Nyt om &#60;kompetence&#62;") < special && special < at("Ældre nyt"));
        assert!(at("id=\"year-2017\"") < at("id=\"year-2016\""));
        let specials = app.get("/archive?kind=special").await.text().await.unwrap();
        assert!(specials.contains("/archive/saernummer") && !specials.contains("Ældre nyt"));
        let found = app.get("/archive?q=%C3%86LDRE").await.text().await.unwrap();
        assert!(found.contains("Ældre nyt") && !found.contains("/archive/saernummer"));
        let nothing = app.get("/archive?q=findesikke").await.text().await.unwrap();
        assert!(nothing.contains("Ingen udgaver passer"));

        let page = app.get("/archive/saernummer-ledelse-af-kerneopgaven").await;
        assert_eq!(page.status(), StatusCode::OK);
        let page = page.text().await.unwrap();
        assert!(page.contains("24. marts 2017 · genskabt eksempel"), "{page}");
        assert_eq!(page.matches("<h1").count(), 1);
        assert!(page.contains("rel=\"prev\"") && page.contains("rel=\"next\""));
        assert!(page.contains("application/atom+xml"));
        assert!(!page.contains("{{") && !page.contains('\u{E000}'), "nobody's name stands there");
        let css = app.get("/archive/saernummer-ledelse-af-kerneopgaven/theme.css").await;
        assert_eq!(css.headers()["content-type"], "text/css; charset=utf-8");
        assert!(css.text().await.unwrap().contains("#0b4f5c"));

        let old = app.get("/archive/aeldre-nyt").await.text().await.unwrap();
        assert!(old.contains("Kære leder") && !old.contains("<script>alert"));
        assert!(old.contains("content=\"Til dig\"") && !old.contains("\u{E000}"), "{old}");

        let feed = app.get("/archive/feed.xml").await;
        assert!(feed.headers()["content-type"].to_str().unwrap().starts_with("application/atom+xml"));
        let feed = feed.text().await.unwrap();
        assert_eq!(feed.matches("<entry ").count(), 3);
        assert!(feed.contains("/archive/aeldre-nyt") && feed.contains("Nyt om &#60;kompetence&#62;"));
    }

    async fn what_is_not_public_is_not_there(app: TestApp) {
        let editor = Editor::with(&app, IssueKind::Special, special_edition()).await;
        for path in ["", "/theme.css"] {
            let answer = app.get(&format!("/archive/{}{path}", editor.issue.slug)).await;
            assert_eq!(answer.status(), StatusCode::NOT_FOUND);
        }
        let form = [("do", "schedule"), ("at", "2017-03-25T09:00")];
        editor.readers(1).await;
        assert_eq!(editor.act(&form).await.status(), StatusCode::SEE_OTHER);
        let answer = app.get(&format!("/archive/{}", editor.issue.slug)).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "a planned one neither");
        app.run_until_idle().await;
        let found = app.get("/archive?q=kerneopgaven").await.text().await.unwrap();
        assert!(found.contains("Ingen udgaver passer"), "nor is it found");
        assert_eq!(app.get("/archive/..%2fadmin").await.status(), StatusCode::NOT_FOUND);
    }

    async fn the_archive_is_searched_by_the_stems_of_danish_words(app: TestApp) {
        let newsletter = app.newsletter().await;
        let body = "Ledelsens caféer i Aarhus & omegn: <b>medarbejderudviklingssamtaler</b>";
        let content = json!({ "subject": "Nyt fra Lederweb", "blocks": [{ "kind": "text", "body": body }] });
        let content = Content::read(&content).unwrap();
        bring_in(&app, newsletter, IssueKind::Ordinary, content, "2018-01-05").await;
        bring_in(&app, newsletter, IssueKind::Special, special_edition(), "2017-03-24").await;
        for words in ["ledelse", "LEDELSEN", "cafe", "århus", "aarhus caf", "medarbejderudv"] {
            let query = url::form_urlencoded::byte_serialize(words.as_bytes()).collect::<String>();
            let found = app.get(&format!("/archive?q={query}")).await.text().await.unwrap();
            assert!(found.contains("/archive/nyt-fra-lederweb"), "{words}: {found}");
        }
        let found = app.get("/archive?q=caf").await.text().await.unwrap();
        assert!(found.contains("<mark>caféer</mark> i Aarhus &#38; omegn: &#60;b&#62;"), "{found}");
        assert!(found.contains("1 udgave") && !found.contains("kerneopgaven"));
        let both = app.get("/archive?q=ledelse").await.text().await.unwrap();
        assert!(both.contains("2 udgaver") && both.contains("2018 (1)") && both.contains("2017 (1)"));
        let year = app.get("/archive?q=ledelse&year=2017").await.text().await.unwrap();
        assert!(year.contains("kerneopgaven") && !year.contains("nyt-fra-lederweb"));
        let theme = app.get("/archive?theme=Ledelse+af+kerneopgaven").await.text().await.unwrap();
        assert!(theme.contains("1 udgave") && theme.contains("Ledelse af kerneopgaven (1)"), "{theme}");
        let nothing = app.get("/archive?q=ledelse+findesikke&year=x&page=-1").await.text().await.unwrap();
        assert!(nothing.contains("Ingen udgaver passer"));
        for strange in ["%25", "_", "%27%3B--", "%00", "%F0%9F%98%80", "%3Cmark%3E"] {
            let answer = app.get(&format!("/archive?q={strange}")).await;
            assert_eq!(answer.status(), StatusCode::OK, "{strange}");
        }
    }

    async fn the_archive_has_pages_of_thirty(app: TestApp) {
        let newsletter = app.newsletter().await;
        for number in 1..=31 {
            let content = ordinary(&format!("Nummer {number}"));
            let day = format!("2017-01-{number:02}");
            bring_in(&app, newsletter, IssueKind::Ordinary, content, &day).await;
        }
        let first = app.get("/archive").await.text().await.unwrap();
        assert!(first.contains("31 udgaver") && first.contains("Side 1 af 2"));
        assert!(first.contains("/archive/nummer-31\"") && !first.contains("/archive/nummer-1\""));
        let last = app.get("/archive?q=nummer&page=2").await.text().await.unwrap();
        assert!(last.contains("/archive/nummer-1\"") && !last.contains("/archive/nummer-2\""));
        assert!(last.contains("q=nummer&#38;page=1"), "the other page keeps the words");
    }

    async fn an_issue_that_nobody_made_searchable_is_made_so_by_the_job(app: TestApp) {
        let newsletter = app.newsletter().await;
        let issue = bring_in(&app, newsletter, IssueKind::Ordinary, ordinary("Nyt"), "2017-08-25").await;
        let id = issue.id;
        let forget = move |conn: &mut lederbrev::db::DbConn| {
            use diesel::prelude::*;
            use lederbrev::db::schema::archive_texts::dsl;
            diesel::update(dsl::archive_texts.find(id))
                .set((dsl::stemmer.eq(0), dsl::stems.eq(" ")))
                .execute(conn)?;
            Ok(())
        };
        app.app.db.write(forget).await.unwrap();
        let found = app.get("/archive?q=kære").await.text().await.unwrap();
        assert!(found.contains("Ingen udgaver passer"));
        app.run_until_idle().await;
        let found = app.get("/archive?q=kære").await.text().await.unwrap();
        assert!(found.contains("/archive/nyt"), "{found}");
    }

    async fn the_feed_has_the_whole_text_and_pages_say_what_they_are(app: TestApp) {
        let newsletter = app.newsletter().await;
        bring_in(&app, newsletter, IssueKind::Special, special_edition(), "2017-03-24").await;
        bring_in(&app, newsletter, IssueKind::Ordinary, ordinary("Nyt & <godt>"), "2017-08-25").await;
        for path in ["/archive/feed.xml", "/archive/feed.xml?newsletter=lederweb"] {
            let feed = app.get(path).await.bytes().await.unwrap();
            let feed = feed_rs::parser::parse(&*feed).unwrap();
            assert_eq!(feed.entries.len(), 2);
            let titles: Vec<_> = feed.entries.iter().map(|e| e.title.clone().unwrap().content).collect();
            assert_eq!(titles, ["Nyt & <godt>", "Særnummer: Ledelse af kerneopgaven"]);
            let content = feed.entries[1].content.clone().unwrap().body.unwrap();
            assert!(content.contains("Læs og brug") && content.contains("<h1"), "{content}");
            assert!(content.contains(&format!("src=\"{}/assets/demo/", app.base)), "{content}");
            assert!(!content.contains("\"/assets") && !content.contains('\u{E000}'));
            assert!(feed.links.iter().any(|link| link.href == app.url(path)));
        }
        assert_eq!(app.get("/archive/feed.xml?newsletter=x").await.status(), StatusCode::NOT_FOUND);

        let page = app.get("/archive/saernummer-ledelse-af-kerneopgaven").await.text().await.unwrap();
        for wanted in [
            "<meta property=\"og:type\" content=\"article\">".to_owned(),
            "<meta property=\"og:locale\" content=\"da_DK\">".to_owned(),
            "<meta property=\"og:description\" content=\"Viden, værktøjer".to_owned(),
            format!("<meta property=\"og:image\" content=\"{}/assets/demo/kerneopgaven.png\">", app.base),
            format!("<link rel=\"canonical\" href=\"{}/archive/saernummer-ledelse-af-kerneopgaven\">", app.base),
            "href=\"/archive/feed.xml?newsletter=lederweb\"".to_owned(),
        ] {
            assert!(page.contains(&wanted), "{wanted}: {page}");
        }
        for personal in ["/unsubscribe/", "/preferences/", "/c/", "/o/", "@kommune"] {
            assert!(!page.contains(personal), "{personal}");
        }
        assert!(!page.contains("<table"), "nothing is laid out by tables");
    }

    async fn an_old_issue_is_looked_at_and_then_put_into_the_archive(app: TestApp) {
        let editor = app.signed_in(Role::Editor).await;
        app.newsletter().await;
        let form = |step: &str, old: &str, date: &str| {
            [
                ("subject", "Nyt fra 2015".to_owned()),
                ("date", date.to_owned()),
                ("kind", "ordinary".to_owned()),
                ("note", "fra det gamle arkiv".to_owned()),
                ("old_address", old.to_owned()),
                ("html", OLD.to_owned()),
                ("do", step.to_owned()),
            ]
        };
        let url = app.url("/admin/archive/import");
        let post = |form: [(&'static str, String); 7]| editor.post(&url).form(&form).send();
        let refused = post(form("look", "/archive/x", "2999-01-01")).await.unwrap();
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let refused = refused.text().await.unwrap();
        assert!(refused.contains("hører til noget, der findes her") && refused.contains("i fremtiden"), "{refused}");
        let elsewhere = post(form("look", "https://evil.example/x", "2015-05-01")).await.unwrap();
        assert!(elsewhere.text().await.unwrap().contains("ligger et andet sted"));

        let looked = post(form("look", "/nyt/2015/nr-3.aspx?id=7", "2015-05-01")).await.unwrap();
        assert_eq!(looked.status(), StatusCode::OK);
        let looked = looked.text().await.unwrap();
        assert!(looked.contains("Sådan bliver den") && looked.contains("<h2>Ledelse i praksis</h2>"), "{looked}");
        assert_eq!(looked.matches("<h1").count(), 1);
        assert!(!looked.contains("<script>alert") && looked.contains("1. maj 2015 · fra det gamle arkiv"));
        let empty = app.get("/archive").await.text().await.unwrap();
        assert!(empty.contains("Der er ikke udsendt noget endnu"), "looking saves nothing");

        let saved = post(form("save", "/nyt/2015/nr-3.aspx?id=7", "2015-05-01")).await.unwrap();
        assert_eq!(saved.status(), StatusCode::SEE_OTHER);
        let page = app.get("/archive/nyt-fra-2015").await.text().await.unwrap();
        assert!(page.contains("fra det gamle arkiv") && page.contains("https://lederweb.dk/b.png"));
        assert!(!page.contains("alert(1)"), "{page}");
        let moved = app.get("/nyt/2015/nr-3.aspx?id=7").await;
        assert_eq!(moved.status(), StatusCode::MOVED_PERMANENTLY);
        assert_eq!(moved.headers()["location"], "/archive/nyt-fra-2015");
        assert_eq!(app.get("/nyt/2015/nr-3.aspx?id=8").await.status(), StatusCode::NOT_FOUND);
        let again = post(form("save", "/nyt/2015/nr-3.aspx?id=7", "2015-05-01")).await.unwrap();
        assert!(again.text().await.unwrap().contains("har allerede den gamle adresse"));
        let found = app.get("/archive?q=praksis").await.text().await.unwrap();
        assert!(found.contains("/archive/nyt-fra-2015"));

        // An address as a person copies it, and as it stands in old links.
        let saved = post(form("save", "/administration/m%c3%b8de/", "2015-05-08")).await.unwrap();
        assert_eq!(saved.status(), StatusCode::SEE_OTHER);
        for path in ["/administration/m%C3%B8de", "/administration/m%c3%b8de/"] {
            assert_eq!(app.get(path).await.status(), StatusCode::MOVED_PERMANENTLY, "{path}");
        }

        let token = app.token(Role::Editor).await;
        let body = json!({ "newsletter": "lederweb", "subject": "Fra API", "date": "2014-02-01", "html": OLD });
        let made = app.client.post(app.url("/api/v1/issues/import")).bearer_auth(&token).json(&body);
        let made = made.send().await.unwrap();
        assert_eq!(made.status(), StatusCode::CREATED);
        let made: Value = made.json().await.unwrap();
        assert_eq!((&made["origin"], &made["state"]), (&json!("imported"), &json!("sent")));
        let body = json!({ "newsletter": "lederweb", "subject": "", "date": "x", "html": "<script>" });
        let refused = app.client.post(app.url("/api/v1/issues/import")).bearer_auth(&token).json(&body);
        let refused = refused.send().await.unwrap();
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let refused: Value = refused.json().await.unwrap();
        assert_eq!(refused["errors"].as_array().unwrap().len(), 3, "{refused}");
    }
}

both! {
    async fn an_old_issue_is_read_from_a_file_and_one_that_is_too_large_says_what_to_do(app: TestApp) {
        let editor = app.signed_in(Role::Editor).await;
        app.newsletter().await;
        let send = async |html: &[u8], pasted: &str| {
            let fields = [("subject", "Nyt fra 2009"), ("date", "2009-05-04"), ("kind", "ordinary"), ("note", ""), ("old_address", ""), ("html", pasted), ("do", "look")];
            let mut body = Vec::new();
            for (name, value) in fields {
                body.extend(format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
            }
            body.extend(b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"nr-3.html\"\r\nContent-Type: text/html\r\n\r\n");
            body.extend(html);
            body.extend(b"\r\n--x--\r\n");
            let post = editor.post(app.url("/admin/archive/import")).body(body);
            let answer = post.header("content-type", "multipart/form-data; boundary=x").send().await.unwrap();
            (answer.status(), answer.text().await.unwrap())
        };
        // Windows-1252, as in those years; the file goes before what was pasted.
        let (status, page) = send(b"<h1>Bl\xe5b\xe6r \x96 og ledelse</h1><p>K\xe6re leder</p>", "<p>andet</p>").await;
        assert_eq!(status, StatusCode::OK, "{page}");
        assert!(page.contains("<h2>Blåbær – og ledelse</h2>") && !page.contains("<p>andet</p>"), "{page}");
        assert!(page.contains("&#60;h1&#62;Blåbær"), "saving needs no file any more");
        let (status, page) = send(b"", "<p>Kære leder</p>").await;
        assert!(status == StatusCode::OK && page.contains("<p>Kære leder</p>"), "no file was chosen: {page}");
        for size in [5 * 1024 * 1024 + 1, 20 * 1024 * 1024] {
            let (status, page) = send(&vec![b'x'; size], "").await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(page.contains("fylder mere end 5 MB. Fjern indlejrede billeder"), "{size}");
        }
    }
}

/// An issue as an older program made it.
const OLD: &str = "<html><head><title>x</title></head><body onload=alert(1)><table><tr><td>\
    <h1>Ledelse i praksis</h1><p>Kære leder, læs <a href='https://lederweb.dk/a'>om <b>ledelse</b></a> \
    og <a href='javascript:alert(1)'>andet</a>.</p><ul><li>et</li><li>to</li></ul>\
    <img src='https://lederweb.dk/b.png' alt='En trappe'><img src='http://lederweb.dk/c.png'>\
    <script>alert(1)</script></td></tr></table></body></html>";

#[actix_web::test]
async fn the_archive_and_the_import_are_for_everyone() {
    let app = TestApp::sqlite().await;
    let newsletter = app.newsletter().await;
    bring_in(&app, newsletter, IssueKind::Special, special_edition(), "2017-03-24").await;
    bring_in(&app, newsletter, IssueKind::Ordinary, ordinary("Nyt om kompetence"), "2017-08-25")
        .await;
    let browser = Browser::open(&app).await;
    for (name, path) in [
        ("archive", "/archive"),
        ("archive-search", "/archive?q=ledelse"),
        ("archive-nothing", "/archive?q=findesikke"),
    ] {
        browser.goto(path).await;
        browser.axe().await;
        browser.no_console_errors().await;
        browser.screenshot(name).await;
    }
    browser.goto("/archive?q=kerneopgave").await;
    browser.resize(PHONE).await;
    browser.dark(true).await;
    browser.axe().await;
    browser.screenshot("archive-search-phone-dark").await;
    browser.dark(false).await;
    browser.fits_a_narrow_screen().await;
    browser.resize(WIDE).await;
    browser.goto("/archive/saernummer-ledelse-af-kerneopgaven").await;
    browser.print(true).await;
    browser.screenshot("archive-print").await;
    browser.print(false).await;

    browser.sign_in(Role::Editor).await;
    browser.goto("/admin/archive/import").await;
    browser.axe().await;
    browser.click("[value=look]").await;
    browser.wait_for("#summary").await;
    browser.axe().await;
    browser.fill("#subject", "Nyt fra 2015").await;
    browser.run("document.getElementById('date').value = '2015-05-01'").await;
    browser.run(&format!("document.getElementById('html').value = {}", json!(OLD))).await;
    browser.click("[value=look]").await;
    browser.wait_for("#result").await;
    browser.axe().await;
    browser.screenshot("archive-import").await;
    browser.fits_a_narrow_screen().await;
    browser.close().await;
}
