//! Domains that change while an issue is on its way, and people who move when they bounce.

use diesel::prelude::*;
use lederbrev::db::schema::{deliveries, subscribers, suppressions};
use lederbrev::deliveries::DeliveryState;
use lederbrev::mail::EmailAddress;
use lederbrev::moves::plan;
use lederbrev::personal::address::take_address;
use lederbrev::subscribers::store::register;
use lederbrev::subscribers::{EndReason, suppression};

use crate::receiver::Play;
use crate::sending::{Sending, address, hash};
use crate::sends;

const NEW: &str = "region.example";

async fn suppressed(sending: &Sending) -> Vec<(Vec<u8>, EndReason)> {
    let all = suppressions::table.select((suppressions::address_hash, suppressions::reason));
    sending.write(move |conn| all.load(conn)).await
}

/// Every recipient of the relay, in order.
fn heard(sending: &Sending) -> Vec<String> {
    let mut heard: Vec<String> = sending.relay.received().into_iter().map(|m| m.to).collect();
    heard.sort();
    heard
}

sends! {
    async fn an_issue_that_is_on_its_way_reaches_everybody_once_at_the_new_address(sending: Sending) {
        sending.readers(6).await;
        let issue = sending.due_issue().await;
        sending.fan_out(&issue).await;
        sending.app.begin_move("aarhus.example", NEW, "", false).await;
        lederbrev::moves::run::go_on(&sending.app.app).await.unwrap();
        let counts = sending.run_to_the_end(&issue).await;
        assert_eq!((counts.accepted, counts.skipped, counts.failed), (6, 0, 0));
        let heard = heard(&sending);
        assert_eq!(heard.len(), 6);
        assert!(heard.contains(&"leder0@region.example".to_owned()), "{heard:?}");
        assert!(heard.contains(&"leder5@region.example".to_owned()), "{heard:?}");
    }

    async fn who_has_had_the_issue_at_the_new_address_gets_no_second_copy(sending: Sending) {
        let readers = sending.readers(3).await;
        // The second one has the first one's address at the new domain.
        let second = readers[1].subscriber;
        sending
            .write(move |conn| {
                diesel::update(subscribers::table.find(second))
                    .set((
                        subscribers::address_key.eq("leder0@region.example"),
                        subscribers::email.eq("leder0@region.example"),
                        subscribers::address_hash.eq(hash("leder0@region.example")),
                    ))
                    .execute(conn)
            })
            .await;
        let issue = sending.due_issue().await;
        sending.fan_out(&issue).await;
        let (id, now) = (issue.id, sending.app.clock.now());
        sending
            .write(move |conn| {
                let theirs = deliveries::table
                    .filter(deliveries::issue.eq(id))
                    .filter(deliveries::subscriber.eq(second));
                diesel::update(theirs)
                    .set((
                        deliveries::state.eq(DeliveryState::Accepted),
                        deliveries::finished_at.eq(now),
                    ))
                    .execute(conn)
            })
            .await;
        sending.app.begin_move("aarhus.example", NEW, "", false).await;
        lederbrev::moves::run::go_on(&sending.app.app).await.unwrap();
        let counts = sending.run_to_the_end(&issue).await;
        assert_eq!((counts.accepted, counts.skipped), (2, 1));
        assert_eq!(heard(&sending), [address(2)]);
        let first = readers[0].subscriber;
        let kept: Vec<DeliveryState> = sending
            .write(move |conn| {
                let theirs = deliveries::table.filter(deliveries::subscriber.eq(first));
                theirs.select(deliveries::state).load(conn)
            })
            .await;
        assert_eq!(kept, [DeliveryState::Accepted], "the copy that went out is theirs");
    }

    async fn who_becomes_one_with_another_while_the_audience_is_written_down_gets_one_copy(sending: Sending) {
        let readers = sending.readers(3).await;
        let issue = sending.due_issue().await;
        let (id, now) = (issue.id, sending.app.clock.now());
        let (former, first) = (readers[0].subscriber, readers[0].subscription);
        sending
            .write(move |conn| {
                let from = lederbrev::issues::IssueState::Scheduled;
                lederbrev::issues::store::begin_fan_out(conn, id, from, now)?;
                lederbrev::issues::store::advance_fan_out(conn, id, 0, first, 1)?;
                lederbrev::deliveries::store::insert(conn, id, &[(former, "aarhus.example".into())])
            })
            .await;
        // The first has a copy; the last, who is still to come, takes the first one's address.
        let moved = move |conn: &mut lederbrev::db::DbConn| {
            let person = register::by_key(conn, &address(2))?.unwrap();
            let new = EmailAddress::parse(&address(0)).unwrap();
            take_address(conn, &person, &new, &hash(&new.key()), "test", now)
        };
        sending.app.app.db.write(moved).await.unwrap();
        let counts = sending.run_to_the_end(&issue).await;
        assert_eq!((counts.accepted, counts.skipped), (2, 0));
        assert_eq!(heard(&sending), [address(0), address(1)]);
    }

    async fn who_bounces_is_moved_and_gets_the_next_issue_there(sending: Sending) {
        let readers = sending.readers(10).await;
        sending
            .app
            .app
            .db
            .write(|conn| {
                let shut = hash("leder8@region.example");
                let now = lederbrev::clock::Clock::real().now();
                suppression::keep(conn, &shut, EndReason::Staff, "test", now)
            })
            .await
            .unwrap();
        let of = sending.app.begin_move("rm.example", NEW, "", true).await;
        sending.app.run_until_idle().await;
        assert_eq!(sending.app.look_at_move(&of).await.1.all(), 0, "nobody has bounced");
        let refused = |to: &str, _: usize| match to.ends_with("@rm.example") {
            true => Play::RefuseRecipient("550 5.1.1 no such user"),
            false => Play::Accept,
        };
        sending.relay.plays(refused);
        let issue = sending.due_issue().await;
        let counts = sending.run_to_the_end(&issue).await;
        assert_eq!((counts.accepted, counts.failed), (8, 2));
        let (_, moved) = sending.app.look_at_move(&of).await;
        assert_eq!((moved.moved, moved.shut), (1, 1));
        // Where there is nowhere to go, the old address is suppressed as ever.
        let all = suppressed(&sending).await;
        assert!(all.contains(&(hash("leder8@rm.example"), EndReason::Bounced)), "{all:?}");
        assert!(all.contains(&(hash("leder3@rm.example"), EndReason::Unsubscribed)), "{all:?}");
        let issue = sending.due_issue().await;
        let counts = sending.run_to_the_end(&issue).await;
        assert_eq!((counts.accepted, counts.failed), (9, 0));
        assert_eq!(heard(&sending).iter().filter(|to| *to == "leder3@region.example").count(), 1);
        // Taken back, it waits for nobody any more.
        plan::undo(&sending.app.app, of.uuid, "test").await.unwrap();
        sending.app.run_until_idle().await;
        let third = readers[3].subscriber;
        let email: String = sending
            .write(move |conn| subscribers::table.find(third).select(subscribers::email).first(conn))
            .await;
        assert_eq!(email, address(3));
        let issue = sending.due_issue().await;
        assert_eq!(sending.run_to_the_end(&issue).await.failed, 1);
        assert!(suppressed(&sending).await.contains(&(hash(&address(3)), EndReason::Bounced)));
    }

    async fn a_refusal_of_the_old_address_says_nothing_about_the_new_one(sending: Sending) {
        sending.readers(5).await;
        let issue = sending.due_issue().await;
        let (app, now) = (sending.app.app.clone(), sending.app.clock.now());
        sending.relay.plays(move |to, _| {
            if to != "leder3@rm.example" {
                return Play::Accept;
            }
            // The move comes between the mark and the answer.
            let moved = move |conn: &mut lederbrev::db::DbConn| {
                let person = register::by_key(conn, "leder3@rm.example")?.unwrap();
                let new = EmailAddress::parse("leder3@region.example").unwrap();
                take_address(conn, &person, &new, &hash(&new.key()), "test", now)
            };
            app.db.write_blocking(moved).unwrap();
            Play::RefuseRecipient("550 5.1.1 no such user")
        });
        let counts = sending.run_to_the_end(&issue).await;
        assert_eq!((counts.accepted, counts.failed), (4, 1));
        assert_eq!(suppressed(&sending).await, [(hash(&address(3)), EndReason::Unsubscribed)]);
    }
}
