//! A row as a person: parsed once, with a reason when that fails.

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde_json::{Map, Value};

use super::fields::{self, Field};
use super::plan::LONGEST_SOURCE;
use super::table::Row;
use super::words::{self, Said};
use super::{Plan, Reason, Verdict, days};
use crate::clock::Instant;
use crate::mail::{AddressError, EmailAddress};
use crate::subscribers::subscribe::LONGEST;
use crate::subscribers::{EndReason, LeadershipGroup, Scope, Sector};
use crate::web::Lang;

/// Bytes of what is kept with somebody besides the fields of the register.
const MOST_ATTRIBUTES: usize = 8 * 1024;

/// What a list says about somebody; what it does not say is `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The line of the file.
    pub line: u64,
    /// The address.
    pub address: EmailAddress,
    /// [`EmailAddress::key`].
    pub key: String,
    /// The suppression hashes of the address under the names that its domain had before.
    pub former: Vec<Vec<u8>>,
    /// The same under the names that its domain has got since.
    pub later: Vec<Vec<u8>>,
    /// The name.
    pub name: Option<String>,
    /// The workplace.
    pub organisation: Option<String>,
    /// Where that is.
    pub sector: Option<Sector>,
    /// At which level they lead.
    pub leadership_group: Option<LeadershipGroup>,
    /// In which language they read.
    pub language: Option<Lang>,
    /// Which issues they want.
    pub scope: Option<Scope>,
    /// Where they come from.
    pub source: Option<String>,
    /// What else is kept.
    pub attributes: Map<String, Value>,
    /// When they asked.
    pub requested_at: Option<Instant>,
    /// When they confirmed.
    pub confirmed_at: Option<Instant>,
    /// That they left.
    pub ended: Option<Ended>,
}

/// That somebody left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// When, if the list says it.
    pub at: Option<Instant>,
    /// Why.
    pub reason: EndReason,
}

/// Why a row is no person who can be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    /// [`Verdict::Invalid`] or [`Verdict::Skipped`].
    pub verdict: Verdict,
    /// Which field it is about.
    pub field: Option<Field>,
    /// Why.
    pub reason: Reason,
}

impl Refused {
    /// It cannot be taken.
    pub fn invalid(field: impl Into<Option<Field>>, reason: Reason) -> Self {
        Self { verdict: Verdict::Invalid, field: field.into(), reason }
    }
}

/// Reads a row.
pub fn read(row: &Row, plan: &Plan, zone: Tz, now: Instant) -> Result<Person, Refused> {
    if let Some(problem) = row.problem {
        return Err(Refused::invalid(None, problem));
    }
    let cell = |field| {
        let column = plan.mapping.iter().position(|known| *known == Some(field));
        column.and_then(|column| row.cells.get(column)).map_or("", |cell| cell.trim())
    };
    let attributes = attributes(row, plan, cell(Field::Attributes))?;
    // What stands in a column comes before what stands in an object.
    let text = |field: Field| match cell(field) {
        "" => attributes.known.get(field.as_str()).map_or("", String::as_str),
        text => text,
    };
    let address = EmailAddress::parse(cell(Field::Email)).map_err(|error| {
        let reason = match error {
            AddressError::Empty => Reason::NoAddress,
            AddressError::Invalid => Reason::BadAddress,
            AddressError::TooLong => Reason::LongAddress,
        };
        Refused::invalid(Field::Email, reason)
    })?;
    let name = match line(Field::Name, text(Field::Name))? {
        Some(name) => Some(name),
        None => {
            let parts = [text(Field::FirstName), text(Field::LastName)];
            line(Field::Name, parts.join(" ").trim())?
        }
    };
    let time = |field: Field| -> Result<Option<Instant>, Refused> {
        let text = cell(field);
        if text.is_empty() {
            return Ok(None);
        }
        let at = days::read(text, zone).ok_or(Refused::invalid(field, Reason::Day))?;
        // A day without a time is its noon, which may not have come yet today.
        let is_past = at <= now || at.day_in(zone) == now.day_in(zone);
        if is_past { Ok(Some(at.min(now))) } else { Err(Refused::invalid(field, Reason::Future)) }
    };
    let confirmed_at = time(Field::Confirmed)?;
    let requested_at = time(Field::Requested)?;
    let (ended_at, bounced_at) = (time(Field::Ended)?, time(Field::Bounced)?);
    let ended = match state(text(Field::State))? {
        Some(ended) => Some(Ended { at: ended_at.or(bounced_at), ..ended }),
        None if bounced_at.is_some() => Some(Ended { at: bounced_at, reason: EndReason::Bounced }),
        None => ended_at.map(|at| Ended { at: Some(at), reason: EndReason::Unsubscribed }),
    };
    let began = confirmed_at.or(requested_at);
    if let (Some(began), Some(Ended { at: Some(ended), .. })) = (began, ended)
        && ended.day_in(zone) < began.day_in(zone)
    {
        return Err(Refused::invalid(Field::Ended, Reason::Order));
    }
    Ok(Person {
        line: row.line,
        key: address.key(),
        former: Vec::new(),
        later: Vec::new(),
        address,
        name,
        organisation: line(Field::Organisation, text(Field::Organisation))?,
        sector: word(Field::Sector, text(Field::Sector), words::sector)?,
        leadership_group: word(Field::Group, text(Field::Group), words::group)?,
        language: word(Field::Language, text(Field::Language), words::language)?,
        scope: word(Field::Scope, text(Field::Scope), words::scope)?,
        source: source(text(Field::Source))?,
        attributes: attributes.kept,
        requested_at,
        confirmed_at,
        ended,
    })
}

