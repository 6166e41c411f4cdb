//! `/admin/issues/{id}/report` and `/admin/library/{id}`; below, what is entered by hand.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::{Datelike, TimeDelta, Timelike};
use chrono_tz::Tz;

use super::chart::{Bar, Chart};
use super::issue::{Hour, IssueReport, Numbers, Verdicts, for_issue};
use super::item::{ItemReport, ShortLink, for_item};
use super::readers::{By, Portion, Reached};
use crate::app::App;
use crate::clock::Instant;
use crate::db::PublicId;
use crate::error::Result;
use crate::issues::{self, Origin};
use crate::library;
use crate::links::Links;
use crate::newsletters::Tracking;
use crate::web::page::Part;
use crate::web::{Lang, Page, html};

pub mod activities;
mod catalogue;
mod clicks;
pub mod figures;
mod issue_csv;
pub mod note_words;
pub mod notes;

pub use catalogue::{catalogue, catalogue_csv};
pub use clicks::over_the_issue;
pub use issue_csv::issue_csv;

/// Hours that the time line shows; what comes later is in the sums.
const HOURS: i64 = 72;

#[derive(Template)]
#[template(path = "reports/pages/issue.html")]
struct ReportPage {
    page: Page,
    report: IssueReport,
    zone: Tz,
    is_imported: bool,
    /// What readers did with it is no longer kept.
    is_old: bool,
    /// The hours that the time line shows.
    hours: Vec<Hour>,
    loads: Chart,
    clicks: Chart,
}

impl ReportPage {
    /// Whether there is anything to say of opens and clicks.
    fn is_measured(&self) -> bool {
        self.report.measured != Tracking::Off
    }

    /// A number, or that nobody counted it.
    fn known(&self, number: &Option<i64>) -> String {
        match number {
            Some(number) => self.page.number(number),
            None => self.page.t("report-not-counted"),
        }
    }

    /// How many in a thousand, where it was counted.
    fn known_rate(&self, part: &Option<i64>, whole: &i64) -> String {
        match part {
            Some(part) => self.rate(part, whole),
            None => self.page.t("report-not-counted"),
        }
    }

    /// "1.203–1.310", or one number when both ends are the same.
    fn interval(&self, hits: &Verdicts) -> String {
        between(&self.page, &hits.human, &hits.human_at_most())
    }

    /// The same of an issue, which may be one of which nothing was measured.
    fn hits(&self, of: &Numbers, hits: &Verdicts) -> String {
        match of.measured {
            Tracking::Off => self.page.t("report-not-counted"),
            _ => self.interval(hits),
        }
    }

    /// How many in a thousand, with one decimal.
    fn rate(&self, part: &i64, whole: &i64) -> String {
        if *whole <= 0 {
            return self.page.t("report-not-counted");
        }
        let tenths = (part * 10_000 + whole / 2) / whole;
        let comma = if self.page.lang == Lang::Da { ',' } else { '.' };
        format!("{}{comma}{}", self.page.number(&(tenths / 10)), tenths % 10)
    }

    /// The same for clicks, from what is surely people to what may be.
    fn click_rate(&self, clicks: &Verdicts, whole: &i64) -> String {
        let (least, most) =
            (self.rate(&clicks.human, whole), self.rate(&clicks.human_at_most(), whole));
        if least == most { least } else { format!("{least}–{most}") }
    }

    fn between(&self, least: &i64, most: &i64) -> String {
        between(&self.page, least, most)
    }

    /// The share of those who consented, from what is surely people to what may be.
    fn share(&self, reached: &Reached, consenting: &i64) -> String {
        let least = self.page.percent(&reached.human, consenting);
        let most = self.page.percent(&reached.human_at_most, consenting);
        if least == most { least } else { format!("{least} – {most}") }
    }

    fn day(&self, at: &Instant) -> String {
        self.page.day(&at.day_in(self.zone))
    }

    /// Whether nothing is known of readers only because it is no longer kept.
    fn were_forgotten(&self) -> bool {
        self.report.measured == Tracking::Consented && self.is_old
    }

    /// The most clicks on a block, so that the others are drawn against it.
    fn most_clicked(&self) -> i64 {
        let all = self.report.blocks.iter().map(|block| block.clicks.human_at_most());
        all.max().unwrap_or(0).max(1)
    }

    /// Those who consented, by level, by sector, or by domain.
    fn portions(&self, by: &By) -> Vec<&Portion> {
        let all = self.report.readers.iter().flat_map(|readers| &readers.portions);
        all.filter(|portion| portion.by == *by).collect()
    }

    fn portion_name(&self, portion: &Portion) -> String {
        portion_name(&self.page, portion)
    }
}

