//! `/admin/figures`: the figures of the other channels, entered one by one or from a spreadsheet.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::app::App;
use crate::db::PublicId;
use crate::error::{Error, FieldError, Result};
use crate::reports::figures::{self, Channel, Figure, FigureForm, Qualifier};
use crate::reports::figures_import::{self, COLUMNS, Line, Outcome};
use crate::reports::series::{self, Break, Series};
use crate::reports::store;
use crate::staff::Staff;
use crate::web::{Page, format, html, page, see_other};

#[derive(Template)]
#[template(path = "reports/pages/figures.html")]
struct FiguresPage {
    page: Page,
    kinds: Vec<Series>,
    form: FigureForm,
    qualifiers: &'static [Qualifier],
    channels: &'static [Channel],
    errors: Vec<FieldError>,
    may_enter: bool,
}

impl FiguresPage {
    /// Who entered a figure, and when.
    fn entered(&self, figure: &Figure) -> String {
        let day = figure.entered_at.day_in(chrono_tz::Europe::Copenhagen);
        self.page.t2("figure-entered", "when", self.page.day(&day), "who", &figure.entered_by)
    }

    /// By how much it grew since the figure before it, or why nobody can say.
    fn change(&self, kind: &Series, figure: &Figure) -> String {
        let pair = kind.pair(kind.before(figure), Some(figure));
        let Some(earlier) = pair.earlier else { return self.page.t("figure-no-comparison") };
        match (pair.growth(), &pair.broken) {
            (_, Some(Break::Unit(..) | Break::Said(_) | Break::Span)) => {
                self.page.t("figure-broken")
            }
            (None, None) => self.page.t("figure-no-comparison"),
            (Some(growth), None) => {
                let lang = self.page.lang;
                let percent = format::signed_percent(lang, growth, earlier.said.value);
                format!("{} ({percent})", format::signed(lang, growth))
            }
        }
    }
}

async fn figures_page(
    request: &HttpRequest,
    app: &App,
    form: FigureForm,
    errors: Vec<FieldError>,
) -> Result<FiguresPage> {
    let kinds = series::of(app.db.read(|conn| Ok(store::figures::all(conn)?)).await?);
    let page = Page::new(request);
    Ok(FiguresPage {
        may_enter: page.is("editor admin"),
        page,
        kinds,
        form,
        qualifiers: Qualifier::ALL,
        channels: Channel::ALL,
        errors,
    })
}

/// `GET /admin/figures`
pub async fn list(request: HttpRequest, app: web::Data<App>) -> Result<HttpResponse> {
    html(&figures_page(&request, &app, FigureForm::default(), vec![]).await?)
}

/// `POST /admin/figures`
pub async fn enter(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    form: web::Form<FigureForm>,
) -> Result<HttpResponse> {
    let form = form.into_inner();
    let entered = match form.read() {
        Ok(new) => figures::enter(&app, new, &staff.actor()).await,
        Err(error) => Err(error),
    };
    match entered {
        Ok(_) => Ok(see_other("/admin/figures?done=saved")),
        Err(Error::Invalid(errors)) => {
            page::unprocessable(&figures_page(&request, &app, form, errors).await?)
        }
        Err(other) => Err(other),
    }
}

/// `POST /admin/figures/{id}/take-back`
pub async fn take_back(
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
) -> Result<HttpResponse> {
    figures::take_back(&app, id.into_inner(), &staff.actor()).await?;
    Ok(see_other("/admin/figures?done=figure-taken-back"))
}

#[derive(Template)]
#[template(path = "reports/pages/figures_import.html")]
struct ImportPage {
    page: Page,
    form: ImportForm,
    columns: String,
    lines: Vec<Line>,
    /// It is done; otherwise it was only looked at.
    is_done: bool,
    errors: Vec<FieldError>,
}

impl ImportPage {
    fn new(request: &HttpRequest, form: ImportForm) -> Self {
        let columns = COLUMNS.join(", ");
        let page = Page::new(request);
        Self { page, form, columns, lines: vec![], is_done: false, errors: vec![] }
    }

    fn taken(&self) -> usize {
        self.lines.iter().filter(|line| line.is_taken()).count()
    }

    fn word(&self, line: &Line) -> &'static str {
        match line.outcome {
            Outcome::New => "new",
            Outcome::Correction => "correction",
            Outcome::Known => "known",
            Outcome::Wrong => "wrong",
        }
    }
}

/// A table to be taken.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ImportForm {
    rows: String,
    /// `check` or `import`
    #[serde(rename = "do")]
    step: String,
}

/// `GET /admin/figures/import`
pub async fn import_form(request: HttpRequest) -> Result<HttpResponse> {
    html(&ImportPage::new(&request, ImportForm::default()))
}

/// `POST /admin/figures/import`: judges each line, or takes all that can be taken.
pub async fn import(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    form: web::Form<ImportForm>,
) -> Result<HttpResponse> {
    let form = form.into_inner();
    let is_done = form.step == "import";
    let lines = match is_done {
        true => figures_import::import(&app, &form.rows, &staff.actor()).await,
        false => figures_import::judge(&app, &form.rows).await,
    };
    match lines {
        Ok(lines) => html(&ImportPage { lines, is_done, ..ImportPage::new(&request, form) }),
        Err(Error::Invalid(errors)) => {
            page::unprocessable(&ImportPage { errors, ..ImportPage::new(&request, form) })
        }
        Err(other) => Err(other),
    }
}
