//! The core task of an editor as they do it: the ordinary issue in a real browser, by mouse. An
//! address is pasted into the library, a picture uploaded, eight items chosen, a second person approves
//! in a window of their own, and what arrives is what was put in.

use chrono::TimeDelta;
use fantoccini::Locator;
use fantoccini::actions::{InputSource, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};
use image::ImageFormat;
use lederbrev::db::DbConn;
use lederbrev::issues::archive::{self, Historical};
use lederbrev::issues::{IssueKind, IssueState, store};
use lederbrev::library;
use lederbrev::newsletters;
use lederbrev::staff::{self, Role};

use crate::app::{TestApp, browser};
use crate::browser::Browser;
use crate::composer_browser::until;
use crate::keyboard::keys_of;
use crate::ordinary_issue::{ITEMS, item, last_issue, mapped_back};
use crate::outside::{page, site};
use crate::pictures::photograph;
use crate::sending::{address, readers};

/// What somebody has just put on the web site.
const NEWS: &str = r#"<!doctype html><html lang="da"><head><title>Tag hjem fra kurset | Lederweb</title>
    <meta property="og:title" content="Tag hjem fra kurset, og brug det mandag morgen">
    <meta property="og:site_name" content="Lederweb"><meta property="og:type" content="article">
    <meta property="og:description" content="Tre aftaler, der får det lærte med tilbage på jobbet.">
    </head><body><h1>Tag hjem fra kurset</h1></body></html>"#;
const NEWS_TITLE: &str = "Tag hjem fra kurset, og brug det mandag morgen";
const NEWS_ADDRESS: &str = "https://www.lederweb.dk/personale/artikel/tag-hjem-fra-kurset";
const ALT: &str = "To ledere ved en tavle med gule sedler";
const BANNER: &str = "Væksthusdagen 2016: deltagere i DGI-Byens foyer";

/// Somebody new in a window of their own.
async fn signed_in<'a>(app: &'a TestApp, email: &str, name: &str) -> Browser<'a> {
    let link = staff::add::add(&app.app, email, name, Role::Editor, "test").await.unwrap().link;
    let browser = Browser::open(app).await;
    browser.goto(&link).await;
    browser.click("main form button").await;
    browser.wait_for(".staff-header").await;
    browser.console_errors().await;
    browser
}

/// Follows the menu by mouse. The driver takes what stands in it for hidden, because a phone folds it.
async fn menu(browser: &Browser<'_>, path: &str) {
    let link = browser.wait_for(&format!("nav a[href='{path}']")).await;
    let press = MouseActions::new("mouse".to_owned())
        .then(PointerAction::MoveToElement { element: link, duration: None, x: 0., y: 0. })
        .then(PointerAction::Down { button: MOUSE_BUTTON_LEFT })
        .then(PointerAction::Up { button: MOUSE_BUTTON_LEFT });
    browser.client.perform_actions(press).await.unwrap();
    until(browser, &format!("location.pathname == '{path}'")).await;
}

/// Chooses a file in the open dialog of pictures, says what it shows, and uploads it.
async fn uploads(browser: &Browser<'_>, file: &str, alt: &str) {
    browser.wait_for("dialog[open] #picture-picker").await;
    if browser.run("return document.querySelector('dialog .picture-new').open").await == false {
        browser.click("dialog .picture-new summary").await;
    }
    browser.wait_for("dialog [name=file]").await.send_keys(file).await.unwrap();
    browser.fill("dialog [name=alt]", alt).await;
    browser.click("dialog .picture-upload button").await;
    until(browser, "!document.querySelector('dialog[open]')").await;
}

/// Nothing is on its way to the server.
const IDLE: &str = "!document.querySelector('#composer:is([inert], [aria-busy])')
    && document.getElementById('save-state').textContent.startsWith('Gemt')";

/// Opens the menu of blocks and presses what is in it.
async fn adds(browser: &Browser<'_>, css: &str) {
    browser.click("#add:not([open]) > summary").await;
    browser.click(css).await;
}

/// Puts an item of the library at the end of the issue, by a few words of its title.
async fn picks(browser: &Browser<'_>, title: &str) {
    let blocks = browser.run("return document.querySelectorAll('.block').length").await;
    adds(browser, "[data-library]").await;
    let words: Vec<&str> = title.split(' ').take(3).collect();
    browser.fill("dialog[open] #pick-q", &words.join(" ")).await;
    browser.click("dialog[open] form[role=search] button").await;
    until(browser, "document.querySelectorAll('dialog[open] .pick').length == 1").await;
    assert!(browser.text("dialog[open] .pick").await.contains(title));
    browser.click("dialog[open] .pick button").await;
    until(browser, &format!("document.querySelectorAll('.block').length == {blocks} + 1")).await;
    until(browser, "!document.querySelector('#composer:is([inert], [aria-busy])')").await;
}

