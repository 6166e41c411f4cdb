//! What was done beside the newsletter: mentions in media, adverts, conferences and meetings.
//! Entered by hand and never changed, like figures: a correction is a row of its own that names the
//! one it corrects, and taking one back is, too.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use url::Url;

use super::store::activities as store;
use crate::app::App;
use crate::clock::Instant;
use crate::db::PublicId;
use crate::db::schema::activities;
use crate::error::{Error, FieldError, Result};
use crate::library::Precision;
use crate::library::form::read_date;
use crate::staff;
use crate::text_enum;
use crate::web::Lang;
use crate::web::direction::unturned;

text_enum! {
    /// What it was.
    pub enum ActivityKind {
        /// A mention in a paper or a magazine, an op-ed among them.
        Media = "media",
        /// An advert.
        Advert = "advert",
        /// A conference, a talk, a stand.
        Conference = "conference",
        /// A meeting.
        Meeting = "meeting",
    }
}

/// An activity to be.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = activities)]
pub struct NewActivity {
    /// What it was.
    pub kind: ActivityKind,
    /// Its title.
    pub title: String,
    /// What sort of it: "kronik", "stand"; may be empty.
    pub sort: String,
    /// The medium, or the place; may be empty.
    pub place: String,
    /// The first day of what is known of its date.
    pub day: NaiveDate,
    /// How much of the date is known.
    pub precision: Precision,
    /// Where it can be read; may be empty.
    pub url: String,
    /// Who says so.
    pub source: String,
}

impl NewActivity {
    /// Its date as far as it is known.
    pub fn date(&self, lang: Lang) -> String {
        self.precision.date(lang, self.day)
    }

    /// Whether it may have been between two days, both included.
    pub fn is_between(&self, first: NaiveDate, last: NaiveDate) -> bool {
        self.day <= last && self.precision.last(self.day) >= first
    }
}

/// An activity.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = activities)]
pub struct Activity {
    /// Inside.
    pub id: i64,
    /// Outside.
    pub uuid: PublicId,
    /// What it says.
    #[diesel(embed)]
    pub said: NewActivity,
    /// The one it corrects or takes back.
    pub corrects: Option<i64>,
    /// Whether it says that there was no such thing.
    pub taken_back: bool,
    /// Who entered it.
    pub entered_by: String,
    /// When.
    pub entered_at: Instant,
}

/// Enters an activity.
///
/// # Errors
/// [`Error::Invalid`] with a finding for each field.
pub async fn enter(app: &App, new: NewActivity, actor: &str) -> Result<PublicId> {
    write(app, None, Some(new), actor).await
}

/// Corrects an activity; the old one stays as a row.
///
/// # Errors
/// [`Error::Conflict`] when it has been corrected already.
pub async fn correct(app: &App, old: PublicId, new: NewActivity, actor: &str) -> Result<PublicId> {
    write(app, Some(old), Some(new), actor).await
}

/// Takes an activity back; all rows stay.
///
/// # Errors
/// [`Error::Conflict`] when it has been corrected or taken back already.
pub async fn take_back(app: &App, old: PublicId, actor: &str) -> Result<()> {
    write(app, Some(old), None, actor).await.map(drop)
}

async fn write(
    app: &App,
    old: Option<PublicId>,
    new: Option<NewActivity>,
    actor: &str,
) -> Result<PublicId> {
    let findings = new.as_ref().map(check).unwrap_or_default();
    if !findings.is_empty() {
        return Err(Error::Invalid(findings));
    }
    let (actor, now) = (actor.to_owned(), app.clock.now());
    app.db
        .write(move |conn| {
            let old = old.map(|old| store::by_uuid(conn, old)).transpose()?;
            if let Some(old) = &old
                && (old.taken_back || store::is_corrected(conn, old.id)?)
            {
                return Err(Error::Conflict("error-activity-not-newest"));
            }
            let (said, taken_back) = match (new, &old) {
                (Some(new), _) => (new, false),
                (None, Some(old)) => (old.said.clone(), true),
                (None, None) => return Err(Error::NotFound),
            };
            let corrects = old.as_ref().map(|old| old.id);
            let uuid = store::insert(conn, &said, corrects, taken_back, &actor, now)?;
            let action = match (taken_back, &old) {
                (true, _) => "activity.take-back",
                (false, Some(_)) => "activity.correct",
                (false, None) => "activity.enter",
            };
            let details = serde_json::json!({
                "title": said.title, "day": said.day, "corrects": old.map(|old| old.uuid),
            });
            staff::store::audit(conn, &actor, action, &format!("activity {uuid}"), details, now)?;
            Ok(uuid)
        })
        .await
}

