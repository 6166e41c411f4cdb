//! From a draft to a planned issue: what keeps it back, the newsletter's clock, the second person,
//! and a test send that is the preview.

use diesel::prelude::*;
use lederbrev::db::schema::{issues, subscriptions, suppressions};
use lederbrev::issues::audience::Audience;
use lederbrev::issues::store::{Call, Left};
use lederbrev::issues::{Content, Issue, IssueKind, IssueState, store};
use lederbrev::newsletters;
use lederbrev::subscribers::{Scope, SubscriptionState};
use reqwest::{Response, StatusCode};

use crate::app::TestApp;
use crate::both;
use crate::composer::{Editor, special_edition, special_edition_without_events};
use crate::sending::{address, hash};

async fn act(editor: &Editor<'_>, form: &[(&str, &str)]) -> Response {
    editor.act(form).await
}

async fn issue(editor: &Editor<'_>) -> Issue {
    let id = editor.issue.id;
    editor.app.app.db.read(move |conn| Ok(store::find(conn, id)?)).await.unwrap()
}

async fn state(editor: &Editor<'_>) -> IssueState {
    issue(editor).await.state
}

async fn change_newsletter(
    app: &TestApp,
    change: impl FnOnce(&mut newsletters::Newsletter) + Send + 'static,
) {
    app.app
        .db
        .write(move |conn| {
            let mut newsletter = newsletters::store::by_slug(conn, "lederweb")?;
            change(&mut newsletter);
            Ok(newsletters::store::update(conn, &newsletter)?)
        })
        .await
        .unwrap();
}

async fn special(app: &TestApp) -> Editor<'_> {
    let editor = Editor::with(app, IssueKind::Special, special_edition()).await;
    editor.readers(1).await;
    editor
}

