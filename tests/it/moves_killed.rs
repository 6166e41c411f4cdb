//! `kill -9` of the real program in the middle of a move of domains: everybody is moved, once.

use std::path::Path;

use diesel::prelude::*;
use lederbrev::clock::Clock;
use lederbrev::db::schema::subscribers;
use lederbrev::moves::run::CHUNK;
use lederbrev::subscribers::domains::{MoveState, Pair};
use lederbrev::subscribers::store::domains::{self, NewMove};

use crate::postgres;
use crate::process::{count, migrated, serve, settle, sqlite, until};

const PEOPLE: usize = 2_000;

#[test]
fn a_move_that_is_killed_goes_on_where_it_was_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    killed(&sqlite(folder.path()), folder.path());
}

#[test]
fn a_move_that_is_killed_goes_on_where_it_was_on_postgres() {
    let folder = tempfile::tempdir().unwrap();
    killed(&postgres::new_database(), folder.path());
}

fn killed(url: &str, folder: &Path) {
    let db = migrated(url);
    let now = Clock::real().now();
    let id = db
        .write_blocking(move |conn| {
            let newsletter = crate::app::insert_newsletter(conn, now)?;
            crate::sending::readers(conn, newsletter, PEOPLE, now)?;
            let old = ["aarhus", "odense", "kolding", "rm", "xn--ringkbing-skjern-pxb"];
            let pair = |old: &str| Pair {
                old: format!("{old}.example"),
                new: "region.example".to_owned(),
            };
            let pairs = old.map(pair);
            let people = PEOPLE as i64;
            let new = NewMove { pairs: &pairs, on_bounce: false, people, made_by: "test" };
            let uuid = domains::insert(conn, &new, now)?;
            Ok(domains::by_uuid(conn, uuid)?.id)
        })
        .unwrap();
    let look = || {
        let of = db.read_blocking(|conn| Ok(domains::find(conn, id)?)).unwrap();
        let counts = of.counts().unwrap();
        (of.state, counts.moved)
    };
    let mut kills = 0;
    while look().0 == MoveState::Running && kills < 3 {
        let before = look().1;
        let process = serve(url, folder, 1);
        until("it goes on", || look().1 > before || look().0 == MoveState::Done);
        process.kill();
        kills += 1;
        settle(&db, url);
        let (_, moved) = look();
        assert_eq!(moved.cast_signed() % CHUNK, 0, "whole chunks");
        let rows = count(&db, "(SELECT count(*) FROM domain_move_rows)");
        assert_eq!(rows, moved.cast_signed(), "what is counted was done, and nothing else");
    }
    assert!(kills > 0);
    let process = serve(url, folder, 1);
    until("it is done", || look().0 == MoveState::Done);
    process.end();
    assert_eq!(look(), (MoveState::Done, PEOPLE as u64));
    let moves = "(SELECT count(*) FROM ledger WHERE kind = 'moved')";
    assert_eq!(count(&db, moves), PEOPLE as i64, "once each");
    let there: i64 = db
        .read_blocking(|conn| {
            let there = subscribers::address_key.like("leder%@region.example");
            Ok(subscribers::table.filter(there).count().get_result(conn)?)
        })
        .unwrap();
    assert_eq!(there, PEOPLE as i64);
}
