//! After an issue was sent: where a link leads instead, what the archive shows, and a mail to those
//! who got it. And that what was sent is what was previewed.

use chrono::TimeDelta;
use diesel::prelude::*;
use lederbrev::db::DbConn;
use lederbrev::db::schema::subscriptions;
use lederbrev::issues::{Content, IssueKind, IssueState, store};
use lederbrev::newsletters;
use lederbrev::staff::Role;
use lederbrev::subscribers::SubscriptionState;
use reqwest::{Response, StatusCode};
use serde_json::json;

use crate::app::TestApp;
use crate::both;
use crate::browser::{Browser, PHONE, WIDE};
use crate::composer::{Editor, special_edition};
use crate::preflight::audited;
use crate::sending::address;

const NEW: &str = "https://lederweb.dk/den-rigtige-side?a=1&b=2";
const REASON: &str = "Linket til <Væksthusdagen> var forkert.";

/// An issue that was sent to three.
async fn sent(app: &TestApp) -> Editor<'_> {
    let editor = Editor::with(app, IssueKind::Special, special_edition()).await;
    editor.readers(3).await;
    go(&editor).await;
    editor
}

async fn go(editor: &Editor<'_>) {
    assert_eq!(editor.act(&[("do", "send-now")]).await.status(), StatusCode::SEE_OTHER);
    editor.app.clock.advance(TimeDelta::minutes(1));
    editor.app.run_until_idle().await;
    let (id, app) = (editor.issue.id, editor.app);
    let issue = app.app.db.read(move |conn| Ok(store::find(conn, id)?)).await.unwrap();
    assert_eq!(issue.state, IssueState::Sent);
}

async fn links(editor: &Editor<'_>) -> Vec<(i32, String)> {
    let id = editor.issue.id;
    editor.app.app.db.read(move |conn| Ok(store::links(conn, id)?)).await.unwrap()
}

async fn post(editor: &Editor<'_>, form: &[(&str, &str)]) -> Response {
    editor.browser.post(editor.path("/corrections")).form(form).send().await.unwrap()
}

async fn clicked(editor: &Editor<'_>, number: i32) -> String {
    let links = &editor.app.app.links;
    let click = links.click(editor.issue.id, number);
    let path = click.strip_prefix(&links.url("")).unwrap();
    let answer = editor.app.get(&format!("/{path}")).await;
    assert_eq!(answer.status(), StatusCode::FOUND);
    answer.headers()["location"].to_str().unwrap().to_owned()
}

async fn archived(editor: &Editor<'_>) -> String {
    let id = editor.issue.id;
    let slug = move |conn: &mut DbConn| Ok(store::find(conn, id)?.slug);
    let slug = editor.app.app.db.read(slug).await.unwrap();
    editor.app.get(&format!("/archive/{slug}")).await.text().await.unwrap()
}

async fn ask_for_two(app: &TestApp) {
    let change = |conn: &mut DbConn| {
        let mut newsletter = newsletters::store::by_slug(conn, "lederweb")?;
        newsletter.approval_required = true;
        Ok(newsletters::store::update(conn, &newsletter)?)
    };
    app.app.db.write(change).await.unwrap();
}

