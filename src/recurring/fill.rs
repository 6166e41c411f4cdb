//! What a prepared draft contains: what it begins with, and what is new in the library, in a
//! section for each kind.

use std::collections::HashSet;

use super::{Series, Start, store};
use crate::clock::Instant;
use crate::db::{DbConn, PublicId};
use crate::error::Result;
use crate::issues::compose::with_new_blocks;
use crate::issues::content::{Block, BlockKind, Content, Heading, Line, ProjectList};
use crate::issues::{self, IssueKind, freeze, from_library};
use crate::library::{self, Item, ItemKind};
use crate::newsletters::Newsletter;

/// Most library items that are filled in: an issue with more is read by nobody to its end.
const MOST_ITEMS: usize = 12;
/// How far back the first draft of a newsletter that has sent nothing looks, in days.
const FIRST_DAYS: i64 = 30;

/// The content of the draft for an issue that is to go at a moment.
pub fn content(
    conn: &mut DbConn,
    series: &Series,
    newsletter: &Newsletter,
    send_at: Instant,
    now: Instant,
) -> Result<Content> {
    let mut content = begin(conn, series)?;
    if content.mjml.is_some() {
        // A template that is MJML as a whole has no room for blocks.
        return Ok(content);
    }
    let used: HashSet<PublicId> =
        content.blocks.iter().flat_map(|b| b.kind.links()).filter_map(|(_, item)| item).collect();
    let mut items = new_items(conn, series, newsletter, send_at, now)?;
    items.retain(|item| !used.contains(&item.uuid));
    items.truncate(MOST_ITEMS);
    for kind in series.kinds() {
        let of_kind: Vec<&Item> = items.iter().filter(|item| item.details.kind == kind).collect();
        content.blocks.extend(section(kind, &of_kind, newsletter).into_iter().map(Block::new));
    }
    Ok(content)
}

fn begin(conn: &mut DbConn, series: &Series) -> Result<Content> {
    match (series.start, series.template) {
        (Start::Template, Some(template)) => {
            let template = issues::store::find_template(conn, template)?;
            // The series are of ordinary issues, which have no theme.
            Ok(Content { theme: None, ..template.fresh()? })
        }
        (Start::Last, _) => {
            let last = store::last_sent(conn, series.newsletter, Some(IssueKind::Ordinary))?;
            let Some(last) = last else { return Ok(Content::default()) };
            let number = last.approved_revision.unwrap_or(last.current_revision);
            let revision = issues::store::revision(conn, last.id, number)?;
            Ok(with_new_blocks(own(freeze::content(&revision)?)))
        }
        _ => Ok(Content::default()),
    }
}

/// What of an issue did not come from the library: the introduction, the picture, the button at
/// the end. A heading goes with what stood below it.
fn own(mut content: Content) -> Content {
    content.theme = None;
    content.mjml = None;
    content.blocks.retain(|block| match &block.kind {
        // A project may have no address.
        BlockKind::ProjectList(list) => list.projects.iter().all(|it| it.library_item.is_none()),
        kind => kind.card().is_none() && kind.links().iter().all(|(_, item)| item.is_none()),
    });
    let is_heading = |block: &Block| matches!(block.kind, BlockKind::Heading(_));
    let blocks = std::mem::take(&mut content.blocks);
    let mut following = blocks.iter().skip(1).map(is_heading).collect::<Vec<bool>>();
    following.push(true);
    content.blocks = blocks
        .into_iter()
        .zip(following)
        .filter(|(block, before_heading)| !(is_heading(block) && *before_heading))
        .map(|(block, _)| block)
        .collect();
    content
}

