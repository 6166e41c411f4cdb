//! What is looked at before an issue goes out, where editors meet it.

use diesel::prelude::*;
use lederbrev::db::DbConn;
use lederbrev::db::schema::{audit_log, subscriptions};
use lederbrev::issues::{Content, IssueKind, IssueState, store};
use lederbrev::staff::Role;
use lederbrev::subscribers::SubscriptionState;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::app::TestApp;
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

async fn overrides(editor: &Editor<'_>) -> Vec<store::Override> {
    let id = editor.issue.id;
    let read = move |conn: &mut DbConn| {
        let revision = store::find(conn, id)?.current_revision;
        Ok(store::overrides(conn, id, revision)?)
    };
    let mut rows = editor.app.app.db.read(read).await.unwrap();
    rows.sort_by(|a, b| a.code.cmp(&b.code));
    rows
}

/// What the issue keeps of its preflight.
async fn kept(editor: &Editor<'_>) -> Value {
    let id = editor.issue.id;
    editor.app.app.db.read(move |conn| Ok(store::preflight(conn, id)?)).await.unwrap().unwrap().0
}

/// How many such entries the audit log has.
pub async fn audited(app: &TestApp, action: &'static str) -> i64 {
    let count = move |conn: &mut DbConn| {
        let entries = audit_log::table.filter(audit_log::action.eq(action));
        Ok(entries.count().get_result(conn)?)
    };
    app.app.db.read(count).await.unwrap()
}

/// Takes somebody off the list.
async fn leave(app: &TestApp, subscription: i64) {
    let end = move |conn: &mut DbConn| {
        diesel::update(subscriptions::table.find(subscription))
            .set(subscriptions::state.eq(SubscriptionState::Ended))
            .execute(conn)?;
        Ok(())
    };
    app.app.db.write(end).await.unwrap();
}

