//! `kill -9` of the real program while messages are on the line; the receiver outlives it.

#![expect(clippy::print_stdout, reason = "who repeats a failure needs its seed and its numbers")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use diesel::prelude::*;
use lederbrev::deliveries::store;
use rand::RngExt;

use crate::invariants::{self, Fault, two_leave, under_way};
use crate::postgres;
use crate::process::{
    CONNECTIONS, Process, WINDOW, alive, migrated, prepare, seeded, serve, settle, sqlite, until,
    until_sent,
};
use crate::receiver::{Play, Receiver};

const KILLS: usize = 10;

/// How many it is sent to; another number by `KILL_RECIPIENTS`.
fn recipients() -> usize {
    std::env::var("KILL_RECIPIENTS").ok().and_then(|count| count.parse().ok()).unwrap_or(1_200)
}

#[test]
fn ten_kills_lose_nobody_and_repeat_only_what_was_on_the_line_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    ten_kills(&sqlite(folder.path()), folder.path());
}

#[test]
fn ten_kills_lose_nobody_and_repeat_only_what_was_on_the_line_on_postgres() {
    let folder = tempfile::tempdir().unwrap();
    ten_kills(&postgres::new_database(), folder.path());
}

fn ten_kills(url: &str, folder: &Path) {
    let relay = Receiver::start();
    // Slow enough that a kill hits somebody on the line, before the answer as well as after it.
    relay.plays(|to, _| {
        std::thread::sleep(Duration::from_micros(500 * (to.len() as u64 % 7)));
        Play::Accept
    });
    let db = migrated(url);
    let recipients = recipients();
    let issue = prepare(&db, recipients);
    let mut random = seeded();

    let mut killed_in_data = Vec::new();
    let mut marks = BTreeSet::new();
    let mut left = BTreeSet::new();
    while killed_in_data.len() < KILLS {
        let done = KILLS - killed_in_data.len();
        let before = relay.count();
        let to_go = recipients.saturating_sub(before);
        assert!(to_go > 0, "the receiver was too fast for {done} more kills");
        let mut process = serve(url, folder, relay.port);
        // At a message that the seed chooses, and a little later still.
        let goal = before + 1 + random.random_range(0..=(to_go / (2 * done)).max(1));
        until("the relay hears more", || {
            assert!(process.ended().is_none(), "the program ended by itself");
            relay.count() >= goal
        });
        std::thread::sleep(Duration::from_micros(random.random_range(0..3_000)));
        process.kill();
        settle(&db, url);
        // Those of this process: another's may still wait to be taken for lost.
        let before = marks.len();
        marks.extend(under_way(&db, &issue));
        let in_data = marks.len() - before;
        if in_data > 0 {
            killed_in_data.push(in_data);
        }
        if left.is_empty() {
            left.extend(two_leave(&db, &issue));
        }
    }
    println!("rows under way at the kills: {killed_in_data:?}");

    let process = serve(url, folder, relay.port);
    until_sent(&db, &issue, || {});
    process.end();

    let mut by_worker: BTreeMap<_, usize> = BTreeMap::new();
    for (_, worker) in &marks {
        *by_worker.entry(worker).or_default() += 1;
    }
    assert!(by_worker.values().all(|rows| *rows <= CONNECTIONS * WINDOW), "{by_worker:?}");
    let fault = Fault {
        audience: recipients,
        in_doubt: Some(marks.iter().map(|(id, _)| *id).collect()),
        most_second_copies: marks.len(),
        left,
    };
    let counts = invariants::hold(&db, &issue, &relay.received(), &fault);
    println!("{} rows under way at kills, {counts:?}", marks.len());
    assert_eq!((counts.accepted, counts.skipped), (recipients as i64 - 2, 2));
}

#[test]
fn two_processes_share_an_issue_and_nobody_gets_it_twice() {
    let folder = tempfile::tempdir().unwrap();
    let url = postgres::new_database();
    let relay = Receiver::start();
    // Nobody gets on before both have begun.
    let both = Arc::new(AtomicBool::new(false));
    let begun = both.clone();
    relay.plays(move |_, _| {
        while !begun.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(5));
        }
        Play::Accept
    });
    let db = migrated(&url);
    let processes = [0, 1].map(|_| serve(&url, folder.path(), relay.port));
    until("both are there", || alive(&db) == 2);
    let issue = prepare(&db, recipients());
    let mut workers = BTreeSet::new();
    until_sent(&db, &issue, || {
        workers.extend(db.read_blocking(|conn| Ok(store::workers(conn)?)).unwrap());
        both.store(workers.len() == 2, Ordering::Relaxed);
    });
    processes.into_iter().for_each(Process::end);
    assert_eq!(workers.len(), 2, "both took part");
    let nobody = Some(BTreeSet::new());
    let fault = Fault { audience: recipients(), in_doubt: nobody, ..Fault::default() };
    let counts = invariants::hold(&db, &issue, &relay.received(), &fault);
    assert_eq!((counts.accepted, counts.uncertain), (recipients() as i64, 0));
}

#[test]
fn connections_to_the_database_that_are_cut_cost_nobody_the_letter() {
    let folder = tempfile::tempdir().unwrap();
    let url = postgres::new_database();
    let relay = Receiver::start();
    relay.plays(|_, _| {
        std::thread::sleep(Duration::from_millis(2));
        Play::Accept
    });
    let db = migrated(&url);
    let processes = [0, 1].map(|_| serve(&url, folder.path(), relay.port));
    until("both are there", || alive(&db) == 2);
    let recipients = recipients();
    let issue = prepare(&db, recipients);
    for part in 1..=3 {
        until("the relay hears more", || relay.count() >= recipients * part / 5);
        // What a restart does to those who are connected.
        db.read_blocking(|conn| {
            let others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                          WHERE datname = current_database() AND pid <> pg_backend_pid()";
            diesel::sql_query(others).execute(conn)?;
            Ok(())
        })
        .unwrap();
    }
    until_sent(&db, &issue, || {});
    processes.into_iter().for_each(Process::end);
    let most_second_copies = 3 * 2 * CONNECTIONS * WINDOW;
    let fault = Fault { audience: recipients, most_second_copies, ..Fault::default() };
    let counts = invariants::hold(&db, &issue, &relay.received(), &fault);
    println!("{counts:?}");
    assert_eq!(counts.accepted, recipients as i64);
}
