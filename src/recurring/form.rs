//! The form of a series: text fields in, a series out, or what is wrong with them.

use chrono::NaiveDate;

use super::{NewSeries, Rule, Series, Start, Weeks};
use crate::db::PublicId;
use crate::error::{Error, FieldError, Result};
use crate::issues::form::Pairs;
use crate::library::ItemKind;

/// The fields as they were typed, so that a form with an error shows them again.
#[derive(Debug, Clone, Default)]
pub struct SeriesForm {
    /// The newsletter's slug.
    pub newsletter: String,
    /// What people call it.
    pub name: String,
    /// `weeks` or `cron`.
    pub when: String,
    /// The days of the week that are ticked.
    pub weekdays: Vec<String>,
    /// Every so many weeks.
    pub every: String,
    /// `YYYY-MM-DD`
    pub starts_on: String,
    /// `HH:MM`
    pub time: String,
    /// A pattern.
    pub cron: String,
    /// `empty`, `last`, or the id of a template.
    pub start: String,
    /// The subject.
    pub subject: String,
    /// The kinds that are ticked.
    pub kinds: Vec<String>,
    /// Days.
    pub lead_days: String,
}

impl SeriesForm {
    /// What a new series is proposed to be.
    pub fn blank(newsletter: &str, title: &str, subject: &str, today: NaiveDate) -> Self {
        let texts = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let all: Vec<&str> = ItemKind::ALL.iter().map(|kind| kind.as_str()).collect();
        Self {
            newsletter: newsletter.to_owned(),
            name: title.to_owned(),
            when: "weeks".to_owned(),
            weekdays: texts(&["thu"]),
            every: "2".to_owned(),
            starts_on: today.to_string(),
            time: "09:00".to_owned(),
            start: Start::Last.as_str().to_owned(),
            subject: subject.to_owned(),
            kinds: texts(&all),
            lead_days: "3".to_owned(),
            ..Self::default()
        }
    }

    /// A series as it is changed.
    pub fn of(series: &Series, newsletter: &str, template: Option<PublicId>) -> Result<Self> {
        let mut form = Self {
            newsletter: newsletter.to_owned(),
            name: series.name.clone(),
            every: "2".to_owned(),
            time: "09:00".to_owned(),
            start: match template {
                Some(template) => template.to_string(),
                None => series.start.as_str().to_owned(),
            },
            subject: series.subject.clone(),
            kinds: series.kinds().iter().map(|kind| kind.as_str().to_owned()).collect(),
            lead_days: series.lead_days.to_string(),
            ..Self::default()
        };
        match series.rule()? {
            Rule::Weeks(weeks) => {
                form.when = "weeks".to_owned();
                form.weekdays = weeks.weekdays;
                form.every = weeks.every.to_string();
                form.starts_on = weeks.starts_on.to_string();
                form.time = weeks.time;
            }
            Rule::Cron(pattern) => {
                form.when = "cron".to_owned();
                form.cron = pattern;
            }
        }
        Ok(form)
    }

    /// What a browser sent.
    pub fn sent(pairs: &Pairs) -> Self {
        let mut form = Self::default();
        for (name, value) in pairs {
            let value = value.trim().to_owned();
            match name.as_str() {
                "newsletter" => form.newsletter = value,
                "name" => form.name = value,
                "when" => form.when = value,
                "weekdays" => form.weekdays.push(value),
                "every" => form.every = value,
                "starts_on" => form.starts_on = value,
                "time" => form.time = value,
                "cron" => form.cron = value,
                "start" => form.start = value,
                "subject" => form.subject = value,
                "kinds" => form.kinds.push(value),
                "lead_days" => form.lead_days = value,
                _ => {}
            }
        }
        form
    }

    /// The template that was chosen.
    pub fn template(&self) -> Option<PublicId> {
        self.start.parse().ok()
    }

    /// The series that was meant, of this newsletter and with this template.
    pub fn read(&self, newsletter: i64, template: Option<i64>) -> Result<NewSeries> {
        let rule = match self.when.as_str() {
            "cron" => Rule::Cron(self.cron.clone()),
            _ => Rule::Weeks(Weeks {
                weekdays: self.weekdays.clone(),
                every: self.every.parse().unwrap_or_default(),
                starts_on: self
                    .starts_on
                    .parse()
                    .map_err(|_| Error::field("starts_on", "error-recurring-day"))?,
                time: self.time.clone(),
            }),
        };
        let kinds: Result<Vec<ItemKind>, String> = self.kinds.iter().map(|k| k.parse()).collect();
        let mut findings = Vec::new();
        let kinds = kinds.unwrap_or_else(|_| {
            findings.push(FieldError::new("kinds", "error-choice"));
            Vec::new()
        });
        let start = match self.template() {
            Some(_) => Some(Start::Template),
            None => self.start.parse().ok(),
        };
        if start.is_none() {
            findings.push(FieldError::new("start", "error-choice"));
        }
        if !findings.is_empty() {
            return Err(Error::Invalid(findings));
        }
        Ok(NewSeries {
            newsletter,
            name: self.name.clone(),
            rule,
            start: start.unwrap_or(Start::Empty),
            template,
            subject: self.subject.clone(),
            kinds,
            lead_days: self.lead_days.parse().unwrap_or(-1),
        })
    }
}
