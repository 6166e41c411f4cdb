//! The calendar, and two issues that come close after each other.

use lederbrev::issues::archive::{self, Historical};
use lederbrev::issues::{IssueKind, IssueState, calendar, store};
use lederbrev::staff::Role;
use reqwest::StatusCode;
use serde_json::Value;

use crate::app::TestApp;
use crate::both;
use crate::browser::{Browser, NARROWEST, PHONE, WIDE};
use crate::composer::{Editor, special_edition};

/// The form that plans the second one for the morning after the first, by somebody who has seen that
/// they are close.
const THE_MORNING_AFTER: [(&str, &str); 3] =
    [("do", "schedule"), ("at", "2017-04-01T08:30"), ("seen", CLOSE)];
/// The warning that another issue is close, and which.
const CLOSE: &str = "error-preflight-close  Særnummer: Ledelse af kerneopgaven";

/// The core-task edition, planned for a Friday at nine, and another issue that is not planned yet.
async fn two_issues(app: &TestApp) -> (Editor<'_>, Editor<'_>) {
    let first = Editor::with(app, IssueKind::Special, special_edition()).await;
    first.readers(3).await;
    let form = [("do", "schedule"), ("at", "2017-03-31T09:00")];
    assert_eq!(first.act(&form).await.status(), StatusCode::SEE_OTHER);
    let second = first.copy().await;
    (first, second)
}

both! {
    async fn two_issues_within_a_day_are_a_warning_before_the_second_is_planned(app: TestApp) {
        let (_first, second) = two_issues(&app).await;
        let plan = async |at: &str| {
            let form = [("do", "schedule"), ("at", at)];
            let url = second.path("/schedule");
            second.browser.post(url).form(&form).send().await.unwrap().text().await.unwrap()
        };
        let page = plan("2017-04-01T08:30").await;
        assert!(page.contains("Der er kun 23 timer mellem denne udgave og"), "{page}");
        let page = plan("2017-03-31T09:20").await;
        assert!(page.contains("Der er mindre end en time mellem denne udgave og"), "{page}");
        let page = plan("2017-04-01T09:00").await;
        assert!(!page.contains("mellem denne udgave og"), "{page}");
    }

    async fn who_chooses_a_time_close_to_another_issue_can_say_that_they_have_seen_it(app: TestApp) {
        let (_first, second) = two_issues(&app).await;
        let look = ("do", "look");
        let [_, at, seen] = THE_MORNING_AFTER;
        let answer = second.act(&[look, at]).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let page = answer.text().await.unwrap();
        assert!(page.contains(&format!("name=\"seen\" value=\"{CLOSE}\"")), "{page}");
        assert_eq!(second.act(&[look, at, seen]).await.status(), StatusCode::OK);
    }

    async fn the_answer_of_the_api_says_that_another_issue_is_close(app: TestApp) {
        let (_first, second) = two_issues(&app).await;
        let token = app.token(Role::Editor).await;
        let url = app.url(&format!("/api/v1/issues/{}/schedule", second.issue.uuid));
        let body = serde_json::json!({ "at": "2017-03-31T12:00" });
        let answer = app.client.post(url).bearer_auth(token).json(&body).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        let answer: Value = answer.json().await.unwrap();
        let codes = answer["warnings"].as_array().unwrap();
        assert!(codes.iter().any(|w| w["code"] == "error-preflight-close"), "{answer}");
    }

    async fn a_month_has_what_was_sent_what_is_planned_and_history(app: TestApp) {
        let (first, second) = two_issues(&app).await;
        assert_eq!(second.act(&THE_MORNING_AFTER).await.status(), StatusCode::SEE_OTHER);
        let old = Historical {
            newsletter: first.issue.newsletter,
            kind: IssueKind::Special,
            content: special_edition(),
            day: "2017-03-02".parse().unwrap(),
            note: None,
            old_address: None,
        };
        archive::bring_in(&app.app, old, "test").await.unwrap();
        let read = |day: &str| {
            let day = day.parse().unwrap();
            app.app.db.read(move |conn| calendar::month(conn, day))
        };
        let march = read("2017-03-15").await.unwrap();
        let days: Vec<_> = march
            .entries()
            .map(|entry| (entry.day.to_string(), entry.is_close))
            .collect();
        // The first of April stands in the last week of March.
        let expected = [("2017-03-02", false), ("2017-03-31", true), ("2017-04-01", true)];
        assert_eq!(days, expected.map(|(day, close)| (day.to_owned(), close)));
        assert!(march.weeks.iter().all(|week| week.len() == 7));
        assert_eq!(march.weeks[0][0].date.to_string(), "2017-02-27");
        assert_eq!(read("2017-04-01").await.unwrap().entries().count(), 2);
        assert_eq!(read("2017-06-01").await.unwrap().entries().count(), 0);

        // An issue that was sent stands on the day that it went out.
        app.clock.advance(chrono::TimeDelta::minutes(7 * 24 * 60 + 1));
        app.run_until_idle().await;
        let id = first.issue.id;
        let sent = app.app.db.read(move |conn| Ok(store::find(conn, id)?)).await.unwrap();
        assert_eq!(sent.state, IssueState::Sent);
        let operator = app.signed_in(Role::Operator).await;
        let page = operator.get(app.url("/admin/calendar?month=2017-03")).send().await.unwrap();
        let page = page.text().await.unwrap();
        assert!(page.contains("Kalender: marts 2017"), "{page}");
        assert!(page.contains(&format!("/archive/{}", sent.slug)), "{page}");
        for nonsense in ["2017-13", "x", "999999-01", "%27"] {
            let url = app.url(&format!("/admin/calendar?month={nonsense}"));
            let answer = operator.get(url).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::OK, "{nonsense}");
        }
    }
}

#[actix_web::test]
async fn the_calendar_is_accessible_and_fits_every_screen() {
    let app = TestApp::sqlite().await;
    let (_first, second) = two_issues(&app).await;
    assert_eq!(second.act(&THE_MORNING_AFTER).await.status(), StatusCode::SEE_OTHER);
    let browser = Browser::open(&app).await;
    browser.sign_in(Role::Editor).await;
    browser.console_errors().await;
    for (name, month) in [("calendar", "2017-03"), ("calendar-empty", "2017-08")] {
        for dark in [false, true] {
            browser.dark(dark).await;
            browser.resize(WIDE).await;
            browser.goto(&format!("/admin/calendar?month={month}")).await;
            browser.axe().await;
            browser.screenshot(&format!("{name}{}", if dark { "-in-dark" } else { "" })).await;
        }
        browser.dark(false).await;
        for (size, word) in [(PHONE, "phone"), (NARROWEST, "narrow")] {
            browser.resize(size).await;
            browser.axe().await;
            browser.screenshot(&format!("{name}-{word}")).await;
        }
        browser.fits_a_narrow_screen().await;
    }
    browser.no_console_errors().await;
    browser.close().await;
}
