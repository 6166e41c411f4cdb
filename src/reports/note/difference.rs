//! What differs between two versions of a note: numbers, and the editor's words.

use super::document::{Document, SectionId};
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
    /// Of which section.
    pub section: SectionId,
    /// Its heading.
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
    for section in &new.sections {
        let before = old.section(section.id).map_or("", |section| &section.words);
        if before != section.words {
            difference.words.push(ChangedWords {
                section: section.id,
                title: section.title.clone(),
                words: words(before, &section.words),
            });
        }
    }
    difference
}
