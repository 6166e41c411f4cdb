//! How a file is read, and what the list rests on: what somebody fills in before it is checked.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::Kind;
use super::fields::{self, Field};
use super::table::Format;
use super::table::guess::Found;
use crate::error::{Error, FieldError, Result};
use crate::subscribers::EndReason;
use crate::text_enum;

/// Characters of a text that somebody fills in.
pub const LONGEST: usize = 2_000;

text_enum! {
    /// What is done with people who are in the register already.
    pub enum Existing {
        /// Nothing: what the register says stays.
        Leave = "leave",
        /// What the register does not know is taken from the list.
        Fill = "fill",
        /// What the list says is taken.
        Overwrite = "overwrite",
    }
}

/// Characters of a source.
pub const LONGEST_SOURCE: usize = 60;

/// How a file is read, and what it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// How the file is read.
    pub format: Format,
    /// Whether its first row names the columns.
    pub has_header: bool,
    /// The names of the columns.
    pub columns: Vec<String>,
    /// Which field each column is; `None` is not read.
    pub mapping: Vec<Option<Field>>,
    /// What is done with people who are there already.
    pub existing: Existing,
    /// What their consent rests on, in words.
    pub basis: String,
    /// The day they consented, if it is one for all.
    pub consented_on: Option<NaiveDate>,
    /// The text they agreed to.
    pub consent_text: String,
    /// Where the evidence is kept.
    pub reference: String,
    /// Where they come from, as growth is counted by.
    pub source: String,
    /// Why addresses of a list of suppressions are, when the list does not say.
    pub reason: EndReason,
}

impl Plan {
    /// What is guessed of a file.
    pub fn guess(found: &Found) -> Self {
        Self {
            format: found.format.clone(),
            has_header: found.has_header,
            columns: found.columns.clone(),
            mapping: fields::guess(found),
            existing: Existing::Leave,
            basis: String::new(),
            consented_on: None,
            consent_text: String::new(),
            reference: String::new(),
            source: String::new(),
            reason: EndReason::Unsubscribed,
        }
    }

    /// What is missing before a list can be checked or run, or cannot be taken.
    pub fn check(&self, kind: Kind, today: NaiveDate) -> Result<()> {
        let mut errors = Vec::new();
        let mut require = |is_fine: bool, field: &str, code: &'static str| {
            if !is_fine {
                errors.push(FieldError::new(field, code));
            }
        };
        let count = |field| self.mapping.iter().filter(|known| **known == Some(field)).count();
        require(count(Field::Email) > 0, "mapping", "error-list-no-email");
        let twice = Field::ALL.iter().any(|field| !field.may_repeat() && count(*field) > 1);
        require(!twice, "mapping", "error-list-twice");
        if kind == Kind::Subscribers {
            require(!self.basis.trim().is_empty(), "basis", "error-required");
            let past = self.consented_on.is_none_or(|day| day <= today);
            require(past, "consented_on", "error-in-the-future");
            // A list that says nothing new of anybody brings people in, and somebody must know when
            // they consented. Rows without a date are judged one by one.
            let is_dated = self.consented_on.is_some()
                || count(Field::Confirmed) > 0
                || count(Field::Requested) > 0
                || self.existing != Existing::Leave;
            require(is_dated, "consented_on", "error-list-consented");
        } else {
            require(self.reason != EndReason::Erased, "reason", "error-choice");
        }
        let texts = [
            ("basis", &self.basis),
            ("consent_text", &self.consent_text),
            ("reference", &self.reference),
        ];
        for (field, text) in texts {
            if text.chars().count() > LONGEST {
                errors.push(FieldError::new(field, "error-too-long").with("most", LONGEST));
            }
        }
        if self.source.contains('@') {
            errors.push(FieldError::new("source", "error-list-source"));
        } else if self.source.chars().count() > LONGEST_SOURCE {
            errors.push(FieldError::new("source", "error-too-long").with("most", LONGEST_SOURCE));
        }
        if errors.is_empty() { Ok(()) } else { Err(Error::Invalid(errors)) }
    }

    /// The text that is kept with the consent of each of them.
    pub fn consent(&self, actor: &str) -> String {
        let mut text = format!("{} ({actor})", self.basis.trim());
        for part in [&self.consent_text, &self.reference] {
            if !part.trim().is_empty() {
                text.push('\n');
                text.push_str(part.trim());
            }
        }
        text
    }
}
