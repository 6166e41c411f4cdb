//! Places in a rendered issue that are filled in later: written as markers of private-use
//! characters, which no text of an issue can contain (see [`super::text`]).

use std::borrow::Cow;
use std::fmt::Write as _;

use super::html::Html;
use super::text;

const START: char = '\u{E000}';
const FALLBACK: char = '\u{E001}';
const END: char = '\u{E002}';

/// What goes into a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Splice {
    /// The recipient's name; the only one with a fallback.
    Name,
    /// The recipient's address of the page for unsubscribing.
    Unsubscribe,
    /// The recipient's address of the page for preferences.
    Preferences,
    /// The address of a link of the issue, by its number.
    Link(i32),
    /// Where the open image stands, if there is one; an element, not an address.
    Image,
    /// The address of the recipient's own open image.
    Open,
}

impl Splice {
    /// The marker of a splice that has no fallback.
    pub fn marker(self) -> String {
        match self {
            Self::Name => name_marker(""),
            Self::Unsubscribe => format!("{START}unsubscribe{END}"),
            Self::Preferences => format!("{START}preferences{END}"),
            Self::Link(number) => format!("{START}link {number}{END}"),
            Self::Image => format!("{START}image{END}"),
            Self::Open => format!("{START}open{END}"),
        }
    }

    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "name" => Self::Name,
            "unsubscribe" => Self::Unsubscribe,
            "preferences" => Self::Preferences,
            "image" => Self::Image,
            "open" => Self::Open,
            _ => Self::Link(word.strip_prefix("link ")?.parse().ok()?),
        })
    }
}

/// The marker of the recipient's name. The fallback is given as it is to stand there: escaped in
/// HTML, as it is in text.
pub fn name_marker(fallback: &str) -> String {
    format!("{START}name{FALLBACK}{fallback}{END}")
}

/// Rendered MJML has the markers in attributes as character references; this is HTML with the
/// markers themselves. No text can contain such a reference, because its `&` is escaped.
pub(super) fn from_references(html: &str) -> String {
    [START, FALLBACK, END].into_iter().fold(html.to_owned(), |html, mark| {
        html.replace(&format!("&#x{:X};", u32::from(mark)), mark.encode_utf8(&mut [0; 4]))
    })
}

/// A stretch of a rendered text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'a> {
    /// The same for everyone.
    Fixed(&'a str),
    /// To be filled in; the fallback is already written for the place where it stands.
    Splice(Splice, &'a str),
}

/// Cuts a rendered text at its markers.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, marker, after)) = next_marker(rest) {
        if !before.is_empty() {
            pieces.push(Piece::Fixed(before));
        }
        let (word, fallback) = marker.split_once(FALLBACK).unwrap_or((marker, ""));
        if let Some(splice) = Splice::parse(word) {
            pieces.push(Piece::Splice(splice, fallback));
        }
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Fixed(rest));
    }
    pieces
}

fn next_marker(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once(START)?;
    let (marker, after) = rest.split_once(END)?;
    Some((before, marker, after))
}

/// What a text is, and so how a value is written into it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Escaped.
    Html,
    /// As it is.
    Text,
}

impl Place {
    /// A value as it stands in this place.
    pub fn write(self, value: &str) -> Cow<'_, str> {
        match self {
            Self::Html => Html::escaped(value).into_string().into(),
            Self::Text => value.into(),
        }
    }
}

/// The addresses that only one recipient gets.
pub trait PersonalAddresses {
    /// The page for unsubscribing.
    fn unsubscribe(&self) -> String;
    /// The page for preferences.
    fn preferences(&self) -> String;
    /// The open image; asked for only in mail to people who consented.
    fn open(&self) -> String;
    /// A link, by its number; asked for only in mail to people who consented.
    fn click(&self, link: i32) -> String;
}

/// One recipient, as far as the text of an issue goes.
#[derive(Clone, Copy)]
pub struct Person<'a> {
    /// The name, if it is known; cleaned again here, because it comes from outside.
    pub name: Option<&'a str>,
    /// The personal addresses.
    pub addresses: &'a dyn PersonalAddresses,
}

impl Person<'_> {
    /// What stands in a place for this person. A value is escaped; a fallback already is.
    pub fn value<'f>(&self, splice: Splice, fallback: &'f str, place: Place) -> Cow<'f, str> {
        let value = match splice {
            Splice::Name => match self.name.map(text::line).filter(|name| !name.is_empty()) {
                Some(name) => name,
                None => return fallback.into(),
            },
            Splice::Unsubscribe => self.addresses.unsubscribe(),
            Splice::Preferences => self.addresses.preferences(),
            Splice::Link(number) => self.addresses.click(number),
            Splice::Open => self.addresses.open(),
            Splice::Image => return "".into(),
        };
        match place {
            Place::Html => Html::escaped(&value).into_string().into(),
            Place::Text => value.into(),
        }
    }

    /// A whole text, filled in for this person.
    pub fn fill(&self, text: &str, place: Place) -> String {
        let mut out = String::with_capacity(text.len() + 256);
        for piece in pieces(text) {
            match piece {
                Piece::Fixed(fixed) => out.push_str(fixed),
                Piece::Splice(splice, fallback) => {
                    out.push_str(&self.value(splice, fallback, place));
                }
            }
        }
        out
    }
}

/// A text with the fallback wherever a name would stand, for readers whom nobody knows.
pub fn without_person(text: &str) -> String {
    pieces(text).into_iter().fold(String::new(), |mut out, piece| {
        let (Piece::Fixed(text) | Piece::Splice(_, text)) = piece;
        let _ = out.write_str(text);
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_are_found_again() {
        let splices = [
            Splice::Unsubscribe,
            Splice::Preferences,
            Splice::Link(12),
            Splice::Image,
            Splice::Open,
        ];
        for splice in splices {
            let text = format!("før {} efter", splice.marker());
            assert_eq!(
                pieces(&text),
                [Piece::Fixed("før "), Piece::Splice(splice, ""), Piece::Fixed(" efter")]
            );
        }
        assert_eq!(pieces(&name_marker("kære leder")), [Piece::Splice(Splice::Name, "kære leder")]);
    }
}
