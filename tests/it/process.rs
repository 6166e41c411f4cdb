//! The real program as a process of its own: started, killed, ended in order, and watched from
//! outside through its database.

#![expect(clippy::print_stdout, reason = "who repeats a failure needs its seed")]

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use diesel::prelude::*;
use lederbrev::clock::Clock;
use lederbrev::db::{DatabaseUrl, Db, DbConn, PublicId, migrate};
use lederbrev::deliveries::DeliveryState;
use lederbrev::deliveries::store::{self, Counts};
use lederbrev::issues::{Issue, IssueState};
use rand::SeedableRng;
use rand::rngs::StdRng;

use crate::sending;

pub const CONNECTIONS: usize = 4;
pub const WINDOW: usize = 8;

/// How long a test waits for a process that does not do what it should.
const PATIENCE: Duration = Duration::from_secs(120);

/// A process; killed when the test is over, however that ends.
pub struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

impl Process {
    /// Starts it.
    pub fn start(mut command: Command) -> Self {
        Self(command.spawn().unwrap())
    }

    /// `kill -9`.
    pub fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    /// SIGTERM: it ends in order.
    pub fn end(mut self) {
        self.signal("TERM");
        assert!(self.0.wait().unwrap().success());
    }

    /// Sends it a signal.
    pub fn signal(&self, name: &str) {
        let kill = Command::new("kill").arg(format!("-{name}")).arg(self.id().to_string()).status();
        assert!(kill.unwrap().success());
    }

    /// Its number.
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Option<std::process::ExitStatus> {
        self.0.try_wait().unwrap()
    }
}

/// The program, with a new worker name each time as a new container would have.
pub fn program(url: &str, folder: &Path, relay: u16) -> Command {
    let mut program = command(url, folder, relay);
    program.arg("serve");
    program
}

/// The program with the settings of the tests, and no arguments yet.
fn command(url: &str, folder: &Path, relay: u16) -> Command {
    let log = std::fs::File::options()
        .create(true)
        .append(true)
        .open(folder.join("lederbrev.log"))
        .unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut program = Command::new(env!("CARGO_BIN_EXE_lederbrev"));
    program
        .env("LEDERBREV_DATABASE_URL", url)
        .env("LEDERBREV_LINK_CHECKS", "off")
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
        .stderr(log);
    program
}

/// Starts the program.
pub fn serve(url: &str, folder: &Path, relay: u16) -> Process {
    Process::start(program(url, folder, relay))
}

/// Starts `lederbrev send`.
pub fn send(url: &str, folder: &Path, relay: u16, issue: &Issue) -> Process {
    let mut program = command(url, folder, relay);
    program.args(["send", &issue.uuid.to_string()]);
    Process::start(program)
}

/// Chooses the moments of faults; other ones by `KILL_SEED`, which is printed when a test fails.
pub fn seeded() -> StdRng {
    let seed = std::env::var("KILL_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or(20_170_324);
    println!("KILL_SEED={seed}");
    StdRng::seed_from_u64(seed)
}

/// An empty database.
pub fn migrated(url: &str) -> Db {
    let database = DatabaseUrl::parse(url).unwrap();
    migrate::run(&database).unwrap();
    Db::connect(&database).unwrap()
}

/// The URL of a SQLite database in a folder.
pub fn sqlite(folder: &Path) -> String {
    format!("sqlite://{}/lederbrev.db", folder.display())
}

/// Readers, and a special edition that is due.
pub fn prepare(db: &Db, recipients: usize) -> Issue {
    db.write_blocking(move |conn| {
        let now = Clock::real().now();
        let newsletter = newsletter(conn, now)?;
        sending::readers(conn, newsletter, recipients, now)?;
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

/// The issue as it is, and its rows counted.
pub fn look(db: &Db, issue: &Issue) -> (Issue, Counts) {
    let id = issue.id;
    db.read_blocking(|conn| {
        Ok((lederbrev::issues::store::find(conn, id)?, store::counts(conn, id)?))
    })
    .unwrap()
}

/// Waits for something that must come.
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < PATIENCE, "not within {PATIENCE:?}: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Waits for the issue to be sent. A copy that was in doubt twice is held: nobody is spammed.
pub fn until_sent(db: &Db, issue: &Issue, mut meanwhile: impl FnMut()) {
    let began = Instant::now();
    loop {
        let (issue, counts) = look(db, issue);
        match issue.state {
            IssueState::Sent => return,
            IssueState::Paused if counts.held > 0 => decide(db, &issue),
            state => assert!(began.elapsed() < PATIENCE, "{state} {counts:?}"),
        }
        meanwhile();
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// How many processes have announced themselves on PostgreSQL.
pub fn alive(db: &Db) -> i64 {
    count(
        db,
        "(SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database \
         WHERE locktype = 'advisory' AND d.datname = current_database())",
    )
}

/// The number that an expression is.
pub fn count(db: &Db, expression: &str) -> i64 {
    let number = diesel::dsl::sql::<diesel::sql_types::BigInt>(expression);
    db.read_blocking(|conn| Ok(diesel::select(number).get_result(conn)?)).unwrap()
}

/// Waits until a server has done what a killed process had asked of it: a commit that was on its
/// way counts.
pub fn settle(db: &Db, url: &str) {
    if !url.starts_with("postgres") {
        return;
    }
    let busy = "(SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                AND pid <> pg_backend_pid() AND state <> 'idle')";
    until("the server has nothing to do", || count(db, busy) == 0);
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

/// What a command answers; it must succeed.
pub fn answer(url: &str, folder: &Path, arguments: &[&str]) -> String {
    let mut program = command(url, folder, 1);
    let output = program.args(arguments).stdout(Stdio::piped()).output().unwrap();
    assert!(output.status.success(), "{arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}
