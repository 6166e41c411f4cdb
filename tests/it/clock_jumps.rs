//! Clocks that jump in the middle of an issue, and the two nights in which Danish clocks do.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use diesel::prelude::*;
use lederbrev::clock::{Clock, Instant};
use lederbrev::db::schema::deliveries;
use lederbrev::deliveries::DeliveryState;
use lederbrev::issues::{Issue, IssueKind, IssueState};
use lederbrev::staff::Role;

use crate::app::TestApp;
use crate::composer::{Editor, special_edition_without_events};
use crate::invariants::{self, Fault};
use crate::receiver::{Play, Say, Turn};
use crate::sending::{Sending, address, readers};
use crate::{both, sends};

/// The clock jumps while the nth message waits for its answer, which comes when the program has
/// had the time to look around.
fn jump(clock: &Clock, nth: usize, by: TimeDelta) -> impl Fn(Turn, &str) -> Say + use<> {
    let (clock, heard) = (clock.clone(), AtomicUsize::new(0));
    move |turn, _| {
        if turn == Turn::End && heard.fetch_add(1, Ordering::SeqCst) + 1 == nth {
            clock.advance(by);
            std::thread::sleep(Duration::from_millis(100));
        }
        Say::Usual
    }
}

/// Nobody was in doubt, so nobody may have a second copy.
fn nobody_twice(sending: &Sending, issue: &Issue, audience: usize) {
    let fault = Fault { audience, in_doubt: Some(BTreeSet::new()), ..Fault::default() };
    invariants::hold(&sending.app.app.db, issue, &sending.relay.received(), &fault);
}

