//! The public archive: what was sent, and what was brought in as history, as web pages.

pub mod from_html;
mod hidden;
pub mod import;
pub mod index;
pub mod links;
pub mod old_address;
pub mod search;
pub mod stems;

use chrono::NaiveDate;

use super::compose::{self, NewIssue, with_free_slug};
use super::content::BlockKind;
use super::html::Html;
use super::render::{self, Rendered, Untracked};
use super::splice::{self, Splice};
use super::store::{self, Correction, Rendition};
use super::{Content, Frame, Issue, IssueKind, Origin, corrections, freeze, web_version};
use crate::app::App;
use crate::db::DbConn;
use crate::error::{Error, Result};
use crate::newsletters::{self, Newsletter};
use crate::web::Lang;

/// An issue that is public.
pub struct Archived {
    /// The issue.
    pub issue: Issue,
    /// Its newsletter.
    pub newsletter: Newsletter,
    /// What was approved; its web version is what the archive shows.
    pub rendition: Rendition,
    /// The web version, with the links leading where they lead now.
    pub web: Html,
    /// What was corrected since.
    pub corrections: Vec<Correction>,
    /// What it was made of.
    pub content: Content,
    /// The public issue right before it.
    pub before: Option<Issue>,
    /// The public issue right after it.
    pub after: Option<Issue>,
}

impl Archived {
    /// The picture that stands for it: of its theme, else its first one; at its full address.
    pub fn picture(&self, base: &str) -> Option<String> {
        let theme = self.content.theme.as_ref().and_then(|theme| theme.image.as_ref());
        let blocks = self.content.shown().find_map(|block| match &block.kind {
            BlockKind::Image(picture) => picture.image.as_ref(),
            kind => kind.card().and_then(|card| card.image.as_ref()),
        });
        let url = theme.or(blocks)?.url.get()?;
        Some(match url.strip_prefix('/') {
            Some(path) => format!("{base}{path}"),
            None => url.to_owned(),
        })
    }
}

/// A public issue by its slug.
pub fn open(conn: &mut DbConn, slug: &str) -> Result<Archived> {
    let issue = store::published_by_slug(conn, slug)?;
    let newsletter = newsletters::store::find(conn, issue.newsletter)?;
    let hash = issue.rendition.clone().ok_or(Error::NotFound)?;
    let rendition = store::rendition(conn, &hash)?;
    let day = issue.published_on.ok_or(Error::NotFound)?;
    let (before, after) = store::neighbours(conn, &issue, day)?;
    let content = content(conn, &issue)?;
    let (web, corrections) = corrected(conn, &issue, &rendition, newsletter.language)?;
    Ok(Archived { issue, newsletter, rendition, content, web, corrections, before, after })
}

/// What an issue was made of when it was approved.
fn content(conn: &mut DbConn, issue: &Issue) -> Result<Content> {
    let number = issue.approved_revision.unwrap_or(issue.current_revision);
    freeze::content(&store::revision(conn, issue.id, number)?)
}

/// The web version of an issue with its links leading where they lead now, and what was corrected.
pub fn corrected(
    conn: &mut DbConn,
    issue: &Issue,
    rendition: &Rendition,
    lang: Lang,
) -> Result<(Html, Vec<Correction>)> {
    let mut corrections = store::corrections(conn, issue.id)?;
    corrections.retain(|row| row.confirmed_by.is_some());
    let web = match corrections.is_empty() {
        true => Html::of_rendition(rendition),
        false => {
            let content = content(conn, issue)?;
            corrections::correct_web(&rendition.web, &content, lang, &corrections)?
        }
    };
    Ok((web, corrections))
}

/// The mail of a public issue that is MJML, from the bytes that were approved, without what only a
/// recipient has.
pub fn mail(conn: &mut DbConn, slug: &str) -> Result<String> {
    let issue = store::published_by_slug(conn, slug)?;
    let number = issue.approved_revision.unwrap_or(issue.current_revision);
    let content = freeze::content(&store::revision(conn, issue.id, number)?)?;
    if content.mjml.is_none() {
        return Err(Error::NotFound);
    }
    let rendition = store::rendition(conn, &issue.rendition.unwrap_or_default())?;
    let mut links = render::number_links(&content);
    let corrected = store::corrections(conn, issue.id)?;
    let places = corrections::places(&corrected);
    for link in &mut links {
        if let Some(to) = places.get(&link.number) {
            (*to).clone_into(&mut link.url);
        }
    }
    let Rendition { subject, preheader, html, plain_text: text, .. } = rendition;
    let rendered = Rendered { subject, preheader, html, text, links };
    let html = without_personal_links(&rendered.write(&Untracked).html);
    // Links leave the frame, because most sites refuse to be shown in one; and the footer speaks to
    // recipients.
    let head = "<head><base target=\"_blank\"><style>.lb-footer { display: none; }</style>";
    Ok(splice::without_person(&html).replacen("<head>", head, 1))
}

/// HTML without the links whose address only a recipient has.
fn without_personal_links(html: &str) -> String {
    let markers = [Splice::Unsubscribe.marker(), Splice::Preferences.marker()];
    let mut html = html.to_owned();
    for marker in &markers {
        while let Some(at) = html.find(marker.as_str()) {
            let start = html[..at].rfind("<a ").unwrap_or(at);
            let end =
                html[at..].find("</a>").map_or(at + marker.len(), |end| at + end + "</a>".len());
            html.replace_range(start..end, "");
        }
    }
    html
}

/// The colours of a public issue, as a stylesheet.
pub fn theme_css(conn: &mut DbConn, slug: &str) -> Result<String> {
    let issue = store::published_by_slug(conn, slug)?;
    let number = issue.approved_revision.unwrap_or(issue.current_revision);
    let revision = store::revision(conn, issue.id, number)?;
    Ok(web_version::theme_css(&freeze::content(&revision)?))
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
    /// Where it stood before, as a path of this host: from there it is found again.
    pub old_address: Option<String>,
}

/// Brings an issue into the archive as history: it was never sent from here, and has no figures.
pub async fn bring_in(app: &App, old: Historical, actor: &str) -> Result<Issue> {
    let (actor, now, links) = (actor.to_owned(), app.clock.now(), app.links.clone());
    with_free_slug(app, move |conn| {
        let content = old.content.clone();
        let new = NewIssue { newsletter: old.newsletter, kind: old.kind, content };
        let issue = compose::insert(conn, new, Origin::Imported, &actor, now)?;
        let newsletter = newsletters::store::find(conn, issue.newsletter)?;
        let dated =
            Issue { published_on: Some(old.day), origin_note: old.note.clone(), ..issue.clone() };
        let frame = Frame::of(&newsletter, &dated, &links, now);
        let frozen = freeze::freeze(&old.content, &frame, now)?;
        store::keep_rendition(conn, &frozen.rendition)?;
        // Nothing is counted by them: they are looked at once a week, and items know where they are used.
        store::replace_links(conn, issue.id, &frozen.links)?;
        store::publish_imported(
            conn,
            issue.id,
            &frozen.rendition.hash,
            old.note.as_deref(),
            old.day,
            now,
        )?;
        let issue = store::find(conn, issue.id)?;
        index::of(conn, &issue)?;
        if let Some(path) = &old.old_address {
            // Somebody may have brought another one in meanwhile.
            if !store::keep_old_address(conn, path, issue.id)? {
                return Err(Error::field("old_address", "error-import-address-taken"));
            }
        }
        Ok(issue)
    })
    .await
}
