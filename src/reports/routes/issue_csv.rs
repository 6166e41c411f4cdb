//! `/admin/issues/{id}/report.csv`: every number of the report, a row each.

use actix_web::http::header::{CONTENT_DISPOSITION, DispositionType};
use actix_web::{HttpRequest, HttpResponse, web};

use crate::app::App;
use crate::db::PublicId;
use crate::error::{Error, Result};
use crate::issues::{self, Origin};
use crate::newsletters::Tracking;
use crate::reports::issue::{IssueReport, Numbers, Verdicts, for_issue};
use crate::reports::readers::Reached;
use crate::web::Page;
use crate::web::separated::write_row;

/// `GET /admin/issues/{id}/report.csv`
pub async fn issue_csv(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<PublicId>,
) -> Result<HttpResponse> {
    let (id, now) = (id.into_inner(), app.clock.now());
    let kept_since = now - app.config.retention.measured;
    let (report, slug) = app
        .db
        .read(move |conn| {
            let issue = issues::store::by_uuid(conn, id)?;
            if issue.origin == Origin::Imported || issue.started_at.is_none() {
                return Err(Error::NotFound);
            }
            Ok((for_issue(conn, &issue, now, kept_since)?, issue.slug))
        })
        .await?;
    let disposition = actix_web::http::header::ContentDisposition {
        disposition: DispositionType::Attachment,
        parameters: vec![actix_web::http::header::DispositionParam::Filename(format!(
            "rapport-{slug}.csv"
        ))],
    };
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((CONTENT_DISPOSITION, disposition))
        .body(table(&Page::new(&request), &report)))
}

/// The numbers: which part of the report, what of it, which measure, and the number.
fn table(page: &Page, report: &IssueReport) -> String {
    // Excel takes the encoding from this mark.
    let mut out = String::from('\u{FEFF}');
    let heads = ["report-csv-part", "report-csv-of", "report-csv-measure", "report-csv-number"];
    write_row(&mut out, ';', heads.map(|head| page.t(head)));
    let mut rows = Rows { page, out };
    let delivery = &report.numbers.delivery;
    for (measure, number) in [
        ("report-audience", delivery.audience),
        ("report-accepted", delivery.accepted),
        ("report-delivered", delivery.delivered),
        ("report-failed", delivery.failed),
        ("report-skipped", delivery.skipped),
        ("report-open", delivery.open),
    ] {
        rows.number("report-delivery", "", measure, number);
    }
    for (measure, number) in [
        ("report-unsubscribed", report.numbers.unsubscribed),
        ("report-bounced", delivery.bounced),
        ("report-complained", report.numbers.complained),
    ] {
        rows.known("report-delivery", "", measure, number);
    }
    for skipped in &delivery.skipped_by_reason {
        let reason = page.t(format!("report-skip-{}", skipped.reason));
        rows.number("report-skipped-why", &reason, "report-skipped", skipped.recipients);
    }
    rows.measured("report-loads", "", &report.numbers, &report.numbers.loads);
    rows.measured("report-clicks", "", &report.numbers, &report.numbers.clicks);
    if let Some(readers) = &report.readers {
        rows.number("report-people", "", "report-consenting", readers.consenting);
        rows.reached("report-people", "", "report-people-opened", &readers.opened);
        rows.reached("report-people", "", "report-people-clicked", &readers.clicked);
        rows.number("report-people", "", "report-people-suspected", readers.suspected);
        for portion in &readers.portions {
            let of = super::portion_name(page, portion);
            let part = format!("report-by-{}", portion.by);
            rows.number(&part, &of, "report-consenting", portion.consenting);
            rows.reached(&part, &of, "report-people-opened", &portion.opened);
            rows.reached(&part, &of, "report-people-clicked", &portion.clicked);
        }
    }
    for block in &report.blocks {
        let title = match block.block.is_empty() {
            true => page.t("report-intro"),
            false => block.block.clone(),
        };
        rows.hits("report-blocks", &title, &block.clicks);
    }
    for link in &report.links {
        rows.hits("report-links", &link.url, &link.clicks);
    }
    for hour in &report.hours {
        let start = hour.start.utc().format("%Y-%m-%dT%H:%MZ").to_string();
        rows.hits("report-chart-loads", &start, &hour.loads);
        rows.hits("report-chart-clicks", &start, &hour.clicks);
    }
    for domain in &report.domains {
        rows.number("report-domains", &domain.name, "report-audience", domain.recipients);
        rows.number("report-domains", &domain.name, "report-accepted", domain.accepted);
        rows.number("report-domains", &domain.name, "report-failed", domain.failed);
    }
    for before in &report.before {
        let (of, numbers) = (&before.subject, &before.numbers);
        rows.number("report-compare", of, "report-audience", numbers.delivery.audience);
        rows.number("report-compare", of, "report-accepted", numbers.delivery.accepted);
        rows.number("report-compare", of, "report-failed", numbers.delivery.failed);
        rows.known("report-compare", of, "report-unsubscribed", numbers.unsubscribed);
        for (word, hits) in [("report-loads", numbers.loads), ("report-clicks", numbers.clicks)] {
            rows.measured("report-compare", &format!("{of}: {}", page.t(word)), numbers, &hits);
        }
    }
    if let Some(ordinary) = &report.ordinary {
        let part = "report-ordinary-title";
        rows.number(part, "", "report-accepted", ordinary.accepted);
        rows.known(part, "", "report-unsubscribed", ordinary.unsubscribed);
        rows.hits(part, &page.t("report-clicks"), &ordinary.clicks);
    }
    rows.out
}

struct Rows<'a> {
    page: &'a Page,
    out: String,
}

impl Rows<'_> {
    fn number(&mut self, part: &str, of: &str, measure: &str, number: i64) {
        let cells = [self.page.t(part), of.to_owned(), self.page.t(measure), number.to_string()];
        write_row(&mut self.out, ';', cells);
    }

    /// A number, or that nobody counted it: an empty cell would be taken for 0.
    fn known(&mut self, part: &str, of: &str, measure: &str, number: Option<i64>) {
        let number = match number {
            Some(number) => number.to_string(),
            None => self.page.t("report-not-counted"),
        };
        write_row(
            &mut self.out,
            ';',
            [self.page.t(part), of.to_owned(), self.page.t(measure), number],
        );
    }

    /// Hits of an issue of which they may not have been measured.
    fn measured(&mut self, part: &str, of: &str, numbers: &Numbers, hits: &Verdicts) {
        match numbers.measured {
            Tracking::Off => self.known(part, of, "report-human", None),
            _ => self.hits(part, of, hits),
        }
    }

    fn hits(&mut self, part: &str, of: &str, hits: &Verdicts) {
        self.number(part, of, "report-human", hits.human);
        self.number(part, of, "report-unknown", hits.unknown);
        self.number(part, of, "report-machine", hits.machine);
    }

    fn reached(&mut self, part: &str, of: &str, did: &str, reached: &Reached) {
        let of = match of.is_empty() {
            true => self.page.t(did),
            false => format!("{of}: {}", self.page.t(did)),
        };
        self.number(part, &of, "report-human", reached.human);
        self.number(part, &of, "report-unknown", reached.human_at_most - reached.human);
        self.number(part, &of, "report-machine", reached.machine);
    }
}
