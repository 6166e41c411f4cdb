//! Text that is searched by its words: how it is stored, and the pattern of a word.

use unicode_normalization::UnicodeNormalization;

/// A text as it is stored to be searched, and as a search is read: lower case and composed (NFC),
/// so that å is one letter however it was typed.
pub fn folded(text: &str) -> String {
    text.nfc().collect::<String>().to_lowercase()
}

/// The pattern of `LIKE … ESCAPE '\\'` for texts that contain a word.
pub fn containing(word: &str) -> String {
    let mut pattern = String::from("%");
    for character in word.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

/// What stands behind every text that begins with a text, where bytes are compared: it is the end
/// of a stretch of an index.
pub fn after_all(beginning: &str) -> String {
    format!("{beginning}{}", char::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_as_it_is_written_and_however_it_was_typed() {
        assert_eq!(folded("A\u{30a}rsmøde"), "årsmøde");
        assert_eq!(containing("100%_\\"), "%100\\%\\_\\\\%");
    }
}
