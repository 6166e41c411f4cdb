//! Add a series, change one, stop it and let it go on, remove it and bring it back.

use super::rule::days_before;
use super::store::{self, Next};
use super::{MOST_LEAD, NewSeries, Rule, Series, Start, prepare};
use crate::app::App;
use crate::clock::Instant;
use crate::db::{DbConn, Json, PublicId};
use crate::error::{Error, FieldError, Result};
use crate::issues::content::{LINE_LIMIT, MergeLine};
use crate::web::direction;
use crate::{newsletters, staff};

/// Adds a series, or changes the one that is named.
///
/// # Errors
/// [`Error::Invalid`] with a finding for each field of the form.
pub async fn save(
    app: &App,
    uuid: Option<PublicId>,
    mut new: NewSeries,
    actor: &str,
) -> Result<Series> {
    for text in [&mut new.name, &mut new.subject] {
        *text = direction::unturned(text);
    }
    let (actor, now) = (actor.to_owned(), app.clock.now());
    app.db
        .write(move |conn| {
            let zone = newsletters::store::find(conn, new.newsletter)?.zone();
            let mut findings = check(&new);
            findings.extend(new.rule.check(zone, now));
            if !findings.is_empty() {
                return Err(Error::Invalid(findings));
            }
            let rule = Json(serde_json::to_value(&new.rule).map_err(anyhow::Error::new)?);
            let before = uuid.map(|uuid| store::by_uuid(conn, uuid)).transpose()?;
            // An issue whose draft is there already is not prepared once more.
            let last = match &before {
                Some(series) => prepared(conn, series)?,
                None => None,
            };
            let after = last.and_then(|last| new.rule.end_of_turn(last, zone));
            let next = first(&new.rule, new.lead_days, after.unwrap_or(now).max(now), zone)?;
            let (series, action) = match before {
                Some(series) => {
                    store::update(conn, series.id, &new, &rule, next)?;
                    (store::by_uuid(conn, series.uuid)?, "recurring.change")
                }
                None => {
                    (store::insert(conn, &new, &rule, next, (&actor, now))?, "recurring.create")
                }
            };
            audit(conn, &actor, action, &series, now)?;
            Ok(series)
        })
        .await
}

fn check(new: &NewSeries) -> Vec<FieldError> {
    let mut findings = Vec::new();
    let mut wrong = |field: &str, code| findings.push(FieldError::new(field, code));
    if new.name.is_empty() {
        wrong("name", "error-required");
    }
    if new.start == Start::Template && new.template.is_none() {
        wrong("start", "error-recurring-template");
    }
    if MergeLine::parse(&new.subject).is_err() {
        wrong("subject", "error-recurring-subject");
    }
    if !(0..=MOST_LEAD).contains(&new.lead_days) {
        wrong("lead_days", "error-recurring-lead");
    }
    for (field, text) in [("name", &new.name), ("subject", &new.subject)] {
        if text.chars().count() > LINE_LIMIT {
            findings.push(FieldError::new(field, "error-too-long").with("most", LINE_LIMIT));
        }
    }
    findings
}

/// When the issue goes for which a draft was prepared last.
fn prepared(conn: &mut DbConn, series: &Series) -> Result<Option<Instant>> {
    let Some(last) = series.last_issue else { return Ok(None) };
    let issue = crate::issues::store::find(conn, last)?;
    Ok(crate::issues::schedule::proposed(&issue))
}

fn first(rule: &Rule, lead_days: i32, after: Instant, zone: chrono_tz::Tz) -> Result<Next> {
    let never = || Error::field("starts_on", "error-recurring-never");
    let send_at = rule.next(after, zone).ok_or_else(never)?;
    let lead = u32::try_from(lead_days).unwrap_or_default();
    Ok(Next { send_at, run_at: days_before(send_at, lead, zone) })
}

/// What is done with a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// No more drafts for now.
    Pause,
    /// Drafts again, from the next issue on.
    Resume,
    /// It goes from the list.
    Remove,
    /// It comes back to the list.
    Restore,
}

impl Change {
    /// Reads a word of an address.
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "pause" => Self::Pause,
            "resume" => Self::Resume,
            "remove" => Self::Remove,
            "restore" => Self::Restore,
            _ => return None,
        })
    }

    fn action(self) -> &'static str {
        match self {
            Self::Pause => "recurring.pause",
            Self::Resume => "recurring.resume",
            Self::Remove => "recurring.remove",
            Self::Restore => "recurring.restore",
        }
    }
}

/// Changes a series.
pub async fn change(app: &App, uuid: PublicId, change: Change, actor: &str) -> Result<()> {
    let (actor, now) = (actor.to_owned(), app.clock.now());
    app.db
        .write(move |conn| {
            let series = store::by_uuid(conn, uuid)?;
            let zone = newsletters::store::find(conn, series.newsletter)?.zone();
            let known = Next { send_at: series.next_send_at, run_at: series.next_run_at };
            match change {
                Change::Pause => store::set_active(conn, series.id, false, known)?,
                Change::Resume => {
                    let after = prepared(conn, &series)?.unwrap_or(now).max(now);
                    let next = prepare::next(&series, after, zone)?;
                    let next = next.ok_or(Error::Conflict("error-recurring-never"))?;
                    store::set_active(conn, series.id, true, next)?;
                }
                Change::Remove => store::set_removed(conn, series.id, Some(now))?,
                Change::Restore => store::set_removed(conn, series.id, None)?,
            }
            audit(conn, &actor, change.action(), &series, now)
        })
        .await
}

fn audit(conn: &mut DbConn, actor: &str, action: &str, of: &Series, now: Instant) -> Result<()> {
    let (subject, details) =
        (format!("recurring {}", of.uuid), serde_json::json!({ "name": of.name }));
    Ok(staff::store::audit(conn, actor, action, &subject, details, now)?)
}
