//! What is looked at before an issue goes out, where editors meet it.

use lederbrev::issues::{Content, IssueKind, IssueState, store};
use lederbrev::staff::Role;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::both;
use crate::composer::Editor;

const BLOCK: &str = "6f1d2c1e-0001-4a6b-9c10-5d3b7a9e0001";

fn issue(body: &str) -> Content {
    let block = json!({ "id": BLOCK, "kind": "text", "body": body });
    let value = json!({ "version": 1, "subject": "Nyt", "preheader": "Kort", "blocks": [block] });
    Content::read(&value).unwrap()
}

async fn state(editor: &Editor<'_>) -> IssueState {
    let id = editor.issue.id;
    editor.app.app.db.read(move |conn| Ok(store::find(conn, id)?.state)).await.unwrap()
}

both! {
    async fn a_link_to_the_own_network_keeps_the_issue_here_and_the_page_leads_to_it(app: TestApp) {
        let content = issue("Se [planen](https://intranet/plan).");
        let editor = Editor::with(&app, IssueKind::Ordinary, content).await;
        for form in [
            vec![("do", "submit")],
            vec![("do", "approve")],
            vec![("do", "schedule"), ("at", "2017-03-27T09:00")],
            vec![("do", "send-now"), ("sure", "on")],
        ] {
            let url = editor.path("/schedule");
            let answer = editor.browser.post(url).form(&form).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{form:?}");
            let page = answer.text().await.unwrap();
            assert!(page.contains("virker kun på jeres eget netværk"), "{page}");
            assert!(page.contains(&format!("?check=1#f-{BLOCK}-body")), "{page}");
        }
        assert_eq!(state(&editor).await, IssueState::Draft);
        let page = editor.get("?check=1").await.text().await.unwrap();
        assert!(page.contains(&format!("href=\"#f-{BLOCK}-body\"")), "{page}");
    }

    async fn the_api_lists_what_stops_an_issue(app: TestApp) {
        let editor = Editor::with(&app, IssueKind::Ordinary, issue("Lorem ipsum.")).await;
        let url = app.url(&format!("/api/v1/issues/{}/schedule", editor.issue.uuid));
        let token = app.token(Role::Editor).await;
        let when = json!({ "at": "2017-03-27T09:00" });
        let answer = app.client.post(url).bearer_auth(token).json(&when).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let problem: Value = answer.json().await.unwrap();
        assert_eq!(problem["errors"].as_array().unwrap().len(), 1, "{problem}");
        assert_eq!(problem["errors"][0]["field"], "blocks.0.body");
        assert_eq!(state(&editor).await, IssueState::Draft);
    }

    async fn what_is_found_follows_every_save(app: TestApp) {
        let editor = Editor::with(&app, IssueKind::Ordinary, issue("Nyt.")).await;
        let page = editor.get("").await.text().await.unwrap();
        assert!(page.contains("Der er intet at rette."), "{page}");
        let (kind, body) = (format!("blocks.{BLOCK}.kind"), format!("blocks.{BLOCK}.body"));
        let mut revision = 1;
        for (text, words, level) in [
            ("Lorem ipsum.", "Udgaven kan ikke sendes", Some("stop")),
            ("Om planen: [læs mere](https://lederweb.dk/a)", "Udgaven kan sendes.", Some("warn")),
            ("Nyt igen.", "Der er intet at rette.", None),
        ] {
            let number = revision.to_string();
            let form = [
                ("do", "autosave"),
                ("revision", &number),
                ("subject", "Nyt"),
                ("preheader", "Kort"),
                (&kind, "text"),
                (&body, text),
            ];
            let post = editor.browser.post(editor.path("")).header("accept", "application/json");
            let answer = post.form(&form).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::OK);
            let news: Value = answer.json().await.unwrap();
            let found = &news["preflight"];
            assert!(found["words"].as_str().unwrap().starts_with(words), "{found}");
            assert_eq!(found["notes"][0]["level"].as_str(), level, "{found}");
            if level.is_some() {
                assert_eq!(found["notes"][0]["target"], format!("f-{BLOCK}-body"));
            }
            revision = news["revision"].as_i64().unwrap();
        }
    }

    async fn a_warning_is_shown_with_the_plan_and_keeps_nothing_back(app: TestApp) {
        let content = issue("Om planen: [læs mere](https://lederweb.dk/a)");
        let editor = Editor::with(&app, IssueKind::Ordinary, content).await;
        let page = editor.get("/schedule").await.text().await.unwrap();
        assert!(page.contains(&format!("?open={BLOCK}#f-{BLOCK}-body")), "{page}");
        let form = [("do", "schedule"), ("at", "2017-03-27T09:00")];
        let answer = editor.browser.post(editor.path("/schedule")).form(&form).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        assert_eq!(state(&editor).await, IssueState::Scheduled);
    }
}
