//! Scheduling: a moment on the newsletter's clock, and what is sent then, frozen.

use chrono::{LocalResult, NaiveDateTime, Offset, TimeDelta, TimeZone, Timelike};
use chrono_tz::Tz;

use super::approve;
use super::audience::Audience;
use super::compose::{self, Composition};
use super::preflight::{self, Examined, Seen};
use super::sender::Sender;
use super::store::{self, When};
use super::{Frame, Issue, IssueState, forecast, freeze};
use crate::app::App;
use crate::clock::Instant;
use crate::db::{Json, PublicId};
use crate::error::{Error, FieldError, Result};
use crate::staff::{self, Staff};

/// How a moment is written on a clock.
const LOCAL: &str = "%Y-%m-%dT%H:%M";

/// Reads `YYYY-MM-DDTHH:MM` on the clock of a zone.
///
/// # Errors
/// When there is no such moment, because the clock skips it in spring (with the next one as a
/// suggestion), and when there are two, because it repeats an hour in autumn: then the offset must
/// be said, as in `+02:00`. And when the offset that is said is not the clock's on that day.
pub fn moment(local: &str, zone: Tz, offset: Option<&str>) -> Result<Instant, FieldError> {
    let naive = read(local).ok_or_else(|| FieldError::new("at", "error-time-unreadable"))?;
    match zone.from_local_datetime(&naive) {
        LocalResult::Single(at) => match at.offset().fix().to_string() {
            its if offset.is_some_and(|offset| offset != its) => {
                Err(FieldError::new("offset", "error-time-offset").with("offset", its))
            }
            _ => Ok(Instant::new(at.to_utc())),
        },
        LocalResult::Ambiguous(first, second) => {
            let offsets = [first, second].map(|at| at.offset().fix().to_string());
            let chosen =
                [first, second].into_iter().zip(&offsets).find(|(_, o)| Some(o.as_str()) == offset);
            chosen.map(|(at, _)| Instant::new(at.to_utc())).ok_or_else(|| {
                FieldError::new("offset", "error-time-twice")
                    .with("first", &offsets[0])
                    .with("second", &offsets[1])
            })
        }
        LocalResult::None => {
            let suggestion = naive + TimeDelta::hours(1);
            Err(FieldError::new("at", "error-time-skipped")
                .with("hour", suggestion.hour())
                .with("minute", suggestion.format("%M")))
        }
    }
}

/// A local time, and nothing but that: what names a zone means another moment than the one that
/// would be read. A browser may add seconds, which are left out.
fn read(text: &str) -> Option<NaiveDateTime> {
    let format = match text.len() {
        16 => LOCAL,
        19 => "%Y-%m-%dT%H:%M:%S",
        _ => return None,
    };
    let read = NaiveDateTime::parse_from_str(text, format).ok()?;
    // The reader takes signs and single digits too.
    (read.format(format).to_string() == text).then(|| read.with_second(0)).flatten()
}

/// When an issue is to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At<'a> {
    /// At once.
    Now,
    /// After the grace of `SEND_GRACE`, in which it can be taken back.
    Soon,
    /// On the newsletter's clock, with the offset for a time that comes twice.
    Local(&'a str, Option<&'a str>),
}

/// What somebody wants who schedules an issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan<'a> {
    /// When it is to go.
    pub at: At<'a>,
    /// Which warnings they have seen.
    pub seen: Seen,
    /// The number of recipients as they have typed it; none when nobody was asked.
    pub typed: Option<&'a str>,
    /// What they were shown when they were asked, as [`Outlook::mark`]; none when nobody was.
    pub looked_at: Option<&'a str>,
}

impl Plan<'_> {
    /// At once, by a program that nobody asks.
    pub fn at_once() -> Self {
        Self { at: At::Now, seen: Seen::All, typed: None, looked_at: None }
    }
}

/// Whether the one who typed the number of recipients has it in mind. It is asked for when the
/// audience is unusual or a warning is overridden.
fn check_number(examined: &Examined, typed: &str) -> Result<()> {
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    let is_number = typed.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | ' '));
    match digits.parse::<i64>() {
        Ok(number) if is_number && number == examined.audience => Ok(()),
        Err(_) if typed.trim().is_empty() && !examined.asks_for_number() => Ok(()),
        Err(_) if typed.trim().is_empty() => Err(Error::field("number", "error-number-missing")),
        _ => {
            let error = FieldError::new("number", "error-number-wrong").with("typed", typed);
            Err(Error::Invalid(vec![error.with("number", examined.audience)]))
        }
    }
}

/// When a draft is meant to go, as far as anybody has said. It is a wish: of a time that comes twice
/// it is the first.
pub fn proposed(issue: &Issue) -> Option<Instant> {
    wish(issue.proposed_at_local.as_deref()?, issue.zone())
}

fn wish(local: &str, zone: Tz) -> Option<Instant> {
    let at = zone.from_local_datetime(&read(local)?).earliest()?;
    Some(Instant::new(at.to_utc()))
}

