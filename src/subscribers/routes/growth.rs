//! `/admin/growth`: how many on a day, why the number changed, month by month, and the numbers that
//! were stated for the days before. Counts only, no personal data.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::{Months, NaiveDate};
use serde::Deserialize;

use crate::app::App;
use crate::error::{Error, FieldError, Result};
use crate::newsletters::{self, Newsletter};
use crate::staff::Staff;
use crate::subscribers::growth::{self, Chart, Month, Reasons};
use crate::subscribers::ledger::{self, Basis, Count, LedgerKind, Shares};
use crate::subscribers::stated::{self, Statement};
use crate::subscribers::store::ledger::first_day;
use crate::subscribers::store::stated::{self as stated_rows, Stated};
use crate::web::{Page, format, html, page, see_other};

#[derive(Template)]
#[template(path = "subscribers/pages/growth.html")]
struct GrowthPage {
    page: Page,
    newsletters: Vec<Newsletter>,
    chosen: Option<Newsletter>,
    today: NaiveDate,
    /// The days as they were typed.
    from: String,
    on: String,
    /// The days that were asked for, and how many there were.
    answer: Option<Answer>,
    months: Vec<Month>,
    chart: Chart,
    stated: Vec<Stated>,
    may_state: bool,
    form: StatedForm,
    errors: Vec<FieldError>,
}

/// How many there were on a day; and, compared with an earlier one, why.
struct Answer {
    day: NaiveDate,
    count: Count,
    /// How they divide, where they were counted.
    shares: Option<Shares>,
    before: Option<Before>,
}

struct Before {
    day: NaiveDate,
    count: Count,
    reasons: Reasons,
    /// The ledger begins later: what changed before is not known.
    begins: Option<NaiveDate>,
}

/// Which newsletter, and which days.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Query {
    newsletter: String,
    from: String,
    on: String,
}

/// The form in which a number is stated, or taken back.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct StatedForm {
    newsletter: String,
    day: String,
    subscribers: String,
    source: String,
    #[serde(rename = "do")]
    step: String,
}

pub(super) fn read(
    field: &str,
    text: &str,
    today: NaiveDate,
) -> Result<Option<NaiveDate>, FieldError> {
    match text.parse::<NaiveDate>() {
        Ok(day) if day <= today => Ok(Some(day)),
        Ok(_) => Err(FieldError::new(field, "error-day-future")),
        Err(_) if text.is_empty() => Ok(None),
        Err(_) => Err(FieldError::new(field, "error-day")),
    }
}

async fn of(
    request: &HttpRequest,
    app: &App,
    query: Query,
    form: StatedForm,
    mut errors: Vec<FieldError>,
) -> Result<GrowthPage> {
    let Query { newsletter: slug, from, on } = query;
    let newsletters = app.db.read(|conn| Ok(newsletters::store::all(conn)?)).await?;
    let chosen = newsletters.iter().find(|n| n.slug == slug).or(newsletters.first()).cloned();
    let today = app.clock.now().day_in(chosen.as_ref().map_or(chrono_tz::UTC, Newsletter::zone));
    let mut day = |field, text: &str| {
        read(field, text, today).unwrap_or_else(|error| {
            errors.push(error);
            None
        })
    };
    let (first, last) = (day("from", &from), day("on", &on));
    if let (Some(first), Some(last)) = (first, last)
        && first >= last
    {
        errors.push(FieldError::new("from", "error-growth-order"));
    }
    let is_right = errors.is_empty();
    let (answer, months, stated) = match chosen.as_ref().map(|newsletter| newsletter.id) {
        Some(id) => {
            app.db
                .read(move |conn| {
                    let last = last.or(first.map(|_| today));
                    let answer = match last.filter(|_| is_right) {
                        Some(day) => Some(Answer {
                            day,
                            count: ledger::count_on(conn, id, day)?,
                            shares: ledger::shares_on(conn, id, day)?,
                            before: first.map(|first| before(conn, id, first, day)).transpose()?,
                        }),
                        None => None,
                    };
                    Ok((answer, growth::months(conn, id, today)?, stated_rows::all(conn, id)?))
                })
                .await?
        }
        None => (None, vec![], vec![]),
    };
    let page = Page::new(request);
    Ok(GrowthPage {
        chart: Chart::of(&months),
        may_state: page.is("editor admin"),
        page,
        chosen,
        newsletters,
        today,
        from,
        on,
        answer,
        months,
        stated,
        form,
        errors,
    })
}

fn before(
    conn: &mut crate::db::DbConn,
    newsletter: i64,
    first: NaiveDate,
    last: NaiveDate,
) -> Result<Before> {
    Ok(Before {
        day: first,
        count: ledger::count_on(conn, newsletter, first)?,
        reasons: growth::reasons(conn, newsletter, (first, last))?,
        begins: first_day(conn, newsletter)?.filter(|begins| *begins > first),
    })
}

