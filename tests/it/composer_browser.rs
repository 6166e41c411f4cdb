//! The editor page in a real browser: by keyboard alone, and by mouse.

use fantoccini::actions::{InputSource, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};
use fantoccini::key::Key;
use lederbrev::issues::archive::{self, Historical};
use lederbrev::issues::compose::{self, NewIssue};
use lederbrev::issues::{Content, IssueKind, store};
use lederbrev::library::{self, Details, ItemKind, NewItem};
use lederbrev::staff::Role;
use lederbrev::web::Lang;

use crate::app::TestApp;
use crate::browser::{Browser, PHONE, WIDE};
use crate::composer::special_edition;

/// Types on whatever has the focus.
pub async fn keys(browser: &Browser<'_>, keys: &str) {
    browser.client.active_element().await.unwrap().send_keys(keys).await.unwrap();
}

/// Waits until a script says so.
pub async fn until(browser: &Browser<'_>, what: &str) {
    for _ in 0..200 {
        if browser.run(&format!("return Boolean({what})")).await == true {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("not so: {what}\n{}", browser.text("body").await);
}

/// Nothing is being saved.
const IDLE: &str = "!document.querySelector('#composer:is([inert], [aria-busy])')";

/// Holds Alt or Ctrl and presses a key.
pub fn chord(modifier: Key, key: &str) -> String {
    format!("{}{key}{}", char::from(modifier), char::from(Key::Null))
}

#[actix_web::test]
async fn an_issue_is_written_by_keyboard_alone() {
    let app = TestApp::sqlite().await;
    let newsletter = app.newsletter().await;
    let item = NewItem {
        details: Details {
            kind: ItemKind::Podcast,
            title: "Når jorden brænder under lederen".to_owned(),
            summary: "Om at stå fast, når det brænder.".to_owned(),
            language: Lang::Da,
            published_on: None,
            published_precision: None,
            series: Some("Ørerne i maskinen".to_owned()),
            number: Some(9),
            leadership_groups: "3".to_owned(),
            image_url: None,
            place: None,
            valid_until: None,
        },
        addresses: vec!["https://lederweb.dk/dig-selv/lederrollen/artikel/153607".to_owned()],
    };
    let now = app.clock.now();
    app.app.db.write(move |conn| Ok(library::store::insert(conn, &item, now)?)).await.unwrap();
    let new = NewIssue { newsletter, kind: IssueKind::Ordinary, content: Content::default() };
    let issue = compose::create(&app.app, new, "editor@lederweb.example").await.unwrap();
    let browser = Browser::open(&app).await;
    browser.resize(WIDE).await;
    browser.sign_in(Role::Editor).await;
    browser.goto(&format!("/admin/issues/{}", issue.uuid)).await;
    browser.console_errors().await;

    // Typing saves by itself.
    browser.wait_for("#f-subject").await.send_keys("Nyt fra Lederweb").await.unwrap();
    until(&browser, "document.getElementById('save-state').textContent == 'Gemt 8.00'").await;

    // `/` opens the menu; a heading, then text behind it.
    browser.run("document.getElementById('composer').focus()").await;
    keys(&browser, "/").await;
    until(&browser, "document.activeElement.closest('.add-menu')").await;
    browser.run("document.querySelector('[value=\"add:heading\"]').focus()").await;
    keys(&browser, "\u{E007}").await;
    until(&browser, "document.activeElement.name?.endsWith('.text')").await;
    keys(&browser, "Læs og brug").await;
    browser.run("document.querySelector('[value=\"add:text\"]').closest('details').open = true; document.querySelector('[value=\"add:text\"]').focus()").await;
    keys(&browser, "\u{E007}").await;
    until(&browser, "document.activeElement.id.endsWith('-body')").await;
    keys(&browser, "Kære leder").await;

    // Alt and an arrow move the block, and the cursor stays in it.
    keys(&browser, &chord(Key::Alt, &char::from(Key::Up).to_string())).await;
    until(&browser, "document.querySelector('.block .block-kind').textContent == 'Tekst'").await;
    until(&browser, "document.activeElement.id.endsWith('-body')").await;

    // Remove, and bring back.
    browser.run("document.querySelector('.tool.danger').focus()").await;
    keys(&browser, "\u{E007}").await;
    until(&browser, "document.querySelectorAll('.block').length == 1").await;
    until(&browser, "document.activeElement.id == 'undo'").await;
    browser.screenshot("composer-undo").await;
    keys(&browser, "\u{E007}").await;
    until(&browser, "document.querySelectorAll('.block').length == 2").await;

    // The library is a dialog.
    browser.run("document.getElementById('add').open = true; document.querySelector('[data-library]').focus()").await;
    keys(&browser, "\u{E007}").await;
    browser.wait_for("dialog[open] .pick").await;
    browser.axe().await;
    browser.screenshot("composer-library").await;
    browser.run("document.querySelector('dialog .pick button').focus()").await;
    keys(&browser, "\u{E007}").await;
    until(&browser, "document.querySelectorAll('.block').length == 3").await;

    // Ctrl+S, and what was written is stored.
    keys(&browser, &chord(Key::Control, "s")).await;
    until(&browser, IDLE).await;
    let (id, content) = (issue.uuid, |conn: &mut _, id| Ok(compose::open(conn, id)?.content));
    let content = app.app.db.read(move |conn| content(conn, id)).await.unwrap();
    let kinds: Vec<_> = content.blocks.iter().map(|block| block.kind.name()).collect();
    assert_eq!(kinds.len(), 3);
    assert!(["heading", "text", "podcast"].iter().all(|kind| kinds.contains(kind)), "{kinds:?}");
    assert_eq!(content.subject.to_markup(), "Nyt fra Lederweb");
    browser.axe().await;
    browser.no_console_errors().await;
    browser.close().await;
}

#[actix_web::test]
async fn blocks_are_dragged_duplicated_and_removed_by_mouse() {
    let app = TestApp::sqlite().await;
    let newsletter = app.newsletter().await;
    let new = NewIssue { newsletter, kind: IssueKind::Special, content: special_edition() };
    let issue = compose::create(&app.app, new, "editor@lederweb.example").await.unwrap();
    let browser = Browser::open(&app).await;
    browser.resize(WIDE).await;
    browser.sign_in(Role::Editor).await;
    browser.goto(&format!("/admin/issues/{}", issue.uuid)).await;
    browser.console_errors().await;
    let stored = async || -> Vec<String> {
        let id = issue.uuid;
        let open = app.app.db.read(move |conn| Ok(compose::open(conn, id)?.content));
        open.await.unwrap().blocks.iter().map(|block| block.id.to_string()).collect()
    };
    let before = stored().await;

    // The first block by its handle to below the second.
    browser.run("document.querySelector('.block').scrollIntoView({block: 'center'})").await;
    let handle = browser.wait_for(".block:nth-child(1) .handle").await;
    let second = browser.wait_for(".block:nth-child(2)").await;
    let move_to = |element: fantoccini::elements::Element, y| PointerAction::MoveToElement {
        element,
        duration: Some(std::time::Duration::from_millis(50)),
        x: 0.,
        y,
    };
    let drag = MouseActions::new("mouse".to_owned())
        .then(move_to(handle.clone(), 0.))
        .then(PointerAction::Down { button: MOUSE_BUTTON_LEFT })
        .then(move_to(handle, 9.))
        .then(move_to(second, 9.))
        .then(PointerAction::Up { button: MOUSE_BUTTON_LEFT });
    browser.client.perform_actions(drag).await.unwrap();
    let first = |id: &str| format!("document.querySelector('.block').dataset.block == '{id}'");
    until(&browser, &first(&before[1])).await;
    until(&browser, IDLE).await;
    let mut moved = before.clone();
    moved.swap(0, 1);
    assert_eq!(stored().await, moved);
    // That is taken back and made again as every other change.
    for (way, order) in [("undo", &before), ("redo", &moved)] {
        browser.click(&format!("#outline-{way}")).await;
        until(&browser, &first(&order[0])).await;
        until(&browser, IDLE).await;
        assert_eq!(stored().await, *order);
    }

    let blocks = |count: usize| format!("document.querySelectorAll('.block').length == {count}");
    browser.click(".block:nth-child(1) [id^=duplicate-]").await;
    until(&browser, &blocks(before.len() + 1)).await;
    until(&browser, IDLE).await;
    browser.click(".block:nth-child(2) [id^=remove-]").await;
    until(&browser, &blocks(before.len())).await;
    until(&browser, IDLE).await;
    browser.click(".block:nth-child(1) [id^=remove-]").await;
    until(&browser, &blocks(before.len() - 1)).await;
    until(&browser, IDLE).await;
    browser.click("#undo").await;
    until(&browser, &blocks(before.len())).await;
    until(&browser, &first(&moved[0])).await;
    assert_eq!(stored().await, moved);
    browser.no_console_errors().await;
    browser.close().await;
}

#[actix_web::test]
async fn the_editors_pages_and_the_archive_are_accessible_and_fit_every_screen() {
    let app = TestApp::sqlite().await;
    let newsletter = app.newsletter().await;
    let new = NewIssue { newsletter, kind: IssueKind::Special, content: special_edition() };
    let issue = compose::create(&app.app, new, "editor@lederweb.example").await.unwrap();
    for (kind, day) in [(IssueKind::Special, "2017-03-24"), (IssueKind::Ordinary, "2016-10-14")] {
        let mut content = special_edition();
        if kind == IssueKind::Ordinary {
            content.theme = None;
        }
        let note = Some("genskabt eksempel".to_owned());
        let old = Historical {
            newsletter,
            kind,
            content,
            day: day.parse().unwrap(),
            note,
            old_address: None,
        };
        archive::bring_in(&app.app, old, "test").await.unwrap();
    }
    let slug = app
        .app
        .db
        .read(|conn| Ok(store::newest_published(conn, None, 1)?.remove(0).0.slug))
        .await
        .unwrap();
    let browser = Browser::open(&app).await;
    browser.sign_in(Role::Editor).await;
    browser.console_errors().await;
    let here = format!("/admin/issues/{}", issue.uuid);
    let pages = [
        ("desk", "/admin".to_owned()),
        ("issues", "/admin/issues".to_owned()),
        ("issue-new", "/admin/issues/new".to_owned()),
        ("composer", format!("{here}?open={}", special_edition().blocks[2].id)),
        ("preview", format!("{here}/preview?view=phone")),
        ("preview-dark", format!("{here}/preview?view=dark")),
        ("preview-web", format!("{here}/preview?view=web")),
        ("schedule", format!("{here}/schedule")),
        ("archive", "/archive".to_owned()),
        ("archived", format!("/archive/{slug}")),
    ];
    for (name, address) in pages {
        for dark in [false, true] {
            browser.dark(dark).await;
            browser.resize(WIDE).await;
            browser.goto(&address).await;
            browser.axe().await;
            browser.screenshot(&format!("{name}{}", if dark { "-in-dark" } else { "" })).await;
        }
        browser.dark(false).await;
        browser.resize(PHONE).await;
        browser.screenshot(&format!("{name}-phone")).await;
        browser.fits_a_narrow_screen().await;
        browser.no_console_errors().await;
    }
    browser.close().await;
}
