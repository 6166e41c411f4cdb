//! The ledger: every change in the number of subscribers, on the day it counts for, for ever.
//!
//! A subscriber *on a day* is active or paused at the end of that day in the newsletter's zone. So
//! pausing changes nothing, and moving from one leadership group to another is −1 and +1. Rows are
//! only added; what was wrong is taken back by a row the other way. [`record`] is the only writer,
//! and keeps the sums in `growth` in the same transaction; [`check`] counts all of it again.

use chrono::NaiveDate;
use diesel::prelude::Queryable;

use super::store::{ledger as store, stated};
use super::{LeadershipGroup, Sector, Subscriber};
use crate::clock::Instant;
use crate::db::{self, DbConn, PublicId};
use crate::error::Result;
use crate::newsletters::Newsletter;
use crate::text_enum;

text_enum! {
    /// What happened.
    pub enum LedgerKind {
        /// Somebody asked to subscribe; changes nothing.
        Requested = "requested",
        /// Somebody confirmed: +1.
        Confirmed = "confirmed",
        /// Somebody makes a pause; changes nothing.
        Paused = "paused",
        /// The pause is over; changes nothing.
        Resumed = "resumed",
        /// A subscription ended: −1, or 0 if it had not been confirmed; +1 takes an end back.
        Ended = "ended",
        /// Somebody came with an import: +1.
        Imported = "imported",
        /// Somebody changed group or sector: −1 in the old one, +1 in the new one; or took another
        /// address: changes nothing.
        Moved = "moved",
    }
}

/// One change.
#[derive(Debug, Clone, Queryable)]
pub struct Entry {
    /// Of which newsletter.
    pub newsletter: i64,
    /// The day it counts for, in the newsletter's zone.
    pub day: NaiveDate,
    /// When it was written down.
    pub recorded_at: Instant,
    /// What happened.
    pub kind: LedgerKind,
    /// −1, 0 or +1.
    pub change: i32,
    /// The person's group at that time.
    pub leadership_group: Option<LeadershipGroup>,
    /// The person's sector at that time.
    pub sector: Option<Sector>,
    /// Why: the word of an [`super::EndReason`], `undone`, …
    pub cause: Option<String>,
    /// Where it came from: `form`, `import`, …
    pub source: String,
    /// Who; blanked when the person is erased.
    pub subscriber: Option<PublicId>,
}

impl Entry {
    /// Something that happens to a person now.
    pub fn now(
        newsletter: &Newsletter,
        person: &Subscriber,
        kind: LedgerKind,
        change: i32,
        source: &str,
        now: Instant,
    ) -> Self {
        Self {
            newsletter: newsletter.id,
            day: now.day_in(newsletter.zone()),
            recorded_at: now,
            kind,
            change,
            leadership_group: person.leadership_group,
            sector: person.sector,
            cause: None,
            source: source.to_owned(),
            subscriber: Some(person.uuid),
        }
    }

    /// With a cause.
    #[must_use]
    pub fn because(mut self, cause: impl Into<String>) -> Self {
        self.cause = Some(cause.into());
        self
    }
}

/// Writes changes down and adds them to the sums. Call it in the transaction that makes them.
pub fn record(conn: &mut DbConn, entries: &[Entry]) -> Result<()> {
    store::insert(conn, entries)?;
    store::add_to_growth(conn, entries)?;
    Ok(())
}

text_enum! {
    /// What an answer rests on.
    pub enum Basis {
        /// The ledger was counted.
        Counted = "counted",
        /// Somebody stated the number: the day lies before the ledger begins.
        Stated = "stated",
        /// Nobody knows: the day lies before the ledger begins, and nobody stated a number for it.
        Unknown = "unknown",
    }
}

/// The number of subscribers on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// How many; `None` when nobody knows.
    pub subscribers: Option<i64>,
    /// What the number rests on; never a blend of two.
    pub basis: Basis,
    /// Who stated it, if it was stated.
    pub source: Option<String>,
}

