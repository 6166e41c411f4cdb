//! The status note of 2017, made from the example: every number is counted again from rows, and the
//! files say the same.

use std::collections::BTreeSet;
use std::io::Read;
use std::process::Command;

use chrono::{Datelike, NaiveDate, TimeDelta};
use diesel::dsl::sum;
use diesel::prelude::*;
use lederbrev::db::schema::{activities, figures, issues, ledger, library_items};
use lederbrev::demo;
use lederbrev::demo::people;
use lederbrev::newsletters::{self, Newsletter};
use lederbrev::reports::note::document::{Block, Document, Inline, SectionId, Value};
use lederbrev::reports::note::plan::Period;
use lederbrev::reports::note::{self, Format};
use lederbrev::staff::Role;
use lederbrev::subscribers::ledger::{self as register, Entry, LedgerKind};
use lederbrev::web::Lang;
use reqwest::StatusCode;

use crate::app::{TestApp, insert_newsletter, start_of_test};
use crate::both;
use crate::browser::Browser;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The example, with the ledger of its people but without the people: they would take minutes.
pub async fn example(app: &TestApp) -> Newsletter {
    // The service came years after the note.
    app.clock.advance(TimeDelta::days(3_000));
    let id = app.newsletter().await;
    let now = app.clock.now();
    let newsletter = app
        .app
        .db
        .write(move |conn| {
            let newsletter = newsletters::store::find(conn, id)?;
            let entry = |day: NaiveDate, kind, change, cause: Option<&str>| Entry {
                newsletter: newsletter.id,
                day,
                recorded_at: now,
                kind,
                change,
                leadership_group: None,
                sector: None,
                cause: cause.map(str::to_owned),
                source: "opdigtet eksempel".to_owned(),
                subscriber: None,
            };
            let mut entries = Vec::new();
            for person in people::all() {
                let kind =
                    if person.imported { LedgerKind::Imported } else { LedgerKind::Confirmed };
                entries.push(entry(person.joined, kind, 1, None));
                if let Some(left) = person.left {
                    entries.push(entry(left, LedgerKind::Ended, -1, Some("unsubscribed")));
                }
            }
            register::record(conn, &entries)?;
            Ok(newsletter)
        })
        .await
        .unwrap();
    demo::fill_library(&app.app).await.unwrap();
    demo::fill_figures(&app.app).await.unwrap();
    demo::fill_note(&app.app, &newsletter).await.unwrap();
    demo::bring_in_history(&app.app, &newsletter).await.unwrap();
    newsletter
}

pub async fn note_of(app: &TestApp, newsletter: &Newsletter, days: [&str; 3]) -> Document {
    let [from, to, compare] = days.map(day);
    let period = Period::new(from, to, compare).unwrap();
    note::asked_for(&app.app, newsletter.clone(), period, Lang::Da).await.unwrap()
}

fn whole(document: &Document, key: &str) -> i64 {
    match document.number(key).unwrap_or_else(|| panic!("no {key}")).value {
        Value::Whole(value) => value,
        other => panic!("{key} is {other:?}"),
    }
}

/// Every number that the document tells of, by its key.
fn told(document: &Document) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    let mut see = |inlines: &[Inline]| {
        for inline in inlines {
            if let Inline::Number(key) = inline {
                keys.insert(key.clone());
            }
        }
    };
    let mut others = Vec::new();
    let printed: Vec<Block> = document.sections.iter().flat_map(|s| s.printed()).collect();
    for block in &printed {
        match block {
            Block::Heading(_) => {}
            Block::Paragraph(inlines) => see(inlines),
            Block::List(points) => points.iter().for_each(|point| see(point)),
            Block::Table(table) => table.rows.iter().flatten().for_each(|cell| see(cell)),
            Block::Facts(facts) => {
                for fact in facts {
                    others.push(fact.number.clone());
                    see(&fact.detail);
                }
            }
            Block::Chart(chart) => {
                others.extend(chart.bars.iter().map(|bar| bar.number.clone()));
            }
        }
    }
    keys.extend(others.into_iter().filter(|key| !key.is_empty()));
    keys
}