both! {
    async fn who_it_is_from_is_settled_when_it_is_scheduled(app: TestApp) {
        let editor = special(&app).await;
        let later = [("do", "schedule"), ("at", "2017-03-24T10:00")];
        assert_eq!(act(&editor, &later).await.status(), StatusCode::SEE_OTHER);
        change_newsletter(&app, |newsletter| {
            newsletter.sender_name = "Komponent".to_owned();
            newsletter.sender_email = "nyt@komponent.example".to_owned();
        })
        .await;
        app.clock.advance(chrono::TimeDelta::hours(2));
        app.run_until_idle().await;
        let mail = app.mail_to(&address(0)).await;
        let from = mail.header("from").unwrap();
        assert!(from.contains("nyhedsbrev@lederweb.example"), "{from}");
        assert!(mail.header("message-id").unwrap().ends_with("@lederweb.example"));
    }

    async fn a_test_send_is_the_preview_but_for_its_subject(app: TestApp) {
        let editor = special(&app).await;
        let html = editor.get("/preview/html").await.text().await.unwrap();
        let text = editor.get("/preview/text").await.text().await.unwrap();
        let answer = act(&editor, &[("do", "test"), ("to", "mette@lederweb.example")]).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        let mail = app.mail_to("mette@lederweb.example").await;
        let unix = |text: Option<String>| text.unwrap().replace("\r\n", "\n");
        assert_eq!(unix(mail.html.clone()).trim_end(), html.trim_end());
        assert_eq!(unix(mail.text.clone()).trim_end(), text.trim_end());
        assert_eq!(mail.header("subject"), Some("[Test] Særnummer: Ledelse af kerneopgaven"));
        let wrong = act(&editor, &[("do", "test"), ("to", "mette@lederweb.example\nBcc: x@y.example")]);
        assert_eq!(wrong.await.status(), StatusCode::UNPROCESSABLE_ENTITY);
    }

    async fn the_newsletters_clock_decides_and_its_two_odd_nights_are_asked_about(app: TestApp) {
        let content = special_edition_without_events();
        let editor = Editor::with(&app, IssueKind::Special, content).await;
        editor.readers(1).await;
        let gap = act(&editor, &[("do", "schedule"), ("at", "2026-03-29T02:30")]).await;
        assert_eq!(gap.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let page = gap.text().await.unwrap();
        assert!(page.contains("kl. 3.30"), "a suggestion");
        assert!(page.contains("value=\"2026-03-29T02:30\""), "what was typed");
        let twice = act(&editor, &[("do", "schedule"), ("at", "2026-10-25T02:30")]).await;
        assert_eq!(twice.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let page = twice.text().await.unwrap();
        assert!(page.contains("value=\"+02:00\"") && page.contains("value=\"+01:00\""));
        for past in ["2017-03-24T07:00", "2016-01-01T09:00"] {
            let answer = act(&editor, &[("do", "schedule"), ("at", past)]).await;
            assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{past}");
        }
        for nonsense in ["", "i morgen", "2017-02-30T09:00", "2017-03-24T9"] {
            let answer = act(&editor, &[("do", "schedule"), ("at", nonsense)]).await;
            assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{nonsense}");
        }
        assert_eq!(state(&editor).await, IssueState::Draft);
        let form = [("do", "schedule"), ("at", "2026-10-25T02:30"), ("offset", "+01:00")];
        assert_eq!(act(&editor, &form).await.status(), StatusCode::SEE_OTHER);
        let planned = issue(&editor).await;
        assert_eq!(planned.send_at.unwrap().utc().to_rfc3339(), "2026-10-25T01:30:00+00:00");
        assert_eq!(planned.send_at_local.as_deref(), Some("2026-10-25T02:30"));
        assert_eq!(planned.time_zone, "Europe/Copenhagen");
    }

    async fn what_is_planned_is_frozen_until_it_is_taken_back(app: TestApp) {
        let editor = special(&app).await;
        let form = editor.form().await;
        act(&editor, &[("do", "schedule"), ("at", "2017-03-24T09:00")]).await;
        let planned = issue(&editor).await;
        assert_eq!(planned.state, IssueState::Scheduled);
        let hash = planned.rendition.clone().unwrap();
        let rendition =
            app.app.db.read(move |conn| Ok(store::rendition(conn, &hash)?)).await.unwrap();
        assert!(rendition.html.contains("24. marts 2017"), "it carries the day on which it goes");
        assert_eq!(editor.press(&form, "save").await.status(), StatusCode::CONFLICT);
        let page = editor.get("").await;
        assert_eq!(page.headers()["location"], format!("/admin/issues/{}/schedule", editor.issue.uuid));

        assert_eq!(act(&editor, &[("do", "unschedule")]).await.status(), StatusCode::SEE_OTHER);
        let draft = issue(&editor).await;
        assert_eq!((draft.state, draft.send_at, draft.rendition), (IssueState::Draft, None, None));
        editor.press_and_see(&form, "save").await;
        // Who presses twice gets what they wanted.
        assert_eq!(act(&editor, &[("do", "unschedule")]).await.status(), StatusCode::SEE_OTHER);
    }

    async fn who_says_yes_twice_sees_that_it_is_planned(app: TestApp) {
        let editor = special(&app).await;
        let now = [("do", "send-now")];
        assert_eq!(act(&editor, &now).await.status(), StatusCode::SEE_OTHER);
        let again = act(&editor, &now).await;
        assert_eq!(again.status(), StatusCode::SEE_OTHER);
        let page = editor.get("/schedule").await.text().await.unwrap();
        assert!(page.contains("Udgaven er på vej ud") && page.contains("value=\"unschedule\""), "{page}");
    }

    async fn a_yes_is_for_what_was_looked_at(app: TestApp) {
        let editor = special(&app).await;
        let at = ("at", "2017-03-27T09:00");
        let look = async || {
            let page = act(&editor, &[("do", "look"), at]).await.text().await.unwrap();
            let mark = page.split("name=\"looked_at\" value=\"").nth(1).unwrap();
            mark.split('"').next().unwrap().to_owned()
        };
        let before = look().await;
        let mut form = editor.form().await;
        form.set("preheader", "Rettet af en kollega imens");
        editor.press_and_see(&form, "save").await;
        let yes = act(&editor, &[("do", "schedule"), at, ("looked_at", &before)]).await;
        assert_eq!(yes.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(yes.text().await.unwrap().contains("Se på den igen, og sig så ja."));
        assert_eq!(state(&editor).await, IssueState::Draft);
        let mark = look().await;
        assert_ne!(mark, before);
        let yes = act(&editor, &[("do", "schedule"), at, ("looked_at", &mark)]).await;
        assert_eq!(yes.status(), StatusCode::SEE_OTHER);
    }

    async fn once_it_is_planned_the_preview_is_what_goes_out(app: TestApp) {
        let editor = special(&app).await;
        act(&editor, &[("do", "schedule"), ("at", "2017-03-24T10:00")]).await;
        let before = editor.get("/preview/html").await.text().await.unwrap();
        let web = editor.get("/preview/web").await.text().await.unwrap();
        change_newsletter(&app, |newsletter| newsletter.title = "Et andet navn".to_owned()).await;
        assert_eq!(editor.get("/preview/html").await.text().await.unwrap(), before);
        assert_eq!(editor.get("/preview/web").await.text().await.unwrap(), web);
        act(&editor, &[("do", "test"), ("to", "mette@lederweb.example")]).await;
        let test = app.mail_to("mette@lederweb.example").await;
        let unix = |text: &str| text.replace("\r\n", "\n").trim_end().to_owned();
        assert_eq!(unix(test.html.as_deref().unwrap()), unix(&before));
        app.clock.advance(chrono::TimeDelta::hours(3));
        app.run_until_idle().await;
        let mail = app.mail_to(&address(0)).await.html.unwrap();
        assert!(!mail.contains("Et andet navn") && !before.contains("Et andet navn"));
    }

    async fn who_chooses_this_very_minute_can_still_take_it_back(app: TestApp) {
        let editor = special(&app).await;
        assert_eq!(act(&editor, &[("do", "schedule"), ("at", "2017-03-24T08:00")]).await.status(), 303);
        app.run_until_idle().await;
        assert_eq!(state(&editor).await, IssueState::Scheduled);
        assert_eq!(act(&editor, &[("do", "unschedule")]).await.status(), 303);
        assert_eq!(state(&editor).await, IssueState::Draft);
    }

    async fn an_issue_with_holes_is_kept_back_and_the_findings_lead_to_them(app: TestApp) {
        let editor = Editor::new(&app).await;
        for form in [[("do", "schedule"), ("at", "2017-03-25T09:00")], [("do", "send-now"), ("at", "")]] {
            let answer = act(&editor, &form).await;
            assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        }
        let mut form = editor.form().await;
        form.set("subject", "Nyt");
        let mut form = editor.press_and_see(&form, "add:article").await;
        let id = form.blocks()[0].0.clone();
        form.set(".title", "Undgå værdiløs kompetenceudvikling");
        editor.press_and_see(&form, "save").await;
        let page = editor.get("/schedule").await.text().await.unwrap();
        assert!(page.contains(&format!("?check=1#f-{id}-url")), "{page}");
        let page = editor.get("?check=1").await.text().await.unwrap();
        assert!(page.contains(&format!("href=\"#f-{id}-url\"")), "{page}");
        assert_eq!(state(&editor).await, IssueState::Draft);
    }

    async fn where_it_is_asked_for_a_second_person_approves_and_a_change_takes_it_back(app: TestApp) {
        let editor = special(&app).await;
        change_newsletter(&app, |newsletter| newsletter.approval_required = true).await;
        let colleague = editor.colleague().await;
        let plan = [("do", "schedule"), ("at", "2017-03-30T09:00")];
        assert_eq!(act(&editor, &plan).await.status(), StatusCode::CONFLICT);
        act(&editor, &[("do", "submit")]).await;
        assert_eq!(state(&editor).await, IssueState::InReview);
        assert_eq!(act(&editor, &[("do", "approve")]).await.status(), StatusCode::CONFLICT);
        assert_eq!(state(&editor).await, IssueState::InReview);
        assert_eq!(act(&colleague, &[("do", "approve")]).await.status(), StatusCode::SEE_OTHER);
        assert_eq!(issue(&editor).await.approved_by.as_deref(), Some("bo@lederweb.example"));

        let mut form = editor.form().await;
        editor.press_and_see(&form, "save").await;
        assert_eq!(state(&editor).await, IssueState::Approved, "saving the same changes nothing");
        form.set("preheader", "En anden forhåndstekst");
        editor.press_and_see(&form, "save").await;
        let changed = issue(&editor).await;
        assert_eq!((changed.state, changed.approved_by, changed.rendition), (IssueState::Draft, None, None));

        act(&editor, &[("do", "submit")]).await;
        act(&colleague, &[("do", "approve")]).await;
        app.clock.advance(chrono::TimeDelta::days(2));
        change_newsletter(&app, |newsletter| newsletter.title = "Et andet navn".to_owned()).await;
        assert_eq!(act(&editor, &plan).await.status(), StatusCode::CONFLICT, "the frame is approved too");
        change_newsletter(&app, |newsletter| newsletter.title = "Nyt fra Lederweb".to_owned()).await;
        assert_eq!(act(&editor, &plan).await.status(), StatusCode::SEE_OTHER, "another day is no change");
        assert_eq!(state(&editor).await, IssueState::Scheduled);
    }

    async fn an_approval_of_ones_own_ends_when_a_second_person_is_asked_for(app: TestApp) {
        let editor = special(&app).await;
        change_newsletter(&app, |newsletter| newsletter.approval_required = true).await;
        let colleague = editor.colleague().await;
        act(&editor, &[("do", "submit")]).await;
        act(&colleague, &[("do", "approve")]).await;
        // As one that was approved by its author, when nobody asked for a second person.
        let id = editor.issue.id;
        app.app.db.write(move |conn| {
            let author = issues::approved_by.eq("editor@lederweb.example");
            Ok(diesel::update(issues::table.find(id)).set(author).execute(conn)?)
        }).await.unwrap();
        let plan = [("do", "schedule"), ("at", "2017-03-30T09:00")];
        assert_eq!(act(&editor, &plan).await.status(), StatusCode::CONFLICT);
        assert_eq!(state(&editor).await, IssueState::Approved);
        change_newsletter(&app, |newsletter| newsletter.approval_required = false).await;
        assert_eq!(act(&editor, &plan).await.status(), StatusCode::SEE_OTHER);
    }

    async fn the_desk_says_what_to_do_first_and_what_comes_next(app: TestApp) {
        let editor = Editor::with(&app, IssueKind::Ordinary, Content::default()).await;
        editor.readers(1).await;
        let desk = async || editor.browser.get(app.url("/admin")).send().await.unwrap().text().await.unwrap();
        assert!(desk().await.contains("Uden emne"));
        let special = {
            let browser = editor.browser.clone();
            let new = lederbrev::issues::compose::NewIssue {
                newsletter: editor.issue.newsletter,
                kind: IssueKind::Special,
                content: special_edition(),
            };
            let issue = lederbrev::issues::compose::create(&app.app, new, "editor@lederweb.example").await;
            Editor { app: &app, browser, issue: issue.unwrap() }
        };
        act(&special, &[("do", "schedule"), ("at", "2017-03-27T09:00")]).await;
        let page = desk().await;
        assert!(page.contains("Om 3 dage") && page.contains("27. marts 2017 kl. 9.00"), "{page}");
    }

    async fn sending_now_leaves_a_minute_in_which_it_can_be_undone(app: TestApp) {
        let editor = special(&app).await;
        let now = [("do", "send-now")];
        assert_eq!(act(&editor, &now).await.status(), StatusCode::SEE_OTHER);
        let minute = chrono::TimeDelta::seconds(60);
        assert_eq!(issue(&editor).await.send_at, Some(app.clock.now() + minute));
        app.clock.advance(chrono::TimeDelta::seconds(13));
        app.run_until_idle().await;
        assert_eq!(state(&editor).await, IssueState::Scheduled);
        let page = editor.get("/schedule").await.text().await.unwrap();
        assert!(page.contains("begynder om 47 sekunder") && page.contains("Fortryd"), "{page}");
        assert_eq!(act(&editor, &[("do", "unschedule")]).await.status(), StatusCode::SEE_OTHER);
        app.clock.advance(minute);
        app.run_until_idle().await;
        assert_eq!(state(&editor).await, IssueState::Draft);
        assert!(app.mails_to(&address(0)).is_empty());

        assert_eq!(act(&editor, &now).await.status(), StatusCode::SEE_OTHER);
        app.clock.advance(minute);
        app.run_until_idle().await;
        assert_eq!(state(&editor).await, IssueState::Sent);
        assert_eq!(app.mails_to(&address(0)).len(), 1);
        let late = act(&editor, &[("do", "unschedule")]).await;
        assert_eq!(late.status(), StatusCode::CONFLICT);
    }

    async fn the_number_of_recipients_is_typed_when_there_is_a_warning(app: TestApp) {
        let editor = special(&app).await;
        let plan = [("do", "schedule"), ("at", "2017-03-27T09:00")];
        for (typed, words) in [
            ("", "Skriv antallet af modtagere, som det står"),
            ("12", "Du skrev 12, men udgaven går til 1."),
            ("0", "Du skrev 0, men udgaven går til 1."),
            ("en", "Du skrev en, men udgaven går til 1."),
            ("1e0", "Du skrev 1e0, men udgaven går til 1."),
        ] {
            let answer = act(&editor, &[plan[0], plan[1], ("number", typed)]).await;
            assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{typed}");
            let page = answer.text().await.unwrap();
            assert!(page.contains(words) && page.contains("href=\"#number\""), "{typed}: {page}");
        }
        assert_eq!(state(&editor).await, IssueState::Draft);
        assert_eq!(act(&editor, &[plan[0], plan[1], ("number", " 1 ")]).await.status(), 303);
        assert_eq!(state(&editor).await, IssueState::Scheduled);
    }

    async fn what_will_happen_is_said_in_words_before_it_is_done(app: TestApp) {
        let editor = special(&app).await;
        let at = ("at", "2017-03-27T09:00");
        let words = "Udsendes til 1 abonnent på »Nyt fra Lederweb« mandag den 27. marts 2017 kl. 9.00 (dansk tid).";
        let unseen = editor.post(&[("do", "look"), at]).await;
        assert_eq!(unseen.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let asked = act(&editor, &[("do", "look"), at]).await;
        assert_eq!(asked.status(), StatusCode::OK);
        let page = asked.text().await.unwrap();
        assert!(page.contains(words) && page.contains("Er det sådan, udgaven skal sendes?"), "{page}");
        for carried in ["name=\"at\" value=\"2017-03-27T09:00\"", "value=\"error-preflight-untested \""] {
            assert!(page.contains(carried), "{carried}: {page}");
        }
        assert_eq!(state(&editor).await, IssueState::Draft, "nothing has happened");
        // Another time: what was chosen is still there.
        let page = act(&editor, &[("do", "choose"), at]).await.text().await.unwrap();
        assert!(page.contains("value=\"look\"") && page.contains("value=\"2017-03-27T09:00\""), "{page}");
        let now = act(&editor, &[("do", "look-now"), ("at", "")]).await.text().await.unwrap();
        assert!(now.contains("kl. 8.01 (dansk tid)") && now.contains("value=\"send-now\""), "{now}");
        assert_eq!(state(&editor).await, IssueState::Draft);
        let yes = [("do", "schedule"), at, ("number", "1")];
        assert_eq!(act(&editor, &yes).await.status(), StatusCode::SEE_OTHER);
        assert_eq!(state(&editor).await, IssueState::Scheduled);
    }

    async fn the_page_says_in_words_who_gets_it_and_who_does_not(app: TestApp) {
        let editor = Editor::with(&app, IssueKind::Special, special_edition()).await;
        let readers = editor.readers(15).await;
        let now = app.clock.now();
        app.app
            .db
            .write(move |conn| {
                let change = |at: usize| subscriptions::table.find(readers[at].subscription);
                diesel::update(change(0)).set(subscriptions::state.eq(SubscriptionState::Pending)).execute(conn)?;
                let paused = (
                    subscriptions::state.eq(SubscriptionState::Paused),
                    subscriptions::paused_until.eq(now + chrono::TimeDelta::days(30)),
                );
                diesel::update(change(1)).set(paused).execute(conn)?;
                diesel::update(change(2)).set(subscriptions::scope.eq(Scope::Ordinary)).execute(conn)?;
                diesel::update(change(3)).set(subscriptions::state.eq(SubscriptionState::Ended)).execute(conn)?;
                diesel::insert_into(suppressions::table)
                    .values((
                        suppressions::address_hash.eq(hash(&address(4))),
                        suppressions::reason.eq("bounced"),
                        suppressions::at.eq(now),
                        suppressions::source.eq("test"),
                    ))
                    .execute(conn)?;
                let call = Call { newsletter: 1, kind: IssueKind::Special, rules: Audience::default(), zone: chrono_tz::Europe::Copenhagen };
                let left = store::left_out(conn, &call, now)?;
                assert_eq!(left, Left { suppressed: 1, paused: 1, pending: 1, others: 1 });
                assert_eq!(store::audience_size(conn, &call, now)?, 10);
                Ok(())
            })
            .await
            .unwrap();
        assert_eq!(act(&editor, &[("do", "schedule"), ("at", "2017-03-31T09:00")]).await.status(), 303);
        let page = editor.get("/schedule").await.text().await.unwrap();
        let words = "Udsendes til 10 abonnenter på »Nyt fra Lederweb« fredag den 31. marts 2017 kl. 9.00 (dansk tid).";
        assert!(page.contains(words), "{page}");
        for part in ["Spærret adresse", "Holder pause", "Har ikke bekræftet", "Har fravalgt"] {
            assert!(page.contains(part), "{part}: {page}");
        }
        assert_eq!(page.matches("…@").count(), 10, "{page}");
        assert!((0..15).all(|at| !page.contains(&address(at))), "{page}");
    }
}
