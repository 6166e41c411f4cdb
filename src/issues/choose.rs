//! Choosing who gets an issue: segments and newsletters, or neither, which is everyone.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::audience::{Audience, Copied};
use super::store;
use super::{Issue, IssueState};
use crate::app::App;
use crate::db::{DbConn, Json, PublicId};
use crate::error::{Error, FieldError, Result};
use crate::newsletters::{self, Newsletter};
use crate::segments::{self, Segment, sentence};
use crate::staff::{self, Staff};
use crate::web::Texts;

/// Most segments and newsletters of an issue, of each kind: with all their values they stay below
/// what SQLite binds to one statement.
const MOST: usize = 5;

/// What is chosen, by ids. Nothing is everyone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Choice {
    /// Only those whom one of these segments picks.
    #[schema(value_type = Vec<uuid::Uuid>)]
    pub only: Vec<PublicId>,
    /// But none of those whom one of these segments picks.
    #[schema(value_type = Vec<uuid::Uuid>)]
    pub except: Vec<PublicId>,
    /// Only those who subscribe to one of these newsletters too.
    #[schema(value_type = Vec<uuid::Uuid>)]
    pub only_newsletters: Vec<PublicId>,
    /// But none of those who subscribe to one of these newsletters too.
    #[schema(value_type = Vec<uuid::Uuid>)]
    pub except_newsletters: Vec<PublicId>,
}

impl From<&Audience> for Choice {
    fn from(audience: &Audience) -> Self {
        let ids = |copied: &[Copied]| copied.iter().map(|one| one.segment).collect();
        Self {
            only: ids(&audience.only),
            except: ids(&audience.except),
            only_newsletters: audience.only_newsletters.clone(),
            except_newsletters: audience.except_newsletters.clone(),
        }
    }
}

/// Chooses who gets an issue, with the rules that the segments have now. One that was approved or
/// waits for its second person is a draft again, unless nothing changes by it.
///
/// # Errors
/// [`Error::Conflict`] when the issue is not being written, or corrects another one, whose
/// recipients it has; [`Error::Invalid`] when a choice is not there, or contradicts another one.
pub async fn choose(app: &App, uuid: PublicId, choice: &Choice, staff: &Staff) -> Result<Issue> {
    let (choice, actor, now) = (choice.clone(), staff.actor(), app.clock.now());
    app.db
        .write(move |conn| {
            let issue = store::by_uuid(conn, uuid)?;
            store::lock(conn, issue.id)?;
            let issue = store::find(conn, issue.id)?;
            let before = Audience::read(&issue.audience)?;
            if !issue.is_open() {
                return Err(Error::Conflict("error-issue-locked"));
            }
            if before.sent.is_some() {
                return Err(Error::Conflict("error-audience-correction"));
            }
            let audience = read(conn, &issue, &choice)?;
            if audience == before {
                return Ok(issue);
            }
            let rules = serde_json::to_value(&audience).map_err(anyhow::Error::new)?;
            store::back_to_draft(
                conn,
                issue.id,
                &[IssueState::InReview, IssueState::Approved],
                now,
            )?;
            store::set_audience(conn, issue.id, Json(rules))?;
            // Whoever saw a warning saw it for other recipients.
            store::forget_overrides(conn, issue.id)?;
            let used: Vec<PublicId> = audience.segments().map(|one| one.segment).collect();
            segments::store::use_in(conn, issue.id, &used)?;
            let subject = format!("issue {uuid}");
            let details = json!({ "audience": choice });
            staff::store::audit(conn, &actor, "issue.audience", &subject, details, now)?;
            Ok(store::find(conn, issue.id)?)
        })
        .await
}