/// How many subscribers a newsletter had at the end of a day.
pub fn count_on(conn: &mut DbConn, newsletter: i64, day: NaiveDate) -> Result<Count> {
    let first = store::first_day(conn, newsletter)?;
    if first.is_some_and(|first| first <= day) {
        let subscribers = Some(store::sum_to(conn, newsletter, day)?);
        return Ok(Count { subscribers, basis: Basis::Counted, source: None });
    }
    Ok(match stated::find(conn, newsletter, day)? {
        Some((number, source)) => {
            Count { subscribers: Some(number), basis: Basis::Stated, source: Some(source) }
        }
        None => Count { subscribers: None, basis: Basis::Unknown, source: None },
    })
}

/// How the subscribers of a day divide.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shares {
    /// By level of leadership: all of them, and `None` for who has not said.
    pub groups: Vec<(Option<LeadershipGroup>, i64)>,
    /// By sector, in the same way.
    pub sectors: Vec<(Option<Sector>, i64)>,
}

/// How the subscribers divide that a newsletter had at the end of a day; `None` where the ledger does not
/// count them: a number that was stated has no parts.
pub fn shares_on(conn: &mut DbConn, newsletter: i64, day: NaiveDate) -> Result<Option<Shares>> {
    if store::first_day(conn, newsletter)?.is_none_or(|first| first > day) {
        return Ok(None);
    }
    let rows = store::shares_to(conn, newsletter, day)?;
    let of = |is_it: &dyn Fn(&str, &str) -> bool| -> i64 {
        rows.iter().filter(|(group, sector, _)| is_it(group, sector)).map(|(.., sum)| sum).sum()
    };
    let groups = LeadershipGroup::ALL.iter().copied().map(Some).chain([None]);
    let sectors = Sector::ALL.iter().copied().map(Some).chain([None]);
    Ok(Some(Shares {
        groups: groups
            .map(|one| (one, of(&|group, _| group == one.map_or("", LeadershipGroup::as_str))))
            .collect(),
        sectors: sectors
            .map(|one| (one, of(&|_, sector| sector == one.map_or("", Sector::as_str))))
            .collect(),
    }))
}

/// Both at once: what is counted is the sum of its parts.
pub fn count_and_shares_on(
    conn: &mut DbConn,
    newsletter: i64,
    day: NaiveDate,
) -> Result<(Count, Shares)> {
    let Some(shares) = shares_on(conn, newsletter, day)? else {
        return Ok((count_on(conn, newsletter, day)?, Shares::default()));
    };
    let subscribers = Some(shares.sectors.iter().map(|(_, number)| number).sum());
    Ok((Count { subscribers, basis: Basis::Counted, source: None }, shares))
}

/// Counts everything again: the ledger against its sums, and its total against the subscriptions
/// that are active or paused now, also by level and sector. Returns one sentence for each difference.
pub fn check(conn: &mut DbConn) -> Result<Vec<String>> {
    // People come and go while this reads.
    db::at_one_moment(conn, check_now)
}

fn check_now(conn: &mut DbConn) -> Result<Vec<String>> {
    let mut differences: Vec<String> = store::differences(conn)?
        .into_iter()
        .map(|d| {
            format!(
                "{} {} {}/{}/{}/{}/{}: the ledger has {} rows and a change of {:+}, growth says {} and {:+}",
                d.newsletter,
                d.day,
                d.kind,
                d.cause,
                d.leadership_group,
                d.sector,
                d.source,
                d.ledger_rows,
                d.ledger_change,
                d.growth_rows,
                d.growth_change,
            )
        })
        .collect();
    let mut wrong = Vec::new();
    for (slug, counted, there) in store::totals(conn)? {
        if counted != there {
            wrong.push(slug.clone());
            differences.push(format!(
                "{slug}: the ledger counts {counted} subscribers, and {there} subscriptions are active or paused"
            ));
        }
    }
    // Where the whole is wrong, so is a part of it.
    let parts = store::parts(conn)?.into_iter().filter(|part| !wrong.contains(&part.newsletter));
    differences.extend(parts.map(|part| {
        let word = |word: &str| if word.is_empty() { "not stated" } else { word }.to_owned();
        format!(
            "{}: of level {} and sector {} the ledger counts {}, and {} subscriptions are active or paused",
            part.newsletter,
            word(&part.leadership_group),
            word(&part.sector),
            part.counted,
            part.there,
        )
    }));
    let strayed = store::strayed(conn)?;
    if strayed > 0 {
        differences.push(format!(
            "{strayed} subscriptions say another level, sector or language than their person: segments go by them"
        ));
    }
    Ok(differences)
}
