//! `/admin/calendar`: a month of past and planned issues.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::{Datelike, Months, NaiveDate};
use serde::Deserialize;

use crate::app::App;
use crate::error::Result;
use crate::issues::calendar::{self, Day, Entry, Month};
use crate::issues::{IssueKind, IssueState};
use crate::web::{Lang, Page, format, html};

#[derive(Template)]
#[template(path = "issues/pages/calendar.html")]
struct CalendarPage {
    page: Page,
    month: Month,
    today: NaiveDate,
    may_edit: bool,
}

/// Which month, as `YYYY-MM`; this one when it is not said.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    month: String,
}

/// `GET /admin/calendar`
pub async fn show(
    request: HttpRequest,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let (now, asked) = (app.clock.now(), asked.into_inner().month);
    let (month, today) = app
        .db
        .read(move |conn| {
            let today = now.day_in(calendar::zone(conn)?);
            Ok((calendar::month(conn, read(&asked).unwrap_or(today))?, today))
        })
        .await?;
    let page = Page::new(&request);
    let may_edit = page.is("editor admin");
    html(&CalendarPage { page, month, today, may_edit })
}

/// A month that newsletters can have been sent in.
fn read(month: &str) -> Option<NaiveDate> {
    let first = NaiveDate::parse_from_str(&format!("{month}-01"), "%Y-%m-%d").ok()?;
    (1990..2200).contains(&first.year()).then_some(first)
}

impl CalendarPage {
    /// "marts 2017", with a capital where a language begins headings so.
    fn title(&self) -> String {
        let name = format::month(self.page.lang, self.month.first.month());
        format!("{name} {}", self.month.first.year())
    }

    fn weekday(&self, day: &Day) -> String {
        self.page.t(format!("weekday-{}", day.date.weekday().number_from_monday()))
    }

    fn is_today(&self, day: &Day) -> bool {
        day.date == self.today
    }

    /// What follows the number of a day for those who hear it: ". marts", " March".
    fn of_month(&self, day: &Day) -> String {
        let dot = if self.page.lang == Lang::Da { "." } else { "" };
        format!("{dot} {}", format::month(self.page.lang, day.date.month()))
    }

    /// The address of another month, and its name.
    fn other(&self, by: i32) -> (String, String) {
        let months = Months::new(by.unsigned_abs());
        let first = match by < 0 {
            true => self.month.first - months,
            false => self.month.first + months,
        };
        let name = format::month(self.page.lang, first.month());
        (
            format!("/admin/calendar?month={}", first.format("%Y-%m")),
            format!("{name} {}", first.year()),
        )
    }

    fn name(&self, entry: &Entry) -> String {
        match entry.issue.subject.is_empty() {
            true => self.page.t("issue-untitled"),
            false => entry.issue.subject.clone(),
        }
    }

    /// "9.00", "09:00"; nothing when only the day is known.
    fn clock(&self, entry: &Entry) -> Option<String> {
        let at = entry.at?;
        Some(match self.page.lang {
            Lang::Da => at.format("%-H.%M").to_string(),
            Lang::En => at.format("%H:%M").to_string(),
        })
    }

    /// Where an issue is looked after.
    fn place(&self, entry: &Entry) -> String {
        let issue = &entry.issue;
        match issue.state {
            IssueState::Scheduled => format!("/admin/issues/{}/schedule", issue.uuid),
            IssueState::Draft | IssueState::InReview | IssueState::Approved => {
                format!("/admin/issues/{}", issue.uuid)
            }
            _ if issue.published_on.is_some() => format!("/archive/{}", issue.slug),
            _ => format!("/admin/issues/{}", issue.uuid),
        }
    }

    fn is_empty(&self) -> bool {
        self.month.entries().next().is_none()
    }

    fn has_close(&self) -> bool {
        self.month.entries().any(|entry| entry.is_close)
    }
}