/// One line of text, or nothing.
fn line(field: Field, text: &str) -> Result<Option<String>, Refused> {
    if text.len() > 4 * LONGEST || text.chars().count() > LONGEST {
        Err(Refused::invalid(field, Reason::LongText))
    } else if text.chars().any(char::is_control) {
        Err(Refused::invalid(field, Reason::Controls))
    } else {
        Ok((!text.is_empty()).then(|| text.to_owned()))
    }
}

fn word<T>(field: Field, text: &str, read: fn(&str) -> Option<T>) -> Result<Option<T>, Refused> {
    if text.is_empty() {
        return Ok(None);
    }
    match read(&text.to_lowercase()) {
        Some(value) => Ok(Some(value)),
        None => Err(Refused::invalid(field, Reason::Choice)),
    }
}

/// Whether they have left.
fn state(text: &str) -> Result<Option<Ended>, Refused> {
    let ended = |reason| Ok(Some(Ended { at: None, reason }));
    let skipped = |reason| {
        let field = Some(Field::State);
        Err(Refused { verdict: Verdict::Skipped, field, reason })
    };
    if text.is_empty() {
        return Ok(None);
    }
    match words::state(&text.to_lowercase()) {
        Some(Said::Active) => Ok(None),
        Some(Said::Left) => ended(EndReason::Unsubscribed),
        Some(Said::Bounced) => ended(EndReason::Bounced),
        Some(Said::Complained) => ended(EndReason::Complained),
        Some(Said::ShutOut) => ended(EndReason::Staff),
        Some(Said::Unconfirmed) => skipped(Reason::Unconfirmed),
        // Nobody knows until when: who has asked for nothing for a while gets nothing.
        Some(Said::Paused) => skipped(Reason::Paused),
        None => Err(Refused::invalid(Field::State, Reason::Choice)),
    }
}

/// Where somebody comes from. It is counted by for ever, so it may not be a person.
fn source(text: &str) -> Result<Option<String>, Refused> {
    if text.contains('@') {
        return Err(Refused::invalid(Field::Source, Reason::Personal));
    }
    if text.chars().count() > LONGEST_SOURCE {
        return Err(Refused::invalid(Field::Source, Reason::LongText));
    }
    line(Field::Source, text)
}

#[derive(Default)]
struct Attributes {
    /// What is a field of the register, by its word.
    known: std::collections::HashMap<&'static str, String>,
    kept: Map<String, Value>,
}

fn attributes(row: &Row, plan: &Plan, object: &str) -> Result<Attributes, Refused> {
    let mut found = Attributes::default();
    let columns = plan.mapping.iter().zip(&plan.columns).zip(&row.cells);
    let mut size = 0;
    for ((field, name), cell) in columns {
        if *field == Some(Field::Attribute) && !cell.is_empty() {
            size += name.len() + cell.len();
            found.kept.insert(name.clone(), Value::from(cell.as_str()));
        }
    }
    if !object.is_empty() {
        let invalid = Refused::invalid(Field::Attributes, Reason::Choice);
        let object: Map<String, Value> = serde_json::from_str(object).map_err(|_| invalid)?;
        size += row.cells.iter().map(String::len).sum::<usize>();
        for (name, value) in object {
            match (fields::by_name(&name), value) {
                (
                    Some(
                        field @ (Field::Name
                        | Field::Organisation
                        | Field::Sector
                        | Field::Group
                        | Field::Language),
                    ),
                    Value::String(text),
                ) => {
                    found.known.insert(field.as_str(), text);
                }
                (_, Value::Null) => {}
                // As text, so that both databases compare it alike.
                (_, value @ (Value::Bool(_) | Value::Number(_))) => {
                    found.kept.insert(name, Value::from(value.to_string()));
                }
                (_, value) => {
                    found.kept.insert(name, value);
                }
            }
        }
    }
    // Neither database can hold a zero.
    let has_zero = row.cells.iter().any(|cell| cell.contains('\0')) || object.contains("\\u0000");
    if size > MOST_ATTRIBUTES {
        return Err(Refused::invalid(Field::Attribute, Reason::LongText));
    }
    if has_zero {
        return Err(Refused::invalid(None, Reason::Controls));
    }
    Ok(found)
}

/// The day from which somebody counts, in the newsletter's zone; `None` when the list does not say.
pub fn first_day(person: &Person, zone: Tz) -> Option<NaiveDate> {
    person.confirmed_at.or(person.requested_at).map(|at| at.day_in(zone))
}