/// Longest text, in characters.
const LIMIT: usize = 300;

fn check(new: &NewActivity) -> Vec<FieldError> {
    let mut findings = Vec::new();
    for (field, text) in [("title", &new.title), ("source", &new.source)] {
        if text.is_empty() {
            findings.push(FieldError::new(field, "error-required"));
        }
    }
    let texts = [
        ("title", &new.title),
        ("sort", &new.sort),
        ("place", &new.place),
        ("url", &new.url),
        ("source", &new.source),
    ];
    for (field, text) in texts {
        if text.chars().count() > LIMIT {
            findings.push(FieldError::new(field, "error-too-long").with("most", LIMIT));
        }
    }
    let is_address = Url::parse(&new.url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if !new.url.is_empty() && !is_address {
        findings.push(FieldError::new("url", "error-activity-url"));
    }
    findings
}

/// The form's fields as they were typed; the example's activities are written in the same way.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ActivityForm {
    /// A word of [`ActivityKind`]; empty is media.
    pub kind: String,
    /// Required.
    pub title: String,
    /// May be empty.
    pub sort: String,
    /// May be empty.
    pub place: String,
    /// `YYYY-MM-DD`, `YYYY-MM` or `YYYY`
    pub day: String,
    /// May be empty.
    pub url: String,
    /// Required.
    pub source: String,
    /// `correct` or `take-back` on the page of one.
    #[serde(rename = "do")]
    pub step: String,
}

impl From<&NewActivity> for ActivityForm {
    fn from(said: &NewActivity) -> Self {
        let form = match said.precision {
            Precision::Day => "%Y-%m-%d",
            Precision::Month => "%Y-%m",
            Precision::Year => "%Y",
        };
        Self {
            kind: said.kind.to_string(),
            title: said.title.clone(),
            sort: said.sort.clone(),
            place: said.place.clone(),
            day: said.day.format(form).to_string(),
            url: said.url.clone(),
            source: said.source.clone(),
            step: String::new(),
        }
    }
}

impl ActivityForm {
    /// The activity that was meant, or every finding at once.
    pub fn read(&self) -> Result<NewActivity> {
        let mut findings = Vec::new();
        let kind = match self.kind.as_str() {
            "" => Ok(ActivityKind::Media),
            word => word.parse(),
        };
        if kind.is_err() {
            findings.push(FieldError::new("kind", "error-choice"));
        }
        let date = read_date(self.day.trim());
        if date.is_none() {
            findings.push(FieldError::new("day", "error-library-date"));
        }
        let (day, precision) = date.unwrap_or((NaiveDate::MIN, Precision::Day));
        let new = NewActivity {
            kind: kind.unwrap_or(ActivityKind::Media),
            title: unturned(self.title.trim()),
            sort: unturned(self.sort.trim()),
            place: unturned(self.place.trim()),
            day,
            precision,
            url: self.url.trim().to_owned(),
            source: unturned(self.source.trim()),
        };
        findings.extend(check(&new));
        if findings.is_empty() { Ok(new) } else { Err(Error::Invalid(findings)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_to_the_month_may_have_been_on_any_day_of_it() -> Result<()> {
        let form = ActivityForm {
            title: "Væksthusdagen".to_owned(),
            day: "2017-10".to_owned(),
            source: "statusnotat 2017".to_owned(),
            ..ActivityForm::default()
        };
        let said = form.read()?;
        let day = |text: &str| text.parse::<NaiveDate>().unwrap_or_default();
        assert!(said.is_between(day("2017-10-31"), day("2017-12-31")));
        assert!(!said.is_between(day("2017-11-01"), day("2017-12-31")));
        assert_eq!(said.date(Lang::Da), "oktober 2017");
        assert_eq!(ActivityForm::from(&said).day, "2017-10");
        Ok(())
    }

    #[test]
    fn every_finding_is_told_at_once() {
        let form = ActivityForm {
            kind: "fest".to_owned(),
            day: "i efteråret".to_owned(),
            url: "javascript:alert(1)".to_owned(),
            ..ActivityForm::default()
        };
        let Err(Error::Invalid(findings)) = form.read() else { unreachable!() };
        let fields: Vec<&str> = findings.iter().map(|finding| finding.field.as_str()).collect();
        assert_eq!(fields, ["kind", "day", "title", "source", "url"]);
    }
}
