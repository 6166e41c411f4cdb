//! Items from a spreadsheet: read, judged line by line, and only then taken.

mod words;

pub use words::day as spreadsheet_day;

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use utoipa::ToSchema;

use super::fetch::{clean, key};
use super::form::ItemForm;
use super::{ItemKind, NewItem, store};
use crate::app::App;
use crate::db::DbConn;
use crate::error::{Error, FieldError, Result};
use crate::staff;
use crate::web::{Lang, tags};

/// Most lines of a file.
const MOST_LINES: usize = 5_000;
/// Lines that are taken in one write.
const CHUNK: usize = 100;

/// The columns, of which `title` must be there.
pub const COLUMNS: [&str; 12] = [
    "kind",
    "title",
    "url",
    "summary",
    "published_on",
    "series",
    "number",
    "groups",
    "tags",
    "place",
    "valid_until",
    "language",
];

/// What becomes of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It becomes an item.
    New,
    /// The library has its address; the item is given what the line says.
    Update,
    /// The library has its address, and the item stays as it is.
    Known,
    /// The address stood in a line before.
    Twice,
    /// It cannot be taken.
    Wrong,
}

/// What is said of a line.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// The line of the file, from 1; the header is the first.
    pub line: usize,
    /// The title that it has.
    pub title: String,
    /// What becomes of it.
    pub outcome: Outcome,
    /// What is wrong with it.
    pub errors: Vec<FieldError>,
    item: Option<(NewItem, Vec<String>)>,
    /// The language, when the line says one.
    language: Option<Lang>,
}

/// The text of a file: UTF-8, else what Danish spreadsheets write (Windows-1252).
pub fn decode(bytes: &[u8]) -> String {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|byte| windows_1252(*byte)).collect(),
    }
}

/// Windows-1252 is Latin-1 but for 0x80 to 0x9f.
fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž',
        '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}',
        'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9f => HIGH[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

/// Judges every line; nothing is changed.
///
/// # Errors
/// [`Error::Invalid`] with a finding for `rows` when the file cannot be read as a table.
pub async fn judge(app: &App, text: &str, update: bool) -> Result<Vec<Verdict>> {
    let mut verdicts = read(text)?;
    app.db
        .read(move |conn| {
            judge_in(conn, &mut verdicts, update)?;
            Ok(verdicts)
        })
        .await
}

/// Takes every line that can be taken. Returns the verdicts as they were when it was done.
///
/// # Errors
/// As [`judge`].
pub async fn import(app: &App, text: &str, update: bool, actor: &str) -> Result<Vec<Verdict>> {
    let mut rest = read(text)?;
    let mut done = Vec::new();
    let mut seen = HashSet::new();
    while !rest.is_empty() {
        let mut chunk: Vec<Verdict> = rest.drain(..CHUNK.min(rest.len())).collect();
        let (actor, now, known) = (actor.to_owned(), app.clock.now(), seen.clone());
        let (chunk, known) = app
            .db
            .write(move |conn| {
                let mut known = known;
                let library = Addresses::read(conn)?;
                for verdict in &mut chunk {
                    let before = judge_one(&library, verdict, &mut known, update);
                    let Some((new, tags)) = &verdict.item else { continue };
                    let item = match (verdict.outcome, before) {
                        (Outcome::New, _) => store::insert(conn, new, now)?,
                        (Outcome::Update, Some(id)) => {
                            let mut new = new.clone();
                            let item = store::find(conn, id)?;
                            new.addresses = item.addresses;
                            new.details.language =
                                verdict.language.unwrap_or(item.details.language);
                            store::update(conn, id, &new, now)?
                        }
                        _ => continue,
                    };
                    store::tags::set(conn, &item, tags)?;
                }
                let count = chunk.iter().filter(|verdict| verdict.is_taken()).count();
                let details = serde_json::json!({ "items": count });
                staff::store::audit(conn, &actor, "library.import", "library", details, now)?;
                Ok((chunk, known))
            })
            .await?;
        seen = known;
        done.extend(chunk);
    }
    Ok(done)
}

impl Verdict {
    /// Whether the line is, or would be, taken.
    pub fn is_taken(&self) -> bool {
        matches!(self.outcome, Outcome::New | Outcome::Update)
    }
}

