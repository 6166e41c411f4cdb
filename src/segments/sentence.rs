//! The rules of a segment as people read them.

use std::collections::HashMap;

use super::{Condition, Field, NOT_STATED, Rules};
use crate::db::PublicId;
use crate::mail::shown_domain;
use crate::web::{Texts, format};

/// The subjects of issues, by id.
pub type Subjects = HashMap<PublicId, String>;

/// "Abonnenter, hvor sektoren er Kommune eller Region, og hvor …".
pub fn of(rules: &Rules, subjects: &Subjects, texts: Texts) -> String {
    let either = format!(" {} ", texts.get("segment-or"));
    let and = format!("{} ", texts.get("segment-and"));
    let requirement = |conditions: &Vec<Condition>| {
        let clauses: Vec<String> =
            conditions.iter().map(|condition| clause(condition, subjects, texts)).collect();
        clauses.join(&either)
    };
    let requirements: Vec<String> = rules.0.iter().map(requirement).collect();
    texts.t1("segment-sentence", "rules", requirements.join(&and))
}

/// One condition, as it stands behind "hvor".
pub fn clause(condition: &Condition, subjects: &Subjects, texts: Texts) -> String {
    let key = match condition.not {
        true => format!("segment-not-{}", condition.field),
        false => format!("segment-is-{}", condition.field),
    };
    let shown: Vec<String> = condition
        .values
        .iter()
        .map(|value| shown(condition.field, value, subjects, texts))
        .collect();
    let values = shown.join(&format!(" {} ", texts.get("segment-or")));
    match condition.field {
        // A number, so that "1 dag" can be told from "30 dage".
        Field::Within => texts.t1(&key, "values", condition.values.join("")),
        _ => texts.t1(&key, "values", values),
    }
}

/// A value as people read it.
pub fn shown(field: Field, value: &str, subjects: &Subjects, texts: Texts) -> String {
    match field {
        Field::Sector | Field::LeadershipGroup => in_a_sentence(&choice(field, value, texts)),
        Field::Language => choice(field, value, texts),
        Field::Organisation | Field::Source | Field::Attribute => {
            texts.t1("segment-quoted", "text", value)
        }
        Field::Domain => shown_domain(value),
        Field::Before | Field::Since => match value.parse() {
            Ok(day) => format::day(texts.0, day),
            Err(_) => value.to_owned(),
        },
        Field::Received | Field::Clicked => {
            let subject = value.parse().ok().and_then(|id| subjects.get(&id).cloned());
            let subject = subject.unwrap_or_else(|| texts.get("segment-issue-gone"));
            texts.t1("segment-quoted", "text", subject)
        }
        Field::Tracking | Field::Within => value.to_owned(),
    }
}

/// "Kommune" in a list is "kommune" in a sentence.
fn in_a_sentence(label: &str) -> String {
    let mut letters = label.chars();
    let first = letters.next().map(|first| first.to_lowercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

/// A choice as people read it.
pub fn choice(field: Field, value: &str, texts: Texts) -> String {
    match field {
        _ if value == NOT_STATED => texts.get("segment-not-stated"),
        Field::Sector => texts.get(&format!("sector-{value}")),
        Field::LeadershipGroup => texts.get(&format!("group-{value}")),
        _ => texts.get(&format!("library-language-{value}")),
    }
}
