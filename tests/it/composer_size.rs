//! Issues that are large, and more than an issue can be: refused with a reason, and nothing is lost.

use lederbrev::issues::content::BLOCK_LIMIT;
use lederbrev::issues::{Content, IssueKind};
use lederbrev::staff::Role;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::both;
use crate::browser::Browser;
use crate::composer::{Editor, Form, special_edition};
use crate::composer_browser::{keys, until};

/// An ordinary issue with so many blocks: those of the special edition, over and over.
fn issue_of(blocks: usize) -> Value {
    let special = special_edition().to_json();
    let all = special["blocks"].as_array().unwrap();
    let blocks: Vec<Value> = all
        .iter()
        .cycle()
        .take(blocks)
        .enumerate()
        .map(|(at, block)| {
            let mut block = block.clone();
            block["id"] = format!("6f1d2c1e-0000-4a6b-9c10-{at:012}").into();
            block
        })
        .collect();
    json!({ "subject": "Alt, hvad vi har", "preheader": "Hele biblioteket", "blocks": blocks })
}

/// The page's form with the blocks of a form multiplied.
fn with_blocks(form: &Form, count: usize) -> Form {
    let (blocks, others): (Vec<_>, Vec<_>) =
        form.0.iter().cloned().partition(|(name, _)| name.starts_with("blocks."));
    let first = form.blocks()[0].0.clone();
    let first: Vec<_> = blocks.into_iter().filter(|(name, _)| name.contains(&first)).collect();
    let copies = (0..count).flat_map(|at| {
        let id = format!("6f1d2c1e-0000-4a6b-9c10-{at:012}");
        first.iter().map(move |(name, value)| {
            let mut steps: Vec<&str> = name.split('.').collect();
            steps[1] = &id;
            (steps.join("."), value.clone())
        })
    });
    Form(others.into_iter().chain(copies.collect::<Vec<_>>()).collect())
}

both! {
    async fn two_hundred_blocks_open_save_preview_and_are_checked(app: TestApp) {
        let content = Content::read(&issue_of(BLOCK_LIMIT)).unwrap();
        let editor = Editor::with(&app, IssueKind::Ordinary, content).await;
        let mut form = editor.form().await;
        assert_eq!(form.blocks().len(), BLOCK_LIMIT);
        form.set("subject", "Alt, hvad vi har, i én udgave");
        let mut autosave = form.0.clone();
        autosave.push(("do".to_owned(), "autosave".to_owned()));
        let answer = editor.browser.post(editor.path("")).header("accept", "application/json");
        let news: Value = answer.form(&autosave).send().await.unwrap().json().await.unwrap();
        assert_eq!(news["blocks"].as_array().unwrap().len(), BLOCK_LIMIT);
        let notes = news["preflight"]["notes"].as_array().unwrap();
        assert!(notes.iter().any(|note| note["text"].as_str().unwrap().contains("kB")), "{notes:?}");
        form.set("revision", &news["revision"].to_string());
        let last = form.blocks().pop().unwrap().0;
        let mut moved = form.kinds();
        moved.swap(BLOCK_LIMIT - 2, BLOCK_LIMIT - 1);
        let form = editor.press_and_see(&form, &format!("up:{last}")).await;
        assert_eq!(form.kinds(), moved);
        let stored = editor.content().await;
        assert_eq!(stored.subject.to_markup(), "Alt, hvad vi har, i én udgave");
        for view in ["html", "text", "web"] {
            let view = editor.get(&format!("/preview/{view}")).await;
            assert_eq!(view.status(), StatusCode::OK);
            let view = view.text().await.unwrap();
            let times = view.matches("Undgå værdiløs kompetenceudvikling").count();
            assert!(times >= BLOCK_LIMIT / stored.blocks.len().min(20), "{times}");
        }
        assert_eq!(editor.get("/schedule").await.status(), StatusCode::OK);
        assert_eq!(editor.get("/history").await.status(), StatusCode::OK);
    }

    async fn a_block_too_many_is_refused_with_a_reason_and_nothing_is_lost(app: TestApp) {
        let content = Content::read(&issue_of(BLOCK_LIMIT)).unwrap();
        let editor = Editor::with(&app, IssueKind::Ordinary, content.clone()).await;
        let mut form = editor.form().await;
        form.set("preheader", "Skrevet lige før");
        let answer = editor.press(&form, "add:text").await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let page = answer.text().await.unwrap();
        assert!(page.contains("Udgaven har 201 blokke, og der er plads til 200."), "{page}");
        let refused = Form::read(&page);
        assert_eq!(refused.blocks().len(), BLOCK_LIMIT + 1, "it stands there as it was typed");
        assert_eq!(refused.get("preheader"), "Skrevet lige før");
        assert_eq!(editor.content().await, content);
        // One less, and all of it is taken.
        let first = refused.blocks()[0].0.clone();
        let form = editor.press_and_see(&refused, &format!("remove:{first}")).await;
        assert_eq!(form.blocks().len(), BLOCK_LIMIT);
        assert_eq!(form.get("preheader"), "Skrevet lige før");
        assert_eq!(form.kinds().pop().unwrap(), "text");
    }

    async fn five_hundred_blocks_are_refused_with_a_reason_and_nothing_is_lost(app: TestApp) {
        let editor = Editor::with(&app, IssueKind::Ordinary, Content::read(&issue_of(3)).unwrap()).await;
        let before = editor.content().await;
        let many = with_blocks(&editor.form().await, 500);
        for button in ["save", "add:text"] {
            let answer = editor.press(&many, button).await;
            assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
            let page = answer.text().await.unwrap();
            assert!(page.contains("href=\"#add\""), "the summary leads to a place that is there");
            assert_eq!(page.matches("id=\"add\"").count(), 1);
            let shown = Form::read(&page);
            let words = format!("Udgaven har {} blokke, og der er plads til 200.", shown.blocks().len());
            assert!(page.contains(&words));
            assert_eq!(&shown.blocks()[..500], &many.blocks()[..], "all that was typed is still there");
        }
        assert_eq!(editor.content().await, before);

        // The same by the API.
        let client = reqwest::Client::new();
        let token = app.token(Role::Editor).await;
        let mut issue = issue_of(500);
        issue["newsletter"] = "lederweb".into();
        issue["kind"] = "ordinary".into();
        let posted = client.post(app.url("/api/v1/issues")).bearer_auth(&token).json(&issue);
        let refused = posted.send().await.unwrap();
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let problem = refused.text().await.unwrap();
        assert!(problem.contains("blocks") && problem.contains("200"), "{problem}");
    }

    async fn five_megabytes_are_refused_with_a_reason_and_nothing_is_lost(app: TestApp) {
        let editor = Editor::with(&app, IssueKind::Ordinary, Content::read(&issue_of(3)).unwrap()).await;
        let before = editor.content().await;
        let mut form = editor.form().await;
        form.set("subject", &"Lange sager ".repeat(5_000_000 / 12));
        let answer = editor.press(&form, "save").await;
        assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
        let page = answer.text().await.unwrap();
        assert!(page.contains("Det fylder for meget"), "{page}");
        // Less, and still more than a subject.
        form.set("subject", &"Lange sager ".repeat(50_000));
        let answer = editor.press(&form, "save").await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let page = answer.text().await.unwrap();
        assert!(page.contains("Teksten er på 600.000 tegn"), "{}", &page[..5000]);
        assert_eq!(editor.content().await, before);
    }
}

