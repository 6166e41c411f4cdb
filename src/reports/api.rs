//! `/api/v1/issues/{id}/report`, `/api/v1/library/{id}/report` and `/api/v1/figures`

use actix_web::HttpResponse;
use actix_web::web::{self, Json};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::figures::{self, Channel, Figure, NewFigure, Qualifier};
use super::issue::{IssueReport, for_issue};
use super::item::{ItemReport, for_item};
use super::store;
use crate::app::App;
use crate::clock::Instant;
use crate::db::PublicId;
use crate::error::Result;
use crate::issues;
use crate::library;
use crate::staff::Staff;
use crate::web::api::{List, Paging};

/// What became of an issue. Opens and clicks come as human, machine and unknown: the number of
/// people lies between `human` and `human` + `unknown`.
#[utoipa::path(get, path = "/api/v1/issues/{id}/report", tag = "reports",
    params(("id" = uuid::Uuid, Path)), responses((status = 200, body = IssueReport)))]
pub async fn issue(app: web::Data<App>, id: web::Path<PublicId>) -> Result<Json<IssueReport>> {
    let (id, now) = (id.into_inner(), app.clock.now());
    let kept_since = now - app.config.retention.measured;
    let report = app.db.read(move |conn| {
        let issue = issues::store::by_uuid(conn, id)?;
        Ok(for_issue(conn, &issue, now, kept_since)?)
    });
    Ok(Json(report.await?))
}

/// The issues that link an item of the library, and the clicks on it: in each, in all, and by each
/// of its addresses. Clicks come as human, machine and unknown, as in the report of an issue.
#[utoipa::path(get, path = "/api/v1/library/{id}/report", tag = "reports",
    params(("id" = uuid::Uuid, Path)), responses((status = 200, body = ItemReport)))]
pub async fn item(app: web::Data<App>, id: web::Path<PublicId>) -> Result<Json<ItemReport>> {
    let id = id.into_inner();
    let report = app.db.read(move |conn| {
        let item = library::store::by_uuid(conn, id)?;
        Ok(for_item(conn, &item)?)
    });
    Ok(Json(report.await?))
}

/// A figure of another channel. A later one of the same kind and day corrects an earlier one.
#[derive(Debug, Serialize, ToSchema)]
pub struct FigureView {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    pub id: PublicId,
    /// What is counted.
    pub kind: String,
    /// The day on which it was true, or the last day of the period.
    pub day: NaiveDate,
    /// The first day of the period; null for a figure of one day.
    pub period_start: Option<NaiveDate>,
    /// The value.
    pub value: i64,
    /// What it counts.
    pub unit: String,
    /// `exact`, `about` or `more_than`.
    #[schema(value_type = String)]
    pub qualifier: Qualifier,
    /// How it was counted.
    pub definition: String,
    /// Where it is from.
    pub source: String,
    /// `site`, `social`, `courses`, `podcasts` or `other`.
    #[schema(value_type = String)]
    pub channel: Channel,
    /// Why it cannot be compared with those before it; empty when it can.
    pub series_break: String,
    /// Whether it takes back the figure of the same kind and day.
    pub taken_back: bool,
    /// When it was entered.
    #[schema(value_type = String)]
    pub entered_at: Instant,
    /// Who entered it.
    pub entered_by: String,
}

impl From<Figure> for FigureView {
    fn from(figure: Figure) -> Self {
        let said = figure.said;
        Self {
            id: figure.uuid,
            kind: said.kind,
            day: said.day,
            period_start: said.period_start,
            value: said.value,
            unit: said.unit,
            qualifier: said.qualifier,
            definition: said.definition,
            source: said.source,
            channel: said.channel,
            series_break: said.series_break,
            taken_back: figure.taken_back,
            entered_at: figure.entered_at,
            entered_by: figure.entered_by,
        }
    }
}

/// All figures, in the order in which they were entered.
#[utoipa::path(get, path = "/api/v1/figures", tag = "figures",
    params(Paging), responses((status = 200, body = List<FigureView>)))]
pub async fn list_figures(
    app: web::Data<App>,
    paging: web::Query<Paging>,
) -> Result<Json<List<FigureView>>> {
    let (after, rows) = (paging.after()?, paging.rows());
    let figures = app.db.read(move |conn| Ok(store::figures::after(conn, after, rows)?)).await?;
    Ok(Json(paging.page(figures, |figure| figure.id, Into::into)))
}

/// A figure to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FigureRequest {
    /// What is counted.
    kind: String,
    /// The day on which it was true, or the last day of the period.
    day: NaiveDate,
    /// The first day of the period; none for a figure of one day.
    period_start: Option<NaiveDate>,
    /// The value.
    value: i64,
    /// What it counts.
    unit: String,
    /// `exact`, which it also is when not given, `about` or `more_than`.
    #[schema(value_type = Option<String>)]
    qualifier: Option<Qualifier>,
    /// How it was counted.
    #[serde(default)]
    definition: String,
    /// Where it is from.
    source: String,
    /// `site`, `social`, `courses`, `podcasts` or `other`, which it also is when not given.
    #[schema(value_type = Option<String>)]
    channel: Option<Channel>,
    /// Why it cannot be compared with those before it, if it cannot.
    #[serde(default)]
    series_break: String,
}

/// The id of what was made.
#[derive(Debug, Serialize, ToSchema)]
pub struct Entered {
    /// The figure.
    #[schema(value_type = uuid::Uuid)]
    pub id: PublicId,
}

/// Enters a figure.
#[utoipa::path(post, path = "/api/v1/figures", tag = "figures",
    request_body = FigureRequest, responses((status = 201, body = Entered), (status = 422)))]
pub async fn enter_figure(
    app: web::Data<App>,
    staff: Staff,
    body: Json<FigureRequest>,
) -> Result<HttpResponse> {
    let body = body.into_inner();
    let new = NewFigure {
        kind: body.kind,
        day: body.day,
        period_start: body.period_start,
        value: body.value,
        unit: body.unit,
        qualifier: body.qualifier.unwrap_or(Qualifier::Exact),
        definition: body.definition,
        source: body.source,
        channel: body.channel.unwrap_or(Channel::Other),
        series_break: body.series_break,
    };
    let id = figures::enter(&app, new, &staff.actor()).await?;
    Ok(HttpResponse::Created().json(Entered { id }))
}
