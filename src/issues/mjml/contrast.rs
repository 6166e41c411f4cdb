//! Whether words can be read: the contrast of their colour with the ground that they stand on
//! (WCAG 2.2, 1.4.3). The colours of our own blocks are computed so that they can; those of MJML
//! that people write are theirs.
//!
//! What a stylesheet of theirs does with a class is not judged, nor a colour that lets the ground
//! shine through.

use std::collections::HashMap;

use super::allowed::VOID;
use super::tokens::{self, Attribute, Token, decoded};
use super::{Place, style};
use crate::issues::values::Colour;

/// What letters need.
const CONTRAST: f64 = 4.5;
/// What large letters need.
const LARGE_CONTRAST: f64 = 3.0;
/// From this size on, in pixels, letters are large: 18 points.
const LARGE: f64 = 24.0;
/// The same for bold ones: 14 points.
const LARGE_BOLD: f64 = 18.66;
/// The letters of MJML, in pixels, where nobody says their size.
const SIZE: f64 = 13.0;
/// A link without a colour of its own.
const LINK: Colour = Colour::of(0x00_00_ee);
/// A button without one: MJML's.
const BUTTON: Colour = Colour::of(0x41_41_41);

/// Words that are hard to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Faint {
    /// Where they begin.
    pub place: Place,
    /// Their colour.
    pub ink: Colour,
    /// The colour that they stand on.
    pub ground: Colour,
}

/// The words that are hard to read, one place for each pair of colours.
pub(super) fn faint(source: &str, tokens: &[Token<'_>]) -> Vec<Faint> {
    let is_style = |token: &Token<'_>| matches!(token, Token::Start { name: "mj-style", .. });
    let mut reading = Reading {
        defaults: Defaults::of(tokens),
        has_rules: tokens.iter().any(is_style),
        open: Vec::new(),
    };
    let mut found: Vec<Faint> = Vec::new();
    for token in tokens {
        match token {
            Token::Start { name, attributes, is_closed, .. } => {
                let look = reading.look(name, attributes);
                if !is_closed && !VOID.contains(name) {
                    reading.open.push(look);
                }
            }
            Token::End { name, .. } if !VOID.contains(name) => drop(reading.open.pop()),
            Token::Text { text, at } if !decoded(text).trim().is_empty() => {
                let Some((ink, ground)) = reading.open.last().and_then(Look::faint) else {
                    continue;
                };
                let is_known = found.iter().any(|one| (one.ink, one.ground) == (ink, ground));
                if !is_known {
                    let at = at + (text.len() - text.trim_start().len());
                    found.push(Faint { place: tokens::place(source, at), ink, ground });
                }
            }
            _ => {}
        }
    }
    found
}

/// How words look at a place. A colour is none when nobody can tell.
#[derive(Debug, Clone, Copy)]
struct Look {
    are_words: bool,
    ink: Option<Colour>,
    ground: Option<Colour>,
    size: f64,
    is_bold: bool,
}

impl Look {
    /// The colours of words that are hard to read here.
    fn faint(&self) -> Option<(Colour, Colour)> {
        let (ink, ground) = (self.ink?, self.ground?);
        let is_large = self.size >= LARGE || self.is_bold && self.size >= LARGE_BOLD;
        let needed = if is_large { LARGE_CONTRAST } else { CONTRAST };
        (self.are_words && ink.contrast(ground) < needed).then_some((ink, ground))
    }

    /// Takes over what is said of the letters.
    fn letters(&mut self, size: Option<&str>, weight: Option<&str>) {
        if let Some(size) = size.and_then(|size| in_pixels(size, self.size)) {
            self.size = size;
        }
        if let Some(weight) = weight {
            self.is_bold = match weight.parse::<u16>() {
                Ok(weight) => weight >= 700,
                Err(_) => weight.starts_with("bold"),
            };
        }
    }
}

struct Reading<'s> {
    defaults: Defaults<'s>,
    has_rules: bool,
    open: Vec<Look>,
}