/// Writes into a field of the last block of a kind.
async fn writes(browser: &Browser<'_>, kind: &str, end: &str, text: &str) {
    let find = format!(
        "const inputs = [...document.querySelectorAll('.block input[name$=\".kind\"]')];
         const block = inputs.filter(input => input.value === '{kind}').at(-1).closest('.block');
         block.querySelector('details').open = true;
         return block.querySelector('[name$=\"{end}\"]').id;"
    );
    let id = browser.run(&find).await;
    browser.fill(&format!("[id='{}']", id.as_str().unwrap()), text).await;
}

#[actix_web::test]
async fn an_ordinary_issue_is_composed_approved_scheduled_and_arrives_by_mouse() {
    let app = TestApp::sqlite().await;
    let (newsletter, now) = (app.newsletter().await, app.clock.now());
    let write = move |conn: &mut DbConn| {
        let mut asked = newsletters::store::find(conn, newsletter)?;
        asked.approval_required = true;
        newsletters::store::update(conn, &asked)?;
        // All but the first, which is not in the library yet.
        for about in &ITEMS[1..] {
            library::store::insert(conn, &item(*about), now)?;
        }
        Ok(readers(conn, newsletter, 3, now)?)
    };
    app.app.db.write(write).await.unwrap();
    let last = Historical {
        newsletter,
        kind: IssueKind::Ordinary,
        content: last_issue(),
        day: "2017-03-10".parse().unwrap(),
        note: None,
        old_address: None,
    };
    archive::bring_in(&app.app, last, "test").await.unwrap();
    let port = site(|_, stream| page(stream, NEWS));
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, width, height| {
        let path = folder.path().join(name);
        std::fs::write(&path, photograph(width, height, ImageFormat::Jpeg)).unwrap();
        path.display().to_string()
    };

    // Pasted, looked at, given a picture, and saved.
    let mette = signed_in(&app, "mette@lederweb.example", "Mette Lund").await;
    menu(&mette, "/admin/library").await;
    mette.fill("#address", &format!("http://localhost:{port}/artikel/tag-hjem-fra-kurset")).await;
    mette.click(".paste button").await;
    mette.wait_for(".notice.info").await;
    let value = async |id: &str| {
        let value = mette.run(&format!("return document.getElementById('{id}').value")).await;
        value.as_str().unwrap().to_owned()
    };
    assert_eq!(value("title").await, NEWS_TITLE);
    assert_eq!(value("summary").await, "Tre aftaler, der får det lærte med tilbage på jobbet.");
    // The test's site is no place for readers; the real one is.
    mette.fill("#addresses", NEWS_ADDRESS).await;
    mette.click("form.narrow [data-pictures]").await;
    uploads(&mette, &file("tavle.jpg", 1_200, 800), ALT).await;
    let picture = value("image_url").await;
    assert!(picture.starts_with("/images/"), "{picture}");
    mette.click("form.narrow > button").await;
    mette.wait_for(".toast").await;
    mette.no_console_errors().await;

    // As the last one.
    menu(&mette, "/admin/issues").await;
    mette.click("main a[href='/admin/issues/new']").await;
    mette.click(".new-kind[value^='copy:']").await;
    mette.wait_for("#composer.enhanced").await;
    mette.fill("#f-subject", "Otte nye greb til din ledelse").await;
    mette.fill("#f-preheader", "Artikler, podcasts, et e-kursus og Væksthusdagen").await;
    let titles: Vec<&str> =
        std::iter::once(NEWS_TITLE).chain(ITEMS[1..].iter().map(|it| it.1)).collect();
    for title in &titles {
        picks(&mette, title).await;
    }
    // What the checks ask for: when and where, and what the picture shows.
    let checked = mette.text("#preflight").await;
    assert!(checked.contains("Stop"), "an event without a date: {checked}");
    writes(&mette, "event", ".date", "5. oktober 2017").await;
    writes(&mette, "event", ".place", "DGI-Byen, København").await;
    writes(&mette, "article", ".image.alt", ALT).await;
    // A picture of its own, below it all.
    adds(&mette, "button[value='add:image']").await;
    until(&mette, "document.activeElement.closest('.block details[open]')").await;
    mette.click(".block:last-child [data-pictures]").await;
    uploads(&mette, &file("foyer.jpg", 900, 500), BANNER).await;
    until(&mette, IDLE).await;
    until(&mette, "!document.querySelector('#preflight .stop')").await;
    mette.axe().await;
    mette.screenshot("ordinary-composed").await;
    mette.no_console_errors().await;
    let uuid = mette.client.current_url().await.unwrap();
    let uuid = uuid.path().rsplit('/').next().unwrap().parse().unwrap();
    let issue =
        || async { app.app.db.read(move |conn| Ok(store::by_uuid(conn, uuid)?)).await.unwrap() };

    // A test to oneself, and over to Bo.
    mette.click(".composer-actions a[href$='/schedule']").await;
    mette.click("button[value=test]").await;
    mette.wait_for(".toast").await;
    assert_eq!(app.mails_to("mette@lederweb.example").len(), 1);
    for warned in [".warnings", "#stops", "button[value=look]", "button[value=schedule]"] {
        assert!(mette.client.find(Locator::Css(warned)).await.is_err(), "{warned}");
    }
    // She would like it to go at ten o'clock, which Bo reads in words.
    for keys in keys_of(&mette, "2017-03-24T10:00").await {
        mette.wait_for("#at").await.send_keys(&keys).await.unwrap();
    }
    mette.click("button[value=submit]").await;
    mette.wait_for(".chip.in_review").await;
    let bo = signed_in(&app, "bo@lederweb.example", "Bo Krag").await;
    menu(&bo, "/admin").await;
    bo.click(&format!("main a[href='/admin/issues/{uuid}/review']")).await;
    bo.wait_for("button[value=approve]").await;
    let review = bo.text("main").await;
    for words in [
        "Udgaven er til 3 abonnenter på »Nyt fra Lederweb« og skal efter planen ud fredag den 24. marts 2017 kl. 10.00 (dansk tid).",
        "Otte nye greb",
        "Mette Lund",
    ] {
        assert!(review.contains(words), "{words}: {review}");
    }
    bo.axe().await;
    bo.screenshot("ordinary-review").await;
    bo.click("button[value=approve]").await;
    bo.wait_for(".toast").await;
    bo.no_console_errors().await;
    bo.close().await;

    // What she proposed stands there; what will happen is said before it is done.
    mette.client.refresh().await.unwrap();
    mette.wait_for("button[value=look]").await;
    assert_eq!(value("at").await, "2017-03-24T10:00");
    mette.click("button[value=look]").await;
    mette.wait_for("button[value=schedule]").await;
    let words = "Udsendes til 3 abonnenter på »Nyt fra Lederweb« fredag den 24. marts 2017 kl. 10.00 (dansk tid).";
    assert_eq!(mette.text(".words").await, words);
    assert_eq!(issue().await.state, IssueState::Approved);
    mette.axe().await;
    mette.screenshot("ordinary-sure").await;
    mette.click("button[value=schedule]").await;
    mette.wait_for(".chip.scheduled").await;
    assert_eq!(
        mette.text(".words").await,
        "Udsendes til 3 abonnenter på »Nyt fra Lederweb« fredag den 24. marts 2017 kl. 10.00 (dansk tid).",
    );
    assert!(mette.text("main").await.contains("Godkendt af Bo Krag"));
    app.run_until_idle().await;
    assert!(app.mails_to(&address(0)).is_empty(), "not before its time");

    // It arrives: every item with its words and its address, in this order, and both pictures.
    app.clock.advance(TimeDelta::hours(2));
    app.run_until_idle().await;
    let sent = issue().await;
    assert_eq!((sent.state, sent.audience_count), (IssueState::Sent, Some(3)));
    assert_eq!(sent.approved_by.as_deref(), Some("bo@lederweb.example"));
    let reader = browser();
    let addresses = std::iter::once(NEWS_ADDRESS.to_owned())
        .chain(ITEMS[1..].iter().map(|(.., path)| format!("https://www.lederweb.dk/{path}")));
    let expected: Vec<(&str, String)> = titles.iter().copied().zip(addresses).collect();
    for at in 0..3 {
        let mails = app.mails_to(&address(at));
        assert_eq!(mails.len(), 1, "{}", address(at));
        let mail = mails.into_iter().next().unwrap();
        assert_eq!(mail.header("subject"), Some("Otte nye greb til din ledelse"));
        let html = mapped_back(&app, &reader, &mail.html.unwrap(), true).await;
        let text = mapped_back(&app, &reader, &mail.text.unwrap(), false).await;
        for (form, mut rest) in [("html", html.as_str()), ("text", text.as_str())] {
            for (title, url) in &expected {
                let url = if form == "html" { url.replace('&', "&#38;") } else { url.clone() };
                let found = rest.find(title).unwrap_or_else(|| panic!("{title} in {form}: {rest}"));
                assert!(rest.contains(&url), "{url} in {form}: {rest}");
                rest = &rest[found..];
            }
        }
        for mail in [&html, &text] {
            for words in
                ["Tre aftaler, der får det lærte", "5. oktober 2017", "DGI-Byen, København", BANNER]
            {
                assert!(mail.contains(words), "{words}: {mail}");
            }
        }
        for alt in [ALT, BANNER] {
            let image = html.split("<img").find(|tag| tag.contains(alt)).unwrap();
            let source = image.split("src=\"").nth(1).unwrap().split('"').next().unwrap();
            let file = reader.get(source).send().await.unwrap().bytes().await.unwrap();
            let shown = image::load_from_memory(&file).unwrap();
            assert!(shown.width() >= 600, "{source}: {}", shown.width());
        }
        assert!(html.contains(&picture), "{picture}: {html}");
    }
    mette.close().await;
}
