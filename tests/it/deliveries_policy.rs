//! When an issue stops by itself and asks, and what a refusal means for a subscriber.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use diesel::prelude::*;
use lederbrev::app::App;
use lederbrev::db::schema::{ledger, subscriptions, suppressions};
use lederbrev::issues::{Issue, IssueState};
use lederbrev::jobs;
use lederbrev::staff::Role;
use lederbrev::subscribers::{EndReason, SubscriptionState};

use crate::receiver::Play;
use crate::sending::{Sending, address, hash};
use crate::sends;

async fn resume(sending: &Sending, issue: &Issue) {
    let operator = sending.app.signed_in(Role::Operator).await;
    let url = sending.app.url(&format!("/admin/deliveries/{}/resume", issue.uuid));
    assert_eq!(operator.post(url).send().await.unwrap().status(), 303);
}

async fn paused_because(sending: &Sending, issue: &Issue) -> Option<String> {
    let (issue, _) = sending.look(issue).await;
    assert_eq!(issue.state, IssueState::Paused);
    issue.pause_reason
}

async fn suppressed(sending: &Sending) -> Vec<(Vec<u8>, EndReason)> {
    let all = suppressions::table.select((suppressions::address_hash, suppressions::reason));
    sending.write(move |conn| all.load(conn)).await
}