both! {
    async fn a_link_that_was_wrong_leads_to_the_right_place_and_the_archive_says_so(app: TestApp) {
        let editor = sent(&app).await;
        let all = links(&editor).await;
        // An address that stands in several blocks: only the one that is corrected changes.
        let old = "https://lederweb.dk/".to_owned();
        let twins = all.iter().filter(|(_, url)| *url == old).map(|(number, _)| *number);
        let twins: Vec<i32> = twins.collect();
        assert!(twins.len() > 1, "{all:?}");
        let before = archived(&editor).await;
        let number = twins[1].to_string();
        let form = [("do", "correct"), ("number", &*number), ("url", NEW), ("reason", REASON)];
        for (field, wrong) in [("number", "99"), ("url", "javascript:alert(1)"), ("url", "https://intranet/a"), ("url", &*old), ("reason", " ")] {
            let form = form.map(|(name, value)| if name == field { (name, wrong) } else { (name, value) });
            let answer = post(&editor, &form).await;
            assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{field}: {wrong}");
        }
        // Somebody has just followed it, so that it is answered from memory.
        for _ in 0..2 {
            assert_eq!(clicked(&editor, twins[1]).await, old);
        }
        assert_eq!(post(&editor, &form).await.status(), StatusCode::SEE_OTHER);
        assert_eq!(clicked(&editor, twins[1]).await, NEW);
        assert_eq!(clicked(&editor, twins[0]).await, old, "the same address elsewhere stays");
        let page = archived(&editor).await;
        assert!(page.contains("Rettet den 24. marts 2017:"), "{page}");
        assert!(page.contains("Linket til &#60;Væksthusdagen&#62; var forkert."), "{page}");
        let (new, old) = (format!("href=\"{}\"", NEW.replace('&', "&#38;")), format!("href=\"{old}\""));
        let web = |page: &str| page.split("<article").nth(1).unwrap().to_owned();
        assert!(web(&page).contains(&new) && !web(&before).contains(&new));
        let gone = web(&before).matches(&old).count() - web(&page).matches(&old).count();
        assert_eq!(gone, web(&page).matches(&new).count(), "one for one");
        assert!(web(&page).contains(&old), "the same address elsewhere stays");
        // The bytes that were sent are kept.
        let id = editor.issue.id;
        let frozen = move |conn: &mut DbConn| {
            let hash = store::find(conn, id)?.rendition.unwrap();
            Ok(store::rendition(conn, &hash)?.web)
        };
        assert!(!app.app.db.read(frozen).await.unwrap().contains(&new));
        // And once more, from where it leads now.
        let again = [("do", "correct"), ("number", &*number), ("url", "https://lederweb.dk/c"), ("reason", "Igen.")];
        assert_eq!(post(&editor, &again).await.status(), StatusCode::SEE_OTHER);
        assert_eq!(clicked(&editor, twins[1]).await, "https://lederweb.dk/c");
        assert!(web(&archived(&editor).await).contains("href=\"https://lederweb.dk/c\""));
        assert_eq!(audited(&app, "issue.correct").await, 2);
    }

    async fn where_two_approve_a_correction_waits_for_the_second(app: TestApp) {
        let editor = sent(&app).await;
        ask_for_two(&app).await;
        let bo = editor.colleague().await;
        let (number, old) = links(&editor).await.remove(0);
        let text = number.to_string();
        let form = [("do", "correct"), ("number", &*text), ("url", NEW), ("reason", REASON)];
        assert_eq!(post(&editor, &form).await.status(), StatusCode::SEE_OTHER);
        assert_eq!(clicked(&editor, number).await, old);
        assert!(!archived(&editor).await.contains("Rettet den"));
        let twice = post(&bo, &form).await;
        assert_eq!(twice.status(), StatusCode::UNPROCESSABLE_ENTITY, "one at a time");
        let id = editor.issue.id;
        let read = move |conn: &mut DbConn| Ok(store::corrections(conn, id)?.remove(0).uuid);
        let uuid = app.app.db.read(read).await.unwrap().to_string();
        let confirm = [("do", "confirm"), ("correction", &*uuid)];
        assert_eq!(post(&editor, &confirm).await.status(), StatusCode::CONFLICT, "not oneself");
        let desk = bo.browser.get(app.url("/admin")).send().await.unwrap().text().await.unwrap();
        assert!(desk.contains("venter på dig") && desk.contains("/corrections"), "{desk}");
        assert_eq!(post(&bo, &confirm).await.status(), StatusCode::SEE_OTHER);
        assert_eq!(clicked(&editor, number).await, NEW);
        assert!(archived(&editor).await.contains("Rettet den"));
        assert_eq!(post(&bo, &confirm).await.status(), StatusCode::CONFLICT, "once");
        let decline = [("do", "decline"), ("correction", &*uuid)];
        assert_eq!(post(&bo, &decline).await.status(), StatusCode::CONFLICT, "it holds");
    }

    async fn a_correction_mail_goes_to_those_who_got_the_issue_and_still_want_mail(app: TestApp) {
        let editor = Editor::with(&app, IssueKind::Special, special_edition()).await;
        let readers = editor.readers(4).await;
        go(&editor).await;
        let gone = readers[1].subscription;
        let leave = move |conn: &mut DbConn| {
            diesel::update(subscriptions::table.find(gone))
                .set(subscriptions::state.eq(SubscriptionState::Ended))
                .execute(conn)?;
            Ok(())
        };
        app.app.db.write(leave).await.unwrap();
        // Somebody who came later got nothing that could be corrected.
        let (newsletter, now) = (editor.issue.newsletter, app.clock.now());
        app.app.db.write(move |conn| {
            let late = diesel::insert_into(lederbrev::db::schema::subscribers::table)
                .values((
                    lederbrev::db::schema::subscribers::uuid.eq(lederbrev::db::PublicId::random()),
                    lederbrev::db::schema::subscribers::address_key.eq("ny@aarhus.example"),
                    lederbrev::db::schema::subscribers::address_hash.eq(crate::sending::hash("ny@aarhus.example")),
                    lederbrev::db::schema::subscribers::email.eq("ny@aarhus.example"),
                    lederbrev::db::schema::subscribers::language.eq(lederbrev::web::Lang::Da),
                    lederbrev::db::schema::subscribers::attributes.eq(lederbrev::db::Json(json!({}))),
                    lederbrev::db::schema::subscribers::created_at.eq(now),
                ))
                .returning(lederbrev::db::schema::subscribers::id)
                .get_result::<i64>(conn)?;
            diesel::insert_into(subscriptions::table)
                .values((
                    subscriptions::subscriber.eq(late),
                    subscriptions::newsletter.eq(newsletter),
                    subscriptions::state.eq(SubscriptionState::Active),
                    subscriptions::scope.eq(lederbrev::subscribers::Scope::All),
                    subscriptions::source.eq("test"),
                    subscriptions::requested_at.eq(now),
                    subscriptions::confirmed_at.eq(now),
                    subscriptions::nonce.eq(7),
                ))
                .execute(conn)?;
            Ok(())
        }).await.unwrap();
        let number = links(&editor).await[0].0.to_string();
        post(&editor, &[("do", "correct"), ("number", &number), ("url", NEW), ("reason", REASON)]).await;
        let made = post(&editor, &[("do", "mail")]).await;
        assert_eq!(made.status(), StatusCode::SEE_OTHER);
        let made = made.headers()["location"].to_str().unwrap().rsplit('/').next().unwrap().to_owned();
        let read = move |conn: &mut DbConn| Ok(store::by_uuid(conn, made.parse().unwrap())?);
        let issue = app.app.db.read(read).await.unwrap();
        assert_eq!(issue.audience.0, json!({ "sent": editor.issue.uuid }));
        assert_eq!(issue.subject, "Rettelse: Særnummer: Ledelse af kerneopgaven");
        let mail = Editor { app: &app, browser: editor.browser.clone(), issue };
        let page = mail.get("/schedule").await.text().await.unwrap();
        assert!(page.contains("skal ud til 3 abonnenter"), "{page}");
        go(&mail).await;
        let id = mail.issue.id;
        let count = move |conn: &mut DbConn| Ok(store::find(conn, id)?.audience_count);
        assert_eq!(app.app.db.read(count).await.unwrap(), Some(3));
        assert_eq!(app.mails_to(&address(0)).len(), 2);
        assert_eq!(app.mails_to(&address(1)).len(), 1, "who has left gets no more");
        assert_eq!(app.mails_to("ny@aarhus.example").len(), 0);
        let text = app.mail_to(&address(0)).await.text.unwrap();
        assert!(text.replace(['\r', '\n'], " ").contains("Linket til <Væksthusdagen> var forkert."), "{text}");
    }

    async fn only_what_was_sent_can_be_corrected(app: TestApp) {
        let editor = Editor::with(&app, IssueKind::Special, special_edition()).await;
        editor.readers(1).await;
        let form = [("do", "correct"), ("number", "1"), ("url", NEW), ("reason", REASON)];
        assert_eq!(post(&editor, &form).await.status(), StatusCode::CONFLICT);
        assert_eq!(post(&editor, &[("do", "mail")]).await.status(), StatusCode::CONFLICT);
    }

    async fn the_sent_bytes_decode_to_the_previewed_ones(app: TestApp) {
        let special = Editor::with(&app, IssueKind::Special, special_edition()).await;
        special.readers(2).await;
        let mut ordinary = special_edition();
        ordinary.theme = None;
        ordinary.subject = lederbrev::issues::values::MergeLine::parse("Til {{navn|leder}}: nyt & »mere«").unwrap();
        let ordinary = Editor::with_newsletter(&special, ordinary).await;
        for editor in [special, ordinary] {
            let unix = |text: &str| text.replace("\r\n", "\n").trim_end().to_owned();
            let document = async |form: &str| {
                let path = format!("/preview/{form}?reader=unnamed");
                unix(&editor.get(&path).await.text().await.unwrap())
            };
            let (html, text) = (document("html").await, document("text").await);
            let page = editor.get("/preview?reader=unnamed").await.text().await.unwrap();
            go(&editor).await;
            // The second reader has no name.
            let mail = app.mail_to(&address(1)).await;
            let links_of = &app.app.links;
            let mut sent = unix(mail.html.as_ref().unwrap());
            for (number, url) in links(&editor).await {
                let tracked = format!("\"{}\"", links_of.click(editor.issue.id, number));
                assert!(sent.contains(&tracked), "link {number}");
                sent = sent.replace(&tracked, &format!("\"{}\"", url.replace('&', "&#38;")));
            }
            let image = links_of.open(editor.issue.id);
            let at = sent.find(&format!("<img src=\"{image}\"")).expect("the open image");
            let end = at + sent[at..].find("/>").unwrap() + 2;
            sent.replace_range(at..end, "");
            assert_eq!(personless(&sent), personless(&html));
            assert_eq!(personless(&unix(mail.text.as_ref().unwrap())), personless(&text));
            let subject = mail.header("subject").unwrap().replace('&', "&#38;");
            assert!(page.contains(&subject), "{subject}: {page}");
        }
    }
}

