//! `/admin`: the desk of the editors, and beside it the numbers that each role looks for first: the
//! subscribers against a year before, what became of the last issue, and for those who watch over
//! the service whether what it leans on answers and whether mail waits.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::{Months, NaiveDate, TimeDelta};

use super::health::{self, Answer, Readiness};
use super::{board, store};
use crate::app::App;
use crate::clock::Instant;
use crate::db::DbConn;
use crate::error::Result;
use crate::issues::{self, Issue};
use crate::newsletters;
use crate::newsletters::Tracking;
use crate::reports::issue::{Numbers, numbers};
use crate::staff::{Role, Staff};
use crate::subscribers::ledger;
use crate::web::page::Part;
use crate::web::{Page, format};

/// Mail that should have gone so long ago waits for something.
const LATE: TimeDelta = TimeDelta::minutes(10);

/// The subscribers of a newsletter.
pub(super) struct Subscribers {
    pub(super) title: String,
    pub(super) day: NaiveDate,
    /// None where nobody knows.
    pub(super) count: Option<i64>,
    pub(super) earlier: NaiveDate,
    pub(super) earlier_count: Option<i64>,
}

impl Subscribers {
    pub(super) fn change(&self) -> Option<i64> {
        Some(self.count? - self.earlier_count?)
    }
}

/// The last issue that began to go out from here.
struct Last {
    issue: Issue,
    numbers: Numbers,
    is_measured: bool,
}

#[derive(Template)]
#[template(path = "operations/pages/desk.html")]
struct DeskPart {
    page: Page,
    subscribers: Vec<Subscribers>,
    last: Option<Last>,
    /// For those who watch over the service.
    service: Option<Service>,
}

/// How the service does.
struct Service {
    readiness: Readiness,
    /// Single mails that should have gone by now: confirmations and the like.
    late: i64,
}

impl Service {
    /// What is asked, and what it answers.
    fn answers(&self) -> [(&'static str, Answer); 2] {
        [("database", self.readiness.database), ("relay", self.readiness.relay)]
    }
}

impl DeskPart {
    fn known(&self, count: &Option<i64>) -> String {
        known(&self.page, count)
    }

    /// "+1.279 (+4,8 %)"
    fn change(&self, of: &Subscribers) -> String {
        let (Some(change), Some(before)) = (of.change(), of.earlier_count) else {
            return self.page.t("report-not-counted");
        };
        let lang = self.page.lang;
        match before {
            0 => format::signed(lang, change),
            _ => format!(
                "{} ({})",
                format::signed(lang, change),
                format::signed_percent(lang, change, before)
            ),
        }
    }

    fn clicks(&self, last: &Last) -> String {
        let clicks = &last.numbers.clicks;
        let (least, most) =
            (self.page.number(&clicks.human), self.page.number(&clicks.human_at_most()));
        if least == most { least } else { format!("{least}–{most}") }
    }

    fn when(&self, issue: &Issue) -> String {
        issue.started_at.map(|at| self.page.time(&at, &issue.zone())).unwrap_or_default()
    }
}

/// A count, or that nobody knows it.
pub(super) fn known(page: &Page, count: &Option<i64>) -> String {
    count.map_or_else(|| page.t("report-not-counted"), |count| page.number(&count))
}

/// `GET /admin`
pub async fn show(request: HttpRequest, app: web::Data<App>, staff: Staff) -> Result<HttpResponse> {
    if staff.role == Role::Reader {
        return board::show(&request, &app).await;
    }
    let now = app.clock.now();
    let (subscribers, last, late) = app
        .db
        .read(move |conn| {
            Ok((subscribers(conn, now)?, last(conn, now)?, store::late_mails(conn, now - LATE)?))
        })
        .await?;
    let service = match staff.role {
        Role::Admin | Role::Operator => {
            Some(Service { readiness: health::readiness(&app).await, late })
        }
        Role::Editor | Role::Reader => None,
    };
    let page = Page::new(&request);
    let numbers = Part::of(&DeskPart { page, subscribers, last, service })?;
    issues::routes::desk::show(&request, &app, staff, numbers).await
}

/// Those of each newsletter.
pub(super) fn subscribers(conn: &mut DbConn, now: Instant) -> Result<Vec<Subscribers>> {
    let mut all = Vec::new();
    for newsletter in newsletters::store::all(conn)? {
        let day = now.day_in(newsletter.zone());
        let earlier = day.checked_sub_months(Months::new(12)).unwrap_or(day);
        all.push(Subscribers {
            day,
            count: ledger::count_on(conn, newsletter.id, day)?.subscribers,
            earlier,
            earlier_count: ledger::count_on(conn, newsletter.id, earlier)?.subscribers,
            title: newsletter.title,
        });
    }
    Ok(all)
}

fn last(conn: &mut DbConn, now: Instant) -> Result<Option<Last>> {
    let Some(issue) = store::last_issue(conn)? else { return Ok(None) };
    let numbers = numbers(conn, &issue, now)?;
    let is_measured = numbers.measured != Tracking::Off;
    Ok(Some(Last { issue, numbers, is_measured }))
}