sends! {
    async fn an_issue_that_is_hours_late_is_held_and_asked_about(sending: Sending) {
        sending.readers(3).await;
        let issue = sending.due_issue().await;
        sending.app.clock.advance(TimeDelta::hours(3));
        sending.app.run_until_idle().await;
        assert_eq!(paused_because(&sending, &issue).await.as_deref(), Some("late"));
        assert_eq!(sending.relay.count(), 0);
        resume(&sending, &issue).await;
        assert_eq!(sending.run_to_the_end(&issue).await.accepted, 3);
    }

    async fn an_issue_from_a_restored_backup_does_not_go_on_by_itself(sending: Sending) {
        sending.readers(10).await;
        let issue = sending.due_issue().await;
        sending.fan_out(&issue).await;
        // As it was saved: everybody waits. Days later it is restored.
        sending.app.clock.advance(TimeDelta::days(2));
        sending.app.run_until_idle().await;
        assert_eq!(paused_because(&sending, &issue).await.as_deref(), Some("late"));
        assert_eq!(sending.relay.count(), 0);
        resume(&sending, &issue).await;
        sending.app.run_until_idle().await;
        assert_eq!(sending.look(&issue).await.1.accepted, 10);
    }

    async fn many_refusals_at_the_beginning_pause_the_issue_once(sending: Sending) {
        sending.readers(60).await;
        let issue = sending.due_issue().await;
        sending.relay.plays(|_, _| Play::RefuseRecipient("550 5.2.2 mailbox full"));
        sending.app.run_until_idle().await;
        assert_eq!(paused_because(&sending, &issue).await.as_deref(), Some("failures"));
        let (_, counts) = sending.look(&issue).await;
        assert!((26..60).contains(&counts.failed), "{counts:?}");
        assert_eq!(suppressed(&sending).await, [], "a full mailbox may be emptied");
        resume(&sending, &issue).await;
        let counts = sending.run_to_the_end(&issue).await;
        assert_eq!((counts.failed, counts.accepted), (60, 0));
    }

    async fn a_relay_that_does_not_know_us_pauses_and_fails_nobody(sending: Sending) {
        sending.readers(20).await;
        let issue = sending.due_issue().await;
        sending.relay.plays(|_, _| Play::RefuseRecipient("554 5.7.1 Relay access denied"));
        sending.app.run_until_idle().await;
        assert_eq!(paused_because(&sending, &issue).await.as_deref(), Some("sender-refused"));
        let (_, counts) = sending.look(&issue).await;
        assert_eq!((counts.queued, counts.failed), (20, 0));
    }

    async fn an_address_that_does_not_exist_gets_nothing_more(sending: Sending) {
        let readers = sending.readers(5).await;
        let issue = sending.due_issue().await;
        sending.relay.plays(|to, _| match to {
            "leder3@rm.example" => Play::RefuseRecipient("550 5.1.1 no such user"),
            "leder1@odense.example" => Play::RefuseMessage("554 5.7.1 looks like spam"),
            _ => Play::Accept,
        });
        let counts = sending.run_to_the_end(&issue).await;
        assert_eq!((counts.accepted, counts.failed), (3, 2));
        assert_eq!(suppressed(&sending).await, [(hash(&address(3)), EndReason::Bounced)]);
        let subscription = readers[3].subscription;
        let (state, changes): (SubscriptionState, Vec<(i32, Option<String>)>) = sending
            .write(move |conn| {
                let state = subscriptions::table.find(subscription).select(subscriptions::state);
                let changes = ledger::table.select((ledger::change, ledger::cause));
                Ok((state.first(conn)?, changes.load(conn)?))
            })
            .await;
        assert_eq!(state, SubscriptionState::Ended);
        assert_eq!(changes, [(-1, Some("bounced".to_owned()))]);
    }

    async fn a_provider_that_asks_for_patience_gets_it_and_nobody_else_waits(sending: Sending) {
        sending.readers(40).await;
        let issue = sending.due_issue().await;
        sending.relay.plays(|to, nth| match (to.ends_with("@odense.example"), nth) {
            (true, 1) => Play::RefuseRecipient("421 4.7.0 too many messages"),
            _ => Play::Accept,
        });
        sending.app.run_until_idle().await;
        let (_, counts) = sending.look(&issue).await;
        assert_eq!((counts.accepted, counts.deferred, counts.failed), (32, 8, 0));
        let asked: usize = (0..8).map(|nth| sending.relay.tries(&address(1 + 5 * nth))).sum();
        assert!(asked < 8, "not everybody was tried: {asked}");
        for _ in 0..60 {
            sending.app.clock.advance(TimeDelta::minutes(10));
            sending.app.run_until_idle().await;
        }
        let counts = sending.run_to_the_end(&issue).await;
        assert_eq!((counts.accepted, counts.uncertain), (40, 0));
    }

    async fn a_provider_that_refuses_us_is_left_alone_and_nobody_is_blamed(sending: Sending) {
        sending.readers(60).await;
        let issue = sending.due_issue().await;
        sending.relay.plays(|to, _| match to.ends_with("@odense.example") {
            true => Play::RefuseMessage("550 5.7.1 looks like spam"),
            false => Play::Accept,
        });
        sending.app.run_until_idle().await;
        let (now, counts) = sending.look(&issue).await;
        assert_eq!(now.state, IssueState::Sending);
        assert_eq!((counts.accepted, counts.failed, counts.deferred), (48, 2, 10), "{counts:?}");
        assert_eq!(suppressed(&sending).await, []);
        let asked = || (0..12).map(|nth| sending.relay.tries(&address(1 + 5 * nth))).sum::<usize>();
        let tries = asked();
        assert!(tries < 9, "not everybody was tried: {tries}");
        let operator = sending.app.signed_in(Role::Operator).await;
        let page = sending.app.url(&format!("/admin/deliveries/{}", issue.uuid));
        let text = operator.get(&page).send().await.unwrap().text().await.unwrap();
        assert!(text.contains("odense.example afviser mail fra os"), "{text}");
        assert!(text.contains("odense.example stopped"), "{text}");
        // An hour later one mail tries, and is refused.
        sending.app.clock.advance(TimeDelta::minutes(61));
        sending.app.run_until_idle().await;
        assert_eq!(asked(), tries + 1);
        sending.relay.plays(|_, _| Play::Accept);
        for _ in 0..8 {
            sending.app.clock.advance(TimeDelta::minutes(31));
            sending.app.run_until_idle().await;
        }
        let counts = sending.run_to_the_end(&issue).await;
        assert_eq!((counts.accepted, counts.failed), (58, 2));
        assert_eq!(suppressed(&sending).await, []);
    }

    async fn when_all_refuse_us_by_policy_the_issue_pauses_and_nobody_is_blamed(sending: Sending) {
        sending.readers(60).await;
        let issue = sending.due_issue().await;
        sending.relay.plays(|_, _| Play::RefuseMessage("550 5.7.1 blocked"));
        sending.app.run_until_idle().await;
        assert_eq!(paused_because(&sending, &issue).await.as_deref(), Some("sender-refused"));
        let (_, counts) = sending.look(&issue).await;
        assert!(counts.failed <= 4 && counts.deferred == 0, "{counts:?}");
        assert_eq!(suppressed(&sending).await, []);
        sending.relay.plays(|_, _| Play::Accept);
        resume(&sending, &issue).await;
        assert_eq!(sending.run_to_the_end(&issue).await.accepted, 60 - counts.failed);
    }

    async fn a_server_that_knows_nobody_any_more_is_not_believed(sending: Sending) {
        sending.readers(45).await;
        let issue = sending.due_issue().await;
        sending.relay.plays(|_, _| Play::RefuseRecipient("550 5.1.1 no such user"));
        sending.app.run_until_idle().await;
        assert_eq!(paused_because(&sending, &issue).await.as_deref(), Some("failures"));
        let before = suppressed(&sending).await.len();
        assert!(before < 40, "{before}");
        resume(&sending, &issue).await;
        assert_eq!(sending.run_to_the_end(&issue).await.failed, 45);
        assert_eq!(suppressed(&sending).await.len(), before);
    }
}

