//! The table `archive_texts`, by which the archive is searched, and `old_addresses`.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::db::DbConn;
use crate::db::schema::{archive_texts, issues, old_addresses};
use crate::issues::archive::stems::Asked;
use crate::issues::{Issue, IssueKind};
use crate::on_both;

/// What a public issue says.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = archive_texts)]
pub struct ArchiveText {
    /// The issue.
    pub issue: i64,
    /// The version of the stems.
    pub stemmer: i32,
    /// The title of its theme, or nothing.
    pub theme: String,
    /// Its words, for readers.
    pub plain: String,
    /// Its words and their stems, each with a blank on both sides.
    pub stems: String,
}

/// A public issue, as far as counting goes.
#[derive(Debug, Clone)]
pub struct ArchiveEntry {
    /// The issue.
    pub issue: i64,
    /// Its day.
    pub day: NaiveDate,
    /// Ordinary or special.
    pub kind: IssueKind,
    /// The title of its theme, or nothing.
    pub theme: String,
}

/// Public issues that have all of some words, the newest day first.
pub fn archived(conn: &mut DbConn, words: &[Asked]) -> QueryResult<Vec<ArchiveEntry>> {
    let mut query = issues::table
        .left_join(archive_texts::table)
        .filter(issues::published_on.is_not_null())
        .filter(issues::rendition.is_not_null())
        .order((issues::published_on.desc(), issues::id.desc()))
        .select((issues::id, issues::published_on, issues::kind, archive_texts::theme.nullable()))
        .into_boxed();
    for word in words {
        let [one, two, three] = word.patterns();
        query = query.filter(
            archive_texts::stems
                .like(one)
                .or(archive_texts::stems.like(two))
                .or(archive_texts::stems.like(three)),
        );
    }
    let rows: Vec<(i64, Option<NaiveDate>, IssueKind, Option<String>)> = query.load(conn)?;
    let entries = rows.into_iter().filter_map(|(issue, day, kind, theme)| {
        Some(ArchiveEntry { issue, day: day?, kind, theme: theme.unwrap_or_default() })
    });
    Ok(entries.collect())
}

/// Some issues with their words, the newest day first.
pub fn archived_whole(conn: &mut DbConn, ids: &[i64]) -> QueryResult<Vec<(Issue, Option<String>)>> {
    issues::table
        .left_join(archive_texts::table)
        .filter(issues::id.eq_any(ids))
        .order((issues::published_on.desc(), issues::id.desc()))
        .select((Issue::as_select(), archive_texts::plain.nullable()))
        .load(conn)
}

/// Public issues whose words were not written down, or not by this version of the stems.
pub fn unindexed(conn: &mut DbConn, version: i32, most: i64) -> QueryResult<Vec<Issue>> {
    issues::table
        .left_join(archive_texts::table)
        .filter(issues::published_on.is_not_null())
        .filter(issues::rendition.is_not_null())
        .filter(archive_texts::stemmer.nullable().is_null().or(archive_texts::stemmer.ne(version)))
        .order(issues::id)
        .limit(most)
        .select(Issue::as_select())
        .load(conn)
}

/// Stores what an issue says in the place of what was stored. Two processes may do it at once: both
/// write the same.
pub fn keep_archive_text(conn: &mut DbConn, text: &ArchiveText) -> QueryResult<()> {
    diesel::delete(archive_texts::table.find(text.issue)).execute(conn)?;
    on_both!(conn, c => diesel::insert_into(archive_texts::table)
        .values(text)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(())
}

/// The issue that stood at an address before it came here.
pub fn by_old_address(conn: &mut DbConn, path: &str) -> QueryResult<Option<Issue>> {
    old_addresses::table
        .inner_join(issues::table)
        .filter(old_addresses::path.eq(path))
        .select(Issue::as_select())
        .first(conn)
        .optional()
}

/// Whether an address is taken.
pub fn has_old_address(conn: &mut DbConn, path: &str) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(old_addresses::table.find(path))).get_result(conn)
}

/// Lets an address lead to an issue. Returns whether it was free.
pub fn keep_old_address(conn: &mut DbConn, path: &str, issue: i64) -> QueryResult<bool> {
    let row = (old_addresses::path.eq(path), old_addresses::issue.eq(issue));
    let kept = on_both!(conn, c => diesel::insert_into(old_addresses::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(kept > 0)
}
