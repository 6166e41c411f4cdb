//! The outline of an issue in a real browser, by keyboard alone: the menu of blocks, folding, what is
//! taken back and made again, and the shortcuts with their switch.

use fantoccini::key::Key;
use lederbrev::issues::compose::{self, NewIssue};
use lederbrev::issues::{Issue, IssueKind};
use lederbrev::staff::Role;
use serde_json::Value;

use crate::app::TestApp;
use crate::browser::Browser;
use crate::composer::special_edition;
use crate::composer_browser::until;
use crate::keyboard::Keyboard;

/// The special edition, open in the composer, with the keyboard at the beginning of the page.
async fn composing(app: &TestApp) -> (Keyboard<'_>, Issue) {
    let newsletter = app.newsletter().await;
    let new = NewIssue { newsletter, kind: IssueKind::Special, content: special_edition() };
    let issue = compose::create(&app.app, new, "editor@lederweb.example").await.unwrap();
    let browser = Browser::open(app).await;
    browser.sign_in(Role::Editor).await;
    browser.goto(&format!("/admin/issues/{}", issue.uuid)).await;
    browser.wait_for("#composer.enhanced").await;
    browser.console_errors().await;
    (Keyboard { browser }, issue)
}

/// The blocks on the page: `article`, `-article` when it is hidden.
async fn blocks(browser: &Browser<'_>) -> Vec<String> {
    let blocks = browser
        .run(
            "return [...document.querySelectorAll('.block')].map(block =>
               (block.matches('.is-hidden') ? '-' : '') + block.querySelector('[name$=\".kind\"]').value)",
        )
        .await;
    serde_json::from_value(blocks).unwrap()
}

/// The blocks that are stored, in the same way.
async fn stored(app: &TestApp, issue: &Issue) -> Vec<String> {
    let id = issue.uuid;
    let open = app.app.db.read(move |conn| Ok(compose::open(conn, id)?.content)).await.unwrap();
    let hidden = |is| if is { "-" } else { "" };
    open.blocks.iter().map(|b| format!("{}{}", hidden(b.hidden), b.kind.name())).collect()
}

/// The names of the kinds that the menu offers.
async fn offered(browser: &Browser<'_>) -> Vec<String> {
    let offered = browser
        .run(
            "return [...document.querySelectorAll('.add-menu li:not([hidden]) b')].map(b => b.textContent)",
        )
        .await;
    serde_json::from_value(offered).unwrap()
}

async fn focused(browser: &Browser<'_>) -> Value {
    browser.run("return document.activeElement.id").await
}

/// Presses the backspace so many times.
async fn erases(keyboard: &Keyboard<'_>, letters: usize) {
    keyboard.types(&char::from(Key::Backspace).to_string().repeat(letters)).await;
}

const IN_FILTER: &str = "document.activeElement.id == 'add-filter'";

