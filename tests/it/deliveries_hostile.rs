//! What an unlucky order of things could do to an issue on its way.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use diesel::prelude::*;
use lederbrev::clock::Instant;
use lederbrev::db::schema::{deliveries, issues, subscribers, subscriptions, suppressions};
use lederbrev::deliveries::control::{self, Action};
use lederbrev::deliveries::{DeliveryState, finish};
use lederbrev::issues::{Issue, IssueState};
use lederbrev::subscribers::SubscriptionState;

use crate::process::{self, migrated, prepare, sqlite, until};
use crate::receiver::{Play, Receiver};
use crate::sending::{Sending, address};
use crate::sends;

async fn act(sending: &Sending, issue: &Issue, action: Action) {
    control::act(&sending.app.app, issue.uuid, action, "mette@lederweb.example").await.unwrap();
}

async fn suppressed(sending: &Sending) -> i64 {
    sending.write(|conn| suppressions::table.count().get_result(conn)).await
}

/// The number of an address of the tests: `leder7@…` is 7.
fn number(address: &str) -> usize {
    let digits = address.trim_start_matches("leder").split('@').next().unwrap_or_default();
    digits.parse().unwrap()
}

sends! {
    async fn an_issue_is_not_finished_while_an_operator_puts_rows_back(sending: Sending) {
        sending.readers(4).await;
        let issue = sending.due_issue().await;
        sending.relay.plays(|_, _| Play::RefuseRecipient("550 5.2.2 mailbox full"));
        sending.run_to_the_end(&issue).await;
        for _ in 0..100 {
            let id = issue.id;
            sending
                .write(move |conn| {
                    diesel::update(deliveries::table.filter(deliveries::issue.eq(id)))
                        .set((
                            deliveries::state.eq(DeliveryState::Failed),
                            deliveries::due_at.eq(None::<Instant>),
                        ))
                        .execute(conn)?;
                    diesel::update(issues::table.find(id))
                        .set(issues::state.eq(IssueState::Sending))
                        .execute(conn)
                })
                .await;
            let app = sending.app.app.clone();
            let settle = tokio::task::spawn_blocking(move || finish::settle(&app, id));
            act(&sending, &issue, Action::RetryFailures).await;
            settle.await.unwrap().unwrap();
            let (now, counts) = sending.look(&issue).await;
            assert_eq!((now.state, counts.deferred), (IssueState::Sending, 4));
        }
    }

    async fn an_issue_that_waited_for_days_may_still_be_out_a_day_after_it_went_on(sending: Sending) {
        sending.readers(60).await;
        let issue = sending.due_issue().await;
        sending.fan_out(&issue).await;
        act(&sending, &issue, Action::Pause).await;
        sending.app.clock.advance(TimeDelta::days(2));
        act(&sending, &issue, Action::Resume).await;
        // One provider says that it gets too much, and who is behind must wait.
        let complaints = AtomicUsize::new(0);
        sending.relay.plays(move |to, _| {
            let complains = to.ends_with("@odense.example")
                && complaints.fetch_add(1, Ordering::SeqCst) == 0;
            match complains {
                true => Play::RefuseRecipient("421 4.7.0 too fast"),
                false => Play::Accept,
            }
        });
        for _ in 0..30 {
            sending.app.run_until_idle().await;
            sending.app.clock.advance(TimeDelta::minutes(1));
        }
        assert_eq!(sending.run_to_the_end(&issue).await.accepted, 60);
    }
}

#[actix_web::test]
async fn an_issue_that_was_paused_for_a_week_keeps_the_quota() {
    let sending = Sending::with(&[("SEND_PER_DAY", "10")]).await;
    sending.readers(30).await;
    let issue = sending.due_issue().await;
    sending.app.run_until_idle().await;
    assert_eq!(sending.relay.count(), 10);
    act(&sending, &issue, Action::Pause).await;
    sending.app.clock.advance(TimeDelta::days(9));
    act(&sending, &issue, Action::Resume).await;
    sending.app.run_until_idle().await;
    assert_eq!(sending.relay.count(), 20);
}

#[actix_web::test]
async fn full_mailboxes_do_not_switch_off_the_limit_for_addresses_that_are_gone() {
    let settings = [("SEND_FAILURES_SAMPLE", "10"), ("SEND_FAILURES", "50")];
    let sending = Sending::with(&settings).await;
    sending.readers(60).await;
    let issue = sending.due_issue().await;
    sending.relay.plays(|to, nth| match (number(to), nth) {
        (..16, _) => Play::Accept,
        (16..26, _) => Play::RefuseRecipient("550 5.2.2 mailbox full"),
        (_, 1) => Play::RefuseRecipient("451 4.3.0 later"),
        _ => Play::RefuseRecipient("550 5.1.1 no such user"),
    });
    sending.app.run_until_idle().await;
    let (now, counts) = sending.look(&issue).await;
    assert_eq!((now.state, counts.failed, counts.deferred), (IssueState::Sending, 10, 34));
    sending.app.clock.advance(TimeDelta::minutes(6));
    sending.app.run_until_idle().await;
    let (now, counts) = sending.look(&issue).await;
    assert_eq!(now.pause_reason.as_deref(), Some("failures"), "{:?} {counts:?}", now.state);
    let suppressed = suppressed(&sending).await;
    assert!((1..=20).contains(&suppressed), "{suppressed}");
}

