//! The figures of the other channels: entered by hand, dated, and never changed. A correction is a
//! new figure of the same kind and day; the old one stays and is shown as corrected. Taking one back
//! is a row, too.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::store;
use crate::app::App;
use crate::clock::Instant;
use crate::db::PublicId;
use crate::db::schema::figures;
use crate::error::{Error, FieldError, Result};
use crate::staff;
use crate::text_enum;
use crate::web::direction::unturned;

text_enum! {
    /// Where a figure stands in the status note.
    pub enum Channel {
        /// The site: visits, visitors.
        Site = "site",
        /// Social media: followers.
        Social = "social",
        /// E-courses: participants.
        Courses = "courses",
        /// Podcasts: plays.
        Podcasts = "podcasts",
        /// Anything else.
        Other = "other",
    }
}

text_enum! {
    /// How a value is meant.
    pub enum Qualifier {
        /// As it stands.
        Exact = "exact",
        /// Rounded or estimated.
        About = "about",
        /// The true value is above it.
        MoreThan = "more_than",
    }
}

/// A figure to be.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = figures)]
pub struct NewFigure {
    /// What is counted, in words such as "Følgere på Facebook". Figures of one kind can be compared.
    pub kind: String,
    /// The day on which it was true, or the last day of the period.
    pub day: NaiveDate,
    /// The first day of the period; none for a figure of one day.
    pub period_start: Option<NaiveDate>,
    /// The value.
    pub value: i64,
    /// What it counts, such as "følgere".
    pub unit: String,
    /// How it is meant.
    pub qualifier: Qualifier,
    /// How it was counted, if that needs words.
    pub definition: String,
    /// Where it is from.
    pub source: String,
    /// Where it stands in the status note.
    pub channel: Channel,
    /// Why it cannot be compared with those before it; empty when it can.
    pub series_break: String,
}

/// A figure.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = figures)]
pub struct Figure {
    /// Inside; a later one corrects an earlier one.
    pub id: i64,
    /// Outside.
    pub uuid: PublicId,
    /// What it says.
    #[diesel(embed)]
    pub said: NewFigure,
    /// Who entered it.
    pub entered_by: String,
    /// When.
    pub entered_at: Instant,
    /// Whether it takes back the one of the same kind and day.
    pub taken_back: bool,
}

/// Enters a figure.
///
/// # Errors
/// [`Error::Invalid`] with a finding for each field.
pub async fn enter(app: &App, new: NewFigure, actor: &str) -> Result<PublicId> {
    let findings = check(&new);
    if !findings.is_empty() {
        return Err(Error::Invalid(findings));
    }
    let (actor, now) = (actor.to_owned(), app.clock.now());
    app.db
        .write(move |conn| {
            let uuid = store::figures::insert(conn, &new, &actor, now)?;
            let details = serde_json::json!({ "kind": new.kind, "day": new.day });
            let subject = format!("figure {uuid}");
            staff::store::audit(conn, &actor, "figure.enter", &subject, details, now)?;
            Ok(uuid)
        })
        .await
}

/// Takes a figure back: what stands for its kind and day is then nothing. All rows stay.
///
/// # Errors
/// [`Error::Conflict`] when another entry stands for its day by now.
pub async fn take_back(app: &App, figure: PublicId, actor: &str) -> Result<()> {
    let (actor, now) = (actor.to_owned(), app.clock.now());
    app.db
        .write(move |conn| {
            let figure = store::figures::by_uuid(conn, figure)?;
            let newest = store::figures::newest_like(conn, &figure.said)?;
            if newest.id != figure.id || figure.taken_back {
                return Err(Error::Conflict("error-figure-not-newest"));
            }
            store::figures::take_back(conn, &figure.said, &actor, now)?;
            let details = serde_json::json!({ "kind": figure.said.kind, "day": figure.said.day });
            let subject = format!("figure {}", figure.uuid);
            Ok(staff::store::audit(conn, &actor, "figure.take-back", &subject, details, now)?)
        })
        .await
}

/// Longest text of a figure, in characters.
const LIMIT: usize = 500;