#[actix_web::test]
async fn a_slash_opens_the_kinds_of_blocks_where_one_is_and_typing_finds_one() {
    let app = TestApp::sqlite().await;
    let (keyboard, issue) = composing(&app).await;
    let browser = &keyboard.browser;
    let before = blocks(browser).await;

    // In a field it is a letter.
    keyboard.goes_to("#f-preheader").await;
    keyboard.types("/?").await;
    assert_eq!(browser.run("return document.activeElement.value.slice(-2)").await, "/?");
    keyboard.goes_to(".block:nth-child(2) summary").await;
    let second = focused(browser).await;
    keyboard.types("/").await;
    keyboard.arrives(IN_FILTER).await;
    until(browser, "document.querySelector('.block:nth-child(2) > #add[open]')").await;
    browser.is_accessible_everywhere("composer-menu").await;
    assert_eq!(offered(browser).await.len(), 14);

    // What is typed finds names first, then words; with any keyboard's letters.
    for (typed, found) in [
        ("citat", &["Citat"][..]),
        ("e kurs", &["E-kursus"]),
        ("LÆS", &["Udgivelse"]),
        ("laes", &["Udgivelse"]),
        ("bi", &["Billede", "Hent fra biblioteket"]),
        ("ved siden af", &[]),
        ("\"><b>å", &[]),
    ] {
        keyboard.types(typed).await;
        assert_eq!(offered(browser).await, found, "{typed}");
        let words = browser.text("#add-found").await;
        match found.first() {
            Some(kind) => assert_eq!(words, format!("Enter indsætter »{kind}«.")),
            None => assert_eq!(words, format!("Ingen bloktype passer til »{typed}«.")),
        }
        if typed == "bi" || found.is_empty() {
            browser.is_accessible_everywhere("composer-menu-filtered").await;
        }
        erases(&keyboard, typed.chars().count()).await;
    }
    assert_eq!(offered(browser).await.len(), 14);
    keyboard.presses(Key::Enter).await;
    assert_eq!(blocks(browser).await, before, "nothing was typed, so nothing is meant");

    // Escape closes it, and the keyboard is where it was.
    keyboard.presses(Key::Escape).await;
    keyboard.arrives("!document.querySelector('#add[open]')").await;
    assert_eq!(focused(browser).await, second);

    // Arrows, and a letter goes on typing.
    keyboard.types("/").await;
    keyboard.arrives(IN_FILTER).await;
    let choice = "document.activeElement.querySelector('b')?.textContent";
    for (key, name) in [
        (Key::Down, "Hent fra biblioteket"),
        (Key::Right, "Overskrift"),
        (Key::End, "MJML"),
        (Key::Home, "Hent fra biblioteket"),
        (Key::Right, "Overskrift"),
        (Key::Left, "Hent fra biblioteket"),
    ] {
        keyboard.presses(key).await;
        keyboard.arrives(&format!("{choice} == '{name}'")).await;
    }
    keyboard.presses(Key::Up).await;
    keyboard.arrives(IN_FILTER).await;
    keyboard.presses(Key::Down).await;
    keyboard.presses(Key::Down).await;
    keyboard.arrives(&format!("{choice} && {choice} != 'Hent fra biblioteket'")).await;
    keyboard.types("ci").await;
    keyboard.arrives(&format!("{IN_FILTER} && document.activeElement.value == 'ci'")).await;
    keyboard.presses(Key::Enter).await;
    keyboard.arrives("document.activeElement.closest('.block:nth-child(3)')").await;
    let mut expected = before.clone();
    expected.insert(2, "quote".to_owned());
    assert_eq!(blocks(browser).await, expected);
    keyboard.types("Ledelse er noget, man gør.").await;

    // Between two blocks, above all, and below all.
    keyboard.goes_back_to(".block:nth-child(1) > .add-here").await;
    browser.screenshot("composer-add-here").await;
    keyboard.presses(Key::Enter).await;
    keyboard.arrives(IN_FILTER).await;
    keyboard.types("skille").await;
    keyboard.presses(Key::Enter).await;
    keyboard.arrives("document.activeElement.closest('.block:nth-child(2)')").await;
    expected.insert(1, "divider".to_owned());
    keyboard.goes_back_to("#place-start").await;
    keyboard.presses(Key::Enter).await;
    keyboard.arrives(IN_FILTER).await;
    browser.is_accessible_everywhere("composer-menu-start").await;
    keyboard.types("overskrift").await;
    keyboard.presses(Key::Enter).await;
    keyboard.arrives("document.activeElement.closest('.block:nth-child(1)')").await;
    expected.insert(0, "heading".to_owned());
    keyboard.goes_to("#add > summary").await;
    keyboard.presses(Key::Enter).await;
    keyboard.goes_to("#add-filter").await;
    keyboard.types("knap").await;
    keyboard.presses(Key::Enter).await;
    keyboard.arrives("document.activeElement.closest('.block:last-child')").await;
    expected.push("button".to_owned());
    assert_eq!(blocks(browser).await, expected);
    assert_eq!(stored(&app, &issue).await, expected);

    // Above all, and then not after all.
    keyboard.goes_back_to("#place-start").await;
    keyboard.presses(Key::Enter).await;
    keyboard.arrives(IN_FILTER).await;
    keyboard.presses(Key::Escape).await;
    keyboard.arrives("document.activeElement.id == 'place-start'").await;
    browser.no_console_errors().await;
    keyboard.browser.close().await;
}

