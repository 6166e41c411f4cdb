//! The public archive: what was sent, and what was brought in as history, as web pages.

use chrono::NaiveDate;

use super::compose::{self, NewIssue};
use super::store::{self, Rendition};
use super::{Content, Frame, Issue, IssueKind, Origin, freeze, web_version};
use crate::app::App;
use crate::db::DbConn;
use crate::error::{Error, Result};
use crate::newsletters::{self, Newsletter};

/// An issue that is public.
pub struct Archived {
    /// The issue.
    pub issue: Issue,
    /// Its newsletter.
    pub newsletter: Newsletter,
    /// What was approved; its web version is what the archive shows.
    pub rendition: Rendition,
    /// The public issue right before it.
    pub before: Option<Issue>,
    /// The public issue right after it.
    pub after: Option<Issue>,
}

/// A public issue by its slug.
pub fn open(conn: &mut DbConn, slug: &str) -> Result<Archived> {
    let issue = store::published_by_slug(conn, slug)?;
    let newsletter = newsletters::store::find(conn, issue.newsletter)?;
    let hash = issue.rendition.clone().ok_or(Error::NotFound)?;
    let rendition = store::rendition(conn, &hash)?;
    let day = issue.published_on.ok_or(Error::NotFound)?;
    let (before, after) = store::neighbours(conn, &issue, day)?;
    Ok(Archived { issue, newsletter, rendition, before, after })
}

/// The colours of a public issue, as a stylesheet.
pub fn theme_css(conn: &mut DbConn, slug: &str) -> Result<String> {
    let issue = store::published_by_slug(conn, slug)?;
    let number = issue.approved_revision.unwrap_or(issue.current_revision);
    let revision = store::revision(conn, issue.id, number)?;
    Ok(web_version::theme_css(&freeze::content(&revision)?))
}

/// What the archive's list shows.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// Ordinary ones or special editions only.
    pub kind: Option<IssueKind>,
    /// Words that the subject must contain, in any case.
    pub words: String,
}

/// A year, and its issues with their days.
pub type Year = (i32, Vec<(NaiveDate, Issue)>);

/// Public issues by year, the newest first.
pub fn years(conn: &mut DbConn, search: &Search) -> Result<Vec<Year>> {
    use chrono::Datelike;
    let words: Vec<String> = search.words.split_whitespace().map(str::to_lowercase).collect();
    let mut years: Vec<Year> = Vec::new();
    for issue in store::published(conn)? {
        let Some(day) = issue.published_on else { continue };
        let subject = issue.subject.to_lowercase();
        let is_wanted = search.kind.is_none_or(|kind| kind == issue.kind)
            && words.iter().all(|word| subject.contains(word));
        if !is_wanted {
            continue;
        }
        match years.last_mut() {
            Some((year, issues)) if *year == day.year() => issues.push((day, issue)),
            _ => years.push((day.year(), vec![(day, issue)])),
        }
    }
    Ok(years)
}

/// An issue from before this service, to be shown as history.
pub struct Historical {
    /// The newsletter's row.
    pub newsletter: i64,
    /// Ordinary or special.
    pub kind: IssueKind,
    /// What it says.
    pub content: Content,
    /// The day it was sent.
    pub day: NaiveDate,
    /// Words that stand with it, such as "genskabt eksempel".
    pub note: Option<String>,
}

/// Brings an issue into the archive as history: it was never sent from here, and has no figures.
pub async fn bring_in(app: &App, old: Historical, actor: &str) -> Result<Issue> {
    let (actor, now, links) = (actor.to_owned(), app.clock.now(), app.links.clone());
    app.db
        .write(move |conn| {
            let content = old.content.clone();
            let new = NewIssue { newsletter: old.newsletter, kind: old.kind, content };
            let issue = compose::insert(conn, new, Origin::Imported, &actor, now)?;
            let newsletter = newsletters::store::find(conn, issue.newsletter)?;
            let dated = Issue {
                published_on: Some(old.day),
                origin_note: old.note.clone(),
                ..issue.clone()
            };
            let frame = Frame::of(&newsletter, &dated, &links, now);
            let frozen = freeze::freeze(&old.content, &frame, now)?;
            store::keep_rendition(conn, &frozen.rendition)?;
            store::publish_imported(
                conn,
                issue.id,
                &frozen.rendition.hash,
                old.note.as_deref(),
                old.day,
                now,
            )?;
            Ok(store::find(conn, issue.id)?)
        })
        .await
}