#[actix_web::test]
async fn five_megabytes_pasted_into_a_field_are_refused_beside_it() {
    let app = TestApp::sqlite().await;
    let content = Content::read(&issue_of(3)).unwrap();
    let editor = Editor::with(&app, IssueKind::Ordinary, content).await;
    let browser = Browser::open(&app).await;
    browser.sign_in(Role::Editor).await;
    browser
        .goto(&format!(
            "/admin/issues/{}?open={}",
            editor.issue.uuid,
            editor.form().await.blocks()[0].0
        ))
        .await;
    browser.wait_for(".rich-text").await;
    browser.console_errors().await;

    // Into rich text: not taken.
    let paste = "const data = new DataTransfer();
        data.setData('text/plain', 'Ledelse. '.repeat(560000));
        document.querySelector('.rich-text').dispatchEvent(
          new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));";
    browser.run(paste).await;
    let notice = browser.text(".rich-notice").await;
    assert!(notice.contains("5.040.000 tegn") && notice.contains("20.000"), "{notice}");
    assert!(browser.text(".rich-text").await.len() < 20_000);

    // Into a line: it stays where it is until it is shortened, and everything else with it.
    let fill = "const field = document.getElementById('f-subject');
        field.focus(); field.select();
        document.execCommand('insertText', false, 'x');
        field.setRangeText('Ledelse. '.repeat(560000)); field.dispatchEvent(new Event('input', { bubbles: true }));";
    browser.run(fill).await;
    until(&browser, "document.getElementById('save-state').textContent.includes('1 MB')").await;
    until(&browser, "!document.getElementById('f-subject-error').hidden").await;
    browser.console_errors().await;
    browser.run("document.getElementById('f-subject-error').scrollIntoView()").await;
    browser.click(".composer-actions button").await;
    until(&browser, "document.activeElement.id == 'f-subject'").await;
    assert_eq!(browser.run("return document.activeElement.value.length").await, 5_040_001);
    browser.console_errors().await;
    browser.run("document.getElementById('f-subject').value = ''").await;
    keys(&browser, "Kort").await;
    until(&browser, "document.getElementById('save-state').textContent.startsWith('Gemt')").await;
    assert_eq!(editor.content().await.subject.to_markup(), "Kort");
    browser.no_console_errors().await;
    browser.close().await;
}