/// `GET /admin/growth`
pub async fn show(
    request: HttpRequest,
    app: web::Data<App>,
    query: web::Query<Query>,
) -> Result<HttpResponse> {
    let shown = of(&request, &app, query.into_inner(), StatedForm::default(), vec![]).await?;
    if shown.errors.is_empty() { html(&shown) } else { page::unprocessable(&shown) }
}

/// `POST /admin/growth`: states a number for a day before the ledger begins, or takes it back.
pub async fn state(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    form: web::Form<StatedForm>,
) -> Result<HttpResponse> {
    let form = form.into_inner();
    let slug = form.newsletter.clone();
    let find = move |conn: &mut _| Ok(newsletters::store::by_slug(conn, &slug)?);
    let newsletter = app.db.read(find).await?;
    let day = form.day.parse::<NaiveDate>().map_err(|_| Error::field("day", "error-day"));
    let (done, word) = match (form.step.as_str(), day) {
        ("take-back", day) => {
            (stated::take_back(&app, newsletter, day?, staff.actor()).await, "taken-back")
        }
        (_, Err(error)) => (Err(error), ""),
        (_, Ok(day)) => {
            let said = Statement {
                day,
                subscribers: number(&form.subscribers).unwrap_or(-1),
                source: form.source.trim().to_owned(),
            };
            (stated::state(&app, newsletter, said, staff.actor()).await, "stated")
        }
    };
    match done {
        Ok(()) => {
            Ok(see_other(format!("/admin/growth?newsletter={}&done={word}", form.newsletter)))
        }
        Err(Error::Invalid(errors)) => {
            let query = Query { newsletter: form.newsletter.clone(), ..Query::default() };
            page::unprocessable(&of(&request, &app, query, form, errors).await?)
        }
        Err(other) => Err(other),
    }
}

/// A whole number; dots, commas and spaces between thousands are taken.
fn number(text: &str) -> Option<i64> {
    let digits: String =
        text.chars().filter(|c| !matches!(c, '.' | ',' | ' ' | '\u{a0}')).collect();
    digits.parse().ok()
}

impl GrowthPage {
    /// The newsletter in addresses.
    fn slug(&self) -> &str {
        self.chosen.as_ref().map_or("", |newsletter| &newsletter.slug)
    }
    /// "27.699 abonnenter den 26. oktober 2017", or that nobody knows.
    fn sentence(&self, day: &NaiveDate, count: &Count) -> String {
        let day = self.page.day(day);
        match &count.subscribers {
            Some(number) => {
                let number = self.page.number(number);
                self.page.t2("growth-answer", "number", number, "day", day)
            }
            None => self.page.t1("growth-unknown", "day", day),
        }
    }
    /// What the number rests on.
    fn basis(&self, count: &Count) -> String {
        match count.basis {
            Basis::Counted => self.page.t("basis-counted"),
            Basis::Stated => {
                let source = count.source.as_deref().unwrap_or_default();
                self.page.t1("basis-stated", "source", source)
            }
            Basis::Unknown => self.page.t("basis-unknown"),
        }
    }
    /// By how much the number differs, when both are known.
    fn difference(&self, answer: &Answer, before: &Before) -> Option<String> {
        let earlier = before.count.subscribers?;
        let number = answer.count.subscribers? - earlier;
        let key = match answer.count.basis == before.count.basis {
            true => "growth-difference",
            false => "growth-difference-mixed",
        };
        let signed = self.signed(&number);
        let words = match earlier {
            0 => signed,
            _ => format!("{signed} ({})", format::signed_percent(self.page.lang, number, earlier)),
        };
        Some(self.page.t1(key, "number", words))
    }
    /// How many days lie between two.
    fn days_between(&self, later: &NaiveDate, earlier: &NaiveDate) -> i64 {
        (*later - *earlier).num_days()
    }
    /// A number with its sign.
    fn signed(&self, number: &i64) -> String {
        format::signed(self.page.lang, *number)
    }
    /// Why the number changed.
    fn cause(&self, kind: &LedgerKind, cause: &str) -> String {
        match (kind, cause) {
            (_, "") => self.page.t(format!("ledger-{kind}")),
            (_, cause) => self.page.t(format!("growth-cause-{cause}")),
        }
    }
    /// Where people came from.
    fn source(&self, source: &str) -> String {
        match source {
            "form" => self.page.t("signups-form"),
            named => named.to_owned(),
        }
    }
    /// The same day a year before.
    fn a_year_before(&self) -> Option<NaiveDate> {
        self.today.checked_sub_months(Months::new(12))
    }
    /// The fields in which a number is stated: name, type and what was typed.
    fn fields(&self) -> [(&'static str, &'static str, &str); 3] {
        [
            ("day", "date", &self.form.day),
            ("subscribers", "text", &self.form.subscribers),
            ("source", "text", &self.form.source),
        ]
    }
    fn error(&self, field: &str) -> Option<String> {
        self.page.error(&self.errors, field)
    }
}
