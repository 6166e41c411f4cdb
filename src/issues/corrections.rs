//! What can be put right after an issue was sent: where a link leads, and a mail to those who got
//! it. The bytes that were sent stay as they are; a correction is applied when they are shown.

use std::collections::HashMap;

use serde_json::json;

use super::audience::Audience;
use super::compose::{self, NewIssue};
use super::content::{Block, BlockKind, Content, LINE_LIMIT, Theme};
use super::html::Html;
use super::render::{self, IssueLink};
use super::rich_text::{Part, Piece, RichText, Run, Style};
use super::store::{self, Correction};
use super::text::Target;
use super::values::{Line, MergeLine, WebAddress};
use super::{Issue, IssueState, Origin, blocks, markup, preflight, web_version};
use crate::app::App;
use crate::db::{DbConn, Json, PublicId};
use crate::error::{Error, FieldError, Result};
use crate::newsletters;
use crate::staff::{self, Staff};
use crate::web::Lang;

/// Longest reason, in characters.
const REASON_LONGEST: usize = 500;

/// A correction as it is typed.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// The link's number.
    pub number: String,
    /// Where it is to lead.
    pub url: String,
    /// What is corrected, for the archive.
    pub reason: String,
}

impl Typed {
    fn read(&self) -> Result<(i32, String, String)> {
        let mut findings = Vec::new();
        let number = self.number.parse().unwrap_or_default();
        let url = WebAddress::parse(&self.url, Target::Web);
        let url = url.as_ref().and_then(WebAddress::get).unwrap_or_default().to_owned();
        if url.is_empty() {
            findings.push(FieldError::new("url", "error-content-url"));
        } else if let Some(host) = preflight::unreachable(&url) {
            let error = FieldError::new("url", "error-preflight-private");
            findings.push(error.with("host", host));
        }
        let reason = super::text::line(&self.reason);
        let length = reason.chars().count();
        if reason.is_empty() {
            findings.push(FieldError::new("reason", "error-correction-reason"));
        } else if length > REASON_LONGEST {
            let error = FieldError::new("reason", "error-content-too-long");
            findings.push(error.with("length", length).with("max", REASON_LONGEST));
        }
        if findings.is_empty() { Ok((number, url, reason)) } else { Err(Error::Invalid(findings)) }
    }
}

/// Whether something of an issue can be corrected: it was sent, from here.
pub fn is_open_to(issue: &Issue) -> bool {
    issue.state == IssueState::Sent && issue.origin == Origin::Here
}

/// Corrects where a link leads: at once, or when a second person has confirmed it, where the
/// newsletter asks for one.
///
/// # Errors
/// [`Error::Invalid`] when a field cannot be taken; [`Error::Conflict`] when the issue is not sent.
pub async fn ask(app: &App, uuid: PublicId, typed: &Typed, staff: &Staff) -> Result<()> {
    let (number, url, reason) = typed.read()?;
    let (actor, now) = (staff.actor(), app.clock.now());
    app.db
        .write(move |conn| {
            let issue = store::by_uuid(conn, uuid)?;
            if !is_open_to(&issue) {
                return Err(Error::Conflict("error-correction-state"));
            }
            let links = store::links(conn, issue.id)?;
            let link = links.into_iter().find(|(known, _)| *known == number);
            let Some((_, before)) = link else {
                return Err(Error::field("number", "error-correction-link"));
            };
            if before == url {
                return Err(Error::field("url", "error-correction-same"));
            }
            let all = store::corrections(conn, issue.id)?;
            if all.iter().any(|c| c.number == number && c.confirmed_by.is_none()) {
                return Err(Error::field("number", "error-correction-waits"));
            }
            let newsletter = newsletters::store::find(conn, issue.newsletter)?;
            let is_done = !newsletter.approval_required;
            let row = Correction {
                uuid: PublicId::random(),
                issue: issue.id,
                number,
                url_before: before,
                url_after: url,
                reason,
                asked_by: actor.clone(),
                asked_at: now,
                confirmed_by: is_done.then(|| actor.clone()),
                at: is_done.then_some(now),
            };
            store::insert_correction(conn, &row)?;
            note(conn, &issue, "issue.correct", &row, &actor, now)?;
            if is_done { take_effect(conn, &row) } else { Ok(()) }
        })
        .await?;
    app.destinations.forget();
    Ok(())
}

