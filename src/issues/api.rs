//! `/api/v1/issues`

use actix_web::web::{self, Json};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use super::compose::{self, Composition, Draft, NewIssue};
use super::preflight::Seen;
use super::schedule::{self, At, Plan};
use super::store::{self, Filter};
use super::test_send::{self, To};
use super::{Content, Issue, IssueKind, IssueState, Origin, approve};
use crate::app::App;
use crate::clock::Instant;
use crate::db::PublicId;
use crate::error::{Error, FieldError, Result};
use crate::newsletters::{self, Newsletter};
use crate::staff::Staff;
use crate::web::api::{self, List, Paging};

/// An issue as the API shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct IssueView {
    /// The id.
    #[schema(value_type = uuid::Uuid)]
    pub id: PublicId,
    /// Its name in the archive's addresses.
    pub slug: String,
    /// `ordinary` or `special`.
    #[schema(value_type = String)]
    pub kind: IssueKind,
    /// `draft`, `in_review`, `approved`, `scheduled`, `preparing`, `sending`, `paused`, `sent` or
    /// `cancelled`.
    #[schema(value_type = String)]
    pub state: IssueState,
    /// Why it is paused.
    pub pause_reason: Option<String>,
    /// `here` or `imported`.
    #[schema(value_type = String)]
    pub origin: Origin,
    /// The subject.
    pub subject: String,
    /// The newest revision; an edit names it in `If-Match`.
    pub revision: i32,
    /// When it goes or went, on the newsletter's clock.
    pub send_at_local: Option<String>,
    /// The same moment.
    #[schema(value_type = Option<String>)]
    pub send_at: Option<Instant>,
    /// When its sending began.
    #[schema(value_type = Option<String>)]
    pub started_at: Option<Instant>,
    /// When its last recipient had a final state.
    #[schema(value_type = Option<String>)]
    pub finished_at: Option<Instant>,
    /// The web version, once it is public.
    pub web_version: Option<String>,
}

impl IssueView {
    fn of(app: &App, issue: Issue) -> Self {
        let web_version = issue.published_on.map(|_| app.links.archived(&issue.slug));
        Self {
            id: issue.uuid,
            slug: issue.slug,
            kind: issue.kind,
            state: issue.state,
            pause_reason: issue.pause_reason,
            origin: issue.origin,
            subject: issue.subject,
            revision: issue.current_revision,
            send_at_local: issue.send_at_local,
            send_at: issue.send_at,
            started_at: issue.started_at,
            finished_at: issue.finished_at,
            web_version,
        }
    }
}

/// What became of an issue's recipients.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct DeliveryView {
    /// How many it is for, as counted when its sending began; null before that.
    pub audience: Option<i64>,
    /// Waiting for their first try.
    pub queued: i64,
    /// On the line just now.
    pub in_data: i64,
    /// Taken by the next server.
    pub accepted: i64,
    /// Waiting for another try.
    pub deferred: i64,
    /// Refused for good.
    pub failed: i64,
    /// Not sent, for a reason.
    pub skipped: i64,
    /// Of all of them, those that may have gone out twice.
    pub uncertain: i64,
}

/// An issue with its content and its delivery.
#[derive(Debug, Serialize, ToSchema)]
pub struct WholeIssue {
    /// The issue.
    #[serde(flatten)]
    pub issue: IssueView,
    /// What became of its recipients.
    pub delivery: DeliveryView,
    /// Preheader, theme and blocks.
    #[schema(value_type = Object)]
    pub content: Value,
}

/// Which issues.
#[derive(Debug, Default, Deserialize, IntoParams)]
pub struct Wanted {
    /// `ordinary` or `special`.
    #[param(value_type = Option<String>)]
    kind: Option<IssueKind>,
    /// A state.
    #[param(value_type = Option<String>)]
    state: Option<IssueState>,
}

/// Issues, the newest first.
#[utoipa::path(get, path = "/api/v1/issues", tag = "issues",
    params(Paging, Wanted), responses((status = 200, body = List<IssueView>)))]
pub async fn list(
    app: web::Data<App>,
    paging: web::Query<Paging>,
    wanted: web::Query<Wanted>,
) -> Result<Json<List<IssueView>>> {
    let (after, rows) = (paging.after()?, paging.rows());
    let filter = Filter {
        newsletter: None,
        kind: wanted.kind,
        states: wanted.state.map(|state| vec![state]),
        before: (after > 0).then_some(after),
    };
    let issues = app.db.read(move |conn| Ok(store::list(conn, &filter, rows)?)).await?;
    Ok(Json(paging.page(issues, |issue| issue.id, |issue| IssueView::of(&app, issue))))
}

/// An issue to be: `subject`, `preheader`, `theme` and `blocks` are its content.
#[derive(Deserialize, ToSchema)]
pub struct IssueRequest {
    /// Id or slug.
    #[serde(default)]
    newsletter: String,
    /// `ordinary` or `special`.
    #[schema(value_type = Option<String>)]
    kind: Option<String>,
    /// The rest.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    content: serde_json::Map<String, Value>,
}