#[actix_web::test]
async fn no_more_are_suppressed_than_the_limit_however_large_a_window_is() {
    let sending = Sending::with(&[("SEND_CONNECTIONS", "1"), ("SEND_WINDOW", "100")]).await;
    sending.readers(45).await;
    let issue = sending.due_issue().await;
    sending.relay.plays(|_, _| Play::RefuseRecipient("550 5.1.1 no such user"));
    sending.app.run_until_idle().await;
    let (now, counts) = sending.look(&issue).await;
    assert_eq!((now.state, counts.failed), (IssueState::Paused, 45));
    let suppressed = suppressed(&sending).await;
    assert!(suppressed <= 20, "{suppressed}");
}

#[actix_web::test]
async fn the_sample_of_the_first_is_as_large_as_it_is_set_however_large_a_window_is() {
    let settings = [
        ("SEND_CONNECTIONS", "1"),
        ("SEND_WINDOW", "1000"),
        ("SEND_FAILURES_SAMPLE", "100"),
        ("SEND_FAILURES", "5"),
    ];
    let sending = Sending::with(&settings).await;
    sending.readers(300).await;
    let issue = sending.due_issue().await;
    // Two in a hundred.
    sending.relay.plays(|to, _| match number(to) % 50 {
        7 => Play::RefuseRecipient("550 5.2.2 mailbox full"),
        _ => Play::Accept,
    });
    let counts = sending.run_to_the_end(&issue).await;
    assert_eq!((counts.accepted, counts.failed), (294, 6));
}

#[actix_web::test]
async fn at_a_slow_rate_nobody_who_leaves_while_others_go_gets_a_copy() {
    let sending = Sending::with(&[("SEND_PER_MINUTE", "6")]).await;
    let readers = sending.readers(30).await;
    let issue = sending.due_issue().await;
    let app = sending.app.app.clone();
    let run = actix_web::rt::spawn(async move { lederbrev::jobs::run_until_idle(&app).await });
    // Eight may go at once; then one goes every ten seconds.
    let in_data = async || sending.look(&issue).await.1.in_data;
    while sending.relay.count() < 8 || in_data().await == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    let all: Vec<i64> = readers.iter().map(|reader| reader.subscription).collect();
    sending
        .write(move |conn| {
            diesel::update(subscriptions::table.filter(subscriptions::id.eq_any(all)))
                .set(subscriptions::state.eq(SubscriptionState::Ended))
                .execute(conn)
        })
        .await;
    while !run.is_finished() {
        sending.app.clock.advance(TimeDelta::seconds(1));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    run.await.unwrap().unwrap();
    let counts = sending.run_to_the_end(&issue).await;
    // Whose copy was next on the line then.
    assert!(counts.accepted <= 8 + 2, "{counts:?}");
    assert_eq!(sending.relay.tries(&address(29)), 0);
}

#[actix_web::test]
async fn a_provider_that_is_short_tempered_at_first_gets_everybodys_copy_in_the_end() {
    let settings = [("SEND_DEADLINE", "1"), ("SEND_PROVIDER_GROWTH", "100")];
    let sending = Sending::with(&settings).await;
    sending.readers(1_000).await;
    let issue = sending.due_issue().await;
    sending.relay.plays(|_, _| Play::RefuseRecipient("421 4.7.0 too fast"));
    for _ in 0..40 {
        sending.app.run_until_idle().await;
        sending.app.clock.advance(TimeDelta::seconds(6));
    }
    let (_, counts) = sending.look(&issue).await;
    assert_eq!(counts.failed, 0, "an hour is left: {counts:?}");
    sending.relay.plays(|_, _| Play::Accept);
    for _ in 0..50 {
        sending.app.run_until_idle().await;
        sending.app.clock.advance(TimeDelta::minutes(1));
    }
    assert_eq!(sending.run_to_the_end(&issue).await.accepted, 1_000);
}

#[actix_web::test]
async fn an_address_that_only_we_cannot_write_ends_no_subscription() {
    let sending = Sending::sqlite().await;
    let readers = sending.readers(3).await;
    let issue = sending.due_issue().await;
    let odd = readers[1].subscriber;
    sending
        .write(move |conn| {
            diesel::update(subscribers::table.find(odd))
                .set(subscribers::email.eq("leder 1@odense.example"))
                .execute(conn)
        })
        .await;
    let counts = sending.run_to_the_end(&issue).await;
    assert_eq!((counts.accepted, counts.failed), (2, 1));
    assert_eq!(suppressed(&sending).await, 0);
}

#[test]
fn sending_in_the_foreground_is_broken_off_without_a_doubt() {
    let folder = tempfile::tempdir().unwrap();
    let url = sqlite(folder.path());
    let relay = Receiver::start();
    relay.plays(|_, _| {
        std::thread::sleep(Duration::from_millis(20));
        Play::Accept
    });
    let db = migrated(&url);
    let issue = prepare(&db, 1_000);
    let mut process = process::send(&url, folder.path(), relay.port, &issue);
    until("the relay hears more", || relay.count() >= 50);
    process.signal("INT");
    until("it has ended", || process.ended().is_some());
    assert_eq!(process.ended().unwrap().code(), Some(1), "not everybody is done");
    let (now, counts) = process::look(&db, &issue);
    assert_eq!((now.state, counts.in_data), (IssueState::Sending, 0), "{counts:?}");
    assert_eq!(counts.accepted as usize, relay.count());
    assert!(counts.queued > 0, "{counts:?}");
}
