//! `kill -9` of the real program at each point that has a name: before and after every reply of
//! the relay and every commit. The relay withholds what the program waits for, and another
//! connection holds the database; so the point is met every time.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, SqliteConnection};
use lederbrev::db::Db;
use lederbrev::issues::IssueState;

use crate::invariants::{self, Fault, two_leave, under_way};
use crate::postgres;
use crate::process::{
    Process, count, look, migrated, prepare, program, serve, settle, sqlite, until, until_sent,
};
use crate::receiver::{Receiver, Say, Turn};

const RECIPIENTS: usize = 60;
const WINDOW: usize = 4;

/// A point, and what is so when the program is killed there: rows under way, messages heard.
#[derive(Debug, Clone, Copy)]
struct Point {
    name: &'static str,
    /// Whose turn it is, and the how manieth of its kind.
    reply: (Turn, usize),
    /// Then the database is held, the reply is given, and the program waits for its commit.
    held: bool,
    in_data: usize,
    heard: usize,
}

const fn before(name: &'static str, turn: Turn, in_data: usize, heard: usize) -> Point {
    Point { name, reply: (turn, 1), held: false, in_data, heard }
}

const POINTS: [Point; 8] = [
    before("before the greeting", Turn::Greeting, 0, 0),
    Point {
        name: "before the commit of a mark",
        reply: (Turn::Hello, 1),
        held: true,
        in_data: 0,
        heard: 0,
    },
    before("after the commit of a mark, before the reply to MAIL", Turn::Sender, WINDOW, 0),
    before("before the reply to RCPT", Turn::Recipient, WINDOW, 0),
    before("before the reply to DATA", Turn::Data, WINDOW, 0),
    before("before the reply to the final dot", Turn::End, WINDOW, 1),
    Point {
        name: "after the reply to the last final dot, before the commit of the record",
        reply: (Turn::End, WINDOW),
        held: true,
        in_data: WINDOW,
        heard: WINDOW,
    },
    Point {
        name: "after the commit of the record",
        reply: (Turn::Sender, WINDOW + 1),
        held: false,
        in_data: WINDOW,
        heard: WINDOW,
    },
];

/// Where the relay falls silent.
#[derive(Default)]
struct Silence {
    at: Mutex<Withheld>,
    changed: Condvar,
}

#[derive(Default)]
struct Withheld {
    reply: Option<(Turn, usize)>,
    seen: usize,
    is_reached: bool,
}

impl Silence {
    fn arm(&self, reply: (Turn, usize)) {
        *self.at.lock().unwrap() = Withheld { reply: Some(reply), ..Withheld::default() };
    }

    fn is_reached(&self) -> bool {
        self.at.lock().unwrap().is_reached
    }

    fn end(&self) {
        self.at.lock().unwrap().reply = None;
        self.changed.notify_all();
    }

    fn pass(&self, turn: Turn) {
        let mut at = self.at.lock().unwrap();
        if at.reply.is_some_and(|(point, _)| point == turn) {
            at.seen += 1;
            if at.reply.is_some_and(|(_, nth)| nth == at.seen) {
                at.is_reached = true;
                drop(self.changed.wait_while(at, |at| at.reply.is_some()).unwrap());
            }
        }
    }
}

/// A relay that can be silenced.
fn relay() -> (Receiver, Arc<Silence>) {
    let (relay, silence) = (Receiver::start(), Arc::new(Silence::default()));
    let inside = silence.clone();
    relay.speaks(move |turn, _| {
        inside.pass(turn);
        Say::Usual
    });
    (relay, silence)
}

/// Nobody can write to a table while this lives; on SQLite to none.
enum Held {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Held {
    fn table(url: &str, table: &str) -> Self {
        match url.strip_prefix("sqlite://") {
            Some(path) => {
                let mut conn = SqliteConnection::establish(path).unwrap();
                conn.batch_execute("PRAGMA busy_timeout=10000; BEGIN IMMEDIATE").unwrap();
                Self::Sqlite(conn)
            }
            None => {
                let mut conn = PgConnection::establish(url).unwrap();
                let lock = format!("BEGIN; LOCK TABLE {table} IN EXCLUSIVE MODE");
                conn.batch_execute(&lock).unwrap();
                Self::Postgres(conn)
            }
        }
    }

    /// Waits until the program waits for it.
    fn await_somebody(&self, db: &Db) {
        match self {
            // SQLite tells nobody who waits.
            Self::Sqlite(_) => std::thread::sleep(Duration::from_millis(150)),
            Self::Postgres(_) => until("somebody waits", || {
                count(db, "(SELECT count(*) FROM pg_locks WHERE NOT granted)") > 0
            }),
        }
    }

