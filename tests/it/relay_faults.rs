//! Relays that answer slowly, too much, too early or nonsense: what becomes of the row, on both
//! databases, and of everybody else in the issue.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use chrono::TimeDelta;
use diesel::prelude::*;
use lederbrev::db::schema::{deliveries, subscribers};
use lederbrev::deliveries::DeliveryState;
use lederbrev::issues::IssueState;

use crate::app::TestApp;
use crate::invariants::{self, Fault};
use crate::receiver::{Receiver, Say, Turn};
use crate::sending::{Sending, address};
use crate::sends;

/// What is known of a row in the end: its state, tries, doubts, and the words that were kept.
type End = (DeliveryState, i32, i32, Option<String>);

/// Plays each fault once, at the recipient with that number.
fn once(faults: Vec<(usize, Turn, Say)>, hello: &'static str) -> impl Fn(Turn, &str) -> Say {
    let left: Mutex<BTreeMap<(String, Turn), Say>> = Mutex::new(
        faults.into_iter().map(|(who, turn, say)| ((address(who), turn), say)).collect(),
    );
    // The envelope names the sender first, so a fault at MAIL is played at the one who comes next.
    move |turn, to| match turn {
        Turn::Hello => Say::This(hello.into()),
        Turn::Greeting => Say::Usual,
        turn => left.lock().unwrap().remove(&(to.to_owned(), turn)).unwrap_or(Say::Usual),
    }
}

async fn ends(sending: &Sending, issue: i64) -> BTreeMap<String, End> {
    let rows: Vec<(String, End)> = sending
        .write(move |conn| {
            deliveries::table
                .inner_join(subscribers::table)
                .filter(deliveries::issue.eq(issue))
                .select((
                    subscribers::email,
                    (
                        deliveries::state,
                        deliveries::attempts,
                        deliveries::uncertain,
                        deliveries::reply_text,
                    ),
                ))
                .load(conn)
        })
        .await;
    rows.into_iter().collect()
}

fn this(text: &str) -> Say {
    Say::This(text.into())
}

async fn every_odd_answer_has_its_right_end(sending: Sending, hello: &'static str) {
    use DeliveryState::{Accepted, Failed};
    let long = format!("550 5.2.1 {}\r\n", "lukket ".repeat(1_500));
    let taken = || Some("taken".to_owned());
    let cases: Vec<(usize, Turn, Say, End)> = vec![
        (
            2,
            Turn::Recipient,
            Say::ByteByByte("550-5.2.1 the mailbox\r\n550 5.2.1 is closed\r\n".into()),
            (Failed, 1, 0, Some("the mailbox is closed".to_owned())),
        ),
        (7, Turn::End, Say::ByteByByte("250 2.0.0 taken\r\n".into()), (Accepted, 1, 0, taken())),
        // Before the dot it is as if the line were lost: safe.
        (12, Turn::Data, Say::Endless("354-more to come\r\n".into()), (Accepted, 2, 0, taken())),
        (17, Turn::Recipient, this("no SMTP at all\r\n"), (Accepted, 2, 0, taken())),
        (22, Turn::Recipient, Say::Endless("2".into()), (Accepted, 2, 0, taken())),
        // After it nobody knows.
        (27, Turn::End, Say::Endless("250-more to come\r\n".into()), (Accepted, 2, 1, taken())),
        (32, Turn::End, this("no SMTP at all\r\n"), (Accepted, 2, 1, taken())),
        (37, Turn::End, this("354 go on\r\n"), (Accepted, 2, 1, taken())),
        (42, Turn::End, Say::AndClose("25".into()), (Accepted, 2, 1, taken())),
        (
            47,
            Turn::Recipient,
            this("451 4.3.0 later\0\u{1}\u{1b}[31m \u{7}please\r\n"),
            (Accepted, 2, 0, taken()),
        ),
        (
            52,
            Turn::Recipient,
            this("550 5.2.1 closed\0\u{1b}[2J\u{8}\r\n"),
            (Failed, 1, 0, Some("closed[2J".to_owned())),
        ),
        (
            57,
            Turn::Recipient,
            this(&long),
            (Failed, 1, 0, Some("lukket ".repeat(72)[..500].to_owned())),
        ),
        // "Taken" before there was anything to take is no receipt.
        (
            62,
            Turn::Data,
            Say::AndClose("354 go on\r\n250 2.0.0 taken\r\n".into()),
            (Accepted, 2, 0, taken()),
        ),
        (67, Turn::Recipient, this("250 ok\r\n250 ok\r\n"), (Accepted, 2, 0, taken())),
    ];
    sending.readers(75).await;
    let issue = sending.due_issue().await;
    let faults = cases.iter().map(|(who, turn, say, _)| (*who, *turn, say.clone())).collect();
    sending.relay.speaks(once(faults, hello));
    for _ in 0..3 {
        sending.app.run_until_idle().await;
        sending.app.clock.advance(TimeDelta::minutes(20));
    }
    sending.run_to_the_end(&issue).await;
    let mut ends = ends(&sending, issue.id).await;
    for (who, turn, say, expected) in &cases {
        assert_eq!(ends.remove(&address(*who)).as_ref(), Some(expected), "{turn:?} {say:?}");
    }
    for (who, end) in ends {
        assert_eq!(end, (Accepted, 1, 0, taken()), "{who}, who got usual answers");
    }
    let fault = Fault { audience: 75, most_second_copies: 4, ..Fault::default() };
    invariants::hold(&sending.app.app.db, &issue, &sending.relay.received(), &fault);
}

