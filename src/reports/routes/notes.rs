//! `/admin/status-notes`: the yearly notes, an editor's words for them, their frozen versions, and the
//! files that are made of them.

use std::collections::HashMap;

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::{Datelike, NaiveDate};
use serde::Deserialize;

use crate::app::App;
use crate::clock::Instant;
use crate::db::{self, PublicId};
use crate::error::{Error, FieldError, Result};
use crate::newsletters::{self, Newsletter};
use crate::reports::note::difference::{self, Difference};
use crate::reports::note::document::{Document, Number, SectionId, rounding, span};
use crate::reports::note::draft::{self, Draft, Sections};
use crate::reports::note::freeze::{self, Frozen};
use crate::reports::note::plan::{Period, SectionPlan};
use crate::reports::note::{self, Format, store};
use crate::staff::{Role, Staff};
use crate::web::page::Part;
use crate::web::{Page, format, html, page, see_other};

/// A period that somebody asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct BeginForm {
    newsletter: String,
    from: String,
    to: String,
    compare: String,
}

impl BeginForm {
    /// Last year, unless this one is nearly over.
    fn proposed(today: NaiveDate) -> Self {
        let year = if today.month() >= 10 { today.year() } else { today.year() - 1 };
        Self {
            newsletter: String::new(),
            from: format!("{year}-01-01"),
            to: format!("{year}-12-31"),
            compare: format!("{}-12-31", year - 1),
        }
    }

    fn read(&self) -> Result<Period> {
        let days = [("from", &self.from), ("to", &self.to), ("compare", &self.compare)];
        let (mut read, mut findings) = (Vec::new(), Vec::new());
        for (field, text) in days {
            match text.trim().parse::<NaiveDate>() {
                Ok(day) => read.push(day),
                Err(_) => findings.push(FieldError::new(field, "error-day")),
            }
        }
        match read[..] {
            [from, to, compare] => Period::new(from, to, compare),
            _ => Err(Error::Invalid(findings)),
        }
    }
}

#[derive(Template)]
#[template(path = "reports/pages/notes.html")]
struct NotesPage {
    page: Page,
    listed: Vec<Listed>,
    newsletters: Vec<Newsletter>,
    form: BeginForm,
    errors: Vec<FieldError>,
    may_write: bool,
}

/// A note in the list.
struct Listed {
    draft: Draft,
    newsletter: Newsletter,
    /// Its newest version, and when it was frozen.
    frozen: Option<(i32, Instant)>,
}

/// Whether somebody sees notes that are still written on; the others see what was frozen.
fn sees_drafts(role: Role) -> bool {
    matches!(role, Role::Admin | Role::Editor)
}

impl NotesPage {
    /// Where somebody reads it: who writes it, as it is now, and everybody else, as it was frozen.
    fn address(&self, listed: &Listed) -> String {
        let address = format!("/admin/status-notes/{}", listed.draft.uuid);
        match listed.frozen.filter(|_| !self.may_write) {
            Some((number, _)) => format!("{address}?version={number}"),
            None => address,
        }
    }

    /// "Version 2, 1. december 2017 kl. 10.00"
    fn version(&self, (number, at): &(i32, Instant)) -> String {
        let when = self.page.time(at, &chrono_tz::Europe::Copenhagen);
        self.page.t2("notes-version", "number", number, "when", when)
    }

    fn period(&self, draft: &Draft) -> String {
        span(self.page.lang, draft.period_start, draft.period_end)
    }

    fn fields(&self) -> [(&'static str, &str); 3] {
        [("from", &self.form.from), ("to", &self.form.to), ("compare", &self.form.compare)]
    }
}

async fn notes_page(
    request: &HttpRequest,
    app: &App,
    role: Role,
    form: Option<BeginForm>,
    errors: Vec<FieldError>,
) -> Result<NotesPage> {
    let may_write = sees_drafts(role);
    let (listed, newsletters) = app
        .db
        .read(move |conn| {
            let newsletters = newsletters::store::all(conn)?;
            let versions = store::newest_versions(conn)?;
            let mut listed = Vec::new();
            for draft in store::drafts(conn)? {
                let of = newsletters.iter().find(|newsletter| newsletter.id == draft.newsletter);
                let frozen = versions.get(&draft.id).copied();
                if let Some(newsletter) = of.cloned().filter(|_| may_write || frozen.is_some()) {
                    listed.push(Listed { draft, newsletter, frozen });
                }
            }
            Ok((listed, newsletters))
        })
        .await?;
    let page = Page::new(request);
    let today = app.clock.now().day_in(chrono_tz::Europe::Copenhagen);
    Ok(NotesPage {
        may_write,
        page,
        listed,
        newsletters,
        form: form.unwrap_or_else(|| BeginForm::proposed(today)),
        errors,
    })
}

/// `GET /admin/status-notes`
pub async fn list(request: HttpRequest, app: web::Data<App>, staff: Staff) -> Result<HttpResponse> {
    html(&notes_page(&request, &app, staff.role, None, vec![]).await?)
}

/// `POST /admin/status-notes`: begins a note.
pub async fn begin(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    form: web::Form<BeginForm>,
) -> Result<HttpResponse> {
    let form = form.into_inner();
    match form.read() {
        Ok(period) => {
            let slug = form.newsletter.clone();
            let newsletter =
                app.db.read(move |conn| Ok(newsletters::store::by_slug(conn, &slug)?)).await?;
            let language = newsletter.language;
            let id = draft::begin(&app, &newsletter, period, language, &staff.actor()).await?;
            Ok(see_other(format!("/admin/status-notes/{id}")))
        }
        Err(Error::Invalid(errors)) => {
            let page = notes_page(&request, &app, staff.role, Some(form), errors).await?;
            page::unprocessable(&page)
        }
        Err(other) => Err(other),
    }
}

#[derive(Template)]
#[template(path = "reports/pages/note.html")]
struct NotePage {
    page: Page,
    draft: Draft,
    versions: Vec<Frozen>,
    /// The version that is shown; none for the draft with its numbers as they are now.
    shown: Option<Frozen>,
    title: String,
    note: Part,
    may_write: bool,
}

impl NotePage {
    fn when(&self, frozen: &Frozen) -> String {
        self.page.time(&frozen.frozen_at, &chrono_tz::Europe::Copenhagen)
    }