pub(super) fn check(new: &NewFigure) -> Vec<FieldError> {
    let mut findings = Vec::new();
    for (field, text) in [("kind", &new.kind), ("unit", &new.unit), ("source", &new.source)] {
        if text.is_empty() {
            findings.push(FieldError::new(field, "error-required"));
        }
    }
    let texts = [
        ("kind", &new.kind),
        ("unit", &new.unit),
        ("definition", &new.definition),
        ("source", &new.source),
        ("series_break", &new.series_break),
    ];
    for (field, text) in texts {
        if text.chars().count() > LIMIT {
            findings.push(FieldError::new(field, "error-too-long").with("most", LIMIT));
        }
    }
    if new.value < 0 {
        findings.push(FieldError::new("value", "error-figure-value"));
    }
    if new.period_start.is_some_and(|start| start >= new.day) {
        findings.push(FieldError::new("period_start", "error-figure-period"));
    }
    findings
}

/// The form's fields as they were typed; the example's figures are written in the same way.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FigureForm {
    /// Required.
    pub kind: String,
    /// `YYYY-MM-DD`
    pub day: String,
    /// `YYYY-MM-DD`; may be empty.
    pub period_start: String,
    /// A whole number; dots, commas and spaces between thousands are taken.
    pub value: String,
    /// Required.
    pub unit: String,
    /// A word of [`Qualifier`]; empty is exact.
    pub qualifier: String,
    /// May be empty.
    pub definition: String,
    /// Required.
    pub source: String,
    /// A word of [`Channel`]; empty is other.
    pub channel: String,
    /// May be empty.
    pub series_break: String,
}

impl FigureForm {
    /// The figure that was meant, or every finding at once.
    pub fn read(&self) -> Result<NewFigure> {
        let mut findings = Vec::new();
        let day = self.day.trim().parse();
        if day.is_err() {
            findings.push(FieldError::new("day", "error-figure-day"));
        }
        let period_start = match self.period_start.trim() {
            "" => None,
            text => Some(text.parse()),
        };
        if matches!(period_start, Some(Err(_))) {
            findings.push(FieldError::new("period_start", "error-figure-day"));
        }
        let value = read_value(&self.value);
        if value.is_none() {
            findings.push(FieldError::new("value", "error-figure-value"));
        }
        let qualifier = match self.qualifier.as_str() {
            "" => Ok(Qualifier::Exact),
            word => word.parse(),
        };
        if qualifier.is_err() {
            findings.push(FieldError::new("qualifier", "error-choice"));
        }
        let channel = match self.channel.as_str() {
            "" => Ok(Channel::Other),
            word => word.parse(),
        };
        if channel.is_err() {
            findings.push(FieldError::new("channel", "error-choice"));
        }
        let new = NewFigure {
            kind: unturned(self.kind.trim()),
            day: day.unwrap_or(NaiveDate::MAX),
            period_start: period_start.and_then(Result::ok),
            value: value.unwrap_or(0),
            unit: unturned(self.unit.trim()),
            qualifier: qualifier.unwrap_or(Qualifier::Exact),
            definition: unturned(self.definition.trim()),
            source: unturned(self.source.trim()),
            channel: channel.unwrap_or(Channel::Other),
            series_break: unturned(self.series_break.trim()),
        };
        findings.extend(check(&new));
        if findings.is_empty() { Ok(new) } else { Err(Error::Invalid(findings)) }
    }
}

/// Reads "27.699", "27,699", "27 699" and "27699", but not "4,8": between thousands stand three
/// digits.
fn read_value(text: &str) -> Option<i64> {
    let text = text.trim();
    let groups: Vec<&str> = text.split(['.', ',', ' ', '\u{a0}']).collect();
    let is_grouped = groups.len() == 1
        || groups[1..].iter().all(|group| group.len() == 3) && groups[0].len() <= 3;
    let digits = groups.concat();
    let is_number = !groups[0].is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_grouped && is_number { digits.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_read_as_people_write_it() {
        for text in ["27699", "27.699", "27,699", " 27 699 "] {
            assert_eq!(read_value(text), Some(27_699), "{text}");
        }
        assert_eq!(read_value("0"), Some(0));
        for text in ["4,8", "27.69", "", "-5", "1.2.3", "mange", "1234.567", ".500"] {
            assert_eq!(read_value(text), None, "{text}");
        }
    }

    #[test]
    fn a_period_begins_before_it_ends() {
        let form = FigureForm {
            kind: "Besøg på Lederweb".to_owned(),
            day: "2017-11-01".to_owned(),
            period_start: "2017-11-01".to_owned(),
            value: "95.958".to_owned(),
            unit: "besøgende".to_owned(),
            source: "statusnotat".to_owned(),
            ..FigureForm::default()
        };
        let Err(Error::Invalid(findings)) = form.read() else { unreachable!() };
        assert_eq!(findings, [FieldError::new("period_start", "error-figure-period")]);
    }
}
