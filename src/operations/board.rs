//! `/admin` for the board, which reads and does nothing: the subscribers against a year before, how they
//! came to be so many, and the status notes that are finished. Nothing of a person, and no draft.

use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::desk::{Subscribers, known, subscribers};
use crate::app::App;
use crate::clock::Instant;
use crate::error::Result;
use crate::newsletters;
use crate::reports::note::document::span;
use crate::reports::note::draft::Draft;
use crate::reports::note::{Format, store as notes};
use crate::subscribers::growth::{self, Chart, Month};
use crate::web::{Page, format, html};

/// Finished notes that are shown; the others are in the list of all.
const NOTES: usize = 3;

#[derive(Template)]
#[template(path = "operations/pages/board.html")]
struct BoardPage {
    page: Page,
    name: String,
    newsletters: Vec<Told>,
    notes: Vec<Finished>,
}

/// What is told of a newsletter.
struct Told {
    slug: String,
    subscribers: Subscribers,
    months: Vec<Month>,
    chart: Chart,
}

/// The newest version of a note.
struct Finished {
    draft: Draft,
    number: i32,
    frozen_at: Instant,
}

/// The page.
pub(super) async fn show(request: &HttpRequest, app: &App) -> Result<HttpResponse> {
    let now = app.clock.now();
    let (newsletters, notes) = app
        .db
        .read(move |conn| {
            let mut told = Vec::new();
            let all = newsletters::store::all(conn)?;
            for (newsletter, subscribers) in all.into_iter().zip(subscribers(conn, now)?) {
                let months = growth::months(conn, newsletter.id, subscribers.day)?;
                let chart = Chart::of(&months);
                told.push(Told { slug: newsletter.slug, subscribers, months, chart });
            }
            let versions = notes::newest_versions(conn)?;
            let finished = notes::drafts(conn)?.into_iter().filter_map(|draft| {
                let (number, frozen_at) = *versions.get(&draft.id)?;
                Some(Finished { draft, number, frozen_at })
            });
            Ok((told, finished.take(NOTES).collect()))
        })
        .await?;
    let page = Page::new(request);
    let name = page.reader.as_ref().map(|reader| reader.name.clone()).unwrap_or_default();
    html(&BoardPage { page, name, newsletters, notes })
}

impl BoardPage {
    fn known(&self, count: &Option<i64>) -> String {
        known(&self.page, count)
    }

    fn difference(&self, of: &Subscribers) -> String {
        match of.change() {
            Some(change) => format::signed(self.page.lang, change),
            None => self.page.t("report-not-counted"),
        }
    }

    /// "+4,8 %", where there is something to reckon it from.
    fn share(&self, of: &Subscribers) -> Option<String> {
        let before = of.earlier_count.filter(|before| *before > 0)?;
        Some(format::signed_percent(self.page.lang, of.change()?, before))
    }

    fn days_between(&self, of: &Subscribers) -> i64 {
        (of.day - of.earlier).num_days()
    }

    fn title(&self, note: &Finished) -> String {
        let of = span(self.page.lang, note.draft.period_start, note.draft.period_end);
        self.page.t1("note-title", "period", of)
    }

    fn version(&self, note: &Finished) -> String {
        let when = self.page.time(&note.frozen_at, &chrono_tz::Europe::Copenhagen);
        self.page.t2("notes-version", "number", note.number, "when", when)
    }

    fn formats(&self) -> &'static [Format] {
        Format::ALL
    }
}
