//! Making an issue and saving it: every save is a revision.
//!
//! A revision's number grows with every save, so it names what an editor has seen. The autosaves
//! of one author that fall into the same five minutes are one revision, which takes a new number
//! each time.

use super::audience::Audience;
use super::content::{Content, Theme};
use super::preflight::Known;
use super::store::{self, NewRow, Rendition, Revision};
use super::{Issue, IssueKind, IssueState, Origin, freeze, preflight, slug};
use crate::app::App;
use crate::clock::Instant;
use crate::db::{DbConn, Json, PublicId};
use crate::error::{Error, Result};
use crate::library;
use crate::newsletters::{self, Newsletter};
use crate::{segments, staff};

/// How long autosaves are one revision, in seconds.
const AUTOSAVE_WINDOW: i64 = 5 * 60;

/// How often an address in the archive is chosen anew.
const MOST_ROUNDS: usize = 20;

/// An issue to be.
#[derive(Clone)]
pub struct NewIssue {
    /// The newsletter's row.
    pub newsletter: i64,
    /// Ordinary or special.
    pub kind: IssueKind,
    /// What it begins with.
    pub content: Content,
}

/// What an editor wants to save.
#[derive(Clone)]
pub struct Draft {
    /// All of it.
    pub content: Content,
    /// The revision that it builds on.
    pub based_on: i32,
    /// Saved by the page on its own.
    pub autosave: bool,
}

/// An issue with its newest content.
#[derive(Clone)]
pub struct Composition {
    /// The issue.
    pub issue: Issue,
    /// Its newsletter.
    pub newsletter: Newsletter,
    /// The newest revision.
    pub revision: Revision,
    /// What it contains.
    pub content: Content,
    /// What else it is judged by.
    pub known: Known,
    /// What goes out, or went out, once that is settled.
    pub frozen: Option<Rendition>,
}

/// Opens an issue.
pub fn open(conn: &mut DbConn, uuid: PublicId) -> Result<Composition> {
    let issue = store::by_uuid(conn, uuid)?;
    let newsletter = newsletters::store::find(conn, issue.newsletter)?;
    let revision = store::revision(conn, issue.id, issue.current_revision)?;
    let content = freeze::content(&revision)?;
    let known = Known::of(conn, &issue, &content)?;
    let settled = issue.rendition.as_ref().filter(|_| !issue.is_open());
    let frozen = settled.map(|hash| store::rendition(conn, hash)).transpose()?;
    Ok(Composition { issue, newsletter, revision, content, known, frozen })
}

/// Does one write once more when somebody else took the address in the archive that it chose: on
/// PostgreSQL two writes do not see each other. Each round lets one of them through.
pub(crate) async fn with_free_slug<T: Send + 'static>(
    app: &App,
    work: impl Fn(&mut DbConn) -> Result<T> + Clone + Send + 'static,
) -> Result<T> {
    for _ in 0..MOST_ROUNDS {
        match app.db.write(work.clone()).await {
            Err(Error::Database(error)) if is_taken_slug(&error) => {}
            done => return done,
        }
    }
    app.db.write(work).await
}

fn is_taken_slug(error: &diesel::result::Error) -> bool {
    use diesel::result::{DatabaseErrorKind, Error};
    matches!(error, Error::DatabaseError(DatabaseErrorKind::UniqueViolation, info)
        if info.constraint_name() == Some("issues_slug_key"))
}

/// Makes an issue.
pub async fn create(app: &App, new: NewIssue, actor: &str) -> Result<Issue> {
    let (actor, now) = (actor.to_owned(), app.clock.now());
    with_free_slug(app, move |conn| insert(conn, new.clone(), Origin::Here, &actor, now)).await
}

/// Makes an issue in an open transaction.
pub(crate) fn insert(
    conn: &mut DbConn,
    new: NewIssue,
    origin: Origin,
    actor: &str,
    now: Instant,
) -> Result<Issue> {
    let NewIssue { newsletter, kind, mut content } = new;
    fit_theme(kind, &mut content)?;
    let newsletter = newsletters::store::find(conn, newsletter)?;
    let uuid = PublicId::random();
    let subject = content.subject.without_name();
    let row = NewRow {
        uuid,
        slug: &free_slug(conn, uuid, &subject)?,
        newsletter: newsletter.id,
        time_zone: &newsletter.time_zone,
        kind,
        origin,
        subject: &subject,
        created_by: actor,
    };
    let issue = store::insert(conn, &row, now)?;
    let issue = save_in(conn, issue, &content, None, false, actor, now)?;
    let details = serde_json::json!({ "kind": kind, "subject": issue.subject });
    staff::store::audit(conn, actor, "issue.create", &format!("issue {uuid}"), details, now)?;
    Ok(issue)
}

/// Makes an issue with the same content as another: the blocks are new ones, because clicks are
/// counted by block.
pub async fn duplicate(app: &App, uuid: PublicId, actor: &str) -> Result<Issue> {
    let (actor, now) = (actor.to_owned(), app.clock.now());
    with_free_slug(app, move |conn| {
        let Composition { issue, content, .. } = open(conn, uuid)?;
        let mut content = with_new_blocks(content);
        propose_number(conn, issue.newsletter, &mut content)?;
        let new = NewIssue { newsletter: issue.newsletter, kind: issue.kind, content };
        let copy = insert(conn, new, Origin::Here, &actor, now)?;
        // It is for the same people, unless that was those who got another issue.
        let audience = Audience::read(&issue.audience)?;
        if audience.sent.is_some() || !audience.is_narrowed() {
            return Ok(copy);
        }
        store::set_audience(conn, copy.id, issue.audience)?;
        let used: Vec<PublicId> = audience.segments().map(|one| one.segment).collect();
        segments::store::use_in(conn, copy.id, &used)?;
        Ok(store::find(conn, copy.id)?)
    })
    .await
}

