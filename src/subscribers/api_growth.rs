//! `/api/v1/newsletters/{id}/growth`: day by day between two days, and why.

use actix_web::web::{self, Json};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::growth::{self, Share};
use super::growth_by_day::{self, Change, MOST};
use super::ledger::{Basis, Count};
use crate::app::App;
use crate::error::{Error, Result};
use crate::newsletters;

/// Between which days.
#[derive(Debug, Deserialize, IntoParams)]
pub struct Between {
    /// The day from whose end is counted, as `YYYY-MM-DD` in the newsletter's zone.
    from: NaiveDate,
    /// The last day; today when not given.
    to: Option<NaiveDate>,
}

/// How many there were on a day.
#[derive(Debug, Serialize, ToSchema)]
pub struct OnView {
    /// The day, at whose end they were counted.
    pub on: NaiveDate,
    /// How many; null when nobody knows.
    pub subscribers: Option<i64>,
    /// `counted` from the ledger, `stated` by somebody, or `unknown`.
    #[schema(value_type = String)]
    pub basis: Basis,
}

/// What changed.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangeView {
    /// Who confirmed or was imported, less imports that were undone.
    pub came: i64,
    /// Who left otherwise than by the next two, less those who took it back.
    pub left: i64,
    /// Whose address does not take mail any more.
    pub bounced: i64,
    /// Who was erased.
    pub erased: i64,
    /// `came` less the other three.
    pub net: i64,
}

impl From<Change> for ChangeView {
    fn from(change: Change) -> Self {
        let Change { came, left, bounced, erased } = change;
        Self { came, left, bounced, erased, net: change.net() }
    }
}

/// A day.
#[derive(Debug, Serialize, ToSchema)]
pub struct DayView {
    /// Which.
    pub day: NaiveDate,
    /// What it changed.
    #[serde(flatten)]
    pub change: ChangeView,
    /// How many there were at its end.
    pub subscribers: i64,
}

/// What changed for some of the subscribers.
#[derive(Debug, Serialize, ToSchema)]
pub struct GroupView {
    /// The word for them; null for those who have not said.
    pub of: Option<String>,
    /// How many came.
    pub came: i64,
    /// How many left, whatever for.
    pub left: i64,
    /// How many more or fewer there are because people changed from one to the other.
    pub moved: i64,
}

impl From<Share> for GroupView {
    fn from(share: Share) -> Self {
        let of = Some(share.word).filter(|word| !word.is_empty());
        Self { of, came: share.came, left: share.left, moved: share.moved }
    }
}

/// Those who came from one source.
#[derive(Debug, Serialize, ToSchema)]
pub struct SourceView {
    /// Its name; `form` for the newsletter's own form.
    pub source: String,
    /// How many.
    pub came: i64,
}

/// How the number of subscribers went from one day to another.
#[derive(Debug, Serialize, ToSchema)]
pub struct GrowthView {
    /// At the end of the first day.
    pub from: OnView,
    /// At the end of the last day.
    pub to: OnView,
    /// How many days lie between the two.
    pub days_between: i64,
    /// The day on which the register begins, if that is after the first day: nothing is known of what days
    /// before it changed.
    pub begins: Option<NaiveDate>,
    /// All days together.
    pub all: ChangeView,
    /// The days after the first one, as far as the register knows them.
    pub days: Vec<DayView>,
    /// By level of leadership.
    pub leadership_groups: Vec<GroupView>,
    /// By sector.
    pub sectors: Vec<GroupView>,
    /// Those who came, by their source.
    pub sources: Vec<SourceView>,
}

/// The number of subscribers day by day between two days, and who came and left.
#[utoipa::path(get, path = "/api/v1/newsletters/{id}/growth", tag = "newsletters",
    params(("id" = String, Path, description = "id or slug"), Between),
    responses((status = 200, body = GrowthView), (status = 422)))]
pub async fn between(
    app: web::Data<App>,
    id: web::Path<String>,
    asked: web::Query<Between>,
) -> Result<Json<GrowthView>> {
    let now = app.clock.now();
    app.db
        .read(move |conn| {
            let newsletter = newsletters::store::by_name(conn, &id)?;
            let today = now.day_in(newsletter.zone());
            let (first, last) = (asked.from, asked.to.unwrap_or(today));
            if last > today {
                return Err(Error::field("to", "error-day-future"));
            }
            if first >= last {
                return Err(Error::field("from", "error-growth-order"));
            }
            if (last - first).num_days() > MOST {
                return Err(Error::field("from", "error-growth-days"));
            }
            let by_day = growth_by_day::between(conn, newsletter.id, (first, last))?;
            let reasons = growth::reasons(conn, newsletter.id, (first, last))?;
            let on = |on, count: Count| OnView {
                on,
                subscribers: count.subscribers,
                basis: count.basis,
            };
            let day = |day: growth_by_day::Day| DayView {
                day: day.day,
                change: day.change.into(),
                subscribers: day.subscribers,
            };
            let source = |(source, came)| SourceView { source, came };
            Ok(Json(GrowthView {
                from: on(first, by_day.first),
                to: on(last, by_day.last),
                days_between: (last - first).num_days(),
                begins: by_day.begins,
                all: by_day.all.into(),
                days: by_day.days.into_iter().map(day).collect(),
                leadership_groups: reasons.groups.into_iter().map(Into::into).collect(),
                sectors: reasons.sectors.into_iter().map(Into::into).collect(),
                sources: reasons.sources.into_iter().map(source).collect(),
            }))
        })
        .await
}