    /// The files of what is shown: their format and their address.
    fn files(&self) -> Vec<(Format, String)> {
        let version =
            self.shown.as_ref().map_or_else(String::new, |v| format!("&version={}", v.number));
        Format::ALL
            .iter()
            .map(|format| {
                let id = self.draft.uuid;
                (*format, format!("/admin/status-notes/{id}/file?format={format}{version}"))
            })
            .collect()
    }

    /// The newest version but one, to compare with.
    fn before(&self, frozen: &Frozen) -> Option<i32> {
        Some(frozen.number - 1).filter(|number| *number > 0)
    }
}

/// Which version of a note.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct VersionQuery {
    version: Option<i32>,
    format: String,
}

/// A draft, its versions, and the document of one of them or of now: of the newest one for who sees
/// nothing that is still written on, for whom a note without a version is not there.
async fn read(
    app: &web::Data<App>,
    id: PublicId,
    version: Option<i32>,
    role: Role,
) -> Result<(Draft, Vec<Frozen>, Option<Frozen>, Document)> {
    let (shared, now) = (app.clone(), app.clock.now());
    app.db
        .read(move |conn| {
            db::at_one_moment(conn, |conn| {
                let draft = store::draft(conn, id)?;
                let versions = store::versions(conn, draft.id)?;
                let newest = versions.first().map(|newest| newest.number);
                let version = match version {
                    None if !sees_drafts(role) => Some(newest.ok_or(Error::NotFound)?),
                    asked => asked,
                };
                let shown =
                    version.map(|number| store::version(conn, draft.id, number)).transpose()?;
                let document = match &shown {
                    Some(frozen) => frozen.document()?,
                    None => draft::document(conn, &draft, &shared.links, now)?,
                };
                Ok((draft, versions, shown, document))
            })
        })
        .await
}

/// `GET /admin/status-notes/{id}`
pub async fn show(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
    query: web::Query<VersionQuery>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    let (draft, versions, shown, document) = read(&app, id, query.version, staff.role).await?;
    let page = Page::new(&request);
    html(&NotePage {
        may_write: sees_drafts(staff.role),
        page,
        draft,
        versions,
        shown,
        title: document.title.clone(),
        note: note::body(&document, 1, staff.role)?,
    })
}

/// `GET /admin/status-notes/{id}/file`
pub async fn file(
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
    query: web::Query<VersionQuery>,
) -> Result<HttpResponse> {
    let format: Format = query.format.parse().map_err(|_| Error::NotFound)?;
    let id = id.into_inner();
    let (draft, _, shown, document) = read(&app, id, query.version, staff.role).await?;
    if shown.as_ref().is_some_and(|frozen| !frozen.is_intact()) {
        // What is handed out is what was frozen, or nothing.
        return Err(Error::Conflict("notes-broken"));
    }
    let version = shown.map_or_else(String::new, |frozen| format!("-{}", frozen.number));
    let name = format!("statusnotat-{}{version}.{format}", draft.period_end.year());
    // Making a PDF is work for the processor.
    let file = web::block(move || note::write(&document, format))
        .await
        .map_err(|error| anyhow::Error::new(error).context("writing a note"))??;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, format.media_type()))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .body(file))
}

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
        self.numbers.iter().filter(|number| rounding(&number.key).1.is_none())
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
    id: web::Path<PublicId>,
) -> Result<HttpResponse> {
    let (draft, _, _, document) = read(&app, id.into_inner(), None).await?;
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
    let (draft, _, _, document) = read(&app, id, None).await?;
    page::unprocessable(&words_page(&request, draft, document.numbers, sections, errors))
}

/// `POST /admin/status-notes/{id}/freeze`
pub async fn freeze(
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    let number = freeze::freeze(&app, id, &staff.actor()).await?;
    Ok(see_other(format!("/admin/status-notes/{id}?version={number}&done=note-frozen")))
}

#[derive(Template)]
#[template(path = "reports/pages/note_difference.html")]
struct DifferencePage {
    page: Page,
    draft: Draft,
    title: String,
    old: String,
    new: String,
    difference: Difference,
}

/// Two versions; without the second the note as it is now.
#[derive(Debug, Deserialize)]
pub struct DifferenceQuery {
    first: i32,
    second: Option<i32>,
}

/// `GET /admin/status-notes/{id}/difference`
pub async fn difference(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
    query: web::Query<DifferenceQuery>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    let (_, _, first, old) = read(&app, id, Some(query.first), staff.role).await?;
    let (draft, _, second, new) = read(&app, id, query.second, staff.role).await?;
    let page = Page::new(&request);
    let name = |frozen: Option<Frozen>| match frozen {
        Some(frozen) => {
            let when = page.time(&frozen.frozen_at, &chrono_tz::Europe::Copenhagen);
            page.t2("notes-version", "number", frozen.number, "when", when)
        }
        None => page.t("notes-now"),
    };
    let (old_name, new_name) = (name(first), name(second));
    html(&DifferencePage {
        draft,
        title: new.title.clone(),
        old: old_name,
        new: new_name,
        difference: difference::between(&old, &new),
        page,
    })
}
