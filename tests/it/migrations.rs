//! Both sets of migrations give the same tables, and those that `schema.rs` describes.

use std::collections::BTreeMap;
use std::process::Command;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use lederbrev::db::{DatabaseUrl, migrate};

use crate::postgres;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Table and column → SQL type and whether it may be null.
type Columns = BTreeMap<(String, String), (String, bool)>;

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    column_name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Bool)]
    nullable: bool,
}

fn columns(rows: Vec<Column>, types: &[(&str, &str)]) -> Columns {
    let types: BTreeMap<&str, &str> = types.iter().copied().collect();
    rows.into_iter()
        .map(|row| {
            let kind = row.kind.to_lowercase();
            let kind = types.get(&*kind).unwrap_or_else(|| panic!("no diesel type for {kind}"));
            ((row.table_name, row.column_name), ((*kind).to_owned(), row.nullable))
        })
        .collect()
}

fn in_sqlite() -> Columns {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lederbrev.db");
    migrate::run(&DatabaseUrl::Sqlite(path.clone())).unwrap();
    let mut conn = SqliteConnection::establish(&path.to_string_lossy()).unwrap();
    let rows = diesel::sql_query(
        "SELECT m.name AS table_name, c.name AS column_name, c.type AS kind, \
         c.\"notnull\" = 0 AND c.pk = 0 AS nullable \
         FROM sqlite_master m JOIN pragma_table_info(m.name) c \
         WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE '\\_\\_%' ESCAPE '\\'",
    )
    .load(&mut conn)
    .unwrap();
    // BIGINT is an integer or a moment, and BLOB is bytes or a uuid: SQLite knows no difference.
    let types = [
        ("integer", "Integer"),
        ("bigint", "BigInt"),
        ("text", "Text"),
        ("blob", "Binary"),
        ("boolean", "Bool"),
        ("date", "Date"),
        ("smallint", "SmallInt"),
    ];
    columns(rows, &types)
}

fn in_postgres() -> Columns {
    let url = postgres::new_database();
    migrate::run(&DatabaseUrl::Postgres(url.clone())).unwrap();
    let mut conn = PgConnection::establish(&url).unwrap();
    let rows = diesel::sql_query(
        "SELECT table_name::text, column_name::text, udt_name::text AS kind, \
         is_nullable = 'YES' AS nullable FROM information_schema.columns \
         WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_%'",
    )
    .load(&mut conn)
    .unwrap();
    let types = [
        ("int4", "Integer"),
        ("int8", "BigInt"),
        ("text", "Text"),
        ("bytea", "Binary"),
        ("bool", "Bool"),
        ("date", "Date"),
        ("int2", "SmallInt"),
        ("timestamptz", "Moment"),
        ("uuid", "Uid"),
        ("jsonb", "Document"),
    ];
    columns(rows, &types)
}

/// Reads `table! { name (key) { column -> Type, … } }`.
fn in_schema() -> Columns {
    let mut found = Columns::new();
    let mut table = None;
    for line in include_str!("../../src/db/schema.rs").lines().map(str::trim) {
        if let Some((column, kind)) = line.strip_suffix(',').and_then(|l| l.split_once(" -> ")) {
            let Some(table) = &table else { continue };
            let (kind, nullable) = match kind.strip_prefix("Nullable<") {
                Some(inner) => (inner.trim_end_matches('>'), true),
                None => (kind, false),
            };
            found.insert((String::clone(table), column.to_owned()), (kind.to_owned(), nullable));
        } else if let Some((name, _)) = line.strip_suffix(") {").and_then(|l| l.split_once(" (")) {
            table = Some(name.to_owned());
        }
    }
    found
}

#[test]
fn both_databases_have_the_tables_that_the_code_describes() {
    let schema = in_schema();
    assert!(schema.len() > 150, "the schema was read");
    assert_eq!(in_postgres(), schema);
    let for_sqlite: Columns = schema
        .into_iter()
        .map(|(name, (kind, nullable))| {
            let kind = match kind.as_str() {
                "Moment" => "BigInt",
                "Uid" => "Binary",
                "Document" => "Text",
                // The row id: SQLite asks for the very word INTEGER.
                "BigInt" if name.1 == "id" => "Integer",
                other => other,
            };
            (name, (kind.to_owned(), nullable))
        })
        .collect();
    assert_eq!(in_sqlite(), for_sqlite);
}

#[test]
fn both_sides_have_the_same_stamps_names_and_checks() {
    let read = |side: &str| -> BTreeMap<String, Vec<String>> {
        let folder = format!("{}/migrations/{side}", env!("CARGO_MANIFEST_DIR"));
        std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| {
                let path = entry.unwrap().path();
                assert!(path.join("down.sql").exists(), "{} can be taken back", path.display());
                let up = std::fs::read_to_string(path.join("up.sql")).unwrap();
                let mut rules: Vec<String> = up
                    .lines()
                    .map(str::trim)
                    .filter_map(|line| {
                        let rule = line
                            .find("CHECK (")
                            .or(line.find("UNIQUE"))
                            .or(line.find("REFERENCES"))?;
                        Some(format!("{} {}", line.split(' ').next()?, &line[rule..]))
                    })
                    .chain(
                        up.lines()
                            .filter(|line| line.starts_with("CREATE INDEX"))
                            .map(str::to_owned),
                    )
                    .collect();
                rules.sort();
                (path.file_name().unwrap().to_string_lossy().into_owned(), rules)
            })
            .collect()
    };
    assert_eq!(read("sqlite"), read("postgres"));
}

