//! A hundred people are erased: no past count changes, and nothing of them is found in any file.

use std::path::{Path, PathBuf};

use diesel::prelude::*;
use lederbrev::app::App;
use lederbrev::clock::Clock;
use lederbrev::config::Config;
use lederbrev::db::{Db, DbConn};
use lederbrev::mail::EmailAddress;
use lederbrev::moves::{plan, rule::Rule, run};
use lederbrev::subscribers::ledger::{self, Entry, LedgerKind};
use lederbrev::subscribers::store::register::Details;
use lederbrev::subscribers::store::{domains, register};
use lederbrev::subscribers::{Subscriber, erase};
use lederbrev::{newsletters, personal};

use crate::process;
use crate::receiver::{Play, Receiver};
use crate::sending::address;

const PEOPLE: usize = 100;

/// What somebody is called, so that no other has it as a part.
fn name(at: usize) -> String {
    format!("Leder-{at}-Holm")
}

/// Where they work.
fn place(at: usize) -> String {
    format!("Forvaltning-{at}-Vest")
}

/// The files below a folder in which one of the addresses stands, however it is written.
fn found_in(folder: &Path, people: usize) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(found_in(&path, people));
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        let has = |at: usize| {
            let email = address(at);
            let local = email.split('@').next().unwrap();
            // The end of the local part, so that leder1 is not found in leder10.
            let needles = [format!("{local}@"), name(at), name(at).to_lowercase(), place(at)];
            let is_there =
                |needle: &String| memchr::memmem::find(&bytes, needle.as_bytes()).is_some();
            needles.iter().any(is_there) || is_there(&place(at).to_lowercase())
        };
        if (0..people).any(has) {
            found.push(path);
        }
    }
    found
}

fn counts(db: &Db, newsletter: i64, days: &[chrono::NaiveDate]) -> Vec<Option<i64>> {
    let count = |conn: &mut DbConn, day| Ok(ledger::count_on(conn, newsletter, day)?.subscribers);
    db.read_blocking(|conn| days.iter().map(|day| count(conn, *day)).collect()).unwrap()
}

