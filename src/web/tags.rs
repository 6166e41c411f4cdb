//! Tags: the words by which items of the library and pictures are found.

use std::collections::BTreeSet;

use crate::error::FieldError;

/// Longest tag, in characters.
const LONGEST: usize = 50;
/// Most tags of a thing.
const MOST: usize = 20;

/// Tags as they are typed: parted by commas or lines, each one once, in alphabetical order, and
/// without marks that turn the direction of what stands behind them.
pub fn read(text: &str) -> Vec<String> {
    let tags = text.split([',', ';', '\n']).map(|tag| line(tag).to_lowercase());
    tags.filter(|tag| !tag.is_empty()).collect::<BTreeSet<_>>().into_iter().collect()
}

/// What is wrong with them; the field is `tags`.
pub fn check(tags: &[String]) -> Option<FieldError> {
    if tags.len() > MOST {
        return Some(FieldError::new("tags", "error-library-tags-many").with("most", MOST));
    }
    let long = tags.iter().find(|tag| tag.chars().count() > LONGEST)?;
    Some(FieldError::new("tags", "error-library-tag-long").with("tag", long).with("most", LONGEST))
}

/// One line of text: no line breaks, no invisible characters, no markers of ours.
pub fn line(text: &str) -> String {
    let is_seen = |c: &char| {
        !matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
            && !matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e000}'..='\u{f8ff}')
            && !matches!(c, '\u{fffe}'..='\u{ffff}' | '\u{f0000}'..)
    };
    let spaced = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let seen: String = spaced.filter(is_seen).collect();
    seen.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_a_word_once_and_turns_no_direction() {
        assert_eq!(
            read("\u{202E}Pres\u{202C}, ledelse;pres\n \u{2066}\u{2069},"),
            ["ledelse", "pres"]
        );
        assert_eq!(check(&read(&"å".repeat(LONGEST))), None);
        assert!(check(&read(&"å".repeat(LONGEST + 1))).is_some());
    }
}
