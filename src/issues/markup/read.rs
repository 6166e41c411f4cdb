//! Reading light markup.

use super::super::rich_text::{Part, Piece, RichText, Run, Style};
use super::super::text::{self, Target};
use super::{Kind, MarkupError, is_blank};

/// Longest fallback of a name, in characters.
const FALLBACK_LIMIT: usize = 100;

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