#[actix_web::test]
async fn by_setting_a_copy_in_doubt_is_held_at_once() {
    let sending = Sending::with(&[("SEND_UNCERTAIN", "hold")]).await;
    sending.readers(6).await;
    let issue = sending.due_issue().await;
    sending.relay.plays(|to, _| match to {
        "leder2@kolding.example" => Play::CutAfterDot,
        _ => Play::Accept,
    });
    sending.app.run_until_idle().await;
    assert_eq!(paused_because(&sending, &issue).await.as_deref(), Some("uncertain"));
    let (_, counts) = sending.look(&issue).await;
    assert_eq!((counts.accepted, counts.held), (5, 1));
    assert_eq!(sending.relay.count(), 6);
}

#[actix_web::test]
async fn nobody_is_tried_again_after_the_deadline() {
    let sending = Sending::with(&[("SEND_DEADLINE", "1")]).await;
    sending.readers(2).await;
    let issue = sending.due_issue().await;
    sending.relay.plays(|_, _| Play::RefuseRecipient("451 4.7.1 greylisted"));
    for _ in 0..4 {
        sending.app.run_until_idle().await;
        sending.app.clock.advance(TimeDelta::minutes(20));
    }
    assert_eq!(sending.run_to_the_end(&issue).await.failed, 2);
    assert_eq!(sending.relay.tries(&address(0)), 3);
}

#[actix_web::test]
async fn a_quota_a_day_is_kept_and_the_rest_goes_the_next_day() {
    let sending = Sending::with(&[("SEND_PER_DAY", "10")]).await;
    sending.readers(15).await;
    let issue = sending.due_issue().await;
    sending.app.run_until_idle().await;
    assert_eq!(sending.relay.count(), 10);
    let operator = sending.app.signed_in(Role::Operator).await;
    let page = sending.app.url(&format!("/admin/deliveries/{}", issue.uuid));
    let text = operator.get(&page).send().await.unwrap().text().await.unwrap();
    assert!(text.contains("SEND_PER_DAY"), "{text}");
    sending.app.clock.advance(TimeDelta::hours(12));
    sending.app.run_until_idle().await;
    assert_eq!(sending.relay.count(), 10);
    sending.app.clock.advance(TimeDelta::hours(13));
    assert_eq!(sending.run_to_the_end(&issue).await.accepted, 15);
}