/// Reads when somebody would like it to go, as the clock shows it.
///
/// # Errors
/// As [`moment`], but for a time that comes twice.
pub(super) fn read_wish(local: &str, zone: Tz) -> Result<(Instant, String), FieldError> {
    let at = wish(local, zone).map_or_else(|| moment(local, zone, None), Ok)?;
    Ok((at, at.in_zone(zone).format(LOCAL).to_string()))
}

/// What would go out.
pub struct Outlook {
    /// The issue, with what was found in it.
    pub examined: Examined,
    /// When it would go.
    pub send_at: Instant,
    /// Tells it from what would go out after a change of the content or of the recipients.
    pub mark: String,
}

/// When an issue would go.
///
/// # Errors
/// As [`moment`].
pub async fn when(app: &App, uuid: PublicId, at: At<'_>) -> Result<Instant> {
    let now = app.clock.now();
    let At::Local(at, offset) = at else {
        let grace = if at == At::Soon { app.config.sending.grace } else { TimeDelta::zero() };
        return Ok(now + grace);
    };
    let zone = app.db.read(move |conn| Ok(compose::open(conn, uuid)?.newsletter.zone())).await?;
    moment(at, zone, offset).map_err(|error| Error::Invalid(vec![error]))
}

/// What would go out if an issue were scheduled so, and when. Nothing is changed.
///
/// # Errors
/// [`Error::Invalid`] when there is no such moment, something stops it, or a warning has been seen
/// by nobody; [`Error::Conflict`] when it is not this issue's turn.
pub async fn look(app: &App, uuid: PublicId, plan: &Plan<'_>) -> Result<Outlook> {
    let now = app.clock.now();
    let mut send_at = when(app, uuid, plan.at).await?;
    let examined = preflight::examine(app, uuid, Some(send_at)).await?;
    examined.stop()?;
    let Composition { issue, newsletter, .. } = &examined.composition;
    let (asked, rules) = (issue.clone(), app.config.sending.clone());
    let load = app.db.read(move |conn| store::load(conn, &asked, &rules, send_at, now)).await?;
    let rules = &app.config.sending;
    if forecast::duration(rules, &load).is_some_and(|all| all > rules.deadline) {
        let hours = rules.deadline.num_hours();
        let error = FieldError::new("at", "error-schedule-too-slow").with("hours", hours);
        return Err(Error::Invalid(vec![error]));
    }
    match issue.state {
        IssueState::Draft | IssueState::InReview if newsletter.approval_required => {
            return Err(Error::Conflict("error-approval-missing"));
        }
        IssueState::Draft | IssueState::InReview | IssueState::Approved => {}
        _ => return Err(Error::Conflict("error-issue-locked")),
    }
    if issue.state == IssueState::Approved {
        is_as_approved(app, &examined.composition, now).await?;
    }
    examined.pass(&plan.seen)?;
    if plan.typed.is_some() {
        // Who chooses this very minute can still take it back.
        send_at = send_at.max(now + app.config.sending.grace);
    }
    let audience = Audience::read(&issue.audience)?.hash(newsletter.uuid, issue.kind)?;
    let mark = format!("{}-{audience}", issue.current_revision);
    Ok(Outlook { examined, send_at, mark })
}

/// # Errors
/// [`Error::Conflict`] when what would go out is not what was approved.
async fn is_as_approved(app: &App, composition: &Composition, now: Instant) -> Result<()> {
    let Composition { issue, newsletter, content, .. } = composition;
    let rendition = issue.rendition.clone().unwrap_or_default();
    let (of, by) = (issue.clone(), newsletter.clone());
    let approved = app
        .db
        .read(move |conn| {
            approve::still_holds(conn, &of, &by)?;
            Ok(store::rendition(conn, &rendition)?)
        })
        .await?;
    // Only the day may differ from what was approved, and the issue carries today's then.
    let frame = Frame::of(newsletter, issue, &app.links, approved.created_at);
    if freeze::freeze(content, &frame, now)?.rendition.hash != approved.hash {
        return Err(Error::Conflict("error-approval-outdated"));
    }
    Ok(())
}

