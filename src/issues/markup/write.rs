//! Writing light markup.

use super::super::rich_text::{Part, Piece, RichText, Run, Style};
use super::Kind;

impl RichText {
    /// Writes light markup that reads back as this.
    pub fn to_markup(&self) -> String {
        let parts = self.0.iter().map(|part| match part {
            Part::Paragraph(runs) => write_inline(runs),
            Part::Bullets(items) => {
                let items = items.iter().map(|item| format!("- {}", write_inline(item)));
                items.collect::<Vec<_>>().join("\n")
            }
            Part::Numbers(items) => {
                let items = items.iter().enumerate();
                let items = items.map(|(at, item)| format!("{}. {}", at + 1, write_inline(item)));
                items.collect::<Vec<_>>().join("\n")
            }
        });
        parts.collect::<Vec<_>>().join("\n\n")
    }
}

/// Writes the one line of a subject.
pub fn write_line(pieces: &[Piece]) -> String {
    pieces.iter().map(Piece::to_markup).collect()
}

impl Piece {
    fn to_markup(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Name { fallback } => format!("{{{{navn|{fallback}}}}}"),
        }
    }
}

fn write_inline(runs: &[Run]) -> String {
    let mut out = String::new();
    let mut style = Style::default();
    for run in runs {
        if style.link != run.style.link {
            close_link(&mut out, style.link.take());
        }
        if style.bold != run.style.bold {
            out.push_str("**");
        }
        if style.italic != run.style.italic {
            out.push('*');
        }
        if style.link.is_none() && run.style.link.is_some() {
            out.push('[');
        }
        style = run.style.clone();
        match &run.piece {
            Piece::Text(text) => write_text(text, &style, &mut out),
            name @ Piece::Name { .. } => out.push_str(&name.to_markup()),
        }
    }
    close_link(&mut out, style.link);
    if style.bold {
        out.push_str("**");
    }
    if style.italic {
        out.push('*');
    }
    out
}

fn close_link(out: &mut String, link: Option<String>) {
    if let Some(link) = link {
        out.push_str(&format!("]({})", link.replace('(', "\\(").replace(')', "\\)")));
    }
}

/// Text with a backslash before what would be a mark.
fn write_text(text: &str, style: &Style, out: &mut String) {
    let styled = style.bold || style.italic;
    // A star right behind a closing mark would make another mark of the two.
    let mut is_behind_mark = out.ends_with('*');
    for (at, line) in text.split('\n').enumerate() {
        if at > 0 {
            out.push('\n');
        }
        let starts_line = out.is_empty() || out.ends_with('\n');
        let mut line = line;
        if starts_line && Kind::of(line).0 != Kind::Paragraph {
            let mark = line.find([' ', '.']).unwrap_or(0);
            let mark = if line.starts_with(|c: char| c.is_ascii_digit()) { mark } else { 0 };
            out.push_str(&line[..mark]);
            out.push('\\');
            let rest = &line[mark..];
            let first = rest.chars().next().map_or(0, char::len_utf8);
            out.push_str(&rest[..first]);
            line = &rest[first..];
        }
        let mut chars = line.chars().peekable();
        while let Some(c) = chars.next() {
            let next = chars.peek();
            let marks = match c {
                '\\' => true,
                '*' => styled || (at == 0 && is_behind_mark) || !matches!(next, Some(' ')),
                '{' => matches!(next, None | Some('{')),
                ']' => matches!(next, Some('(')),
                '[' => style.link.is_some(),
                _ => false,
            };
            if marks {
                out.push('\\');
            }
            out.push(c);
            is_behind_mark = false;
        }
    }
}
