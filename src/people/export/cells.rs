//! What stands in a column for one subscription.

use super::Column;
use crate::clock::Instant;
use crate::people::store::Found;
use crate::segments::{Field, sentence};
use crate::web::Texts;

/// The heading of a column.
pub fn heading(column: Column, texts: Texts) -> String {
    texts.get(&format!("export-column-{column}"))
}

/// The cell of a column.
pub fn cell(column: Column, line: &Found, is_measured: bool, texts: Texts) -> String {
    let (subscription, person, newsletter) = line;
    let chosen = |field, value: Option<&'static str>| {
        value.map_or_else(String::new, |value| sentence::choice(field, value, texts))
    };
    // As every spreadsheet and our own import read it.
    let moment = |at: Option<Instant>| {
        at.map_or_else(String::new, |at| {
            at.in_zone(newsletter.zone()).format("%Y-%m-%d %H:%M").to_string()
        })
    };
    match column {
        Column::Email => person.email.clone(),
        Column::Name => person.name.clone().unwrap_or_default(),
        Column::Organisation => person.organisation.clone().unwrap_or_default(),
        Column::Sector => chosen(Field::Sector, person.sector.map(|it| it.as_str())),
        Column::LeadershipGroup => {
            chosen(Field::LeadershipGroup, person.leadership_group.map(|it| it.as_str()))
        }
        Column::Language => chosen(Field::Language, Some(person.language.as_str())),
        Column::Newsletter => newsletter.title.clone(),
        Column::State => texts.get(&format!("state-{}", subscription.state)),
        Column::Scope => texts.get(&format!("scope-{}", subscription.scope)),
        Column::Source => subscription.source.clone(),
        Column::Asked => moment(Some(subscription.requested_at)),
        Column::Confirmed => moment(subscription.confirmed_at),
        Column::Ended => moment(subscription.ended_at),
        Column::Tracking => {
            texts.get(if is_measured { "register-tracking-yes" } else { "register-tracking-no" })
        }
        Column::Attributes => match person.attributes.0.as_object() {
            Some(all) if !all.is_empty() => person.attributes.0.to_string(),
            _ => String::new(),
        },
    }
}
