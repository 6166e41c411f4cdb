//! The light markup in which people type rich text: paragraphs divided by an empty line, `**bold**`,
//! `*italic*`, `[text](https://…)`, `- item`, `1. item` and `{{navn|fallback}}`. A backslash before a
//! mark takes its meaning away. What is read is canonical, and what is written reads back the same.

use super::rich_text::{Part, Piece, RichText, Run, Style};
use super::text::{self, Target};

/// Longest fallback of a name, in characters.
const FALLBACK_LIMIT: usize = 100;

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

impl RichText {
    /// Reads light markup.
    pub fn parse(markup: &str) -> Result<Self, MarkupError> {
        let clean = text::lines(markup);
        let mut items: Vec<(Kind, String)> = Vec::new();
        let mut goes_on = false;
        for line in clean.split('\n').map(|line| line.trim_matches(is_blank)) {
            let (kind, line) = Kind::of(line);
            match items.last_mut() {
                _ if line.is_empty() => goes_on = false,
                Some((_, item)) if goes_on && kind == Kind::Paragraph => {
                    item.push('\n');
                    item.push_str(line);
                }
                _ => {
                    items.push((kind, line.to_owned()));
                    goes_on = true;
                }
            }
        }
        let mut parts = Vec::new();
        for (kind, item) in items {
            let runs = parse_inline(&item)?;
            if runs.is_empty() {
                continue;
            }
            match (kind, parts.last_mut()) {
                (Kind::Paragraph, _) => parts.push(Part::Paragraph(runs)),
                (Kind::Bullet, Some(Part::Bullets(list)))
                | (Kind::Number, Some(Part::Numbers(list))) => list.push(runs),
                (Kind::Bullet, _) => parts.push(Part::Bullets(vec![runs])),
                (Kind::Number, _) => parts.push(Part::Numbers(vec![runs])),
            }
        }
        Ok(Self(parts))
    }

    /// A tree as it was stored or sent, made canonical by writing and reading it.
    pub fn from_parts(parts: Vec<Part>) -> Result<Self, MarkupError> {
        Self::parse(&Self(parts).to_markup())
    }

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

enum Token {
    Char(char),
    Bold { can_open: bool },
    Italic { can_open: bool },
    LinkStart,
    LinkEnd { url: String, raw: String },
    Name(String),
}

/// Reads the one line of a subject: text and names, no other marks.
pub fn parse_line(line: &str) -> Result<Vec<Piece>, MarkupError> {
    let chars: Vec<char> = text::line(line).chars().collect();
    let mut pieces: Vec<Piece> = Vec::new();
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        if let Some((fallback, length)) = read_name(&chars[at..])? {
            pieces.push(Piece::Name { fallback });
            at += length;
            continue;
        }
        match pieces.last_mut() {
            Some(Piece::Text(text)) => text.push(c),
            _ => pieces.push(Piece::Text(c.to_string())),
        }
        at += 1;
    }
    Ok(pieces)
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

/// A merge field at the start, and how many characters it takes.
fn read_name(chars: &[char]) -> Result<Option<(String, usize)>, MarkupError> {
    if !chars.starts_with(&['{', '{']) {
        return Ok(None);
    }
    let window = &chars[2..chars.len().min(FALLBACK_LIMIT + 20)];
    let Some(length) = window.windows(2).position(|pair| pair == ['}', '}']) else {
        return Ok(None);
    };
    let inner: String = window[..length].iter().collect();
    let (field, fallback) = inner.split_once('|').unwrap_or((&inner, ""));
    let fallback = text::line(fallback);
    let error = |code| Err(MarkupError { code, found: text::line(field) });
    match field.trim().to_lowercase().as_str() {
        "navn" | "name" if fallback.is_empty() => error("error-merge-field-fallback"),
        "navn" | "name" => Ok(Some((fallback, length + 4))),
        _ => error("error-merge-field-unknown"),
    }
}

/// `](address)` at the start, and how many characters it takes.
fn read_link_end(chars: &[char]) -> Option<(String, usize)> {
    if !chars.starts_with(&[']', '(']) {
        return None;
    }
    let mut url = String::new();
    let mut depth = 0_usize;
    let mut at = 2;
    while at < chars.len().min(2 * text::ADDRESS_LIMIT) {
        match (chars[at], chars.get(at + 1)) {
            ('\\', Some(&next)) if matches!(next, '(' | ')') => {
                url.push(next);
                at += 1;
            }
            (')', _) if depth == 0 => return Some((url, at + 1)),
            (c, _) => {
                match c {
                    '(' => depth += 1,
                    ')' => depth -= 1,
                    _ => {}
                }
                url.push(c);
            }
        }
        at += 1;
    }
    None
}

fn tokens(line: &str) -> Result<Vec<Token>, MarkupError> {
    let chars: Vec<char> = line.chars().collect();
    let mut tokens = Vec::with_capacity(chars.len());
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        let rest = &chars[at..];
        let can_open = |width: usize| rest.get(width).is_some_and(|&next| !is_blank(next));
        let (token, width) = match (c, rest.get(1)) {
            ('\\', Some(&next)) if next.is_ascii_punctuation() || next == '•' => {
                (Token::Char(next), 2)
            }
            ('*', Some('*')) => (Token::Bold { can_open: can_open(2) }, 2),
            ('*', _) => (Token::Italic { can_open: can_open(1) }, 1),
            ('[', _) => (Token::LinkStart, 1),
            _ => {
                if let Some((fallback, width)) = read_name(rest)? {
                    (Token::Name(fallback), width)
                } else if let Some((url, width)) = read_link_end(rest) {
                    (Token::LinkEnd { url, raw: rest[..width].iter().collect() }, width)
                } else {
                    (Token::Char(c), 1)
                }
            }
        };
        tokens.push(token);
        at += width;
    }
    Ok(tokens)
}

