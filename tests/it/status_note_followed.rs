//! The status note, as far as somebody follows it: numbers lead to their rows, words name numbers, a
//! day that has not been is not counted, and what differs is said.

use std::io::Read;

use chrono::{NaiveDate, TimeDelta};
use diesel::prelude::*;
use lederbrev::clock::Instant;
use lederbrev::db::schema::{activities, figures, status_notes};
use lederbrev::db::{Json, PublicId};
use lederbrev::demo;
use lederbrev::newsletters::Newsletter;
use lederbrev::reports::note::document::{Document, Section, SectionId, Value};
use lederbrev::reports::note::plan::Period;
use lederbrev::reports::note::{self, Format, draft};
use lederbrev::staff::Role;
use lederbrev::web::Lang;
use reqwest::StatusCode;

use crate::app::TestApp;
use crate::both;
use crate::status_note::{example, note_of};

fn period(days: [&str; 3]) -> Period {
    let [from, to, compare] = days.map(|day| day.parse::<NaiveDate>().unwrap());
    Period::new(from, to, compare).unwrap()
}

async fn draft_of(app: &TestApp, newsletter: &Newsletter, language: Lang) -> PublicId {
    let of = period(demo::NOTE_PERIOD);
    draft::begin(&app.app, newsletter, of, language, "nanna@lederweb.dk").await.unwrap()
}

fn section(document: &Document, id: SectionId) -> &Section {
    document.section(id).unwrap()
}

