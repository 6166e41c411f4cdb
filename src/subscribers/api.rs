//! `/api/v1/subscribers` and `/api/v1/newsletters/{id}/count`

use actix_web::web::{self, Json};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::ledger::{self, Basis};
use super::stated::{self, Statement};
use super::store::lists;
use super::{LeadershipGroup, Scope, Sector, Subscriber, Subscription, SubscriptionState, store};
use crate::app::App;
use crate::clock::Instant;
use crate::db::PublicId;
use crate::error::{Error, Result};
use crate::newsletters::{self, Newsletter};
use crate::staff::Staff;
use crate::web::Lang;
use crate::web::api::{List, Paging};

/// On which day.
#[derive(Debug, Deserialize, IntoParams)]
pub struct On {
    /// `YYYY-MM-DD` in the newsletter's zone; today when not given.
    on: Option<NaiveDate>,
}

/// A number of subscribers.
#[derive(Debug, Serialize, ToSchema)]
pub struct CountView {
    /// The day, at whose end they were counted.
    pub on: NaiveDate,
    /// How many; null when nobody knows.
    pub subscribers: Option<i64>,
    /// `counted` from the ledger, `stated` by somebody, or `unknown`.
    #[schema(value_type = String)]
    pub basis: Basis,
    /// Who stated it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// By level of leadership, when they were counted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub leadership_groups: Vec<ShareView>,
    /// By sector, when they were counted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sectors: Vec<ShareView>,
}

/// Some of the subscribers of a day.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ShareView {
    /// The word for them; null for those who have not said.
    pub of: Option<&'static str>,
    /// How many.
    pub subscribers: i64,
}

/// How many subscribers there were at the end of a day.
#[utoipa::path(get, path = "/api/v1/newsletters/{id}/count", tag = "newsletters",
    params(("id" = String, Path, description = "id or slug"), On),
    responses((status = 200, body = CountView), (status = 422)))]
pub async fn count(
    app: web::Data<App>,
    id: web::Path<String>,
    day: web::Query<On>,
) -> Result<Json<CountView>> {
    let now = app.clock.now();
    app.db
        .read(move |conn| {
            let newsletter = newsletters::store::by_name(conn, &id)?;
            let today = now.day_in(newsletter.zone());
            let on = day.on.unwrap_or(today);
            if on > today {
                return Err(Error::field("on", "error-day-future"));
            }
            let (count, shares) = ledger::count_and_shares_on(conn, newsletter.id, on)?;
            Ok(Json(CountView {
                on,
                subscribers: count.subscribers,
                basis: count.basis,
                source: count.source,
                leadership_groups: shares
                    .groups
                    .into_iter()
                    .map(|(of, subscribers)| ShareView {
                        of: of.map(|it| it.as_str()),
                        subscribers,
                    })
                    .collect(),
                sectors: shares
                    .sectors
                    .into_iter()
                    .map(|(of, subscribers)| ShareView {
                        of: of.map(|it| it.as_str()),
                        subscribers,
                    })
                    .collect(),
            }))
        })
        .await
}

/// A number for a day before the register begins.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StatedBody {
    /// The day at whose end there were so many.
    pub on: NaiveDate,
    /// How many.
    pub subscribers: i64,
    /// Where the number is from.
    pub source: String,
}

/// States how many subscribers there were on a day before the register begins.
#[utoipa::path(put, path = "/api/v1/newsletters/{id}/count", tag = "newsletters",
    params(("id" = String, Path, description = "id or slug")), request_body = StatedBody,
    responses((status = 200, body = CountView), (status = 422)))]
pub async fn state(
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<String>,
    body: Json<StatedBody>,
) -> Result<Json<CountView>> {
    let StatedBody { on, subscribers, source } = body.into_inner();
    let find = move |conn: &mut _| Ok(newsletters::store::by_name(conn, &id)?);
    let newsletter = app.db.read(find).await?;
    let said = Statement { day: on, subscribers, source: source.trim().to_owned() };
    stated::state(&app, newsletter, said.clone(), staff.actor()).await.map_err(api_names)?;
    let (subscribers, source) = (Some(said.subscribers), Some(said.source));
    let (leadership_groups, sectors) = (vec![], vec![]);
    let basis = Basis::Stated;
    Ok(Json(CountView { on, subscribers, basis, source, leadership_groups, sectors }))
}

