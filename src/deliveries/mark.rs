//! The mark: the last write before SMTP. It reads again who may have this issue, and takes a
//! window of rows for one worker.

use super::store::{self, Candidate};
use super::{SkipReason, Variant, policy};
use crate::clock::Instant;
use crate::db::DbConn;
use crate::db::presence::common_time;
use crate::error::Result;
use crate::issues::{self, Issue, IssueKind, IssueState};
use crate::subscribers::{EndReason, Scope, SubscriptionState};

/// A row that this worker has under way, with all that its message needs.
#[derive(Debug, Clone)]
pub struct Marked {
    /// The delivery.
    pub id: i64,
    /// When it was marked, by the clock of this machine.
    pub marked_at: Instant,
    /// Until when nobody else may take it for lost; part of what its outcome is recorded under.
    pub lease_until: Instant,
    /// Tries, this one included.
    pub attempts: i32,
    /// How often it may have gone out before without our knowing.
    pub uncertain: i32,
    /// The address as it was typed.
    pub email: String,
    /// The name.
    pub name: Option<String>,
    /// The subscription, for its links.
    pub subscription: i64,
    /// Part of those links.
    pub nonce: i64,
    /// How links and image are written.
    pub variant: Variant,
}

impl Marked {
    /// The receiving domain.
    pub fn domain(&self) -> &str {
        self.email.rsplit('@').next().unwrap_or_default()
    }
}

/// Marks those of some rows that may go, skips those that may not, and returns what is to be sent
/// now; `None` when the issue is not being sent any more. `shared` is the variant of people who
/// have not consented to being measured; `ask` says whether anybody can have.
pub fn window(
    conn: &mut DbConn,
    issue: &Issue,
    (shared, ask): (Variant, bool),
    ids: &[i64],
    worker: &str,
    now: Instant,
) -> Result<Option<Vec<Marked>>> {
    if ids.is_empty() {
        return Ok(Some(Vec::new()));
    }
    if issues::store::state(conn, issue.id)? != IssueState::Sending {
        return Ok(None);
    }
    let mut wanted = Vec::with_capacity(ids.len());
    let candidates = store::candidates(conn, issue.newsletter, ids)?;
    for candidate in candidates.into_iter().filter(|candidate| candidate.is_ready(now)) {
        match may_have(&candidate, issue.kind, now) {
            Ok(()) => wanted.push(candidate),
            Err(reason) => drop(store::skip(conn, &[candidate.id], reason, now)?),
        }
    }
    let people: Vec<i64> = wanted.iter().filter_map(|row| Some(row.person.as_ref()?.id)).collect();
    let consenting = match ask {
        true => store::tracking_consents(conn, issue.newsletter, &people)?,
        false => Vec::new(),
    };
    let lease_until = common_time(conn, now)? + policy::LEASE;
    let rows: Vec<Marked> = wanted
        .into_iter()
        .filter_map(|row| {
            let (person, wish) = (row.person?, row.wish?);
            let consents = consenting.contains(&person.id);
            Some(Marked {
                id: row.id,
                marked_at: now,
                lease_until,
                attempts: row.attempts + 1,
                uncertain: row.uncertain,
                email: person.email,
                name: person.name,
                subscription: wish.id,
                nonce: wish.nonce,
                variant: if consents { Variant::Personal } else { shared },
            })
        })
        .collect();
    let mut mine = Vec::with_capacity(rows.len());
    for variant in [shared, Variant::Personal] {
        let ids: Vec<i64> = rows.iter().filter(|r| r.variant == variant).map(|r| r.id).collect();
        if !ids.is_empty() {
            mine.extend(store::mark(conn, &ids, variant, worker, lease_until, now)?);
        }
    }
    // Another worker may have been first with some of them.
    Ok(Some(rows.into_iter().filter(|row| mine.contains(&row.id)).collect()))
}

/// Whether somebody may have an issue of this kind now, or why not.
fn may_have(row: &Candidate, kind: IssueKind, now: Instant) -> Result<(), SkipReason> {
    if row.person.is_none() {
        return Err(SkipReason::Erased);
    }
    match row.suppressed {
        None => {}
        Some(EndReason::Unsubscribed) => return Err(SkipReason::Unsubscribed),
        Some(EndReason::Erased) => return Err(SkipReason::Erased),
        Some(_) => return Err(SkipReason::Suppressed),
    }
    let wish = row.wish.as_ref().ok_or(SkipReason::Unsubscribed)?;
    match (wish.state, wish.paused_until) {
        (SubscriptionState::Pending | SubscriptionState::Ended, _) => {
            return Err(SkipReason::Unsubscribed);
        }
        // A pause that is over is over, whether or not the row has been told.
        (_, Some(until)) if until > now => return Err(SkipReason::Paused),
        (SubscriptionState::Paused, None) => return Err(SkipReason::Paused),
        _ => {}
    }
    match (wish.scope, kind) {
        (Scope::All, _)
        | (Scope::Ordinary, IssueKind::Ordinary)
        | (Scope::Specials, IssueKind::Special) => Ok(()),
        _ => Err(SkipReason::Scope),
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::super::DeliveryState;
    use super::*;

    #[test]
    fn who_may_have_a_special_edition() {
        use SubscriptionState::{Active, Ended, Paused, Pending};
        let now = Instant::from_micros(1_490_346_061_000_000);
        let (past, future) = (now - TimeDelta::days(1), now + TimeDelta::days(1));
        let no_one = SkipReason::Unsubscribed;
        let cases = [
            (Active, Scope::All, None, None, Ok(())),
            (Active, Scope::Specials, None, None, Ok(())),
            (Active, Scope::Ordinary, None, None, Err(SkipReason::Scope)),
            (Paused, Scope::All, Some(future), None, Err(SkipReason::Paused)),
            (Paused, Scope::All, None, None, Err(SkipReason::Paused)),
            (Paused, Scope::All, Some(past), None, Ok(())),
            (Pending, Scope::All, None, None, Err(no_one)),
            (Ended, Scope::All, None, None, Err(no_one)),
            (Active, Scope::All, None, Some(EndReason::Bounced), Err(SkipReason::Suppressed)),
            (Active, Scope::All, None, Some(EndReason::Complained), Err(SkipReason::Suppressed)),
            (Ended, Scope::All, None, Some(EndReason::Unsubscribed), Err(no_one)),
        ];
        for (state, scope, paused_until, suppressed, expected) in cases {
            let row = Candidate {
                id: 1,
                state: DeliveryState::Queued,
                due_at: None,
                attempts: 0,
                uncertain: 0,
                person: Some(store::Person {
                    id: 1,
                    email: "anne.holm@aarhus.example".to_owned(),
                    name: None,
                }),
                wish: Some(store::Wish { id: 1, nonce: 0, state, scope, paused_until }),
                suppressed,
            };
            assert_eq!(
                may_have(&row, IssueKind::Special, now),
                expected,
                "{state} {scope} {paused_until:?} {suppressed:?}"
            );
        }
    }
}
