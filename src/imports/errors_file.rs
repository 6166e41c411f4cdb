//! The rows that changed nothing, with why, as a file that a spreadsheet opens: to be mended, and
//! imported again. While the file of the import is still there, each row is shown with its cells.

use std::sync::Arc;

use super::file::Stored;
use super::store::{self, Line};
use super::table::Table;
use super::{Import, Plan, State};
use crate::app::App;
use crate::error::Result;
use crate::web::separated::write_row;
use crate::web::{Lang, Texts};

/// Rows that are written at once.
const CHUNK: i64 = 1_000;

/// The file, piece by piece.
pub struct ErrorsFile {
    app: Arc<App>,
    import: Import,
    plan: Plan,
    table: Option<Table<Stored>>,
    texts: Texts,
    behind: Option<i64>,
}

impl ErrorsFile {
    /// Of an import, in a language. For a thread that may wait, as all of this.
    pub fn new(app: Arc<App>, import: Import, lang: Lang) -> Result<Self> {
        let plan = import.plan()?;
        let id = import.id;
        let is_there = !matches!(import.state, State::Done | State::Undoing | State::Undone)
            && app.db.read_blocking(|conn| Ok(store::has_file(conn, id)?))?;
        let table = match is_there {
            true => Some(Table::open(Stored::new(&app, &import), &plan.format)?),
            false => None,
        };
        Ok(Self { app, import, plan, table, texts: lang.texts(), behind: None })
    }

    /// The next piece, if there is one.
    pub fn next_piece(&mut self) -> Result<Option<String>> {
        let mut text = String::new();
        let behind = match self.behind {
            Some(behind) => behind,
            None => {
                // By the mark, spreadsheets know that it is UTF-8.
                text.push('\u{feff}');
                let titles = ["line", "verdict", "field", "reason"];
                let titles = titles.map(|title| self.texts.get(&format!("import-errors-{title}")));
                let columns = self.table.as_ref().map_or(&[][..], |_| &self.plan.columns);
                write_row(&mut text, ';', titles.iter().chain(columns));
                -1
            }
        };
        let id = self.import.id;
        let lines =
            self.app.db.read_blocking(|conn| Ok(store::lines(conn, id, behind, true, CHUNK)?))?;
        let Some(last) = lines.last() else {
            self.behind = Some(behind.max(0));
            return Ok((!text.is_empty()).then_some(text));
        };
        self.behind = Some(last.line);
        for line in &lines {
            let cells = self.cells(line.line.unsigned_abs())?;
            write_row(&mut text, ';', words(self.texts, line).iter().chain(&cells));
        }
        Ok(Some(text))
    }

    /// What stands on a line that lies behind those that were asked for before.
    fn cells(&mut self, line: u64) -> Result<Vec<String>> {
        let Some(table) = &mut self.table else { return Ok(Vec::new()) };
        while let Some(row) = table.read_row()? {
            if row.line >= line {
                return Ok(row.cells);
            }
        }
        Ok(Vec::new())
    }
}

/// What became of a row, as it is written down: the line, the verdict, the field and the reason.
pub(super) fn words(texts: Texts, line: &Line) -> [String; 4] {
    let text = |kind: &str, word: &str| match word {
        "" => String::new(),
        word => texts.get(&format!("import-{kind}-{word}")),
    };
    [
        line.line.to_string(),
        text("verdict", line.verdict.as_str()),
        text("field", line.field.as_deref().unwrap_or_default()),
        text("reason", line.reason.as_deref().unwrap_or_default()),
    ]
}
