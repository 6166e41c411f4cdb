//! `/api/v1/segments`

use actix_web::HttpResponse;
use actix_web::web::{self, Json};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::save::{self, Wanted};
use super::sentence;
use super::store::{self, AsOf};
use super::{Rules, Segment};
use crate::app::App;
use crate::clock::Instant;
use crate::db::{DbConn, PublicId};
use crate::error::Result;
use crate::newsletters;
use crate::staff::Staff;
use crate::web::api::{List, Paging};
use crate::web::{Lang, Texts};

/// A segment as the API shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct SegmentView {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    pub id: PublicId,
    /// The slug of its newsletter.
    pub newsletter: String,
    /// What it is called.
    pub name: String,
    /// The rules: of each inner list one condition must hold.
    pub rules: Rules,
    /// The rules in a sentence, in English.
    pub sentence: String,
    /// How many the rules pick now; null in a list.
    pub subscribers: Option<i64>,
    /// When it was saved last.
    #[schema(value_type = String)]
    pub saved_at: Instant,
}

fn view(conn: &mut DbConn, segment: &Segment, counted_at: Option<Instant>) -> Result<SegmentView> {
    let newsletter = newsletters::store::find(conn, segment.newsletter)?;
    let rules = segment.rules()?;
    let ids: Vec<PublicId> = rules.issues().collect();
    let subjects = store::subjects(conn, &ids)?.into_iter().collect();
    let subscribers = match counted_at {
        Some(now) => {
            let as_of = AsOf { now, zone: newsletter.zone() };
            Some(store::size(conn, newsletter.id, &rules, as_of)?)
        }
        None => None,
    };
    Ok(SegmentView {
        id: segment.uuid,
        newsletter: newsletter.slug,
        name: segment.name.clone(),
        sentence: sentence::of(&rules, &subjects, Texts(Lang::En)),
        rules,
        subscribers,
        saved_at: segment.saved_at,
    })
}

/// All segments, in the order in which they were made.
#[utoipa::path(get, path = "/api/v1/segments", tag = "segments",
    params(Paging), responses((status = 200, body = List<SegmentView>)))]
pub async fn list(
    app: web::Data<App>,
    paging: web::Query<Paging>,
) -> Result<Json<List<SegmentView>>> {
    let (after, rows) = (paging.after()?, paging.rows());
    let found = app
        .db
        .read(move |conn| {
            let segments = store::after(conn, after, rows)?;
            let viewed = |segment: Segment| {
                let view = view(conn, &segment, None)?;
                Ok((segment.id, view))
            };
            segments.into_iter().map(viewed).collect::<Result<Vec<_>>>()
        })
        .await?;
    Ok(Json(paging.page(found, |(id, _)| *id, |(_, view)| view)))
}

/// A segment, with how many it picks now.
#[utoipa::path(get, path = "/api/v1/segments/{id}", tag = "segments",
    params(("id" = uuid::Uuid, Path)), responses((status = 200, body = SegmentView)))]
pub async fn show(app: web::Data<App>, id: web::Path<PublicId>) -> Result<Json<SegmentView>> {
    let (id, now) = (id.into_inner(), app.clock.now());
    let found = app
        .db
        .read(move |conn| {
            let segment = store::by_uuid(conn, id)?;
            view(conn, &segment, Some(now))
        })
        .await?;
    Ok(Json(found))
}

/// A segment to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SegmentRequest {
    /// The slug of its newsletter.
    newsletter: String,
    /// What it is to be called.
    name: String,
    /// The rules: of each inner list one condition must hold.
    rules: Rules,
}

/// Makes a segment.
#[utoipa::path(post, path = "/api/v1/segments", tag = "segments",
    request_body = SegmentRequest, responses((status = 201, body = SegmentView), (status = 422)))]
pub async fn create(
    app: web::Data<App>,
    staff: Staff,
    body: Json<SegmentRequest>,
) -> Result<HttpResponse> {
    let SegmentRequest { newsletter, name, rules } = body.into_inner();
    let now = app.clock.now();
    let segment = save::create(&app, &newsletter, &Wanted { name, rules }, &staff).await?;
    let view = app.db.read(move |conn| view(conn, &segment, Some(now))).await?;
    Ok(HttpResponse::Created().json(view))
}
