//! The values that content is made of: clean lines, addresses, colours.

use serde::{Serialize, Serializer};

use super::markup;
use super::rich_text::Piece;
use super::{splice, text};

/// One line of clean text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Line(String);

impl Line {
    /// Cleans a text and makes it one line.
    pub fn new(text: &str) -> Self {
        Self(text::line(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is not written yet.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl std::fmt::Display for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// One line that may carry the recipient's name; stored as it is typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MergeLine(Vec<Piece>);

impl MergeLine {
    /// Reads a line as it is typed, such as "Til {{navn|dig}}".
    pub fn parse(line: &str) -> Result<Self, markup::MarkupError> {
        markup::parse_line(line).map(Self)
    }

    /// As it is typed.
    pub fn to_markup(&self) -> String {
        markup::write_line(&self.0)
    }

    /// With markers where the name goes.
    pub fn to_template(&self) -> String {
        self.0.iter().map(Piece::to_text).collect()
    }

    /// With the fallback where the name goes.
    pub fn without_name(&self) -> String {
        splice::without_person(&self.to_template())
    }

    /// Whether it is not written yet.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for MergeLine {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_markup())
    }
}

/// An address, byte for byte as it was given; empty when it is not written yet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct WebAddress(String);

impl WebAddress {
    /// Reads an address; `None` when it is not one of the target's.
    pub fn parse(text: &str, target: text::Target) -> Option<Self> {
        if text.trim().is_empty() {
            return Some(Self::default());
        }
        text::address(text, target).map(|address| Self(address.to_owned()))
    }

    /// The address, if it is written.
    pub fn get(&self) -> Option<&str> {
        (!self.0.is_empty()).then_some(&*self.0)
    }

    /// The address, or nothing.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is not written yet.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A colour, red, green and blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour([u8; 3]);

/// The contrast that text needs (WCAG 2.2, 1.4.3).
const CONTRAST: f64 = 4.5;
/// Thin light letters on a dark ground look weaker than they measure.
const DARK_CONTRAST: f64 = 6.5;

impl Default for Colour {
    /// A calm dark petrol.
    fn default() -> Self {
        Self([0x0b, 0x4f, 0x5c])
    }
}

impl Colour {
    /// White.
    pub const WHITE: Self = Self([255; 3]);
    /// Black.
    pub const BLACK: Self = Self([0; 3]);

    /// By its number, `0xrrggbb`.
    pub const fn of(number: u32) -> Self {
        let [_, r, g, b] = number.to_be_bytes();
        Self([r, g, b])
    }

    /// Reads `#rrggbb`.
    pub fn parse(text: &str) -> Option<Self> {
        let hex = text.trim().strip_prefix('#').filter(|hex| hex.len() == 6)?;
        if !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let [_, r, g, b] = u32::from_str_radix(hex, 16).ok()?.to_be_bytes();
        Some(Self([r, g, b]))
    }

    /// Reads a colour as stylesheets have it (`#abc`, `navy`, `rgb(0, 0, 0)`); none when the ground
    /// shines through it.
    pub fn of_css(text: &str) -> Option<Self> {
        let [r, g, b, opacity] = csscolorparser::parse(text).ok()?.to_rgba8();
        (opacity == u8::MAX).then_some(Self([r, g, b]))
    }

    /// The contrast with another colour, 1 to 21 (WCAG 2.2).
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// White where it can be read on this colour, else black. One of both always can.
    pub fn text(self) -> Self {
        if self.contrast(Self::WHITE) >= CONTRAST { Self::WHITE } else { Self::BLACK }
    }

    /// This colour, made so much darker that it can be read as text on a light tint.
    pub fn on_light(self) -> Self {
        self.until_read_on(Self([0xf1, 0xf4, 0xf6]), Self::BLACK, CONTRAST)
    }

    /// This colour, made so much lighter that it can be read as text on a dark ground.
    pub fn on_dark(self) -> Self {
        self.until_read_on(Self([0x24, 0x2d, 0x34]), Self::WHITE, DARK_CONTRAST)
    }

    fn until_read_on(self, ground: Self, towards: Self, contrast: f64) -> Self {
        (0..=20_u16)
            .map(|step| self.mixed(towards, step * 5))
            .find(|colour| colour.contrast(ground) >= contrast)
            .unwrap_or(towards)
    }

    /// With so many per cent of another colour.
    fn mixed(self, other: Self, percent: u16) -> Self {
        let mut mixed = [0; 3];
        for ((to, from), with) in mixed.iter_mut().zip(self.0).zip(other.0) {
            let sum = u16::from(from) * (100 - percent) + u16::from(with) * percent;
            *to = u8::try_from(sum / 100).unwrap_or(u8::MAX);
        }
        Self(mixed)
    }

    fn luminance(self) -> f64 {
        let [r, g, b] = self.0.map(|channel| {
            let c = f64::from(channel) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }
}

impl std::fmt::Display for Colour {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [r, g, b] = self.0;
        write!(f, "#{r:02x}{g:02x}{b:02x}")
    }
}

impl Serialize for Colour {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