#[test]
fn nothing_is_found_of_a_hundred_people_who_were_erased_and_no_past_count_changes() {
    let folder = tempfile::tempdir().unwrap();
    let url = process::sqlite(folder.path());
    let relay = Receiver::start();
    // A server that repeats addresses, as they do.
    relay.plays(|to, _| match to {
        "leder0@aarhus.example" => {
            Play::RefuseRecipient("550 5.7.1 <leder0@aarhus.example> is not wanted here")
        }
        _ => Play::Accept,
    });
    let db = process::migrated(&url);
    let issue = process::prepare(&db, PEOPLE);
    let (newsletter, now) = (issue.newsletter, Clock::real().now());
    let entered = now - chrono::TimeDelta::days(40);
    let people: Vec<Subscriber> = db
        .write_blocking(move |conn| {
            let newsletter = newsletters::store::find(conn, newsletter)?;
            let mut people = Vec::new();
            for at in 0..PEOPLE {
                let person = register::by_key(conn, &address(at))?.unwrap();
                let known = EmailAddress::parse(&person.email).unwrap();
                let details = Details {
                    name: Some(name(at)),
                    organisation: Some(place(at)),
                    sector: None,
                    leadership_group: None,
                    language: person.language,
                };
                let person = register::set_details(conn, person.id, &known, &details)?;
                let kind = LedgerKind::Imported;
                ledger::record(
                    conn,
                    &[Entry::now(&newsletter, &person, kind, 1, "test", entered)],
                )?;
                people.push(person);
            }
            Ok(people)
        })
        .unwrap();
    let running = process::serve(
        &url,
        folder.path(),
        relay.url().rsplit(':').next().unwrap().parse().unwrap(),
    );
    process::until_sent(&db, &issue, || {});
    running.end();
    assert!(!found_in(folder.path(), PEOPLE).is_empty(), "in the database or its log");
    let backup = folder.path().join("backup");
    std::fs::create_dir(&backup).unwrap();
    let copy = backup.join("lederbrev.db");
    {
        let path = url.strip_prefix("sqlite://").unwrap();
        let mut conn = diesel::SqliteConnection::establish(path).unwrap();
        diesel::sql_query(format!("VACUUM INTO '{}'", copy.display())).execute(&mut conn).unwrap();
    }
    // Not so many days before today: an hour before midnight it may have been another day in summer.
    let first = entered.day_in(chrono_tz::Europe::Copenhagen);
    let days: Vec<chrono::NaiveDate> =
        [-1, 0, 20, 39].map(|later| first + chrono::TimeDelta::days(later)).to_vec();
    let before = counts(&db, newsletter, &days);
    assert_eq!(before, [None, Some(100), Some(100), Some(100)]);
    drop(db);

    let settings = [
        ("DATABASE_URL", url.as_str()),
        ("DATA_DIR", folder.path().to_str().unwrap()),
        ("MAIL_URL", &relay.url()),
        ("SECRET_KEY", "a secret key for tests, long enough to be one"),
        ("SUPPRESSION_PEPPER", "a pepper for tests, also long enough to be one"),
    ];
    let config = |url: &str| {
        let values = settings.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned()));
        let mut values: std::collections::BTreeMap<String, String> = values.collect();
        values.insert("DATABASE_URL".to_owned(), url.to_owned());
        Config::from_values(values).unwrap()
    };
    let runtime = actix_web::rt::System::new();
    let app = App::build(config(&url), Clock::real()).unwrap();
    // One of them had asked for another address, and for a link.
    runtime.block_on(async {
        personal::address::ask(&app, &people[7], "leder7@odense.example", None).await.unwrap();
        personal::ask::for_person(&app, people[8].clone(), None, None).await.unwrap();
        // A fifth of them were moved with their domain, and their old addresses are kept to undo it.
        let rule = Rule::read("kolding.example", "region.example", "").unwrap();
        plan::begin(&app, rule, false, 20, "test").await.unwrap();
        while run::go_on(&app).await.unwrap() {}
        let ids: Vec<i64> = people.iter().map(|person| person.id).collect();
        let people = app.db.read(move |conn| Ok(domains::people(conn, &ids)?)).await.unwrap();
        assert!(people[2].email.ends_with("@region.example"));
        // As people come, not as they lie in the database: that moves rows from page to page.
        for at in 0..PEOPLE {
            let person = people[at * 37 % PEOPLE].clone();
            erase::erase(&app, person).await.unwrap();
        }
        // What the night does.
        erase::rewrite(&app).await.unwrap();
    });
    assert_eq!(counts(&app.db, newsletter, &days), before, "the past is as it was");
    assert_eq!(app.db.read_blocking(ledger::check).unwrap(), [""; 0]);
    let (after, copies) = process::look(&app.db, &issue);
    assert_eq!(after.audience_count, Some(copies.accepted + copies.failed + copies.skipped));

    // While it is open, with its log beside it; but for the backup.
    let found = found_in(folder.path(), PEOPLE);
    assert_eq!(found, std::slice::from_ref(&copy));
    drop(app);

    // The backup is put to use, and they are erased from it too.
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(folder.path().join(format!("lederbrev.db{end}")));
    }
    std::fs::rename(&copy, folder.path().join("lederbrev.db")).unwrap();
    assert!(!found_in(folder.path(), PEOPLE).is_empty());
    let said = process::answer(&url, folder.path(), &["erase-again"]);
    assert!(said.contains("100"), "{said}");
    assert_eq!(found_in(folder.path(), PEOPLE), Vec::<PathBuf>::new());
    let db = Db::connect(&lederbrev::db::DatabaseUrl::parse(&url).unwrap()).unwrap();
    assert_eq!(counts(&db, newsletter, &days), before);
    let said = process::answer(&url, folder.path(), &["erase-again"]);
    assert!(said.contains("nothing"), "{said}");
}