/// Which marks have a partner; a mark without one is text.
fn partners(tokens: &[Token]) -> Vec<Option<usize>> {
    let mut partners = vec![None; tokens.len()];
    let (mut bold, mut italic, mut link) = (None, None, None);
    for (at, token) in tokens.iter().enumerate() {
        let closed: Option<usize> = match token {
            Token::Bold { can_open } => close_or_open(&mut bold, at, *can_open),
            Token::Italic { can_open } => close_or_open(&mut italic, at, *can_open),
            Token::LinkStart => {
                link = Some(at);
                None
            }
            Token::LinkEnd { .. } => link.take(),
            Token::Char(_) | Token::Name(_) => None,
        };
        if let Some(opened) = closed {
            partners[opened] = Some(at);
            partners[at] = Some(opened);
        }
    }
    partners
}

fn close_or_open(open: &mut Option<usize>, at: usize, can_open: bool) -> Option<usize> {
    let closed = open.take();
    if closed.is_none() && can_open {
        *open = Some(at);
    }
    closed
}

fn parse_inline(line: &str) -> Result<Vec<Run>, MarkupError> {
    let tokens = tokens(line)?;
    let partners = partners(&tokens);
    let mut runs = Runs::default();
    let mut style = Style::default();
    for (token, partner) in tokens.iter().zip(&partners) {
        match (token, partner) {
            (Token::Char(c), _) => runs.char(*c, &style),
            (Token::Name(fallback), _) => runs.name(fallback.clone(), &style),
            (Token::Bold { .. }, Some(_)) => style.bold = !style.bold,
            (Token::Italic { .. }, Some(_)) => style.italic = !style.italic,
            (Token::LinkStart, Some(end)) => {
                if let Token::LinkEnd { url, .. } = &tokens[*end] {
                    let Some(url) = text::address(url, Target::WebOrMail) else {
                        return Err(MarkupError { code: "error-link", found: url.clone() });
                    };
                    style.link = Some(url.to_owned());
                }
            }
            (Token::LinkEnd { .. }, Some(_)) => style.link = None,
            (Token::Bold { .. }, None) => runs.text("**", &style),
            (Token::Italic { .. }, None) => runs.char('*', &style),
            (Token::LinkStart, None) => runs.char('[', &style),
            (Token::LinkEnd { raw, .. }, None) => runs.text(raw, &style),
        }
    }
    Ok(runs.done)
}

/// Builds canonical runs: neighbours of one style are one run, blanks are single, none stand at the
/// ends, and a blank between two styles has only what both have. So a mark that opens never has a
/// blank after it.
#[derive(Default)]
struct Runs {
    done: Vec<Run>,
    blank: Option<char>,
}

impl Runs {
    fn text(&mut self, text: &str, style: &Style) {
        text.chars().for_each(|c| self.char(c, style));
    }

    fn char(&mut self, c: char, style: &Style) {
        if is_blank(c) {
            self.blank = if self.blank == Some('\n') { self.blank } else { Some(c) };
        } else {
            self.write_blank(style);
            self.push(c, style.clone());
        }
    }

