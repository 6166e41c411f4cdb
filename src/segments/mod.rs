//! Segments: saved rules that pick some of a newsletter's subscribers.
//!
//! A segment is a list of requirements that must all hold; each is a list of conditions of which
//! one must hold. That says every "and" and "or" there is, and reads as one sentence. There is no
//! SQL in it from anybody. An issue keeps a copy of the rules of the segments that it is for, so
//! that what was approved is what is counted and sent; when a segment has changed since, the
//! editor is told.

pub mod api;
mod form;
pub mod routes;
pub mod save;
pub mod sentence;
pub mod store;

use std::collections::HashSet;

use chrono::{Datelike, NaiveDate};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::Instant;
use crate::db::schema::segments;
use crate::db::{Json, PublicId};
use crate::error::{Error, FieldError, Result};
use crate::mail::ascii_domain;
use crate::subscribers::{LeadershipGroup, Sector};
use crate::text_enum;
use crate::web::{Lang, direction};

/// Most requirements of a segment.
pub const MOST_REQUIREMENTS: usize = 10;
/// Most conditions of a requirement.
pub const MOST_CONDITIONS: usize = 10;
/// Most values of a condition.
const MOST_VALUES: usize = 20;
/// Longest value, in characters.
const VALUE_LONGEST: usize = 200;
/// The value of a choice for "not stated".
pub const NOT_STATED: &str = "none";

text_enum! {
    /// What a condition looks at.
    pub enum Field {
        /// Where somebody works.
        Sector = "sector",
        /// At which level somebody leads.
        LeadershipGroup = "leadership_group",
        /// The language of pages and mails.
        Language = "language",
        /// The workplace contains these words.
        Organisation = "organisation",
        /// The domain of the address, or one under it.
        Domain = "domain",
        /// Consents to being measured.
        Tracking = "tracking",
        /// Confirmed before a day.
        Before = "before",
        /// Confirmed on a day or after it.
        Since = "since",
        /// Confirmed within so many days.
        Within = "within",
        /// Where the subscription came from.
        Source = "source",
        /// Something else that a list said of somebody: a name, a colon and a value.
        Attribute = "attribute",
        /// Got an issue.
        Received = "received",
        /// Clicked in an issue, having consented to being measured.
        Clicked = "clicked",
    }
}

impl Field {
    /// What can be chosen, where it is a choice; else it is typed.
    pub fn choices(self) -> Option<Vec<&'static str>> {
        let stated = |all: Vec<&'static str>| [all, vec![NOT_STATED]].concat();
        match self {
            Self::Sector => Some(stated(Sector::ALL.iter().map(|it| it.as_str()).collect())),
            Self::LeadershipGroup => {
                Some(stated(LeadershipGroup::ALL.iter().map(|it| it.as_str()).collect()))
            }
            Self::Language => Some(Lang::ALL.iter().map(|it| it.as_str()).collect()),
            Self::Tracking => Some(vec![]),
            _ => None,
        }
    }

    /// Whether it names an issue.
    pub fn is_about_issue(self) -> bool {
        matches!(self, Self::Received | Self::Clicked)
    }
}

/// One condition.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// What it looks at.
    #[schema(value_type = String)]
    pub field: Field,
    /// Whether it is turned round.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub not: bool,
    /// The values of which one must fit: words, a day as `YYYY-MM-DD`, a number of days, the id of
    /// an issue, or the name and the value of an attribute (`Uddannelse: HD`); none for `tracking`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
}

/// The rules: every requirement must hold, and of a requirement one condition.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Rules(pub Vec<Vec<Condition>>);

/// A saved segment.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = segments)]
pub struct Segment {
    /// Inside.
    pub id: i64,
    /// Outside.
    pub uuid: PublicId,
    /// Of which newsletter.
    pub newsletter: i64,
    /// What it is called.
    pub name: String,
    /// The [`Rules`].
    pub rules: Json,
    /// Counts changes, against two who save at once.
    pub version: i32,
    /// By whom it was saved last.
    pub saved_by: String,
    /// When.
    pub saved_at: Instant,
}

impl Segment {
    /// Its rules. What cannot be read is an error and never "everyone".
    pub fn rules(&self) -> Result<Rules> {
        serde_json::from_value(self.rules.0.clone()).map_err(|error| {
            Error::Internal(anyhow::Error::new(error).context("the rules of a segment"))
        })
    }
}

/// A value that names no issue, day or choice.
fn is_value(field: Field, value: &str) -> bool {
    match field {
        Field::Sector | Field::LeadershipGroup | Field::Language | Field::Tracking => {
            field.choices().is_some_and(|choices| choices.contains(&value))
        }
        Field::Organisation | Field::Source => true,
        Field::Attribute => attribute(value).is_some(),
        Field::Domain => ascii_domain(value).is_some_and(|domain| domain == value),
        Field::Before | Field::Since => NaiveDate::parse_from_str(value, "%Y-%m-%d")
            .is_ok_and(|day| (1900..2200).contains(&day.year())),
        Field::Within => value.parse::<u16>().is_ok_and(|days| (1..=3_660).contains(&days)),
        Field::Received | Field::Clicked => value.parse::<PublicId>().is_ok(),
    }
}

/// The name and the value of an attribute: "Uddannelse: HD".
fn attribute(value: &str) -> Option<(&str, &str)> {
    let (name, value) = value.split_once(':')?;
    let (name, value) = (name.trim(), value.trim());
    // To SQLite these are not part of a name but of a way into the document.
    let is_name = !name.is_empty() && !name.contains(['$', '"', '\\', '[', ']']);
    (is_name && !value.is_empty()).then_some((name, value))
}

