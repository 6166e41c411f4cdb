//! A PostgreSQL that is killed in the middle of an issue and comes back a while later.

use std::time::Duration;

use rand::RngExt;

use crate::invariants::{self, Fault};
use crate::postgres::Server;
use crate::process::{
    CONNECTIONS, WINDOW, alive, migrated, prepare, seeded, serve, until, until_sent,
};
use crate::receiver::{Play, Receiver};

const RECIPIENTS: usize = 600;
const KILLS: usize = 2;

#[test]
fn a_database_that_is_killed_and_started_again_costs_nobody_the_letter() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start("lederbrev-postgres-killed");
    let url = server.new_database("killed");
    let relay = Receiver::start();
    relay.plays(|_, _| {
        std::thread::sleep(Duration::from_millis(2));
        Play::Accept
    });
    let db = migrated(&url);
    let mut processes = [0, 1].map(|_| serve(&url, folder.path(), relay.port));
    until("both are there", || alive(&db) == 2);
    let issue = prepare(&db, RECIPIENTS);
    let mut random = seeded();
    for part in 1..=KILLS {
        let goal = RECIPIENTS * part / 4 + random.random_range(0..RECIPIENTS / 6);
        until("the relay hears more", || relay.count() >= goal);
        server.kill();
        std::thread::sleep(Duration::from_millis(random.random_range(0..1_500)));
        server.start_again();
    }
    until_sent(&db, &issue, || {});
    assert!(processes.iter_mut().all(|process| process.ended().is_none()), "both are still there");
    processes.into_iter().for_each(crate::process::Process::end);
    let most_second_copies = KILLS * 2 * CONNECTIONS * WINDOW;
    let fault = Fault { audience: RECIPIENTS, most_second_copies, ..Fault::default() };
    let counts = invariants::hold(&db, &issue, &relay.received(), &fault);
    assert_eq!(counts.accepted, RECIPIENTS as i64);
}