    fn name(&mut self, fallback: String, style: &Style) {
        self.write_blank(style);
        self.done.push(Run { piece: Piece::Name { fallback }, style: style.clone() });
    }

    fn write_blank(&mut self, next: &Style) {
        if let (Some(blank), Some(last)) = (self.blank.take(), self.done.last()) {
            let common = Style {
                bold: last.style.bold && next.bold,
                italic: last.style.italic && next.italic,
                link: next.link.clone().filter(|link| last.style.link.as_ref() == Some(link)),
            };
            self.push(blank, common);
        }
    }

    fn push(&mut self, c: char, style: Style) {
        match self.done.last_mut() {
            Some(Run { piece: Piece::Text(text), style: last }) if *last == style => text.push(c),
            _ => self.done.push(Run { piece: Piece::Text(c.to_string()), style }),
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
                '*' => styled || !matches!(next, Some(' ')),
                '{' => matches!(next, None | Some('{')),
                ']' => matches!(next, Some('(')),
                '[' => style.link.is_some(),
                _ => false,
            };
            if marks {
                out.push('\\');
            }
            out.push(c);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn run(text: &str, bold: bool, italic: bool, link: Option<&str>) -> Run {
        let style = Style { bold, italic, link: link.map(str::to_owned) };
        Run { piece: Piece::Text(text.to_owned()), style }
    }

    #[test]
    fn an_editor_types_as_in_a_mail() {
        let text = "Kære {{navn|leder}}\n\nLæs **mere** om *kerneopgaven* på \
                    [Lederweb](https://lederweb.dk/a_(b)?x=1&y=2).\n- Et\n- To\n1. Først\n\n2 * 3 er 6";
        let link = Some("https://lederweb.dk/a_(b)?x=1&y=2");
        let expected = RichText(vec![
            Part::Paragraph(vec![
                run("Kære ", false, false, None),
                Run {
                    piece: Piece::Name { fallback: "leder".to_owned() },
                    style: Style::default(),
                },
            ]),
            Part::Paragraph(vec![
                run("Læs ", false, false, None),
                run("mere", true, false, None),
                run(" om ", false, false, None),
                run("kerneopgaven", false, true, None),
                run(" på ", false, false, None),
                run("Lederweb", false, false, link),
                run(".", false, false, None),
            ]),
            Part::Bullets(vec![
                vec![run("Et", false, false, None)],
                vec![run("To", false, false, None)],
            ]),
            Part::Numbers(vec![vec![run("Først", false, false, None)]]),
            Part::Paragraph(vec![run("2 * 3 er 6", false, false, None)]),
        ]);
        assert_eq!(RichText::parse(text), Ok(expected));
    }

    #[test]
    fn what_cannot_be_meant_is_named() {
        let code = |text| RichText::parse(text).map_err(|error| (error.code, error.found));
        assert_eq!(
            code("Hej {{fornavn|du}}"),
            Err(("error-merge-field-unknown", "fornavn".to_owned()))
        );
        assert_eq!(code("Hej {{navn}}"), Err(("error-merge-field-fallback", "navn".to_owned())));
        assert_eq!(
            code("[klik](javascript:alert)"),
            Err(("error-link", "javascript:alert".to_owned()))
        );
        assert_eq!(
            parse_line("Til {{Name|leder}}: nyt"),
            Ok(vec![
                Piece::Text("Til ".to_owned()),
                Piece::Name { fallback: "leder".to_owned() },
                Piece::Text(": nyt".to_owned()),
            ])
        );
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back_the_same(
            text in r"([-a.1æ*\[\]\(\){}\\ \n|]|\*\*|https://a\.b|\{\{navn\|x\}\}|\[a\]\(https://a\.b\)|[0-9]\. ){0,30}"
        ) {
            if let Ok(tree) = RichText::parse(&text) {
                let markup = tree.to_markup();
                prop_assert_eq!(RichText::parse(&markup), Ok(tree), "{:?}", markup);
            }
        }

        #[test]
        fn any_text_is_read_or_named(text in r"\PC{0,200}") {
            let _ = RichText::parse(&text);
            let _ = parse_line(&text);
        }

        #[test]
        fn plain_words_come_through_as_typed(words in proptest::collection::vec("[a-zæøå,!?]{1,8}", 1..20)) {
            let text = words.join(" ");
            let tree = RichText::parse(&text).map_err(|error| TestCaseError::fail(error.code))?;
            prop_assert_eq!(tree.to_text(), text.clone());
            prop_assert_eq!(tree.to_markup(), text);
        }
    }
}
