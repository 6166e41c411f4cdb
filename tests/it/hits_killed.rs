//! Opens and clicks while the real program is killed, or told to stop, under a stream of them.

#![expect(clippy::print_stdout, reason = "who looks at a failure needs the numbers")]

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use diesel::prelude::*;
use lederbrev::clock::Clock;
use lederbrev::config::Config;
use lederbrev::db::Db;
use lederbrev::db::schema::{deliveries, newsletters, subscribers};
use lederbrev::issues::Issue;
use lederbrev::links::Links;
use lederbrev::newsletters::Tracking;
use lederbrev::subscribers::store::consents;
use lederbrev::tracking;

use crate::postgres;
use crate::process::{
    Process, count, migrated, prepare, program, settle, sqlite, until, until_sent,
};
use crate::receiver::Receiver;
use crate::reports::consent;

const AGENT: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Gecko/20100101 Firefox/115.0";

#[test]
fn a_kill_loses_at_most_the_last_batch_of_hits_and_a_stop_none_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    killed_and_stopped(&sqlite(folder.path()), folder.path());
}

#[test]
fn a_kill_loses_at_most_the_last_batch_of_hits_and_a_stop_none_on_postgres() {
    let folder = tempfile::tempdir().unwrap();
    killed_and_stopped(&postgres::new_database(), folder.path());
}

/// The public addresses of the program under test.
fn links() -> Links {
    let settings = [
        ("DATABASE_URL", "sqlite://unused.db"),
        ("PUBLIC_URL", "https://nyt.lederweb.example"),
        ("SECRET_KEY", "a secret key for tests, long enough to be one"),
        ("SUPPRESSION_PEPPER", "a pepper for tests, also long enough to be one"),
    ];
    let settings: BTreeMap<String, String> =
        settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let config = Config::from_values(settings).unwrap();
    Links::new(config.public_url.clone(), &config.secret_keys)
}

/// Readers who stay on their links: each asks again as soon as it is answered.
struct Stream {
    /// Hits that were asked for.
    asked: Arc<AtomicI64>,
    /// Hits that were answered.
    answered: Arc<AtomicI64>,
    over: Arc<AtomicBool>,
    readers: Vec<std::thread::JoinHandle<()>>,
}

impl Stream {
    fn start(port: u16, paths: &[String]) -> Self {
        let (asked, answered, over) = Default::default();
        let mut stream = Self { asked, answered, over, readers: Vec::new() };
        for path in paths {
            let (path, asked) = (path.clone(), stream.asked.clone());
            let (answered, over) = (stream.answered.clone(), stream.over.clone());
            stream.readers.push(std::thread::spawn(move || {
                while !over.load(Ordering::SeqCst) {
                    asked.fetch_add(1, Ordering::SeqCst);
                    if !hit(port, &path) {
                        return;
                    }
                    answered.fetch_add(1, Ordering::SeqCst);
                }
            }));
        }
        stream
    }

    /// How many were answered so far.
    fn answered(&self) -> i64 {
        self.answered.load(Ordering::SeqCst)
    }

    /// Waits until nobody asks any more: how many were answered, and how many were asked for.
    fn end(self) -> (i64, i64) {
        self.over.store(true, Ordering::SeqCst);
        for reader in self.readers {
            reader.join().unwrap();
        }
        (self.answered.load(Ordering::SeqCst), self.asked.load(Ordering::SeqCst))
    }
}

/// Whether a hit was answered as it should be, to the end.
fn hit(port: u16, path: &str) -> bool {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { return false };
    let asked = write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: nyt.lederweb.example\r\nUser-Agent: {AGENT}\r\n\
         Connection: close\r\n\r\n"
    );
    let mut answer = Vec::new();
    if asked.is_err() || stream.read_to_end(&mut answer).is_err() {
        return false;
    }
    let status = answer.get(9..12).map(|status| String::from_utf8_lossy(status).into_owned());
    match status.as_deref() {
        Some("200" | "302") => true,
        // It went away before it had answered.
        None => false,
        Some(other) => panic!("{path}: {other}"),
    }
}

/// How many hits the database has.
fn stored(db: &Db) -> i64 {
    let sum = |column: &str, table: &str| {
        format!("(SELECT CAST(COALESCE(SUM({column}), 0) AS BIGINT) FROM {table})")
    };
    // One statement: between two, half a batch could be seen as a whole one.
    let (opens, clicks) = (sum("opens", "open_counts"), sum("clicks", "click_counts"));
    count(db, &format!("({opens} + {clicks})"))
}

