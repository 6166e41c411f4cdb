//! The public archive: what was sent and what was brought in as history, at stable addresses.

use chrono::NaiveDate;
use lederbrev::issues::archive::{self, Historical};
use lederbrev::issues::{Content, Issue, IssueKind};
use reqwest::StatusCode;

use crate::app::TestApp;
use crate::both;
use crate::composer::{Editor, special_edition};

async fn bring_in(
    app: &TestApp,
    newsletter: i64,
    kind: IssueKind,
    content: Content,
    day: &str,
) -> Issue {
    let day: NaiveDate = day.parse().unwrap();
    let note = Some("genskabt eksempel".to_owned());
    let old = Historical { newsletter, kind, content, day, note };
    archive::bring_in(&app.app, old, "test").await.unwrap()
}

/// An ordinary issue with a subject.
fn ordinary(subject: &str) -> Content {
    let content = serde_json::json!({
        "subject": subject,
        "preheader": "Til {{navn|dig}}",
        "blocks": [{ "kind": "text", "body": "Kære {{navn|leder}} <script>alert(1)</script>" }],
    });
    Content::read(&content).unwrap()
}

both! {
    async fn history_stands_in_the_archive_with_its_day_and_its_note(app: TestApp) {
        let newsletter = app.newsletter().await;
        let empty = app.get("/archive").await;
        assert_eq!(empty.status(), StatusCode::OK);
        assert!(empty.text().await.unwrap().contains("Der er ikke udsendt noget endnu"));

        bring_in(&app, newsletter, IssueKind::Special, special_edition(), "2017-03-24").await;
        let later = "Nyt om <kompetence>";
        bring_in(&app, newsletter, IssueKind::Ordinary, ordinary(later), "2017-08-25").await;
        bring_in(&app, newsletter, IssueKind::Ordinary, ordinary("Ældre nyt"), "2016-10-14").await;

        let list = app.get("/archive").await.text().await.unwrap();
        let at = |text: &str| list.find(text).unwrap_or_else(|| panic!("no {text}: {list}"));
        assert!(at("Nyt om &#60;kompetence&#62;") < at("Ledelse af kerneopgaven"));
        assert!(at("Ledelse af kerneopgaven") < at("Ældre nyt"));
        assert!(at("id=\"year-2017\"") < at("id=\"year-2016\""));
        let specials = app.get("/archive?kind=special").await.text().await.unwrap();
        assert!(specials.contains("kerneopgaven") && !specials.contains("Ældre nyt"));
        let found = app.get("/archive?q=%C3%86LDRE").await.text().await.unwrap();
        assert!(found.contains("Ældre nyt") && !found.contains("kerneopgaven"));
        let nothing = app.get("/archive?q=findesikke").await.text().await.unwrap();
        assert!(nothing.contains("Ingen udgaver passer"));

        let page = app.get("/archive/saernummer-ledelse-af-kerneopgaven").await;
        assert_eq!(page.status(), StatusCode::OK);
        let page = page.text().await.unwrap();
        assert!(page.contains("24. marts 2017 · genskabt eksempel"), "{page}");
        assert_eq!(page.matches("<h1").count(), 1);
        assert!(page.contains("rel=\"prev\"") && page.contains("rel=\"next\""));
        assert!(page.contains("application/atom+xml"));
        assert!(!page.contains("{{") && !page.contains('\u{E000}'), "nobody's name stands there");
        let css = app.get("/archive/saernummer-ledelse-af-kerneopgaven/theme.css").await;
        assert_eq!(css.headers()["content-type"], "text/css; charset=utf-8");
        assert!(css.text().await.unwrap().contains("#0b4f5c"));

        let old = app.get("/archive/aeldre-nyt").await.text().await.unwrap();
        assert!(old.contains("Kære leder") && !old.contains("<script>alert"));
        assert!(old.contains("content=\"Til dig\"") && !old.contains("\u{E000}"), "{old}");

        let feed = app.get("/archive/feed.xml").await;
        assert!(feed.headers()["content-type"].to_str().unwrap().starts_with("application/atom+xml"));
        let feed = feed.text().await.unwrap();
        assert_eq!(feed.matches("<entry>").count(), 3);
        assert!(feed.contains("/archive/aeldre-nyt") && feed.contains("Nyt om &#60;kompetence&#62;"));
    }

    async fn what_is_not_public_is_not_there(app: TestApp) {
        let editor = Editor::with(&app, IssueKind::Special, special_edition()).await;
        for path in ["", "/theme.css"] {
            let answer = app.get(&format!("/archive/{}{path}", editor.issue.slug)).await;
            assert_eq!(answer.status(), StatusCode::NOT_FOUND);
        }
        let form = [("do", "schedule"), ("at", "2017-03-25T09:00")];
        editor.readers(1).await;
        assert_eq!(editor.act(&form).await.status(), StatusCode::SEE_OTHER);
        let answer = app.get(&format!("/archive/{}", editor.issue.slug)).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "a planned one neither");
        assert_eq!(app.get("/archive/..%2fadmin").await.status(), StatusCode::NOT_FOUND);
    }
}
