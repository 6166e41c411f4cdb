//! The core task by keyboard alone: the special edition of 24 March 2017, from signing in to the
//! report. Nothing here clicks, gives focus by script or opens a page but the first; scripts only
//! look. Where the keyboard is must be seen after every key.

use chrono::TimeDelta;
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::key::Key;
use lederbrev::db::DbConn;
use lederbrev::issues::content::BlockKind;
use lederbrev::issues::{IssueKind, IssueState, compose, store};
use lederbrev::library::{self, Details, ItemKind, NewItem, Precision};
use lederbrev::staff::{self, Role};
use lederbrev::web::Lang;

use crate::browser::Browser;
use crate::composer_browser::until;
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

/// What is wrong with where the keyboard is; nothing when it can be seen.
const LOST: &str = "
    let element = document.activeElement, inside = false;
    while (element?.tagName === 'IFRAME' && element.contentDocument) {
      const inner = element.contentDocument.activeElement;
      if (!inner || inner === element.contentDocument.body) break;
      [element, inside] = [inner, true];
    }
    if (!element || element === document.body || element === document.documentElement) return 'it is lost';
    const what = element.outerHTML.slice(0, 160);
    const box = element.getBoundingClientRect();
    if (box.width === 0 || box.height === 0) return 'it has no size: ' + what;
    if (inside || element.tagName === 'IFRAME') return '';
    const marked = (one) => {
      const style = getComputedStyle(one);
      return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== 'none';
    };
    if (!element.matches(':focus-visible') && !marked(element)) return 'it is not shown: ' + what;
    const near = [element, element.parentElement, element.parentElement?.parentElement, element.nextElementSibling];
    if (!near.some((one) => one && marked(one))) return 'nothing marks it: ' + what;
    const left = Math.max(box.left, 0), right = Math.min(box.right, innerWidth);
    const top = Math.max(box.top, 0), bottom = Math.min(box.bottom, innerHeight);
    if (right <= left || bottom <= top) return 'it is off the screen: ' + what;
    const shares = [[.5, .5], [.05, .2], [.95, .2], [.05, .8], [.95, .8], [.5, .1], [.5, .9]];
    const seen = shares.some(([x, y]) => {
      const at = document.elementFromPoint(left + (right - left) * x, top + (bottom - top) * y);
      return at && (element.contains(at) || at.contains(element) || at.closest('label')?.contains(element));
    });
    return seen ? '' : 'something covers it: ' + what;";

/// Hands on a keyboard.
pub struct Keyboard<'a> {
    /// Where they type.
    pub browser: Browser<'a>,
}

