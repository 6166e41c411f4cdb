//! What a note is to be about: its period and comparison, and what an editor has said of each
//! section.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::document::SectionId;
use crate::error::{Error, FieldError, Result};
use crate::web::Lang;

/// A period and the day with which its end is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
    /// The day with which the last one is compared.
    pub compare: NaiveDate,
}

/// What an editor has said of a section.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SectionPlan {
    /// The words.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub words: String,
    /// A period of its own; without it the note's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
}

/// What a note is to be about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The language.
    pub language: Lang,
    /// The note's period.
    pub period: Period,
    /// What was said of the sections.
    pub sections: BTreeMap<SectionId, SectionPlan>,
}

/// Days of the longest period: more than that is not a year's note.
const LONGEST: i64 = 3 * 366;

impl Period {
    /// A period whose days are in their order.
    ///
    /// # Errors
    /// [`Error::Invalid`] when they are not.
    pub fn new(from: NaiveDate, to: NaiveDate, compare: NaiveDate) -> Result<Self> {
        let mut findings = Vec::new();
        if from > to {
            findings.push(FieldError::new("from", "error-note-order"));
        } else if (to - from).num_days() > LONGEST {
            findings.push(FieldError::new("from", "error-note-too-many-years"));
        }
        if compare >= to {
            findings.push(FieldError::new("compare", "error-note-compare"));
        }
        if findings.is_empty() {
            Ok(Self { from, to, compare })
        } else {
            Err(Error::Invalid(findings))
        }
    }

    /// The days between the two that are compared.
    pub fn days(self) -> i64 {
        (self.to - self.compare).num_days()
    }
}

impl Plan {
    /// A note of which nothing has been said.
    pub fn new(language: Lang, period: Period) -> Self {
        Self { language, period, sections: BTreeMap::new() }
    }

    /// The words of a section.
    pub fn words(&self, id: SectionId) -> &str {
        self.sections.get(&id).map_or("", |section| &section.words)
    }

    /// The period of a section.
    pub fn period_of(&self, id: SectionId) -> Period {
        self.sections.get(&id).and_then(|section| section.period).unwrap_or(self.period)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_days_of_a_period_are_in_order() -> Result<()> {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap_or_default();
        let period = |from, to, compare| Period::new(day(from), day(to), day(compare));
        let year = period("2017-01-01", "2017-10-26", "2016-10-14")?;
        assert_eq!(year.days(), 377);
        assert!(period("2017-12-31", "2017-01-01", "2016-12-31").is_err());
        assert!(period("2017-01-01", "2017-12-31", "2017-12-31").is_err());
        assert!(period("1017-01-01", "2017-12-31", "2016-12-31").is_err());
        Ok(())
    }
}
