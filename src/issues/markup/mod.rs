//! The light markup in which people type rich text: paragraphs divided by an empty line, `**bold**`,
//! `*italic*`, `[text](https://…)`, `- item`, `1. item` and `{{navn|fallback}}`. A backslash before a
//! mark takes its meaning away. What is read is canonical, and what is written reads back the same.

mod read;
mod write;

#[cfg(test)]
mod tests;

pub use read::parse_line;
pub use write::write_line;

/// Why a text cannot be read: a Fluent code, and the word that it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkupError {
    /// The Fluent message.
    pub code: &'static str,
    /// What stood there.
    pub found: String,
}

/// Whether a character divides words; a no-break space does not.
fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\n')
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Paragraph,
    Bullet,
    Number,
}

impl Kind {
    /// What a line is, and the line without its mark.
    fn of(line: &str) -> (Self, &str) {
        for bullet in ["- ", "• "] {
            if let Some(rest) = line.strip_prefix(bullet) {
                return (Self::Bullet, rest.trim_start_matches(is_blank));
            }
        }
        let digits = line.bytes().take_while(u8::is_ascii_digit).count();
        match line.get(digits..).and_then(|rest| rest.strip_prefix(". ")) {
            Some(rest) if (1..=3).contains(&digits) => {
                (Self::Number, rest.trim_start_matches(is_blank))
            }
            _ => (Self::Paragraph, line),
        }
    }
}