impl<'s> Reading<'s> {
    fn look(&self, name: &str, attributes: &[Attribute<'s>]) -> Look {
        let mut look = self.open.last().copied().unwrap_or(Look {
            are_words: false,
            ink: Some(Colour::BLACK),
            ground: Some(Colour::WHITE),
            size: SIZE,
            is_bold: false,
        });
        let own = |wanted: &str| {
            let found = attributes.iter().find(|attribute| attribute.name == wanted);
            found.map(Attribute::decoded)
        };
        if self.has_rules && (own("class").is_some() || own("css-class").is_some()) {
            (look.ink, look.ground) = (None, None);
        }
        if name.starts_with("mj") {
            self.tag(&mut look, name, &own);
        } else {
            element(&mut look, name, own("style").as_deref().unwrap_or_default());
        }
        look
    }

    fn tag(&self, look: &mut Look, name: &str, own: &dyn Fn(&str) -> Option<String>) {
        let classes = own("mj-class").unwrap_or_default();
        let value = |attribute: &str| {
            own(attribute).or_else(|| self.defaults.value(name, &classes, attribute))
        };
        let grounds: &[&str] = match name {
            "mj-column" => &["background-color", "inner-background-color"],
            "mj-button" => &["container-background-color", "background-color"],
            _ => &["background-color", "container-background-color"],
        };
        let is_button = name == "mj-button";
        if is_button {
            look.ground = Some(BUTTON);
        }
        for ground in grounds.iter().filter_map(|ground| value(ground)) {
            look.ground = seen_over(&ground, look.ground);
        }
        if matches!(name, "mj-text" | "mj-table" | "mj-button") {
            look.are_words = true;
            let otherwise = if is_button { Colour::WHITE } else { Colour::BLACK };
            look.ink = match value("color") {
                Some(colour) => Colour::of_css(&colour),
                None => look.ink.and(Some(otherwise)),
            };
            look.letters(value("font-size").as_deref(), value("font-weight").as_deref());
        }
    }
}

/// What an element of HTML changes.
fn element(look: &mut Look, name: &str, declarations: &str) {
    let times = match name {
        "h1" => Some(2.0),
        "h2" => Some(1.5),
        "h3" => Some(1.17),
        "h4" => Some(1.0),
        "small" | "sub" | "sup" => {
            look.size /= 1.2;
            None
        }
        _ => None,
    };
    if let Some(times) = times {
        look.size *= times;
    }
    if times.is_some() || matches!(name, "b" | "strong" | "th") {
        look.is_bold = true;
    }
    if name == "a" {
        look.ink = look.ink.and(Some(LINK));
    }
    let value = |wanted: &str| style::value(declarations, wanted);
    if let Some(size) = value("font-size") {
        // The size of a heading is not that of the heading times that of its tag.
        look.size /= times.unwrap_or(1.0);
        look.letters(Some(size), None);
    }
    look.letters(None, value("font-weight"));
    for ground in ["background", "background-color"].into_iter().filter_map(value) {
        look.ground = seen_over(ground, look.ground);
    }
    if let Some(ink) = value("color") {
        look.ink = if ink == "inherit" { look.ink } else { Colour::of_css(ink) };
    }
}

/// A ground that is set over another.
fn seen_over(ground: &str, below: Option<Colour>) -> Option<Colour> {
    match ground {
        "transparent" | "none" | "inherit" => below,
        ground => Colour::of_css(ground),
    }
}

/// A size in pixels, where letters have a size already.
fn in_pixels(size: &str, now: f64) -> Option<f64> {
    let end = size.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(size.len());
    let (number, unit) = size.split_at(end);
    let number: f64 = number.parse().ok()?;
    match unit {
        "px" => Some(number),
        "pt" => Some(number * 4.0 / 3.0),
        "em" => Some(number * now),
        "rem" => Some(number * 16.0),
        "%" => Some(number * now / 100.0),
        _ => None,
    }
}

/// What `mj-attributes` says of tags and classes.
#[derive(Default)]
struct Defaults<'s>(HashMap<String, &'s [Attribute<'s>]>);

impl<'s> Defaults<'s> {
    fn of(tokens: &'s [Token<'s>]) -> Self {
        let mut known = HashMap::new();
        let begin = tokens
            .iter()
            .skip_while(|token| !matches!(token, Token::Start { name: "mj-attributes", .. }));
        let inside = begin
            .skip(1)
            .take_while(|token| !matches!(token, Token::End { name: "mj-attributes", .. }));
        for token in inside {
            let Token::Start { name, attributes, .. } = token else { continue };
            let key = match *name {
                "mj-class" => format!(".{}", token.attribute("name").unwrap_or_default()),
                name => name.to_owned(),
            };
            known.insert(key, attributes.as_slice());
        }
        Self(known)
    }

    /// Of a tag with some classes; the last class wins, and any before the tag and all.
    fn value(&self, name: &str, classes: &str, attribute: &str) -> Option<String> {
        let classes = classes.split(' ').rev().map(|class| format!(".{class}"));
        classes.chain([name.to_owned(), "mj-all".to_owned()]).find_map(|key| {
            let attributes = self.0.get(&key)?;
            attributes.iter().find(|known| known.name == attribute).map(Attribute::decoded)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Mjml, Shape};

    /// "ink on ground" of all that is hard to read.
    fn faint(source: &str, shape: Shape) -> Vec<String> {
        let mjml = Mjml::read(source, shape).unwrap_or_default();
        assert!(!mjml.is_empty(), "refused: {source}");
        mjml.faint().iter().map(|faint| format!("{} on {}", faint.ink, faint.ground)).collect()
    }

    fn in_column(attributes: &str, inside: &str) -> Vec<String> {
        let source =
            format!("<mj-section {attributes}><mj-column>{inside}</mj-column></mj-section>");
        faint(&source, Shape::Block)
    }

    #[test]
    fn words_are_held_against_the_nearest_ground() {
        let grey = r##"<mj-text color="#aaaaaa">Nyt om kerneopgaven</mj-text>"##;
        assert_eq!(in_column("", grey), ["#aaaaaa on #ffffff"]);
        assert_eq!(in_column(r##"background-color="#10262b""##, grey), [""; 0]);
        assert_eq!(
            in_column(r#"background-color="navy""#, "<mj-text>Nyt</mj-text>"),
            ["#000000 on #000080"]
        );
        let white = r##"<mj-text color="#fff" container-background-color="#0b4f5c">Nyt</mj-text>"##;
        assert_eq!(in_column("", white), [""; 0]);
        assert_eq!(
            in_column("", r##"<mj-button color="#777">Tilmeld dig</mj-button>"##),
            ["#777777 on #414141"]
        );
        let green = r##"<mj-button background-color="#90ee90" color="#000">Tilmeld</mj-button>"##;
        assert_eq!(in_column(r#"background-color="black""#, green), [""; 0]);
    }

    #[test]
    fn styles_inside_words_count() {
        let span = r##"<mj-text>Nyt <span style="color:#ccc">om opgaven</span> i dag</mj-text>"##;
        assert_eq!(in_column("", span), ["#cccccc on #ffffff"]);
        let mark =
            r##"<mj-text color="#fff"><span style="background:#0b4f5c">Nyt</span></mj-text>"##;
        assert_eq!(in_column("", mark), [""; 0]);
        let link =
            r#"<mj-text color="white">Læs <a href="https://lederweb.dk/a">planen</a></mj-text>"#;
        assert_eq!(in_column(r#"background-color="black""#, link), ["#0000ee on #000000"]);
        let cell =
            r##"<mj-table><tr style="background-color:#222222"><td>Nyt</td></tr></mj-table>"##;
        assert_eq!(in_column("", cell), ["#000000 on #222222"]);
    }

    #[test]
    fn large_letters_need_less() {
        let text = |style: &str, tag: &str| {
            let text =
                format!(r##"<mj-text><{tag} style="color:#8a8a8a{style}">Nyt</{tag}></mj-text>"##);
            in_column("", &text).len()
        };
        assert_eq!(text("", "p"), 1);
        assert_eq!(text(";font-size:24px", "p"), 0);
        assert_eq!(text(";font-size:19px", "p"), 1);
        assert_eq!(text(";font-size:19px;font-weight:bold", "p"), 0);
        assert_eq!(text("", "h1"), 0);
        assert_eq!(text(";font-size:16px", "h1"), 1);
    }

    #[test]
    fn defaults_of_the_head_count_and_what_nobody_can_tell_is_not_judged() {
        let whole = |head: &str, attributes: &str| {
            let source = format!(
                "<mjml><mj-head>{head}</mj-head><mj-body><mj-section><mj-column>\n<mj-text \
                 {attributes}>Nyt om kerneopgaven</mj-text></mj-column></mj-section></mj-body></mjml>"
            );
            faint(&source, Shape::Whole)
        };
        let head = r##"<mj-attributes><mj-all color="#ccc" /><mj-class name="a" color="#000" /></mj-attributes>"##;
        assert_eq!(whole(head, ""), ["#cccccc on #ffffff"]);
        assert_eq!(whole(head, r#"mj-class="a""#), [""; 0]);
        assert_eq!(
            whole("<mj-style>.svag { color: #ccc; }</mj-style>", r#"css-class="svag""#),
            [""; 0]
        );
        assert_eq!(whole("", r#"color="rgba(0,0,0,0.2)""#), [""; 0]);
        assert_eq!(super::super::BEGINNING.matches("mj-text").count(), 3);
        assert_eq!(faint(super::super::BEGINNING, Shape::Whole), [""; 0]);
    }

    #[test]
    fn each_pair_of_colours_is_told_once_where_its_words_begin() {
        let source = "<mj-section><mj-column>\n<mj-text color=\"#aaa\">\n  Nyt</mj-text>\
                      <mj-text color=\"#aaa\">Mere</mj-text></mj-column></mj-section>";
        let mjml = Mjml::read(source, Shape::Block).unwrap_or_default();
        let places: Vec<_> =
            mjml.faint().iter().map(|faint| (faint.place.line, faint.place.column)).collect();
        assert_eq!(places, [(3, 3)]);
    }
}