both! {
    async fn the_note_of_2017_has_every_newsletter_figure_and_each_is_what_its_rows_say(
        app: TestApp
    ) {
        let newsletter = example(&app).await;
        let document = note_of(&app, &newsletter, demo::NOTE_PERIOD).await;

        // What the real note says of the newsletter.
        for (key, shown) in [
            ("newsletter.earlier", "26.420"),
            ("newsletter.later", "27.699"),
            ("newsletter.change", "+1.279"),
            ("newsletter.percent", "+4,8 %"),
            ("newsletter.days", "377"),
        ] {
            assert_eq!(document.shown(key), shown, "{key}");
        }
        let section = document.section(SectionId::Newsletter).unwrap();
        let Some(Block::Paragraph(sentence)) = section.blocks.first() else { panic!("no sentence") };
        assert_eq!(
            document.plain(sentence),
            "Nyhedsbrevet havde 27.699 abonnenter den 26. oktober 2017 mod 26.420 den 14. oktober \
             2016. Det er en ændring på +1.279 (+4,8 %) over 377 dage."
        );
        let [Block::Paragraph(words), ..] = &section.printed()[..] else { panic!("no words") };
        let words = document.plain(words);
        assert!(words.contains("stabilt og ligger omkring 27.500."), "{words}");
        let rounded = document.number("newsletter.later~500").unwrap();
        assert_eq!(rounded.rows, document.number("newsletter.later").unwrap().rows);
        assert_eq!(whole(&document, "issues.special"), 1);
        assert_eq!(document.shown("issues.ordinary"), "ikke opgjort", "not counted is not zero");

        // Every number is told of, has rows and a definition, and every reference leads somewhere.
        let keys: BTreeSet<String> =
            document.numbers.iter().map(|number| number.key.clone()).collect();
        let told = told(&document);
        assert!(told.is_subset(&keys), "{:?}", told.difference(&keys));
        // A share that is not there is not printed, but stands in the CSV.
        let silent: Vec<_> = keys.difference(&told).filter(|k| !k.ends_with(".percent")).collect();
        assert!(silent.is_empty(), "{silent:?}");
        for number in &document.numbers {
            let note = document.notes.iter().find(|note| note.key == number.note);
            let note = note.unwrap_or_else(|| panic!("{} has no definition", number.key));
            assert!(!note.definition.is_empty() && !note.source.is_empty(), "{}", number.key);
            assert!(number.rows.starts_with("http"), "{}", number.key);
            assert!(number.last.is_some(), "{} is of no day", number.key);
        }
        recount(&app, &document).await;
    }

    async fn a_period_that_nobody_has_worded_gets_its_own_numbers_and_the_words_of_its_year(
        app: TestApp
    ) {
        let newsletter = example(&app).await;
        let document =
            note_of(&app, &newsletter, ["2017-01-01", "2017-10-26", "2016-10-14"]).await;
        assert_eq!(document.shown("newsletter.percent"), "+4,8 %");
        assert_eq!(document.shown("newsletter.days"), "377");
        assert_eq!(document.shown("figure.Følgere på Facebook.percent"), "+10,4 %");
        assert!(document.section(SectionId::Improved).unwrap().words.contains("nyt design"));
        let earlier = note_of(&app, &newsletter, ["2015-01-01", "2015-12-31", "2014-12-31"]).await;
        assert_eq!(earlier.shown("newsletter.later"), "ikke opgjort");
        assert_eq!(earlier.shown("newsletter.percent"), "ikke opgjort");
        assert!(earlier.section(SectionId::Improved).unwrap().words.is_empty());
        let csv = String::from_utf8(note::write(&earlier, Format::Csv).unwrap()).unwrap();
        assert!(!csv.contains(";0;"), "nothing that is missing became zero: {csv}");
    }

    async fn a_frozen_note_stays_what_it_was_and_is_compared_word_by_word(app: TestApp) {
        let newsletter = example(&app).await;
        let period = demo::NOTE_PERIOD.map(day);
        let draft = app
            .app
            .db
            .read(move |conn| Ok(note::store::drafts_of(conn, newsletter.id)?.remove(0)))
            .await
            .unwrap();
        assert_eq!(draft.period_start, period[0]);
        let editor = app.signed_in(Role::Editor).await;
        let at = |rest: &str| app.url(&format!("/admin/status-notes/{}{rest}", draft.uuid));
        let get = async |rest: &str| editor.get(at(rest)).send().await.unwrap();
        let text = async |rest: &str| get(rest).await.text().await.unwrap();
        let frozen = editor.post(at("/freeze")).send().await.unwrap();
        assert_eq!(frozen.status(), StatusCode::SEE_OTHER);

        // A figure is corrected, and an editor writes.
        let figure = [
            ("kind", "Følgere på Facebook"),
            ("day", "2017-11-01"),
            ("value", "4.545"),
            ("unit", "følgere"),
            ("channel", "social"),
            ("source", "Facebook"),
        ];
        editor.post(app.url("/admin/figures")).form(&figure).send().await.unwrap();
        let mut form = vec![
            ("revision", "2".to_owned()),
            ("words-newsletter", "Antallet af abonnenter er stabilt.".to_owned()),
            ("words-plans", "<b>Flere</b> korte film.".to_owned()),
        ];
        for (name, value) in
            [("from", "2017-01-01"), ("to", "2017-10-26"), ("compare", "2016-10-14")]
        {
            form.push((Box::leak(format!("{name}-newsletter").into_boxed_str()), value.to_owned()));
        }
        let saved = editor.post(at("/words")).form(&form).send().await.unwrap();
        assert_eq!(saved.status(), StatusCode::SEE_OTHER, "{}", saved.text().await.unwrap());
        let stale = editor.post(at("/words")).form(&form).send().await.unwrap();
        assert_eq!(stale.status(), StatusCode::UNPROCESSABLE_ENTITY, "somebody saved before");
        assert!(stale.text().await.unwrap().contains("En anden har gemt"));

        // The list of versions above it grows.
        let old = note_in(&text("?version=1").await);
        assert!(old.contains("4.544") && old.contains("nyt design") && !old.contains("4.545"));
        let now = text("").await;
        assert!(now.contains("4.545") && now.contains("&#60;b&#62;Flere"), "shown as text");
        let difference = text("/difference?first=1").await;
        assert!(difference.contains("<del>4.544</del>") && difference.contains("<ins>4.545</ins>"));
        assert!(difference.contains("<ins>") && difference.contains("omkring {newsletter.later~500}"));
        assert!(!difference.contains("<del>27.699</del>"), "what is the same is not listed");
        editor.post(at("/freeze")).send().await.unwrap();
        let same = text("/difference?first=2&second=2").await;
        assert!(same.contains("siger det samme"));

        // Rows do not change, whatever happens to what they were counted from.
        app.app
            .db
            .write(|conn| Ok(diesel::delete(figures::table).execute(conn)?))
            .await
            .unwrap();
        assert_eq!(note_in(&text("?version=1").await), old);

        // The board reads it, writes nothing, and sees nobody.
        let reader = app.signed_in(Role::Reader).await;
        assert_eq!(reader.get(at("?version=1")).send().await.unwrap().status(), StatusCode::OK);
        for path in ["/freeze", "/words"] {
            let answer = reader.post(at(path)).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{path}");
        }
        for format in Format::ALL {
            let path = format!("/file?version=1&format={format}");
            let file = reader.get(at(&path)).send().await.unwrap();
            assert_eq!(file.status(), StatusCode::OK, "{format}");
            assert!(file.headers()["content-disposition"].to_str().unwrap().contains("2017-1."));
            assert!(!file.bytes().await.unwrap().is_empty());
        }
        let none = reader.get(at("/file?format=exe")).send().await.unwrap();
        assert_eq!(none.status(), StatusCode::NOT_FOUND);
    }
}