/// The parts of a Word file, one after the other.
fn unzipped(bytes: &[u8], name: &str) -> String {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    zip.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

both! {
    async fn every_number_leads_to_its_rows_in_html_word_and_pdf(app: TestApp) {
        let newsletter = example(&app).await;
        let document = note_of(&app, &newsletter, demo::NOTE_PERIOD).await;
        let rows = document.number("newsletter.later").unwrap().rows.clone();
        assert!(rows.contains("/admin/growth?newsletter="), "{rows}");
        let html = String::from_utf8(note::write(&document, Format::Html).unwrap()).unwrap();
        let escaped = rows.replace('&', "&#38;");
        let link = format!("<a class=\"rows\" href=\"{escaped}\">");
        assert!(html.matches(&link).count() >= 4, "the large number, the sentence and the table");
        let word = note::write(&document, Format::Docx).unwrap();
        let targets = unzipped(&word, "word/_rels/document.xml.rels");
        assert!(targets.contains(&rows.replace('&', "&amp;")), "{targets}");
        let pdf = note::write(&document, Format::Pdf).unwrap();
        let is_in = pdf.windows(18).any(|bytes| bytes == b"/admin/growth?news");
        assert!(is_in, "the PDF has the address");

        // Each address is there, and the counts of the library are of what is put aside, too.
        let editor = app.signed_in(Role::Editor).await;
        for number in &document.numbers {
            let url = number.rows.replace(app.app.config.public_url.as_str(), &app.url("/"));
            let answer = editor.get(&url).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::OK, "{}: {url}", number.key);
            if number.key.starts_with("newsletter.") && matches!(number.value, Value::Whole(_)) {
                let page = answer.text().await.unwrap();
                let shown = number.shown.trim_start_matches('+');
                let is_rounded = number.key.contains('~') || number.key == "newsletter.days";
                assert!(is_rounded || page.contains(shown), "{}: {url}", number.key);
            }
        }
    }

    async fn a_day_that_has_not_been_is_not_counted(app: TestApp) {
        let newsletter = example(&app).await;
        // Back in time: the board meets on 6 December 2017.
        let then = Instant::new("2017-12-06T09:00:00Z".parse().unwrap());
        app.clock.advance(TimeDelta::microseconds(then.micros() - app.clock.now().micros()));
        let document = note_of(&app, &newsletter, ["2017-01-01", "2017-12-31", "2016-12-30"]).await;
        let later = document.number("newsletter.later").unwrap();
        assert_eq!(later.last.unwrap().to_string(), "2017-12-06");
        assert!(matches!(later.value, Value::Whole(_)));
        assert!(section(&document, SectionId::Newsletter).period.contains("6. december 2017"));
        let said = document.notes.iter().find(|said| said.key == "newsletter").unwrap();
        assert!(said.limits.contains("Perioden er ikke slut endnu"), "{}", said.limits);
        assert!(document.number("newsletter.2017-12.came").is_some());

        let next = note_of(&app, &newsletter, ["2018-01-01", "2018-12-31", "2017-12-31"]).await;
        for key in ["newsletter.earlier", "newsletter.later", "newsletter.change"] {
            assert_eq!(next.shown(key), "ikke opgjort", "{key}");
        }
    }

    async fn the_english_note_is_about_the_same_days(app: TestApp) {
        let newsletter = example(&app).await;
        let of = period(demo::NOTE_PERIOD);
        let asked = note::asked_for(&app.app, newsletter.clone(), of, Lang::En).await.unwrap();
        let begun = draft_of(&app, &newsletter, Lang::En).await;
        let links = app.app.clone();
        let now = app.clock.now();
        let drafted = app
            .app
            .db
            .read(move |conn| {
                let draft = note::store::draft(conn, begun)?;
                draft::document(conn, &draft, &links.links, now)
            })
            .await
            .unwrap();
        for document in [asked, drafted] {
            for (key, shown) in [
                ("newsletter.earlier", "26,420"),
                ("newsletter.later", "27,699"),
                ("newsletter.percent", "+4.8%"),
                ("newsletter.days", "377"),
            ] {
                assert_eq!(document.shown(key), shown, "{key}");
            }
            assert!(section(&document, SectionId::Newsletter).words.is_empty(), "Danish words");
        }
    }

    async fn words_name_numbers_and_none_that_is_not_there(app: TestApp) {
        let newsletter = example(&app).await;
        let draft = draft_of(&app, &newsletter, Lang::Da).await;
        let editor = app.signed_in(Role::Editor).await;
        let url = app.url(&format!("/admin/status-notes/{draft}/words"));
        let page = editor.get(&url).send().await.unwrap().text().await.unwrap();
        assert!(page.contains("<code>{newsletter.later}</code>"), "they can be looked up");
        assert!(!page.contains("<code>{newsletter.later~500}</code>"));
        let revision = page.split_once("name=\"revision\" value=\"").unwrap().1;
        let revision = revision.split_once('"').unwrap().0.to_owned();
        let save = async |words: &str| {
            let form = [("revision", revision.as_str()), ("words-newsletter", words)];
            editor.post(&url).form(&form).send().await.unwrap()
        };
        let refused = save("I alt {newsletter.latr} abonnenter.").await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let page = refused.text().await.unwrap();
        assert!(page.contains("noget tal, der hedder »newsletter.latr«"), "{page}");
        let saved = save("- Omkring {newsletter.later~1000}, {newsletter.percent} mere").await;
        assert_eq!(saved.status(), StatusCode::SEE_OTHER);
        let note = app.url(&format!("/admin/status-notes/{draft}"));
        let page = editor.get(&note).send().await.unwrap().text().await.unwrap();
        assert!(page.contains("data-key=\"newsletter.later~1000\">28.000"), "{page}");
    }

    async fn a_number_in_words_keeps_what_is_said_of_it_and_is_not_invented(app: TestApp) {
        let newsletter = example(&app).await;
        let draft = draft_of(&app, &newsletter, Lang::Da).await;
        let editor = app.signed_in(Role::Editor).await;
        let at = |rest: &str| app.url(&format!("/admin/status-notes/{draft}{rest}"));
        let key = "figure.Afspilninger af podcasten Ørerne i maskinen.later";
        let words = format!("Lyttet {{{key}~5000}} gange, {{newsletter.change~500}} abonnenter.");
        let own = |name| match name {
            "from" => "2017-01-01",
            "to" => "2017-11-30",
            _ => "2016-11-30",
        };
        let mut form = vec![("revision", "2".to_owned()), ("words-podcasts", words)];
        for (field, day) in
            [("from-podcasts", "from"), ("to-podcasts", "to"), ("compare-podcasts", "compare")]
        {
            form.push((field, own(day).to_owned()));
        }
        let saved = editor.post(at("/words")).form(&form).send().await.unwrap();
        assert_eq!(saved.status(), StatusCode::SEE_OTHER, "{}", saved.text().await.unwrap());
        let page = editor.get(at("")).send().await.unwrap().text().await.unwrap();
        assert!(page.contains("mere end 20.000</data>"), "{page}");
        assert!(page.contains("newsletter.change~500\">+"), "the sign stays: {page}");

        // The figure goes, and the words stay.
        app.app.db.write(|conn| Ok(diesel::delete(figures::table).execute(conn)?)).await.unwrap();
        let page = editor.get(at("")).send().await.unwrap().text().await.unwrap();
        assert!(page.contains(&format!("data-key=\"{key}~5000\">ikke opgjort")), "{page}");
        let words = editor.get(at("/words")).send().await.unwrap().text().await.unwrap();
        assert!(!words.contains(&format!("<code>{{{key}")), "nobody is led to it");
    }

    async fn a_difference_is_all_that_is_printed(app: TestApp) {
        let newsletter = example(&app).await;
        let before = note_of(&app, &newsletter, demo::NOTE_PERIOD).await;
        let renamed = app.app.db.write(|conn| {
            let first: i64 = activities::table
                .filter(activities::kind.eq("conference"))
                .select(activities::id)
                .order(activities::id)
                .first(conn)?;
            let of = diesel::update(activities::table.find(first));
            Ok(of.set(activities::place.eq("Nyborg Strand")).execute(conn)?)
        });
        assert_eq!(renamed.await.unwrap(), 1);
        let after = note_of(&app, &newsletter, demo::NOTE_PERIOD).await;
        let difference = note::difference::between(&before, &after);
        assert!(difference.numbers.is_empty(), "{:?}", difference.numbers);
        assert!(!difference.is_nothing());
        let [changed] = &difference.words[..] else { panic!("one section") };
        assert_eq!(changed.id, "filled-conferences");
        assert!(changed.words.iter().any(|stretch| stretch.text.contains("Nyborg")));

        // When the numbers were read differs always and says nothing.
        app.clock.advance(TimeDelta::hours(1));
        let again = note_of(&app, &newsletter, demo::NOTE_PERIOD).await;
        assert!(note::difference::between(&after, &again).is_nothing());
    }

    async fn a_frozen_note_that_was_changed_is_not_handed_out(app: TestApp) {
        let newsletter = example(&app).await;
        let draft = draft_of(&app, &newsletter, Lang::Da).await;
        let editor = app.signed_in(Role::Editor).await;
        let at = |rest: &str| app.url(&format!("/admin/status-notes/{draft}{rest}"));
        editor.post(at("/freeze")).send().await.unwrap();
        let file = at("/file?version=1&format=pdf");
        assert_eq!(editor.get(&file).send().await.unwrap().status(), StatusCode::OK);
        let changed = app.app.db.write(|conn| {
            let Json(mut frozen) =
                status_notes::table.select(status_notes::frozen).first::<Json>(conn)?;
            frozen["title"] = "Statusnotat 2018".into();
            let all = diesel::update(status_notes::table);
            Ok(all.set(status_notes::frozen.eq(Json(frozen))).execute(conn)?)
        });
        changed.await.unwrap();
        let refused = editor.get(&file).send().await.unwrap();
        assert_eq!(refused.status(), StatusCode::CONFLICT);
        assert!(refused.text().await.unwrap().contains("svarer ikke til det, der blev frosset"));
    }
}
