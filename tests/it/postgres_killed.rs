//! A PostgreSQL that is killed in the middle of an issue and comes back a while later.

use std::io::Write;
use std::process::Command;
use std::time::Duration;

use rand::RngExt;

use crate::invariants::{self, Fault};
use crate::postgres::{Server, keeper, log, new_database};
use crate::process::{
    CONNECTIONS, Process, WINDOW, alive, count, migrated, prepare, seeded, send, serve, until,
    until_sent,
};
use crate::receiver::{Play, Receiver};

const RECIPIENTS: usize = 600;
const KILLS: usize = 2;

impl Server {
    /// `kill -9`: it has no time to put anything in order.
    pub fn kill(&mut self) {
        let pid = std::fs::read_to_string(self.folder.join("data/postmaster.pid")).unwrap();
        let pid = pid.lines().next().unwrap();
        assert!(Command::new("kill").args(["-9", pid]).status().unwrap().success());
        self.end_keeper();
    }

    /// Starts it again as it was left.
    pub fn start_again(&mut self) {
        for _ in 0..10 {
            self.keeper = keeper(&self.folder, self.port);
            // It refuses while those who served the dead one are still on their way out.
            if self.answers(30) {
                return;
            }
            self.end_keeper();
        }
        panic!("PostgreSQL did not start again; see {}", log(&self.folder).display());
    }

    fn end_keeper(&mut self) {
        self.keeper.stdin.take().unwrap().write_all(b"keep\n").unwrap();
        self.keeper.wait().unwrap();
    }
}

#[test]
fn a_database_that_is_killed_and_started_again_costs_nobody_the_letter() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start("lederbrev-postgres-killed");
    let url = server.new_database("killed", "template1");
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
    processes.into_iter().for_each(Process::end);
    let most_second_copies = KILLS * 2 * CONNECTIONS * WINDOW;
    let fault = Fault { audience: RECIPIENTS, most_second_copies, ..Fault::default() };
    let counts = invariants::hold(&db, &issue, &relay.received(), &fault);
    assert_eq!(counts.accepted, RECIPIENTS as i64);
}

#[test]
fn a_command_that_sends_is_soon_seen_again_when_its_connection_was_cut() {
    let folder = tempfile::tempdir().unwrap();
    let url = new_database();
    let relay = Receiver::start();
    relay.plays(|_, _| {
        std::thread::sleep(Duration::from_millis(100));
        Play::Accept
    });
    let db = migrated(&url);
    let issue = prepare(&db, RECIPIENTS);
    let command = send(&url, folder.path(), relay.port, &issue);
    until("it sends", || relay.count() > 0);
    let cut = "(SELECT count(pg_terminate_backend(pid)) FROM pg_locks \
               JOIN pg_database d ON d.oid = database \
               WHERE locktype = 'advisory' AND d.datname = current_database())";
    assert_eq!(count(&db, cut), 1);
    until("it is gone", || alive(&db) == 0);
    until("it is seen again", || alive(&db) == 1);
    assert!(relay.count() < RECIPIENTS, "and has not ended");
    command.kill();
}