/// What people of a portion have in common, in words.
fn portion_name(page: &Page, portion: &Portion) -> String {
    match (portion.by, portion.value.as_deref()) {
        (_, None) => page.t("report-by-rest"),
        (_, Some("")) => page.t("report-by-not-stated"),
        (By::Domain, Some(domain)) => crate::mail::shown_domain(domain),
        (By::Sector, Some(sector)) => page.t(format!("sector-{sector}")),
        (By::LeadershipGroup, Some(level)) => page.t(format!("group-{level}")),
    }
}

fn between(page: &Page, least: &i64, most: &i64) -> String {
    let least_text = page.number(least);
    if least == most { least_text } else { format!("{least_text}–{}", page.number(most)) }
}

/// What stands below "used in" on the page of a library item.
#[derive(Template)]
#[template(path = "reports/pages/item.html")]
struct UsedPart {
    page: Page,
    report: ItemReport,
    zone: Tz,
    links: Links,
    /// Whether it has an address to which a short link could lead.
    can_make: bool,
}

impl UsedPart {
    fn short_url(&self, link: &ShortLink) -> String {
        self.links.short(&link.slug)
    }

    fn interval(&self, hits: &Verdicts) -> String {
        between(&self.page, &hits.human, &hits.human_at_most())
    }

    /// How many of the issues have clicks that are, or were, counted.
    fn measured(&self) -> usize {
        self.report.issues.iter().filter(|issue| issue.is_measured()).count()
    }

    fn is_sent(&self) -> bool {
        self.report.issues.iter().any(|issue| issue.is_sent())
    }

    /// Whether a newsletter counts persons, who have to say yes to it.
    fn asks_consent(&self) -> bool {
        self.report.issues.iter().any(|issue| issue.measured == Tracking::Consented)
    }
}

/// `GET /admin/library/{id}`: the page of an item, with the clicks on it in every issue.
pub async fn item(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<PublicId>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    let report = app.db.read(move |conn| {
        let item = library::store::by_uuid(conn, id)?;
        Ok((for_item(conn, &item)?, !item.addresses.is_empty()))
    });
    let ((report, can_make), zone) = (report.await?, chrono_tz::Europe::Copenhagen);
    let (page, links) = (Page::new(&request), app.links.clone());
    let used = Part::of(&UsedPart { page, report, zone, links, can_make })?;
    library::routes::item::show(&request, &app, id, used).await
}

/// `GET /admin/issues/{id}/report`
pub async fn issue(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<PublicId>,
) -> Result<HttpResponse> {
    let (uuid, now) = (id.into_inner(), app.clock.now());
    let kept_since = now - app.config.retention.measured;
    let (issue, report) = app
        .db
        .read(move |conn| {
            let issue = issues::store::by_uuid(conn, uuid)?;
            let report = for_issue(conn, &issue, now, kept_since)?;
            Ok((issue, report))
        })
        .await?;
    let page = Page::new(&request);
    let zone = issue.zone();
    let first = issue.started_at.unwrap_or(now).hour();
    let end = first + TimeDelta::hours(HOURS);
    let hours: Vec<Hour> = report
        .hours
        .iter()
        .copied()
        .filter(|hour| hour.start >= first && hour.start < end)
        .collect();
    let loads = chart(&page, "loads", first, zone, &hours, |hour| hour.loads);
    let clicks = chart(&page, "clicks", first, zone, &hours, |hour| hour.clicks);
    html(&ReportPage {
        page,
        report,
        zone,
        is_imported: issue.origin == Origin::Imported,
        is_old: issue.deliveries_cleared_at.is_some()
            || issue.started_at.is_some_and(|started| started < kept_since),
        hours,
        loads,
        clicks,
    })
}

/// One bar an hour, from the hour in which the sending began; a label each day.
fn chart(
    page: &Page,
    id: &'static str,
    first: Instant,
    zone: Tz,
    hours: &[Hour],
    parts: impl Fn(&Hour) -> Verdicts,
) -> Chart {
    let bar = |at: i64| {
        let start = first + TimeDelta::hours(at);
        let local = start.in_zone(zone);
        let label = (at % 24 == 0).then(|| {
            let day = format!("{}/{}", local.day(), local.month());
            page.t2("report-hour", "day", day, "hour", local.hour())
        });
        let found = hours.iter().find(|hour| hour.start == start);
        Bar { label, parts: found.map(&parts).unwrap_or_default() }
    };
    let whole: i64 = hours.iter().map(|hour| parts(hour).all()).sum();
    let highest =
        hours.iter().max_by_key(|hour| (parts(hour).all(), std::cmp::Reverse(hour.start)));
    let description = match highest.filter(|hour| parts(hour).all() > 0) {
        Some(hour) => page.t2(
            "report-chart-description",
            "all",
            page.number(&whole),
            "when",
            page.time(&hour.start, &zone),
        ),
        None => page.t("report-chart-nothing"),
    };
    Chart {
        id,
        title: page.t(format!("report-chart-{id}")),
        description,
        bars: (0..HOURS).map(bar).collect(),
    }
}
