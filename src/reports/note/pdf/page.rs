//! What is drawn where, page by page, before anything is written: the number of pages must be known
//! for the line at their foot. And the tree that says what is what.

use krilla::tagging::TagKind;

use super::font::Faces;
use super::lines::{Line, Link, Run};

/// A4, in points.
pub(super) const WIDTH: f32 = 595.276;
/// The same.
pub(super) const HEIGHT: f32 = 841.89;
/// Free on all sides.
pub(super) const MARGIN: f32 = 56.0;
/// Where the text ends.
pub(super) const FOOT: f32 = HEIGHT - 64.0;

/// Red, green, blue.
pub(super) type Colour = (u8, u8, u8);
pub(super) const TEXT: Colour = (26, 36, 39);
pub(super) const MUTED: Colour = (82, 97, 106);
pub(super) const RULE: Colour = (201, 210, 213);
pub(super) const ACCENT: Colour = (11, 79, 92);
pub(super) const SOFT: Colour = (228, 239, 240);

/// Something that is drawn.
#[derive(Debug)]
pub(super) enum Draw {
    /// A text in one style, from a point on its line.
    Text { x: f32, y: f32, size: f32, is_bold: bool, colour: Colour, text: String },
    /// A filled rectangle: left, top, width, height.
    Rectangle { x: f32, y: f32, width: f32, height: f32, colour: Colour },
}

/// What is drawn together: as a leaf of the tree, or for the eye only.
#[derive(Debug)]
pub(super) struct Mark {
    /// The leaf; none for what is for the eye only.
    pub(super) leaf: Option<usize>,
    pub(super) draws: Vec<Draw>,
}

/// An area that leads somewhere.
#[derive(Debug)]
pub(super) struct Area {
    pub(super) leaf: usize,
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) width: f32,
    pub(super) height: f32,
    pub(super) link: Link,
    pub(super) words: String,
}

/// A page.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) marks: Vec<Mark>,
    pub(super) areas: Vec<Area>,
}

/// What something is, and what it consists of.
#[derive(Debug)]
pub(super) enum Node {
    Group(TagKind, Vec<Node>),
    Leaf(usize),
}

/// A place that an outline or a link leads to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) page: usize,
    pub(super) y: f32,
}

/// How a paragraph is set.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    pub(super) size: f32,
    pub(super) height: f32,
    pub(super) colour: Colour,
}

/// The pages so far, and how far down the last one is filled.
#[derive(Debug, Default)]
pub(super) struct Sheets {
    pub(super) pages: Vec<Page>,
    pub(super) y: f32,
    leaves: usize,
}

impl Sheets {
    pub(super) fn new() -> Self {
        Self { pages: vec![Page::default()], y: MARGIN, leaves: 0 }
    }

    pub(super) fn leaf(&mut self) -> usize {
        self.leaves += 1;
        self.leaves - 1
    }

    /// Begins a page unless so much room is left. Whether it did.
    pub(super) fn need(&mut self, height: f32) -> bool {
        let must = self.y + height > FOOT && self.y > MARGIN;
        if must {
            self.pages.push(Page::default());
            self.y = MARGIN;
        }
        must
    }

    pub(super) fn place(&self) -> Place {
        Place { page: self.pages.len().saturating_sub(1), y: self.y }
    }

    pub(super) fn mark(&mut self, leaf: Option<usize>, draws: Vec<Draw>) {
        if let Some(page) = self.pages.last_mut() {
            page.marks.push(Mark { leaf, draws });
        }
    }

    /// Draws for the eye only.
    pub(super) fn decorate(&mut self, x: f32, y: f32, width: f32, height: f32, colour: Colour) {
        self.mark(None, vec![Draw::Rectangle { x, y, width, height, colour }]);
    }

    /// Writes a line for the eye only.
    pub(super) fn decorate_line(&mut self, line: &Line, x: f32, y: f32, style: Style) {
        let text = |(at, run): &(f32, Run)| Draw::Text {
            x: x + at,
            y,
            size: run.size(style.size),
            is_bold: run.is_bold,
            colour: style.colour,
            text: run.text.clone(),
        };
        self.mark(None, line.pieces.iter().map(text).collect());
    }

    /// Writes a line whose text stands on `y`; what it consists of.
    pub(super) fn line(
        &mut self,
        faces: &Faces,
        line: &Line,
        x: f32,
        y: f32,
        style: Style,
    ) -> Vec<Node> {
        line.pieces.iter().map(|(at, run)| self.piece(faces, run, x + at, y, style)).collect()
    }

    fn piece(&mut self, faces: &Faces, run: &Run, x: f32, y: f32, style: Style) -> Node {
        let size = run.size(style.size);
        let y = if run.is_raised { y - style.size * 0.36 } else { y };
        let leaf = self.leaf();
        let looks_so = matches!(run.link, Some(Link::Web(_) | Link::Note(_)));
        let colour = if looks_so { ACCENT } else { style.colour };
        let text = run.text.clone();
        let width = faces.get(run.is_bold).measure(text.trim_end(), size);
        self.mark(Some(leaf), vec![Draw::Text { x, y, size, is_bold: run.is_bold, colour, text }]);
        let Some(link) = run.link.clone() else { return Node::Leaf(leaf) };
        let is_note = matches!(link, Link::Note(_));
        if matches!(link, Link::Web(_)) {
            self.decorate(x, y + size * 0.12, width, 0.5, ACCENT);
        }
        let area = self.leaf();
        if let Some(page) = self.pages.last_mut() {
            page.areas.push(Area {
                leaf: area,
                x,
                y: y - size,
                width: width.max(1.0),
                height: size * 1.3,
                link,
                words: run.text.trim().to_owned(),
            });
        }
        let inside = vec![Node::Leaf(leaf), Node::Leaf(area)];
        let link = Node::Group(krilla::tagging::Tag::Link.into(), inside);
        if is_note {
            return Node::Group(krilla::tagging::Tag::Reference.into(), vec![link]);
        }
        link
    }
}