/// What is new since the last issue, still worth linking on the day, and in no issue yet.
fn new_items(
    conn: &mut DbConn,
    series: &Series,
    newsletter: &Newsletter,
    send_at: Instant,
    now: Instant,
) -> Result<Vec<Item>> {
    let zone = newsletter.zone();
    let last = store::last_sent(conn, series.newsletter, None)?.and_then(|last| last.started_at);
    let since = last.unwrap_or(now - chrono::TimeDelta::days(FIRST_DAYS));
    let found = store::new_items(conn, &series.kinds(), since, zone)?;
    let ids: Vec<i64> = found.iter().map(|(id, _)| *id).collect();
    let linked = store::linked(conn, series.newsletter, &ids)?;
    let waiting = in_waiting_draft(conn, series)?;
    let day = send_at.day_in(zone);
    let mut items = Vec::new();
    for (id, uuid) in found {
        if linked.contains(&id) || waiting.contains(&uuid) {
            continue;
        }
        let item = library::store::find(conn, id)?;
        let is_over = item.details.kind == ItemKind::Event
            && item.details.published_on.is_some_and(|held_on| held_on < day);
        if !is_over && !item.is_outdated(day) {
            items.push(item);
        }
        if items.len() == MOST_ITEMS {
            break;
        }
    }
    Ok(items)
}

/// The library items in the draft that was prepared before, while it has not been sent.
fn in_waiting_draft(conn: &mut DbConn, series: &Series) -> Result<HashSet<PublicId>> {
    let Some(last) = series.last_issue else { return Ok(HashSet::new()) };
    let last = issues::store::find(conn, last)?;
    if last.started_at.is_some() || last.state == issues::IssueState::Cancelled {
        return Ok(HashSet::new());
    }
    let revision = issues::store::revision(conn, last.id, last.current_revision)?;
    let content = freeze::content(&revision)?;
    let links = content.blocks.iter().flat_map(|block| block.kind.links());
    Ok(links.filter_map(|(_, item)| item).collect())
}

/// A heading and a block for each; projects are one list.
fn section(kind: ItemKind, items: &[&Item], newsletter: &Newsletter) -> Vec<BlockKind> {
    if items.is_empty() {
        return Vec::new();
    }
    let lang = newsletter.language;
    let title = Line::new(&lang.texts().get(&format!("recurring-section-{kind}")));
    let blocks = items.iter().map(|item| from_library::block(item, lang));
    if kind == ItemKind::Project {
        let projects = blocks.filter_map(|block| match block {
            BlockKind::ProjectList(list) => Some(list.projects),
            _ => None,
        });
        let list =
            ProjectList { title, projects: projects.flatten().collect(), ..Default::default() };
        return vec![BlockKind::ProjectList(list)];
    }
    let heading = BlockKind::Heading(Heading { text: title, ..Heading::default() });
    std::iter::once(heading).chain(blocks).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_from_the_library_goes_and_its_heading_with_it() {
        let block = |kind: &str, more: serde_json::Value| {
            let mut block = serde_json::json!({ "id": PublicId::random(), "kind": kind });
            for (name, value) in more.as_object().into_iter().flatten() {
                block[name] = value.clone();
            }
            block
        };
        let item = PublicId::random().to_string();
        let content = serde_json::json!({ "version": 1, "subject": "", "preheader": "", "blocks": [
            block("text", serde_json::json!({ "body": "Kære leder" })),
            block("heading", serde_json::json!({ "text": "Artikler" })),
            block("article", serde_json::json!({ "title": "Ledelse", "library_item": item })),
            block("heading", serde_json::json!({ "text": "Om os" })),
            block("text", serde_json::json!({ "body": "Skriv til os" })),
            block("heading", serde_json::json!({ "text": "Projekter" })),
            block("project_list", serde_json::json!({ "projects": [
                { "title": "Faglig ledelse", "library_item": item }] })),
        ] });
        let kinds = Content::read(&content).map(|content| {
            own(content).blocks.iter().map(|block| block.kind.title()).collect::<Vec<_>>()
        });
        assert!(
            kinds.as_ref().is_ok_and(|kinds| kinds == &["Kære leder", "Om os", "Skriv til os"]),
            "{kinds:?}"
        );
    }
}
