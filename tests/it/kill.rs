//! `kill -9` of the real program while messages are on the line; the receiver outlives it.

#![expect(clippy::print_stdout, reason = "who repeats a failure needs its seed and its numbers")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use diesel::prelude::*;
use lederbrev::clock::Clock;
use lederbrev::db::schema::deliveries;
use lederbrev::db::{DatabaseUrl, Db, DbConn, PublicId, migrate};
use lederbrev::deliveries::DeliveryState;
use lederbrev::deliveries::store;
use lederbrev::issues::{Issue, IssueState};
use rand::{RngExt, SeedableRng};

use crate::receiver::{Play, Receiver};
use crate::{postgres, sending};

const KILLS: usize = 10;
const CONNECTIONS: usize = 4;
const WINDOW: usize = 8;

/// How many it is sent to; another number by `KILL_RECIPIENTS`.
fn recipients() -> usize {
    std::env::var("KILL_RECIPIENTS").ok().and_then(|count| count.parse().ok()).unwrap_or(1_200)
}

/// The seed of the moments at which it is killed; another one by `KILL_SEED`.
fn seed() -> u64 {
    std::env::var("KILL_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_170_324)
}

#[test]
fn ten_kills_lose_nobody_and_repeat_only_what_was_on_the_line_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/lederbrev.db", folder.path().display());
    ten_kills(&url, folder.path());
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
    let issue = prepare(&db);
    let recipients = recipients();
    let mut random = rand::rngs::StdRng::seed_from_u64(seed());
    println!("KILL_SEED={}", seed());

    let mut killed_in_data = Vec::new();
    let mut marks = BTreeSet::new();
    while killed_in_data.len() < KILLS {
        let done = KILLS - killed_in_data.len();
        let before = relay.count();
        let left = recipients.saturating_sub(before);
        assert!(left > 0, "the receiver was too fast for {done} more kills");
        let mut process = serve(url, folder, relay.port);
        // At a message that the seed chooses, and a little later still.
        let goal = before + 1 + random.random_range(0..=(left / (2 * done)).max(1));
        let patience = Instant::now() + Duration::from_secs(60);
        while relay.count() < goal {
            assert!(Instant::now() < patience, "it does not go on; {} heard", relay.count());
            assert!(process.try_wait().unwrap().is_none(), "the program ended by itself");
            std::thread::sleep(Duration::from_micros(200));
        }
        std::thread::sleep(Duration::from_micros(random.random_range(0..3_000)));
        process.kill().unwrap();
        process.wait().unwrap();
        settle(&db, url);
        // Those of this process: another's may still wait to be taken for lost.
        let before = marks.len();
        marks.extend(marks_of(&db, &issue));
        let in_data = marks.len() - before;
        if in_data > 0 {
            killed_in_data.push(in_data);
        }
    }
    println!("rows under way at the kills: {killed_in_data:?}");

    let mut process = serve(url, folder, relay.port);
    let counts = until_sent(&db, &issue, || {});
    end(&mut process);

    let received = relay.received();
    let mut copies: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for copy in &received {
        copies.entry(&copy.to).or_default().push(&copy.message_id);
    }
    let everybody: BTreeSet<String> = (0..recipients).map(sending::address).collect();
    assert_eq!(copies.keys().map(|to| (*to).to_owned()).collect::<BTreeSet<_>>(), everybody);
    for (to, ids) in &copies {
        assert!(ids.iter().all(|id| *id == ids[0]), "{to}: {ids:?}");
    }
    let mut under_way: BTreeMap<_, usize> = BTreeMap::new();
    for (_, worker) in &marks {
        *under_way.entry(worker).or_default() += 1;
    }
    assert!(under_way.values().all(|rows| *rows <= CONNECTIONS * WINDOW), "{under_way:?}");
    let doubles = received.len() - recipients;
    let allowed = marks.len();
    println!("{doubles} second copies, {allowed} rows under way at kills, {counts:?}");
    assert!(doubles <= allowed, "{doubles} second copies");
    assert!(counts.uncertain as usize <= allowed && doubles <= 2 * counts.uncertain as usize);
    assert_eq!(counts.accepted, recipients as i64);
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
    let mut processes = [0, 1].map(|_| serve(&url, folder.path(), relay.port));
    await_both(&db);
    let issue = prepare(&db);
    let mut workers = BTreeSet::new();
    let counts = until_sent(&db, &issue, || {
        workers.extend(db.read_blocking(|conn| Ok(store::workers(conn)?)).unwrap());
        both.store(workers.len() == 2, Ordering::Relaxed);
    });
    for process in &mut processes {
        end(process);
    }
    assert_eq!(workers.len(), 2, "both took part");
    let received = relay.received();
    let to: BTreeSet<&str> = received.iter().map(|copy| copy.to.as_str()).collect();
    assert_eq!((received.len(), to.len()), (recipients(), recipients()));
    assert_eq!((counts.accepted, counts.uncertain), (recipients() as i64, 0));
}

