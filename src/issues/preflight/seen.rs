//! Who has seen what was found. A warning keeps nothing back once somebody says that they have seen
//! it: that is written down with the issue and in the audit log, for the one revision that it was
//! said of, so that any edit takes it back.

use serde_json::json;

use super::{Facts, Finding, Level, check};
use crate::app::App;
use crate::clock::Instant;
use crate::db::{DbConn, Json, PublicId};
use crate::error::{Error, FieldError, Result};
use crate::issues::compose::{self, Composition};
use crate::issues::store::{self, Override};
use crate::issues::{Issue, preview, schedule};
use crate::staff;

/// The field of an error that says that a warning has been seen by nobody.
const UNSEEN: &str = "accept_warnings";

/// Which warnings the one who acts says they have seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// All there are: a program that was not asked, and is told in the answer.
    All,
    /// Those with these codes.
    Codes(Vec<String>),
    /// Those with these keys ([`Finding::key`]), as a page lists them.
    Keys(Vec<String>),
}

impl Seen {
    fn has(&self, finding: &Finding) -> bool {
        match self {
            Self::All => true,
            Self::Codes(codes) => codes.iter().any(|code| code == finding.error.code),
            Self::Keys(keys) => keys.contains(&finding.key()),
        }
    }
}

/// An issue with all that was found in it.
#[derive(Clone)]
pub struct Examined {
    /// The issue.
    pub composition: Composition,
    /// What was found, the gravest first.
    pub found: Vec<Finding>,
    /// Who has seen which warning of this revision.
    pub overrides: Vec<Override>,
    /// How many would get it now.
    pub audience: i64,
}

/// Looks at an issue as it would go out at a moment, or at its own, or at the proposed one, or now.
pub async fn examine(app: &App, uuid: PublicId, at: Option<Instant>) -> Result<Examined> {
    let now = app.clock.now();
    let (composition, mut facts, overrides) = app
        .db
        .read(move |conn| {
            let composition = compose::open(conn, uuid)?;
            let issue = &composition.issue;
            // What somebody wishes is a moment, too.
            let at = at.or(issue.send_at).or(schedule::proposed(issue).filter(|at| *at > now));
            let facts = Facts::of_sending(conn, issue, &composition.newsletter, at, now)?;
            let overrides = store::overrides(conn, issue.id, issue.current_revision)?;
            Ok((composition, facts, overrides))
        })
        .await?;
    facts.known = composition.known.clone();
    facts.size = Some(preview::size(app, &composition)?);
    let found = check(&composition.content, &facts);
    let audience = facts.sending.map_or(0, |sending| sending.audience);
    Ok(Examined { composition, found, overrides, audience })
}

impl Examined {
    /// What was found of one level.
    fn level(&self, level: Level) -> impl Iterator<Item = &Finding> {
        self.found.iter().filter(move |finding| finding.level == level)
    }

    /// Who has seen a finding.
    pub fn seen_by(&self, finding: &Finding) -> Option<&Override> {
        let key = finding.key();
        self.overrides.iter().find(|known| known.finding == key)
    }

    /// # Errors
    /// [`Error::Invalid`] with what stops it, one finding a field.
    pub fn stop(&self) -> Result<()> {
        let mut stops: Vec<FieldError> = Vec::new();
        for finding in self.level(Level::Stop) {
            if stops.iter().all(|known| known.field != finding.error.field) {
                stops.push(finding.error.clone());
            }
        }
        if stops.is_empty() { Ok(()) } else { Err(Error::Invalid(stops)) }
    }

    /// Lets it go on when nothing stops it and each warning has been seen, before or now.
    ///
    /// # Errors
    /// [`Error::Invalid`] with what stops it, or with the warnings that nobody has seen, under the
    /// field `accept_warnings`.
    pub fn pass(&self, seen: &Seen) -> Result<()> {
        self.stop()?;
        let unseen: Vec<FieldError> = self
            .level(Level::Warn)
            .filter(|finding| self.seen_by(finding).is_none() && !seen.has(finding))
            .map(|finding| FieldError { field: UNSEEN.to_owned(), ..finding.error.clone() })
            .collect();
        if unseen.is_empty() { Ok(()) } else { Err(Error::Invalid(unseen)) }
    }

    /// Whether the number of recipients is to be typed: the audience is not like the last one's, or
    /// going on overrides a warning.
    pub fn asks_for_number(&self) -> bool {
        self.level(Level::Warn).next().is_some()
    }

    /// Writes down what was found, and who has seen which warning; to be called in the write that
    /// approves or schedules, after [`Examined::pass`].
    pub fn keep(&self, conn: &mut DbConn, issue: &Issue, actor: &str, now: Instant) -> Result<()> {
        let revision = issue.current_revision;
        let mut findings = Vec::new();
        for finding in &self.found {
            let before = self.seen_by(finding);
            let is_new = finding.level == Level::Warn && before.is_none();
            let seen_by = before.map_or(actor, |known| &known.seen_by);
            findings.push(json!({
                "level": finding.level.as_str(),
                "code": finding.error.code,
                "field": finding.error.field,
                "block": finding.block,
                "values": finding.error.args,
                "seen_by": (finding.level == Level::Warn).then_some(seen_by),
            }));
            if is_new {
                let row = Override {
                    issue: issue.id,
                    revision,
                    finding: finding.key(),
                    code: finding.error.code.to_owned(),
                    block: finding.block,
                    seen_by: actor.to_owned(),
                    at: now,
                };
                if store::keep_override(conn, &row)? {
                    let details = json!({
                        "revision": revision, "code": row.code, "block": row.block,
                    });
                    let subject = format!("issue {}", issue.uuid);
                    staff::store::audit(conn, actor, "issue.override", &subject, details, now)?;
                }
            }
        }
        let result = json!({
            "revision": revision, "by": actor, "at": now.utc().to_rfc3339(), "found": findings,
        });
        Ok(store::keep_preflight(conn, issue.id, Json(result))?)
    }
}