/// The same content in blocks of their own.
pub(crate) fn with_new_blocks(mut content: Content) -> Content {
    for block in &mut content.blocks {
        block.id = PublicId::random();
    }
    content
}

/// Gives a special edition that is new the next number of its series.
pub(crate) fn propose_number(
    conn: &mut DbConn,
    newsletter: i64,
    content: &mut Content,
) -> Result<()> {
    if let Some(theme) = &mut content.theme {
        let number = store::next_number(conn, newsletter)?;
        theme.number = number.and_then(|number| u32::try_from(number).ok());
    }
    Ok(())
}

/// Saves a draft; what was approved is a draft again. The same content once more changes nothing.
///
/// # Errors
/// [`Error::Stale`] when it was saved since, by whomever; [`Error::Conflict`] when the issue is
/// scheduled or further.
pub async fn save(app: &App, uuid: PublicId, draft: Draft, actor: &str) -> Result<Issue> {
    let (actor, now) = (actor.to_owned(), app.clock.now());
    with_free_slug(app, move |conn| {
        let Draft { mut content, based_on, autosave } = draft.clone();
        let issue = store::by_uuid(conn, uuid)?;
        if !issue.is_open() {
            return Err(Error::Conflict("error-issue-locked"));
        }
        fit_theme(issue.kind, &mut content)?;
        save_in(conn, issue, &content, Some(based_on), autosave, &actor, now)
    })
    .await
}

/// A special edition has a theme, an ordinary one has none.
fn fit_theme(kind: IssueKind, content: &mut Content) -> Result<()> {
    match kind {
        IssueKind::Special if content.mjml.is_some() => {
            Err(Error::field("mjml", "error-mjml-special"))
        }
        IssueKind::Special => {
            content.theme.get_or_insert_with(Theme::default);
            Ok(())
        }
        IssueKind::Ordinary if content.theme.is_none() => Ok(()),
        IssueKind::Ordinary => Err(Error::field("theme", "error-theme-ordinary")),
    }
}

fn save_in(
    conn: &mut DbConn,
    issue: Issue,
    content: &Content,
    based_on: Option<i32>,
    autosave: bool,
    actor: &str,
    now: Instant,
) -> Result<Issue> {
    let json = content.to_json();
    // What cannot be read again would lock everybody out of the issue.
    Content::read(&json).map_err(Error::Invalid)?;
    let hash = freeze::hash(&[&json.to_string()]);
    let newest = match issue.current_revision {
        0 => None,
        number => Some(store::revision(conn, issue.id, number)?),
    };
    if newest.as_ref().is_some_and(|newest| newest.hash == hash) {
        return Ok(issue);
    }
    // By whomever it was changed: one person may have it open twice.
    if based_on.is_some_and(|revision| revision != issue.current_revision) {
        return Err(Error::Stale);
    }
    let revision = Revision {
        issue: issue.id,
        number: issue.current_revision + 1,
        content: Json(json),
        hash,
        autosave,
        saved_by: actor.to_owned(),
        saved_at: now,
    };
    let subject = content.subject.without_name();
    // The address of what is public stays as it is.
    let slug = match issue.published_on {
        Some(_) => issue.slug.clone(),
        None => free_slug(conn, issue.uuid, &subject)?,
    };
    // Of a special edition the theme says the number.
    let series_number = match &content.theme {
        Some(theme) => theme.number.and_then(|number| i32::try_from(number).ok()),
        None => issue.series_number,
    };
    if !store::advance(conn, &issue, &revision, (&subject, &slug), series_number)? {
        return Err(Error::Stale);
    }
    match newest.filter(|newest| is_same_stretch(newest, &revision)) {
        Some(newest) => store::replace_revision(conn, newest.number, &revision)?,
        None => store::insert_revision(conn, &revision)?,
    }
    // Whether they lead somewhere is looked at soon.
    library::store::links::queue(conn, &preflight::addresses(content), now)?;
    Ok(store::find(conn, issue.id)?)
}

/// Whether two revisions are autosaves of one author in the same five minutes.
fn is_same_stretch(one: &Revision, other: &Revision) -> bool {
    let window = |revision: &Revision| revision.saved_at.seconds() / AUTOSAVE_WINDOW;
    one.autosave && other.autosave && one.saved_by == other.saved_by && window(one) == window(other)
}

fn free_slug(conn: &mut DbConn, uuid: PublicId, subject: &str) -> Result<String> {
    let mut wish = slug::of(subject);
    if wish.is_empty() {
        let short: String = uuid.to_string().chars().take(8).collect();
        wish = format!("udgave-{short}");
    }
    let taken = store::slugs_like(conn, &wish, uuid)?;
    Ok(slug::free(&wish, &taken))
}

impl Issue {
    /// Whether its content can be changed.
    pub fn is_open(&self) -> bool {
        matches!(self.state, IssueState::Draft | IssueState::InReview | IssueState::Approved)
    }
}
