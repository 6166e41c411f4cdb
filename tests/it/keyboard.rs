//! Hands on a keyboard: nothing here clicks, gives focus by script or opens a page; scripts only look.
//! Where the keyboard is must be seen after every key.

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::key::Key;

use crate::browser::Browser;
use crate::composer_browser::until;

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

/// The keys that write a moment (`2017-03-24T10:00`, in the morning) into a field, in the order that
/// the browser asks for. It is not the page's language but that of the browser's own words.
pub async fn keys_of(browser: &Browser<'_>, moment: &str) -> Vec<String> {
    let found = browser
        .run(
            "const parts = new Intl.DateTimeFormat(undefined, { dateStyle: 'short', timeStyle: 'short' })
               .formatToParts(new Date()).map(part => part.type);
             return [parts.filter(type => /^(day|month|year)$/.test(type)), parts.includes('dayPeriod')];",
        )
        .await;
    let (order, has_halves): (Vec<String>, bool) = serde_json::from_value(found).unwrap();
    let (day, time) = moment.split_once('T').unwrap();
    let day: Vec<&str> = day.split('-').collect();
    let mut keys: Vec<String> = order
        .iter()
        .map(|part| match part.as_str() {
            "day" => day[2].to_owned(),
            "month" => day[1].to_owned(),
            // A year may have six digits.
            _ => format!("{}{}", day[0], char::from(Key::Right)),
        })
        .collect();
    keys.push(time.replace(':', ""));
    if has_halves {
        keys.push("a".to_owned());
    }
    keys
}
