//! What differs between two versions of a note: numbers, the editor's words, and every other line
//! that is printed.

use super::document::{Block, Document, Inline, Section};
use crate::issues::difference::{Stretch, words};

/// A number that is not the same in both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedNumber {
    /// What it counts.
    pub label: String,
    /// The days that it is of.
    pub on: String,
    /// What the old version says; none when it has no such number.
    pub old: Option<String>,
    /// What the new version says.
    pub new: Option<String>,
}

/// Words that are not the same in both.
pub struct ChangedWords {
    /// By what it is found on a page.
    pub id: String,
    /// The heading of its section.
    pub title: String,
    /// Word by word.
    pub words: Vec<Stretch>,
}

/// What differs.
#[derive(Default)]
pub struct Difference {
    /// Numbers, in the order of the new version; those that are gone last.
    pub numbers: Vec<ChangedNumber>,
    /// Words, in the order of the note.
    pub words: Vec<ChangedWords>,
}

impl Difference {
    /// Whether both say the same.
    pub fn is_nothing(&self) -> bool {
        self.numbers.is_empty() && self.words.is_empty()
    }
}

/// Compares an old version with a new one.
pub fn between(old: &Document, new: &Document) -> Difference {
    let mut difference = Difference::default();
    for number in &new.numbers {
        let before = old.number(&number.key);
        let is_same = before.is_some_and(|before| {
            (before.value, &before.shown, before.first, before.last)
                == (number.value, &number.shown, number.first, number.last)
        });
        if !is_same {
            difference.numbers.push(ChangedNumber {
                label: number.label.clone(),
                on: number.on(new.language),
                old: before.map(|before| before.shown.clone()),
                new: Some(number.shown.clone()),
            });
        }
    }
    for number in old.numbers.iter().filter(|number| new.number(&number.key).is_none()) {
        difference.numbers.push(ChangedNumber {
            label: number.label.clone(),
            on: number.on(old.language),
            old: Some(number.shown.clone()),
            new: None,
        });
    }
    let mut compare = |id: &str, title: &str, old: &str, new: &str| {
        if old != new {
            let (id, title) = (id.to_owned(), title.to_owned());
            difference.words.push(ChangedWords { id, title, words: words(old, new) });
        }
    };
    compare("head", &new.title, &head(old), &head(new));
    for section in &new.sections {
        let before = old.section(section.id);
        let typed = before.map_or("", |section| &section.words);
        compare(&format!("words-{}", section.id), &section.title, typed, &section.words);
        // A number that alone has changed stands above already.
        let filled = |document, section: Option<&Section>, keys| {
            section.map(|section| filled(document, section, keys)).unwrap_or_default()
        };
        if filled(old, before, true) != filled(new, Some(section), true) {
            let id = format!("filled-{}", section.id);
            let (old, new) = (filled(old, before, false), filled(new, Some(section), false));
            compare(&id, &section.title, &old, &new);
        }
    }
    let title = new.language.texts().get("note-definitions");
    compare("definitions", &title, &definitions(old), &definitions(new));
    difference
}

/// What stands above the sections; not when the numbers were read, which always differs.
fn head(document: &Document) -> String {
    [&*document.organisation, &document.title, &document.subtitle].join("\n")
}

/// What is filled in in a section, a line each; numbers by their keys, or as they are printed.
fn filled(document: &Document, section: &Section, keys: bool) -> String {
    let mut lines = vec![section.title.clone(), section.period.clone()];
    let say = |inlines: &[Inline]| {
        let piece = |inline: &Inline| match inline {
            Inline::Number(key) if keys => key.clone(),
            // Where a link leads is part of what is said.
            Inline::Link { text, url } => format!("{text} ({url})"),
            other => document.plain(std::slice::from_ref(other)),
        };
        inlines.iter().map(piece).collect::<String>()
    };
    for block in &section.blocks {
        match block {
            Block::Heading(text) => lines.push(text.clone()),
            Block::Paragraph(inlines) => lines.push(say(inlines)),
            Block::List(points) => lines.extend(points.iter().map(|point| say(point))),
            Block::Facts(facts) => lines
                .extend(facts.iter().map(|fact| format!("{}: {}", fact.label, say(&fact.detail)))),
            Block::Table(table) => {
                let heads: Vec<&str> = table.columns.iter().map(|column| &*column.title).collect();
                lines.extend([table.caption.clone(), heads.join(" · ")]);
                let row = |row: &Vec<Vec<Inline>>| {
                    row.iter().map(|cell| say(cell)).collect::<Vec<_>>().join(" · ")
                };
                lines.extend(table.rows.iter().map(row));
            }
            // Its words name numbers, which stand in the table below it.
            Block::Chart(chart) => lines.push(chart.title.clone()),
        }
    }
    lines.join("\n")
}

/// How the numbers were counted, a line each.
fn definitions(document: &Document) -> String {
    let line = |note: &super::document::Note| {
        [&*note.title, &note.definition, &note.limits, &note.source].join(" · ")
    };
    document.notes.iter().map(line).collect::<Vec<_>>().join("\n")
}
