//! Words as the archive is searched by: the stems that Snowball makes of them, so that "ledelsens"
//! finds "ledelse", and the words themselves, so that the beginning of one is enough.

use std::collections::BTreeSet;

use rust_stemmers::{Algorithm, Stemmer};

use crate::web::Lang;

/// Goes up when the same text gives other stems: what is stored is made anew then.
pub const VERSION: i32 = 1;

/// Words that are looked for at once.
const MOST_WORDS: usize = 12;

/// A word of a text, and where it stands in it, in octets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// In small letters, without accents.
    pub(super) plain: String,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// The words of a text. å, ø and æ are letters of their own; aa is å, and é is e.
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut is_inside = false;
    for (at, letter) in text.char_indices() {
        // A soft hyphen is in the middle of a word.
        if letter == '\u{AD}' && is_inside {
            continue;
        }
        if !letter.is_alphanumeric() {
            is_inside = false;
            continue;
        }
        if !is_inside {
            words.push(Word { plain: String::new(), start: at, end: at });
            is_inside = true;
        }
        if let Some(word) = words.last_mut() {
            for small in letter.to_lowercase().filter(|small| small.is_alphanumeric()) {
                push(&mut word.plain, small);
            }
            word.end = at + letter.len_utf8();
        }
    }
    words.retain(|word| !word.plain.is_empty());
    words
}

fn push(word: &mut String, letter: char) {
    match letter {
        'a' if word.ends_with('a') => {
            word.pop();
            word.push('å');
        }
        'é' | 'è' | 'ê' | 'ë' => word.push('e'),
        'á' | 'à' | 'â' => word.push('a'),
        'ó' | 'ò' | 'ô' => word.push('o'),
        'ü' | 'ú' | 'ù' => word.push('u'),
        'ä' => word.push('æ'),
        'ö' => word.push('ø'),
        letter => word.push(letter),
    }
}

fn stemmer(lang: Lang) -> Stemmer {
    Stemmer::create(match lang {
        Lang::Da => Algorithm::Danish,
        Lang::En => Algorithm::English,
    })
}

/// What is stored of a text: every word and its stem once, in order, with a blank on both sides.
pub fn stored(text: &str, lang: Lang) -> String {
    let stemmer = stemmer(lang);
    let mut all = BTreeSet::new();
    for word in words(text) {
        all.insert(stemmer.stem(&word.plain).into_owned());
        all.insert(word.plain);
    }
    let mut stored = String::from(" ");
    for word in all {
        stored.push_str(&word);
        stored.push(' ');
    }
    stored
}

/// What one word of a question may look like in what is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Its stem in each language.
    pub(super) stems: [String; 2],
    /// Its beginning; only of the last one, which may not be written to its end.
    pub(super) beginning: Option<String>,
}

impl Asked {
    /// Patterns for `LIKE`, any of which may fit. There is nothing but letters and digits in them.
    pub fn patterns(&self) -> [String; 3] {
        let [danish, english] = &self.stems;
        let beginning = match &self.beginning {
            Some(beginning) => format!("% {beginning}%"),
            None => format!("% {danish} %"),
        };
        [format!("% {danish} %"), format!("% {english} %"), beginning]
    }

    /// Whether a word is one that was asked for.
    pub(super) fn fits(&self, word: &str, stem: &str) -> bool {
        self.stems.iter().any(|asked| asked == stem || asked == word)
            || self.beginning.as_ref().is_some_and(|beginning| word.starts_with(beginning))
    }
}

/// The words of a question; all of them must be found.
pub fn asked(question: &str) -> Vec<Asked> {
    let mut words = words(question);
    words.truncate(MOST_WORDS);
    let stemmers = [stemmer(Lang::Da), stemmer(Lang::En)];
    let last = words.len().saturating_sub(1);
    let asked = words.into_iter().enumerate().map(|(at, word)| Asked {
        stems: stemmers.each_ref().map(|stemmer| stemmer.stem(&word.plain).into_owned()),
        beginning: (at == last).then_some(word.plain),
    });
    asked.collect()
}

/// The stem of a word in a language.
pub(super) fn stem(word: &str, lang: Lang) -> String {
    stemmer(lang).stem(word).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(text: &str, question: &str) -> bool {
        let stored = stored(text, Lang::Da);
        asked(question).iter().all(|word| {
            word.patterns().iter().any(|pattern| stored.contains(pattern.trim_matches('%')))
        })
    }

    #[test]
    fn a_word_finds_its_other_forms() {
        let text = "Ledelsens kerneopgave i Aarhus: caféer, kompetenceudvikling og Ærø";
        for question in [
            "ledelse",
            "LEDELSEN",
            "kerneopgaver",
            "Århus",
            "aarhus",
            "cafe",
            "café",
            "kompetenceudv",
            "kompetenceudviklingen",
            "ærø",
            "ledelse kerneopgave ær",
        ] {
            assert!(finds(text, question), "{question}");
        }
        for question in ["ærø leder2", "arhus", "udvikling", "ledelse findesikke", "ero"] {
            assert!(!finds(text, question), "{question}");
        }
        assert!(!finds(text, "kompetenceudv ledelse"), "only the last word may be a beginning");
    }

    #[test]
    fn words_know_where_they_stand() {
        let found: Vec<_> =
            words("Én café – på 2 Aa\u{AD}rs").into_iter().map(|w| w.plain).collect();
        assert_eq!(found, ["en", "cafe", "på", "2", "års"]);
    }
}
