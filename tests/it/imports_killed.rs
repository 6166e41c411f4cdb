//! `kill -9` of the real program in the middle of an import: nobody is missing, and nobody twice.

use std::path::Path;

use actix_web::web::Data;
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, SqliteConnection};
use lederbrev::app::App;
use lederbrev::clock::Clock;
use lederbrev::config::Config;
use lederbrev::db::Db;
use lederbrev::imports::{Kind, State, run, steps, store};
use lederbrev::newsletters;
use lederbrev::subscribers::ledger;

use crate::postgres;
use crate::process::{count, migrated, serve, settle, sqlite, until};

const ROWS: i64 = 10_000;

#[test]
fn an_import_that_is_killed_goes_on_where_it_was_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    killed(&sqlite(folder.path()), folder.path());
}

#[test]
fn an_import_that_is_killed_goes_on_where_it_was_on_postgres() {
    let folder = tempfile::tempdir().unwrap();
    killed(&postgres::new_database(), folder.path());
}

/// Keeps everybody else from writing, until it is dropped.
enum Hold {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Hold {
    fn new(url: &str) -> Self {
        match url.strip_prefix("sqlite://") {
            Some(path) => {
                let mut conn = SqliteConnection::establish(path).unwrap();
                conn.batch_execute("PRAGMA busy_timeout=60000; BEGIN IMMEDIATE").unwrap();
                Self::Sqlite(conn)
            }
            None => {
                let mut conn = PgConnection::establish(url).unwrap();
                conn.batch_execute("BEGIN; LOCK TABLE imports IN EXCLUSIVE MODE").unwrap();
                Self::Postgres(conn)
            }
        }
    }

    fn end(mut self) {
        match &mut self {
            Self::Sqlite(conn) => conn.batch_execute("ROLLBACK").unwrap(),
            Self::Postgres(conn) => conn.batch_execute("ROLLBACK").unwrap(),
        }
    }
}

fn app(url: &str, folder: &Path) -> Data<App> {
    let values = [
        ("DATABASE_URL", url.to_owned()),
        ("DATA_DIR", folder.display().to_string()),
        ("MAIL_URL", "smtp://127.0.0.1:1".to_owned()),
        ("SECRET_KEY", "a secret key for tests, long enough to be one".to_owned()),
        ("SUPPRESSION_PEPPER", "a pepper for tests, also long enough to be one".to_owned()),
    ];
    let values = values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    App::build(Config::from_values(values).unwrap(), Clock::real()).unwrap()
}

/// An import that is under way and that nobody has begun to work on.
fn waiting_import(url: &str, folder: &Path, db: &Db) -> i64 {
    let now = Clock::real().now();
    db.write_blocking(move |conn| Ok(crate::app::insert_newsletter(conn, now)?)).unwrap();
    let mut file = String::from("email,navn,tilmeldt\n");
    for at in 0..ROWS {
        file.push_str(&format!("leder{at}@aarhus.example,Leder {at},2016-05-01\n"));
    }
    actix_web::rt::System::new().block_on(async {
        let app = app(url, folder);
        let newsletter = app.db.read(|conn| Ok(newsletters::store::by_name(conn, "lederweb")?));
        let newsletter = newsletter.await.unwrap();
        let kind = Kind::Subscribers;
        let import = steps::take_bytes(&app, &newsletter, kind, "test", file.as_bytes());
        let import = import.await.unwrap();
        let mut plan = import.plan().unwrap();
        plan.basis = "papir".to_owned();
        let import = steps::set_plan(&app, &import, plan).await.unwrap();
        steps::run(&app, &import, &newsletter).await.unwrap();
        import.id
    })
}

fn killed(url: &str, folder: &Path) {
    let db = migrated(url);
    let id = waiting_import(url, folder, &db);
    let look = || db.read_blocking(|conn| Ok(store::find(conn, id)?)).unwrap();
    let chunk = i64::try_from(run::CHUNK).unwrap();

    // Before the commit of a chunk: it is under way, and waits to be written.
    let process = serve(url, folder, 1);
    until("it has begun", || look().cursor >= chunk);
    let hold = Hold::new(url);
    let held = look();
    std::thread::sleep(std::time::Duration::from_millis(500));
    process.kill();
    hold.end();
    settle(&db, url);
    let after = look();
    assert_eq!((after.cursor, after.state), (held.cursor, State::Running));
    assert_eq!(after.cursor % chunk, 0, "whole chunks");
    assert_eq!(count(&db, "(SELECT count(*) FROM subscribers)"), after.cursor);

    // After commits, wherever it is then.
    for _ in 0..3 {
        let before = look().cursor;
        let process = serve(url, folder, 1);
        until("it goes on", || look().cursor > before || look().state == State::Done);
        process.kill();
        settle(&db, url);
        let there = count(&db, "(SELECT count(*) FROM subscribers)");
        assert_eq!(there, look().cursor, "what is counted is there, and nothing else");
    }

    let process = serve(url, folder, 1);
    until("it is done", || look().state == State::Done);
    process.end();
    let import = look();
    assert_eq!((import.rows, import.counts().unwrap().created), (Some(ROWS), ROWS.unsigned_abs()));
    for table in ["subscribers", "subscriptions", "consents", "ledger", "import_rows"] {
        assert_eq!(count(&db, &format!("(SELECT count(*) FROM {table})")), ROWS, "{table}");
    }
    let differences = db.read_blocking(ledger::check).unwrap();
    assert_eq!(differences, [""; 0]);
}

#[test]
fn an_import_whose_process_stands_still_is_taken_over_and_done_once() {
    let folder = tempfile::tempdir().unwrap();
    let url = postgres::new_database();
    let db = migrated(&url);
    let id = waiting_import(&url, folder.path(), &db);
    let look = || db.read_blocking(|conn| Ok(store::find(conn, id)?)).unwrap();
    let first = serve(&url, folder.path(), 1);
    until("the first has begun", || look().cursor > 0);
    // Between two chunks: in the middle of one, the database waits for it.
    first.signal("STOP");
    while !is_free(&url) {
        first.signal("CONT");
        std::thread::sleep(std::time::Duration::from_millis(3));
        first.signal("STOP");
    }
    let stood = look().cursor;
    assert_eq!(look().state, State::Running, "it was stopped in the middle");
    let second = serve(&url, folder.path(), 1);
    until("the second goes on", || look().cursor > stood || look().state == State::Done);
    // It wakes up in the middle, with a chunk in its hands that somebody else has taken.
    first.signal("CONT");
    until("it is done", || look().state == State::Done);
    first.end();
    second.end();
    assert_eq!(look().counts().unwrap().created, ROWS.unsigned_abs());
    for table in ["subscribers", "subscriptions", "consents", "ledger", "import_rows"] {
        assert_eq!(count(&db, &format!("(SELECT count(*) FROM {table})")), ROWS, "{table}");
    }
    assert_eq!(db.read_blocking(ledger::check).unwrap(), [""; 0]);
}

/// Whether nobody is writing in the imports.
fn is_free(url: &str) -> bool {
    let mut conn = PgConnection::establish(url).unwrap();
    conn.batch_execute("SET lock_timeout = '200ms'; BEGIN").unwrap();
    conn.batch_execute("LOCK TABLE imports IN EXCLUSIVE MODE").is_ok()
}
