//! History and conflicts in a real browser: seen, read aloud, by keyboard.

use fantoccini::key::Key;
use lederbrev::issues::compose::{self, Draft, NewIssue};
use lederbrev::issues::{Content, IssueKind};
use lederbrev::staff::Role;

use crate::app::TestApp;
use crate::browser::Browser;
use crate::composer::special_edition;
use crate::composer_browser::{chord, keys, until};

#[actix_web::test]
async fn history_and_a_conflict_are_accessible_and_chosen_by_keyboard() {
    let app = TestApp::sqlite().await;
    let newsletter = app.newsletter().await;
    let new = NewIssue { newsletter, kind: IssueKind::Special, content: special_edition() };
    let issue = compose::create(&app.app, new, "editor@lederweb.example").await.unwrap();
    let browser = Browser::open(&app).await;
    browser.sign_in(Role::Editor).await;
    browser.goto(&format!("/admin/issues/{}", issue.uuid)).await;
    browser.wait_for("#composer.enhanced").await;
    browser.console_errors().await;

    // Bo saves while Mette writes.
    let mut his = special_edition();
    his.blocks.swap(3, 4);
    his.blocks.remove(1);
    his.blocks[5].hidden = true;
    let mut his = his.to_json();
    his["subject"] = "Særnummer: Kerneopgaven i praksis".into();
    his["blocks"][0]["body"] = "Kære {{navn|leder}}\n\nNår kerneopgaven er helt klar, bliver det **meget** lettere at prioritere.".into();
    let draft = Draft { content: Content::read(&his).unwrap(), based_on: 1, autosave: false };
    compose::save(&app.app, issue.uuid, draft, "bo@lederweb.example").await.unwrap();
    browser.wait_for("#f-subject").await.send_keys(" – nu").await.unwrap();
    until(&browser, "document.getElementById('compare')").await;
    browser.console_errors().await;
    keys(&browser, &chord(Key::Control, "s")).await;
    browser.wait_for(".conflict-place").await;
    browser.console_errors().await;
    browser.is_accessible_everywhere("conflict").await;
    let proposed = browser
        .run("return document.querySelector('[name=\"choose.subject\"]:checked').value")
        .await;
    assert_eq!(proposed, "mine");
    for _ in 0..60 {
        keys(&browser, &char::from(Key::Tab).to_string()).await;
        if browser.run("return document.activeElement.name == 'choose.subject'").await == true {
            break;
        }
    }
    keys(&browser, &char::from(Key::Down).to_string()).await;
    for _ in 0..60 {
        keys(&browser, &char::from(Key::Tab).to_string()).await;
        if browser.run("return document.activeElement.value == 'merge'").await == true {
            break;
        }
    }
    keys(&browser, &char::from(Key::Enter).to_string()).await;
    browser.wait_for("#composer.enhanced").await;
    let id = issue.uuid;
    let merged = app.app.db.read(move |conn| Ok(compose::open(conn, id)?.content)).await.unwrap();
    assert_eq!(merged.subject.to_markup(), "Særnummer: Kerneopgaven i praksis");
    assert_eq!(merged, Content::read(&his).unwrap(), "what only Bo changed is as he wrote it");

    browser.goto(&format!("/admin/issues/{}/history?from=1&to=2", issue.uuid)).await;
    browser.is_accessible_everywhere("history").await;
    browser.goto(&format!("/admin/issues/{}/history/1", issue.uuid)).await;
    browser.is_accessible_everywhere("history-version").await;
    browser.no_console_errors().await;
    browser.close().await;
}
