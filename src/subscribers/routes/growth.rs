//! `/admin/growth`: how many on a day, and month by month. Counts only, no personal data.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use serde::Deserialize;

use crate::app::App;
use crate::error::{FieldError, Result};
use crate::newsletters::{self, Newsletter};
use crate::subscribers::growth::{self, Chart, Month};
use crate::subscribers::ledger::{self, Basis, Count};
use crate::web::{Page, format, html, page};

#[derive(Template)]
#[template(path = "subscribers/pages/growth.html")]
struct GrowthPage {
    page: Page,
    newsletters: Vec<Newsletter>,
    chosen: String,
    today: NaiveDate,
    on: String,
    answer: Option<(NaiveDate, Count)>,
    months: Vec<Month>,
    chart: Chart,
    errors: Vec<FieldError>,
}

impl GrowthPage {
    fn month(&self, month: &Month) -> String {
        format!("{} {}", format::month(self.page.lang, month.month), month.year)
    }
}

/// Which newsletter, and which day.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Query {
    newsletter: String,
    on: String,
}

/// `GET /admin/growth`
pub async fn show(
    request: HttpRequest,
    app: web::Data<App>,
    query: web::Query<Query>,
) -> Result<HttpResponse> {
    let Query { newsletter: slug, on } = query.into_inner();
    let newsletters = app.db.read(|conn| Ok(newsletters::store::all(conn)?)).await?;
    let chosen = newsletters.iter().find(|n| n.slug == slug).or(newsletters.first()).cloned();
    let today = app.clock.now().day_in(chosen.as_ref().map_or(chrono_tz::UTC, Newsletter::zone));
    let mut errors = Vec::new();
    let day = match on.parse::<NaiveDate>() {
        Ok(day) if day <= today => Some(day),
        Ok(_) => {
            errors.push(FieldError::new("on", "error-day-future"));
            None
        }
        Err(_) if on.is_empty() => None,
        Err(_) => {
            errors.push(FieldError::new("on", "error-day"));
            None
        }
    };
    let (answer, months) = match chosen.as_ref().map(|newsletter| newsletter.id) {
        Some(id) => {
            app.db
                .read(move |conn| {
                    let answer = match day {
                        Some(day) => Some((day, ledger::count_on(conn, id, day)?)),
                        None => None,
                    };
                    Ok((answer, growth::months(conn, id, today)?))
                })
                .await?
        }
        None => (None, vec![]),
    };
    let is_wrong = !errors.is_empty();
    let shown = GrowthPage {
        page: Page::new(&request),
        chosen: chosen.map(|newsletter| newsletter.slug).unwrap_or_default(),
        chart: Chart::of(&months),
        newsletters,
        today,
        on,
        answer,
        months,
        errors,
    };
    if is_wrong { page::unprocessable(&shown) } else { html(&shown) }
}