sends! {
    async fn a_clock_that_jumps_days_ahead_takes_nobody_on_the_line_for_lost(sending: Sending) {
        sending.readers(30).await;
        let issue = sending.due_issue().await;
        sending.relay.speaks(jump(&sending.app.clock, 10, TimeDelta::days(3)));
        let counts = sending.run_to_the_end(&issue).await;
        assert_eq!(counts.accepted, 30);
        nobody_twice(&sending, &issue, 30);
    }

    async fn a_clock_that_jumps_hours_back_does_not_stop_the_issue(sending: Sending) {
        sending.readers(30).await;
        let issue = sending.due_issue().await;
        sending.relay.speaks(jump(&sending.app.clock, 10, TimeDelta::hours(-5)));
        // The relay is away when the clock has jumped, and the issue waits some seconds.
        sending.relay.plays(|to, nth| match to {
            "leder20@aarhus.example" if nth < 3 => Play::CutBeforeMessage,
            _ => Play::Accept,
        });
        sending.app.run_until_idle().await;
        sending.app.clock.advance(TimeDelta::hours(-5));
        sending.app.clock.advance(TimeDelta::minutes(1));
        sending.app.run_until_idle().await;
        assert_eq!(sending.look(&issue).await.1.accepted, 29, "nobody else waits");
        // Whoever is tried again gets it when it was written down.
        sending.app.clock.advance(TimeDelta::hours(10));
        let counts = sending.run_to_the_end(&issue).await;
        assert_eq!(counts.accepted, 30);
        nobody_twice(&sending, &issue, 30);
    }

    async fn a_clock_that_jumps_back_while_the_relay_is_away_does_not_stop_the_issue(sending: Sending) {
        sending.readers(10).await;
        let issue = sending.due_issue().await;
        sending.relay.speaks(|turn, _| match turn {
            Turn::Greeting => Say::AndClose("421 4.3.2 closing\r\n".into()),
            _ => Say::Usual,
        });
        sending.app.run_until_idle().await;
        assert_eq!(sending.look(&issue).await.1.queued, 10);
        sending.relay.speaks(|_, _| Say::Usual);
        sending.app.clock.advance(TimeDelta::hours(-5));
        assert_eq!(sending.run_to_the_end(&issue).await.accepted, 10);
        nobody_twice(&sending, &issue, 10);
    }

    async fn a_clock_that_jumps_back_does_not_keep_rows_with_a_process_that_is_gone(sending: Sending) {
        sending.readers(4).await;
        let issue = sending.due_issue().await;
        let (id, far) = (issue.id, Instant::from_micros(i64::MAX / 1000));
        sending.fan_out(&issue).await;
        sending
            .write(move |conn| {
                diesel::update(deliveries::table.filter(deliveries::issue.eq(id)))
                    .set((
                        deliveries::state.eq(DeliveryState::InData),
                        deliveries::attempts.eq(1),
                        deliveries::worker.eq("a process that was killed"),
                        deliveries::lease_until.eq(far),
                    ))
                    .execute(conn)
            })
            .await;
        if let lederbrev::db::DatabaseUrl::Postgres(_) = sending.app.app.config.database_url {
            // Noticed, and not taken for dead yet.
            sending.app.run_until_idle().await;
        }
        sending.app.clock.advance(TimeDelta::hours(-5));
        sending.app.run_until_idle().await;
        sending.app.clock.advance(TimeDelta::minutes(1));
        let counts = sending.run_to_the_end(&issue).await;
        assert_eq!((counts.accepted, counts.uncertain), (4, 4));
    }

    async fn what_is_taken_over_goes_out_at_once(sending: Sending) {
        sending.readers(4).await;
        let issue = sending.due_issue().await;
        let (id, far) = (issue.id, Instant::from_micros(i64::MAX / 1000));
        sending.fan_out(&issue).await;
        sending
            .write(move |conn| {
                let all = deliveries::table.filter(deliveries::issue.eq(id));
                let ids: Vec<i64> = all.order(deliveries::id).select(deliveries::id).load(conn)?;
                diesel::update(deliveries::table.filter(deliveries::id.eq_any(&ids[2..])))
                    .set((
                        deliveries::state.eq(DeliveryState::InData),
                        deliveries::attempts.eq(1),
                        deliveries::worker.eq("a process that was killed"),
                        deliveries::lease_until.eq(far),
                    ))
                    .execute(conn)
            })
            .await;
        sending.app.run_until_idle().await;
        // Long enough away to be taken for dead, and no longer.
        sending.app.clock.advance(TimeDelta::seconds(11));
        let counts = sending.run_to_the_end(&issue).await;
        assert_eq!((counts.accepted, counts.uncertain), (4, 2));
    }

    async fn a_clock_that_jumps_back_does_not_freeze_what_pages_show(sending: Sending) {
        sending.readers(8).await;
        let issue = sending.due_issue().await;
        sending.relay.plays(|_, _| Play::RefuseRecipient("451 4.3.0 later"));
        sending.app.run_until_idle().await;
        let page = async |what: &str| {
            // Signed in anew, because the session is of the other time.
            let operator = sending.app.signed_in(Role::Operator).await;
            let url = sending.app.url(&format!("/admin/deliveries/{}", issue.uuid));
            let page = operator.get(url).send().await.unwrap().text().await.unwrap();
            page.contains(what)
        };
        assert!(page("451").await);
        assert_eq!(sending.app.get("/readyz").await.status(), 200);
        sending.app.clock.advance(TimeDelta::hours(-5));
        let id = issue.id;
        sending
            .write(move |conn| {
                diesel::update(deliveries::table.filter(deliveries::issue.eq(id)))
                    .set(deliveries::reply_code.eq(452))
                    .execute(conn)
            })
            .await;
        assert!(page("452").await, "what stands in the rows now");
        sending.relay.speaks(|_, _| Say::AndClose(Vec::new()));
        assert_eq!(sending.app.get("/readyz").await.status(), 503);
    }

    async fn an_issue_that_is_under_way_when_danish_clocks_change_keeps_its_hours(sending: Sending) {
        for (switch, date) in [
            ("2026-03-29T01:00:00Z", "Date: Sun, 29 Mar 2026 01:58:30 +0100"),
            ("2026-10-25T01:00:00Z", "Date: Sun, 25 Oct 2026 02:58:30 +0200"),
        ] {
            let switch = Instant::new(switch.parse().unwrap());
            let start = switch - TimeDelta::seconds(90);
            sending.app.clock.advance(start - sending.app.clock.now());
            let audience = if date.contains("Mar") { sending.readers(12).await.len() } else { 12 };
            let issue = sending.due_issue().await;
            let before = sending.relay.count();
            let tries = std::sync::Mutex::new(std::collections::BTreeMap::<String, usize>::new());
            sending.relay.plays(move |to, _| {
                let mut tries = tries.lock().unwrap();
                let nth = tries.entry(to.to_owned()).or_default();
                *nth += 1;
                match to {
                    "leder1@odense.example" | "leder7@kolding.example" if *nth < 3 => {
                        Play::RefuseRecipient("451 4.3.0 later")
                    }
                    _ => Play::Accept,
                }
            });
            // The hour changes in mid-send.
            sending.relay.speaks(jump(&sending.app.clock, 4, TimeDelta::minutes(3)));
            for pause in [5, 15] {
                sending.app.run_until_idle().await;
                let id = issue.id;
                let due: Vec<Option<Instant>> = sending
                    .write(move |conn| {
                        deliveries::table
                            .filter(deliveries::issue.eq(id))
                            .filter(deliveries::state.eq(DeliveryState::Deferred))
                            .select(deliveries::due_at)
                            .load(conn)
                    })
                    .await;
                assert_eq!(due.len(), 2);
                let now = sending.app.clock.now();
                for due in due {
                    let wait = due.unwrap() - now;
                    let least = TimeDelta::minutes(pause - 3) - TimeDelta::minutes(pause) / 10;
                    assert!(wait >= least && wait <= TimeDelta::minutes(pause), "{wait}");
                }
                sending.app.clock.advance(TimeDelta::minutes(pause));
            }
            let counts = sending.run_to_the_end(&issue).await;
            assert_eq!(counts.accepted, 12);
            let received = sending.relay.received().split_off(before);
            assert!(received.iter().all(|copy| copy.data.contains(date)), "{}", received[0].data);
            let (sent, _) = sending.look(&issue).await;
            assert_eq!(sent.published_on.map(|day| day.to_string()).as_deref(), Some(&date_of(switch)[..]));
            let in_doubt = Some(BTreeSet::new());
            let fault = Fault { audience, in_doubt, ..Fault::default() };
            invariants::hold(&sending.app.app.db, &issue, &received, &fault);
        }
    }
}

