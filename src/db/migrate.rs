//! Brings a database to the shape that this program knows, or refuses with the reason.
//!
//! Each database has its own folder of migrations with the same stamps and names; a test holds
//! them against [`super::schema`]. A migration that has landed is never edited.

use std::fs::File;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use chrono::TimeDelta;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::r2d2::ManageConnection;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::pool::{Door, Manager};
use super::schema::issues;
use super::{DatabaseUrl, DbConn};
use crate::clock::Instant;
use crate::config::{PRIVATE, private_folder};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// The PostgreSQL advisory lock that one migrating process holds ("leder" in ASCII).
const ADVISORY_LOCK: i64 = 0x6c_6564_6572;

/// Held by the process that serves a SQLite database; nobody else may serve or migrate it.
#[must_use = "the lock ends when it is dropped"]
pub struct ServeLock(#[expect(dead_code, reason = "its drop releases the lock")] Option<File>);

/// Takes the right to serve a database: on SQLite one process only, because its restart decides
/// what the last one left behind; PostgreSQL is for several.
pub fn lock(url: &DatabaseUrl) -> anyhow::Result<ServeLock> {
    let DatabaseUrl::Sqlite(path) = url else { return Ok(ServeLock(None)) };
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        private_folder(folder)
            .with_context(|| format!("making the folder {}", folder.display()))?;
    }
    let lock = with_suffix(path, "lock");
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(PRIVATE)
        .open(&lock)
        .with_context(|| format!("opening {}", lock.display()))?;
    if file.try_lock().is_err() {
        bail!(
            "another lederbrev is running on {}: stop it first, or use PostgreSQL for more than one",
            path.display()
        );
    }
    Ok(ServeLock(Some(file)))
}

/// Runs what is pending and returns how many that were. A SQLite database that has data is copied
/// first, beside itself. The caller holds the [`lock`]: nobody may be at work on what is changed.
pub fn run(url: &DatabaseUrl) -> anyhow::Result<usize> {
    let mut conn = open(url)?;
    if matches!(conn, DbConn::Postgres(_)) {
        // A large table takes longer to change than any statement may otherwise run, and so does
        // waiting for another process that changes it.
        conn.batch_execute("SET statement_timeout = 0")?;
        conn.batch_execute(&format!("SELECT pg_advisory_lock({ADVISORY_LOCK})"))?;
    }
    let count = pending(&mut conn)?;
    if count > 0 && !is_new(&mut conn)? {
        let sending: i64 = issues::table
            .filter(issues::state.eq_any(["preparing", "sending"]))
            .count()
            .get_result(&mut conn)?;
        if sending > 0 {
            bail!(
                "an issue is being sent; start the earlier version of the program again and let it \
                 finish, or pause the issue, before the database is changed"
            );
        }
        if let DatabaseUrl::Sqlite(path) = url {
            copy(&mut conn, path)?;
        }
    }
    match &mut conn {
        DbConn::Sqlite(conn) => conn.run_pending_migrations(SQLITE).map(|done| done.len()),
        DbConn::Postgres(conn) => conn.run_pending_migrations(POSTGRES).map(|done| done.len()),
    }
    .map_err(|error| {
        anyhow::anyhow!(error).context("a migration failed; nothing of it was kept")
    })?;
    Ok(count)
}

/// Makes the tables of a database that has none; leaves any other alone. For a command that is
/// run before the service ever was.
pub fn run_if_new(url: &DatabaseUrl) -> anyhow::Result<()> {
    if is_new(&mut open(url)?)? {
        let _lock = lock(url)?;
        run(url)?;
    }
    Ok(())
}

/// Refuses a database that is not as this program knows it; changes nothing.
pub fn check(url: &DatabaseUrl) -> anyhow::Result<()> {
    match pending(&mut open(url)?)? {
        0 => Ok(()),
        count => bail!(
            "the database is {count} migration(s) behind this program: stop the service that runs \
             on it, then run `lederbrev migrate`, or start the service with this version"
        ),
    }
}

fn open(url: &DatabaseUrl) -> anyhow::Result<DbConn> {
    Manager::new(url, Door::Write).connect().context("opening the database to migrate it")
}

/// How many migrations this program knows and the database has not had; an error when the
/// database has had one that this program does not know.
fn pending(conn: &mut DbConn) -> anyhow::Result<usize> {
    let (applied, known) = match conn {
        DbConn::Sqlite(conn) => (conn.applied_migrations(), versions(&SQLITE)),
        DbConn::Postgres(conn) => (conn.applied_migrations(), versions(&POSTGRES)),
    };
    let known = known?;
    let applied = applied.map_err(|error| anyhow::anyhow!(error))?;
    if let Some(newer) = applied.iter().find(|version| !known.contains(&version.to_string())) {
        bail!(
            "the database is newer than this program (it has had migration {newer}): use the newer one"
        );
    }
    Ok(known.len() - applied.len())
}

fn versions(migrations: &EmbeddedMigrations) -> anyhow::Result<Vec<String>> {
    use diesel::migration::{Migration, MigrationSource};
    let all: Vec<Box<dyn Migration<diesel::sqlite::Sqlite>>> =
        migrations.migrations().map_err(|error| anyhow::anyhow!(error))?;
    Ok(all.iter().map(|migration| migration.name().version().to_string()).collect())
}

fn is_new(conn: &mut DbConn) -> anyhow::Result<bool> {
    let applied = match conn {
        DbConn::Sqlite(conn) => conn.applied_migrations(),
        DbConn::Postgres(conn) => conn.applied_migrations(),
    };
    Ok(applied.map_err(|error| anyhow::anyhow!(error))?.is_empty())
}

/// A consistent copy beside the database, named after the migrations it has had.
fn copy(conn: &mut DbConn, path: &Path) -> anyhow::Result<()> {
    let stamp = match conn {
        DbConn::Sqlite(conn) => conn.applied_migrations(),
        DbConn::Postgres(conn) => conn.applied_migrations(),
    };
    let stamp = stamp.map_err(|error| anyhow::anyhow!(error))?;
    let stamp = stamp.iter().map(ToString::to_string).max().unwrap_or_default();
    let target = with_suffix(path, &format!("before-{stamp}"));
    if target.exists() {
        return Ok(());
    }
    let quoted = target.to_string_lossy().replace('\'', "''");
    conn.batch_execute(&format!("VACUUM INTO '{quoted}'"))
        .with_context(|| format!("copying the database to {}", target.display()))?;
    std::fs::set_permissions(&target, std::fs::Permissions::from_mode(PRIVATE))?;
    tracing::info!(copy = %target.display(), "copied the database before changing it");
    Ok(())
}

/// How long a copy is kept that was made before the database was changed: long enough to find out that
/// something is wrong, and no longer, because whoever was erased since is still in it.
pub const COPIES_KEPT: TimeDelta = TimeDelta::days(30);

/// Removes copies that are too old; says how many.
pub fn forget_copies(url: &DatabaseUrl, now: Instant) -> anyhow::Result<usize> {
    let DatabaseUrl::Sqlite(path) = url else { return Ok(0) };
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return Ok(0) };
    let copies = format!("{name}.before-");
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut removed = 0;
    for entry in std::fs::read_dir(folder.unwrap_or(Path::new(".")))? {
        let entry = entry?;
        if !entry.file_name().to_string_lossy().starts_with(&copies) {
            continue;
        }
        let made = Instant::new(entry.metadata()?.modified()?.into());
        if now - made > COPIES_KEPT {
            std::fs::remove_file(entry.path())?;
            removed += 1;
        }
    }
    Ok(removed)
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    name.into()
}
