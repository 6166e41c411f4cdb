//! When an issue stops by itself and asks, and what a refusal means for a subscriber.

use chrono::TimeDelta;
use diesel::prelude::*;
use lederbrev::db::schema::{ledger, subscriptions, suppressions};
use lederbrev::issues::IssueState;
use lederbrev::staff::Role;
use lederbrev::subscribers::{EndReason, SubscriptionState};
use reqwest::StatusCode;

use crate::receiver::Play;
use crate::sending::{Sending, address, hash};
use crate::sends;

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
        assert_eq!(sending.paused_because(&issue).await.as_deref(), Some("late"));
        assert_eq!(sending.relay.count(), 0);
        sending.act(&issue, "resume").await;
        assert_eq!(sending.run_to_the_end(&issue).await.accepted, 3);
    }

    async fn an_issue_that_was_held_can_get_another_time(sending: Sending) {
        sending.readers(3).await;
        let issue = sending.due_issue().await;
        sending.app.clock.advance(TimeDelta::hours(3));
        sending.app.run_until_idle().await;
        let admin = sending.app.signed_in(Role::Admin).await;
        let get = async |path: &str| {
            let url = sending.app.url(&format!("/admin/{path}"));
            admin.get(url).send().await.unwrap().text().await.unwrap()
        };
        let asked = get(&format!("deliveries/{}/resume", issue.uuid)).await;
        assert!(asked.contains("bliver sendt til 3 mere"), "{asked}");
        let url = sending.app.url(&format!("/admin/issues/{}/schedule", issue.uuid));
        let back = admin.post(url).form(&[("do", "unschedule")]).send().await.unwrap();
        assert_eq!(back.status(), StatusCode::SEE_OTHER);
        let (issue, _) = sending.look(&issue).await;
        assert_eq!((issue.state, issue.pause_reason), (IssueState::Draft, None));
    }

    async fn an_issue_from_a_restored_backup_does_not_go_on_by_itself(sending: Sending) {
        sending.readers(10).await;
        let issue = sending.due_issue().await;
        sending.fan_out(&issue).await;
        // As it was saved: everybody waits. Days later it is restored.
        sending.app.clock.advance(TimeDelta::days(2));
        sending.app.run_until_idle().await;
        assert_eq!(sending.paused_because(&issue).await.as_deref(), Some("late"));
        assert_eq!(sending.relay.count(), 0);
        sending.act(&issue, "resume").await;
        sending.app.run_until_idle().await;
        assert_eq!(sending.look(&issue).await.1.accepted, 10);
    }

    async fn many_refusals_at_the_beginning_pause_the_issue_once(sending: Sending) {
        sending.readers(60).await;
        let issue = sending.due_issue().await;
        sending.relay.plays(|_, _| Play::RefuseRecipient("550 5.2.2 mailbox full"));
        sending.app.run_until_idle().await;
        assert_eq!(sending.paused_because(&issue).await.as_deref(), Some("failures"));
        let (_, counts) = sending.look(&issue).await;
        assert!((26..60).contains(&counts.failed), "{counts:?}");
        assert_eq!(suppressed(&sending).await, [], "a full mailbox may be emptied");
        sending.act(&issue, "resume").await;
        let counts = sending.run_to_the_end(&issue).await;
        assert_eq!((counts.failed, counts.accepted), (60, 0));
    }

    async fn a_relay_that_does_not_know_us_pauses_and_fails_nobody(sending: Sending) {
        sending.readers(20).await;
        let issue = sending.due_issue().await;
        sending.relay.plays(|_, _| Play::RefuseRecipient("554 5.7.1 Relay access denied"));
        sending.app.run_until_idle().await;
        assert_eq!(sending.paused_because(&issue).await.as_deref(), Some("sender-refused"));
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
        assert!(text.contains("odense.example afviser mails fra os"), "{text}");
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
        assert_eq!(sending.paused_because(&issue).await.as_deref(), Some("sender-refused"));
        let (_, counts) = sending.look(&issue).await;
        assert!(counts.failed <= 4 && counts.deferred == 0, "{counts:?}");
        assert_eq!(suppressed(&sending).await, []);
        sending.relay.plays(|_, _| Play::Accept);
        sending.act(&issue, "resume").await;
        assert_eq!(sending.run_to_the_end(&issue).await.accepted, 60 - counts.failed);
    }

    async fn a_server_that_knows_nobody_any_more_is_not_believed(sending: Sending) {
        sending.readers(45).await;
        let issue = sending.due_issue().await;
        sending.relay.plays(|_, _| Play::RefuseRecipient("550 5.1.1 no such user"));
        sending.app.run_until_idle().await;
        assert_eq!(sending.paused_because(&issue).await.as_deref(), Some("failures"));
        let before = suppressed(&sending).await.len();
        assert!(before < 40, "{before}");
        sending.act(&issue, "resume").await;
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
    assert_eq!(sending.paused_because(&issue).await.as_deref(), Some("uncertain"));
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
