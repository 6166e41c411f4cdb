//! `/admin/publications`: all publications, with what came of each.

use actix_web::http::header::CONTENT_DISPOSITION;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::app::App;
use crate::error::Result;
use crate::library::ItemKind;
use crate::reports::catalogue::{self as reading, Catalogue, Year};
use crate::reports::issue::Verdicts;
use crate::staff::{Role, Staff};
use crate::web::separated::write_row;
use crate::web::{Page, html};

/// Which of them.
#[derive(Deserialize)]
pub struct CatalogueQuery {
    #[serde(default)]
    kind: String,
}

#[derive(Template)]
#[template(path = "reports/pages/catalogue.html")]
struct CataloguePage {
    page: Page,
    catalogue: Catalogue,
    kinds: &'static [ItemKind],
    kind: Option<ItemKind>,
    may_edit: bool,
}

impl CataloguePage {
    fn interval(&self, hits: &Verdicts) -> String {
        super::between(&self.page, &hits.human, &hits.human_at_most())
    }

    /// The clicks of a year: nothing where no issue links it, and words where none counted.
    fn clicks(&self, year: &Year) -> String {
        match year.clicks {
            Some(clicks) => self.interval(&clicks),
            None if year.issues > 0 => self.page.t("report-not-counted"),
            None => "–".to_owned(),
        }
    }
}

/// `GET /admin/publications`
pub async fn catalogue(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    query: web::Query<CatalogueQuery>,
) -> Result<HttpResponse> {
    let kind = query.kind.parse().ok();
    let catalogue = app.db.read(move |conn| Ok(reading::catalogue(conn, kind)?)).await?;
    let page = Page::new(&request);
    let may_edit = matches!(staff.role, Role::Admin | Role::Editor);
    html(&CataloguePage { page, catalogue, kinds: ItemKind::ALL, kind, may_edit })
}

/// `GET /admin/publications.csv`
pub async fn catalogue_csv(
    request: HttpRequest,
    app: web::Data<App>,
    query: web::Query<CatalogueQuery>,
) -> Result<HttpResponse> {
    let kind = query.kind.parse().ok();
    let catalogue = app.db.read(move |conn| Ok(reading::catalogue(conn, kind)?)).await?;
    let page = Page::new(&request);
    // Excel takes the encoding from this mark.
    let mut out = String::from('\u{FEFF}');
    let heads = [
        "catalogue-publication",
        "library-kind",
        "catalogue-where",
        "report-human",
        "report-unknown",
        "report-machine",
    ];
    write_row(&mut out, ';', heads.map(|head| page.t(head)));
    for publication in &catalogue.publications {
        let years = catalogue.years.iter().map(i32::to_string).zip(&publication.by_year);
        let in_issues = years.filter_map(|(year, of)| Some((year, of.clicks?)));
        let short = publication.short_link.map(|clicks| (page.t("short-link-title"), clicks));
        for (place, clicks) in in_issues.chain(short) {
            let kind = page.t(format!("library-kind-{}", publication.kind));
            let numbers = [clicks.human, clicks.unknown, clicks.machine].map(|n| n.to_string());
            let cells = [publication.title.clone(), kind, place].into_iter().chain(numbers);
            write_row(&mut out, ';', cells);
        }
    }
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"udgivelser.csv\""))
        .body(out))
}
