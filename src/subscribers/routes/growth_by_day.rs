//! `/admin/growth/days`: the days between two, on a page and as a file. Counts only, no personal data.

use actix_web::http::header::CONTENT_DISPOSITION;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::{Months, NaiveDate};
use serde::Deserialize;

use super::growth::read;
use crate::app::App;
use crate::error::{Error, FieldError, Result};
use crate::newsletters::{self, Newsletter};
use crate::subscribers::growth_by_day::{self, ByDay, MOST};
use crate::subscribers::ledger::Count;
use crate::web::separated::write_row;
use crate::web::{Page, format, html, page};

/// Which newsletter, and between which days.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Query {
    newsletter: String,
    from: String,
    on: String,
}

#[derive(Template)]
#[template(path = "subscribers/pages/growth_by_day.html")]
struct DaysPage {
    page: Page,
    newsletters: Vec<Newsletter>,
    /// None in a house that has none yet.
    chosen: Option<Newsletter>,
    today: NaiveDate,
    query: Query,
    answer: Option<Answer>,
    errors: Vec<FieldError>,
}

struct Answer {
    first: NaiveDate,
    last: NaiveDate,
    by_day: ByDay,
}

/// The days that were asked for; a finding for each that cannot be.
fn days(query: &Query, today: NaiveDate) -> Result<(NaiveDate, NaiveDate), Vec<FieldError>> {
    match (read("from", &query.from, today), read("on", &query.on, today)) {
        (Ok(Some(first)), Ok(Some(last))) if first >= last => {
            Err(vec![FieldError::new("from", "error-growth-order")])
        }
        (Ok(Some(first)), Ok(Some(last))) if (last - first).num_days() > MOST => {
            Err(vec![FieldError::new("from", "error-growth-days")])
        }
        (Ok(Some(first)), Ok(Some(last))) => Ok((first, last)),
        (first, last) => {
            let missing = |field| {
                move |day: Option<NaiveDate>| match day {
                    Some(_) => None,
                    None => Some(FieldError::new(field, "error-growth-both")),
                }
            };
            let first = first.map_or_else(Some, missing("from"));
            let last = last.map_or_else(Some, missing("on"));
            Err(first.into_iter().chain(last).collect())
        }
    }
}

async fn of(request: &HttpRequest, app: &App, mut query: Query) -> Result<DaysPage> {
    let newsletters = app.db.read(|conn| Ok(newsletters::store::all(conn)?)).await?;
    let of = newsletters.iter().find(|newsletter| newsletter.slug == query.newsletter);
    let chosen = of.or(newsletters.first()).cloned();
    let today = app.clock.now().day_in(chosen.as_ref().map_or(chrono_tz::UTC, Newsletter::zone));
    // Who asks for no days gets those of the past month.
    if query.from.is_empty() && query.on.is_empty() {
        let month_ago = today.checked_sub_months(Months::new(1)).unwrap_or(today);
        (query.from, query.on) = (month_ago.to_string(), today.to_string());
    }
    let (answer, errors) = match (days(&query, today), &chosen) {
        (Ok((first, last)), Some(Newsletter { id, .. })) => {
            let id = *id;
            let read = move |conn: &mut _| growth_by_day::between(conn, id, (first, last));
            (Some(Answer { first, last, by_day: app.db.read(read).await? }), vec![])
        }
        (Ok(_), None) => (None, vec![]),
        (Err(errors), _) => (None, errors),
    };
    Ok(DaysPage { page: Page::new(request), newsletters, chosen, today, query, answer, errors })
}

/// `GET /admin/growth/days`
pub async fn show(
    request: HttpRequest,
    app: web::Data<App>,
    query: web::Query<Query>,
) -> Result<HttpResponse> {
    let shown = of(&request, &app, query.into_inner()).await?;
    if shown.errors.is_empty() { html(&shown) } else { page::unprocessable(&shown) }
}

/// `GET /admin/growth/days.csv`: a row a day, the earliest first, as one reads a series.
pub async fn file(
    request: HttpRequest,
    app: web::Data<App>,
    query: web::Query<Query>,
) -> Result<HttpResponse> {
    let shown = of(&request, &app, query.into_inner()).await?;
    let page = &shown.page;
    let (Some(Answer { first, last, by_day }), Some(newsletter)) = (&shown.answer, &shown.chosen)
    else {
        return Err(match shown.errors.is_empty() {
            true => Error::NotFound,
            false => Error::Invalid(shown.errors),
        });
    };
    // Excel takes the encoding from this mark.
    let mut out = String::from('\u{FEFF}');
    let heads = [
        "growth-day",
        "growth-came",
        "growth-left-otherwise",
        "growth-bounced",
        "growth-erased",
        "growth-net",
        "growth-at-day-end",
    ];
    write_row(&mut out, ';', heads.map(|head| page.t(head)));
    for day in &by_day.days {
        let change = &day.change;
        let numbers = [
            change.came,
            change.left,
            change.bounced,
            change.erased,
            change.net(),
            day.subscribers,
        ];
        // A negative number is no formula, and a spreadsheet is to reckon with it.
        let cells = numbers.map(|number| number.to_string()).join(";");
        out.push_str(&format!("{};{cells}\r\n", day.day));
    }
    let name = format!("abonnenter-{}-{first}-{last}.csv", newsletter.slug);
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .body(out))
}

impl DaysPage {
    /// The newsletter in addresses.
    fn slug(&self) -> &str {
        self.chosen.as_ref().map_or("", |newsletter| &newsletter.slug)
    }

    fn error(&self, field: &str) -> Option<String> {
        self.page.error(&self.errors, field)
    }

    fn known(&self, count: &Count) -> String {
        match count.subscribers {
            Some(number) => self.page.number(&number),
            None => self.page.t("report-not-counted"),
        }
    }

    fn signed(&self, number: &i64) -> String {
        format::signed(self.page.lang, *number)
    }

    /// "+1.279"; words where one of both is not known.
    fn difference(&self, by_day: &ByDay) -> String {
        match (by_day.first.subscribers, by_day.last.subscribers) {
            (Some(first), Some(last)) => self.signed(&(last - first)),
            _ => self.page.t("report-not-counted"),
        }
    }

    /// "+4,8 %", where there is something to reckon it from.
    fn share(&self, by_day: &ByDay) -> Option<String> {
        let first = by_day.first.subscribers.filter(|first| *first > 0)?;
        let change = by_day.last.subscribers? - first;
        Some(format::signed_percent(self.page.lang, change, first))
    }

    /// Whether one of both numbers was counted, and the other one only stated.
    fn is_mixed(&self, by_day: &ByDay) -> bool {
        let (first, last) = (&by_day.first, &by_day.last);
        first.subscribers.is_some() && last.subscribers.is_some() && first.basis != last.basis
    }

    fn days_between(&self, answer: &Answer) -> i64 {
        (answer.last - answer.first).num_days()
    }
}
