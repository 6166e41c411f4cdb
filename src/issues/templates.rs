//! Templates: content that new issues begin with.

use diesel::prelude::*;

use super::compose::{self, NewIssue};
use super::content::{Content, LINE_LIMIT};
use super::{Issue, IssueKind, Origin, store, text};
use crate::app::App;
use crate::clock::Instant;
use crate::db::schema::templates;
use crate::db::{DbConn, Json, PublicId};
use crate::error::{Error, FieldError, Result};
use crate::staff;

/// A template.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = templates)]
pub struct IssueTemplate {
    /// Inside.
    pub id: i64,
    /// Outside.
    pub uuid: PublicId,
    /// For issues of which newsletter.
    pub newsletter: i64,
    /// What people call it.
    pub name: String,
    /// Ordinary or special.
    pub kind: IssueKind,
    /// [`Content`] as JSON; it may have holes, as a draft may.
    pub content: Json,
    /// Who made it.
    pub made_by: String,
    /// When.
    pub made_at: Instant,
    /// When it was removed; it can be brought back.
    pub removed_at: Option<Instant>,
}

impl IssueTemplate {
    /// What an issue begins with: the blocks are new ones, because clicks are counted by block.
    pub fn fresh(&self) -> Result<Content> {
        let content = Content::read(&self.content.0)
            .map_err(|_| anyhow::anyhow!("template {} cannot be read", self.uuid))?;
        Ok(compose::with_new_blocks(content))
    }
}

/// Reads a name that people gave.
pub fn name(name: &str) -> Result<String> {
    let name = text::line(name);
    if name.is_empty() {
        return Err(Error::field("name", "error-required"));
    }
    if name.chars().count() > LINE_LIMIT {
        let error = FieldError::new("name", "error-too-long").with("most", LINE_LIMIT);
        return Err(Error::Invalid(vec![error]));
    }
    Ok(name)
}

/// Makes a template of what an issue contains now.
pub async fn save(app: &App, issue: PublicId, called: &str, actor: &str) -> Result<IssueTemplate> {
    let (called, actor, now) = (name(called)?, actor.to_owned(), app.clock.now());
    app.db
        .write(move |conn| {
            let compose::Composition { issue, mut content, .. } = compose::open(conn, issue)?;
            if let Some(theme) = &mut content.theme {
                theme.number = None;
            }
            let content = Json(content.to_json());
            let new = store::NewTemplate {
                newsletter: issue.newsletter,
                name: &called,
                kind: issue.kind,
                content,
            };
            let template = store::insert_template(conn, &new, &actor, now)?;
            audit(conn, &actor, "template.create", &template, now)?;
            Ok(template)
        })
        .await
}

/// Gives a template another name.
pub async fn rename(app: &App, template: PublicId, called: &str, actor: &str) -> Result<()> {
    let (called, actor, now) = (name(called)?, actor.to_owned(), app.clock.now());
    app.db
        .write(move |conn| {
            let template = store::template(conn, template)?;
            store::rename_template(conn, template.id, &called)?;
            let template = IssueTemplate { name: called, ..template };
            audit(conn, &actor, "template.rename", &template, now)
        })
        .await
}

/// Removes a template, or brings it back.
pub async fn set_removed(app: &App, id: PublicId, removed: bool, actor: &str) -> Result<()> {
    let (actor, now) = (actor.to_owned(), app.clock.now());
    app.db
        .write(move |conn| {
            let template = store::template(conn, id)?;
            store::set_template_removed(conn, template.id, removed.then_some(now))?;
            let action = if removed { "template.remove" } else { "template.restore" };
            audit(conn, &actor, action, &template, now)
        })
        .await
}

/// Makes an issue that begins with a template.
pub async fn begin(app: &App, id: PublicId, actor: &str) -> Result<Issue> {
    let (actor, now) = (actor.to_owned(), app.clock.now());
    compose::with_free_slug(app, move |conn| {
        let template = store::template(conn, id)?;
        let mut content = template.fresh()?;
        compose::propose_number(conn, template.newsletter, &mut content)?;
        let new = NewIssue { newsletter: template.newsletter, kind: template.kind, content };
        compose::insert(conn, new, Origin::Here, &actor, now)
    })
    .await
}

fn audit(
    conn: &mut DbConn,
    actor: &str,
    action: &str,
    template: &IssueTemplate,
    now: Instant,
) -> Result<()> {
    let (subject, details) =
        (format!("template {}", template.uuid), serde_json::json!({ "name": template.name }));
    Ok(staff::store::audit(conn, actor, action, &subject, details, now)?)
}