#[actix_web::test]
async fn a_rate_is_kept_while_the_clock_goes_on() {
    let sending = Sending::with(&[("SEND_PER_MINUTE", "60"), ("SEND_RAMP_UP", "1")]).await;
    sending.readers(30).await;
    let issue = sending.due_issue().await;
    let clock = sending.app.clock.clone();
    let began = clock.now();
    let ticks = actix_web::rt::spawn(async move {
        loop {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            clock.advance(TimeDelta::milliseconds(500));
        }
    });
    let counts = sending.run_to_the_end(&issue).await;
    ticks.abort();
    assert_eq!(counts.accepted, 30);
    // Eight at once, and 22 more at a growing rate of at most one a second.
    assert!(sending.app.clock.now() - began > TimeDelta::seconds(22));
}

#[actix_web::test]
async fn what_cannot_be_out_in_time_is_refused_when_it_is_scheduled() {
    let sending = Sending::with(&[("SEND_PER_DAY", "2")]).await;
    sending.readers(5).await;
    let token = sending.app.token(Role::Editor).await;
    let client = reqwest::Client::new();
    let post = |path: String, body: serde_json::Value| {
        client.post(sending.app.url(&path)).bearer_auth(&token).json(&body).send()
    };
    let mut issue = crate::composer::special_edition().to_json();
    issue["newsletter"] = "lederweb".into();
    issue["kind"] = "special".into();
    let made = post("/api/v1/issues".to_owned(), issue).await.unwrap();
    assert_eq!(made.status(), 201);
    let made: serde_json::Value = made.json().await.unwrap();
    let schedule = format!("/api/v1/issues/{}/schedule", made["id"].as_str().unwrap());
    let refused = post(schedule, serde_json::json!({ "at": "2017-03-24T10:00" })).await.unwrap();
    assert_eq!(refused.status(), 422);
    assert!(refused.text().await.unwrap().contains("24"));
}

#[actix_web::test]
async fn a_provider_gets_no_more_at_once_than_is_set_and_everybody_gets_one() {
    let settings = [("SEND_PROVIDER_CONNECTIONS", "1"), ("SEND_CONNECTIONS", "6")];
    let sending = Sending::with(&settings).await;
    sending.readers(60).await;
    let issue = sending.due_issue().await;
    let line = Arc::new(Mutex::new(HashMap::<String, usize>::new()));
    sending.relay.plays(move |to, _| {
        let domain = to.rsplit('@').next().unwrap_or_default().to_owned();
        {
            let mut line = line.lock().unwrap();
            let on_line = line.entry(domain.clone()).or_default();
            *on_line += 1;
            assert_eq!(*on_line, 1, "{domain}");
        }
        std::thread::sleep(std::time::Duration::from_millis(3));
        *line.lock().unwrap().entry(domain).or_default() -= 1;
        Play::Accept
    });
    for _ in 0..60 {
        sending.app.run_until_idle().await;
        sending.app.clock.advance(TimeDelta::seconds(10));
    }
    assert_eq!(sending.run_to_the_end(&issue).await.accepted, 60);
}

#[actix_web::test]
async fn the_pauses_between_tries_are_a_setting() {
    let sending = Sending::with(&[("SEND_RETRY_PAUSES", "10,20")]).await;
    sending.readers(2).await;
    let issue = sending.due_issue().await;
    sending.relay.plays(|_, _| Play::RefuseRecipient("451 4.3.0 later"));
    for minutes in [0, 8, 10, 20] {
        sending.app.clock.advance(TimeDelta::minutes(minutes));
        sending.app.run_until_idle().await;
    }
    assert_eq!(sending.run_to_the_end(&issue).await.failed, 2);
    assert_eq!(sending.relay.tries(&address(0)), 3);
}

