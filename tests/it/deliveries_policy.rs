//! When an issue stops by itself and asks, and what a refusal means for a subscriber.

use chrono::TimeDelta;
use diesel::prelude::*;
use lederbrev::db::schema::{ledger, subscriptions, suppressions};
use lederbrev::issues::{Issue, IssueState};
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

    async fn a_domain_that_asks_for_patience_gets_it_and_nobody_else_waits(sending: Sending) {
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