/// The second person confirms a correction, or declines it.
///
/// # Errors
/// [`Error::Conflict`] when it is their own or no person confirms, or it does not wait any more.
pub async fn decide(
    app: &App,
    uuid: PublicId,
    correction: PublicId,
    is_confirmed: bool,
    staff: &Staff,
) -> Result<()> {
    let (actor, now, staff) = (staff.actor(), app.clock.now(), staff.clone());
    app.db
        .write(move |conn| {
            let issue = store::by_uuid(conn, uuid)?;
            let all = store::corrections(conn, issue.id)?;
            let row = all.into_iter().find(|row| row.uuid == correction).ok_or(Error::NotFound)?;
            let (done, action) = match is_confirmed {
                true if !may_confirm(&row, &staff) => {
                    return Err(Error::Conflict("error-correction-second"));
                }
                true => {
                    let done = store::confirm_correction(conn, row.uuid, &actor, now)?;
                    (done, "issue.correct-confirm")
                }
                false => (store::drop_correction(conn, row.uuid)?, "issue.correct-decline"),
            };
            if !done {
                return Err(Error::Conflict("error-correction-over"));
            }
            note(conn, &issue, action, &row, &actor, now)?;
            if is_confirmed { take_effect(conn, &row) } else { Ok(()) }
        })
        .await?;
    app.destinations.forget();
    Ok(())
}

/// Whether somebody may be the second person of a correction.
pub fn may_confirm(row: &Correction, staff: &Staff) -> bool {
    staff.is_person() && row.asked_by != staff.actor()
}

fn take_effect(conn: &mut DbConn, row: &Correction) -> Result<()> {
    let (from, to) = (&row.url_before, &row.url_after);
    match store::redirect_link(conn, row.issue, row.number, from, to)? {
        true => Ok(()),
        false => Err(Error::Stale),
    }
}

fn note(
    conn: &mut DbConn,
    issue: &Issue,
    action: &str,
    row: &Correction,
    actor: &str,
    now: crate::clock::Instant,
) -> Result<()> {
    let details = json!({
        "link": row.number, "from": row.url_before, "to": row.url_after, "reason": row.reason,
    });
    let subject = format!("issue {}", issue.uuid);
    Ok(staff::store::audit(conn, actor, action, &subject, details, now)?)
}

/// Makes a draft for those who got an issue and still want mail, which says what was corrected.
pub async fn draft_mail(app: &App, uuid: PublicId, staff: &Staff) -> Result<Issue> {
    let (actor, now) = (staff.actor(), app.clock.now());
    app.db
        .write(move |conn| {
            let compose::Composition { issue, newsletter, content, .. } =
                compose::open(conn, uuid)?;
            if !is_open_to(&issue) {
                return Err(Error::Conflict("error-correction-state"));
            }
            let corrections = store::corrections(conn, issue.id)?;
            let content = mail(&issue, newsletter.language, &content, &corrections)?;
            let new = NewIssue { newsletter: newsletter.id, kind: issue.kind, content };
            let draft = compose::insert(conn, new, Origin::Here, &actor, now)?;
            let rules =
                serde_json::to_value(Audience { sent: Some(issue.uuid), ..Audience::default() });
            store::set_audience(conn, draft.id, Json(rules.map_err(anyhow::Error::new)?))?;
            Ok(store::find(conn, draft.id)?)
        })
        .await
}

fn mail(issue: &Issue, lang: Lang, old: &Content, all: &[Correction]) -> Result<Content> {
    let texts = lang.texts();
    let subject = &issue.subject;
    let run = |text: String, link: Option<String>| Run {
        piece: Piece::Text(text),
        style: Style { link, ..Style::default() },
    };
    let intro = texts.with("correction-mail-intro", &[("subject", subject)]);
    let mut parts = vec![Part::Paragraph(vec![run(intro, None)])];
    for row in all.iter().filter(|row| row.confirmed_by.is_some()) {
        let (words, to) = (format!("{} ", row.reason), &row.url_after);
        let link = run(to.clone(), Some(to.clone()));
        parts.push(Part::Paragraph(vec![run(words, None), link]));
    }
    let line = |text: String| {
        let typed = markup::write_line(&[Piece::Text(text)]);
        MergeLine::parse(&typed).map_err(|why| anyhow::anyhow!("a text of ours: {why:?}"))
    };
    let theme = old.theme.as_ref().map(|theme| Theme {
        title: Line::new(&texts.get("correction-mail-title")),
        colour: theme.colour,
        ..Theme::default()
    });
    Ok(Content {
        subject: line(cut(&texts.with("correction-mail-subject", &[("subject", subject)])))?,
        preheader: line(texts.get("correction-mail-preheader"))?,
        theme,
        blocks: vec![Block::new(BlockKind::Text(blocks::Text { body: RichText(parts) }))],
        ..Content::default()
    })
}

