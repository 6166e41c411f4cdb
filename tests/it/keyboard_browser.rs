//! The core task by keyboard alone: the special edition of 24 March 2017, from signing in over a second
//! person's approval to the report. Nothing here clicks, gives focus by script or opens a page but the
//! first; scripts only look. Where the keyboard is must be seen after every key.

use chrono::TimeDelta;
use fantoccini::key::Key;
use lederbrev::db::{DbConn, PublicId};
use lederbrev::issues::content::BlockKind;
use lederbrev::issues::{IssueKind, IssueState, compose, store};
use lederbrev::library::{self, Details, ItemKind, NewItem, Precision};
use lederbrev::newsletters;
use lederbrev::staff::{self, Role};
use lederbrev::web::Lang;
use serde_json::Value;

use crate::app::TestApp;
use crate::browser::Browser;
use crate::composer_browser::until;
use crate::keyboard::{Keyboard, keys_of};
use crate::sending::{Sending, address};

/// The library of the special edition: kind, title, the end of the address.
const ITEMS: [(ItemKind, &str, &str); 4] = [
    (
        ItemKind::Article,
        "Undgå værdiløs kompetenceudvikling med ny metode",
        "personale/arbejdsmiljo/artikel/153777/undga-vardilos-kompetenceudvikling-med-ny-metode",
    ),
    (
        ItemKind::Publication,
        "Ledelse af kompetenceudvikling",
        "dokumentarkiv/publikationer/ledelse-af-kompetenceudvikling/",
    ),
    (
        ItemKind::Podcast,
        "Kan målstyring og værdier spille sammen?",
        "dig-selv/lederrollen/artikel/156678/podcast-kan-malstyring-og-vardier-spille-sammen",
    ),
    (ItemKind::Event, "Væksthusdagen", "vaeksthusdagen"),
];

fn item((kind, title, path): (ItemKind, &str, &str)) -> NewItem {
    let is_event = kind == ItemKind::Event;
    NewItem {
        details: Details {
            kind,
            title: title.to_owned(),
            summary: "I vores egne ord.".to_owned(),
            language: Lang::Da,
            published_on: is_event.then(|| "2017-10-01".parse().unwrap()),
            published_precision: is_event.then_some(Precision::Month),
            series: None,
            number: None,
            leadership_groups: String::new(),
            image_url: None,
            place: is_event.then(|| "DGI-Byen, København".to_owned()),
            valid_until: None,
        },
        addresses: vec![format!("https://www.lederweb.dk/{path}")],
    }
}

/// Somebody new with their link open, and the keyboard at the beginning of the page.
async fn at_the_door<'a>(app: &'a TestApp, email: &str, name: &str) -> Keyboard<'a> {
    let link = staff::add::add(&app.app, email, name, Role::Editor, "test").await.unwrap().link;
    let browser = Browser::open(app).await;
    browser.goto(&link).await;
    Keyboard { browser }
}