#[test]
fn a_database_that_restarts_in_the_middle_costs_nobody_the_letter() {
    let folder = tempfile::tempdir().unwrap();
    let url = postgres::new_database();
    let relay = Receiver::start();
    relay.plays(|_, _| {
        std::thread::sleep(Duration::from_millis(2));
        Play::Accept
    });
    let db = migrated(&url);
    let mut processes = [0, 1].map(|_| serve(&url, folder.path(), relay.port));
    await_both(&db);
    let issue = prepare(&db);
    let recipients = recipients();
    for part in 1..=3 {
        let patience = Instant::now() + Duration::from_secs(60);
        while relay.count() < recipients * part / 5 {
            assert!(Instant::now() < patience, "it does not go on; {} heard", relay.count());
            std::thread::sleep(Duration::from_millis(1));
        }
        // What a restart does to those who are connected.
        db.read_blocking(|conn| {
            let others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                          WHERE datname = current_database() AND pid <> pg_backend_pid()";
            diesel::sql_query(others).execute(conn)?;
            Ok(())
        })
        .unwrap();
    }
    let counts = until_sent(&db, &issue, || {});
    for process in &mut processes {
        end(process);
    }
    let received = relay.received();
    let to: BTreeSet<&str> = received.iter().map(|copy| copy.to.as_str()).collect();
    assert_eq!(to.len(), recipients);
    assert_eq!(counts.accepted, recipients as i64);
    let doubles = received.len() - recipients;
    println!("{doubles} second copies, {counts:?}");
    assert!(doubles <= 3 * 2 * CONNECTIONS * WINDOW);
    assert!(doubles <= counts.uncertain as usize);
}

