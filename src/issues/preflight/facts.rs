//! What an issue is judged by, beside its content.

use chrono::{NaiveDate, TimeDelta};

use super::{Check, Known, Level};
use crate::clock::Instant;
use crate::db::DbConn;
use crate::error::{FieldError, Result};
use crate::issues::store::{self, Call};
use crate::issues::{Issue, calendar};
use crate::newsletters::{Details, Newsletter};

/// Who chooses this very minute may think about it for a while.
const PATIENCE: TimeDelta = TimeDelta::minutes(1);

/// What an issue is judged by, beside its content. What nobody has asked for is not judged.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Who sends it.
    pub details: Details,
    /// The day on which it goes, on the newsletter's clock.
    pub day: NaiveDate,
    /// The size of the mail's HTML in bytes; none while nobody has rendered it.
    pub size: Option<usize>,
    /// What is known of what it names.
    pub known: Known,
    /// What can be said when it is about to go; none while it is being written.
    pub sending: Option<Sending>,
}

/// What can be said of an issue that is about to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sending {
    /// How many would get it now.
    pub audience: i64,
    /// Whether the moment at which it is to go has passed.
    pub is_past: bool,
    /// How many the last issue of the same newsletter, kind and audience was for.
    pub last: Option<i64>,
    /// Whether a test has gone since it was last edited.
    pub is_tested: bool,
    /// The subject of the issue that goes out nearest to it, and how many whole hours from it; none
    /// when there is a day between them.
    pub close: Option<(String, i64)>,
}

impl Sending {
    /// Whether the audience is more than a fifth larger or smaller than that of the last issue.
    pub fn is_unusual(&self) -> bool {
        self.last.is_some_and(|last| (self.audience - last).abs() * 5 > last)
    }
}

impl Facts {
    /// What is known of an issue while it is being written.
    pub fn of(newsletter: &Newsletter, at: Instant) -> Self {
        let (details, day) = (newsletter.details(), at.day_in(newsletter.zone()));
        Self { details, day, ..Self::default() }
    }

    /// What is known of an issue that is about to go out, at a moment if there is one.
    pub fn of_sending(
        conn: &mut DbConn,
        issue: &Issue,
        newsletter: &Newsletter,
        at: Option<Instant>,
        now: Instant,
    ) -> Result<Self> {
        let call = Call::of(issue)?;
        // As long as nobody knows when it goes, nothing is close to it.
        let close = match at {
            Some(at) => store::nearest(conn, issue.id, at, calendar::CLOSE)?,
            None => None,
        };
        let at = at.unwrap_or(now);
        let sending = Sending {
            audience: store::audience_size(conn, &call, now)?,
            // One that has been scheduled goes when its turn comes, however late.
            is_past: issue.send_at.is_none() && at < now - PATIENCE,
            last: store::last_audience(conn, issue)?,
            is_tested: store::tested_revision(conn, issue.id)? == Some(issue.current_revision),
            close: close.map(|(other, away)| (other.subject, away.num_hours())),
        };
        Ok(Self { sending: Some(sending), ..Self::of(newsletter, at) })
    }
}

impl Check<'_> {
    /// What only matters when it is about to go.
    pub(super) fn sending(&mut self, sending: &Sending) {
        if sending.is_past {
            self.stop("at", "error-time-past");
        }
        if sending.audience == 0 {
            self.stop("", "error-preflight-nobody");
        } else if sending.is_unusual() {
            let error = FieldError::new("", "error-preflight-audience")
                .with("number", sending.audience)
                .with("last", sending.last.unwrap_or_default());
            self.add(Level::Warn, error);
        }
        if let Some((subject, hours)) = &sending.close {
            let error = FieldError::new("", super::CLOSE);
            self.add(Level::Warn, error.with("subject", subject).with("hours", hours));
        }
        if !sending.is_tested {
            self.warn("", "error-preflight-untested");
        }
    }
}
