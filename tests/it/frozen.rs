//! A process that stands still in the middle of an issue (SIGSTOP, as a machine that is suspended
//! or has no memory left) and goes on later, when others have taken it for lost.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};
use lederbrev::db::Db;
use lederbrev::issues::Issue;
use rand::RngExt;

use crate::invariants::{self, Fault, under_way};
use crate::postgres;
use crate::process::{
    CONNECTIONS, Process, WINDOW, count, migrated, prepare, seeded, serve, sqlite, until,
    until_sent,
};
use crate::receiver::{Play, Receiver};

const RECIPIENTS: usize = 400;

fn slow() -> Receiver {
    let relay = Receiver::start();
    relay.plays(|_, _| {
        std::thread::sleep(Duration::from_millis(2));
        Play::Accept
    });
    relay
}

/// Stops it in between transactions, as it is nearly all the time.
fn stop(process: &Process, db: &Db) {
    let sessions = |state: &str| {
        let all = "(SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                   AND pid <> pg_backend_pid() AND state";
        count(db, &format!("{all} = '{state}')"))
    };
    loop {
        process.signal("STOP");
        until("what it had asked is answered", || sessions("active") == 0);
        if sessions("idle in transaction") == 0 {
            return;
        }
        process.signal("CONT");
        std::thread::sleep(Duration::from_millis(3));
    }
}

/// Another process finishes the issue while one stands still, and then that one goes on.
fn taken_over(url: &str, folder: &Path, relay: &Receiver, issue: &Issue, frozen: Process, db: &Db) {
    let marks = under_way(db, issue);
    assert!(!marks.is_empty() && marks.len() <= CONNECTIONS * WINDOW);
    let other = serve(url, folder, relay.port);
    until_sent(db, issue, || {
        // An hour later: the server's clock cannot be moved, so the leases are.
        let ended = "UPDATE deliveries SET lease_until = clock_timestamp() - interval '1 second' \
                     WHERE id IN (SELECT id FROM deliveries WHERE state = 'in_data' \
                     AND lease_until > clock_timestamp() AND worker = $1 \
                     FOR UPDATE SKIP LOCKED)";
        let worker = marks[0].1.clone();
        db.write_blocking(move |conn| {
            lederbrev::on_both!(conn, c => {
                diesel::sql_query(ended).bind::<Nullable<Text>, _>(worker).execute(c)
            })?;
            Ok(())
        })
        .unwrap();
    });
    let fault = Fault {
        audience: RECIPIENTS,
        in_doubt: Some(marks.iter().map(|(id, _)| *id).collect()),
        most_second_copies: marks.len(),
        ..Fault::default()
    };
    let before = invariants::hold(db, issue, &relay.received(), &fault);
    assert_eq!(before.uncertain, marks.len() as i64);
    // It finishes what it had in hand, and what it writes down changes nothing any more.
    frozen.signal("CONT");
    frozen.end();
    other.end();
    let after = invariants::hold(db, issue, &relay.received(), &fault);
    assert_eq!(before, after);
}

#[test]
fn a_process_that_stands_still_beyond_its_lease_takes_nothing_back_when_it_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let url = postgres::new_database();
    let relay = slow();
    let db = migrated(&url);
    let issue = prepare(&db, RECIPIENTS);
    let frozen = serve(&url, folder.path(), relay.port);
    let goal = seeded().random_range(20..RECIPIENTS / 2);
    until("the relay hears more", || relay.count() >= goal);
    stop(&frozen, &db);
    taken_over(&url, folder.path(), &relay, &issue, frozen, &db);
}

/// What it has locked is let go after a minute, or nobody could ever take its rows over.
#[test]
#[ignore = "takes a minute; `make soak` has it"]
fn a_process_that_stands_still_in_the_middle_of_a_write_does_not_hold_the_others_up() {
    let folder = tempfile::tempdir().unwrap();
    let url = postgres::new_database();
    let relay = slow();
    let db = migrated(&url);
    let issue = prepare(&db, RECIPIENTS);
    let frozen = serve(&url, folder.path(), relay.port);
    until("the relay hears more", || relay.count() >= RECIPIENTS / 4);
    // Its record waits for somebody else, and is done when it cannot hear of it any more.
    let mut held = PgConnection::establish(&url).unwrap();
    held.batch_execute("BEGIN; LOCK TABLE deliveries IN EXCLUSIVE MODE").unwrap();
    let waits = "(SELECT count(*) FROM pg_locks WHERE NOT granted)";
    until("its record waits", || count(&db, waits) > 0);
    frozen.signal("STOP");
    held.batch_execute("ROLLBACK").unwrap();
    let open = "(SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                AND state = 'idle in transaction')";
    until("it stands still in a transaction", || count(&db, open) > 0);
    taken_over(&url, folder.path(), &relay, &issue, frozen, &db);
}

#[test]
fn no_session_may_stand_still_in_a_transaction_for_long() {
    let db = migrated(&postgres::new_database());
    let setting = "(SELECT setting::bigint FROM pg_settings \
                   WHERE name = 'idle_in_transaction_session_timeout')";
    assert_eq!(count(&db, setting), 60_000);
}

#[test]
fn a_process_that_stands_still_on_sqlite_keeps_others_away_and_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let url = sqlite(folder.path());
    let relay = slow();
    let db = migrated(&url);
    let issue = prepare(&db, RECIPIENTS);
    let frozen = serve(&url, folder.path(), relay.port);
    let goal = seeded().random_range(20..RECIPIENTS / 2);
    until("the relay hears more", || relay.count() >= goal);
    frozen.signal("STOP");
    let mut other = serve(&url, folder.path(), relay.port);
    until("the other is sent away", || other.ended().is_some_and(|how| !how.success()));
    frozen.signal("CONT");
    until_sent(&db, &issue, || {});
    frozen.end();
    let nobody = Some(BTreeSet::new());
    let fault = Fault { audience: RECIPIENTS, in_doubt: nobody, ..Fault::default() };
    invariants::hold(&db, &issue, &relay.received(), &fault);
}