/// A text on one line, with single blanks, and without marks that turn the writing direction.
fn one_line(text: &str) -> String {
    direction::unturned(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Condition {
    /// It with its values as they are kept, or what is wrong with it.
    fn checked(&self) -> Result<Self, &'static str> {
        let mut seen = HashSet::new();
        let written = self.values.iter().map(|value| match self.field {
            Field::Domain => {
                let typed = value.trim().trim_start_matches('@').trim_start_matches("*.");
                ascii_domain(typed).unwrap_or_else(|| typed.to_owned())
            }
            _ => one_line(value),
        });
        let values: Vec<String> =
            written.filter(|value| !value.is_empty() && seen.insert(value.clone())).collect();
        let takes_none = self.field == Field::Tracking;
        if takes_none != values.is_empty() {
            return Err("error-segment-value");
        }
        if values.len() > MOST_VALUES
            || values.iter().any(|value| value.chars().count() > VALUE_LONGEST)
        {
            return Err("error-segment-large");
        }
        let is_single = matches!(self.field, Field::Before | Field::Since | Field::Within);
        if is_single && values.len() > 1 {
            return Err("error-segment-one");
        }
        match values.iter().all(|value| is_value(self.field, value)) {
            true => Ok(Self { values, ..self.clone() }),
            false => Err(match self.field {
                Field::Domain => "error-segment-domain",
                Field::Before | Field::Since => "error-segment-day",
                Field::Within => "error-segment-days",
                Field::Attribute => "error-segment-attribute",
                Field::Received | Field::Clicked => "error-segment-issue",
                _ => "error-choice",
            }),
        }
    }
}

impl Rules {
    /// They as they are kept: values tidied, requirements without a condition left out.
    ///
    /// # Errors
    /// [`Error::Invalid`] with a finding for each condition, named `rules.{requirement}.{condition}`,
    /// from 0; or for `rules` when there are none, or too many.
    pub fn checked(&self) -> Result<Self> {
        let mut findings = Vec::new();
        let mut kept = Vec::new();
        for (at, requirement) in self.0.iter().enumerate() {
            let mut conditions = Vec::new();
            for (of, condition) in requirement.iter().enumerate() {
                match condition.checked() {
                    Ok(condition) => conditions.push(condition),
                    Err(code) => findings.push(FieldError::new(format!("rules.{at}.{of}"), code)),
                }
            }
            if requirement.len() > MOST_CONDITIONS {
                let error = FieldError::new("rules", "error-segment-many");
                findings.push(error.with("most", MOST_CONDITIONS));
            }
            if !conditions.is_empty() {
                kept.push(conditions);
            }
        }
        if self.0.len() > MOST_REQUIREMENTS {
            let error = FieldError::new("rules", "error-segment-many");
            findings.push(error.with("most", MOST_REQUIREMENTS));
        }
        if kept.is_empty() && findings.is_empty() {
            findings.push(FieldError::new("rules", "error-segment-empty"));
        }
        if findings.is_empty() { Ok(Self(kept)) } else { Err(Error::Invalid(findings)) }
    }

    /// The issues that they name.
    pub fn issues(&self) -> impl Iterator<Item = PublicId> {
        let about = self.0.iter().flatten().filter(|condition| condition.field.is_about_issue());
        about.flat_map(|condition| &condition.values).filter_map(|value| value.parse().ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(field: Field, values: &[&str]) -> Rules {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        Rules(vec![vec![Condition { field, not: false, values }]])
    }

    #[test]
    fn values_are_kept_in_one_form() -> Result<()> {
        let checked = one(Field::Domain, &["@Århus.DK", "*.århus.dk", " rm.dk "]).checked()?;
        assert_eq!(checked.0[0][0].values, ["xn--rhus-poa.dk", "rm.dk"]);
        let checked = one(Field::Organisation, &["  Aarhus \n Kommune", ""]).checked()?;
        assert_eq!(checked.0[0][0].values, ["Aarhus Kommune"]);
        assert_eq!(Rules(vec![vec![], checked.0[0].clone()]).checked()?, checked);
        Ok(())
    }

    #[test]
    fn what_is_no_rule_is_said_where_it_stands() {
        for (rules, code) in [
            (Rules::default(), "error-segment-empty"),
            (one(Field::Sector, &[]), "error-segment-value"),
            (one(Field::Sector, &["kirke"]), "error-choice"),
            (one(Field::Tracking, &["ja"]), "error-segment-value"),
            (one(Field::Domain, &["ikke et domæne"]), "error-segment-domain"),
            (one(Field::Before, &["24. marts 2017"]), "error-segment-day"),
            (one(Field::Before, &["2017-03-24", "2017-03-25"]), "error-segment-one"),
            (one(Field::Within, &["0"]), "error-segment-days"),
            (one(Field::Clicked, &["' OR 1=1"]), "error-segment-issue"),
            (one(Field::Attribute, &["Uddannelse"]), "error-segment-attribute"),
            (one(Field::Attribute, &["$.Uddannelse: HD"]), "error-segment-attribute"),
            (one(Field::Attribute, &["Titel\\: HD"]), "error-segment-attribute"),
            (one(Field::Source, &["a".repeat(201).as_str()]), "error-segment-large"),
        ] {
            let Err(Error::Invalid(findings)) = rules.checked() else { unreachable!("{rules:?}") };
            assert_eq!(findings[0].code, code, "{rules:?}");
        }
    }
}