/// A subject that is not longer than one may be.
fn cut(subject: &str) -> String {
    match subject.char_indices().nth(LINE_LIMIT - 1) {
        Some((at, _)) if subject.chars().count() > LINE_LIMIT => {
            format!("{}…", subject.get(..at).unwrap_or_default().trim_end())
        }
        _ => subject.to_owned(),
    }
}

/// Where each link that was corrected leads now, by number.
pub fn places(all: &[Correction]) -> HashMap<i32, &str> {
    let confirmed = all.iter().filter(|row| row.confirmed_by.is_some());
    confirmed.map(|row| (row.number, row.url_after.as_str())).collect()
}

/// The web version of an issue that was sent, with the links leading where they lead now. Each
/// block is looked for as it was rendered, so that the same address in another block stays.
pub fn correct_web(web: &str, content: &Content, lang: Lang, all: &[Correction]) -> Result<Html> {
    let places = places(all);
    let links = render::number_links(content);
    let mut web = web.to_owned();
    let mut from = 0;
    let intro = content.theme.iter().map(|theme| (None, web_version::rich(&theme.intro)));
    let mut pieces: Vec<(Option<PublicId>, Html)> = intro.collect();
    for block in &content.blocks {
        let html = web_version::block(lang, &block.kind).map_err(anyhow::Error::new)?;
        pieces.push((Some(block.id), html));
    }
    for (block, piece) in pieces.into_iter().filter(|(_, piece)| !piece.is_empty()) {
        let piece = piece.into_string();
        let of_block: Vec<&IssueLink> = links.iter().filter(|link| link.block == block).collect();
        let moved = of_block.iter().filter_map(|link| {
            let to = places.get(&link.number)?;
            Some((href(&link.url), href(to)))
        });
        let corrected = led(&piece, &moved.collect::<Vec<_>>());
        match web[from..].find(&piece) {
            Some(at) => {
                let start = from + at;
                web.replace_range(start..start + piece.len(), &corrected);
                from = start + corrected.len();
            }
            // A later program renders it in another way: only what is meant beyond doubt.
            None => {
                for link in of_block {
                    let is_only = links.iter().filter(|other| other.url == link.url).count() == 1;
                    if let Some(to) = places.get(&link.number).filter(|_| is_only) {
                        web = web.replace(&href(&link.url), &href(to));
                    }
                }
            }
        }
    }
    Ok(Html::of_tokens(web))
}

/// Leads links elsewhere in one pass: one that now leads where another one led is not led on.
fn led(html: &str, moved: &[(String, String)]) -> String {
    const BEGIN: &str = "href=\"";
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find(BEGIN) {
        let (before, link) = rest.split_at(at);
        out.push_str(before);
        let (written, length) = match moved.iter().find(|(old, _)| link.starts_with(old)) {
            Some((old, new)) => (new.as_str(), old.len()),
            None => (BEGIN, BEGIN.len()),
        };
        out.push_str(written);
        rest = &link[length..];
    }
    out.push_str(rest);
    out
}

fn href(url: &str) -> String {
    format!("href=\"{}\"", Html::escaped(url).into_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_links_that_change_places_do() {
        let (a, b) = (href("https://lederweb.dk/a?x=1&y=2"), href("https://lederweb.dk/b"));
        let html = format!("<p {a}>A</p><p {b}>B</p><p href=\"c\">");
        let moved = [(a.clone(), b.clone()), (b.clone(), a.clone())];
        assert_eq!(led(&html, &moved), format!("<p {b}>A</p><p {a}>B</p><p href=\"c\">"));
    }
}
