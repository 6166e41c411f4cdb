//! `/admin/status-notes/{id}/words`: what an editor says around the numbers, and the period of a section.

use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;

use super::notes::read;
use crate::app::App;
use crate::db::PublicId;
use crate::error::{Error, FieldError, Result};
use crate::reports::note::document::{Number, SectionId, rounding, span};
use crate::reports::note::draft::{self, Draft, Sections};
use crate::reports::note::plan::{Period, SectionPlan};
use crate::staff::Staff;
use crate::web::{Page, format, html, page, see_other};

#[derive(Template)]
#[template(path = "reports/pages/note_words.html")]
struct WordsPage {
    page: Page,
    draft: Draft,
    sections: Sections,
    errors: Vec<FieldError>,
    title: String,
    /// Numbers that the words may name.
    numbers: Vec<Number>,
}

/// The days of a period, as fields.
const DAYS: [&str; 3] = ["from", "to", "compare"];

impl WordsPage {
    fn all(&self) -> &'static [SectionId] {
        SectionId::ALL
    }

    /// Numbers that the words may name: not those that they have rounded already.
    fn named(&self) -> impl Iterator<Item = &Number> {
        let is_there = |number: &&Number| number.last.is_some();
        self.numbers.iter().filter(is_there).filter(|number| rounding(&number.key).1.is_none())
    }

    fn words(&self, id: &SectionId) -> &str {
        self.sections.get(id).map_or("", |said| &said.words)
    }

    /// The days of a section's own period.
    fn days(&self, id: &SectionId) -> [(&'static str, String); 3] {
        let period = self.sections.get(id).and_then(|said| said.period);
        let day = |of: fn(&Period) -> NaiveDate| {
            period.as_ref().map_or_else(String::new, |period| of(period).to_string())
        };
        [("from", day(|p| p.from)), ("to", day(|p| p.to)), ("compare", day(|p| p.compare))]
    }

    fn has_period(&self, id: &SectionId) -> bool {
        self.days(id).iter().any(|(_, day)| !day.is_empty())
            || self.errors.iter().any(|error| error.field == format!("period-{id}"))
    }

    fn period(&self) -> String {
        span(self.page.lang, self.draft.period_start, self.draft.period_end)
    }

    fn compared(&self) -> String {
        format::day(self.page.lang, self.draft.compared_with)
    }
}

fn words_page(
    request: &HttpRequest,
    draft: Draft,
    numbers: Vec<Number>,
    sections: Sections,
    errors: Vec<FieldError>,
) -> WordsPage {
    let page = Page::new(request);
    let title =
        page.t1("note-title", "period", span(page.lang, draft.period_start, draft.period_end));
    WordsPage { page, draft, sections, errors, title, numbers }
}

/// `GET /admin/status-notes/{id}/words`
pub async fn words(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
) -> Result<HttpResponse> {
    let (draft, _, _, document) = read(&app, id.into_inner(), None, staff.role).await?;
    let sections = draft.plan().sections;
    html(&words_page(&request, draft, document.numbers, sections, vec![]))
}

/// What was typed for each section; a finding for each period that is not one.
fn read_sections(form: &HashMap<String, String>) -> (Sections, Vec<FieldError>) {
    let field = |name: String| form.get(&name).map_or("", |text| text.trim());
    let (mut sections, mut findings) = (Sections::new(), Vec::new());
    for id in SectionId::ALL {
        let mut said = SectionPlan { words: field(format!("words-{id}")).to_owned(), period: None };
        let days = DAYS.map(|day| field(format!("{day}-{id}")));
        if id.has_period() && days.iter().any(|day| !day.is_empty()) {
            let read: Vec<NaiveDate> = days.iter().filter_map(|day| day.parse().ok()).collect();
            let wrong = FieldError::new(format!("period-{id}"), "error-note-period");
            match read[..] {
                [from, to, compare] => match Period::new(from, to, compare) {
                    Ok(period) => said.period = Some(period),
                    Err(Error::Invalid(why)) => findings.extend(
                        why.into_iter()
                            .map(|finding| FieldError { field: format!("period-{id}"), ..finding }),
                    ),
                    Err(_) => findings.push(wrong),
                },
                _ => findings.push(wrong),
            }
        }
        sections.insert(*id, said);
    }
    (sections, findings)
}

/// `POST /admin/status-notes/{id}/words`
pub async fn save_words(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
    form: web::Form<HashMap<String, String>>,
) -> Result<HttpResponse> {
    let (id, form) = (id.into_inner(), form.into_inner());
    let (sections, mut errors) = read_sections(&form);
    if errors.is_empty() {
        let revision = form.get("revision").and_then(|text| text.parse().ok()).unwrap_or_default();
        match draft::save(&app, id, revision, sections.clone(), &staff.actor()).await {
            Ok(_) => return Ok(see_other(format!("/admin/status-notes/{id}?done=saved"))),
            Err(Error::Invalid(findings)) => errors = findings,
            // What was typed stays on the page, with the revision that it now builds on.
            Err(Error::Stale) => errors = vec![FieldError::new("words-main", "error-note-stale")],
            Err(other) => return Err(other),
        }
    }
    let (draft, _, _, document) = read(&app, id, None, staff.role).await?;
    page::unprocessable(&words_page(&request, draft, document.numbers, sections, errors))
}
