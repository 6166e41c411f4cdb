//! The words that an issue brings itself, such as "Læs artiklen", in the newsletter's language:
//! the same in the mail, its plain text and the web version.

use super::content::{BlockKind, Card, Project, ProjectList};
use crate::web::Texts;

/// What stands around a card.
pub(super) struct CardWords {
    /// What it is: "Podcast".
    pub label: String,
    /// Its series, number, date, place or length, in one line.
    pub details: String,
    /// Whom it is for, or nothing.
    pub groups: String,
    /// The words of its link.
    pub link: String,
}

/// The words of a card of a kind.
pub(super) fn card(kind: &BlockKind, card: &Card, texts: Texts) -> CardWords {
    let details = match kind {
        BlockKind::Publication(publication) => vec![publication.edition.to_string()],
        BlockKind::Podcast(podcast) => {
            let series = match podcast.number {
                Some(number) if podcast.series.is_empty() => {
                    texts.with("issue-episode", &[("number", &number)])
                }
                Some(number) => texts.with(
                    "issue-series-episode",
                    &[("series", &podcast.series), ("number", &number)],
                ),
                None => podcast.series.to_string(),
            };
            vec![series, podcast.duration.to_string()]
        }
        BlockKind::Event(event) => vec![event.date.to_string(), event.place.to_string()],
        BlockKind::Ecourse(ecourse) => vec![ecourse.duration.to_string()],
        _ => Vec::new(),
    };
    let link = match card.link_text.is_empty() {
        true => texts.get(&format!("issue-link-{}", kind.name())),
        false => card.link_text.to_string(),
    };
    CardWords {
        label: texts.get(&format!("issue-kind-{}", kind.name())),
        details: joined(details),
        groups: readers(&card.groups, texts),
        link,
    }
}

/// What is there, divided by dots.
pub(super) fn joined(parts: Vec<String>) -> String {
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// "For topledere og chefer"; nothing when it is for all or when nobody said.
fn readers(groups: &[u8], texts: Texts) -> String {
    let names: Vec<String> =
        groups.iter().map(|group| texts.get(&format!("issue-readers-{group}"))).collect();
    match names.as_slice() {
        [one] => texts.with("issue-for-one", &[("one", one)]),
        [one, two] => texts.with("issue-for-two", &[("one", one), ("two", two)]),
        _ => String::new(),
    }
}

/// The projects that are for the same groups, under their heading: first those of one group, then
/// those that cross.
pub(super) fn project_groups(list: &ProjectList, texts: Texts) -> Vec<(String, Vec<&Project>)> {
    let mut sets: Vec<&[u8]> = Vec::new();
    for project in &list.projects {
        if !sets.contains(&project.groups.as_slice()) {
            sets.push(&project.groups);
        }
    }
    // No group at all comes last.
    sets.sort_by_key(|set| (if set.is_empty() { usize::MAX } else { set.len() }, set.to_vec()));
    let heading = |set: &[u8]| match set {
        [] => texts.get("issue-group-none"),
        [one] => texts.get(&format!("issue-group-{one}")),
        many => {
            let numbers: Vec<String> = many.iter().map(u8::to_string).collect();
            texts.with("issue-group-many", &[("groups", &numbers.join(" + "))])
        }
    };
    let members =
        |set: &[u8]| list.projects.iter().filter(|project| project.groups == set).collect();
    sets.iter().map(|set| (heading(set), members(set))).collect()
}