#[test]
fn a_database_newer_than_the_program_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lederbrev.db");
    let url = DatabaseUrl::Sqlite(path.clone());
    migrate::run(&url).unwrap();
    assert_eq!(migrate::run(&url).unwrap(), 0, "a second run has nothing to do");
    let mut conn = SqliteConnection::establish(&path.to_string_lossy()).unwrap();
    conn.batch_execute(
        "INSERT INTO __diesel_schema_migrations (version) VALUES ('29990101000000')",
    )
    .unwrap();
    let error = migrate::run(&url).unwrap_err().to_string();
    assert!(error.contains("newer than this program"), "{error}");
}

#[test]
fn a_pending_migration_copies_the_database_first_and_waits_for_an_issue_that_is_sending() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lederbrev.db");
    let url = DatabaseUrl::Sqlite(path.clone());
    migrate::run(&url).unwrap();
    // As an earlier version of the program left it: without the last migration.
    let mut conn = SqliteConnection::establish(&path.to_string_lossy()).unwrap();
    conn.revert_last_migration(SQLITE).unwrap();
    conn.batch_execute(
        "INSERT INTO newsletters (uuid, slug, title, language, time_zone, sender_name, sender_email, settings, created_at)
         VALUES (x'01', 'lederweb', 'Nyt fra Lederweb', 'da', 'Europe/Copenhagen', 'Lederweb', 'nyt@lederweb.example', '{}', 0);
         INSERT INTO issues (uuid, slug, newsletter, kind, state, subject, current_revision, time_zone, audience, created_by, created_at, updated_at)
         VALUES (x'02', 'saernummer', 1, 'special', 'sending', 'Særnummer om kerneopgaven', 1, 'Europe/Copenhagen', '{}', 'test', 0, 0);",
    )
    .unwrap();
    let refused = migrate::run(&url).unwrap_err().to_string();
    assert!(refused.contains("an issue is being sent"), "{refused}");
    conn.batch_execute("UPDATE issues SET state = 'sent'").unwrap();
    assert_eq!(migrate::run(&url).unwrap(), 1);
    let copies: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().contains("before-"))
        .collect();
    assert_eq!(copies.len(), 1);
    let mut copy = SqliteConnection::establish(&copies[0].to_string_lossy()).unwrap();
    copy.batch_execute("SELECT subject FROM issues").unwrap();
    assert!(copy.has_pending_migration(SQLITE).unwrap(), "the copy is from before");
}

#[test]
fn every_migration_can_be_taken_back_and_done_again() {
    let mut conn = SqliteConnection::establish(":memory:").unwrap();
    conn.run_pending_migrations(SQLITE).unwrap();
    conn.revert_all_migrations(SQLITE).unwrap();
    conn.run_pending_migrations(SQLITE).unwrap();
    let mut conn = PgConnection::establish(&postgres::new_database()).unwrap();
    conn.run_pending_migrations(POSTGRES).unwrap();
    conn.revert_all_migrations(POSTGRES).unwrap();
    conn.run_pending_migrations(POSTGRES).unwrap();
}

#[test]
fn only_one_process_serves_a_sqlite_database() {
    let folder = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::Sqlite(folder.path().join("lederbrev.db"));
    let first = migrate::lock(&url).unwrap();
    assert!(migrate::lock(&url).err().unwrap().to_string().contains("another lederbrev"));
    drop(first);
    assert!(migrate::lock(&url).is_ok());
}

#[test]
fn a_command_leaves_a_database_of_an_earlier_version_to_the_service() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lederbrev.db");
    let url = DatabaseUrl::Sqlite(path.clone());
    let add = || {
        Command::new(env!("CARGO_BIN_EXE_lederbrev"))
            .args(["staff", "add", "mette@lederweb.example", "--role", "admin"])
            .env("LEDERBREV_DATABASE_URL", format!("sqlite://{}", path.display()))
            .output()
            .unwrap()
    };
    assert!(add().status.success(), "a new database is made");
    let mut conn = SqliteConnection::establish(&path.to_string_lossy()).unwrap();
    conn.revert_last_migration(SQLITE).unwrap();
    // An earlier version serves it.
    let serves = migrate::lock(&url).unwrap();
    let refused = add();
    assert!(!refused.status.success());
    let words = String::from_utf8_lossy(&refused.stderr);
    assert!(words.contains("stop the service") && words.contains("lederbrev migrate"), "{words}");
    assert!(conn.has_pending_migration(SQLITE).unwrap(), "nothing was changed under it");
    drop(serves);
    assert_eq!(migrate::run(&url).unwrap(), 1);
    assert!(add().status.success());
}
