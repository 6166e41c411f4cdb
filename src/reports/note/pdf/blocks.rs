//! Lists, large numbers and the chart, laid out.

use krilla::tagging::{BBox, ListNumbering, Tag};

use super::lines::{Run, wrap};
use super::page::{ACCENT, Colour, Draw, MARGIN, MUTED, Node, RULE, SOFT, Style, TEXT};
use super::{BODY, Layout, MEASURE};
use crate::reports::note::document::{Block, Chart, Fact, Section};
use crate::reports::note::drawing::{Drawing, HEIGHT, WIDTH};

impl Layout<'_> {
    pub(super) fn block(&mut self, section: &Section, block: &Block) {
        match block {
            Block::Heading(text) => self.heading(section.id.level() + 2, text),
            Block::Paragraph(inlines) => {
                let runs = self.runs(inlines, false);
                self.paragraph(&runs, BODY, 6.0);
            }
            Block::List(points) => {
                let mut items = Vec::new();
                for point in points {
                    let runs = self.runs(point, false);
                    items.push(self.point("•", &runs, BODY, 16.0));
                    self.sheets.y += 2.5;
                }
                self.tree.push(Node::Group(Tag::L(ListNumbering::Disc).into(), items));
                self.sheets.y += 5.0;
            }
            Block::Facts(facts) => self.facts(facts),
            Block::Table(table) => self.table(table),
            Block::Chart(chart) => self.chart(chart),
        }
    }

    /// Large numbers in boxes of one height beside each other.
    fn facts(&mut self, facts: &[Fact]) {
        const GAP: f32 = 8.0;
        const PAD: f32 = 8.0;
        let count = facts.len().max(1) as f32;
        let width = (MEASURE - GAP * (count - 1.0)) / count;
        let small = Style { size: 8.0, height: 11.0, colour: MUTED };
        let large = Style { size: 19.0, height: 26.0, colour: TEXT };
        let detail = Style { colour: TEXT, ..small };
        let parts: Vec<_> = facts
            .iter()
            .map(|fact| {
                let number = [self.number(&fact.number, true)];
                let details = self.runs(&fact.detail, false);
                let set = |runs: &[Run], style: Style| {
                    (wrap(self.faces, runs, style.size, width - 2.0 * PAD), style)
                };
                [
                    set(&[Run::new(&fact.label, false)], small),
                    set(&number, large),
                    set(&details, detail),
                ]
            })
            .collect();
        // Numbers stand on one line, however long the words above them are.
        let row = |at: usize| {
            parts
                .iter()
                .filter_map(|part| part.get(at))
                .map(|(lines, style)| lines.len() as f32 * style.height)
                .fold(0.0, f32::max)
        };
        let heights = [row(0), row(1), row(2)];
        let height = heights.iter().sum::<f32>() + 2.0 * PAD;
        self.sheets.need(height + 10.0);
        let top = self.sheets.y;
        let mut items = Vec::new();
        for (at, part) in parts.iter().enumerate() {
            let x = MARGIN + at as f32 * (width + GAP);
            self.sheets.decorate(x, top, width, height, SOFT);
            self.sheets.decorate(x, top, 3.0, height, ACCENT);
            let mut inside = Vec::new();
            let mut row_top = top + PAD;
            for ((lines, style), row_height) in part.iter().zip(heights) {
                let mut nodes = Vec::new();
                let mut y = row_top + style.size * 1.07;
                for line in lines {
                    nodes.extend(self.sheets.line(self.faces, line, x + PAD + 2.0, y, *style));
                    y += style.height;
                }
                inside.push(Node::Group(Tag::P.into(), nodes));
                row_top += row_height;
            }
            let body = Node::Group(Tag::LBody.into(), inside);
            items.push(Node::Group(Tag::LI.into(), vec![body]));
        }
        self.tree.push(Node::Group(Tag::L(ListNumbering::None).into(), items));
        self.sheets.y = top + height + 12.0;
    }

    /// The chart as one figure with its words; the numbers stand in the table below it.
    fn chart(&mut self, chart: &Chart) {
        let drawing = Drawing::of(self.document, chart);
        let scale = MEASURE / WIDTH as f32;
        let height = HEIGHT as f32 * scale;
        self.sheets.need(height + 30.0);
        let caption = Style { size: 9.5, height: 14.0, colour: TEXT };
        let inside = self.set(&[Run::new(&chart.title, true)], MARGIN, MEASURE, caption);
        let top = self.sheets.y;
        let (left, across) = (|x: i64| MARGIN + x as f32 * scale, |y: i64| top + y as f32 * scale);
        let mut draws = Vec::new();
        let words = |x: f32, y: f32, text: &str, is_bold: bool, colour: Colour| Draw::Text {
            x,
            y,
            size: 8.0,
            is_bold,
            colour,
            text: text.to_owned(),
        };
        for (y, label) in &drawing.lines {
            let length = left(drawing.right()) - left(drawing.left());
            draws.push(Draw::Rectangle {
                x: left(drawing.left()),
                y: across(*y),
                width: length,
                height: 0.5,
                colour: RULE,
            });
            let x = left(drawing.left()) - 6.0 - self.faces.get(false).measure(label, 8.0);
            draws.push(words(x, across(*y) + 2.8, label, false, MUTED));
        }
        for (x, y, width, height) in &drawing.bars {
            draws.push(Draw::Rectangle {
                x: left(*x),
                y: across(*y),
                width: *width as f32 * scale,
                height: *height as f32 * scale,
                colour: ACCENT,
            });
        }
        for label in &drawing.labels {
            let half = self.faces.get(label.is_value).measure(&label.text, 8.0) / 2.0;
            let colour = if label.is_value { TEXT } else { MUTED };
            draws.push(words(
                left(label.x) - half,
                across(label.y),
                &label.text,
                label.is_value,
                colour,
            ));
        }
        let leaf = self.sheets.leaf();
        self.sheets.mark(Some(leaf), draws);
        let page = self.sheets.pages.len().saturating_sub(1);
        let tag = Tag::Figure(Some(chart.alt.clone()));
        let area = krilla::geom::Rect::from_xywh(MARGIN, top, MEASURE, height);
        let tag = tag.with_bbox(area.map(|area| BBox::new(page, area)));
        self.tree.push(Node::Group(Tag::P.into(), inside));
        self.tree.push(Node::Group(tag.into(), vec![Node::Leaf(leaf)]));
        self.sheets.y = top + height + 10.0;
    }
}