/// Without the tokens in the addresses that are each person's own.
fn personless(text: &str) -> String {
    let mut out = text.to_owned();
    for word in ["unsubscribe/", "preferences/"] {
        let parts: Vec<&str> = out.split(word).collect();
        let mut joined = parts[0].to_owned();
        for part in &parts[1..] {
            let rest =
                part.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || "-_.".contains(c));
            joined.push_str(word);
            joined.push_str(rest);
        }
        out = joined;
    }
    out
}

#[actix_web::test]
async fn the_preview_shows_each_view_with_the_same_bytes() {
    let app = TestApp::sqlite().await;
    let editor = Editor::with(&app, IssueKind::Special, special_edition()).await;
    let next = editor.another(IssueKind::Ordinary).await;
    let document = async |query: &str| editor.get(&format!("/preview/html{query}")).await;
    let plain = document("?").await.text().await.unwrap();
    let off = document("?pictures=off").await;
    let policy = off.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(!policy.contains("img-src") && policy.contains("sandbox"), "{policy}");
    assert!(!policy.contains("allow-scripts"), "{policy}");
    assert_eq!(off.text().await.unwrap(), plain);
    let page = editor.get("/preview?view=forced").await.text().await.unwrap();
    assert!(page.contains("En tilnærmelse") && page.contains("preview-stage forced"), "{page}");
    assert!(
        page.contains(&format!("rel=\"next\" href=\"/admin/issues/{}/preview", next.issue.uuid))
    );
    let content = Content::read(&json!({
        "version": 1, "subject": "Til {{navn|leder}}", "preheader": "Kort", "blocks": [],
    }));
    let named = Editor::with_newsletter(&editor, content.unwrap()).await;
    for (reader, words) in [("named", "Til Mette Lund"), ("unnamed", "Til leder")] {
        let page = named.get(&format!("/preview?reader={reader}")).await.text().await.unwrap();
        assert!(page.contains(words), "{reader}: {page}");
    }
}

