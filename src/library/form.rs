//! The form of an item: text fields in, an item out, or what is wrong with them.

use chrono::{Datelike, NaiveDate};
use serde::Deserialize;

use super::{Details, Item, ItemKind, NewItem, Precision, save};
use crate::error::{Error, FieldError, Result};
use crate::web::{Lang, direction};

/// The fields as they were typed, so that a form with an error shows them again.
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub struct ItemForm {
    /// A word of [`ItemKind`].
    pub kind: ItemKind,
    /// Required.
    pub title: String,
    /// May be empty.
    pub summary: String,
    /// A word of [`Lang`].
    pub language: Lang,
    /// `YYYY-MM-DD`, `YYYY-MM` or `YYYY`.
    pub published: String,
    /// May be empty.
    pub series: String,
    /// May be empty.
    pub number: String,
    /// A ticked box each.
    pub group_1: Option<String>,
    /// A ticked box each.
    pub group_2: Option<String>,
    /// A ticked box each.
    pub group_3: Option<String>,
    /// May be empty.
    pub image_url: String,
    /// May be empty.
    pub place: String,
    /// `YYYY-MM-DD`
    pub valid_until: String,
    /// One a line.
    pub addresses: String,
    /// Parted by commas.
    pub tags: String,
}

impl Default for ItemForm {
    fn default() -> Self {
        Self {
            kind: ItemKind::Article,
            title: String::new(),
            summary: String::new(),
            language: Lang::Da,
            published: String::new(),
            series: String::new(),
            number: String::new(),
            group_1: None,
            group_2: None,
            group_3: None,
            image_url: String::new(),
            place: String::new(),
            valid_until: String::new(),
            addresses: String::new(),
            tags: String::new(),
        }
    }
}

impl From<&Item> for ItemForm {
    fn from(item: &Item) -> Self {
        let details = &item.details;
        let groups = details.groups();
        let ticked = |group: u8| groups.contains(&group).then(String::new);
        Self {
            kind: details.kind,
            title: details.title.clone(),
            summary: details.summary.clone(),
            language: details.language,
            published: match (details.published_on, details.published_precision) {
                (Some(day), Some(Precision::Year)) => day.format("%Y").to_string(),
                (Some(day), Some(Precision::Month)) => day.format("%Y-%m").to_string(),
                (Some(day), _) => day.to_string(),
                (None, _) => String::new(),
            },
            series: details.series.clone().unwrap_or_default(),
            number: details.number.map(|number| number.to_string()).unwrap_or_default(),
            group_1: ticked(1),
            group_2: ticked(2),
            group_3: ticked(3),
            image_url: details.image_url.clone().unwrap_or_default(),
            place: details.place.clone().unwrap_or_default(),
            valid_until: details.valid_until.map(|day| day.to_string()).unwrap_or_default(),
            addresses: item.addresses.join("\n"),
            tags: item.tags.join(", "),
        }
    }
}

impl ItemForm {
    /// The item that was meant, or every finding at once.
    pub fn read(&self) -> Result<NewItem> {
        let mut findings = Vec::new();
        let published = if self.published.trim().is_empty() {
            None
        } else {
            let date = read_date(self.published.trim());
            if date.is_none() {
                findings.push(FieldError::new("published", "error-library-date"));
            }
            date
        };
        let number = filled(&self.number).map(|text| text.parse());
        if matches!(number, Some(Err(_))) {
            findings.push(FieldError::new("number", "error-library-number"));
        }
        let valid_until = filled(&self.valid_until).map(|text| text.parse());
        if matches!(valid_until, Some(Err(_))) {
            findings.push(FieldError::new("valid_until", "error-library-day"));
        }
        let groups = [("1", &self.group_1), ("2", &self.group_2), ("3", &self.group_3)];
        let groups: Vec<&str> =
            groups.iter().filter(|(_, ticked)| ticked.is_some()).map(|(group, _)| *group).collect();
        let new = NewItem {
            details: Details {
                kind: self.kind,
                title: filled(&self.title).unwrap_or_default(),
                summary: filled(&self.summary).unwrap_or_default(),
                language: self.language,
                published_on: published.map(|(day, _)| day),
                published_precision: published.map(|(_, precision)| precision),
                series: filled(&self.series),
                number: number.and_then(Result::ok),
                leadership_groups: groups.join(","),
                image_url: filled(&self.image_url),
                place: filled(&self.place),
                valid_until: valid_until.and_then(Result::ok),
            },
            addresses: self.addresses.lines().filter_map(filled).collect(),
        };
        findings.extend(save::check(&new));
        if findings.is_empty() { Ok(new) } else { Err(Error::Invalid(findings)) }
    }
}

fn filled(text: &str) -> Option<String> {
    let text = direction::unturned(text.trim());
    (!text.is_empty()).then_some(text)
}

/// A date as far as it is known.
pub fn read_date(text: &str) -> Option<(NaiveDate, Precision)> {
    let (first, precision) = match text.len() {
        4 => (format!("{text}-01-01"), Precision::Year),
        7 => (format!("{text}-01"), Precision::Month),
        10 => (text.to_owned(), Precision::Day),
        _ => return None,
    };
    // chrono would take signs and single digits too.
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let day: NaiveDate = first.parse().ok().filter(|_| is_plain)?;
    (1..=9999).contains(&day.year()).then_some((day, precision))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_kept_as_far_as_it_is_known() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap_or_default();
        assert_eq!(read_date("2017"), Some((day("2017-01-01"), Precision::Year)));
        assert_eq!(read_date("2017-10"), Some((day("2017-10-01"), Precision::Month)));
        assert_eq!(read_date("2017-08-25"), Some((day("2017-08-25"), Precision::Day)));
        for wrong in ["25/8 2017", "2017-13", "201", "+2017-1-1", "i går"] {
            assert_eq!(read_date(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn every_finding_is_told_at_once() {
        let form = ItemForm {
            published: "engang".to_owned(),
            number: "syv".to_owned(),
            image_url: "http://billeder.example/1.png".to_owned(),
            addresses: "javascript:alert(1)".to_owned(),
            ..ItemForm::default()
        };
        let Err(Error::Invalid(findings)) = form.read() else { unreachable!() };
        let fields: Vec<&str> = findings.iter().map(|finding| finding.field.as_str()).collect();
        assert_eq!(fields, ["published", "number", "title", "image_url", "addresses"]);
    }
}