impl IssueRequest {
    /// Kind and newsletter are chosen once; an edit may repeat them.
    fn check_fixed(&self, kind: IssueKind, newsletter: &Newsletter) -> Result<()> {
        let mut findings = Vec::new();
        if self.kind.as_deref().is_some_and(|word| word != kind.as_str()) {
            findings.push(FieldError::new("kind", "error-issue-fixed").with("value", kind));
        }
        let uuid = newsletter.uuid.to_string();
        if ![newsletter.slug.as_str(), &uuid, ""].contains(&self.newsletter.as_str()) {
            let finding = FieldError::new("newsletter", "error-issue-fixed");
            findings.push(finding.with("value", &newsletter.slug));
        }
        if findings.is_empty() { Ok(()) } else { Err(Error::Invalid(findings)) }
    }

    fn content(mut self) -> Result<Content> {
        self.content.entry("version").or_insert(json!(1));
        // A block that is named by nobody gets a name.
        if let Some(Value::Array(blocks)) = self.content.get_mut("blocks") {
            for block in blocks.iter_mut().filter_map(Value::as_object_mut) {
                block.entry("id").or_insert_with(|| json!(PublicId::random()));
            }
        }
        Content::read(&Value::Object(self.content)).map_err(Error::Invalid)
    }
}

/// Makes a draft.
#[utoipa::path(post, path = "/api/v1/issues", tag = "issues",
    request_body = IssueRequest, responses((status = 201, body = WholeIssue)))]
pub async fn create(
    app: web::Data<App>,
    staff: Staff,
    body: Json<IssueRequest>,
) -> Result<HttpResponse> {
    let body = body.into_inner();
    let kind = match body.kind.as_deref() {
        None => IssueKind::Ordinary,
        Some(word) => word.parse().map_err(|_| Error::field("kind", "error-choice"))?,
    };
    let name = body.newsletter.clone();
    let newsletter =
        app.db.read(move |conn| Ok(newsletters::store::by_name(conn, &name)?)).await.map_err(
            |error| match error {
                Error::NotFound => Error::field("newsletter", "error-newsletter"),
                other => other,
            },
        )?;
    let new = NewIssue { newsletter: newsletter.id, kind, content: body.content()? };
    let issue = compose::create(&app, new, &staff.actor()).await?;
    let revision = issue.current_revision;
    let whole = whole(&app, issue.uuid).await?;
    Ok(HttpResponse::Created().insert_header(api::etag(revision)).json(whole))
}

pub(super) async fn whole(app: &App, id: PublicId) -> Result<WholeIssue> {
    let (Composition { issue, content, .. }, copies) = app
        .db
        .read(move |conn| {
            let composition = compose::open(conn, id)?;
            let copies = store::copies(conn, composition.issue.id)?;
            let uncertain = store::uncertain_copies(conn, composition.issue.id)?;
            Ok((composition, (copies, uncertain)))
        })
        .await?;
    let (copies, uncertain) = copies;
    let mut delivery =
        DeliveryView { audience: issue.audience_count, uncertain, ..Default::default() };
    for (state, count) in copies {
        match state.as_str() {
            "queued" => delivery.queued = count,
            "in_data" => delivery.in_data = count,
            "accepted" => delivery.accepted = count,
            "deferred" => delivery.deferred = count,
            "failed" => delivery.failed = count,
            _ => delivery.skipped = count,
        }
    }
    let content = content.to_json();
    Ok(WholeIssue { issue: IssueView::of(app, issue), delivery, content })
}

/// One issue, with its content and its delivery.
#[utoipa::path(get, path = "/api/v1/issues/{id}", tag = "issues",
    params(("id" = uuid::Uuid, Path)), responses((status = 200, body = WholeIssue)))]
pub async fn show(app: web::Data<App>, id: web::Path<PublicId>) -> Result<HttpResponse> {
    let whole = whole(&app, *id).await?;
    Ok(HttpResponse::Ok().insert_header(api::etag(whole.issue.revision)).json(whole))
}

/// Puts other content in the place of a draft's. `If-Match` names the revision it builds on.
#[utoipa::path(put, path = "/api/v1/issues/{id}", tag = "issues",
    params(("id" = uuid::Uuid, Path)), request_body = IssueRequest,
    responses((status = 200, body = WholeIssue), (status = 412)))]
pub async fn edit(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
    body: Json<IssueRequest>,
) -> Result<HttpResponse> {
    let based_on = api::if_match(&request)?;
    let uuid = *id;
    let (current, newsletter) = app
        .db
        .read(move |conn| {
            let current = store::by_uuid(conn, uuid)?;
            let newsletter = newsletters::store::find(conn, current.newsletter)?;
            Ok((current, newsletter))
        })
        .await?;
    body.check_fixed(current.kind, &newsletter)?;
    let draft = Draft { content: body.into_inner().content()?, based_on, autosave: false };
    let issue = compose::save(&app, *id, draft, &staff.actor()).await?;
    let whole = whole(&app, issue.uuid).await?;
    Ok(HttpResponse::Ok().insert_header(api::etag(whole.issue.revision)).json(whole))
}