fn read(conn: &mut DbConn, issue: &Issue, choice: &Choice) -> Result<Audience> {
    let mut findings = Vec::new();
    let Choice { only, except, only_newsletters, except_newsletters } = choice;
    for (field, ids) in [
        ("only", only),
        ("except", except),
        ("only_newsletters", only_newsletters),
        ("except_newsletters", except_newsletters),
    ] {
        if ids.len() > MOST {
            findings.push(FieldError::new(field, "error-segment-many").with("most", MOST));
        }
    }
    let both = |some: &[PublicId], others: &[PublicId]| some.iter().any(|id| others.contains(id));
    if both(only, except) {
        findings.push(FieldError::new("except", "error-audience-both"));
    }
    if both(only_newsletters, except_newsletters) {
        findings.push(FieldError::new("except_newsletters", "error-audience-both"));
    }
    let known: HashMap<PublicId, Segment> = segments::store::all(conn, issue.newsletter)?
        .into_iter()
        .map(|segment| (segment.uuid, segment))
        .collect();
    let others: Vec<PublicId> = newsletters::store::all(conn)?
        .into_iter()
        .filter(|newsletter| newsletter.id != issue.newsletter)
        .map(|newsletter| newsletter.uuid)
        .collect();
    let mut copied = |field: &str, ids: &[PublicId]| {
        let mut copied = Vec::new();
        for id in ids {
            match known.get(id) {
                Some(segment) => copied.push(Copied {
                    segment: *id,
                    name: segment.name.clone(),
                    rules: segment.rules()?,
                }),
                None => findings.push(FieldError::new(field, "error-audience-gone")),
            }
        }
        Ok::<_, Error>(copied)
    };
    let (only, except) = (copied("only", only)?, copied("except", except)?);
    for (field, ids) in
        [("only_newsletters", only_newsletters), ("except_newsletters", except_newsletters)]
    {
        if ids.iter().any(|id| !others.contains(id)) {
            findings.push(FieldError::new(field, "error-audience-gone"));
        }
    }
    match findings.is_empty() {
        true => Ok(Audience {
            sent: None,
            only,
            except,
            only_newsletters: only_newsletters.clone(),
            except_newsletters: except_newsletters.clone(),
        }),
        false => Err(Error::Invalid(findings)),
    }
}

/// The names of the segments that have changed, or are gone, since an audience took their rules.
pub fn changed_segments(
    conn: &mut DbConn,
    newsletter: i64,
    audience: &Audience,
) -> Result<Vec<String>> {
    if audience.segments().next().is_none() {
        return Ok(Vec::new());
    }
    let now = segments::store::all(conn, newsletter)?;
    let mut changed = Vec::new();
    for copied in audience.segments() {
        let same = now.iter().find(|segment| segment.uuid == copied.segment);
        if same.map(Segment::rules).transpose()?.as_ref() != Some(&copied.rules) {
            changed.push(copied.name.clone());
        }
    }
    Ok(changed)
}

/// An audience in sentences; none when it is everyone.
pub fn words(
    audience: &Audience,
    newsletters: &[Newsletter],
    subjects: &sentence::Subjects,
    texts: Texts,
) -> Vec<String> {
    let or = format!(" {} ", texts.get("segment-or"));
    let quoted = |name: &str| texts.t1("segment-quoted", "text", name);
    let mut said = Vec::new();
    for (key, copied) in [("audience-only", &audience.only), ("audience-except", &audience.except)]
    {
        for one in copied {
            let rules = sentence::of(&one.rules, subjects, texts);
            said.push(texts.t2(key, "name", quoted(&one.name), "rules", rules));
        }
    }
    for (key, ids) in [
        ("audience-only-newsletters", &audience.only_newsletters),
        ("audience-except-newsletters", &audience.except_newsletters),
    ] {
        let names: Vec<String> = ids
            .iter()
            .filter_map(|id| newsletters.iter().find(|newsletter| newsletter.uuid == *id))
            .map(|newsletter| quoted(&newsletter.title))
            .collect();
        if !names.is_empty() {
            said.push(texts.t1(key, "names", names.join(&or)));
        }
    }
    said
}

/// The subjects of the issues that an audience's rules name.
pub fn subjects(conn: &mut DbConn, audience: &Audience) -> Result<sentence::Subjects> {
    let ids: Vec<PublicId> = audience.segments().flat_map(|one| one.rules.issues()).collect();
    Ok(segments::store::subjects(conn, &ids)?.into_iter().collect())
}