    fn release(self) {
        match self {
            Self::Sqlite(mut conn) => conn.batch_execute("ROLLBACK").unwrap(),
            Self::Postgres(mut conn) => conn.batch_execute("ROLLBACK").unwrap(),
        }
    }
}

/// One connection, so that it is known what is on the line.
fn start(url: &str, folder: &Path, relay: &Receiver) -> Process {
    let mut program = program(url, folder, relay.port);
    program.env("LEDERBREV_SEND_CONNECTIONS", "1");
    program.env("LEDERBREV_SEND_WINDOW", WINDOW.to_string());
    Process::start(program)
}

fn a_kill_at_each_point(url: &str, folder: &Path) {
    let (relay, silence) = relay();
    let db = migrated(url);
    let issue = prepare(&db, RECIPIENTS);
    let mut marks = BTreeSet::new();
    let mut left = BTreeSet::new();
    for point in POINTS {
        let (known, heard) = (marks.len(), relay.count());
        silence.arm(point.reply);
        let process = start(url, folder, &relay);
        until(point.name, || silence.is_reached());
        let held = point.held.then(|| Held::table(url, "deliveries"));
        if let Some(held) = &held {
            silence.end();
            held.await_somebody(&db);
        }
        process.kill();
        silence.end();
        if let Some(held) = held {
            held.release();
        }
        settle(&db, url);
        marks.extend(under_way(&db, &issue));
        let found = (marks.len() - known, relay.count() - heard);
        assert_eq!(found, (point.in_data, point.heard), "{}", point.name);
        if left.is_empty() {
            left.extend(two_leave(&db, &issue));
        }
    }
    let process = serve(url, folder, relay.port);
    until_sent(&db, &issue, || {});
    process.end();
    // Only those heard and not recorded: one at the dot, and a window after it.
    let fault = Fault {
        audience: RECIPIENTS,
        in_doubt: Some(marks.iter().map(|(id, _)| *id).collect()),
        most_second_copies: 1 + WINDOW,
        left,
    };
    let counts = invariants::hold(&db, &issue, &relay.received(), &fault);
    assert_eq!((counts.accepted, counts.uncertain), (RECIPIENTS as i64 - 2, marks.len() as i64));
    assert_eq!(relay.count(), RECIPIENTS - 2 + 1 + WINDOW);
}

#[test]
fn a_kill_at_each_reply_and_commit_of_the_sending_repeats_what_was_heard_and_no_more_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    a_kill_at_each_point(&sqlite(folder.path()), folder.path());
}

#[test]
fn a_kill_at_each_reply_and_commit_of_the_sending_repeats_what_was_heard_and_no_more_on_postgres() {
    let folder = tempfile::tempdir().unwrap();
    a_kill_at_each_point(&postgres::new_database(), folder.path());
}

/// The beginning, the audience and the end of an issue are written down before and after the
/// sending, with nobody on the line.
fn a_kill_at_the_commits_around_the_sending(url: &str, folder: &Path) {
    let (relay, silence) = relay();
    let db = migrated(url);
    let issue = prepare(&db, RECIPIENTS);
    let state = || look(&db, &issue).0.state;

    // Before the commit of the beginning: the clock has struck, and nobody knows of it.
    db.write_blocking(|conn| Ok(conn.batch_execute("UPDATE issues SET state = 'draft'")?)).unwrap();
    let log = folder.join("lederbrev.log");
    let serves = |from: usize| {
        let log = std::fs::read_to_string(&log).unwrap_or_default();
        log.get(from..).is_some_and(|log| log.contains("serving"))
    };
    let process = start(url, folder, &relay);
    until("it serves", || serves(0));
    db.write_blocking(|conn| Ok(conn.batch_execute("UPDATE issues SET state = 'scheduled'")?))
        .unwrap();
    let held = Held::table(url, "issues");
    if url.starts_with("postgres") && state() == IssueState::Scheduled {
        held.await_somebody(&db);
    } else {
        std::thread::sleep(Duration::from_millis(1_100));
    }
    process.kill();
    held.release();
    settle(&db, url);
    assert_eq!(relay.count(), 0);

    // Before the commit of the audience: on SQLite it may have been faster.
    let said = std::fs::metadata(&log).unwrap().len() as usize;
    silence.arm((Turn::Greeting, 1));
    let process = match url.starts_with("postgres") {
        true => {
            let held = Held::table(url, "deliveries");
            let process = start(url, folder, &relay);
            until("it has begun", || state() == IssueState::Preparing);
            held.await_somebody(&db);
            process.kill();
            held.release();
            settle(&db, url);
            assert_eq!((state(), look(&db, &issue).1.queued), (IssueState::Preparing, 0));
            start(url, folder, &relay)
        }
        false => start(url, folder, &relay),
    };
    until("it serves", || serves(said));
    // After the commit of the audience.
    until("the audience is written down", || state() == IssueState::Sending);
    process.kill();
    settle(&db, url);
    assert_eq!(look(&db, &issue).1.queued, RECIPIENTS as i64);
    silence.end();

    // Before the commit of the end: everybody has got it, and the issue does not know.
    silence.arm((Turn::End, RECIPIENTS));
    let process = start(url, folder, &relay);
    until("the last one is heard", || silence.is_reached());
    let held = url.starts_with("postgres").then(|| Held::table(url, "issues"));
    silence.end();
    until("everybody is done", || look(&db, &issue).1.accepted == RECIPIENTS as i64);
    if let Some(held) = held {
        held.await_somebody(&db);
        process.kill();
        held.release();
        settle(&db, url);
        assert_eq!(state(), IssueState::Sending);
    } else {
        process.kill();
    }

    let said = std::fs::metadata(&log).unwrap().len() as usize;
    let process = start(url, folder, &relay);
    // It may have been over before: a program that is told to end while it starts just ends.
    until("it serves", || serves(said));
    until_sent(&db, &issue, || {});
    process.end();
    let nobody = Some(BTreeSet::new());
    let fault = Fault { audience: RECIPIENTS, in_doubt: nobody, ..Fault::default() };
    invariants::hold(&db, &issue, &relay.received(), &fault);
}

#[test]
fn a_kill_at_the_commits_around_the_sending_repeats_nobody_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    a_kill_at_the_commits_around_the_sending(&sqlite(folder.path()), folder.path());
}

#[test]
fn a_kill_at_the_commits_around_the_sending_repeats_nobody_on_postgres() {
    let folder = tempfile::tempdir().unwrap();
    a_kill_at_the_commits_around_the_sending(&postgres::new_database(), folder.path());
}
