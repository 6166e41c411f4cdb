//! `/admin/status-notes`: the yearly notes, their frozen versions, and the files that are made of them.

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
use crate::reports::note::document::{Document, span};
use crate::reports::note::draft::{self, Draft};
use crate::reports::note::freeze::{self, Frozen};
use crate::reports::note::plan::Period;
use crate::reports::note::{self, Format, store};
use crate::staff::guard::Access;
use crate::staff::{Role, Staff};
use crate::web::page::Part;
use crate::web::{Page, html, page, see_other};

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
    Access::Editors.allows(Some(role))
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
pub(super) async fn read(
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
