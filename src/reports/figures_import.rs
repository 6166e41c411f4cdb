//! Figures from a spreadsheet: read, judged line by line, and only then taken, all in one write.

use super::figures::{Channel, FigureForm, NewFigure, Qualifier};
use super::store;
use crate::app::App;
use crate::db::DbConn;
use crate::error::{Error, FieldError, Result};
use crate::library::import::spreadsheet_day;
use crate::staff;

/// Most lines of a file.
const MOST_LINES: usize = 2_000;

/// The columns, of which the first five must be there. Danish names are known, too.
pub const COLUMNS: [&str; 10] = [
    "kind",
    "day",
    "value",
    "unit",
    "source",
    "period_start",
    "qualifier",
    "channel",
    "definition",
    "series_break",
];

/// The same in Danish, as people name the columns of their sheets.
const DANISH: [&str; 10] = [
    "tal for",
    "dag",
    "værdi",
    "enhed",
    "kilde",
    "første dag",
    "præcision",
    "kanal",
    "definition",
    "databrud",
];

/// What becomes of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It becomes a figure.
    New,
    /// It corrects the figure that stands for the same kind and day.
    Correction,
    /// The same stands already.
    Known,
    /// It cannot be taken.
    Wrong,
}

/// What is said of a line.
#[derive(Debug, Clone)]
pub struct Line {
    /// The line of the file, from 1; the header is the first.
    pub number: usize,
    /// What it counts, as it is written there.
    pub kind: String,
    /// What becomes of it.
    pub outcome: Outcome,
    /// What is wrong with it.
    pub errors: Vec<FieldError>,
    new: Option<NewFigure>,
}

impl Line {
    /// Whether the line is, or would be, taken.
    pub fn is_taken(&self) -> bool {
        matches!(self.outcome, Outcome::New | Outcome::Correction)
    }
}

/// Judges every line; nothing is changed.
///
/// # Errors
/// [`Error::Invalid`] with a finding for `rows` when the file cannot be read as a table.
pub async fn judge(app: &App, text: &str) -> Result<Vec<Line>> {
    let mut lines = read(text)?;
    app.db
        .read(move |conn| {
            judge_in(conn, &mut lines)?;
            Ok(lines)
        })
        .await
}

/// Takes every line that can be taken. Returns the lines as they were judged when it was done.
///
/// # Errors
/// As [`judge`].
pub async fn import(app: &App, text: &str, actor: &str) -> Result<Vec<Line>> {
    let mut lines = read(text)?;
    let (actor, now) = (actor.to_owned(), app.clock.now());
    app.db
        .write(move |conn| {
            judge_in(conn, &mut lines)?;
            let mut taken = 0;
            for line in lines.iter().filter(|line| line.is_taken()) {
                let Some(new) = &line.new else { continue };
                store::figures::insert(conn, new, &actor, now)?;
                taken += 1;
            }
            let details = serde_json::json!({ "figures": taken });
            staff::store::audit(conn, &actor, "figure.import", "figures", details, now)?;
            Ok(lines)
        })
        .await
}

fn judge_in(conn: &mut DbConn, lines: &mut [Line]) -> Result<()> {
    let mut standing: Vec<NewFigure> = super::series::of(store::figures::all(conn)?)
        .iter()
        .flat_map(|series| series.standing().map(|figure| figure.said.clone()))
        .collect();
    for line in lines {
        let Some(new) = &line.new else { continue };
        let same = standing.iter_mut().find(|old| {
            (&old.kind, old.day, old.period_start) == (&new.kind, new.day, new.period_start)
        });
        line.outcome = match same {
            Some(old) if old == new => Outcome::Known,
            // A later line of the file corrects an earlier one.
            Some(old) => {
                *old = new.clone();
                Outcome::Correction
            }
            None => {
                standing.push(new.clone());
                Outcome::New
            }
        };
    }
    Ok(())
}

fn unreadable(code: &'static str) -> Error {
    Error::field("rows", code)
}

