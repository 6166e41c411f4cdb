//! Words that were not meant to stay, and words that say nothing where they stand. Both languages
//! are looked for in every issue: templates travel.

/// Parts of a text that nobody writes for readers.
const FILLERS: [&str; 6] =
    ["lorem ipsum", "dolor sit amet", "[indsæt", "[insert", "[tekst", "[titel"];

/// Whole texts that only hold a place. In the middle of a sentence they can be meant.
const PLACES: [&str; 12] = [
    "skriv her",
    "tekst her",
    "titel her",
    "overskrift her",
    "indsæt tekst",
    "indsæt titel",
    "write here",
    "text here",
    "title here",
    "heading here",
    "insert text",
    "insert title",
];

/// Words of a link that do not say where it leads.
const GENERIC: [&str; 20] = [
    "her",
    "klik her",
    "tryk her",
    "læs her",
    "se her",
    "læs mere",
    "læs mere her",
    "se mere",
    "mere",
    "link",
    "linket",
    "dette link",
    "here",
    "click here",
    "read more",
    "read more here",
    "see more",
    "more",
    "this link",
    "the link",
];

const IMAGE_ENDINGS: [&str; 7] = [".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".heic"];

/// The words that were to be replaced, as they stand there.
pub(super) fn placeholder(text: &str) -> Option<String> {
    let small = text.to_lowercase();
    if let Some(filler) = FILLERS.iter().find(|filler| small.contains(**filler)) {
        return Some((*filler).to_owned());
    }
    if PLACES.contains(&bare(&small)) {
        return Some(text.trim().to_owned());
    }
    // "TODO-lister" are a word; "TODO: navn" and "TODO" are not.
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '-')
        .flat_map(|word| match word.strip_prefix("TODO-") {
            Some(rest) if rest.starts_with(char::is_alphabetic) => None,
            _ => Some(word.split('-')),
        })
        .flatten()
        .find(|word| {
            matches!(*word, "TODO" | "TBD")
                || (word.len() >= 3 && word.chars().all(|letter| matches!(letter, 'x' | 'X')))
        })
        .map(str::to_owned)
}

/// Whether the words of a link could stand on any link.
pub(super) fn is_generic(words: &str) -> bool {
    GENERIC.contains(&bare(&words.to_lowercase()))
}

/// Whether the description of a picture is the name of its file.
pub(super) fn is_file_name(text: &str) -> bool {
    let small = text.to_lowercase();
    IMAGE_ENDINGS.iter().any(|ending| small.ends_with(ending))
}

/// Without marks and arrows around it.
fn bare(text: &str) -> &str {
    text.trim_matches(|letter: char| !letter.is_alphanumeric())
}