fn judge_in(conn: &mut DbConn, verdicts: &mut [Verdict], update: bool) -> Result<()> {
    let mut seen = HashSet::new();
    let library = Addresses::read(conn)?;
    for verdict in verdicts {
        judge_one(&library, verdict, &mut seen, update);
    }
    Ok(())
}

/// Which item has an address, of the whole library: read once for many lines.
struct Addresses {
    as_written: HashMap<String, i64>,
    in_any_form: HashMap<String, i64>,
}

impl Addresses {
    fn read(conn: &mut DbConn) -> Result<Self> {
        let all = store::addresses(conn)?;
        let in_any_form =
            all.iter().rev().filter_map(|(url, item)| Some((key(url)?, *item))).collect();
        Ok(Self { as_written: all.into_iter().collect(), in_any_form })
    }

    fn item(&self, address: &str) -> Option<i64> {
        let in_any_form = || self.in_any_form.get(&key(address)?);
        self.as_written.get(address).or_else(in_any_form).copied()
    }
}

/// Says what becomes of a line, and which item has its address.
fn judge_one(
    library: &Addresses,
    verdict: &mut Verdict,
    seen: &mut HashSet<String>,
    update: bool,
) -> Option<i64> {
    let address = verdict.item.as_ref()?.0.addresses.first()?;
    if key(address).is_some_and(|key| !seen.insert(key)) {
        verdict.outcome = Outcome::Twice;
        return None;
    }
    let known = library.item(address);
    if known.is_some() {
        verdict.outcome = if update { Outcome::Update } else { Outcome::Known };
    }
    known
}

fn unreadable(code: &'static str) -> Error {
    Error::field("rows", code)
}

/// Reads a table with a header line. Columns are parted by commas, semicolons or tabs, whichever
/// the header has most of.
fn read(text: &str) -> Result<Vec<Verdict>> {
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
        .delimiter(most.unwrap_or(b','))
        .trim(csv::Trim::All)
        .flexible(true)
        .from_reader(text.as_bytes());
    let headers = reader.headers().map_err(|_| unreadable("error-items-unreadable"))?.clone();
    let columns = COLUMNS.map(|name| {
        headers
            .iter()
            .position(|header| header.trim_start_matches('\u{feff}').eq_ignore_ascii_case(name))
    });
    if columns[1].is_none() {
        return Err(unreadable("error-items-no-title"));
    }
    let mut verdicts = Vec::new();
    for row in reader.records() {
        let row = row.map_err(|_| unreadable("error-items-unreadable"))?;
        if row.iter().all(str::is_empty) {
            continue;
        }
        if verdicts.len() >= MOST_LINES {
            return Err(Error::Invalid(vec![
                FieldError::new("rows", "error-items-many").with("most", MOST_LINES),
            ]));
        }
        let line = row.position().map_or(0, csv::Position::line);
        let cell = |at: usize| columns[at].and_then(|at| row.get(at)).unwrap_or_default();
        verdicts.push(verdict(usize::try_from(line).unwrap_or_default(), cell));
    }
    Ok(verdicts)
}

