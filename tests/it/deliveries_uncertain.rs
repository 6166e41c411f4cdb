//! Copies of which nobody knows whether they went out, and rows that were taken over.

use chrono::TimeDelta;
use diesel::prelude::*;
use lederbrev::clock::Instant;
use lederbrev::db::presence::{Presence, common_time};
use lederbrev::db::schema::deliveries;
use lederbrev::deliveries::store::{self, Orphans, Record};
use lederbrev::deliveries::{DeliveryState, Variant};

use crate::receiver::Play;
use crate::sending::Sending;
use crate::sends;

sends! {
    async fn a_connection_cut_before_the_message_leaves_nobody_uncertain(sending: Sending) {
        sending.readers(10).await;
        let issue = sending.due_issue().await;
        sending.relay.plays(|to, nth| match (to, nth) {
            ("leder4@xn--ringkbing-skjern-pxb.example", 1) => Play::CutBeforeMessage,
            _ => Play::Accept,
        });
        let counts = sending.run_to_the_end(&issue).await;
        assert_eq!((counts.accepted, counts.uncertain), (10, 0));
        assert_eq!(sending.relay.count(), 10);
    }

    async fn a_connection_cut_after_the_end_is_sent_once_more_and_then_held(sending: Sending) {
        sending.readers(10).await;
        let issue = sending.due_issue().await;
        sending.relay.plays(|to, nth| match (to, nth) {
            ("leder2@kolding.example", 1) | ("leder6@odense.example", _) => Play::CutAfterDot,
            _ => Play::Accept,
        });
        sending.app.run_until_idle().await;
        let (paused, counts) = sending.look(&issue).await;
        assert_eq!(paused.pause_reason.as_deref(), Some("uncertain"));
        assert_eq!((counts.accepted, counts.held, counts.uncertain), (9, 1, 2));
        let copies = |to: &str| -> Vec<String> {
            let received = sending.relay.received();
            received.into_iter().filter(|copy| copy.to == to).map(|copy| copy.data).collect()
        };
        for to in ["leder2@kolding.example", "leder6@odense.example"] {
            let copies = copies(to);
            assert_eq!(copies.len(), 2, "{to}");
            assert_eq!(copies[0], copies[1], "the same bytes, the Message-ID included");
        }
        sending.app.clock.advance(TimeDelta::days(2));
        sending.app.run_until_idle().await;
        assert_eq!(copies("leder6@odense.example").len(), 2, "nobody is spammed");
        sending.act(&issue, "count-as-sent").await;
        let counts = sending.run_to_the_end(&issue).await;
        assert_eq!((counts.accepted, counts.uncertain), (10, 2));
    }

    async fn rows_of_a_process_that_is_gone_are_sent_once_more(sending: Sending) {
        sending.readers(8).await;
        let issue = sending.due_issue().await;
        let id = issue.id;
        sending.relay.plays(|_, _| Play::RefuseRecipient("451 4.3.0 later"));
        sending.app.run_until_idle().await;
        sending
            .write(move |conn| {
                diesel::update(deliveries::table.filter(deliveries::issue.eq(id)))
                    .set((
                        deliveries::state.eq("in_data"),
                        deliveries::due_at.eq(None::<Instant>),
                        deliveries::worker.eq("a process that was killed"),
                        deliveries::lease_until
                            .eq(Instant::from_micros(i64::MAX / 1000)),
                    ))
                    .execute(conn)
            })
            .await;
        sending.relay.plays(|_, _| Play::Accept);
        // Looked for once, and not there a while later either.
        sending.app.run_until_idle().await;
        sending.app.clock.advance(TimeDelta::minutes(1));
        let counts = sending.run_to_the_end(&issue).await;
        assert_eq!((counts.accepted, counts.uncertain), (8, 8));
    }

    async fn an_outcome_is_not_recorded_under_another_mark_of_the_same_row(sending: Sending) {
        sending.readers(1).await;
        let issue = sending.due_issue().await;
        sending.relay.plays(|_, _| Play::RefuseRecipient("451 4.3.0 later"));
        sending.app.run_until_idle().await;
        let (id, now) = (issue.id, sending.app.clock.now());
        let kept = sending
            .write(move |conn| {
                let row: i64 = deliveries::table
                    .filter(deliveries::issue.eq(id))
                    .select(deliveries::id)
                    .first(conn)?;
                let (due, first) = (now + TimeDelta::minutes(5), now + TimeDelta::hours(1));
                store::mark(conn, &[row], Variant::Plain, "a worker", first, due)?;
                store::recover(conn, Orphans::Of("a worker"), Some(now))?;
                store::mark(conn, &[row], Variant::Plain, "a worker", first + TimeDelta::hours(1), due)?;
                let record = Record {
                    id: row,
                    lease_until: first,
                    state: DeliveryState::Accepted,
                    attempts: 0,
                    due_at: None,
                    uncertain: 0,
                    code: Some(250),
                    status: None,
                    text: None,
                    is_gone: false,
                    sent_to: None,
                    finished_at: Some(now),
                };
                store::record(conn, "a worker", &[record])
            })
            .await;
        assert_eq!(kept, 0);
        let (_, counts) = sending.look(&issue).await;
        assert_eq!((counts.in_data, counts.accepted, counts.uncertain), (1, 0, 1));
    }

    async fn what_was_looked_up_before_it_was_put_off_or_held_is_not_marked(sending: Sending) {
        sending.readers(3).await;
        let issue = sending.due_issue().await;
        sending.relay.plays(|_, _| Play::RefuseRecipient("451 4.3.0 later"));
        sending.app.run_until_idle().await;
        let (id, now) = (issue.id, sending.app.clock.now());
        let marked = sending
            .write(move |conn| {
                let all = || deliveries::table.filter(deliveries::issue.eq(id));
                let ids: Vec<i64> = all().order(deliveries::id).select(deliveries::id).load(conn)?;
                // One is held, one is put off; the third one's time has come.
                diesel::update(deliveries::table.find(ids[0]))
                    .set(deliveries::due_at.eq(None::<Instant>))
                    .execute(conn)?;
                diesel::update(deliveries::table.find(ids[2]))
                    .set(deliveries::due_at.eq(now))
                    .execute(conn)?;
                let lease = now + TimeDelta::hours(1);
                let candidates = store::candidates(conn, issue.newsletter, &ids)?;
                let ready = candidates.iter().filter(|row| row.is_ready(now));
                let ready: Vec<i64> = ready.map(|row| row.id).collect();
                let marked = store::mark(conn, &ids, Variant::Plain, "a worker", lease, now)?;
                Ok((ready == marked, marked == [ids[2]]))
            })
            .await;
        assert_eq!(marked, (true, true));
    }
}