sends! {
    async fn every_odd_answer_to_a_command_has_its_right_end(sending: Sending) {
        every_odd_answer_has_its_right_end(sending, "250 relay.lederweb.example\r\n").await;
    }

    async fn every_odd_answer_in_a_group_of_commands_has_its_right_end(sending: Sending) {
        let hello = "250-relay.lederweb.example\r\n250 PIPELINING\r\n";
        every_odd_answer_has_its_right_end(sending, hello).await;
    }

    async fn a_relay_that_never_ends_its_greeting_costs_nobody_a_try(sending: Sending) {
        sending.readers(5).await;
        let issue = sending.due_issue().await;
        for turn in [Turn::Greeting, Turn::Hello] {
            sending.relay.speaks(move |now, _| match now == turn {
                true => Say::Endless("250-relay.lederweb.example\r\n".into()),
                false => Say::Usual,
            });
            sending.app.run_until_idle().await;
            let (now, counts) = sending.look(&issue).await;
            assert_eq!((now.state, counts.queued), (IssueState::Sending, 5));
            sending.app.clock.advance(TimeDelta::minutes(2));
        }
        sending.relay.speaks(|_, _| Say::Usual);
        let counts = sending.run_to_the_end(&issue).await;
        assert_eq!((counts.accepted, counts.uncertain), (5, 0));
        assert!(ends(&sending, issue.id).await.values().all(|end| end.1 == 1));
        let in_doubt = Some(BTreeSet::new());
        let fault = Fault { audience: 5, in_doubt, ..Fault::default() };
        invariants::hold(&sending.app.app.db, &issue, &sending.relay.received(), &fault);
    }
}

#[actix_web::test]
async fn where_tls_is_required_and_somebody_strips_it_nothing_goes_out_and_nobody_is_blamed() {
    let relay = Receiver::start();
    let mail_url = format!("{}?tls=required", relay.url());
    let app = TestApp::start(crate::process::sqlite, &[("MAIL_URL", &mail_url)]).await;
    let newsletter = app.newsletter().await;
    let sending = Sending { app, relay, newsletter };
    sending.readers(5).await;
    let issue = sending.due_issue().await;
    sending.app.run_until_idle().await;
    let (paused, counts) = sending.look(&issue).await;
    assert_eq!(paused.pause_reason.as_deref(), Some("sender-refused"));
    assert_eq!((counts.queued, sending.relay.count()), (5, 0));
    assert!(ends(&sending, issue.id).await.values().all(|end| end.1 == 0));
}
