//! A note that is being written: an editor's words for each section, and sections with a period of
//! their own.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::document::{Document, SectionId, named_numbers, rounding};
use super::plan::{Period, Plan, SectionPlan};
use super::{gather, store};
use crate::app::App;
use crate::clock::Instant;
use crate::db::schema::status_note_drafts;
use crate::db::{self, DbConn, Json, PublicId};
use crate::error::{Error, FieldError, Result};
use crate::links::Links;
use crate::newsletters::{self, Newsletter};
use crate::staff;
use crate::web::Lang;
use crate::web::direction::unturned;

/// A note that is being written.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = status_note_drafts)]
pub struct Draft {
    /// Inside.
    pub id: i64,
    /// Outside.
    pub uuid: PublicId,
    /// Of which newsletter.
    pub newsletter: i64,
    /// The language.
    pub language: Lang,
    /// The first day.
    pub period_start: NaiveDate,
    /// The last day.
    pub period_end: NaiveDate,
    /// The day with which it is compared.
    pub compared_with: NaiveDate,
    /// What was said of the sections; [`Draft::plan`] reads it.
    pub sections: Json,
    /// Rises with every save.
    pub revision: i32,
    /// Who saved it last.
    pub changed_by: String,
    /// When it was begun.
    pub created_at: Instant,
    /// When it was saved last.
    pub updated_at: Instant,
}

/// Sections with what was said of them.
pub type Sections = BTreeMap<SectionId, SectionPlan>;

/// Longest text of a section, in characters.
const LIMIT: usize = 10_000;

impl Draft {
    /// The period of the whole note.
    pub fn period(&self) -> Period {
        Period { from: self.period_start, to: self.period_end, compare: self.compared_with }
    }

    /// What the note is to be about.
    pub fn plan(&self) -> Plan {
        Plan {
            language: self.language,
            period: self.period(),
            // Sections that a later version knows are passed over.
            sections: self
                .sections
                .0
                .as_object()
                .into_iter()
                .flatten()
                .filter_map(|(id, said)| {
                    Some((id.parse().ok()?, serde_json::from_value(said.clone()).ok()?))
                })
                .collect(),
        }
    }
}

/// Begins a note, or finds the one of that newsletter, period and language.
pub async fn begin(
    app: &App,
    newsletter: &Newsletter,
    period: Period,
    language: Lang,
    actor: &str,
) -> Result<PublicId> {
    let (newsletter, actor, now) = (newsletter.id, actor.to_owned(), app.clock.now());
    app.db
        .write(move |conn| {
            if let Some(known) = store::draft_of(conn, newsletter, period, language)? {
                return Ok(known.uuid);
            }
            let sections = Json(as_json(&periods(conn, newsletter, period, language)?)?);
            let uuid =
                store::insert_draft(conn, newsletter, period, language, sections, &actor, now)?;
            let details = serde_json::json!({ "period": period });
            let subject = format!("status note {uuid}");
            staff::store::audit(conn, &actor, "note.begin", &subject, details, now)?;
            Ok(uuid)
        })
        .await
}

/// Saves what was said of the sections; the number of the revision that this makes.
///
/// # Errors
/// [`Error::Stale`] when somebody else has saved since `revision`.
pub async fn save(
    app: &App,
    draft: PublicId,
    revision: i32,
    sections: Sections,
    actor: &str,
) -> Result<i32> {
    let sections: Sections = sections
        .into_iter()
        .map(|(id, said)| (id, SectionPlan { words: unturned(said.words.trim()), ..said }))
        .filter(|(_, said)| *said != SectionPlan::default())
        .collect();
    let findings: Vec<FieldError> = sections
        .iter()
        .filter(|(_, said)| said.words.chars().count() > LIMIT)
        .map(|(id, _)| FieldError::new(format!("words-{id}"), "error-too-long").with("most", LIMIT))
        .collect();
    if !findings.is_empty() {
        return Err(Error::Invalid(findings));
    }
    let json = as_json(&sections)?;
    let (links, actor, now) = (app.links.clone(), actor.to_owned(), app.clock.now());
    app.db
        .write(move |conn| {
            let old = store::draft(conn, draft)?;
            if old.revision != revision {
                return Err(Error::Stale);
            }
            if sections.values().any(|said| !named_numbers(&said.words).is_empty()) {
                // Of the periods that are saved with the words, and without the words themselves.
                let mut bare = sections.clone();
                bare.values_mut().for_each(|said| said.words.clear());
                let asked = Draft { sections: Json(as_json(&bare)?), ..old.clone() };
                let findings = unknown_numbers(&document(conn, &asked, &links, now)?, &sections);
                if !findings.is_empty() {
                    return Err(Error::Invalid(findings));
                }
            }
            if old.sections.0 == json {
                return Ok(revision);
            }
            store::save_draft(conn, old.id, revision + 1, Json(json), &actor, now)?;
            let subject = format!("status note {draft}");
            let details = serde_json::json!({ "revision": revision + 1 });
            staff::store::audit(conn, &actor, "note.save", &subject, details, now)?;
            Ok(revision + 1)
        })
        .await
}