#[actix_web::test]
async fn changes_of_the_blocks_are_taken_back_and_made_again() {
    let app = TestApp::sqlite().await;
    let (keyboard, issue) = composing(&app).await;
    let browser = &keyboard.browser;
    let first = blocks(browser).await;
    let is = |expected: &[String]| {
        format!(
            "[...document.querySelectorAll('.block')].map(block => (block.matches('.is-hidden') ? '-' : '')
               + block.querySelector('[name$=\".kind\"]').value).join() == '{}'",
            expected.join(",")
        )
    };
    let undo = async || keyboard.chord(&[Key::Control], "z").await;
    let redo = async || keyboard.chord(&[Key::Control, Key::Shift], "z").await;

    // Nothing has been changed yet.
    keyboard.goes_to(".block:nth-child(1) summary").await;
    undo().await;
    until(browser, "document.getElementById('told').textContent != ''").await;
    assert_eq!(blocks(browser).await, first);

    // Hide, move, duplicate, remove, add.
    let mut states = vec![first.clone()];
    let does = |states: &mut Vec<Vec<String>>, change: &dyn Fn(&mut Vec<String>)| {
        let mut next = states.last().unwrap().clone();
        change(&mut next);
        states.push(next);
    };
    keyboard.goes_to(".block:nth-child(2) [id^=hide-]").await;
    keyboard.presses(Key::Enter).await;
    does(&mut states, &|blocks| blocks[1].insert(0, '-'));
    keyboard.arrives(&is(states.last().unwrap())).await;
    keyboard.goes_back_to(".block:nth-child(2) [id^=down-]").await;
    keyboard.presses(Key::Enter).await;
    does(&mut states, &|blocks| blocks.swap(1, 2));
    keyboard.arrives(&is(states.last().unwrap())).await;
    keyboard.goes_to(".block:nth-child(3) [id^=duplicate-]").await;
    keyboard.presses(Key::Enter).await;
    does(&mut states, &|blocks| blocks.insert(3, blocks[3 - 1].clone()));
    keyboard.arrives(&is(states.last().unwrap())).await;
    keyboard.goes_back_to(".block:nth-child(1) summary").await;
    keyboard.chord(&[], &char::from(Key::Enter).to_string()).await;
    // Typed and not saved yet when the block goes.
    keyboard.goes_to(".block:nth-child(1) .rich-text").await;
    keyboard.types("Lige skrevet. ").await;
    keyboard.goes_to(".block:nth-child(1) [id^=remove-]").await;
    keyboard.presses(Key::Enter).await;
    does(&mut states, &|blocks| drop(blocks.remove(0)));
    keyboard.arrives(&is(states.last().unwrap())).await;
    keyboard.goes_to(".block:nth-child(1) summary").await;
    keyboard.types("/").await;
    keyboard.arrives(IN_FILTER).await;
    keyboard.types("citat").await;
    keyboard.presses(Key::Enter).await;
    keyboard.arrives("document.activeElement.closest('.block:nth-child(2)')").await;
    does(&mut states, &|blocks| blocks.insert(1, "quote".to_owned()));
    keyboard.arrives(&is(states.last().unwrap())).await;

    // In a field it is the field's own.
    keyboard.types("Bedre").await;
    undo().await;
    until(browser, "!document.activeElement.textContent.includes('Bedre')").await;
    assert_eq!(blocks(browser).await, *states.last().unwrap());
    keyboard.types("Ledelse er noget, man gør.").await;
    keyboard.goes_back_to(".block:nth-child(2) summary").await;

    // All the way back, all the way forth: what was typed in between stays.
    for state in states.iter().rev().skip(1) {
        undo().await;
        keyboard.arrives(&is(state)).await;
        assert_eq!(stored(&app, &issue).await, *state);
    }
    undo().await;
    until(browser, "document.getElementById('told').textContent.startsWith('Der er ikke')").await;
    let kept = app.app.db.read(move |conn| Ok(compose::open(conn, issue.uuid)?.content));
    let kept = kept.await.unwrap();
    assert!(kept.blocks[0].kind.title().contains("Lige skrevet."), "{:?}", kept.blocks[0]);
    for state in states.iter().skip(1) {
        redo().await;
        keyboard.arrives(&is(state)).await;
    }
    until(browser, "document.getElementById('told').textContent.includes('gentaget')").await;
    let text =
        browser.run("return document.querySelector('.block:nth-child(2) textarea').value").await;
    assert_eq!(text, "Ledelse er noget, man gør.");
    redo().await;
    assert_eq!(blocks(browser).await, *states.last().unwrap());

    // The buttons do the same; a new change ends what could be made again.
    keyboard.goes_back_to("#outline-undo").await;
    keyboard.presses(Key::Enter).await;
    keyboard.arrives(&is(&states[states.len() - 2])).await;
    browser.is_accessible_everywhere("composer-undone").await;
    keyboard.goes_to("#outline-redo").await;
    keyboard.presses(Key::Enter).await;
    keyboard.arrives(&is(states.last().unwrap())).await;
    keyboard.goes_back_to("#outline-undo").await;
    keyboard.presses(Key::Enter).await;
    keyboard.arrives(&is(&states[states.len() - 2])).await;
    keyboard.goes_to(".block:nth-child(1) [id^=hide-]").await;
    keyboard.presses(Key::Enter).await;
    keyboard.arrives("document.getElementById('outline-redo').disabled").await;

    // The way back that a removal offers is the same one.
    let before = blocks(browser).await;
    keyboard.goes_to(".block:nth-child(3) [id^=remove-]").await;
    keyboard.presses(Key::Enter).await;
    keyboard.arrives("document.activeElement.id == 'undo'").await;
    keyboard.presses(Key::Enter).await;
    keyboard.arrives(&is(&before)).await;
    until(browser, "!document.getElementById('outline-redo').disabled").await;
    browser.no_console_errors().await;
    keyboard.browser.close().await;
}

