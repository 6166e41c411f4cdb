//! What an editor sees first: what goes next, what is being written, and what wants attention.

use chrono::TimeDelta;

use super::store::{self, Filter, Verdict};
use super::{Issue, IssueState, approve, preflight};
use crate::clock::Instant;
use crate::db::DbConn;
use crate::error::Result;
use crate::newsletters::{self, Newsletter};
use crate::signups::hold;
use crate::signups::store::Hold;
use crate::staff::{self, Staff};
use crate::subscribers;

/// Drafts on the desk; the list has the others.
const DRAFTS: i64 = 6;

/// All that is on the desk.
pub struct Desk {
    /// Planned or on its way: the next first.
    pub next: Vec<Issue>,
    /// Being written: what was changed last first.
    pub drafts: Vec<Issue>,
    /// Waiting for a second person, and whether that may be the one who looks.
    pub in_review: Vec<(Issue, bool)>,
    /// Sent back to the one who looks: by whom, and what they ask for.
    pub returned: Vec<(Issue, String, String)>,
    /// Sent, with a correction that waits for the one who looks.
    pub corrections: Vec<Issue>,
    /// The newsletters whose footer lacks what the law asks for.
    pub incomplete: Vec<Newsletter>,
    /// Newsletters with people to whom nothing was sent for ten months, and how many those are.
    pub idle: Vec<(Newsletter, i64)>,
    /// Whether anything was ever sent from here.
    pub has_sent: bool,
    /// Since when confirmations are held back, and how many mails wait.
    pub held: Option<(Hold, i64)>,
    /// How many have asked for something and got nothing, because they are shut out.
    pub requests: usize,
    /// Whether there is a newsletter at all.
    pub has_newsletter: bool,
}

/// Reads it as somebody finds it.
pub fn open(conn: &mut DbConn, staff: &Staff, now: Instant) -> Result<Desk> {
    use IssueState::{Approved, Draft, InReview, Paused, Preparing, Scheduled, Sending};
    let states =
        |states: &[IssueState]| Filter { states: Some(states.to_vec()), ..Filter::default() };
    let mut next = store::list(conn, &states(&[Scheduled, Preparing, Sending, Paused]), 50)?;
    next.sort_by_key(|issue| (issue.send_at, issue.id));
    let mut drafts = store::list(conn, &states(&[Draft, InReview, Approved]), 50)?;
    drafts.sort_by_key(|issue| std::cmp::Reverse(issue.updated_at));
    drafts.truncate(usize::try_from(DRAFTS).unwrap_or_default());
    let mut in_review = Vec::new();
    for issue in store::list(conn, &states(&[InReview]), 50)? {
        let revision = store::revision(conn, issue.id, issue.current_revision)?;
        let asked_by = store::asked_by(conn, issue.id)?;
        in_review.push((issue, approve::may_approve(&revision, asked_by.as_deref(), staff)));
    }
    let mut returned = Vec::new();
    for issue in store::list(conn, &states(&[Draft]), 50)? {
        let Some(review) = store::returned(conn, issue.id)? else { continue };
        let asked = store::last_review(conn, issue.id, Some(Verdict::Submitted))?;
        let revision = store::revision(conn, issue.id, issue.current_revision)?;
        let is_theirs = |actor: &str| actor == staff.actor();
        if is_theirs(&revision.saved_by) || asked.is_some_and(|asked| is_theirs(&asked.actor)) {
            let who = staff::store::name_of(conn, &review.actor)?;
            returned.push((issue, who, review.note));
        }
    }
    let waiting = store::waiting_corrections(conn)?.into_iter();
    let corrections =
        waiting.filter(|(_, by)| *by != staff.actor()).map(|(issue, _)| issue).collect();
    let newsletters = newsletters::store::all(conn)?;
    let mut idle = Vec::new();
    for (newsletter, people) in subscribers::store::idle::all(conn)? {
        let of_it = newsletters.iter().find(|known| known.id == newsletter);
        idle.extend(of_it.map(|newsletter| (newsletter.clone(), people)));
    }
    Ok(Desk {
        has_sent: store::has_sent(conn)?,
        held: hold::held(conn)?,
        requests: subscribers::held::waiting(conn, now)?.len(),
        idle,
        next,
        drafts,
        in_review,
        returned,
        corrections,
        has_newsletter: !newsletters.is_empty(),
        incomplete: newsletters
            .into_iter()
            .filter(|newsletter| preflight::lacks_sender(&newsletter.details()))
            .collect(),
    })
}

/// How long until a moment: the key of a text and its number.
pub fn until(at: Instant, now: Instant) -> (&'static str, i64) {
    let left = at - now;
    match left {
        _ if left <= TimeDelta::zero() => ("desk-in-now", 0),
        _ if left < TimeDelta::hours(1) => ("desk-in-minutes", left.num_minutes().max(1)),
        _ if left < TimeDelta::days(2) => ("desk-in-hours", left.num_hours()),
        _ => ("desk-in-days", left.num_days()),
    }
}
