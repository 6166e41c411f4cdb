//! The answer to a form that was overtaken (409): both versions side by side, and a choice for each
//! place in which they differ.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde_json::json;

use super::save::Sent;
use crate::app::App;
use crate::db::PublicId;
use crate::error::Result;
use crate::issues::compose::{self, Composition};
use crate::issues::conflict::{self, Choice, Side};
use crate::issues::difference::Change;
use crate::issues::form::{self, Pairs};
use crate::issues::{Content, Issue, freeze, store};
use crate::staff;
use crate::web::Page;

#[derive(Template)]
#[template(path = "issues/pages/conflict.html")]
struct ConflictPage {
    page: Page,
    issue: Issue,
    who: String,
    when: String,
    revision: i32,
    /// The revision that both began with.
    base: i32,
    pairs: Pairs,
    choices: Vec<Choice>,
    /// Places that both changed.
    both: usize,
}

/// Shows both versions.
pub(super) async fn show(
    request: &HttpRequest,
    app: &App,
    id: PublicId,
    sent: Sent,
) -> Result<HttpResponse> {
    let page = Page::new(request);
    if sent.wants_json {
        return Ok(HttpResponse::Conflict().json(json!({ "saved": page.t("composer-conflict") })));
    }
    let number = sent.base.unwrap_or(sent.based_on);
    let (composition, base, who) = app
        .db
        .read(move |conn| {
            let composition = compose::open(conn, id)?;
            // An autosave may have been replaced since: then nobody knows who changed what.
            let base = store::revision(conn, composition.issue.id, number).ok();
            let base = base.map(|base| freeze::content(&base)).transpose()?;
            let who = staff::store::name_of(conn, &composition.revision.saved_by)?;
            Ok((composition, base.map(|content| form::of(&content)), who))
        })
        .await?;
    let Composition { issue, newsletter, revision, content, .. } = composition;
    // As it would be stored, so that it is like the others where nothing was changed.
    let mine = form::read(&sent.pairs);
    let mine = Content::read(&mine).map_or(mine, |content| form::of(&content));
    let choices = conflict::compare(&page, &mine, &form::of(&content), base.as_ref());
    let template = ConflictPage {
        both: choices.iter().filter(|choice| choice.is_both).count(),
        choices,
        when: page.time(&revision.saved_at, &newsletter.zone()),
        who,
        revision: revision.number,
        base: number,
        pairs: sent.pairs,
        issue,
        page,
    };
    let body = template.render().map_err(anyhow::Error::new)?;
    Ok(HttpResponse::build(StatusCode::CONFLICT)
        .content_type("text/html; charset=utf-8")
        .body(body))
}