#[actix_web::test]
async fn a_project_that_was_taken_out_is_brought_back_and_taken_out_again() {
    let app = TestApp::sqlite().await;
    let (keyboard, _) = composing(&app).await;
    let browser = &keyboard.browser;
    // The names of the projects begin with these.
    let is = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(|name| format!("'{name}'")).collect();
        format!(
            "JSON.stringify([...document.querySelectorAll('.project [name$=\".title\"]')]
               .slice(0, {}).map(field => field.value)) == JSON.stringify([{}])",
            names.len(),
            names.join(",")
        )
    };
    let first = "Fra mål og strategi til praksis";
    let second = "Fokuseret målstyring";
    let third = "Hvordan spiller man sin direktør god?";
    let summary = ".block:has(.project) summary";
    browser.run(&format!("document.querySelector('{summary}').focus()")).await;
    keyboard.presses(Key::Enter).await;
    keyboard.goes_to(".project:nth-of-type(2) button.danger").await;
    keyboard.presses(Key::Enter).await;
    keyboard.arrives(&is(&[first, third])).await;
    keyboard.arrives("document.activeElement.id == 'undo'").await;
    browser.is_accessible_everywhere("composer-project-removed").await;
    keyboard.presses(Key::Enter).await;
    keyboard.arrives(&is(&[first, second, third])).await;
    // The same by the keyboard, there and back, like any change of the outline.
    browser.run(&format!("document.querySelector('{summary}').focus()")).await;
    keyboard.chord(&[Key::Control, Key::Shift], "z").await;
    keyboard.arrives(&is(&[first, third])).await;
    browser.run(&format!("document.querySelector('{summary}').focus()")).await;
    keyboard.chord(&[Key::Control], "z").await;
    keyboard.arrives(&is(&[first, second, third])).await;
    browser.no_console_errors().await;
    keyboard.browser.close().await;
}