/// Waits until both processes are there.
fn await_both(db: &Db) {
    let patience = Instant::now() + Duration::from_secs(60);
    while alive(db) < 2 {
        assert!(Instant::now() < patience, "they do not start");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// How many processes have announced themselves.
fn alive(db: &Db) -> i64 {
    let locks = "(SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database \
                 WHERE locktype = 'advisory' AND d.datname = current_database())";
    db.read_blocking(|conn| {
        Ok(diesel::select(diesel::dsl::sql::<diesel::sql_types::BigInt>(locks)).get_result(conn)?)
    })
    .unwrap()
}

fn migrated(url: &str) -> Db {
    let database = DatabaseUrl::parse(url).unwrap();
    migrate::run(&database).unwrap();
    Db::connect(&database).unwrap()
}

/// Waits for the issue to be sent. A copy that was in doubt twice is held: nobody is spammed.
fn until_sent(db: &Db, issue: &Issue, mut meanwhile: impl FnMut()) -> store::Counts {
    let patience = Instant::now() + Duration::from_secs(120);
    loop {
        let (issue, counts) = look(db, issue);
        match issue.state {
            IssueState::Sent => {
                assert_eq!(issue.audience_count, Some(recipients() as i64));
                return counts;
            }
            IssueState::Paused if counts.held > 0 => decide(db, &issue),
            state => assert!(Instant::now() < patience, "{state} {counts:?}"),
        }
        meanwhile();
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// SIGTERM: it ends in order.
fn end(process: &mut Child) {
    Command::new("kill").arg(process.id().to_string()).status().unwrap();
    assert!(process.wait().unwrap().success());
}

fn prepare(db: &Db) -> Issue {
    db.write_blocking(|conn| {
        let now = Clock::real().now();
        let newsletter = newsletter(conn, now)?;
        sending::readers(conn, newsletter, recipients(), now)?;
        Ok(sending::due_issue(conn, newsletter, now)?)
    })
    .unwrap()
}

fn newsletter(conn: &mut DbConn, now: lederbrev::clock::Instant) -> QueryResult<i64> {
    let new = lederbrev::newsletters::store::NewNewsletter {
        slug: "lederweb",
        title: "Nyt fra Lederweb",
        description: "Viden om god ledelse i kommuner og regioner.",
        language: lederbrev::web::Lang::Da,
        time_zone: "Europe/Copenhagen",
        sender_name: "Væksthus for Ledelse",
        sender_email: "nyhedsbrev@lederweb.example",
        open_tracking: lederbrev::newsletters::Tracking::Aggregate,
        details: &Default::default(),
    };
    lederbrev::newsletters::store::insert(conn, &new, now)
}

/// Starts the real program, with a new worker name each time as a new container would have.
pub fn serve(url: &str, folder: &Path, relay: u16) -> Child {
    let log = std::fs::File::options()
        .create(true)
        .append(true)
        .open(folder.join("lederbrev.log"))
        .unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    Command::new(env!("CARGO_BIN_EXE_lederbrev"))
        .arg("serve")
        .env("LEDERBREV_DATABASE_URL", url)
        .env("LEDERBREV_DATA_DIR", folder)
        .env("LEDERBREV_BIND", format!("127.0.0.1:{port}"))
        .env("LEDERBREV_PUBLIC_URL", "https://nyt.lederweb.example")
        .env("LEDERBREV_MAIL_URL", format!("smtp://127.0.0.1:{relay}"))
        .env("LEDERBREV_SECRET_KEY", "a secret key for tests, long enough to be one")
        .env("LEDERBREV_SUPPRESSION_PEPPER", "a pepper for tests, also long enough to be one")
        .env("LEDERBREV_SEND_CONNECTIONS", CONNECTIONS.to_string())
        .env("LEDERBREV_SEND_WINDOW", WINDOW.to_string())
        .env("LEDERBREV_WORKER_NAME", PublicId::random().to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .unwrap()
}

fn look(db: &Db, issue: &Issue) -> (Issue, store::Counts) {
    let id = issue.id;
    db.read_blocking(|conn| {
        Ok((lederbrev::issues::store::find(conn, id)?, store::counts(conn, id)?))
    })
    .unwrap()
}

/// Waits until a server has done what a killed process had asked of it: a commit that was on its
/// way counts.
fn settle(db: &Db, url: &str) {
    if !url.starts_with("postgres") {
        return;
    }
    let busy = "(SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                AND pid <> pg_backend_pid() AND state <> 'idle')";
    let busy = diesel::dsl::sql::<diesel::sql_types::BigInt>(busy);
    while db
        .read_blocking(|conn| Ok(diesel::select(busy.clone()).get_result::<i64>(conn)?))
        .unwrap()
        > 0
    {
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// The rows under way, and who marked them.
fn marks_of(db: &Db, issue: &Issue) -> Vec<(i64, Option<String>)> {
    db.read_blocking(|conn| {
        Ok(deliveries::table
            .filter(deliveries::issue.eq(issue.id))
            .filter(deliveries::state.eq(DeliveryState::InData))
            .select((deliveries::id, deliveries::worker))
            .load(conn)?)
    })
    .unwrap()
}

/// A person counts the held copies as sent.
fn decide(db: &Db, issue: &Issue) {
    let id = issue.id;
    let now = Clock::real().now();
    db.write_blocking(move |conn| {
        store::decide_held(conn, id, DeliveryState::Accepted, None, Some(now))?;
        let from = [IssueState::Paused];
        lederbrev::issues::store::move_state(conn, id, &from, IssueState::Sending, None, now)?;
        Ok(())
    })
    .unwrap();
}