impl Keyboard<'_> {
    /// Presses keys one after the other, while others are held.
    pub async fn chord(&self, held: &[Key], keys: &str) {
        let mut actions = KeyActions::new("keyboard".to_owned());
        for key in held {
            actions = actions.then(KeyAction::Down { value: char::from(*key) });
        }
        for value in keys.chars() {
            actions = actions.then(KeyAction::Down { value }).then(KeyAction::Up { value });
        }
        for key in held.iter().rev() {
            actions = actions.then(KeyAction::Up { value: char::from(*key) });
        }
        self.browser.client.perform_actions(actions).await.unwrap();
    }

    pub async fn types(&self, text: &str) {
        self.chord(&[], text).await;
        self.is_seen().await;
    }

    pub async fn presses(&self, key: Key) {
        self.chord(&[], &char::from(key).to_string()).await;
    }

    /// Fails when nobody could see where the keyboard is. A step may be on its way for a moment.
    pub async fn is_seen(&self) {
        let mut lost = String::new();
        for _ in 0..60 {
            lost = self.browser.run(LOST).await.as_str().unwrap().to_owned();
            if lost.is_empty() {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        self.browser.screenshot("keyboard-lost").await;
        panic!("{lost}\n{:?}", self.browser.client.current_url().await);
    }

    /// Goes on with Tab until it is on what matches.
    pub async fn goes_to(&self, css: &str) {
        self.walks(&[], css).await;
    }

    /// Goes back with Shift and Tab.
    pub async fn goes_back_to(&self, css: &str) {
        self.walks(&[Key::Shift], css).await;
    }

    pub async fn walks(&self, held: &[Key], css: &str) {
        let there = format!("return document.activeElement.matches({})", serde_json::json!(css));
        for _ in 0..150 {
            if self.browser.run(&there).await == true {
                return;
            }
            self.chord(held, &char::from(Key::Tab).to_string()).await;
            self.is_seen().await;
        }
        self.browser.screenshot("keyboard-nowhere").await;
        panic!("no way to {css}\n{}", self.browser.text("body").await);
    }

    /// Presses Enter on it, and waits for the page that comes.
    pub async fn follows(&self, css: &str, comes: &str) {
        self.goes_to(css).await;
        self.presses(Key::Enter).await;
        self.browser.wait_for(comes).await;
        // What was pressed may stand on the page that comes, too.
        until(&self.browser, "document.readyState == 'complete'").await;
    }

    /// Waits until a step is done, and sees where it leads.
    pub async fn arrives(&self, what: &str) {
        until(&self.browser, "!document.querySelector('#composer:is([inert], [aria-busy])')").await;
        until(&self.browser, what).await;
        self.is_seen().await;
    }

    /// Puts an item of the library into the issue.
    pub async fn picks(&self, words: &str, title: &str) {
        let blocks = self.browser.run("return document.querySelectorAll('.block').length").await;
        self.goes_to("#add > summary").await;
        self.presses(Key::Enter).await;
        self.is_seen().await;
        self.goes_to("[data-library]").await;
        self.presses(Key::Enter).await;
        self.arrives("document.querySelector('dialog[open] .pick')").await;
        assert_eq!(self.browser.run("return document.activeElement.type").await, "search");
        self.types(words).await;
        self.presses(Key::Enter).await;
        self.arrives("document.querySelectorAll('dialog[open] .pick').length == 1").await;
        assert!(self.browser.text("dialog[open] .pick").await.contains(title));
        self.goes_to("dialog .pick button").await;
        self.presses(Key::Enter).await;
        self.arrives(&format!("document.querySelectorAll('.block').length == {blocks} + 1")).await;
        let there =
            "document.activeElement.closest('.block').querySelector('.block-title').textContent";
        assert_eq!(self.browser.run(&format!("return {there}")).await, title);
    }
}

/// How the browser writes a moment: the order of its parts, and whether it has AM and PM. It is not
/// the page's language but that of the browser's own words.
async fn moment(browser: &Browser<'_>) -> (String, bool) {
    let found = browser
        .run(
            "const parts = new Intl.DateTimeFormat(undefined, { dateStyle: 'short', timeStyle: 'short' })
               .formatToParts(new Date()).map(part => part.type);
             return [parts.filter(type => /^(day|month|year)$/.test(type)).join(' '),
               parts.includes('dayPeriod')];",
        )
        .await;
    serde_json::from_value(found).unwrap()
}

#[actix_web::test]
async fn the_special_edition_is_composed_scheduled_and_sent_by_keyboard_alone() {
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
            Ok(())
        })
        .await
        .unwrap();
    let email = "rikke@lederweb.example";
    let link = staff::add::add(&app.app, email, "Rikke Redaktør", Role::Editor, "test");
    let browser = Browser::open(app).await;
    browser.goto(&link.await.unwrap().link).await;
    let keyboard = Keyboard { browser };
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
    let uuid = uuid.path().rsplit('/').next().unwrap().parse().unwrap();
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

    // Ten o'clock, in the browser's own way of writing it.
    let (order, halves) = moment(browser).await;
    keyboard.goes_to("#at").await;
    let parts = order.split(' ').map(|part| match part {
        "day" => "24",
        "month" => "03",
        _ => "2017",
    });
    for part in parts {
        keyboard.types(part).await;
        if part == "2017" {
            // A year may have six digits.
            keyboard.presses(Key::Right).await;
        }
    }
    keyboard.types("1000").await;
    if halves {
        keyboard.types("a").await;
    }
    assert_eq!(browser.run("return document.getElementById('at').value").await, "2017-03-24T10:00");
    browser.screenshot("keyboard-schedule").await;
    keyboard.follows("button[value=schedule]", ".chip.scheduled").await;
    let words = browser.text(".words").await;
    assert!(words.contains("Udsendes til 3 abonnenter") && words.contains("kl. 10.00"), "{words}");

    // It goes out over SMTP.
    app.clock.advance(TimeDelta::hours(2));
    app.run_until_idle().await;
    let issue = app.app.db.read(move |conn| Ok(store::by_uuid(conn, uuid)?)).await.unwrap();
    assert_eq!((issue.kind, issue.state), (IssueKind::Special, IssueState::Sent));
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
