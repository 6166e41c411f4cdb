//! From a due issue to one final state a recipient, over real SMTP.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use diesel::prelude::*;
use lederbrev::db::schema::{deliveries, subscribers, subscriptions, suppressions};
use lederbrev::deliveries::SkipReason;
use lederbrev::issues::IssueState;
use lederbrev::subscribers::store::register;
use lederbrev::subscribers::{EndReason, Scope, SubscriptionState};

use crate::receiver::Play;
use crate::sending::{address, hash};
use crate::sends;

/// Between the tries, in minutes.
const PAUSES: [i64; 7] = [5, 15, 60, 240, 240, 360, 480];

sends! {
    async fn everybody_in_the_audience_gets_one_copy(sending: Sending) {
        sending.readers(40).await;
        let issue = sending.due_issue().await;
        let counts = sending.run_to_the_end(&issue).await;
        assert_eq!((counts.accepted, counts.failed, counts.skipped), (40, 0, 0));
        let received = sending.relay.received();
        let to: BTreeSet<_> = received.iter().map(|copy| copy.to.clone()).collect();
        assert_eq!((received.len(), to.len()), (40, 40));
        let (issue, _) = sending.look(&issue).await;
        assert_eq!(issue.published_on.map(|day| day.to_string()).as_deref(), Some("2017-03-24"));
        let copy = &received[0];
        assert!(copy.from.starts_with("bounce+") && copy.from.ends_with("@lederweb.example"));
        assert!(copy.message_id.starts_with(&format!("<{}.", issue.uuid)));
        assert!(copy.data.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"));
        let aggregate = sending.app.app.links.click(issue.id, 1);
        let text = copy.data.replace("=\r\n", "");
        assert!(text.contains(&aggregate), "{text}");
        // A second look finds nothing left to do.
        sending.app.clock.advance(TimeDelta::days(1));
        sending.app.run_until_idle().await;
        assert_eq!(sending.relay.count(), 40);
    }

    async fn nobody_who_left_between_fan_out_and_mark_gets_a_copy(sending: Sending) {
        let readers = sending.readers(12).await;
        let issue = sending.due_issue().await;
        // Fan-out happens; then the relay is away, so nothing is marked.
        let now = sending.app.clock.now();
        sending.fan_out(&issue).await;
        sending.write(move |conn| {
            let subscription = |at: usize| subscriptions::table.find(readers[at].subscription);
            diesel::update(subscription(0))
                .set(subscriptions::state.eq(SubscriptionState::Ended))
                .execute(conn)?;
            diesel::update(subscription(1))
                .set((
                    subscriptions::state.eq(SubscriptionState::Paused),
                    subscriptions::paused_until.eq(now + TimeDelta::days(30)),
                ))
                .execute(conn)?;
            diesel::update(subscription(2))
                .set(subscriptions::scope.eq(Scope::Ordinary))
                .execute(conn)?;
            diesel::delete(subscribers::table.find(readers[3].subscriber)).execute(conn)?;
            diesel::insert_into(suppressions::table)
                .values((
                    suppressions::address_hash.eq(hash(&address(4))),
                    suppressions::reason.eq(EndReason::Bounced),
                    suppressions::at.eq(now),
                    suppressions::source.eq("test"),
                ))
                .execute(conn)
        })
        .await;
        let counts = sending.run_to_the_end(&issue).await;
        assert_eq!((counts.accepted, counts.skipped), (7, 5));
        let expected = [
            SkipReason::Unsubscribed,
            SkipReason::Paused,
            SkipReason::Scope,
            SkipReason::Erased,
            SkipReason::Suppressed,
        ];
        assert_eq!(sending.skipped(&issue).await, expected.map(Some));
        let to: BTreeSet<_> = sending.relay.received().into_iter().map(|copy| copy.to).collect();
        assert_eq!(to, (5..12).map(address).collect());
    }

    async fn those_who_are_not_in_the_audience_get_no_row(sending: Sending) {
        let readers = sending.readers(5).await;
        let now = sending.app.clock.now();
        sending.write(move |conn| {
            let states = [SubscriptionState::Pending, SubscriptionState::Ended];
            for (reader, state) in readers.iter().zip(states) {
                diesel::update(subscriptions::table.find(reader.subscription))
                    .set(subscriptions::state.eq(state))
                    .execute(conn)?;
            }
            // A pause that was over yesterday is over.
            diesel::update(subscriptions::table.find(readers[2].subscription))
                .set((
                    subscriptions::state.eq(SubscriptionState::Paused),
                    subscriptions::paused_until.eq(now - TimeDelta::days(1)),
                ))
                .execute(conn)?;
            diesel::update(subscriptions::table.find(readers[3].subscription))
                .set(subscriptions::scope.eq(Scope::Ordinary))
                .execute(conn)
        })
        .await;
        let issue = sending.due_issue().await;
        let counts = sending.run_to_the_end(&issue).await;
        assert_eq!((counts.accepted, counts.done()), (2, 2));
    }

    async fn what_is_put_off_is_accepted_later(sending: Sending) {
        sending.readers(6).await;
        let issue = sending.due_issue().await;
        sending.relay.plays(|to, nth| match (to, nth) {
            ("leder1@odense.example", ..3) => Play::RefuseRecipient("451 4.7.1 greylisted"),
            ("leder2@kolding.example", 1) => Play::RefuseMessage("452 4.2.2 full"),
            _ => Play::Accept,
        });
        sending.app.run_until_idle().await;
        let (now, counts) = sending.look(&issue).await;
        assert_eq!(now.state, IssueState::Sending);
        assert_eq!((counts.accepted, counts.deferred), (4, 2));
        sending.app.clock.advance(TimeDelta::minutes(4));
        sending.app.run_until_idle().await;
        assert_eq!(sending.look(&issue).await.1.accepted, 4, "not before its time");
        sending.app.clock.advance(TimeDelta::minutes(2));
        sending.app.run_until_idle().await;
        assert_eq!(sending.look(&issue).await.1.accepted, 5);
        sending.app.clock.advance(TimeDelta::minutes(16));
        let counts = sending.run_to_the_end(&issue).await;
        assert_eq!((counts.accepted, counts.uncertain), (6, 0));
    }

    async fn the_eighth_temporary_failure_is_final(sending: Sending) {
        sending.readers(2).await;
        let issue = sending.due_issue().await;
        sending.relay.plays(|to, _| match to {
            "leder1@odense.example" => Play::RefuseRecipient("451 4.3.0 later"),
            _ => Play::Accept,
        });
        for minutes in PAUSES {
            sending.app.run_until_idle().await;
            assert_eq!(sending.look(&issue).await.1.deferred, 1);
            sending.app.clock.advance(TimeDelta::minutes(minutes));
        }
        let counts = sending.run_to_the_end(&issue).await;
        assert_eq!((counts.accepted, counts.failed), (1, 1));
    }

    async fn a_permanent_refusal_is_final_and_kept_in_the_servers_words(sending: Sending) {
        sending.readers(5).await;
        let issue = sending.due_issue().await;
        sending.relay.plays(|to, _| match to {
            "leder3@rm.example" => Play::RefuseRecipient("550 5.1.1 <b>no such user</b>"),
            _ => Play::Accept,
        });
        let counts = sending.run_to_the_end(&issue).await;
        assert_eq!((counts.accepted, counts.failed), (4, 1));
        let id = issue.id;
        let row: (Option<i32>, Option<String>, Option<String>, i32) = sending
            .write(move |conn| {
                deliveries::table
                    .filter(deliveries::issue.eq(id))
                    .filter(deliveries::state.eq("failed"))
                    .select((
                        deliveries::reply_code,
                        deliveries::reply_status,
                        deliveries::reply_text,
                        deliveries::attempts,
                    ))
                    .first(conn)
            })
            .await;
        let text = "<b>no such user</b>".to_owned();
        assert_eq!(row, (Some(550), Some("5.1.1".to_owned()), Some(text), 1));
    }

    async fn of_a_person_who_is_erased_no_servers_words_are_kept(sending: Sending) {
        sending.readers(5).await;
        let issue = sending.due_issue().await;
        sending.relay.plays(|to, _| match to {
            "leder1@odense.example" | "leder3@rm.example" => {
                Play::RefuseRecipient("550 5.1.1 <leder3@rm.example>: no such user")
            }
            _ => Play::Accept,
        });
        sending.run_to_the_end(&issue).await;
        let find = |conn: &mut _| register::by_key(conn, &address(3));
        let person = sending.write(find).await.unwrap();
        lederbrev::subscribers::erase::erase(&sending.app.app, person).await.unwrap();
        let id = issue.id;
        let failed: Vec<(Option<i64>, Option<i32>, Option<String>)> = sending
            .write(move |conn| {
                deliveries::table
                    .filter(deliveries::issue.eq(id))
                    .filter(deliveries::state.eq("failed"))
                    .order(deliveries::id)
                    .select((
                        deliveries::subscriber,
                        deliveries::reply_code,
                        deliveries::reply_text,
                    ))
                    .load(conn)
            })
            .await;
        assert_eq!(failed.len(), 2);
        assert!(failed[0].2.is_some(), "the other's are kept");
        assert_eq!(failed[1], (None, Some(550), None));
    }

    async fn a_refusal_of_the_sender_pauses_and_blames_nobody(sending: Sending) {
        sending.readers(20).await;
        let issue = sending.due_issue().await;
        sending.relay.plays(|_, _| Play::RefuseMessage("550 5.7.515 sender is not authenticated"));
        sending.app.run_until_idle().await;
        let (paused, counts) = sending.look(&issue).await;
        assert_eq!(paused.state, IssueState::Paused);
        assert_eq!(paused.pause_reason.as_deref(), Some("sender-refused"));
        assert_eq!((counts.queued, counts.failed, counts.in_data), (20, 0, 0));
        sending.relay.plays(|_, _| Play::Accept);
        sending.act(&issue, "resume").await;
        let counts = sending.run_to_the_end(&issue).await;
        assert_eq!(counts.accepted, 20);
    }

    async fn a_line_that_always_breaks_at_one_recipient_fails_that_one(sending: Sending) {
        sending.readers(6).await;
        let issue = sending.due_issue().await;
        sending.relay.plays(|to, _| match to {
            "leder1@odense.example" => Play::CutBeforeMessage,
            _ => Play::Accept,
        });
        for minutes in PAUSES {
            sending.app.run_until_idle().await;
            sending.app.clock.advance(TimeDelta::minutes(minutes));
        }
        let counts = sending.run_to_the_end(&issue).await;
        assert_eq!((counts.accepted, counts.failed, counts.uncertain), (5, 1, 0));
        assert_eq!(sending.relay.tries("leder1@odense.example"), 8);
    }

    async fn fan_out_goes_on_where_it_was_interrupted(sending: Sending) {
        sending.readers(4_100).await;
        let issue = sending.due_issue().await;
        sending.relay.plays(|_, _| Play::Accept);
        let (id, now) = (issue.id, sending.app.clock.now());
        // Written down up to the middle, as a process that was killed between two chunks leaves it.
        sending.write(move |conn| lederbrev::issues::store::begin_fan_out(conn, id, IssueState::Scheduled, now)).await;
        let (begun, _) = sending.look(&issue).await;
        let app = sending.app.app.clone();
        let interrupted = tokio::task::spawn_blocking(move || {
            let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
            let stopper = stop.clone();
            let watched = app.clone();
            let watcher = std::thread::spawn(move || loop {
                let cursor = watched
                    .db
                    .read_blocking(|conn| Ok(lederbrev::issues::store::find(conn, id)?.fan_out_cursor))
                    .unwrap();
                if cursor > 0 {
                    stopper.store(true, std::sync::atomic::Ordering::Relaxed);
                    return;
                }
            });
            lederbrev::deliveries::fan_out::run(&app, &begun, &stop).unwrap();
            watcher.join().unwrap();
        });
        interrupted.await.unwrap();
        let counts = sending.run_to_the_end(&issue).await;
        assert_eq!(counts.accepted, 4_100);
        assert_eq!(sending.relay.count(), 4_100);
    }
}