/// The second person, in a window of their own, by keyboard as well: in, to the issue that waits on
/// the desk, and approved.
async fn approve(app: &TestApp, uuid: PublicId) {
    let keyboard = at_the_door(app, "bo@lederweb.example", "Bo Krag").await;
    let browser = &keyboard.browser;
    keyboard.follows("main form button", ".staff-header").await;
    keyboard.follows("nav a[href='/admin']", ".desk").await;
    let waits = format!("main a[href='/admin/issues/{uuid}/review']");
    keyboard.follows(&waits, "button[value=approve]").await;
    let page = browser.text("main").await;
    for words in
        ["Udgaven er til 3 abonnenter", "Særnummer: Ledelse af kerneopgaven", "Rikke Redaktør"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    // What goes out is before his eyes, as a mail and as text.
    let shown = "document.querySelector('.review-views iframe').contentDocument";
    until(browser, &format!("{shown}.body?.textContent.includes('lede efter kerneopgaven')")).await;
    keyboard.goes_to(".review-views summary").await;
    keyboard.presses(Key::Enter).await;
    keyboard.arrives("document.querySelector('.review-views details[open]')").await;
    browser.axe().await;
    browser.screenshot("keyboard-review").await;
    keyboard.goes_back_to("button[value=approve]").await;
    keyboard.presses(Key::Enter).await;
    browser.wait_for(".toast").await;
    browser.no_console_errors().await;
    keyboard.browser.close().await;
}

#[actix_web::test]
async fn the_special_edition_is_composed_approved_scheduled_and_sent_by_keyboard_alone() {
    let sending = Sending::with(&[]).await;
    let app = &sending.app;
    sending.readers(3).await;
    let now = app.clock.now();
    app.app
        .db
        .write(move |conn: &mut DbConn| {
            for about in ITEMS {
                library::store::insert(conn, &item(about), now)?;
            }
            let mut newsletter = newsletters::store::by_slug(conn, "lederweb")?;
            newsletter.approval_required = true;
            Ok(newsletters::store::update(conn, &newsletter)?)
        })
        .await
        .unwrap();
    let email = "rikke@lederweb.example";
    let keyboard = at_the_door(app, email, "Rikke Redaktør").await;
    let browser = &keyboard.browser;

    // In, and to a new special edition. The first thing that Tab reaches is the way past the menu.
    keyboard.presses(Key::Tab).await;
    assert!(browser.run("return document.activeElement.matches('.skip-link')").await == true);
    keyboard.follows("main form button", ".staff-header").await;
    keyboard.follows("nav a[href='/admin/issues']", "main a[href='/admin/issues/new']").await;
    keyboard.follows("main a[href='/admin/issues/new']", "button[value=special]").await;
    keyboard.follows("button[value=special]", "#composer.enhanced").await;

    // The envelope and the theme.
    keyboard.goes_to("#f-subject").await;
    keyboard.types("Særnummer: Ledelse af kerneopgaven").await;
    keyboard.goes_to("#f-preheader").await;
    keyboard.types("Viden og værktøjer om at lede det, der betyder mest").await;
    keyboard.goes_to("#theme input[name$=title]").await;
    keyboard.types("Ledelse af kerneopgaven").await;
    keyboard.goes_to("#theme input[type=radio]").await;
    keyboard.presses(Key::Down).await;
    keyboard.is_seen().await;
    keyboard.presses(Key::Up).await;
    keyboard.goes_to("#theme .rich-text").await;
    keyboard.types("Hvad er jeres vigtigste opgave? Du skal ").await;
    keyboard.chord(&[Key::Control], "b").await;
    keyboard.types("lede efter kerneopgaven").await;
    keyboard.chord(&[Key::Control], "b").await;
    keyboard.types(".").await;
    keyboard.goes_to("#theme input[name$='image.url']").await;
    keyboard.types("/assets/demo/kerneopgaven.png").await;
    keyboard.goes_to("#theme input[name$='image.decorative']").await;
    keyboard.types(" ").await;

    // A text with a link, below the theme.
    keyboard.goes_to("#add > summary").await;
    keyboard.presses(Key::Enter).await;
    keyboard.is_seen().await;
    keyboard.goes_to("button[value='add:text']").await;
    keyboard.presses(Key::Enter).await;
    keyboard.arrives("document.activeElement.closest('.block')").await;
    keyboard.types("Kære leder. Læs mere på ").await;
    keyboard.chord(&[Key::Control], "k").await;
    keyboard.arrives("document.querySelector('dialog.ask[open]')").await;
    keyboard.types("lederweb.dk").await;
    if browser.run("return document.querySelectorAll('dialog.ask input').length").await == 2 {
        keyboard.goes_to("dialog.ask input:last-of-type").await;
    }
    keyboard.presses(Key::Enter).await;
    keyboard
        .arrives(
            "!document.querySelector('dialog[open]') && document.activeElement.matches('.rich-text')",
        )
        .await;
    keyboard.types(".").await;

    // The items: the publication came before the article, and goes below it.
    let [article, publication, podcast, event] = ITEMS.map(|(_, title, _)| title);
    keyboard.picks("Ledelse af komp", publication).await;
    keyboard.picks("Undgå", article).await;
    keyboard.chord(&[Key::Alt], &char::from(Key::Up).to_string()).await;
    let third = |title: &str| {
        format!("document.querySelectorAll('.block-title')[2].textContent == '{title}'")
    };
    keyboard.arrives(&third(publication)).await;
    keyboard.picks("målstyring", podcast).await;
    keyboard.picks("Væksthusdagen", event).await;
    keyboard.chord(&[Key::Control], "s").await;
    keyboard.arrives("document.getElementById('save-state').textContent.startsWith('Gemt')").await;
    browser.axe().await;
    browser.screenshot("keyboard-composed").await;
    let checked = browser.text("#preflight").await;
    assert!(!checked.contains("Stop"), "{checked}");
    let uuid = browser.client.current_url().await.unwrap();
    let uuid: PublicId = uuid.path().rsplit('/').next().unwrap().parse().unwrap();
    let content =
        app.app.db.read(move |conn| Ok(compose::open(conn, uuid)?.content)).await.unwrap();
    let kinds: Vec<_> = content.blocks.iter().map(|block| block.kind.name()).collect();
    assert_eq!(kinds, ["text", "article", "publication", "podcast", "event"]);
    let theme = content.theme.as_ref().unwrap();
    assert!(theme.intro.to_markup().contains("**lede efter kerneopgaven**"));
    let BlockKind::Text(text) = &content.blocks[0].kind else { panic!("{content:?}") };
    let text = text.body.to_markup();
    assert!(
        text.starts_with("Kære leder. Læs mere på [") && text.contains("https://lederweb.dk"),
        "{text}"
    );

    // The checks; a test to oneself.
    keyboard.goes_back_to(".composer-bar a[href$='/schedule']").await;
    keyboard.presses(Key::Enter).await;
    browser.wait_for("button[value=test]").await;
    let page = browser.text("main").await;
    assert!(!page.contains("Udgaven kan ikke sendes, før"), "{page}");
    keyboard.follows("button[value=test]", ".toast").await;
    let tests = sending.relay.received();
    assert_eq!(tests.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), [email]);

    // Nobody sends what only they have read. Bo finds it on his desk, reads it and approves it.
    assert_eq!(
        browser.run("return document.querySelector('button[value=look]')").await,
        Value::Null
    );
    keyboard.follows("button[value=submit]", ".chip.in_review").await;
    approve(app, uuid).await;

    // Back to it, and ten o'clock, in the browser's own way of writing it.
    keyboard.follows("nav a[href='/admin/issues']", ".chip.approved").await;
    keyboard.follows(&format!("th a[href*='{uuid}']"), "#composer.enhanced").await;
    keyboard.follows(".composer-bar a[href$='/schedule']", "#at").await;
    assert!(browser.text("main").await.contains("Godkendt af Bo Krag"));
    keyboard.goes_to("#at").await;
    for part in keys_of(browser, "2017-03-24T10:00").await {
        keyboard.types(&part).await;
    }
    assert_eq!(browser.run("return document.getElementById('at').value").await, "2017-03-24T10:00");
    browser.screenshot("keyboard-schedule").await;
    keyboard.follows("button[value=look]", "button[value=schedule]").await;
    let words = browser.text(".words").await;
    assert!(words.contains("Udsendes til 3 abonnenter") && words.contains("kl. 10.00"), "{words}");
    browser.axe().await;
    keyboard.follows("button[value=schedule]", ".chip.scheduled").await;
    let words = browser.text(".words").await;
    assert!(words.contains("Udsendes til 3 abonnenter") && words.contains("kl. 10.00"), "{words}");

    // It goes out over SMTP.
    app.clock.advance(TimeDelta::hours(2));
    app.run_until_idle().await;
    let issue = app.app.db.read(move |conn| Ok(store::by_uuid(conn, uuid)?)).await.unwrap();
    assert_eq!((issue.kind, issue.state), (IssueKind::Special, IssueState::Sent));
    assert_eq!(issue.approved_by.as_deref(), Some("bo@lederweb.example"));
    for at in 0..3 {
        assert_eq!(sending.relay.tries(&address(at)), 1);
    }
    assert_eq!(sending.relay.count(), 4);

    // The report.
    keyboard.follows("nav a[href='/admin/issues']", ".chip.sent").await;
    let here = format!("main a[href*='{uuid}']");
    keyboard.follows(&here, "a[href$='/report']").await;
    if !browser.client.current_url().await.unwrap().path().ends_with("/report") {
        keyboard.follows("main a[href$='/report']", "h1").await;
    }
    until(browser, "location.pathname.endsWith('/report')").await;
    let report = browser.text("main").await;
    for words in ["Særnummer: Ledelse af kerneopgaven", "Regnestykket går op", "Leveret"] {
        assert!(report.contains(words), "{words}: {report}");
    }
    browser.screenshot("keyboard-report").await;
    keyboard.browser.no_console_errors().await;
    keyboard.browser.close().await;
}
