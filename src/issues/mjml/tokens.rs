//! A source as tags and texts. No tree is built, so that no nesting is too deep.

use super::Place;

/// A piece of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token<'s> {
    /// `<name …>`
    Start {
        name: &'s str,
        attributes: Vec<Attribute<'s>>,
        /// `<name … />`
        is_closed: bool,
        at: usize,
    },
    /// `</name>`
    End { name: &'s str, at: usize },
    /// What stands between tags, as it is written.
    Text { text: &'s str, at: usize },
    /// `<!-- … -->`
    Comment,
}

/// An attribute as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Attribute<'s> {
    pub(super) name: &'s str,
    /// Without its quotes.
    pub(super) value: &'s str,
    pub(super) at: usize,
}

impl Attribute<'_> {
    /// The value as a reader of HTML understands it.
    pub(super) fn decoded(&self) -> String {
        decoded(self.value)
    }
}

impl Token<'_> {
    /// Where it begins, in octets.
    pub(super) fn at(&self) -> usize {
        match self {
            Self::Start { at, .. } | Self::End { at, .. } | Self::Text { at, .. } => *at,
            Self::Comment => 0,
        }
    }

    /// The decoded value of an attribute.
    pub(super) fn attribute(&self, name: &str) -> Option<String> {
        let Self::Start { attributes, .. } = self else { return None };
        attributes.iter().find(|attribute| attribute.name == name).map(Attribute::decoded)
    }
}

/// The line and the column of an octet.
pub(super) fn place(source: &str, at: usize) -> Place {
    let before = source.get(..at).unwrap_or(source);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    Place { line, column }
}

/// Text with its character references read, as HTML has them.
pub(super) fn decoded(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    let mut decoded = String::new();
    for token in html5gum::Tokenizer::new(text) {
        let Ok(token) = token;
        match token {
            html5gum::Token::String(text) => decoded.push_str(&String::from_utf8_lossy(&text)),
            // A tag would be one; what is asked for has none.
            _ => continue,
        }
    }
    decoded
}

/// The tokens up to the first place that is not well written, and where that is.
pub(super) fn tokens(source: &str) -> (Vec<Token<'_>>, Option<usize>) {
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < source.len() {
        let rest = &source[at..];
        let length = match rest.find('<') {
            Some(0) => match tag(rest, at) {
                Some((token, length)) => {
                    tokens.push(token);
                    length
                }
                None => return (tokens, Some(at)),
            },
            found => {
                let text = &rest[..found.unwrap_or(rest.len())];
                tokens.push(Token::Text { text, at });
                text.len()
            }
        };
        at += length;
    }
    (tokens, None)
}

/// What begins with `<`, and its length in octets.
fn tag(rest: &str, at: usize) -> Option<(Token<'_>, usize)> {
    if let Some(comment) = rest.strip_prefix("<!--") {
        // A conditional comment is code for Outlook.
        let end = comment.find("--").filter(|_| !comment.trim_start().starts_with('['))?;
        comment[end..].starts_with("-->").then_some(())?;
        return Some((Token::Comment, "<!--".len() + end + "-->".len()));
    }
    if let Some(closing) = rest.strip_prefix("</") {
        let end = closing.find('>')?;
        let name = closing[..end].trim_end();
        name.chars().all(is_name).then_some(())?;
        return Some((Token::End { name, at }, "</".len() + end + 1));
    }
    let mut after = Rest { rest: rest.strip_prefix('<')?, at: at + 1 };
    let name = after.name()?;
    let mut attributes = Vec::new();
    loop {
        let had_blank = after.skip_blanks();
        if after.take('>') {
            let token = Token::Start { name, attributes, is_closed: false, at };
            return Some((token, after.at - at));
        }
        if after.take('/') {
            after.take('>').then_some(())?;
            let token = Token::Start { name, attributes, is_closed: true, at };
            return Some((token, after.at - at));
        }
        had_blank.then_some(())?;
        attributes.push(after.attribute()?);
    }
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':')
}

struct Rest<'s> {
    rest: &'s str,
    at: usize,
}

impl<'s> Rest<'s> {
    fn skip(&mut self, octets: usize) {
        self.rest = &self.rest[octets..];
        self.at += octets;
    }

    fn skip_blanks(&mut self) -> bool {
        let blanks = self.rest.len() - self.rest.trim_start_matches([' ', '\n']).len();
        self.skip(blanks);
        blanks > 0
    }

    fn take(&mut self, c: char) -> bool {
        let is_there = self.rest.starts_with(c);
        if is_there {
            self.skip(c.len_utf8());
        }
        is_there
    }

    fn name(&mut self) -> Option<&'s str> {
        let end = self.rest.find(|c| !is_name(c))?;
        let name = &self.rest[..end];
        name.starts_with(|c: char| c.is_ascii_alphabetic()).then_some(())?;
        self.skip(end);
        Some(name)
    }

    fn attribute(&mut self) -> Option<Attribute<'s>> {
        let at = self.at;
        let name = self.name()?;
        self.skip_blanks();
        self.take('=').then_some(())?;
        self.skip_blanks();
        let quote = self.rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        self.skip(1);
        let end = self.rest.find([quote, '<'])?;
        let value = &self.rest[..end];
        self.skip(end);
        self.take(quote).then_some(Attribute { name, value, at })
    }
}