fn as_json(sections: &Sections) -> Result<serde_json::Value> {
    Ok(serde_json::to_value(sections).map_err(anyhow::Error::new)?)
}

/// The periods that the sections of the same note have in another language: the words are not the
/// same there, the numbers are.
fn periods(conn: &mut DbConn, newsletter: i64, period: Period, language: Lang) -> Result<Sections> {
    let drafts = store::drafts_of(conn, newsletter)?;
    let same = drafts.iter().find(|draft| draft.language != language && draft.period() == period);
    let mut sections = same.map(|draft| draft.plan().sections).unwrap_or_default();
    sections.values_mut().for_each(|said| said.words.clear());
    sections.retain(|_, said| said.period.is_some());
    Ok(sections)
}

/// Findings for the names of numbers in the words that the note does not have.
fn unknown_numbers(document: &Document, sections: &Sections) -> Vec<FieldError> {
    let mut findings = Vec::new();
    for (id, said) in sections {
        for key in named_numbers(&said.words) {
            let known = document.number(rounding(key).0);
            if known.is_none_or(|number| number.last.is_none()) {
                let finding = FieldError::new(format!("words-{id}"), "error-note-number");
                findings.push(finding.with("name", key));
            }
        }
    }
    findings
}

/// The note of a draft, with the numbers as they are now.
pub fn document(conn: &mut DbConn, draft: &Draft, links: &Links, now: Instant) -> Result<Document> {
    let newsletter = newsletters::store::find(conn, draft.newsletter)?;
    gather(conn, &newsletter, &draft.plan(), links, now)
}

/// The note of a period, worded if somebody has: by the draft of that period; else the words, but
/// not the periods, of the one whose period overlaps it most, because words are about a year.
pub async fn asked_for(
    app: &actix_web::web::Data<App>,
    newsletter: Newsletter,
    period: Period,
    language: Lang,
) -> Result<Document> {
    let (shared, now) = (app.clone(), app.clock.now());
    app.db
        .read(move |conn| {
            let plan = match store::draft_of(conn, newsletter.id, period, language)? {
                Some(draft) => draft.plan(),
                None => {
                    let mut plan = Plan::new(language, period);
                    let drafts = store::drafts_of(conn, newsletter.id)?;
                    if let Some(near) = nearest(&drafts, period, language) {
                        tracing::info!(
                            from = %near.period_start, to = %near.period_end,
                            "the words are those of the note of another period"
                        );
                        plan.sections = near.plan().sections;
                        plan.sections.values_mut().for_each(|said| said.period = None);
                    }
                    for (id, said) in periods(conn, newsletter.id, period, language)? {
                        plan.sections.entry(id).or_default().period = said.period;
                    }
                    plan
                }
            };
            db::at_one_moment(conn, |conn| gather(conn, &newsletter, &plan, &shared.links, now))
        })
        .await
}

fn nearest(drafts: &[Draft], period: Period, language: Lang) -> Option<&Draft> {
    let overlap = |draft: &Draft| {
        (draft.period_end.min(period.to) - draft.period_start.max(period.from)).num_days() + 1
    };
    let half = (period.to - period.from).num_days() / 2;
    drafts
        .iter()
        .filter(|draft| draft.language == language && overlap(draft) > half)
        .max_by_key(|draft| (overlap(draft), draft.id))
}
