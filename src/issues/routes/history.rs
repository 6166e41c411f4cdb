//! `/admin/issues/{id}/history`: every version of an issue, what differs between two of them, and
//! the way back to one.

use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono_tz::Tz;
use serde::Deserialize;

use crate::app::App;
use crate::db::{DbConn, PublicId};
use crate::error::Result;
use crate::issues::difference::{self, Mark, Place};
use crate::issues::store::{self, Entry};
use crate::issues::{Issue, form, freeze, restore};
use crate::newsletters;
use crate::staff::{self, Staff};
use crate::web::{Page, html, see_other};

/// Versions on a page of the list.
const MOST: i64 = 50;

/// A version in the list.
struct Line {
    number: i32,
    when: String,
    who: String,
    is_autosave: bool,
    is_current: bool,
    is_approved: bool,
    /// When the same words had been saved before.
    same_as: Option<String>,
    /// The version before it.
    before: Option<i32>,
    /// What is compared.
    is_from: bool,
    is_to: bool,
}

/// What differs between two versions.
struct Comparison {
    from_when: String,
    to_when: String,
    places: Vec<Place>,
}

#[derive(Template)]
#[template(path = "issues/pages/history.html")]
struct HistoryPage {
    page: Page,
    issue: Issue,
    name: String,
    lines: Vec<Line>,
    comparison: Option<Comparison>,
    /// The last number of this page, when another one follows.
    older: Option<i32>,
    zone: String,
}

/// What the address says.
#[derive(Deserialize)]
pub struct Asked {
    from: Option<i32>,
    to: Option<i32>,
    before: Option<i32>,
}

fn name(page: &Page, issue: &Issue) -> String {
    match issue.subject.is_empty() {
        true => page.t("issue-untitled"),
        false => issue.subject.clone(),
    }
}

/// `GET /admin/issues/{id}/history`
pub async fn list(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<PublicId>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let (id, asked) = (id.into_inner(), asked.into_inner());
    let page = Page::new(&request);
    let (issue, zone, mut entries, versions, names) = app
        .db
        .read(move |conn| {
            let issue = store::by_uuid(conn, id)?;
            let zone = newsletters::store::find(conn, issue.newsletter)?.zone();
            let entries = store::history(conn, issue.id, asked.before, MOST + 1)?;
            let to = asked.to.or(entries.first().map(|entry| entry.number));
            let before = |to| entries.iter().map(|e| e.number).find(|number| *number < to);
            let from = asked.from.or(to.and_then(before));
            let versions = match (from, to) {
                (Some(from), Some(to)) => {
                    Some((version(conn, &issue, from)?, version(conn, &issue, to)?))
                }
                _ => None,
            };
            let actors = entries.iter().map(|entry| entry.saved_by.as_str());
            let names = staff::store::names(conn, actors)?;
            Ok((issue, zone, entries, versions, names))
        })
        .await?;
    let most = usize::try_from(MOST).unwrap_or(usize::MAX);
    let older = (entries.len() > most).then(|| entries[most - 1].number);
    let shown = versions.as_ref().map(|(from, to)| (from.0.number, to.0.number));
    let lines = lines(&page, &issue, &entries, shown, &zone, &names);
    entries.truncate(most);
    let lines = lines.into_iter().take(most).collect();
    let comparison = versions.map(|(from, to)| Comparison {
        from_when: page.time(&from.0.saved_at, &zone),
        to_when: page.time(&to.0.saved_at, &zone),
        places: difference::compare(&page, &from.1, &to.1),
    });
    let name = name(&page, &issue);
    html(&HistoryPage { name, lines, comparison, older, zone: page.zone(&zone), issue, page })
}

/// A version with its content as it is edited.
fn version(
    conn: &mut DbConn,
    issue: &Issue,
    number: i32,
) -> Result<(store::Revision, serde_json::Value)> {
    let revision = store::revision(conn, issue.id, number)?;
    let content = form::of(&freeze::content(&revision)?);
    Ok((revision, content))
}

fn lines(
    page: &Page,
    issue: &Issue,
    entries: &[Entry],
    shown: Option<(i32, i32)>,
    zone: &Tz,
    names: &HashMap<String, String>,
) -> Vec<Line> {
    // The oldest with the same words.
    let mut first: HashMap<&str, &Entry> = HashMap::new();
    for entry in entries {
        first.insert(&entry.hash, entry);
    }
    let same_as =
        |entry: &Entry| first.get(entry.hash.as_str()).filter(|first| first.number != entry.number);
    let before = entries.iter().skip(1).map(|entry| Some(entry.number)).chain([None]);
    entries
        .iter()
        .zip(before)
        .map(|(entry, before)| Line {
            number: entry.number,
            when: page.time(&entry.saved_at, zone),
            who: names.get(&entry.saved_by).unwrap_or(&entry.saved_by).clone(),
            is_autosave: entry.autosave,
            is_current: entry.number == issue.current_revision,
            is_approved: Some(entry.number) == issue.approved_revision,
            same_as: same_as(entry).map(|first| page.time(&first.saved_at, zone)),
            before,
            is_from: shown.is_some_and(|(from, _)| from == entry.number),
            is_to: shown.is_some_and(|(_, to)| to == entry.number),
        })
        .collect()
}

#[derive(Template)]
#[template(path = "issues/pages/history_version.html")]
struct VersionPage {
    page: Page,
    issue: Issue,
    name: String,
    number: i32,
    when: String,
    who: String,
    subject: String,
    preheader: String,
}

/// `GET /admin/issues/{id}/history/{number}`: an old version as its readers would have got it.
pub async fn show(
    request: HttpRequest,
    app: web::Data<App>,
    path: web::Path<(PublicId, i32)>,
) -> Result<HttpResponse> {
    let (id, number) = path.into_inner();
    let page = Page::new(&request);
    let (issue, zone, revision, content, who) = app
        .db
        .read(move |conn| {
            let issue = store::by_uuid(conn, id)?;
            let zone = newsletters::store::find(conn, issue.newsletter)?.zone();
            let revision = store::revision(conn, issue.id, number)?;
            let content = freeze::content(&revision)?;
            let who = staff::store::name_of(conn, &revision.saved_by)?;
            Ok((issue, zone, revision, content, who))
        })
        .await?;
    html(&VersionPage {
        name: name(&page, &issue),
        number,
        when: page.time(&revision.saved_at, &zone),
        who,
        subject: content.subject.without_name(),
        preheader: content.preheader.without_name(),
        issue,
        page,
    })
}

/// The revision that the page showed as the newest.
#[derive(Deserialize)]
pub struct Restore {
    revision: i32,
}

/// `POST /admin/issues/{id}/history/{number}`
pub async fn restore(
    app: web::Data<App>,
    staff: Staff,
    path: web::Path<(PublicId, i32)>,
    form: web::Form<Restore>,
) -> Result<HttpResponse> {
    let (id, number) = path.into_inner();
    restore::restore(&app, id, number, form.revision, &staff.actor()).await?;
    Ok(see_other(format!("/admin/issues/{id}/history?done=restored")))
}
