//! Importing a list, every check of each row included, against batched inserts of the same rows.
//!
//! The plain program takes the same people from memory and knows that none of them is there, that
//! none is suppressed and that every row is in order. Rows of all four tables go in by the same
//! number for each transaction; what an import keeps besides (what undoing needs, the sums of the
//! ledger) it does not keep.

use std::collections::BTreeMap;
use std::io::Write;

use actix_web::web::Data;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use lederbrev::app::App;
use lederbrev::clock::{Clock, Instant};
use lederbrev::config::Config;
use lederbrev::db::schema::{consent_texts, consents, ledger, subscribers, subscriptions};
use lederbrev::db::{DbConn, Json, PublicId, migrate};
use lederbrev::imports::{Kind, run, steps};
use lederbrev::newsletters::Newsletter;
use lederbrev::on_both;
use lederbrev::subscribers::domains;

use crate::measure::{self, Used, median, used};
use crate::postgres;

/// Rows; another number by `IMPORT_ROWS`.
fn rows() -> usize {
    std::env::var("IMPORT_ROWS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(1_000_000)
}

/// Pairs of runs: A B A B A B.
const PAIRS: usize = 3;
const DOMAINS: [&str; 5] =
    ["aarhus.example", "odense.example", "kolding.example", "rm.example", "hillerod.example"];
const GROUPS: [&str; 4] = ["1", "2", "3", "andet"];

/// On SQLite.
pub fn sqlite() {
    against_inserts("import", |folder| format!("sqlite://{}/lederbrev.db", folder.display()));
}

/// On PostgreSQL.
pub fn postgres() {
    against_inserts("import_postgres", |_| postgres::new_database());
}

fn against_inserts(name: &str, url: impl Fn(&std::path::Path) -> String) {
    let count = rows();
    let list = tempfile::NamedTempFile::new().unwrap();
    write_list(list.as_file(), count);
    let pairs = if count > 500_000 { 1 } else { PAIRS };
    let mut ratios = Vec::new();
    for _ in 0..pairs {
        let run = |role: &str| {
            let folder = tempfile::tempdir().unwrap();
            let url = url(folder.path());
            let (place, list) = (folder.path().to_str().unwrap(), list.path().to_str().unwrap());
            let used = used(&[role, &url, place, list, &count.to_string()]);
            describe(role, &used, count);
            used.wall
        };
        ratios.push(run("inserts") / run("import"));
    }
    println!("{count} rows");
    println!("RESULT {name} {:.2} goal >=0.4", median(ratios));
}

fn describe(who: &str, used: &Used, count: usize) {
    println!(
        "{who:<8} {:>8.0} rows/s {:>8.2} CPU-s {:>6.0} MB",
        count as f64 / used.wall,
        used.cpu,
        used.peak / 1024.0
    );
}

fn write_list(file: &std::fs::File, count: usize) {
    let mut out = std::io::BufWriter::new(file);
    writeln!(out, "email,navn,arbejdsplads,gruppe,tilmeldt").unwrap();
    for at in 0..count {
        writeln!(out, "{}", person(at).join(",")).unwrap();
    }
    out.flush().unwrap();
}

/// Address, name, workplace, group, day.
fn person(at: usize) -> [String; 5] {
    [
        format!("leder{at}@{}", DOMAINS[at % DOMAINS.len()]),
        format!("Leder Nummer {at}"),
        "Aarhus Kommune".to_owned(),
        GROUPS[at % GROUPS.len()].to_owned(),
        format!("2016-{:02}-{:02}", 1 + at % 12, 1 + at % 28),
    ]
}

/// The product on a database of its own.
pub fn app(url: &str, folder: &str) -> Data<App> {
    let values = [
        ("DATABASE_URL", url),
        ("DATA_DIR", folder),
        ("MAIL_URL", "smtp://127.0.0.1:1"),
        ("SECRET_KEY", "a secret key for benches, long enough to be one"),
        ("SUPPRESSION_PEPPER", "a pepper for benches, long enough to be one"),
    ];
    let values: BTreeMap<String, String> =
        values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let config = Config::from_values(values).unwrap();
    migrate::run(&config.database_url).unwrap();
    App::build(config, Clock::real()).unwrap()
}

/// A newsletter in it.
pub async fn newsletter(app: &App) -> Newsletter {
    let now = app.clock.now();
    app.db.write(move |conn| Ok(crate::product::newsletter(conn, now)?)).await.unwrap()
}

/// `import DATABASE_URL FOLDER FILE COUNT`: the product.
pub fn product(words: &[String]) {
    let [url, folder, file, count] = words else { panic!("{words:?}") };
    actix_web::rt::System::new().block_on(async {
        let app = app(url, folder);
        let newsletter = newsletter(&app).await;
        let file = std::fs::File::open(file).unwrap();
        let before = measure::Before::now();
        let kind = Kind::Subscribers;
        let import = steps::take_file(&app, &newsletter, kind, "list.csv", "bench", file);
        let import = import.await.unwrap();
        let mut plan = import.plan().unwrap();
        plan.basis = "papir".to_owned();
        let import = steps::set_plan(&app, &import, plan).await.unwrap();
        steps::run(&app, &import, &newsletter).await.unwrap();
        let import = run::to_the_end(&app, import.id).await.unwrap();
        before.report();
        assert_eq!(import.counts().unwrap().created.to_string(), *count);
    });
}

/// A connection as the product's own.
pub fn plain_sqlite(path: &str) -> SqliteConnection {
    let mut conn = SqliteConnection::establish(path).unwrap();
    let pragmas = "PRAGMA busy_timeout=10000; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; \
                   PRAGMA foreign_keys=ON; PRAGMA cache_size=-2048; PRAGMA secure_delete=ON;";
    conn.batch_execute(pragmas).unwrap();
    conn
}

/// `inserts DATABASE_URL FOLDER FILE COUNT`: the plainest program that puts the same rows in.
pub fn inserts(words: &[String]) {
    let [url, folder, _, count] = words else { panic!("{words:?}") };
    let (now, count) = (Clock::real().now(), count.parse().unwrap());
    let newsletter =
        actix_web::rt::System::new().block_on(async { newsletter(&app(url, folder)).await.id });
    let before = measure::Before::now();
    let mut conn = match url.strip_prefix("sqlite://") {
        Some(path) => DbConn::Sqlite(plain_sqlite(path)),
        None => DbConn::Postgres(PgConnection::establish(url).unwrap()),
    };
    for from in (0..count).step_by(run::CHUNK) {
        let to = count.min(from + run::CHUNK);
        conn.transaction(|conn| insert(conn, newsletter, from..to, now)).unwrap();
    }
    before.report();
}

/// Puts some people in, as an import does.
pub fn insert(
    conn: &mut DbConn,
    newsletter: i64,
    rows: std::ops::Range<usize>,
    now: Instant,
) -> QueryResult<()> {
    let uuids: Vec<PublicId> = rows.clone().map(|_| PublicId::random()).collect();
    let id = |at: usize| at as i64 + 1;
    let group = |at: usize| GROUPS[at % GROUPS.len()];
    let people: Vec<_> = rows
        .clone()
        .zip(&uuids)
        .map(|(at, uuid)| {
            let [email, name, organisation, ..] = person(at);
            (
                subscribers::id.eq(id(at)),
                subscribers::uuid.eq(uuid),
                subscribers::address_key.eq(email.clone()),
                // As long as a keyed hash, and as far from the last one.
                subscribers::address_hash.eq([uuid.0.as_bytes().as_slice(), &[0; 16]].concat()),
                subscribers::email.eq(email.clone()),
                subscribers::name.eq(name.clone()),
                subscribers::organisation.eq(organisation),
                subscribers::leadership_group.eq(group(at)),
                subscribers::language.eq("da"),
                subscribers::attributes.eq(Json(serde_json::json!({}))),
                subscribers::created_at.eq(now),
                subscribers::email_key.eq(""),
                subscribers::name_key.eq(name.to_lowercase()),
                subscribers::surname_key.eq(at.to_string()),
                subscribers::organisation_key.eq("aarhus kommune"),
                subscribers::domain_key.eq(domains::turned(domains::domain_of(&email))),
            )
        })
        .collect();
    on_both!(conn, c => diesel::insert_into(subscribers::table).values(&people).execute(c))?;
    let wishes: Vec<_> = rows
        .clone()
        .map(|at| {
            (
                subscriptions::subscriber.eq(id(at)),
                subscriptions::newsletter.eq(newsletter),
                subscriptions::state.eq("active"),
                subscriptions::scope.eq("all"),
                subscriptions::source.eq("import"),
                subscriptions::requested_at.eq(now),
                subscriptions::confirmed_at.eq(now),
                subscriptions::nonce.eq(at as i64),
            )
        })
        .collect();
    on_both!(conn, c => diesel::insert_into(subscriptions::table).values(&wishes).execute(c))?;
    let text = (
        consent_texts::hash.eq("0".repeat(64)),
        consent_texts::purpose.eq("newsletter"),
        consent_texts::language.eq("da"),
        consent_texts::body.eq("papir"),
        consent_texts::created_at.eq(now),
    );
    on_both!(conn, c => diesel::insert_into(consent_texts::table)
        .values(text)
        .on_conflict_do_nothing()
        .execute(c))?;
    let said: Vec<_> = rows
        .clone()
        .map(|at| {
            (
                consents::subscriber.eq(id(at)),
                consents::newsletter.eq(newsletter),
                consents::purpose.eq("newsletter"),
                consents::text_hash.eq("0".repeat(64)),
                consents::language.eq("da"),
                consents::method.eq("import"),
                consents::form_address.eq(""),
                consents::source.eq("import"),
                consents::requested_at.eq(now),
                consents::confirmed_at.eq(now),
            )
        })
        .collect();
    on_both!(conn, c => diesel::insert_into(consents::table).values(&said).execute(c))?;
    let changes: Vec<_> = rows
        .zip(&uuids)
        .map(|(at, uuid)| {
            let [.., day] = person(at);
            (
                ledger::newsletter.eq(newsletter),
                ledger::day.eq(day.parse::<chrono::NaiveDate>().unwrap()),
                ledger::recorded_at.eq(now),
                ledger::kind.eq("imported"),
                ledger::change.eq(1),
                ledger::leadership_group.eq(group(at)),
                ledger::source.eq("import"),
                ledger::subscriber_uuid.eq(uuid),
            )
        })
        .collect();
    on_both!(conn, c => diesel::insert_into(ledger::table).values(&changes).execute(c))?;
    Ok(())
}