/// Reads a table with a header line. Columns are parted by commas, semicolons or tabs, whichever
/// the header has most of.
fn read(text: &str) -> Result<Vec<Line>> {
    if text.trim().is_empty() {
        return Err(unreadable("error-required"));
    }
    // A carriage return ends a line, too, and the reader would count the line feed to the next.
    let text = &text.replace("\r\n", "\n");
    let header = text.lines().next().unwrap_or_default();
    let most = [b';', b',', b'\t'].into_iter().max_by_key(|delimiter| {
        let count = header.bytes().filter(|byte| byte == delimiter).count();
        (count, *delimiter == b';')
    });
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(most.unwrap_or(b';'))
        .trim(csv::Trim::All)
        .flexible(true)
        .from_reader(text.as_bytes());
    let headers = reader.headers().map_err(|_| unreadable("error-figures-unreadable"))?.clone();
    let mut columns = [None; COLUMNS.len()];
    for (column, (english, danish)) in columns.iter_mut().zip(COLUMNS.iter().zip(DANISH)) {
        *column = headers.iter().position(|header| {
            let header = header.trim_start_matches('\u{feff}').to_lowercase();
            // As the column was called before.
            let was = *english == "series_break" && header == "brud i serien";
            header == *english || header == danish || was
        });
    }
    let missing = COLUMNS.iter().zip(columns).take(5).find(|(_, column)| column.is_none());
    if let Some((name, _)) = missing {
        let finding = FieldError::new("rows", "error-figures-column").with("column", name);
        return Err(Error::Invalid(vec![finding]));
    }
    let mut lines = Vec::new();
    for row in reader.records() {
        let row = row.map_err(|_| unreadable("error-figures-unreadable"))?;
        if row.iter().all(str::is_empty) {
            continue;
        }
        if lines.len() >= MOST_LINES {
            let finding = FieldError::new("rows", "error-figures-many").with("most", MOST_LINES);
            return Err(Error::Invalid(vec![finding]));
        }
        let number = row.position().map_or(0, csv::Position::line);
        let cell = |at: usize| {
            let column = columns.get(at).copied().flatten();
            column.and_then(|at| row.get(at)).unwrap_or_default()
        };
        lines.push(line(usize::try_from(number).unwrap_or_default(), cell));
    }
    Ok(lines)
}

fn line<'r>(number: usize, cell: impl Fn(usize) -> &'r str) -> Line {
    let form = FigureForm {
        kind: cell(0).to_owned(),
        day: spreadsheet_day(cell(1)),
        value: cell(2).to_owned(),
        unit: cell(3).to_owned(),
        source: cell(4).to_owned(),
        period_start: spreadsheet_day(cell(5)),
        qualifier: qualifier(cell(6)),
        channel: channel(cell(7)),
        definition: cell(8).to_owned(),
        series_break: cell(9).to_owned(),
    };
    let (new, errors) = match form.read() {
        Ok(new) => (Some(new), vec![]),
        Err(Error::Invalid(errors)) => (None, errors),
        Err(_) => (None, vec![]),
    };
    let outcome = if new.is_some() { Outcome::New } else { Outcome::Wrong };
    Line { number, kind: form.kind, outcome, errors, new }
}

/// The word of a qualifier, from what people write.
fn qualifier(text: &str) -> String {
    let word = match text.to_lowercase().as_str() {
        "" | "præcis" | "præcist" => Qualifier::Exact,
        "ca." | "ca" | "cirka" | "omkring" => Qualifier::About,
        "mere end" | "over" | ">" => Qualifier::MoreThan,
        other => return other.to_owned(),
    };
    word.to_string()
}

/// The word of a channel, from what people write.
fn channel(text: &str) -> String {
    let word = match text.to_lowercase().as_str() {
        "" | "andet" => Channel::Other,
        "websted" | "hjemmeside" | "site" => Channel::Site,
        "sociale medier" | "some" => Channel::Social,
        "e-kurser" | "e-kursus" => Channel::Courses,
        "podcast" | "podcasts" => Channel::Podcasts,
        other => return other.to_owned(),
    };
    word.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_danish_sheet_is_read_as_it_was_saved() -> Result<()> {
        let text = "\u{feff}Tal for;Dag;Værdi;Enhed;Kilde;Præcision;Kanal\r\n\
            Følgere på Facebook;01-11-2017;4.544;følgere;Facebook;;sociale medier\r\n\
            Afspilninger af podcasten;30.11.2017;19.000;afspilninger;SoundCloud;mere end;podcast\r\n\
            ;;mange;;;sikkert;\r\n";
        let lines = read(text)?;
        let new: Vec<_> = lines.iter().filter_map(|line| line.new.as_ref()).collect();
        assert_eq!((new[0].day.to_string().as_str(), new[0].value), ("2017-11-01", 4_544));
        assert_eq!((new[0].channel, new[1].channel), (Channel::Social, Channel::Podcasts));
        assert_eq!(new[1].qualifier, Qualifier::MoreThan);
        let fields: Vec<&str> = lines[2].errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!((lines[2].number, lines[2].outcome), (4, Outcome::Wrong));
        assert_eq!(fields, ["day", "value", "qualifier", "kind", "unit", "source"]);
        Ok(())
    }

    #[test]
    fn a_sheet_without_what_a_figure_needs_is_refused_by_the_column_that_is_missing() {
        for (text, code) in [
            ("", "error-required"),
            ("kind;day;value;unit\na;2017-11-01;1;følgere", "error-figures-column"),
        ] {
            let Err(Error::Invalid(findings)) = read(text) else { unreachable!() };
            assert_eq!(findings[0].code, code);
        }
    }
}
