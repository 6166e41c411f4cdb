//! The file, piece by piece: a page of the register at a time, so that it is never whole in memory.

use std::sync::Arc;

use chrono_tz::Tz;

use super::workbook::Workbook;
use super::{Format, Plan, cells, store};
use crate::app::App;
use crate::error::Result;
use crate::newsletters::{self, Newsletter};
use crate::people::search::Search;
use crate::people::store::find;
use crate::segments::store::AsOf;
use crate::web::separated::write_row;
use crate::web::{Lang, Texts};

/// Rows that are read at once.
const PAGE: i64 = 1_000;

/// What is written so far and not taken yet.
enum Table {
    Separated(char, String),
    Workbook(Box<Workbook>),
}

impl Table {
    fn row(&mut self, cells: &[String]) -> Result<()> {
        match self {
            Self::Separated(separator, out) => write_row(out, *separator, cells),
            Self::Workbook(workbook) => workbook.row(cells)?,
        }
        Ok(())
    }

    fn take(&mut self) -> Vec<u8> {
        match self {
            Self::Separated(_, out) => std::mem::take(out).into_bytes(),
            Self::Workbook(workbook) => workbook.take(),
        }
    }
}

/// The file that is being made.
pub struct ExportFile {
    app: Arc<App>,
    plan: Plan,
    search: Search,
    as_of: AsOf,
    texts: Texts,
    table: Table,
    rows: i64,
    is_whole: bool,
}

impl ExportFile {
    /// Begins. For a thread that may wait, as all of this.
    pub fn new(app: Arc<App>, plan: Plan) -> Result<Self> {
        let newsletters = app.db.read_blocking(|conn| Ok(newsletters::store::all(conn)?))?;
        let zone = newsletters.first().map_or(Tz::UTC, Newsletter::zone);
        let texts = plan.language.texts();
        let heading: Vec<String> =
            plan.columns.iter().map(|column| cells::heading(*column, texts)).collect();
        let table = match (plan.format, plan.language) {
            (Format::Csv, language) => {
                // Excel reads a file with the separator of its language, and by the mark it knows
                // that it is UTF-8.
                let separator = if language == Lang::Da { ';' } else { ',' };
                let mut out = String::from('\u{feff}');
                write_row(&mut out, separator, &heading);
                Table::Separated(separator, out)
            }
            (Format::Xlsx, _) => {
                Table::Workbook(Box::new(Workbook::new(texts.get("export-sheet"), heading)?))
            }
        };
        let search = plan.query.search();
        let as_of = AsOf { now: app.clock.now(), zone };
        Ok(Self { app, plan, search, as_of, texts, table, rows: 0, is_whole: false })
    }

    /// How many people have been written so far.
    pub fn rows(&self) -> i64 {
        self.rows
    }

    /// The next piece, if there is one. Pages go from the newest subscription to the oldest, so that
    /// whoever subscribes meanwhile moves nobody from one page to another.
    pub fn next_piece(&mut self) -> Result<Option<Vec<u8>>> {
        if self.is_whole {
            return Ok(None);
        }
        let (search, as_of) = (&self.search, self.as_of);
        let (found, measured) = self.app.db.read_blocking(|conn| {
            let found = find(conn, search, as_of, PAGE)?;
            let people: Vec<i64> = found.iter().map(|(_, person, _)| person.id).collect();
            Ok((found, store::measured(conn, &people)?))
        })?;
        for line in &found {
            let is_measured = measured.contains(&(line.1.id, line.2.id));
            let cell = |column| cells::cell(column, line, is_measured, self.texts);
            let row: Vec<String> = self.plan.columns.iter().copied().map(cell).collect();
            self.table.row(&row)?;
            self.rows += 1;
        }
        match found.last() {
            Some((last, ..)) => self.search.before = Some(last.id),
            None => {
                self.is_whole = true;
                if let Table::Workbook(workbook) = &mut self.table {
                    workbook.finish()?;
                }
            }
        }
        Ok(Some(self.table.take()))
    }
}
