//! MJML that people write: a block, or a whole issue. [`Mjml::read`] is the only way to have some,
//! and takes what the allow-list ([`allowed`]) knows: nothing in it can run, load from elsewhere,
//! or hide our footer. What is sent is written anew from its tokens, never copied ([`mod@write`]).
//!
//! The allow-list may only grow, because what is stored once is read again.

mod allowed;
mod contrast;
mod lint;
mod style;
mod tokens;
mod values;
mod words;
mod write;

#[cfg(test)]
mod tests;

use serde::{Serialize, Serializer};

use super::text;
use crate::error::FieldError;
use crate::mail::mjml;
pub use contrast::Faint;
use tokens::Token;

pub(super) use words::{to_html, to_text};
pub(super) use write::{Addresses, Whole, block, whole};

/// Longest source, in characters.
pub const SOURCE_LIMIT: usize = 200_000;

/// What an issue in MJML begins with.
pub const BEGINNING: &str = include_str!("beginning.mjml");

/// What a source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// One or more `mj-section` among other blocks.
    Block,
    /// `<mjml>…</mjml>`.
    Whole,
}

/// MJML that has been looked through.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mjml {
    source: String,
    links: Vec<String>,
    pictures: Vec<String>,
    labels: Vec<Label>,
    silent: Vec<Place>,
    faint: Vec<Faint>,
}

/// A place in a source, both counted from 1; the column in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The character in it.
    pub column: usize,
}

/// What readers press: a button, or words with a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Where it begins.
    pub place: Place,
    /// Its words; none for a picture.
    pub words: String,
    /// Whether it leads anywhere.
    pub has_address: bool,
}

/// Something that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where.
    pub place: Place,
    /// The Fluent message.
    pub code: &'static str,
    /// Values for the message.
    pub args: Vec<(&'static str, String)>,
}

impl Finding {
    /// As the finding on a field.
    pub fn on(self, field: &str) -> FieldError {
        let Place { line, column } = self.place;
        let error = FieldError::new(field, self.code).with("line", line).with("column", column);
        self.args.into_iter().fold(error, |error, (name, value)| error.with(name, value))
    }
}

impl Mjml {
    /// Looks a source through.
    ///
    /// # Errors
    /// Everything that cannot be taken, in the order of the source; [`SOURCE_LIMIT`] is for the
    /// caller to see to.
    pub fn read(source: &str, shape: Shape) -> Result<Self, Vec<Finding>> {
        let source = text::lines(source);
        if source.trim().is_empty() {
            return Ok(Self::default());
        }
        let (tokens, findings) = lint::lint(&source, shape);
        if !findings.is_empty() {
            return Err(findings);
        }
        // What is allowed can still be too much for the program that makes HTML of it.
        if let Err(error) = mjml::to_html(&write::trial(&tokens, shape)) {
            let place = Place { line: error.line, column: error.column };
            return Err(vec![Finding { place, code: error.fault.code(), args: Vec::new() }]);
        }
        let links = links(&tokens);
        let pictures = tokens.iter().filter_map(|token| token.attribute("src")).collect();
        let silent = silent(&source, &tokens);
        let labels = labels(&source, &tokens);
        let faint = contrast::faint(&source, &tokens);
        Ok(Self { source, links, pictures, labels, silent, faint })
    }

    /// The source.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether nothing is written yet.
    pub fn is_empty(&self) -> bool {
        self.source.is_empty()
    }

    /// The addresses that it leads to, in reading order.
    pub fn links(&self) -> impl Iterator<Item = &str> {
        self.links.iter().map(String::as_str)
    }

    /// The addresses of its pictures, in reading order.
    pub fn pictures(&self) -> impl Iterator<Item = &str> {
        self.pictures.iter().map(String::as_str)
    }

    /// What readers press, in reading order.
    pub fn labels(&self) -> &[Label] {
        &self.labels
    }

    /// Where pictures stand that have no `alt`; an empty one is for pictures that say nothing.
    pub fn silent(&self) -> &[Place] {
        &self.silent
    }

    /// The words that are hard to read.
    pub fn faint(&self) -> &[Faint] {
        &self.faint
    }

    fn tokens(&self) -> Vec<Token<'_>> {
        tokens::tokens(&self.source).0
    }
}

impl Serialize for Mjml {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.source)
    }
}

fn links(tokens: &[Token<'_>]) -> Vec<String> {
    let hrefs = tokens.iter().filter_map(|token| token.attribute("href"));
    hrefs.filter(|href| !href.starts_with("{{")).collect()
}

fn labels(source: &str, tokens: &[Token<'_>]) -> Vec<Label> {
    let mut labels: Vec<Label> = Vec::new();
    // They do not stand in each other.
    let mut open: Option<&str> = None;
    for token in tokens {
        match token {
            Token::Start { name: name @ ("a" | "mj-button"), is_closed, .. } => {
                let has_address = token.attribute("href").is_some();
                let place = tokens::place(source, token.at());
                labels.push(Label { place, words: String::new(), has_address });
                open = (!is_closed).then_some(*name);
            }
            Token::End { name, .. } if open == Some(*name) => open = None,
            Token::Text { text, .. } if open.is_some() => {
                if let Some(label) = labels.last_mut() {
                    label.words.push_str(&tokens::decoded(text));
                }
            }
            _ => {}
        }
    }
    labels
}

fn silent(source: &str, tokens: &[Token<'_>]) -> Vec<Place> {
    let is_silent = |token: &&Token<'_>| {
        matches!(token, Token::Start { name: "mj-image", .. })
            && token.attribute("src").is_some()
            && token.attribute("alt").is_none()
    };
    tokens.iter().filter(is_silent).map(|token| tokens::place(source, token.at())).collect()
}