/// The field `day` is `on` here.
fn api_names(error: Error) -> Error {
    let Error::Invalid(mut errors) = error else { return error };
    for error in errors.iter_mut().filter(|error| error.field == "day") {
        error.field = "on".to_owned();
    }
    Error::Invalid(errors)
}

/// A person in the register as the API shows them.
#[derive(Debug, Serialize, ToSchema)]
pub struct SubscriberView {
    /// The id.
    #[schema(value_type = uuid::Uuid)]
    pub id: PublicId,
    /// The address as it was typed.
    pub email: String,
    /// The name.
    pub name: Option<String>,
    /// The workplace.
    pub organisation: Option<String>,
    /// `kommune`, `region`, `stat` or `anden`.
    #[schema(value_type = Option<String>)]
    pub sector: Option<Sector>,
    /// `1`, `2`, `3` or `andet`.
    #[schema(value_type = Option<String>)]
    pub leadership_group: Option<LeadershipGroup>,
    /// `da` or `en`.
    #[schema(value_type = String)]
    pub language: Lang,
    /// What ties the person to newsletters.
    pub subscriptions: Vec<SubscriptionView>,
}

/// A subscription as the API shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct SubscriptionView {
    /// The newsletter's slug.
    pub newsletter: String,
    /// `pending`, `active`, `paused` or `ended`.
    #[schema(value_type = String)]
    pub state: SubscriptionState,
    /// `all`, `ordinary` or `specials`.
    #[schema(value_type = String)]
    pub scope: Scope,
    /// Where it came from.
    pub source: String,
    /// When it was asked for.
    #[schema(value_type = String)]
    pub requested_at: Instant,
    /// When it was confirmed.
    #[schema(value_type = Option<String>)]
    pub confirmed_at: Option<Instant>,
    /// When it ended.
    #[schema(value_type = Option<String>)]
    pub ended_at: Option<Instant>,
}

fn view(person: Subscriber, subscriptions: Vec<(Subscription, Newsletter)>) -> SubscriberView {
    let subscriptions = subscriptions
        .into_iter()
        .map(|(subscription, newsletter)| SubscriptionView {
            newsletter: newsletter.slug,
            state: subscription.state,
            scope: subscription.scope,
            source: subscription.source,
            requested_at: subscription.requested_at,
            confirmed_at: subscription.confirmed_at,
            ended_at: subscription.ended_at,
        })
        .collect();
    SubscriberView {
        id: person.uuid,
        email: person.email,
        name: person.name,
        organisation: person.organisation,
        sector: person.sector,
        leadership_group: person.leadership_group,
        language: person.language,
        subscriptions,
    }
}

/// Which subscribers.
#[derive(Debug, Default, Deserialize, IntoParams)]
pub struct Filter {
    /// Only this address.
    email: Option<String>,
}

/// The register, the oldest entry first.
#[utoipa::path(get, path = "/api/v1/subscribers", tag = "subscribers",
    params(Paging, Filter), responses((status = 200, body = List<SubscriberView>)))]
pub async fn list(
    app: web::Data<App>,
    paging: web::Query<Paging>,
    filter: web::Query<Filter>,
) -> Result<Json<List<SubscriberView>>> {
    let (after, rows) = (paging.after()?, paging.rows());
    let key = match filter.into_inner().email {
        Some(email) => {
            let address = crate::mail::EmailAddress::parse(&email);
            Some(address.map_err(|error| Error::field("email", error.code()))?.key())
        }
        None => None,
    };
    let people = app
        .db
        .read(move |conn| {
            let people = match key {
                Some(key) => store::register::by_key(conn, &key)?.into_iter().collect(),
                None => lists::after(conn, after, rows)?,
            };
            let mut with = Vec::with_capacity(people.len());
            for person in people {
                let subscriptions = store::register::subscriptions_of(conn, person.id)?;
                with.push((person, subscriptions));
            }
            Ok(with)
        })
        .await?;
    Ok(Json(paging.page(people, |(person, _)| person.id, |(person, of)| view(person, of))))
}

/// One person.
#[utoipa::path(get, path = "/api/v1/subscribers/{id}", tag = "subscribers",
    params(("id" = uuid::Uuid, Path)), responses((status = 200, body = SubscriberView)))]
pub async fn show(app: web::Data<App>, id: web::Path<PublicId>) -> Result<Json<SubscriberView>> {
    app.db
        .read(move |conn| {
            let person = store::register::by_uuid(conn, *id)?;
            let subscriptions = store::register::subscriptions_of(conn, person.id)?;
            Ok(Json(view(person, subscriptions)))
        })
        .await
}