fn date_of(at: Instant) -> String {
    at.utc().date_naive().to_string()
}

both! {
    async fn nine_o_clock_is_nine_o_clock_on_both_sides_of_the_switch(app: TestApp) {
        for (day_before, at, utc) in [
            ("2026-03-28T08:00:00Z", "2026-03-29T09:00", "2026-03-29T07:00:00Z"),
            ("2026-10-24T07:00:00Z", "2026-10-25T09:00", "2026-10-25T08:00:00Z"),
        ] {
            let day_before = Instant::new(day_before.parse().unwrap());
            app.clock.advance(day_before - app.clock.now());
            let editor = match at.contains("-03-") {
                true => Editor::with(&app, IssueKind::Special, special_edition_without_events()).await,
                false => another(&app).await,
            };
            let (newsletter, now) = (editor.issue.newsletter, app.clock.now());
            if at.contains("-03-") {
                app.app.db.write(move |conn| Ok(readers(conn, newsletter, 1, now)?)).await.unwrap();
            }
            let form = [("do", "schedule"), ("at", at)];
            let answer = editor.act(&form).await;
            assert_eq!(answer.status(), 303);
            let state = async || {
                let id = editor.issue.id;
                let find = move |conn: &mut _| Ok(lederbrev::issues::store::find(conn, id)?);
                app.app.db.read(find).await.unwrap()
            };
            let utc = Instant::new(utc.parse().unwrap());
            assert_eq!(state().await.send_at, Some(utc));
            app.clock.advance(utc - TimeDelta::minutes(1) - app.clock.now());
            app.run_until_idle().await;
            assert_eq!(state().await.state, IssueState::Scheduled);
            let before = app.mails_to(&address(0)).len();
            app.clock.advance(TimeDelta::minutes(1));
            app.run_until_idle().await;
            assert_eq!(state().await.state, IssueState::Sent);
            let mails = app.mails_to(&address(0));
            assert_eq!(mails.len(), before + 1);
            let date = mails[0].header("date").unwrap();
            assert!(date.contains(" 09:00:00 "), "{date}");
        }
    }
}

/// Another issue of the same newsletter, and somebody who is signed in now.
async fn another(app: &TestApp) -> Editor<'_> {
    let newsletter = app
        .app
        .db
        .read(|conn| Ok(lederbrev::newsletters::store::by_slug(conn, "lederweb")?))
        .await
        .unwrap();
    let new = lederbrev::issues::compose::NewIssue {
        newsletter: newsletter.id,
        kind: IssueKind::Special,
        content: special_edition_without_events(),
    };
    let issue = lederbrev::issues::compose::create(&app.app, new, "bo@lederweb.example").await;
    let browser = app.signed_in(Role::Admin).await;
    Editor { app, browser, issue: issue.unwrap() }
}

#[actix_web::test]
async fn a_rate_survives_a_clock_that_jumps_back() {
    let sending = Sending::with(&[("SEND_PER_MINUTE", "600")]).await;
    sending.readers(30).await;
    let issue = sending.due_issue().await;
    sending.relay.speaks(jump(&sending.app.clock, 10, TimeDelta::hours(-5)));
    let clock = sending.app.clock.clone();
    let ticks = actix_web::rt::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_millis(20)).await;
            clock.advance(TimeDelta::milliseconds(500));
        }
    });
    let sent = tokio::time::timeout(Duration::from_secs(60), sending.run_to_the_end(&issue)).await;
    ticks.abort();
    assert_eq!(sent.expect("it stands still").accepted, 30);
    nobody_twice(&sending, &issue, 30);
}