/// The note on a page.
fn note_in(page: &str) -> String {
    page[page.find("<article").unwrap()..page.find("</article>").unwrap()].to_owned()
}

/// Counts every number again from the tables: none of it goes through what gathered them.
async fn recount(app: &TestApp, document: &Document) {
    let everybody = people::all();
    let there = |on: NaiveDate| {
        let is_there = |p: &&people::MadeUp| p.joined <= on && p.left.is_none_or(|left| left > on);
        everybody.iter().filter(is_there).count() as i64
    };
    let (first, last) = (day("2016-10-14"), day("2017-10-26"));
    for (key, on) in [("newsletter.earlier", first), ("newsletter.later", last)] {
        let rows: Option<i64> = app
            .app
            .db
            .read(move |conn| {
                let up_to = ledger::table.filter(ledger::day.le(on));
                Ok(up_to.select(sum(ledger::change)).first(conn)?)
            })
            .await
            .unwrap();
        assert_eq!((whole(document, key), rows), (there(on), Some(there(on))), "{key}");
    }
    let mut months = 0;
    for number in &document.numbers {
        let Some(part) = number.key.strip_prefix("newsletter.20") else { continue };
        let (from, to) = (number.first, number.last.unwrap());
        let within = |day: NaiveDate| from.is_some_and(|from| day >= from) && day <= to;
        let expected = match part.rsplit_once('.').unwrap().1 {
            "came" => everybody.iter().filter(|p| within(p.joined)).count() as i64,
            "left" => everybody.iter().filter(|p| p.left.is_some_and(within)).count() as i64,
            _ => there(to),
        };
        assert_eq!(whole(document, &number.key), expected, "{}", number.key);
        months += 1;
    }
    assert_eq!(months, 13 * 3, "from the middle of October to that of the next one");
    // The sums reconcile: what was there, what came and what left give what is there.
    let number = |key: &str| whole(document, key);
    assert_eq!(
        number("newsletter.earlier") + number("newsletter.came") - number("newsletter.left"),
        number("newsletter.later")
    );
    let came: i64 = document
        .numbers
        .iter()
        .filter(|n| n.key.starts_with("newsletter.20") && n.key.ends_with(".came"))
        .map(|n| whole(document, &n.key))
        .sum();
    assert_eq!(came, number("newsletter.came"));
    assert_eq!(number("newsletter.days"), (last - first).num_days());

    // Figures: the row that a number names has its value, and shares follow from two rows.
    let rows: Vec<(lederbrev::db::PublicId, i64)> = app
        .app
        .db
        .read(|conn| Ok(figures::table.select((figures::uuid, figures::value)).load(conn)?))
        .await
        .unwrap();
    let mut followed = 0;
    for number in document.numbers.iter().filter(|n| n.key.starts_with("figure.")) {
        if let Some((_, uuid)) = number.rows.split_once("#figure-") {
            let row = rows.iter().find(|(id, _)| id.to_string() == uuid).unwrap();
            assert_eq!(number.value, Value::Whole(row.1), "{}", number.key);
            followed += 1;
        }
        if let (Value::Share { change, before }, Some(kind)) =
            (number.value, number.key.strip_suffix(".percent"))
        {
            assert_eq!(whole(document, &format!("{kind}.earlier")), before);
            assert_eq!(whole(document, &format!("{kind}.later")) - before, change);
        }
    }
    assert_eq!(followed, rows.len(), "every figure of the example is in the note of 2017");
    for (kind, percent) in [
        ("Følgere på Facebook", "+10,4 %"),
        ("Følgere på LinkedIn", "+22,8 %"),
        ("Følgere på Twitter", "+8,6 %"),
        ("Besøg på Lederweb, gennemsnit om måneden", "databrud"),
        ("Afspilninger af podcasten Ørerne i maskinen", "ikke opgjort"),
    ] {
        assert_eq!(document.shown(&format!("figure.{kind}.percent")), percent, "{kind}");
    }
    assert_eq!(
        document.shown("figure.Afspilninger af podcasten Ørerne i maskinen.later"),
        "mere end 19.000"
    );

    // What was published and what was done.
    let dated: Vec<(String, Option<NaiveDate>)> = app
        .app
        .db
        .read(|conn| {
            let columns = (library_items::kind, library_items::published_on);
            Ok(library_items::table.select(columns).load(conn)?)
        })
        .await
        .unwrap();
    for (key, kind) in [
        ("publications.count", "publication"),
        ("podcasts.count", "podcast"),
        ("articles.count", "article"),
        ("projects.count", "project"),
    ] {
        let of_2017 = |(of, on): &&(String, Option<NaiveDate>)| {
            of == kind && on.is_some_and(|on| on.year() == 2017)
        };
        assert_eq!(whole(document, key), dated.iter().filter(of_2017).count() as i64, "{key}");
    }
    let done: Vec<String> = app
        .app
        .db
        .read(|conn| Ok(activities::table.select(activities::kind).load(conn)?))
        .await
        .unwrap();
    for kind in ["media", "advert", "conference", "meeting"] {
        let count = done.iter().filter(|of| *of == kind).count() as i64;
        assert_eq!(whole(document, &format!("{kind}.count")), count, "{kind}");
    }
    let specials: i64 = app
        .app
        .db
        .read(|conn| {
            let specials = issues::table
                .filter(issues::kind.eq("special"))
                .filter(issues::published_on.eq(day("2017-03-24")));
            Ok(specials.count().get_result(conn)?)
        })
        .await
        .unwrap();
    assert_eq!(whole(document, "issues.special"), specials);
}