/// When.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct When {
    /// `YYYY-MM-DDTHH:MM` on the newsletter's clock; at once when not given.
    at: Option<String>,
    /// `+02:00` or `+01:00`, for a time that comes twice.
    offset: Option<String>,
    /// The codes of the warnings that somebody has seen; another warning is an error then. When
    /// not given, all warnings are accepted, and the answer has them.
    accept_warnings: Option<Vec<String>>,
}

/// A warning of the preflight that was accepted.
#[derive(Debug, Serialize, ToSchema)]
pub struct WarningView {
    /// What it is.
    pub code: String,
    /// The field of the content that it is about; empty for the whole.
    pub field: String,
    /// The block that it is about.
    #[schema(value_type = Option<uuid::Uuid>)]
    pub block: Option<PublicId>,
    /// Who accepted it.
    pub seen_by: String,
}

/// An issue, and the warnings that were accepted for it.
#[derive(Debug, Serialize, ToSchema)]
pub struct AcceptedIssue {
    /// The issue.
    #[serde(flatten)]
    pub issue: WholeIssue,
    /// The warnings.
    pub warnings: Vec<WarningView>,
}

async fn accepted(app: &App, id: PublicId) -> Result<Json<AcceptedIssue>> {
    let kept = app
        .db
        .read(move |conn| {
            let issue = store::by_uuid(conn, id)?;
            Ok(store::preflight(conn, issue.id)?)
        })
        .await?;
    let kept = kept.map_or(Value::Null, |kept| kept.0);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let warnings = kept["found"].as_array().into_iter().flatten();
    let warnings = warnings.filter(|found| found["level"] == "warn").map(|found| WarningView {
        code: text(&found["code"]),
        field: text(&found["field"]),
        block: found["block"].as_str().and_then(|id| id.parse().ok()),
        seen_by: text(&found["seen_by"]),
    });
    Ok(Json(AcceptedIssue { warnings: warnings.collect(), issue: whole(app, id).await? }))
}

/// Schedules an issue.
#[utoipa::path(post, path = "/api/v1/issues/{id}/schedule", tag = "issues",
    params(("id" = uuid::Uuid, Path)), request_body = When,
    responses((status = 200, body = AcceptedIssue), (status = 422)))]
pub async fn plan(
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
    when: Json<When>,
) -> Result<Json<AcceptedIssue>> {
    let When { at, offset, accept_warnings } = when.into_inner();
    let at = at.as_deref().map_or(At::Now, |at| At::Local(at, offset.as_deref()));
    let seen = accept_warnings.map_or(Seen::All, Seen::Codes);
    schedule::schedule(&app, *id, &Plan { at, seen, typed: None, looked_at: None }, &staff).await?;
    accepted(&app, *id).await
}

/// Approves the current revision; where a second person is asked for, a token is refused. All
/// warnings are accepted, and the answer has them.
#[utoipa::path(post, path = "/api/v1/issues/{id}/approve", tag = "issues",
    params(("id" = uuid::Uuid, Path)), responses((status = 200, body = AcceptedIssue)))]
pub async fn approve(
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
) -> Result<Json<AcceptedIssue>> {
    approve::approve(&app, *id, None, &Seen::All, &staff).await?;
    accepted(&app, *id).await
}

/// Takes a schedule or an approval back.
#[utoipa::path(post, path = "/api/v1/issues/{id}/unschedule", tag = "issues",
    params(("id" = uuid::Uuid, Path)), responses((status = 200, body = WholeIssue)))]
pub async fn unschedule(
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
) -> Result<Json<WholeIssue>> {
    schedule::unschedule(&app, *id, &staff).await?;
    Ok(Json(whole(&app, *id).await?))
}

/// To whom: an address or a group.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TestTo {
    /// An address.
    to: Option<String>,
    /// The id of a saved group of the issue's newsletter.
    #[schema(value_type = Option<uuid::Uuid>)]
    group: Option<PublicId>,
}

/// Sends a test, a copy an address.
#[utoipa::path(post, path = "/api/v1/issues/{id}/test", tag = "issues",
    params(("id" = uuid::Uuid, Path)), request_body = TestTo, responses((status = 204)))]
pub async fn test(
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
    to: Json<TestTo>,
) -> Result<HttpResponse> {
    let to = match to.into_inner() {
        TestTo { to: Some(to), group: None } => To::Address(to),
        TestTo { to: None, group: Some(group) } => To::Group(group),
        TestTo { to: None, group: None } => return Err(Error::field("to", "error-required")),
        TestTo { .. } => return Err(Error::field("group", "error-test-both")),
    };
    test_send::send(&app, *id, &to, &staff).await?;
    Ok(HttpResponse::NoContent().finish())
}
