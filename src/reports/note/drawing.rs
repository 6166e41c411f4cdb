//! A chart as rectangles, lines and words in whole units, for whoever draws it: HTML as SVG, PDF as
//! paths.

use super::document::{Chart, Document};
use crate::web::format;

/// Across.
pub const WIDTH: i64 = 720;
/// Down.
pub const HEIGHT: i64 = 264;
const LEFT: i64 = 58;
const TOP: i64 = 26;
/// The line on which the bars stand.
const BASE: i64 = HEIGHT - 42;
/// Room that the name of a month needs.
const NAME: i64 = 34;

/// A chart to be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawing {
    /// The bars: left, top, width, height.
    pub bars: Vec<(i64, i64, i64, i64)>,
    /// The lines across: their height, and the number that stands before them.
    pub lines: Vec<(i64, String)>,
    /// Words below and on the bars.
    pub labels: Vec<Label>,
}

/// Words in a drawing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The middle of the words.
    pub x: i64,
    /// The line on which they stand.
    pub y: i64,
    /// The words.
    pub text: String,
    /// Whether they say how high a bar is.
    pub is_value: bool,
}

impl Drawing {
    /// Draws a chart of a document.
    pub fn of(document: &Document, chart: &Chart) -> Self {
        let most = chart.bars.iter().map(|bar| bar.value).max().unwrap_or(0).max(1);
        let step = step(most);
        let top = (most + step - 1) / step * step;
        let height = |value: i64| value.clamp(0, top) * (BASE - TOP) / top;
        let count = i64::try_from(chart.bars.len().max(1)).unwrap_or(i64::MAX);
        let slot = ((WIDTH - LEFT) / count).clamp(1, 80);
        let mut bars = Vec::new();
        let mut labels = Vec::new();
        let mut named: Option<i64> = None;
        for (at, bar) in (0_i64..).zip(&chart.bars) {
            let (x, gap) = (LEFT + at * slot, (slot / 5).max(i64::from(slot > 2)));
            let middle = x + slot / 2;
            let y = BASE - height(bar.value);
            bars.push((x + gap / 2, y, slot - gap, height(bar.value)));
            if slot >= NAME {
                labels.push(Label {
                    x: middle,
                    y: BASE + 16,
                    text: bar.label.clone(),
                    is_value: false,
                });
            }
            if let Some(year) =
                bar.year.filter(|_| named.is_none_or(|last| middle - last >= 2 * NAME))
            {
                named = Some(middle);
                let text = year.to_string();
                labels.push(Label { x: middle, y: BASE + 32, text, is_value: false });
            }
            if !bar.number.is_empty() {
                let text = document.shown(&bar.number).to_owned();
                labels.push(Label { x: middle, y: y - 7, text, is_value: true });
            }
        }
        let lines = (0..=top / step)
            .map(|n| (BASE - height(n * step), format::number(document.language, n * step)))
            .collect();
        Self { bars, lines, labels }
    }

    /// Where the lines begin.
    pub fn left(&self) -> i64 {
        LEFT
    }

    /// Where they end.
    pub fn right(&self) -> i64 {
        WIDTH
    }
}

/// A round distance between lines that gives three to six of them.
fn step(most: i64) -> i64 {
    let mut power: i64 = 1;
    loop {
        for factor in [1, 2, 5] {
            let step = power.saturating_mul(factor);
            if most / step < 5 {
                return step;
            }
        }
        power = power.saturating_mul(10);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_are_round_numbers_and_not_too_many() {
        for (most, expected) in [(1, 1), (9, 2), (27_699, 10_000), (26, 10), (4, 1), (45, 10)] {
            assert_eq!(step(most), expected, "{most}");
        }
    }
}
