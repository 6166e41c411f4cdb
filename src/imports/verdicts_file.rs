//! What would become of every row of a list that was checked, as a file for a spreadsheet. A check keeps only
//! the rows that change nothing for a reason; the others are judged once more while the file is sent, so
//! that a million of them cost no memory and no room in the database.

use super::errors_file::words;
use super::judge::Judged;
use super::rows::{Chunk, Rows};
use super::run::{judge_all, refused};
use super::store::Line;
use super::take::Context;
use super::{Import, Kind, State, suppress};
use crate::app::App;
use crate::error::Result;
use crate::newsletters::Newsletter;
use crate::subscribers::withdrawals;
use crate::web::Lang;
use crate::web::separated::write_row;

/// Whether an import is where every row has a verdict and none was taken.
pub fn is_there(import: &Import) -> bool {
    import.state == State::Checked
}

/// Writes the file of an import that [`is_there`], and gives its pieces away until nobody takes them any more.
/// For a thread that may wait.
pub fn write(
    app: &App,
    import: Import,
    newsletter: Newsletter,
    lang: Lang,
    mut give: impl FnMut(String) -> bool,
) -> Result<()> {
    let texts = lang.texts();
    let left = withdrawals::left(app, &newsletter)?;
    let plan = import.plan()?;
    let context = Context { import, plan, newsletter, now: app.clock.now() };
    let titles = ["import-errors-line", "import-errors-verdict", "import-errors-field"];
    let titles = titles.into_iter().chain(["import-errors-reason", "import-field-email"]);
    // By the mark, spreadsheets know that it is UTF-8.
    let mut text = String::from('\u{feff}');
    write_row(&mut text, ';', titles.map(|title| texts.get(title)).collect::<Vec<_>>());
    let (mut rows, mut cursor) = (Rows::open(app, &context)?, 0);
    while give(std::mem::take(&mut text))
        && let Some(chunk) = rows.chunk(cursor)?
    {
        cursor = chunk.to;
        let judged = app.db.read_blocking(|conn| match context.import.kind {
            Kind::Subscribers => judge_all(conn, &context, &chunk, &left),
            Kind::Suppressions => suppress::verdicts(conn, &context, &chunk),
        })?;
        for (line, address) in lines(&context, &chunk, &judged) {
            let cells = words(texts, &line);
            write_row(&mut text, ';', cells.iter().map(String::as_str).chain([address]));
        }
    }
    Ok(())
}

/// The rows of a chunk in the order of the file, with the addresses that could be read.
fn lines<'c>(context: &Context, chunk: &'c Chunk, judged: &[Judged]) -> Vec<(Line, &'c str)> {
    let people = chunk.people.iter().zip(judged);
    let people = people.map(|((person, _), judged)| {
        (context.line(person.line, judged), person.address.as_typed())
    });
    let mut all: Vec<_> =
        people.chain(refused(context, chunk).into_iter().map(|line| (line, ""))).collect();
    all.sort_by_key(|(line, _)| line.line);
    all
}