#[actix_web::test]
async fn all_files_of_the_note_say_the_same() {
    let app = TestApp::sqlite().await;
    let newsletter = example(&app).await;
    let document = note_of(&app, &newsletter, demo::NOTE_PERIOD).await;
    let html = String::from_utf8(note::write(&document, Format::Html).unwrap()).unwrap();
    let sections = SectionId::ALL.iter().filter(|id| **id != SectionId::Other);
    let mut places: Vec<usize> =
        sections.map(|id| html.find(&format!("id=\"section-{id}\"")).unwrap()).collect();
    places.push(html.find("id=\"definitions\"").unwrap());
    assert!(places.is_sorted(), "the order of the note of 2017: {places:?}");
    for words in
        ["size: A4", "counter(page)", "lang=\"da\"", "Særnummer om kerneopgaven", "role=\"img\""]
    {
        assert!(html.contains(words), "{words}");
    }
    assert!(html.contains(&app.app.links.archived("")), "the special edition has its link");

    let docx = note::write(&document, Format::Docx).unwrap();
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(docx)).unwrap();
    let mut part = |name: &str| {
        let mut text = String::new();
        zip.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    };
    let words = part("word/document.xml");
    let styles = part("word/styles.xml");
    for style in ["Title", "Heading1", "Heading2", "ListBullet", "TableGrid"] {
        assert!(words.contains(&format!("w:val=\"{style}\"")), "{style}");
        assert!(styles.contains(&format!("w:styleId=\"{style}\"")), "{style}");
    }
    assert!(styles.contains("da-DK") && words.contains("descr=\"Søjlediagram"));
    assert!(part("word/charts/chart1.xml").contains("<c:v>27699</c:v>"));

    let pdf = note::write(&document, Format::Pdf).unwrap();
    assert!(pdf.starts_with(b"%PDF-1.7"));
    for mark in ["/StructTreeRoot", "/MarkInfo", "/Lang", "pdfuaid:part"] {
        assert!(memchr::memmem::find(&pdf, mark.as_bytes()).is_some(), "{mark}");
    }

    let csv = String::from_utf8(note::write(&document, Format::Csv).unwrap()).unwrap();
    let mut lines = csv::ReaderBuilder::new().delimiter(b';').from_reader(csv.as_bytes());
    let lines: Vec<csv::StringRecord> = lines.records().map(Result::unwrap).collect();
    assert_eq!(lines.len(), document.numbers.len(), "a line for each number");
    let line = |key: &str| lines.iter().find(|line| &line[1] == key).unwrap();
    assert_eq!(
        (&line("newsletter.later")[3], &line("newsletter.later")[7]),
        ("27699", "2017-10-26")
    );
    assert_eq!(&line("newsletter.percent")[3], "4,8");

    // What a table and a sentence print is what every file has as text.
    let plain = |xml: &str| -> String {
        let mut text = String::new();
        let mut rest = xml;
        while let Some((before, after)) = rest.split_once('<') {
            text.push_str(before);
            rest = after.split_once('>').map_or("", |(_, after)| after);
        }
        text
    };
    let (html, words) = (plain(&html), plain(&words));
    for number in document.numbers.iter().filter(|n| told(&document).contains(&n.key)) {
        assert!(html.contains(&number.shown), "{} in HTML", number.key);
        assert!(words.contains(&number.shown), "{} in Word", number.key);
    }
}

