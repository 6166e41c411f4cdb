//! What a request to import says: in JSON with the people, or in the query of a file.

use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::fields::Field;
use super::table::Format;
use super::table::decode::Encoding;
use super::{Existing, Kind, Plan};
use crate::error::{Error, Result};
use crate::subscribers::EndReason;
use crate::web::direction::unturned;

/// What a list rests on and how it is taken: in JSON with the people, or in the query of a file.
#[derive(Debug, Default, Deserialize, IntoParams, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportRequest {
    /// Id or slug.
    pub newsletter: String,
    /// `subscribers`, or `suppressions`: addresses that are to get nothing any more.
    kind: Option<String>,
    /// What their consent rests on, in words.
    #[serde(default)]
    basis: String,
    /// The day they consented.
    consented_on: Option<NaiveDate>,
    /// The text they agreed to.
    #[serde(default)]
    consent_text: String,
    /// Where the evidence is kept.
    #[serde(default)]
    reference: String,
    /// Where they come from; `import` when nothing is said.
    #[serde(default)]
    source: String,
    /// What is done with people who are there: `leave`, `fill` or `overwrite`.
    existing: Option<String>,
    /// Why the addresses of a list of suppressions are: `unsubscribed`, `bounced`, `complained` or
    /// `staff`.
    reason: Option<String>,
    /// The name of a saved mapping of the columns.
    #[serde(default)]
    pub mapping: String,
    /// Only say what would happen.
    #[serde(default)]
    pub dry_run: bool,
    /// `false` answers at once, with the address under which the import can be watched.
    pub wait: Option<bool>,
    /// The people; with a file they are in the body.
    #[serde(default)]
    #[param(ignore)]
    pub subscribers: Vec<Person>,
}

/// Somebody in a list to import; only the address must be given.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Person {
    email: Option<String>,
    name: Option<String>,
    organisation: Option<String>,
    /// `kommune`, `region`, `stat` or `anden`
    sector: Option<String>,
    /// `1`, `2`, `3` or `andet`
    leadership_group: Option<String>,
    /// `da` or `en`
    language: Option<String>,
    /// `all`, `ordinary` or `specials`
    scope: Option<String>,
    /// The day they asked.
    requested_on: Option<String>,
    /// The day they confirmed, from which they count.
    confirmed_on: Option<String>,
    /// `active`, or what else they are: who is `ended` is taken as having left, who is `paused` or
    /// `pending` is not taken.
    state: Option<String>,
    /// The day they left.
    ended_on: Option<String>,
    source: Option<String>,
}

/// The fields of a person in JSON, as columns. Before them stands the place in the list, so that no
/// row is empty.
const COLUMNS: [Field; 12] = [
    Field::Email,
    Field::Name,
    Field::Organisation,
    Field::Sector,
    Field::Group,
    Field::Language,
    Field::Scope,
    Field::Requested,
    Field::Confirmed,
    Field::State,
    Field::Ended,
    Field::Source,
];

/// The people as a file, a line each, and what its columns are. What nobody says is no column.
pub fn as_file(people: Vec<Person>) -> Result<(Vec<u8>, Vec<Option<Field>>)> {
    let mut is_said = [false; COLUMNS.len() + 1];
    let mut file = csv::Writer::from_writer(Vec::new());
    for (at, person) in people.into_iter().enumerate() {
        let cells = [
            Some((at + 1).to_string()),
            person.email,
            person.name,
            person.organisation,
            person.sector,
            person.leadership_group,
            person.language,
            person.scope,
            person.requested_on,
            person.confirmed_on,
            person.state,
            person.ended_on,
            person.source,
        ];
        // A line break is refused in every field; here it must not end the line.
        let cell = |cell: Option<String>| cell.unwrap_or_default().replace(['\r', '\n'], "\u{1}");
        let cells = cells.map(cell);
        for (said, cell) in is_said.iter_mut().zip(&cells) {
            *said |= !cell.is_empty();
        }
        file.write_record(cells).map_err(anyhow::Error::from)?;
    }
    let file = file.into_inner().map_err(|error| anyhow::anyhow!("{error}"))?;
    let columns = std::iter::once(None).chain(COLUMNS.map(Some)).zip(is_said);
    // There is always one with the addresses, or the want of it is said instead of each of them.
    let is_there = |field, said| said || field == Some(Field::Email);
    Ok((file, columns.map(|(field, said)| field.filter(|_| is_there(field, said))).collect()))
}

/// How [`as_file`] is read.
pub fn read_as_file(plan: &mut Plan, columns: Vec<Option<Field>>) {
    plan.mapping = columns;
    plan.columns = vec![String::new(); plan.mapping.len()];
    plan.format = Format::Separated { encoding: Encoding::Utf8, separator: ',' };
    plan.has_header = false;
}

impl ImportRequest {
    /// What the list is.
    pub fn kind(&self) -> Result<Kind> {
        word("kind", self.kind.as_deref(), Kind::Subscribers)
    }

    /// Puts into a plan what was asked for.
    pub fn fill(&self, plan: &mut Plan) -> Result<()> {
        plan.basis = unturned(&self.basis);
        plan.consented_on = self.consented_on;
        plan.consent_text = unturned(&self.consent_text);
        plan.reference = unturned(&self.reference);
        plan.source = unturned(&self.source);
        plan.existing = word("existing", self.existing.as_deref(), Existing::Leave)?;
        plan.reason = word("reason", self.reason.as_deref(), EndReason::Unsubscribed)?;
        Ok(())
    }
}

fn word<T: std::str::FromStr>(field: &str, word: Option<&str>, otherwise: T) -> Result<T> {
    match word {
        None | Some("") => Ok(otherwise),
        Some(word) => word.parse().map_err(|_| Error::field(field, "error-choice")),
    }
}
