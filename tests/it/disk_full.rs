//! A disk that is full in the middle of an issue, and has room again a while later. PostgreSQL has
//! its own disk, so this is about SQLite.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use rand::RngExt;

use crate::invariants::{self, Fault};
use crate::process::{
    CONNECTIONS, Process, WINDOW, migrated, prepare, program, seeded, sqlite, until, until_sent,
};
use crate::receiver::{Play, Receiver};

const RECIPIENTS: usize = 600;

/// The program, of which no file may grow beyond a limit that is set later. Who writes beyond it
/// gets an error, and not the signal that ends him.
fn limited(inner: &Command, folder: &Path) -> Process {
    let mut outer = Command::new("sh");
    outer.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""]);
    outer.arg(inner.get_program()).args(inner.get_args());
    outer.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    outer.stdout(std::process::Stdio::null());
    outer.stderr(std::fs::File::create(folder.join("lederbrev.log")).unwrap());
    Process::start(outer)
}

/// How large a file of the process may become, in bytes.
fn room(process: &Process, most: &str) {
    let limit = Command::new("prlimit")
        .args(["--pid", &process.id().to_string(), &format!("--fsize={most}:")])
        .status();
    assert!(limit.unwrap().success());
}

#[test]
fn a_disk_that_is_full_for_a_while_costs_nobody_the_letter_nor_a_second_copy() {
    let folder = tempfile::tempdir().unwrap();
    let url = sqlite(folder.path());
    let relay = Receiver::start();
    relay.plays(|_, _| {
        std::thread::sleep(Duration::from_millis(2));
        Play::Accept
    });
    let db = migrated(&url);
    let issue = prepare(&db, RECIPIENTS);
    let process = limited(&program(&url, folder.path(), relay.port), folder.path());
    let log = || std::fs::read_to_string(folder.path().join("lederbrev.log")).unwrap();
    let mut random = seeded();
    for part in 1..=3 {
        let goal = RECIPIENTS * part / 5 + random.random_range(0..RECIPIENTS / 6);
        until("the relay hears more", || relay.count() >= goal);
        let said = log().len();
        room(&process, "32768");
        until("it says what is wrong", || {
            let log = log();
            log[said..].contains("outcomes cannot be written down yet")
                && (log[said..].contains("disk I/O error") || log[said..].contains("disk is full"))
        });
        // Others may be in the middle of what they had marked.
        let most = relay.count() + CONNECTIONS * WINDOW;
        std::thread::sleep(Duration::from_millis(500));
        assert!(relay.count() <= most, "nobody is written to who is not written down");
        room(&process, "unlimited");
    }
    until_sent(&db, &issue, || {});
    process.end();
    let in_doubt = Some(BTreeSet::new());
    let fault = Fault { audience: RECIPIENTS, in_doubt, ..Fault::default() };
    let counts = invariants::hold(&db, &issue, &relay.received(), &fault);
    assert_eq!(counts.accepted, RECIPIENTS as i64);
}