#[test]
fn the_command_writes_the_note_to_standard_output_and_refuses_days_out_of_order() {
    let folder = tempfile::tempdir().unwrap();
    let database = crate::app::sqlite_in(folder.path());
    let run = |days: [&str; 3], more: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_lederbrev"))
            .current_dir(folder.path())
            .env("LEDERBREV_DATABASE_URL", &database)
            .args(["status-note", "--from", days[0], "--to", days[1], "--compare", days[2]])
            .args(more)
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    };
    let year = ["2017-01-01", "2017-12-31", "2016-12-31"];
    let (code, said, why) = run(year, &["--format", "html"]);
    assert_eq!((code, said.as_str()), (1, ""), "{why}");
    assert!(why.contains("no newsletter"), "{why}");
    let url = lederbrev::db::DatabaseUrl::parse(&database).unwrap();
    let db = lederbrev::db::Db::connect(&url).unwrap();
    actix_web::rt::System::new().block_on(async {
        let made = db.write(|conn| Ok(insert_newsletter(conn, start_of_test())?)).await;
        made.unwrap();
    });
    drop(db);
    let (code, said, _) = run(year, &["--format", "html"]);
    assert_eq!(code, 0);
    assert!(said.starts_with("<!doctype html>") && said.contains("Statusnotat 2017"));
    let (code, said, _) = run(year, &["--format", "csv"]);
    assert!(code == 0 && said.contains("newsletter.later"));
    let file = folder.path().join("note.pdf");
    let (code, said, _) = run(year, &["--format", "pdf", "--out", &file.to_string_lossy()]);
    assert!(code == 0 && said.contains("note.pdf"));
    assert!(std::fs::read(file).unwrap().starts_with(b"%PDF"));
    for (days, more) in [
        (["2017-12-31", "2017-01-01", "2016-12-31"], &["--format", "html"][..]),
        (["2017-01-01", "2017-12-31", "2018-12-31"], &["--format", "html"]),
        (year, &["--format", "exe"]),
        (["i fjor", "2017-12-31", "2016-12-31"], &["--format", "html"]),
    ] {
        let (code, said, why) = run(days, more);
        assert_eq!((code, said.as_str()), (2, ""), "{days:?} {why}");
    }
}

