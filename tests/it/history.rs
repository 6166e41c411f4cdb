//! Every version of an issue: what differs, an old one again, and two editors who choose.

use lederbrev::issues::{Content, IssueKind};
use lederbrev::staff::Role;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::both;
use crate::composer::{Editor, Form, special_edition};

/// An issue with two texts and a heading.
fn three_blocks() -> Content {
    let id = |at: u32| format!("6f1d2c1e-000{at}-4a6b-9c10-5d3b7a9e0001");
    let content = json!({ "subject": "Nyt", "preheader": "Læs med", "blocks": [
        { "id": id(1), "kind": "heading", "text": "Læs og brug" },
        { "id": id(2), "kind": "text", "body": "Kære leder, her er **nyt** om kerneopgaven." },
        { "id": id(3), "kind": "text", "body": "Vi ses til Ledertræf." },
    ]});
    Content::read(&content).unwrap()
}

both! {
    async fn the_history_says_what_was_added_removed_moved_and_changed(app: TestApp) {
        let editor = Editor::with(&app, IssueKind::Ordinary, three_blocks()).await;
        let form = editor.form().await;
        let last = form.blocks()[2].0.clone();
        let mut form = editor.press_and_see(&form, &format!("up:{last}")).await;
        form = editor.press_and_see(&form, &format!("up:{last}")).await;
        let text = form.0.iter().position(|(_, value)| value.starts_with("Kære leder")).unwrap();
        form.0[text].1 = "Kære leder, her er **meget** om <b>kerneopgaven</b>.".to_owned();
        form.set("subject", "Nyt fra Lederweb");
        let form = editor.press_and_see(&form, "add:quote").await;
        let heading = form.blocks().iter().find(|(_, kind)| kind == "heading").unwrap().0.clone();
        editor.press_and_see(&form, &format!("remove:{heading}")).await;
        editor.press_and_see(&editor.form().await, "save").await;

        let numbers = editor.revisions().await;
        let (first, last) = (numbers[0], *numbers.last().unwrap());
        let page = editor.get(&format!("/history?from={first}&to={last}")).await;
        assert_eq!(page.status(), StatusCode::OK);
        let page = page.text().await.unwrap();
        let change = |name: &str| {
            let found = page.split("<article").find(|part| part.contains(&format!("<h3>{name}")));
            found.unwrap_or_else(|| panic!("no {name} in {page}")).to_owned()
        };
        assert!(change("Emne").contains("<ins><span class=\"visually-hidden\">Tilføjet: </span> fra Lederweb"));
        let text = change("Tekst Kære leder");
        assert!(text.contains("change-changed") && !text.contains("change-moved"), "{text}");
        assert!(text.contains("Fjernet: </span>nyt<") && text.contains("Tilføjet: </span>meget<"), "{text}");
        assert!(!page.contains("<b>kerneopgaven") && page.contains("&#60;b"), "words are words");
        assert!(change("Tekst Vi ses").contains("change-moved"));
        assert!(change("Overskrift Læs og brug").contains("change-removed"));
        assert!(change("Citat").contains("change-added"));
        assert!(page.contains("5 steder er anderledes"));
        let same = editor.get(&format!("/history?from={last}&to={last}")).await.text().await.unwrap();
        assert!(same.contains("Der er ingen forskelle"));
        assert_eq!(editor.get("/history?from=1&to=999").await.status(), StatusCode::NOT_FOUND);

        // Only what looks different is shown as it is typed.
        let mut form = editor.form().await;
        let text = form.0.iter().position(|(_, value)| value.starts_with("Kære leder")).unwrap();
        form.0[text].1 = form.0[text].1.replace("**", "");
        editor.press_and_see(&form, "save").await;
        let page = editor.get("/history").await.text().await.unwrap();
        assert!(page.contains("Fjernet: </span>**<"), "{page}");
    }

    async fn an_old_version_is_looked_at_and_restored_as_a_new_one(app: TestApp) {
        let editor = Editor::with(&app, IssueKind::Special, special_edition()).await;
        let mut form = editor.form().await;
        form.set("subject", "Et andet emne").set(".body", "Noget andet");
        editor.press_and_see(&form, "save").await;
        let page = editor.get("/history/1").await;
        assert_eq!(page.status(), StatusCode::OK);
        let page = page.text().await.unwrap();
        assert!(page.contains("Særnummer: Ledelse af kerneopgaven") && page.contains("preview/html?revision=1"));
        let list = editor.browser.get(app.url("/admin/issues")).send().await.unwrap().text().await.unwrap();
        for page in [&page, &editor.get("/history").await.text().await.unwrap(), &list] {
            assert!(page.contains("Mette Lund") && !page.contains("editor@lederweb.example"), "{page}");
        }
        let old = editor.get("/preview/html?revision=1").await.text().await.unwrap();
        assert!(old.contains("Her er det, vi selv ville begynde med"));
        assert_eq!(editor.get("/history/9").await.status(), StatusCode::NOT_FOUND);

        let restore = async |number: i32, based_on: &str| {
            let post = editor.browser.post(editor.path(&format!("/history/{number}")));
            post.form(&[("revision", based_on)]).send().await.unwrap()
        };
        assert_eq!(restore(1, "1").await.status(), StatusCode::PRECONDITION_FAILED, "somebody saved since");
        assert_eq!(restore(1, "2").await.status(), StatusCode::SEE_OTHER);
        assert_eq!(editor.content().await, special_edition());
        assert_eq!(editor.revisions().await, [1, 2, 3], "nothing was rewritten");
        let page = editor.get("/history?done=restored").await.text().await.unwrap();
        assert!(page.contains("Versionen er gendannet") && page.contains("samme indhold som"));
        assert_eq!(restore(2, "3").await.status(), StatusCode::SEE_OTHER);
        assert_eq!(editor.content().await.subject.to_markup(), "Et andet emne");

        // Who may not write sees none of it, and what has gone out stays as it is.
        for role in [Role::Reader, Role::Operator] {
            let other = app.signed_in(role).await;
            assert_eq!(other.get(editor.path("/history")).send().await.unwrap().status(), StatusCode::FORBIDDEN);
        }
    }

    async fn the_api_lists_the_versions_page_by_page(app: TestApp) {
        let editor = Editor::with(&app, IssueKind::Special, special_edition()).await;
        for subject in ["Et", "To"] {
            let mut form = editor.form().await;
            form.set("subject", subject);
            editor.press_and_see(&form, "save").await;
        }
        let token = app.token(Role::Editor).await;
        let ask = async |query: &str| -> Value {
            let path = format!("/api/v1/issues/{}/revisions{query}", editor.issue.uuid);
            app.client.get(app.url(&path)).bearer_auth(&token).send().await.unwrap().json().await.unwrap()
        };
        let all = ask("").await;
        let numbers: Vec<_> = all["items"].as_array().unwrap().iter().map(|r| r["number"].as_i64().unwrap()).collect();
        assert_eq!(numbers, [3, 2, 1]);
        assert_eq!(all["items"][0]["current"], true);
        assert_eq!(all["items"][2]["saved_by"], "editor@lederweb.example");
        let page = ask("?limit=2").await;
        let next = ask(&format!("?limit=2&after={}", page["next"].as_str().unwrap())).await;
        assert_eq!((next["items"][0]["number"].as_i64(), next["next"].as_str()), (Some(1), None));
        let reader = app.token(Role::Reader).await;
        let path = format!("/api/v1/issues/{}/revisions", editor.issue.uuid);
        let refused = app.client.get(app.url(&path)).bearer_auth(&reader).send().await.unwrap();
        assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    }

    async fn two_editors_choose_block_by_block(app: TestApp) {
        let mette = Editor::with(&app, IssueKind::Ordinary, three_blocks()).await;
        let bo = mette.colleague().await;
        let (mut hers, mut his) = (mette.form().await, bo.form().await);
        let set = |form: &mut Form, from: &str, to: &str| {
            let at = form.0.iter().position(|(_, value)| value.starts_with(from)).unwrap();
            form.0[at].1 = to.to_owned();
        };
        set(&mut his, "Læs og brug", "Bos overskrift");
        set(&mut his, "Vi ses", "Vi ses til Ledertræf i Odense.");
        let his = bo.press_and_see(&his, "add:button").await;
        bo.press_and_see(&his, "save").await;
        set(&mut hers, "Vi ses", "Vi mødes til Ledertræf.");
        set(&mut hers, "Nyt", "Mettes emne");

        let answer = mette.press(&hers, "save").await;
        assert_eq!(answer.status(), StatusCode::CONFLICT);
        let page = answer.text().await.unwrap();
        assert!(page.contains("4 steder er anderledes. Ét af dem har I begge rettet."), "{page}");
        assert!(page.contains("<mark><span class=\"visually-hidden\">Kun her: </span>mødes<"), "{page}");
        // What only one of them changed is proposed as that one wrote it.
        let proposed = chosen(&page);
        let place = |end: &str| {
            let at = page.find(end).unwrap_or_else(|| panic!("no {end}"));
            let name = page[at..].split("name=\"").nth(1).unwrap().split('"').next().unwrap();
            name.to_owned()
        };
        let side = |name: &str| proposed.iter().find(|(n, _)| n == name).unwrap().1.clone();
        assert_eq!(side("choose.subject"), "mine");
        let (heading, both, button) = (place("<legend>Overskrift"), place("<legend>Tekst Vi mødes"), place("<legend>Knap"));
        assert_eq!((side(&heading), side(&both), side(&button)), ("theirs".into(), "mine".into(), "theirs".into()));

        let mut form = without_choices(&Form::read(&page));
        form.0.extend(proposed.into_iter().map(|(name, side)| {
            let side = if name == both { "theirs".to_owned() } else { side };
            (name, side)
        }));
        let saved = mette.press_and_see(&form, "merge").await;
        assert_eq!(saved.get("subject"), "Mettes emne");
        assert_eq!(saved.kinds(), ["heading", "text", "text", "button"]);
        let words: Vec<_> = saved.0.iter().map(|(_, value)| value.as_str()).collect();
        assert!(words.contains(&"Bos overskrift") && words.contains(&"Vi ses til Ledertræf i Odense."), "{words:?}");

        // Overtaken once more: the choice is made again, nothing is lost.
        let mut his = bo.form().await;
        his.set("subject", "Bos emne");
        bo.press_and_see(&his, "save").await;
        assert_eq!(mette.press(&form, "merge").await.status(), StatusCode::CONFLICT);
        assert_eq!(mette.content().await.subject.to_markup(), "Bos emne");
    }

    async fn a_hidden_block_is_kept_and_goes_out_to_nobody(app: TestApp) {
        let editor = Editor::with(&app, IssueKind::Ordinary, three_blocks()).await;
        let form = editor.form().await;
        let (heading, text) = (form.blocks()[0].0.clone(), form.blocks()[2].0.clone());
        let form = editor.press_and_see(&form, &format!("hide:{text}")).await;
        assert_eq!(form.kinds(), ["heading", "text", "text"]);
        for part in ["html", "text", "web"] {
            let shown = editor.get(&format!("/preview/{part}")).await.text().await.unwrap();
            assert!(shown.contains("kerneopgaven") && !shown.contains("Vi ses til"), "{part}: {shown}");
        }
        let page = editor.get("").await.text().await.unwrap();
        assert!(page.contains("Blokken er skjult og kommer ikke med"));
        let form = editor.press_and_see(&form, "add:button").await;
        let button = form.blocks().iter().find(|(_, kind)| kind == "button").unwrap().0.clone();
        let form = editor.press_and_see(&form, &format!("hide:{button}")).await;
        let stops = editor.get("?check=1").await.text().await.unwrap();
        assert!(!stops.contains("error-summary"), "nothing is asked of what is hidden: {stops}");
        let content = editor.content().await;
        assert_eq!(content.blocks.iter().filter(|block| block.hidden).count(), 2);
        let again = Content::read(&content.to_json()).unwrap();
        assert_eq!(again, content);
        let history = editor.get("/history").await.text().await.unwrap();
        assert!(history.contains("Skjult"));
        let form = editor.press_and_see(&form, &format!("hide:{text}")).await;
        let form = editor.press_and_see(&form, &format!("hide:{heading}")).await;
        let html = editor.get("/preview/html").await.text().await.unwrap();
        assert!(html.contains("Vi ses til") && !html.contains("Læs og brug"));
        assert_eq!(form.kinds().len(), 4);
    }
}

/// The radio buttons that are chosen.
fn chosen(page: &str) -> Vec<(String, String)> {
    page.split("<input type=\"radio\" name=\"")
        .skip(1)
        .filter(|rest| rest.split('>').next().unwrap().contains(" checked"))
        .map(|rest| {
            let mut parts = rest.split('"');
            (parts.next().unwrap().to_owned(), parts.nth(1).unwrap().to_owned())
        })
        .collect()
}

/// A form is read with all its radio buttons; which are chosen is for the test to say.
fn without_choices(form: &Form) -> Form {
    Form(form.0.iter().filter(|(name, _)| !name.starts_with("choose.")).cloned().collect())
}
