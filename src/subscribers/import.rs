//! Importing a list of people whose consent somebody states: from the API and the command line.

use std::collections::HashSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::admit::{self, Admission, Verdict};
use super::ledger::{self, LedgerKind};
use super::subscribe::SubscribeForm;
use super::suppression;
use crate::app::App;
use crate::error::{Error, FieldError, Result};
use crate::mail::EmailAddress;
use crate::newsletters::Newsletter;
use crate::staff;

/// Lines that one write takes: long enough to share a commit, short enough to let others write.
const CHUNK: usize = 500;
/// Findings that a report lists; the numbers count all of them.
const MOST_FINDINGS: usize = 1_000;
/// Where these subscriptions come from.
const SOURCE: &str = "import";

/// A list to be imported.
pub struct Import {
    /// To which newsletter.
    pub newsletter: Newsletter,
    /// The people, each with the number of their line.
    pub people: Vec<(usize, SubscribeForm)>,
    /// What their consent rests on, in words: it is kept with each of them.
    pub basis: String,
    /// The day they consented, if it is known.
    pub consented_on: Option<NaiveDate>,
    /// Only say what would happen.
    pub dry_run: bool,
}

/// What became of a list.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Report {
    /// Nothing was written.
    pub dry_run: bool,
    /// Subscribe from now on.
    pub created: usize,
    /// Subscribed already.
    pub unchanged: usize,
    /// Left before, and are not brought back.
    pub ended: usize,
    /// Have a suppressed address.
    pub suppressed: usize,
    /// Stand further up in the list.
    pub duplicate: usize,
    /// Cannot be taken.
    pub invalid: usize,
    /// Every line that did not lead to a subscription, the first thousand of them.
    pub findings: Vec<Finding>,
}

/// A line that did not lead to a subscription.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Finding {
    /// The line in the file, or the place in the list, from 1.
    pub line: usize,
    /// `unchanged`, `ended`, `suppressed`, `duplicate` or `invalid`.
    #[schema(value_type = String)]
    pub verdict: Verdict,
    /// The field that cannot be taken.
    pub field: Option<String>,
    /// What is wrong with it: the key of a text.
    pub code: Option<String>,
}

impl Report {
    fn count(&mut self, line: usize, verdict: Verdict, error: Option<&FieldError>) {
        let counter = match verdict {
            Verdict::Created => &mut self.created,
            Verdict::Unchanged => &mut self.unchanged,
            Verdict::Ended => &mut self.ended,
            Verdict::Suppressed => &mut self.suppressed,
            Verdict::Duplicate => &mut self.duplicate,
            Verdict::Invalid => &mut self.invalid,
        };
        *counter += 1;
        if verdict != Verdict::Created && self.findings.len() < MOST_FINDINGS {
            self.findings.push(Finding {
                line,
                verdict,
                field: error.map(|error| error.field.clone()),
                code: error.map(|error| error.code.to_owned()),
            });
        }
    }
}

/// Imports a list, in chunks: a crash in the middle leaves whole chunks behind, and the same list
/// again goes on, because who is there is left unchanged.
pub async fn import(app: &App, import: Import, actor: &str) -> Result<Report> {
    if import.basis.trim().is_empty() {
        return Err(Error::field("basis", "error-required"));
    }
    let now = app.clock.now();
    let Import { newsletter, people, basis, consented_on, dry_run } = import;
    let zone = newsletter.zone();
    let consented_at = consented_on.and_then(|day| admit::noon(day, zone)).unwrap_or(now);
    if consented_at > now {
        return Err(Error::field("consented_on", "error-in-the-future"));
    }
    let mut report = Report { dry_run, ..Report::default() };
    let mut seen = HashSet::new();
    let mut rows = Vec::new();
    for (line, mut person) in people {
        // The consent is what `basis` says; a list has no box to tick.
        "import".clone_into(&mut person.consent);
        match person.parse(newsletter.language) {
            Ok(new) if !seen.insert(new.address.key()) => {
                report.count(line, Verdict::Duplicate, None);
            }
            Ok(new) => {
                let pepper = &app.config.suppression_pepper;
                let hash = suppression::address_hash(pepper, &new.address.key());
                rows.push((line, new, hash, staff::random_nonce()?));
            }
            Err(errors) => report.count(line, Verdict::Invalid, errors.first()),
        }
    }
    let basis = format!("{} ({actor})", basis.trim());
    while !rows.is_empty() {
        let chunk: Vec<_> = rows.drain(..rows.len().min(CHUNK)).collect();
        let (newsletter, basis) = (newsletter.clone(), basis.clone());
        let work = move |conn: &mut crate::db::DbConn| {
            let mut verdicts = Vec::with_capacity(chunk.len());
            let mut entries = Vec::new();
            for (line, new, hash, nonce) in &chunk {
                let address: &EmailAddress = &new.address;
                if dry_run {
                    let verdict = admit::judge(conn, newsletter.id, address, hash)?;
                    verdicts.push((*line, verdict));
                    continue;
                }
                let admission = Admission {
                    address,
                    hash,
                    details: &new.details,
                    day: now.day_in(zone),
                    kind: LedgerKind::Imported,
                    consented_at,
                    basis: &basis,
                    source: SOURCE,
                    nonce: *nonce,
                };
                let (verdict, entry) = admit::admit(conn, &newsletter, &admission, now)?;
                verdicts.push((*line, verdict));
                entries.extend(entry);
            }
            ledger::record(conn, &entries)?;
            Ok(verdicts)
        };
        let verdicts = if dry_run { app.db.read(work).await? } else { app.db.write(work).await? };
        for (line, verdict) in verdicts {
            report.count(line, verdict, None);
        }
    }
    if !dry_run {
        let details = json!({
            "created": report.created, "unchanged": report.unchanged, "ended": report.ended,
            "suppressed": report.suppressed, "duplicate": report.duplicate,
            "invalid": report.invalid, "basis": basis,
        });
        let (subject, actor) = (format!("newsletter {}", newsletter.slug), actor.to_owned());
        app.db
            .write(move |conn| {
                Ok(staff::store::audit(conn, &actor, "subscribers.import", &subject, details, now)?)
            })
            .await?;
    }
    Ok(report)
}