#[actix_web::test]
async fn the_board_can_read_the_note_and_editors_can_word_it() {
    let app = TestApp::sqlite().await;
    example(&app).await;
    let browser = Browser::open(&app).await;
    browser.sign_in(Role::Editor).await;
    browser.goto("/admin/status-notes").await;
    browser.is_accessible_everywhere("status-notes").await;
    browser.fill("#from", "").await;
    browser.click("main form .button").await;
    browser.wait_for(".error-summary").await;
    browser.is_accessible_everywhere("status-notes-refused").await;
    // It says that the form was refused.
    browser.console_errors().await;
    browser.goto("/admin/status-notes").await;
    browser.click("main li a").await;
    browser.wait_for(".note").await;
    browser.is_accessible_everywhere("status-note").await;
    browser.click(".note-tools a.button").await;
    browser.wait_for("#words-main").await;
    browser.is_accessible_everywhere("status-note-words").await;
    browser.fill("#words-plans", "Flere korte film.").await;
    browser.click("main form .button").await;
    browser.wait_for(".toast").await;
    browser.click(".note-tools form button").await;
    browser.wait_for(".note-tools details").await;
    browser.click(".note-tools summary").await;
    browser.is_accessible_everywhere("status-note-frozen").await;
    browser.click(".note-tools details a[href$='first=1']").await;
    browser.wait_for(".notice.done").await;
    browser.is_accessible_everywhere("status-note-difference").await;
    browser.no_console_errors().await;
    browser.close().await;
}