fn verdict<'r>(line: usize, cell: impl Fn(usize) -> &'r str) -> Verdict {
    let mut errors = Vec::new();
    let kind = match cell(0) {
        "" => ItemKind::Article,
        word => {
            word.to_lowercase().parse().or_else(|_| words::kind(word).ok_or(())).unwrap_or_else(
                |()| {
                    errors.push(FieldError::new("kind", "error-items-kind"));
                    ItemKind::Article
                },
            )
        }
    };
    let groups = cell(7);
    let strange = |c: char| !matches!(c, '1'..='3' | ',' | ' ' | '/' | '+' | '|');
    if groups.contains(strange) {
        errors.push(FieldError::new("groups", "error-items-groups"));
    }
    let language = words::language(cell(11));
    if language.is_none() && !cell(11).is_empty() {
        errors.push(FieldError::new("language", "error-items-language"));
    }
    let has = |group: char| groups.contains(group).then(String::new);
    let url = url::Url::parse(cell(2)).map_or_else(|_| cell(2).to_owned(), |url| clean(&url));
    let form = ItemForm {
        kind,
        title: super::plain::line(cell(1)),
        summary: super::plain::line(cell(3)),
        language: language.unwrap_or(Lang::Da),
        published: words::day(cell(4)),
        series: cell(5).to_owned(),
        number: cell(6).to_owned(),
        group_1: has('1'),
        group_2: has('2'),
        group_3: has('3'),
        place: cell(9).to_owned(),
        valid_until: words::day(cell(10)),
        addresses: url,
        ..ItemForm::default()
    };
    let read = form.read();
    if let Err(Error::Invalid(findings)) = &read {
        errors.extend(findings.iter().cloned());
    }
    let item = read.ok().filter(|_| errors.is_empty()).map(|new| (new, tags::read(cell(8))));
    let outcome = if item.is_some() { Outcome::New } else { Outcome::Wrong };
    Verdict { line, title: form.title, outcome, errors, item, language }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spreadsheet_is_read_however_it_was_saved() -> Result<()> {
        let comma = "kind,title,url,published_on,groups,tags\n\
            podcast,Når jorden brænder,https://a.example/1?utm_source=x,2017-10,\"2,3\",\"Pres, ledelse\"\n";
        let semicolon = "\u{feff}Kind;Title;URL;published_on;groups;tags\r\n\
            Podcast;Når jorden brænder;https://a.example/1;2017-10;2,3;pres,Ledelse\r\n";
        let tabs = comma
            .replace("\"2,3\"", "2/3")
            .replace("\"Pres, ledelse\"", "pres;ledelse")
            .replace(',', "\t");
        for text in [comma, semicolon, &tabs] {
            let read = read(&decode(text.as_bytes()))?;
            let Some((new, tags)) = &read[0].item else {
                return Err(Error::Invalid(read[0].errors.clone()));
            };
            assert_eq!(
                (new.details.kind, new.details.title.as_str()),
                (ItemKind::Podcast, "Når jorden brænder")
            );
            assert_eq!(
                (new.details.groups(), tags.join("+").as_str()),
                (vec![2, 3], "ledelse+pres")
            );
            assert_eq!(new.addresses, ["https://a.example/1"]);
        }
        let latin = b"title;published_on\nBl\xe5b\xe6r \x96 \x80;25-08-2017";
        let read = read(&decode(latin))?;
        assert_eq!(read[0].title, "Blåbær – €");
        let day = read[0].item.as_ref().and_then(|(new, _)| new.details.published_on);
        assert_eq!(day.map(|day| day.to_string()).as_deref(), Some("2017-08-25"));
        Ok(())
    }

    #[test]
    fn every_line_is_judged_on_its_own() -> Result<()> {
        let text = "kind;title;url;number;groups\nrom;;javascript:alert(1);nul;9\n;Kort;;;\n\n";
        let read = read(text)?;
        let fields: Vec<&str> = read[0].errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["kind", "groups", "number", "title", "addresses"]);
        assert_eq!(
            (read[0].line, read[0].outcome, read[1].outcome),
            (2, Outcome::Wrong, Outcome::New)
        );
        assert_eq!(read.len(), 2);
        let windows = super::read(&text.replace('\n', "\r\n"))?;
        assert_eq!(windows.iter().map(|verdict| verdict.line).collect::<Vec<_>>(), [2, 3]);
        Ok(())
    }

    #[test]
    fn a_line_may_say_its_language() -> Result<()> {
        let read = read("title;language\nLeadership Pipeline;en\nKort;\nUlæselig;klingon\n")?;
        let languages: Vec<_> = read
            .iter()
            .map(|line| line.item.as_ref().map(|(new, _)| new.details.language))
            .collect();
        assert_eq!(languages, [Some(Lang::En), Some(Lang::Da), None]);
        assert_eq!(read[2].errors[0].field, "language");
        Ok(())
    }

    #[test]
    fn what_is_no_table_is_refused() {
        for (text, code) in [("", "error-required"), ("navn;adresse\na;b", "error-items-no-title")]
        {
            let Err(Error::Invalid(findings)) = read(text) else { unreachable!() };
            assert_eq!((findings[0].field.as_str(), findings[0].code), ("rows", code));
        }
        let many = format!("title\n{}", "a\n".repeat(5_001));
        let Err(Error::Invalid(findings)) = read(&many) else { unreachable!() };
        assert_eq!(findings[0].code, "error-items-many");
    }
}
