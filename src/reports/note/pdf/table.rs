//! Tables, laid out: a row is never parted, and the headings stand again at the top of a new page.

use krilla::tagging::{TableHeaderScope, Tag};

use super::lines::{Line, Run, wrap};
use super::page::{ACCENT, MARGIN, Node, RULE, Style, TEXT};
use super::{Layout, MEASURE};
use crate::reports::note::document::{Column, Inline, Table};

const CELL: Style = Style { size: 9.0, height: 12.5, colour: TEXT };
const PAD: f32 = 4.0;
/// Above and below the text of a row.
const AIR: f32 = 3.5;

/// A cell with its lines.
struct Cell {
    x: f32,
    width: f32,
    is_number: bool,
    lines: Vec<Line>,
}

impl Layout<'_> {
    pub(super) fn table(&mut self, table: &Table) {
        let widths = self.widths(table);
        let heads: Vec<Vec<Run>> =
            table.columns.iter().map(|column| vec![Run::new(&column.title, true)]).collect();
        let head = self.cells(&heads, &table.columns, &widths);
        let first = table.rows.first().map(|row| self.row_cells(table, row, false, &widths));
        let room = height(&head) + first.map_or(0.0, |cells| height(&cells));
        self.sheets.need(room + 22.0);
        let caption = self.set(
            &[Run::new(&table.caption, true)],
            MARGIN,
            MEASURE,
            Style { size: 9.5, height: 15.0, colour: TEXT },
        );
        let mut inside = vec![Node::Group(Tag::Caption.into(), caption)];
        let row = self.row(&head, TableHeaderScope::Column, true);
        self.rule(1.2);
        inside.push(Node::Group(Tag::THead.into(), vec![row]));
        let (mut body, mut foot) = (Vec::new(), Vec::new());
        for (at, row) in table.rows.iter().enumerate() {
            let is_sum = table.has_sum && at + 1 == table.rows.len();
            let cells = self.row_cells(table, row, is_sum, &widths);
            if self.sheets.need(height(&cells)) {
                // For the eye: the tree has them once.
                self.repeat(&head);
            }
            if is_sum {
                self.rule(1.2);
            }
            let row = self.row(&cells, TableHeaderScope::Row, false);
            if is_sum {
                foot.push(row)
            } else {
                body.push(row)
            }
            self.hairline();
        }
        inside.push(Node::Group(Tag::TBody.into(), body));
        if !foot.is_empty() {
            inside.push(Node::Group(Tag::TFoot.into(), foot));
        }
        self.tree.push(Node::Group(Tag::Table.into(), inside));
        self.sheets.y += 12.0;
    }

    fn widths(&self, table: &Table) -> Vec<f32> {
        let whole: u32 = table.columns.iter().map(|column| column.width).sum();
        let part = |column: &Column| MEASURE * column.width as f32 / whole.max(1) as f32;
        table.columns.iter().map(part).collect()
    }

    fn row_cells(
        &self,
        table: &Table,
        row: &[Vec<Inline>],
        is_bold: bool,
        widths: &[f32],
    ) -> Vec<Cell> {
        let runs: Vec<Vec<Run>> = row.iter().map(|cell| self.runs(cell, is_bold)).collect();
        self.cells(&runs, &table.columns, widths)
    }

    fn cells(&self, runs: &[Vec<Run>], columns: &[Column], widths: &[f32]) -> Vec<Cell> {
        let mut x = MARGIN;
        let mut cells = Vec::new();
        for ((runs, column), width) in runs.iter().zip(columns).zip(widths) {
            let lines = wrap(self.faces, runs, CELL.size, width - 2.0 * PAD);
            cells.push(Cell { x, width: *width, is_number: column.is_number, lines });
            x += width;
        }
        cells
    }

    /// Sets a row; what it consists of. All cells of a head are headers, else the first one is.
    fn row(&mut self, cells: &[Cell], scope: TableHeaderScope, is_head: bool) -> Node {
        let top = self.sheets.y + AIR;
        let mut inside = Vec::new();
        for (at, cell) in cells.iter().enumerate() {
            let mut nodes = Vec::new();
            let mut y = top + CELL.size;
            for line in &cell.lines {
                let x = cell.left(line, at);
                nodes.extend(self.sheets.line(self.faces, line, x, y, CELL));
                y += CELL.height;
            }
            let tag = match is_head || at == 0 {
                true => Tag::TH(scope).into(),
                false => Tag::TD.into(),
            };
            inside.push(Node::Group(tag, nodes));
        }
        self.sheets.y += height(cells);
        Node::Group(Tag::TR.into(), inside)
    }

    /// The head again, for the eye only.
    fn repeat(&mut self, head: &[Cell]) {
        let top = self.sheets.y + AIR;
        for (at, cell) in head.iter().enumerate() {
            let mut y = top + CELL.size;
            for line in &cell.lines {
                let x = cell.left(line, at);
                self.sheets.decorate_line(line, x, y, CELL);
                y += CELL.height;
            }
        }
        self.sheets.y += height(head);
        self.rule(1.2);
    }

    fn rule(&mut self, thickness: f32) {
        self.sheets.decorate(MARGIN, self.sheets.y - thickness, MEASURE, thickness, ACCENT);
    }

    fn hairline(&mut self) {
        self.sheets.decorate(MARGIN, self.sheets.y - 0.5, MEASURE, 0.5, RULE);
    }
}

impl Cell {
    fn left(&self, line: &Line, at: usize) -> f32 {
        match self.is_number {
            true => self.x + self.width - PAD - line.width,
            // The first column stands on the margin.
            false if at == 0 => self.x,
            false => self.x + PAD,
        }
    }
}

fn height(cells: &[Cell]) -> f32 {
    let lines = cells.iter().map(|cell| cell.lines.len()).max().unwrap_or(1);
    lines as f32 * CELL.height + 2.0 * AIR
}