/// Starts the program at a port of its own and waits until it answers.
fn serve(url: &str, folder: &Path, relay: u16) -> (Process, u16) {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut program = program(url, folder, relay);
    program.env("LEDERBREV_BIND", format!("127.0.0.1:{port}"));
    let process = Process::start(program);
    until("it listens", || TcpStream::connect(("127.0.0.1", port)).is_ok());
    (process, port)
}

/// Everything that was stored is stored whole: counts and rows agree.
fn is_whole(db: &Db) {
    assert_eq!(db.read_blocking(tracking::check::all).unwrap(), [""; 0]);
}

/// The newsletter measures who consents, and half of its readers do.
fn measure(db: &Db, issue: &Issue) {
    let newsletter = issue.newsletter;
    db.write_blocking(move |conn| {
        diesel::update(newsletters::table.find(newsletter))
            .set(newsletters::open_tracking.eq(Tracking::Consented))
            .execute(conn)?;
        let people: Vec<i64> =
            subscribers::table.order(subscribers::id).select(subscribers::id).load(conn)?;
        let now = Clock::real().now();
        for subscriber in people.into_iter().take(2) {
            consents::insert(conn, &consent(subscriber, newsletter, now), now)?;
        }
        Ok(())
    })
    .unwrap();
}

fn killed_and_stopped(url: &str, folder: &Path) {
    let relay = Receiver::start();
    let db = migrated(url);
    let issue = prepare(&db, 4);
    measure(&db, &issue);
    let (process, port) = serve(url, folder, relay.port);
    until_sent(&db, &issue, || {});
    let id = issue.id;
    let copies: Vec<i64> = db
        .read_blocking(|conn| {
            let of_it = deliveries::table.filter(deliveries::issue.eq(id));
            Ok(of_it.order(deliveries::subscriber).select(deliveries::id).load(conn)?)
        })
        .unwrap();
    let links = links();
    let base = links.base().as_str().trim_end_matches('/').to_owned();
    let paths: Vec<String> = [
        links.open(id),
        links.click(id, 1),
        links.personal_open(copies[0]),
        links.personal_click(copies[1], 1),
    ]
    .iter()
    .map(|url| url.strip_prefix(&base).unwrap().to_owned())
    .collect();

    // Killed. A batch takes everything that was answered before it began, and begins when the one before
    // it is stored. So what had been answered while one batch was not stored yet is in the next one at
    // the latest: once that is stored, no kill can take it.
    let stream = Stream::start(port, &paths);
    let (mut batches, mut seen) = (0, 0);
    let (mut waiting, mut in_the_next, mut safe) = (0, 0, 0);
    until("five batches are stored", || {
        let answered = stream.answered();
        let now = stored(&db);
        if now > seen {
            (safe, in_the_next) = (in_the_next, waiting);
            (seen, batches) = (now, batches + 1);
        } else {
            waiting = answered;
        }
        batches == 5
    });
    process.kill();
    let (answered, asked) = stream.end();
    settle(&db, url);
    let after_kill = stored(&db);
    println!("{safe} were safe, {after_kill} of {answered} answered hits were stored");
    assert!(safe > 0 && safe <= after_kill, "{after_kill} stored of {safe} that were safe");
    assert!(seen <= after_kill && after_kill <= asked, "{after_kill} of {asked}");
    is_whole(&db);

    // Told to stop, while the stream goes on.
    let (process, port) = serve(url, folder, relay.port);
    let stream = Stream::start(port, &paths);
    until("something is written", || stored(&db) > after_kill);
    let before = stream.answered();
    until("more are answered", || stream.answered() > before + 20);
    process.end();
    let (answered, asked) = stream.end();
    let stopped = stored(&db) - after_kill;
    assert!(stopped >= answered && stopped <= asked, "{stopped}: {answered} of {asked} answered");
    is_whole(&db);
    // What is stored is stored under the people who consented, and the others are counts.
    let personal = count(&db, "((SELECT COUNT(*) FROM opens) + (SELECT COUNT(*) FROM clicks))");
    assert!(personal > 0 && personal < stored(&db), "{personal} of {}", stored(&db));
}
