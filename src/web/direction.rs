//! Marks that turn the writing direction: with one, a name or a title makes the rest of a line read
//! as something else. What people type is kept without them; letters that are written from right to
//! left need none.

/// Whether a character turns the writing direction of what stands behind it, or ends that.
pub fn turns(letter: char) -> bool {
    matches!(letter, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// The text without such marks.
pub fn unturned(text: &str) -> String {
    text.replace(turns, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_keeps_its_letters_and_its_direction() {
        assert_eq!(unturned("\u{202E}gnp.exe\u{202C} \u{2066}שלום\u{2069} é"), "gnp.exe שלום é");
    }
}