/// Schedules an issue, at a moment on the newsletter's clock, at once, or after a moment's grace.
/// Where no second person is asked for, scheduling approves. What is sent is frozen here: nothing
/// that is changed later in the program or in the newsletter's settings changes it.
///
/// # Errors
/// As [`look`]; and [`Error::Invalid`] when the number of recipients is another.
pub async fn schedule(app: &App, uuid: PublicId, plan: &Plan<'_>, staff: &Staff) -> Result<Issue> {
    let now = app.clock.now();
    let Outlook { examined, send_at, mark } = look(app, uuid, plan).await?;
    if plan.looked_at.is_some_and(|looked_at| looked_at != mark) {
        return Err(Error::field("looked_at", "error-schedule-moved"));
    }
    let Composition { issue, newsletter, content, .. } = examined.composition.clone();
    let zone = newsletter.zone();
    if let Some(typed) = plan.typed {
        check_number(&examined, typed)?;
    }
    let issue = match issue.state {
        IssueState::Approved => issue,
        _ => {
            let seen = &plan.seen;
            approve::approve_examined(app, examined.clone(), None, seen, staff).await?
        }
    };
    let frame =
        Frame::of(&newsletter, &Issue { send_at: Some(send_at), ..issue.clone() }, &app.links, now);
    let frozen = freeze::freeze(&content, &frame, now)?;
    let sender = serde_json::to_value(Sender::of(&newsletter)).map_err(anyhow::Error::new)?;
    let (actor, local) = (staff.actor(), send_at.in_zone(zone).format(LOCAL).to_string());
    let scheduled = app
        .db
        .write(move |conn| {
            store::keep_rendition(conn, &frozen.rendition)?;
            let when = When { local: &local, zone: zone.name(), at: send_at };
            if !store::schedule(conn, &issue, &when, &frozen.rendition.hash, Json(sender), now)? {
                return Err(Error::Stale);
            }
            store::replace_links(conn, issue.id, &frozen.links)?;
            examined.keep(conn, &issue, &actor, now)?;
            let details = serde_json::json!({ "at": local, "zone": zone.name() });
            staff::store::audit(
                conn,
                &actor,
                "issue.schedule",
                &format!("issue {uuid}"),
                details,
                now,
            )?;
            Ok(store::find(conn, issue.id)?)
        })
        .await?;
    Ok(scheduled)
}

/// Takes an issue back that has not begun to go out: it is a draft again.
pub async fn unschedule(app: &App, uuid: PublicId, staff: &Staff) -> Result<()> {
    let (actor, now) = (staff.actor(), app.clock.now());
    app.db
        .write(move |conn| {
            let issue = store::by_uuid(conn, uuid)?;
            // One that is late is held before anybody has got it.
            let from = [
                IssueState::Scheduled,
                IssueState::Approved,
                IssueState::InReview,
                IssueState::Paused,
            ];
            if !store::back_to_draft(conn, issue.id, &from, now)? {
                return match issue.state {
                    // Somebody has pressed twice.
                    IssueState::Draft => Ok(()),
                    _ => Err(Error::Conflict("error-issue-begun")),
                };
            }
            let details = serde_json::json!({});
            staff::store::audit(
                conn,
                &actor,
                "issue.unschedule",
                &format!("issue {uuid}"),
                details,
                now,
            )?;
            Ok(())
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZONE: Tz = chrono_tz::Europe::Copenhagen;

    #[test]
    fn a_moment_that_the_clock_skips_is_refused_with_the_next_one() {
        let error = moment("2026-03-29T02:30", ZONE, None).err();
        let error = error.unwrap_or_else(|| FieldError::new("", ""));
        assert_eq!(error.code, "error-time-skipped");
        assert_eq!(error.args, [("hour", "3".to_owned()), ("minute", "30".to_owned())]);
    }

    #[test]
    fn a_moment_that_comes_twice_needs_its_offset() {
        let error = moment("2026-10-25T02:30", ZONE, None).err();
        assert_eq!(error.map(|error| error.code), Some("error-time-twice"));
        for (offset, utc) in
            [("+02:00", "2026-10-25T00:30:00Z"), ("+01:00", "2026-10-25T01:30:00Z")]
        {
            let at = moment("2026-10-25T02:30", ZONE, Some(offset));
            assert_eq!(at, Ok(Instant::new(utc.parse().unwrap_or_default())), "{offset}");
        }
        assert!(moment("2026-10-25T02:30", ZONE, Some("+05:00")).is_err());
    }

    #[test]
    fn summer_and_winter_time_are_kept_apart() {
        let summer = moment("2017-06-15T09:00", ZONE, None);
        assert_eq!(summer, Ok(Instant::new("2017-06-15T07:00:00Z".parse().unwrap_or_default())));
        let winter = moment("2017-03-24T09:00", ZONE, None);
        assert_eq!(winter, Ok(Instant::new("2017-03-24T08:00:00Z".parse().unwrap_or_default())));
        assert!(moment("i morgen kl. 9", ZONE, None).is_err());
        assert!(moment("2017-06-31T09:00", ZONE, None).is_err());
    }

    #[test]
    fn a_local_time_names_no_zone() {
        for text in [
            "2027-01-01T09:00Z",
            "2027-01-01T09:00+05:00",
            "2027-01-01T09:00:59.999garbage",
            "2027-01-01T09:00:00Z",
            "+2027-1-01T09:00",
            "2027-01-01 09:00",
            "2027-01-01T09:0é",
        ] {
            let code = moment(text, ZONE, None).err().map(|error| error.code);
            assert_eq!(code, Some("error-time-unreadable"), "{text}");
        }
        let whole = moment("2027-01-01T09:00", ZONE, None);
        assert_eq!(moment("2027-01-01T09:00:59", ZONE, None), whole);
        assert_eq!(moment("2027-01-01T09:00", ZONE, Some("+01:00")), whole);
        for offset in ["+05:00", "+02:00", "nonsense"] {
            let code = moment("2027-01-01T09:00", ZONE, Some(offset)).err().map(|e| e.code);
            assert_eq!(code, Some("error-time-offset"), "{offset}");
        }
    }
}