both! {
    async fn a_link_to_the_own_network_keeps_the_issue_here_and_the_page_leads_to_it(app: TestApp) {
        let content = issue("Se [planen](https://intranet/plan).");
        let editor = Editor::with(&app, IssueKind::Ordinary, content).await;
        for form in [
            vec![("do", "submit")],
            vec![("do", "schedule"), ("at", "2017-03-27T09:00")],
            vec![("do", "send-now")],
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
        editor.readers(1).await;
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

    async fn a_warning_keeps_the_issue_here_until_somebody_has_seen_it(app: TestApp) {
        let content = issue("Om planen: [læs mere](https://lederweb.dk/a)");
        let editor = Editor::with(&app, IssueKind::Ordinary, content).await;
        editor.readers(3).await;
        let page = editor.get("/schedule").await.text().await.unwrap();
        assert!(page.contains(&format!("?open={BLOCK}#f-{BLOCK}-body")), "{page}");
        assert!(page.contains("Der er ikke sendt en test"), "{page}");
        let plan = [("do", "schedule"), ("at", "2017-03-27T09:00")];
        let key = "error-preflight-untested ";
        for seen in [vec![], vec![("seen", key)], vec![("seen", "noget andet")]] {
            let form = [&plan[..], &[("number", "3")], &seen].concat();
            let answer = editor.post(&form).await;
            assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{form:?}");
            let page = answer.text().await.unwrap();
            assert!(page.contains("Sæt kryds ved det, du har set"), "{page}");
            assert_eq!(page.contains(" checked"), seen.contains(&("seen", key)), "{page}");
            assert!(page.contains("value=\"2017-03-27T09:00\""), "what was typed stays");
        }
        assert_eq!(state(&editor).await, IssueState::Draft);
        assert_eq!(overrides(&editor).await, [], "nothing is written down for what did not go on");

        assert_eq!(editor.act(&plan).await.status(), StatusCode::SEE_OTHER);
        assert_eq!(state(&editor).await, IssueState::Scheduled);
        let seen = overrides(&editor).await;
        let codes: Vec<_> = seen.iter().map(|row| (row.code.as_str(), row.block.is_some())).collect();
        assert_eq!(codes, [("error-preflight-link-words", true), ("error-preflight-untested", false)]);
        assert!(seen.iter().all(|row| row.seen_by == "editor@lederweb.example"));
        let kept = kept(&editor).await;
        assert_eq!((&kept["revision"], &kept["by"]), (&json!(1), &json!("editor@lederweb.example")));
        assert_eq!(kept["found"][0]["code"], "error-preflight-link-words");
        assert_eq!(kept["found"][0]["seen_by"], "editor@lederweb.example");
        assert_eq!(audited(&app, "issue.override").await, 2);
    }

    async fn what_has_been_seen_holds_until_the_issue_is_edited(app: TestApp) {
        let content = issue("Om planen: [læs mere](https://lederweb.dk/a)");
        let editor = Editor::with(&app, IssueKind::Ordinary, content).await;
        editor.readers(3).await;
        let plan = [("do", "schedule"), ("at", "2017-03-27T09:00")];
        editor.act(&plan).await;
        editor.act(&[("do", "unschedule")]).await;
        let page = editor.get("/schedule").await.text().await.unwrap();
        assert!(page.contains("Set af editor@lederweb.example"), "{page}");
        let again = [plan[0], plan[1], ("number", "3")];
        assert_eq!(editor.post(&again).await.status(), StatusCode::SEE_OTHER, "it has been seen");
        editor.act(&[("do", "unschedule")]).await;
        let mut form = editor.form().await;
        form.set("preheader", "En anden");
        editor.press_and_see(&form, "save").await;
        assert_eq!(editor.post(&again).await.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(overrides(&editor).await, []);
    }

    async fn a_test_since_the_last_edit_and_an_audience_like_the_last_one_are_no_warnings(app: TestApp) {
        let editor = Editor::with(&app, IssueKind::Ordinary, issue("Nyt.")).await;
        let page = async || editor.get("/schedule").await.text().await.unwrap();
        let (nobody, untested) = ("Der er ingen modtagere", "Der er ikke sendt en test");
        assert!(page().await.contains(nobody));
        for form in [vec![("do", "submit")], vec![("do", "schedule"), ("at", "2017-03-27T09:00")]] {
            assert_eq!(editor.act(&form).await.status(), StatusCode::UNPROCESSABLE_ENTITY);
        }
        let readers = editor.readers(10).await;
        let words = page().await;
        assert!(!words.contains(nobody) && words.contains(untested), "{words}");
        editor.act(&[("do", "test"), ("to", "mette@lederweb.example")]).await;
        assert!(!page().await.contains(untested));
        let form = [("do", "send-now")];
        assert_eq!(editor.post(&form).await.status(), StatusCode::SEE_OTHER, "nothing to see");
        app.clock.advance(chrono::TimeDelta::minutes(2));
        app.run_until_idle().await;
        assert_eq!(state(&editor).await, IssueState::Sent);

        let next = editor.copy().await;
        let page = async || next.get("/schedule").await.text().await.unwrap();
        for (gone, is_unusual) in [(2, false), (1, true)] {
            for reader in &readers[..gone + usize::from(is_unusual) * 2] {
                leave(&app, reader.subscription).await;
            }
            let words = page().await;
            assert_eq!(words.contains("blev sendt til 10"), is_unusual, "{gone}: {words}");
        }
        assert!(page().await.contains(untested), "a copy is another issue");
        let other = editor.another(IssueKind::Special).await;
        let words = other.get("/schedule").await.text().await.unwrap();
        assert!(!words.contains("blev sendt til"), "a special edition is compared with its like");
    }

    async fn the_api_goes_on_and_tells_which_warnings_it_has_accepted(app: TestApp) {
        let content = issue("Om planen: [læs mere](https://lederweb.dk/a)");
        let editor = Editor::with(&app, IssueKind::Ordinary, content).await;
        editor.readers(1).await;
        let token = app.token(Role::Editor).await;
        let url = app.url(&format!("/api/v1/issues/{}/schedule", editor.issue.uuid));
        let post = async |body: Value| {
            app.client.post(&url).bearer_auth(&token).json(&body).send().await.unwrap()
        };
        let (at, words) = ("2017-03-27T09:00", "error-preflight-link-words");
        let answer = post(json!({ "at": at, "accept_warnings": [words] })).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let problem: Value = answer.json().await.unwrap();
        assert_eq!(problem["errors"][0]["field"], "accept_warnings");
        assert_eq!(problem["errors"][0]["code"], "error-preflight-untested");
        let answer = post(json!({ "at": at })).await;
        assert_eq!(answer.status(), StatusCode::OK);
        let planned: Value = answer.json().await.unwrap();
        assert_eq!(planned["state"], "scheduled");
        let warnings = planned["warnings"].as_array().unwrap();
        assert_eq!(warnings.len(), 2, "{planned}");
        assert_eq!(warnings[0]["code"], words);
        assert_eq!(warnings[0]["block"], BLOCK);
        assert!(warnings.iter().all(|warning| warning["seen_by"] == "token test"), "{planned}");
    }
}
