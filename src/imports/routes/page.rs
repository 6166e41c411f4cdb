//! `/admin/imports/{id}`: one import, whatever its state.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono_tz::Tz;
use serde::Deserialize;

use super::{errors_file, verdicts_file};
use crate::app::App;
use crate::clock::Instant;
use crate::db::PublicId;
use crate::error::{FieldError, Result};
use crate::imports::fields::Field;
use crate::imports::store::{self, Line};
use crate::imports::table::guess::Found;
use crate::imports::table::{Format, decode::Encoding, guess::SEPARATORS};
use crate::imports::{Counts, Existing, Import, Kind, Plan, State, steps};
use crate::newsletters::Newsletter;
use crate::subscribers::EndReason;
use crate::subscribers::store::stated::Stated;
use crate::web::{Lang, Page, html, live as web_live, page};

/// Findings that the page lists; the file of errors has all of them.
const MOST: i64 = 50;
/// Rows that are shown beside the columns.
const ROWS: usize = 3;

/// What the page shows in its part that changes.
pub(super) struct View {
    page: Page,
    import: Import,
    zone: Tz,
    counts: Counts,
    undo_until: Option<Instant>,
}

impl View {
    async fn new(request: &HttpRequest, app: &App, uuid: PublicId) -> Result<(Self, Newsletter)> {
        let (import, newsletter) = steps::find(app, uuid).await?;
        let view = Self {
            page: Page::new(request),
            zone: newsletter.zone(),
            counts: import.counts()?,
            undo_until: import.undo_until(app.clock.now()),
            import,
        };
        Ok((view, newsletter))
    }

    fn number(&self, number: &u64) -> String {
        self.page.number(&number.cast_signed())
    }

    /// The counts that are not 0, and always how many came, each as the key of its name.
    fn facts(&self) -> Vec<(String, u64)> {
        let counts = &self.counts;
        let kind = self.import.kind;
        let facts = [
            ("created", counts.created),
            ("left", counts.left),
            ("updated", counts.updated),
            ("unchanged", counts.unchanged),
            ("skipped", counts.skipped),
            ("suppressed", counts.suppressed),
            ("invalid", counts.invalid),
            ("undone", counts.undone),
            ("kept", counts.kept),
        ];
        let facts = facts.into_iter().filter(|(name, number)| *number > 0 || *name == "created");
        facts.map(|(name, number)| (format!("import-count-{kind}-{name}"), number)).collect()
    }

    /// How much of the file has been read, as far as it is known; else of an undoing.
    fn progress(&self) -> Option<(i64, i64)> {
        match self.import.state {
            State::Undoing => {
                let done = self.counts.undone + self.counts.kept;
                Some((done.cast_signed(), self.counts.changes().cast_signed()))
            }
            _ => self.import.rows.map(|rows| (self.import.cursor, rows)),
        }
    }
}

#[derive(Template)]
#[template(path = "imports/pages/import.html")]
struct ImportPage {
    page: Page,
    view: View,
    newsletter: Newsletter,
    plan: Plan,
    found: Option<Found>,
    lines: Vec<Line>,
    mappings: Vec<String>,
    errors: Vec<FieldError>,
    has_suppressions: bool,
    /// Stated numbers of subscribers that would not be shown any more.
    hidden: Vec<Stated>,
}

#[derive(Template)]
#[template(path = "imports/pages/live.html")]
struct LivePart {
    view: View,
}

/// A column of the file, as the form shows it.
struct Column {
    number: usize,
    title: String,
    field: Option<Field>,
    examples: Vec<String>,
}

impl ImportPage {
    fn columns(&self) -> Vec<Column> {
        let rows = self.found.iter().flat_map(|found| found.sample.iter().take(ROWS));
        let rows: Vec<_> = rows.collect();
        let columns = self.plan.columns.iter().enumerate().map(|(number, title)| Column {
            number,
            title: match title.as_str() {
                "" => self.page.t1("import-column", "number", number + 1),
                title => title.chars().take(60).collect(),
            },
            field: self.plan.mapping.get(number).copied().flatten(),
            examples: rows
                .iter()
                .filter_map(|row| row.cells.get(number))
                .filter(|cell| !cell.is_empty())
                .map(|cell| cell.chars().take(40).collect())
                .collect(),
        });
        columns.collect()
    }

