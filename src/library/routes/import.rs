//! `/admin/library/import`: items from a spreadsheet, and the same for machines.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::error::{Error, FieldError, Result};
use crate::library::import::{self, COLUMNS, Outcome, Verdict};
use crate::staff::Staff;
use crate::web::{Page, html, page};

/// Largest file, in bytes.
const MOST_BODY: usize = 1_500_000;

#[derive(Template)]
#[template(path = "library/pages/import.html")]
struct ImportPage {
    page: Page,
    form: ImportForm,
    columns: String,
    verdicts: Vec<Verdict>,
    /// It is done; otherwise it was only looked at.
    is_done: bool,
    errors: Vec<FieldError>,
}

impl ImportPage {
    fn taken(&self) -> usize {
        self.verdicts.iter().filter(|verdict| verdict.is_taken()).count()
    }

    fn reasons(&self, verdict: &Verdict) -> Vec<String> {
        verdict.errors.iter().map(|error| reason(&self.page, error)).collect()
    }
}

/// What is wrong, after the column in which it is.
fn reason(page: &Page, error: &FieldError) -> String {
    let column = match error.field.as_str() {
        "addresses" => "url",
        "published" => "published_on",
        field => field,
    };
    format!("{column}: {}", page.texts().error(error))
}

/// The word of an outcome in the texts.
fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::New => "new",
        Outcome::Update => "update",
        Outcome::Known => "known",
        Outcome::Twice => "twice",
        Outcome::Wrong => "wrong",
    }
}

/// A table to be taken.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ImportForm {
    rows: String,
    update: Option<String>,
    /// `check` or `import`
    #[serde(rename = "do")]
    step: String,
}

fn import_page(request: &HttpRequest, form: ImportForm) -> ImportPage {
    ImportPage {
        page: Page::new(request),
        form,
        columns: COLUMNS.join(", "),
        verdicts: vec![],
        is_done: false,
        errors: vec![],
    }
}

/// `GET /admin/library/import`
pub async fn form(request: HttpRequest) -> Result<HttpResponse> {
    html(&import_page(&request, ImportForm::default()))
}

/// `POST /admin/library/import`: judges each line, or takes what can be taken.
pub async fn submit(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    form: web::Form<ImportForm>,
) -> Result<HttpResponse> {
    let form = form.into_inner();
    let (update, is_done) = (form.update.is_some(), form.step == "import");
    let verdicts = match is_done {
        true => import::import(&app, &form.rows, update, &staff.actor()).await,
        false => import::judge(&app, &form.rows, update).await,
    };
    match verdicts {
        Ok(verdicts) => html(&ImportPage { verdicts, is_done, ..import_page(&request, form) }),
        Err(Error::Invalid(errors)) => {
            page::unprocessable(&ImportPage { errors, ..import_page(&request, form) })
        }
        Err(other) => Err(other),
    }
}

/// How a file is taken.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
pub struct ImportQuery {
    /// Only say what would become of each line.
    dry_run: bool,
    /// Give items whose address is known what the line says; otherwise they stay as they are.
    update: bool,
}

/// What became of a file.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportView {
    /// Whether nothing was changed.
    dry_run: bool,
    /// How many lines were, or would be, taken.
    taken: usize,
    /// Every line.
    lines: Vec<LineView>,
}

/// What became of a line.
#[derive(Debug, Serialize, ToSchema)]
pub struct LineView {
    /// The line of the file; the header is line 1.
    line: usize,
    /// Its title.
    title: String,
    /// `new`, `update`, `known`, `twice` or `wrong`.
    outcome: Outcome,
    /// What is wrong with it, in the reader's language.
    errors: Vec<String>,
}

/// Takes items from a CSV file, which is the body. The columns are named in its first line: `kind`,
/// `title` (which must be there), `url`, `summary`, `published_on`, `series`, `number`, `groups`,
/// `tags`, `place`, `valid_until`; parted by commas, semicolons or tabs; in UTF-8 or Windows-1252.
#[utoipa::path(post, path = "/api/v1/library/import", tag = "library", params(ImportQuery),
    request_body(content = String, content_type = "text/csv"),
    responses((status = 200, body = ImportView), (status = 422)))]
pub async fn api(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    query: web::Query<ImportQuery>,
    body: web::Payload,
) -> Result<web::Json<ImportView>> {
    let body = body
        .to_bytes_limited(MOST_BODY)
        .await
        .map_err(|_| Error::TooLarge)?
        .map_err(|error| Error::BadRequest(error.to_string()))?;
    let text = import::decode(&body);
    let verdicts = match query.dry_run {
        true => import::judge(&app, &text, query.update).await?,
        false => import::import(&app, &text, query.update, &staff.actor()).await?,
    };
    let page = Page::new(&request);
    let line = |verdict: &Verdict| LineView {
        line: verdict.line,
        title: verdict.title.clone(),
        outcome: verdict.outcome,
        errors: verdict.errors.iter().map(|error| reason(&page, error)).collect(),
    };
    Ok(web::Json(ImportView {
        dry_run: query.dry_run,
        taken: verdicts.iter().filter(|verdict| verdict.is_taken()).count(),
        lines: verdicts.iter().map(line).collect(),
    }))
}
