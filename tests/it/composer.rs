//! Writing issues: the editor's form, its steps, autosave, two editors at once, and the preview.
//! Everything is done as a browser without JavaScript does it: read the form, change it, post it.

use lederbrev::issues::content::BlockKind;
use lederbrev::issues::{Content, IssueKind, store};
use lederbrev::library::{self, Details, ItemKind, NewItem};
use lederbrev::staff::Role;
use lederbrev::web::Lang;
use reqwest::StatusCode;
use serde_json::json;

use crate::both;
pub use crate::editor::{Editor, Form, special_edition, special_edition_without_events};

both! {
    async fn a_new_issue_is_made_filled_saved_and_previewed(app: TestApp) {
        app.newsletter().await;
        let browser = app.signed_in(Role::Editor).await;
        let made = browser.post(app.url("/admin/issues")).form(&[("from", "ordinary")]);
        let made = made.send().await.unwrap();
        assert_eq!(made.status(), StatusCode::SEE_OTHER);
        let to = made.headers()["location"].to_str().unwrap().to_owned();
        let uuid = to.rsplit('/').next().unwrap().parse().unwrap();
        let issue = app.app.db.read(move |conn| Ok(store::by_uuid(conn, uuid)?)).await.unwrap();
        let editor = Editor { app: &app, browser, issue };

        let mut form = editor.form().await;
        form.set("subject", "Nyt fra Lederweb");
        let mut form = editor.press_and_see(&form, "add:article").await;
        assert_eq!(form.get("subject"), "Nyt fra Lederweb");
        form.set(".title", "Undgå værdiløs kompetenceudvikling <mj-raw>")
            .set(".teaser", "En **ny** metode til {{navn|leder}}")
            .set(".url", "https://lederweb.dk/artikel?a=1&b=2");
        let form = editor.press_and_see(&form, "save").await;
        assert_eq!(form.get(".teaser"), "En **ny** metode til {{navn|leder}}");

        let html = editor.get("/preview/html").await;
        let policy = html.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.contains("default-src 'none'") && policy.contains("sandbox"), "{policy}");
        assert!(!policy.contains("allow-scripts"));
        let html = html.text().await.unwrap();
        assert!(html.contains("Undgå værdiløs kompetenceudvikling &#60;mj-raw&#62;"), "{html}");
        assert!(html.contains("<strong>ny</strong>") && html.contains("Mette Lund"));
        let text = editor.get("/preview/text").await;
        assert_eq!(text.headers()["content-type"], "text/plain; charset=utf-8");
        assert!(text.text().await.unwrap().contains("Undgå værdiløs kompetenceudvikling <mj-raw>"));
        assert_eq!(editor.get("/preview/web").await.status(), StatusCode::OK);
        assert_eq!(editor.get("/preview/theme.css").await.headers()["content-type"], "text/css; charset=utf-8");
        for view in ["desktop", "phone", "dark", "text", "web"] {
            assert_eq!(editor.get(&format!("/preview?view={view}")).await.status(), StatusCode::OK);
        }
        let list = editor.browser.get(app.url("/admin/issues")).send().await.unwrap();
        assert!(list.text().await.unwrap().contains("Nyt fra Lederweb"));
    }

    async fn every_kind_of_block_is_added_changed_moved_copied_removed_and_brought_back(app: TestApp) {
        let editor = Editor::new(&app).await;
        let mut form = editor.form().await;
        for kind in lederbrev::issues::content::BlockKind::NAMES {
            form = editor.press_and_see(&form, &format!("add:{kind}")).await;
            let (id, found) = form.blocks().pop().unwrap();
            assert_eq!(found, kind);
            // Its first text field, whatever it is called.
            let typed = form.0.iter().position(|(name, _)| {
                name.starts_with(&format!("blocks.{id}."))
                    && [".title", ".text", ".body", ".quote", ".caption"].iter().any(|end| name.ends_with(end))
            });
            if let Some(at) = typed {
                form.0[at].1 = format!("Om {kind}");
                form = editor.press_and_see(&form, "save").await;
                assert_eq!(form.0[at].1, format!("Om {kind}"));
            }

            let before = form.kinds();
            form = editor.press_and_see(&form, &format!("up:{id}")).await;
            let last = before.len() - 1;
            let mut moved = before.clone();
            if last > 0 {
                moved.swap(last - 1, last);
            }
            assert_eq!(form.kinds(), moved);
            form = editor.press_and_see(&form, &format!("down:{id}")).await;
            assert_eq!(form.kinds(), before);

            form = editor.press_and_see(&form, &format!("duplicate:{id}")).await;
            let copy = form.blocks().pop().unwrap();
            assert!(copy.1 == kind && copy.0 != id);
            form = editor.press_and_see(&form, &format!("remove:{}", copy.0)).await;
            assert_eq!(form.kinds(), before);

            let whole = editor.content().await;
            let answer = editor.press(&form, &format!("remove:{id}")).await;
            let to = answer.headers()["location"].to_str().unwrap().to_owned();
            let page = editor.browser.get(app.url(&to)).send().await.unwrap().text().await.unwrap();
            let undo = page.split("value=\"restore:").nth(1).expect("an undo button");
            let undo = format!("restore:{}", undo.split('"').next().unwrap());
            let without = Form::read(&page);
            assert_eq!(without.kinds(), before[..last]);
            form = editor.press_and_see(&without, &undo).await;
            assert_eq!(editor.content().await, whole, "{kind} came back as it was");
        }
        let form = editor.press_and_see(&form, "save").await;
        assert_eq!(form.kinds(), lederbrev::issues::content::BlockKind::NAMES);
    }

    async fn a_project_that_was_taken_out_of_a_list_comes_back(app: TestApp) {
        let project = |title: &str, group: u8| json!({
            "title": title, "url": format!("https://lederweb.example/{group}"), "groups": [group],
        });
        let [first, second, third] =
            [project("Ledelse på tværs", 1), project("Den gode leder", 2), project("Fælles retning", 3)];
        let content = Content::read(&json!({
            "version": 1, "subject": "Projekter", "preheader": "Kort",
            "blocks": [{ "kind": "project_list", "title": "Projekter", "projects": [first, second, third] }],
        }));
        let editor = Editor::with(&app, IssueKind::Ordinary, content.unwrap()).await;
        let form = editor.form().await;
        let block = form.blocks()[0].0.clone();
        let whole = editor.content().await;
        let answer = editor.press(&form, &format!("remove-project:{block}:1")).await;
        let to = answer.headers()["location"].to_str().unwrap().to_owned();
        let page = editor.browser.get(app.url(&to)).send().await.unwrap().text().await.unwrap();
        assert!(page.contains("»Den gode leder« er fjernet fra listen."), "{page}");
        let undo = page.split("value=\"restore-project:").nth(1).expect("an undo button");
        let undo = format!("restore-project:{}", undo.split('"').next().unwrap());
        let mut without = Form::read(&page);
        assert!(!without.0.iter().any(|(_, value)| value == "Den gode leder"));
        // What was written in between stays.
        without.set(&format!("blocks.{block}.projects.0.title"), "Ledelse på langs");
        editor.press_and_see(&without, &undo).await;
        let titles = |content: &Content| match &content.blocks[0].kind {
            BlockKind::ProjectList(list) => {
                list.projects.iter().map(|project| project.title.to_string()).collect::<Vec<_>>()
            }
            _ => vec![],
        };
        let now = editor.content().await;
        assert_eq!(titles(&now), ["Ledelse på langs", "Den gode leder", "Fælles retning"]);
        let form = editor.form().await;
        let mut form = form;
        form.set(&format!("blocks.{block}.projects.0.title"), "Ledelse på tværs");
        editor.press_and_see(&form, "save").await;
        assert_eq!(editor.content().await, whole, "and all of it is as it was");
    }

    async fn autosaves_of_one_author_in_five_minutes_are_one_revision(app: TestApp) {
        let editor = Editor::new(&app).await;
        let json = |form: &Form| {
            let mut fields = form.0.clone();
            fields.push(("do".to_owned(), "autosave".to_owned()));
            editor.browser.post(editor.path("")).header("accept", "application/json").form(&fields)
        };
        let mut form = editor.form().await;
        for (subject, saved) in [("N", "8.00"), ("Nyt", "8.01"), ("Nyt fra Lederweb", "8.01")] {
            app.clock.advance(chrono::TimeDelta::seconds(30));
            form.set("subject", subject);
            let answer = json(&form).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::OK);
            let news: serde_json::Value = answer.json().await.unwrap();
            assert_eq!(news["saved"], format!("Gemt {saved}"));
            form.set("revision", &news["revision"].to_string());
        }
        assert_eq!(editor.revisions().await, [1, 4], "the number grows, the rows do not");
        app.clock.advance(chrono::TimeDelta::minutes(5));
        form.set("subject", "Nyt fra Lederweb i marts");
        json(&form).send().await.unwrap();
        assert_eq!(editor.revisions().await, [1, 4, 5]);
        json(&form).send().await.unwrap();
        assert_eq!(editor.revisions().await, [1, 4, 5], "the same once more is no revision");
        let mut form = editor.form().await;
        form.set("subject", "Nyt");
        editor.press_and_see(&form, "save").await;
        assert_eq!(editor.revisions().await, [1, 4, 5, 6], "what somebody saves is kept");
    }

    async fn the_same_draft_open_twice_is_not_overwritten_unseen(app: TestApp) {
        let mette = Editor::with(&app, IssueKind::Special, special_edition()).await;
        let (mut one, mut other) = (mette.form().await, mette.form().await);
        one.set("subject", "Første faneblad");
        mette.press_and_see(&one, "save").await;
        mette.press_and_see(&one, "save").await;
        other.set("subject", "Andet faneblad");
        assert_eq!(mette.press(&other, "save").await.status(), StatusCode::CONFLICT);
        other.set("revision", "9999");
        assert_eq!(mette.press(&other, "save").await.status(), StatusCode::CONFLICT);
        assert_eq!(mette.content().await.subject.to_markup(), "Første faneblad");
    }

    async fn of_ten_edits_of_one_revision_one_is_taken(app: TestApp) {
        let mette = Editor::with(&app, IssueKind::Special, special_edition()).await;
        let token = app.token(Role::Editor).await;
        let url = app.url(&format!("/api/v1/issues/{}", mette.issue.uuid));
        let edits = (0..10).map(|at| {
            let body = serde_json::json!({
                "newsletter": "lederweb", "kind": "special",
                "subject": format!("Særnummer {at}"), "blocks": [],
            });
            let edit = reqwest::Client::new().put(&url).bearer_auth(&token).json(&body);
            edit.header("if-match", "\"1\"").send()
        });
        let answers = futures_util::future::join_all(edits).await;
        let statuses: Vec<u16> = answers.into_iter().map(|a| a.unwrap().status().as_u16()).collect();
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 412).count(), 9, "{statuses:?}");
    }

    async fn two_editors_at_once_see_both_versions_and_lose_nothing(app: TestApp) {
        let mette = Editor::with(&app, IssueKind::Special, special_edition()).await;
        let bo = mette.colleague().await;
        let (mut hers, mut his) = (mette.form().await, bo.form().await);
        his.set("subject", "Bos emne");
        bo.press_and_see(&his, "save").await;

        hers.set("subject", "Mettes emne");
        let autosave = mette
            .browser
            .post(mette.path(""))
            .header("accept", "application/json")
            .form(&hers.0)
            .send()
            .await
            .unwrap();
        assert_eq!(autosave.status(), StatusCode::CONFLICT);
        let block = hers.blocks()[0].0.clone();
        for button in ["save".to_owned(), format!("remove:{block}")] {
            let answer = mette.press(&hers, &button).await;
            assert_eq!(answer.status(), StatusCode::CONFLICT);
            let page = answer.text().await.unwrap();
            assert!(page.contains("Kun her: </span>Mettes<") && page.contains("Kun her: </span>Bos<"));
            assert!(page.contains("Bo Krag"));
        }
        assert_eq!(mette.content().await.subject.to_markup(), "Bos emne");

        let page = mette.press(&hers, "save").await.text().await.unwrap();
        let on_top = Form::read(&page);
        let saved = mette.press_and_see(&on_top, "save").await;
        assert_eq!(saved.get("subject"), "Mettes emne");
        assert_eq!(saved.kinds(), hers.kinds());
        assert_eq!(mette.revisions().await, [1, 2, 3], "his version is in the history");
    }

    async fn what_cannot_be_taken_comes_back_as_it_was_typed_with_a_word_beside_it(app: TestApp) {
        let editor = Editor::new(&app).await;
        let form = editor.form().await;
        let mut form = editor.press_and_see(&form, "add:button").await;
        let id = form.blocks()[0].0.clone();
        form.set(".text", "Læs mere").set(".url", "javascript:alert(1)");
        for button in ["save", "add:text"] {
            let answer = editor.press(&form, button).await;
            assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
            let page = answer.text().await.unwrap();
            assert!(page.contains("value=\"javascript:alert(1)\""));
            assert!(page.contains(&format!("href=\"#f-{id}-url\"")), "the summary leads to the field");
            assert!(page.contains(&format!("id=\"f-{id}-url-error\">Adressen kan ikke bruges")));
        }
        form.set(".url", "https://lederweb.dk");
        let mut strange = form.clone();
        strange.set(".kind", "marquee");
        let answer = editor.press(&strange, "save").await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text().await.unwrap().contains("Bloktypen »marquee« findes ikke"));
        let mut long = form.clone();
        long.set(".text", &"æ".repeat(100_000));
        assert_eq!(editor.press(&long, "save").await.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let mut huge = form.clone();
        huge.set(".text", &"a".repeat(2_000_000));
        assert_eq!(editor.press(&huge, "save").await.status(), StatusCode::PAYLOAD_TOO_LARGE);
        let mut deep = form.clone();
        deep.0.push((format!("blocks.{id}.{}", "a.".repeat(50_000)), "x".to_owned()));
        let bomb = Form((0..50_000).map(|n| (format!("blocks.{n}"), String::new())).collect());
        assert_eq!(editor.press(&deep, "save").await.status(), StatusCode::SEE_OTHER);
        let answer = editor.press(&Form([form.0, bomb.0].concat()), "save").await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(editor.press(&editor.form().await, "explode").await.status(), StatusCode::BAD_REQUEST);
    }

    async fn a_copy_has_the_same_words_and_blocks_of_its_own(app: TestApp) {
        let editor = Editor::with(&app, IssueKind::Special, special_edition()).await;
        let answer = editor.browser.post(editor.path("/duplicate")).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        let to = answer.headers()["location"].to_str().unwrap().to_owned();
        let copy = Form::read(&editor.browser.get(app.url(&to)).send().await.unwrap().text().await.unwrap());
        let original = editor.form().await;
        assert_eq!(copy.kinds(), original.kinds());
        assert_eq!(copy.get("theme.title"), "Ledelse af kerneopgaven");
        assert!(copy.blocks().iter().all(|block| !original.blocks().contains(block)));
        let issues = app.app.db.read(|conn| Ok(store::list(conn, &store::Filter::default(), 9)?)).await.unwrap();
        let slugs: Vec<_> = issues.iter().map(|issue| issue.slug.as_str()).collect();
        assert_eq!(slugs, ["saernummer-ledelse-af-kerneopgaven-2", "saernummer-ledelse-af-kerneopgaven"]);
    }

    async fn an_item_of_the_library_becomes_a_block_without_javascript_too(app: TestApp) {
        let editor = Editor::new(&app).await;
        let item = NewItem {
            details: Details {
                kind: ItemKind::Podcast,
                title: "Når *jorden* brænder under lederen".to_owned(),
                summary: "Om [at stå] fast.".to_owned(),
                language: Lang::Da,
                published_on: None,
                published_precision: None,
                series: Some("Ørerne i maskinen".to_owned()),
                number: Some(9),
                leadership_groups: "1,3".to_owned(),
                image_url: None,
                place: None,
                valid_until: None,
            },
            addresses: vec!["https://lederweb.dk/153607".to_owned()],
        };
        let now = app.clock.now();
        let item = app.app.db.write(move |conn| Ok(library::store::insert(conn, &item, now)?)).await;
        let uuid = item.unwrap().uuid.to_string();
        let page = editor.get("/library?q=jorden").await.text().await.unwrap();
        assert!(page.contains(&uuid));
        let picked = editor.browser.post(editor.path("/library")).form(&[("item", &uuid)]);
        assert_eq!(picked.send().await.unwrap().status(), StatusCode::SEE_OTHER);
        let form = editor.form().await;
        let form = editor.press_and_see(&form, &format!("library:{uuid}")).await;
        assert_eq!(form.kinds(), ["podcast", "podcast"]);
        assert_eq!(form.get(".title"), "Når *jorden* brænder under lederen");
        let podcast = editor.content().await.blocks.remove(1).kind;
        let card = podcast.card().unwrap();
        assert_eq!(card.teaser.to_text(), "Om [at stå] fast.", "no mark of it means anything");
        assert_eq!((card.groups.clone(), card.url.as_str()), (vec![1, 3], "https://lederweb.dk/153607"));
        assert_eq!(card.library_item.unwrap().to_string(), uuid);
    }
}
