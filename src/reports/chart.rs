//! Charts as SVG, drawn by the server: no script, no inline style, with a title and a description,
//! and always with a table beside them. All lengths are whole units of the drawing.

use super::issue::Verdicts;

const WIDTH: i64 = 720;
const HEIGHT: i64 = 240;
const LEFT: i64 = 56;
const TOP: i64 = 12;
const BOTTOM: i64 = 28;

/// One bar.
#[derive(Debug, Clone)]
pub struct Bar {
    /// What stands below it, if anything.
    pub label: Option<String>,
    /// How high it is, and of what it is made.
    pub parts: Verdicts,
}

/// Bars of human, machine and unknown hits on top of each other.
#[derive(Debug, Clone)]
pub struct Chart {
    /// Unique on the page.
    pub id: &'static str,
    /// What it is about.
    pub title: String,
    /// What it shows, for those who do not see it.
    pub description: String,
    /// From left to right.
    pub bars: Vec<Bar>,
}

/// A part of a bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// `human`, `machine` or `unknown`.
    pub class: &'static str,
    /// The left side.
    pub x: i64,
    /// The upper side.
    pub y: i64,
    /// Across.
    pub width: i64,
    /// Down.
    pub height: i64,
}

impl Chart {
    /// The drawing's size, for `viewBox`.
    pub fn view_box(&self) -> String {
        format!("0 0 {WIDTH} {HEIGHT}")
    }

    /// The left end of the lines across.
    pub fn left(&self) -> i64 {
        LEFT
    }

    /// The right end of the lines across.
    pub fn right(&self) -> i64 {
        WIDTH
    }

    /// The line on which the bars stand.
    pub fn base(&self) -> i64 {
        HEIGHT - BOTTOM
    }

    fn top_value(&self) -> i64 {
        round_up(self.bars.iter().map(|bar| bar.parts.all()).max().unwrap_or(0))
    }

    fn y(&self, value: i64) -> i64 {
        self.base() - value * (self.base() - TOP) / self.top_value()
    }

    fn step(&self) -> i64 {
        (WIDTH - LEFT) / (self.bars.len() as i64).max(1)
    }

    /// Values and heights of the lines across.
    pub fn lines(&self) -> Vec<(i64, i64)> {
        let top = self.top_value();
        let mut values = vec![0, top / 2, top];
        values.dedup();
        values.into_iter().map(|value| (value, self.y(value))).collect()
    }

    /// All parts of all bars.
    pub fn parts(&self) -> Vec<Part> {
        let step = self.step();
        let gap = if step > 4 { 2 } else { 0 };
        let mut drawn = Vec::new();
        for (at, bar) in (0_i64..).zip(&self.bars) {
            let mut below = 0;
            let parts = [
                ("human", bar.parts.human),
                ("unknown", bar.parts.unknown),
                ("machine", bar.parts.machine),
            ];
            for (class, value) in parts.into_iter().filter(|(_, value)| *value > 0) {
                let (bottom, y) = (self.y(below), self.y(below + value));
                // One hit among thousands is to be seen, too.
                let y = y.min(bottom - 1);
                drawn.push(Part {
                    class,
                    x: LEFT + at * step,
                    y,
                    width: step - gap,
                    height: bottom - y,
                });
                below += value;
            }
        }
        drawn
    }

    /// Where the labels below stand, and what they say.
    pub fn labels(&self) -> Vec<(i64, &str)> {
        let step = self.step();
        let labels = (0_i64..).zip(&self.bars);
        labels.filter_map(|(at, bar)| Some((LEFT + at * step, bar.label.as_deref()?))).collect()
    }
}

/// The next of 2, 4, 10, 20, 40, 100, …, so that half of it is a whole number.
fn round_up(value: i64) -> i64 {
    let mut power = 1;
    loop {
        for first in [2, 4, 10] {
            if first * power >= value {
                return first * power;
            }
        }
        power *= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(heights: &[(i64, i64, i64)]) -> Chart {
        let bar = |(human, machine, unknown): &(i64, i64, i64)| Bar {
            label: None,
            parts: Verdicts { human: *human, machine: *machine, unknown: *unknown },
        };
        Chart {
            id: "test",
            title: String::new(),
            description: String::new(),
            bars: heights.iter().map(bar).collect(),
        }
    }

    #[test]
    fn the_axis_ends_at_a_round_number_above_the_highest_bar() {
        for (value, top) in [(0, 2), (1, 2), (3, 4), (5, 10), (11, 20), (401, 1_000)] {
            assert_eq!(round_up(value), top);
        }
        assert_eq!(chart(&[]).lines().len(), 3);
    }

    #[test]
    fn parts_stand_on_each_other_and_none_is_invisible() {
        let parts = chart(&[(9_999, 1, 0), (0, 0, 0), (50, 0, 50)]).parts();
        assert_eq!(parts.len(), 4);
        assert_eq!(parts[0].y + parts[0].height, HEIGHT - BOTTOM);
        assert_eq!((parts[1].class, parts[1].height), ("machine", 1));
        assert_eq!(parts[1].y + parts[1].height, parts[0].y);
        assert!(parts.iter().all(|part| part.y >= TOP - 1 && part.height > 0 && part.width > 0));
    }
}