#[actix_web::test]
async fn all_blocks_are_folded_and_unfolded_at_once() {
    let app = TestApp::sqlite().await;
    let (keyboard, _) = composing(&app).await;
    let browser = &keyboard.browser;
    let open = "document.querySelectorAll('.block > details[open]').length";
    let all = "document.querySelectorAll('.block').length";
    keyboard.goes_to(".block:nth-child(1) summary").await;
    keyboard.presses(Key::Enter).await;
    keyboard.arrives(&format!("{open} == 1")).await;
    keyboard.presses(Key::Enter).await;
    keyboard.arrives(&format!("{open} == 0")).await;
    keyboard.goes_back_to("[data-fold=none]").await;
    keyboard.presses(Key::Enter).await;
    keyboard.arrives(&format!("{open} == {all}")).await;
    until(browser, "document.querySelectorAll('.block .rich-text').length > 3").await;
    browser.is_accessible_everywhere("composer-unfolded").await;
    // A step leaves them as they are.
    keyboard.goes_to(".block:nth-child(2) [id^=up-]").await;
    keyboard.presses(Key::Enter).await;
    keyboard.arrives(&format!("{open} == {all}")).await;
    keyboard.goes_back_to("[data-fold=all]").await;
    keyboard.presses(Key::Enter).await;
    keyboard.arrives(&format!("{open} == 0")).await;
    browser.is_accessible_everywhere("composer-folded").await;

    // What is wrong unfolds its block again.
    keyboard.goes_to(".block:nth-child(3) summary").await;
    keyboard.presses(Key::Enter).await;
    keyboard.goes_to(".block:nth-child(3) input[name$='.url']").await;
    keyboard.types("javascript:alert(1)").await;
    keyboard.chord(&[Key::Control], "s").await;
    keyboard.arrives("document.querySelector('.error-summary')").await;
    // The browser's own log has the refusal (422), which is as it should be.
    browser.console_errors().await;
    browser.is_accessible_everywhere("composer-refused").await;
    browser.no_console_errors().await;
    keyboard.browser.close().await;
}

#[actix_web::test]
async fn a_question_mark_lists_the_shortcuts_and_single_keys_can_be_turned_off() {
    let app = TestApp::sqlite().await;
    let (keyboard, _) = composing(&app).await;
    let browser = &keyboard.browser;
    let open = "document.querySelector('dialog#keys[open]')";
    keyboard.goes_to(".block:nth-child(1) summary").await;
    let from = focused(browser).await;
    keyboard.types("?").await;
    keyboard.arrives(open).await;
    let listed = browser.text("dialog#keys").await;
    for key in ["/", "?", "Alt+", "Ctrl+Z", "Ctrl+Shift+Z", "Ctrl+S", "Ctrl+B", "Esc"] {
        assert!(listed.contains(key), "{key}: {listed}");
    }
    browser.is_accessible_everywhere("composer-keys").await;
    // Nothing behind it hears the keyboard.
    keyboard.types("/").await;
    assert_eq!(browser.run("return document.getElementById('add').open").await, false);
    keyboard.goes_to("#single-keys").await;
    keyboard.types(" ").await;
    keyboard.presses(Key::Escape).await;
    keyboard.arrives(&format!("!{open}")).await;
    assert_eq!(focused(browser).await, from, "the keyboard is where it was");

    // Off: the keys do nothing, now and the next time; what is not a single key still works.
    for is_later in [false, true] {
        if is_later {
            browser.client.refresh().await.unwrap();
            browser.wait_for("#composer.enhanced").await;
            keyboard.goes_to(".block:nth-child(1) summary").await;
        }
        keyboard.types("?/").await;
        assert_eq!(browser.run(&format!("return !{open}")).await, true);
        assert_eq!(browser.run("return document.getElementById('add').open").await, false);
        let shown = "return document.querySelector('#add kbd').checkVisibility()";
        assert_eq!(browser.run(shown).await, false);
        keyboard.chord(&[Key::Alt], &char::from(Key::Down).to_string()).await;
        keyboard.arrives("document.activeElement.closest('.block:nth-child(2)')").await;
        keyboard.chord(&[Key::Alt], &char::from(Key::Up).to_string()).await;
        keyboard.arrives("document.activeElement.closest('.block:nth-child(1)')").await;
    }
    browser.is_accessible_everywhere("composer-no-single-keys").await;

    // The button still leads there, and they come back.
    keyboard.goes_to("[data-keys]").await;
    keyboard.presses(Key::Enter).await;
    keyboard.arrives(open).await;
    keyboard.goes_to("#single-keys").await;
    assert_eq!(browser.run("return document.activeElement.checked").await, false);
    keyboard.types(" ").await;
    keyboard.goes_to("dialog#keys .actions button").await;
    keyboard.presses(Key::Enter).await;
    keyboard.arrives(&format!("!{open}")).await;
    keyboard.types("/").await;
    keyboard.arrives(IN_FILTER).await;
    browser.no_console_errors().await;
    keyboard.browser.close().await;
}