    fn about(&self) -> String {
        let key = format!("import-about-{}", self.view.import.kind);
        self.page.t1(&key, "newsletter", &self.newsletter.title)
    }

    fn run_label(&self) -> String {
        let key = format!("import-run-{}", self.view.import.kind);
        self.page.t1(&key, "count", self.view.number(&self.view.counts.changes()))
    }

    fn undo_text(&self, until: &Instant) -> String {
        let key = format!("import-undo-{}", self.view.import.kind);
        self.page.t1(&key, "time", self.page.time(until, &self.view.zone))
    }

    fn encoding(&self) -> Option<Encoding> {
        match self.plan.format {
            Format::Separated { encoding, .. } => Some(encoding),
            Format::Xlsx => None,
        }
    }

    /// Separators with the key of their name, and whether it is the one.
    fn separators(&self) -> Vec<(char, String, bool)> {
        let Format::Separated { separator, .. } = self.plan.format else { return vec![] };
        let word = |c| match c {
            ';' => "semicolon",
            ',' => "comma",
            '\t' => "tab",
            _ => "bar",
        };
        SEPARATORS.map(|c| (c, format!("import-separator-{}", word(c)), c == separator)).to_vec()
    }

    fn reasons(&self) -> [EndReason; 4] {
        [EndReason::Unsubscribed, EndReason::Bounced, EndReason::Complained, EndReason::Staff]
    }

    fn is_editable(&self) -> bool {
        self.view.import.state == State::Uploaded && self.found.is_some()
    }
}

/// `GET /admin/imports/{id}`
pub async fn show(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<PublicId>,
) -> Result<HttpResponse> {
    html(&import_page(&request, &app, *id, vec![]).await?)
}

/// The page with what cannot be taken as it is.
pub(super) async fn refused(
    request: &HttpRequest,
    app: &web::Data<App>,
    id: PublicId,
    errors: Vec<FieldError>,
) -> Result<HttpResponse> {
    page::unprocessable(&import_page(request, app, id, errors).await?)
}

async fn import_page(
    request: &HttpRequest,
    app: &web::Data<App>,
    id: PublicId,
    errors: Vec<FieldError>,
) -> Result<ImportPage> {
    let (view, newsletter) = View::new(request, app, id).await?;
    let plan = view.import.plan()?;
    let found = match view.import.state {
        State::Uploaded => Some(steps::first_rows(app, &view.import).await?),
        _ => None,
    };
    let import = view.import.id;
    let (lines, mappings, has_suppressions) = app
        .db
        .read(move |conn| {
            let lines = store::lines(conn, import, -1, true, MOST)?;
            Ok((lines, store::mappings(conn)?, store::has_suppressions(conn)?))
        })
        .await?;
    let hidden = steps::hidden(app, &view.import, &newsletter).await?;
    let page = Page::new(request);
    Ok(ImportPage {
        page,
        view,
        newsletter,
        plan,
        found,
        lines,
        mappings,
        errors,
        has_suppressions,
        hidden,
    })
}

/// `GET /admin/imports/{id}/live`: the part that changes (server-sent events).
pub async fn live(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<PublicId>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    // What is not there is said before the stream begins.
    View::new(&request, &app, id).await?;
    Ok(web_live::events(app.clone(), move || {
        let (request, app) = (request.clone(), app.clone());
        async move {
            let (view, _) = View::new(&request, &app, id).await.ok()?;
            if view.import.state.is_under_way() { LivePart { view }.render().ok() } else { None }
        }
    }))
}

/// Which rows the file has.
#[derive(Deserialize)]
pub struct Which {
    /// All that were judged, and not only those that change nothing.
    #[serde(default)]
    all: bool,
}

/// `GET /admin/imports/{id}/errors`: the file of errors; with `?all=true` that of all rows of a list that was
/// checked.
pub async fn errors(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<PublicId>,
    which: web::Query<Which>,
) -> Result<HttpResponse> {
    let (import, newsletter) = steps::find(&app, *id).await?;
    if which.all {
        return verdicts_file(&app, (import, newsletter), Lang::of(&request)).await;
    }
    errors_file(&app, import, Lang::of(&request)).await
}