/// Only with PostgreSQL can another process be alive.
#[actix_web::test]
async fn rows_of_a_process_that_hangs_are_taken_over_when_their_lease_ends() {
    let sending = Sending::postgres().await;
    sending.readers(8).await;
    let issue = sending.due_issue().await;
    let id = issue.id;
    sending.relay.plays(|_, _| Play::RefuseRecipient("451 4.3.0 later"));
    sending.app.run_until_idle().await;
    let url = &sending.app.app.config.database_url;
    let hangs = "a process that hangs";
    let _alive = Presence::announce(url, hangs.to_owned()).unwrap();
    let now = sending.write(move |conn| common_time(conn, Instant::from_micros(0))).await;
    let leases = [now - TimeDelta::seconds(1), now + TimeDelta::hours(1)];
    sending
        .write(move |conn| {
            let all = || deliveries::table.filter(deliveries::issue.eq(id));
            let ids: Vec<i64> = all().select(deliveries::id).load(conn)?;
            for (at, row) in ids.iter().enumerate() {
                diesel::update(deliveries::table.find(row))
                    .set((
                        deliveries::state.eq("in_data"),
                        deliveries::due_at.eq(None::<Instant>),
                        deliveries::worker.eq(hangs),
                        deliveries::lease_until.eq(leases[at % 2]),
                    ))
                    .execute(conn)?;
            }
            Ok(())
        })
        .await;
    sending.relay.plays(|_, _| Play::Accept);
    sending.app.clock.advance(TimeDelta::minutes(1));
    sending.app.run_until_idle().await;
    let (_, counts) = sending.look(&issue).await;
    assert_eq!((counts.accepted, counts.uncertain, counts.in_data), (4, 4, 4));
}