#[actix_web::test]
async fn corrections_and_previews_are_accessible() {
    let app = TestApp::sqlite().await;
    let editor = sent(&app).await;
    ask_for_two(&app).await;
    let number = links(&editor).await[0].0.to_string();
    post(&editor, &[("do", "correct"), ("number", &number), ("url", NEW), ("reason", REASON)])
        .await;
    let browser = Browser::open(&app).await;
    browser.sign_in(Role::Admin).await;
    browser.console_errors().await;
    let here = format!("/admin/issues/{}", editor.issue.uuid);
    let pages = [
        ("corrections", format!("{here}/corrections")),
        ("preview-forced", format!("{here}/preview?view=forced")),
        ("preview-unpictured", format!("{here}/preview?view=unpictured")),
    ];
    for (name, path) in &pages {
        for (width, dark) in [(WIDE, false), (WIDE, true), (PHONE, false)] {
            browser.dark(dark).await;
            browser.resize(width).await;
            browser.goto(path).await;
            browser.axe().await;
            browser.screenshot(&format!("{name}-{width}{}", if dark { "-dark" } else { "" })).await;
        }
        browser.fits_a_narrow_screen().await;
    }
    browser.resize(WIDE).await;
    browser.goto(&pages[0].1).await;
    browser.click("button[value=confirm]").await;
    browser.wait_for(".toast").await;
    let id = editor.issue.id;
    let slug = move |conn: &mut DbConn| Ok(store::find(conn, id)?.slug);
    browser.goto(&format!("/archive/{}", app.app.db.read(slug).await.unwrap())).await;
    browser.axe().await;
    browser.screenshot("archived-corrected").await;
    browser.fits_a_narrow_screen().await;
    let complaints = browser.console_errors().await;
    let others: Vec<_> = complaints.iter().filter(|why| !why.contains("img")).collect();
    assert!(others.iter().all(|why| why.contains("Content Security Policy")), "{others:?}");
    browser.close().await;
}