sends! {
    async fn who_waits_for_the_quota_is_not_late_after_a_restart(sending: Sending) {
        let mut config = sending.app.app.config.clone();
        config.sending.per_day = Some(10);
        let app = || App::build(config.clone(), sending.app.clock.clone()).unwrap();
        sending.readers(15).await;
        let issue = sending.due_issue().await;
        jobs::run_until_idle(&app()).await.unwrap();
        assert_eq!(sending.relay.count(), 10);
        sending.app.clock.advance(TimeDelta::hours(5));
        jobs::run_until_idle(&app()).await.unwrap();
        assert_eq!(sending.look(&issue).await.0.state, IssueState::Sending);
        // It was down when the quota was free again.
        sending.app.clock.advance(TimeDelta::hours(20));
        jobs::run_until_idle(&app()).await.unwrap();
        let (issue, counts) = sending.look(&issue).await;
        assert_eq!((issue.state, counts.accepted), (IssueState::Sent, 15));
    }

    async fn a_restored_backup_is_late_though_its_quota_was_used_up(sending: Sending) {
        let mut config = sending.app.app.config.clone();
        config.sending.per_day = Some(10);
        let app = || App::build(config.clone(), sending.app.clock.clone()).unwrap();
        sending.readers(15).await;
        let issue = sending.due_issue().await;
        jobs::run_until_idle(&app()).await.unwrap();
        sending.app.clock.advance(TimeDelta::hours(27));
        jobs::run_until_idle(&app()).await.unwrap();
        assert_eq!(paused_because(&sending, &issue).await.as_deref(), Some("late"));
        assert_eq!(sending.relay.count(), 10);
    }
}

/// Two processes that send at the same time.
#[actix_web::test]
async fn two_processes_keep_one_quota() {
    let sending = Sending::postgres().await;
    let mut config = sending.app.app.config.clone();
    config.sending.per_day = Some(100);
    let app = || App::build(config.clone(), sending.app.clock.clone()).unwrap();
    sending.readers(200).await;
    let issue = sending.due_issue().await;
    sending.fan_out(&issue).await;
    let (one, other) = (app(), app());
    let (first, second) = tokio::join!(jobs::run_until_idle(&one), jobs::run_until_idle(&other));
    first.unwrap();
    second.unwrap();
    // One of them saw an eighth of what was left less than the other took, and a window.
    let count = sending.relay.count();
    assert!((100..=100 + 100 / 8 + 4).contains(&count), "{count}");
}

#[actix_web::test]
async fn what_one_provider_and_other_issues_take_is_foreseen() {
    let settings =
        [("SEND_PER_DAY", "100"), ("SEND_PROVIDER_PER_MINUTE", "1"), ("SEND_DEADLINE", "30")];
    let sending = Sending::with(&settings).await;
    sending.readers(75).await;
    let token = sending.app.token(Role::Editor).await;
    let browser = sending.app.signed_in(Role::Editor).await;
    let client = reqwest::Client::new();
    let post = async |path: String, body: serde_json::Value| {
        let request = client.post(sending.app.url(&path)).bearer_auth(&token).json(&body);
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let draft = async || {
        let mut issue = crate::composer::special_edition().to_json();
        issue["newsletter"] = "lederweb".into();
        issue["kind"] = "special".into();
        let (status, made) = post("/api/v1/issues".to_owned(), issue).await;
        assert_eq!(status, 201, "{made}");
        let made: serde_json::Value = serde_json::from_str(&made).unwrap();
        made["id"].as_str().unwrap().to_owned()
    };
    let schedule = async |id: &str, at: &str| {
        let path = format!("/api/v1/issues/{id}/schedule");
        post(path, serde_json::json!({ "at": at })).await
    };
    let page = async |id: &str| {
        let url = sending.app.url(&format!("/admin/issues/{id}/schedule"));
        browser.get(url).send().await.unwrap().text().await.unwrap()
    };
    let id = draft().await;
    let words = page(&id).await;
    assert!(words.contains("tager udsendelsen omkring 16 minutter"), "15 at each domain: {words}");
    // Another issue takes three quarters of the day's quota first.
    sending.due_issue().await;
    let words = page(&id).await;
    assert!(words.contains("tager udsendelsen omkring 24 timer"), "{words}");
    let (status, answer) = schedule(&id, "2017-03-24T10:00").await;
    assert_eq!(status, 200, "{answer}");
    let words = page(&id).await;
    assert!(words.contains("er færdig omkring 25. marts 2017"), "{words}");
    // A third would be out the day after, which is too late.
    let (status, answer) = schedule(&draft().await, "2017-03-24T11:00").await;
    assert_eq!(status, 422, "{answer}");
    assert!(answer.contains("30"), "{answer}");
}
