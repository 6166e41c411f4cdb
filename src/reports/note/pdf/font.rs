//! The two cuts of the font that is built in: how wide letters are, and the glyphs of a text.

use anyhow::Context;
use krilla::text::{Font, GlyphId, KrillaGlyph};
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::{FontRef, MetadataProvider, charmap::Charmap};

static REGULAR: &[u8] = include_bytes!("../../../../assets/vendor/noto-sans-regular.ttf");
static BOLD: &[u8] = include_bytes!("../../../../assets/vendor/noto-sans-bold.ttf");

/// Letters that are not in the font.
const UNKNOWN: char = '\u{fffd}';

/// The nearest sign that is in the font, for those that are typed and are not: it has no mathematics.
fn nearest(letter: char) -> char {
    match letter {
        '\u{2212}' => '–',
        '→' => '›',
        '←' => '‹',
        '\u{2009}' | '\u{202f}' => '\u{a0}',
        // What has no width of its own on a page is a space.
        letter if letter.is_control() => ' ',
        letter => letter,
    }
}

/// A cut.
pub(super) struct Face {
    /// For drawing.
    pub(super) font: Font,
    letters: Charmap<'static>,
    widths: GlyphMetrics<'static>,
    units: f32,
}

/// Both cuts.
pub(super) struct Faces {
    regular: Face,
    bold: Face,
}

impl Faces {
    pub(super) fn new() -> anyhow::Result<Self> {
        Ok(Self { regular: Face::new(REGULAR)?, bold: Face::new(BOLD)? })
    }

    pub(super) fn get(&self, is_bold: bool) -> &Face {
        if is_bold { &self.bold } else { &self.regular }
    }
}

impl Face {
    fn new(bytes: &'static [u8]) -> anyhow::Result<Self> {
        let read = FontRef::new(bytes).context("reading the font that is built in")?;
        let widths = read.glyph_metrics(Size::unscaled(), LocationRef::default());
        let font = Font::new(bytes.into(), 0).context("using the font that is built in")?;
        Ok(Self { units: font.units_per_em(), font, letters: read.charmap(), widths })
    }

    fn glyph(&self, letter: char) -> skrifa::GlyphId {
        let known = self.letters.map(nearest(letter)).or_else(|| self.letters.map(UNKNOWN));
        known.unwrap_or_default()
    }

    /// How wide a letter is at size 1.
    pub(super) fn width(&self, letter: char) -> f32 {
        self.widths.advance_width(self.glyph(letter)).unwrap_or_default() / self.units
    }

    /// How wide a text is.
    pub(super) fn measure(&self, text: &str, size: f32) -> f32 {
        text.chars().map(|letter| self.width(letter)).sum::<f32>() * size
    }

    /// The text as the font can write it.
    pub(super) fn writable(&self, text: &str) -> String {
        let known = |letter: &char| self.letters.map(*letter).is_some();
        text.chars().map(|letter| Some(nearest(letter)).filter(known).unwrap_or(UNKNOWN)).collect()
    }

    /// The glyphs of a text that the font can write.
    pub(super) fn glyphs(&self, text: &str) -> Vec<KrillaGlyph> {
        text.char_indices()
            .map(|(at, letter)| {
                let range = at..at + letter.len_utf8();
                let id = GlyphId::new(self.glyph(letter).to_u32());
                KrillaGlyph::new(id, self.width(letter), 0.0, 0.0, 0.0, range, None)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn danish_letters_and_the_signs_of_a_note_are_in_the_font() -> anyhow::Result<()> {
        let faces = Faces::new()?;
        for face in [faces.get(false), faces.get(true)] {
            let text = "æøåÆØÅéüñ 27.699 +4,8 % »besøg« – • … €";
            assert_eq!(face.writable(text), text);
            assert_eq!(face.writable("−5,0\u{202f}% → 3"), "–5,0\u{a0}% › 3");
            assert_eq!(face.writable("日本\u{7}"), "\u{fffd}\u{fffd} ");
            assert!(face.measure("WWW", 10.0) > face.measure("iii", 10.0));
        }
        Ok(())
    }
}
