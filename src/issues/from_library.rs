//! A library item as a block: a copy, which an editor may change without changing the item.

use chrono::Datelike;

use super::content::{
    Article, BlockKind, Card, Ecourse, Event, Image, Line, Podcast, Project, ProjectList,
    Publication, WebAddress,
};
use super::freeze;
use super::rich_text::{Part, Piece, RichText, Run, Style};
use super::text::Target;
use crate::library::{Item, ItemKind};
use crate::web::Lang;

/// The block that an item becomes, in the newsletter's language. It remembers what the item said.
pub fn block(item: &Item, lang: Lang) -> BlockKind {
    made(item, lang, Line::new(&version(item, lang)))
}

/// What an item says to a block, as a hash: another one means that the source has changed.
pub fn version(item: &Item, lang: Lang) -> String {
    // Only maps with keys that are no strings fail, and there are none.
    let said = serde_json::to_string(&made(item, lang, Line::default())).unwrap_or_default();
    let mut version = freeze::hash(&[&said]);
    version.truncate(16);
    version
}

fn made(item: &Item, lang: Lang, version: Line) -> BlockKind {
    let details = &item.details;
    let line = |text: &Option<String>| words(text.as_deref().unwrap_or_default());
    let date = details.date(lang).unwrap_or_default();
    let card = card(item, version);
    match details.kind {
        // A tool is read as an article is.
        ItemKind::Article | ItemKind::Tool => BlockKind::Article(Article { card }),
        ItemKind::Publication => {
            let year = details.published_on.map(|day| day.year().to_string());
            BlockKind::Publication(Publication { card, edition: line(&year) })
        }
        ItemKind::Podcast => BlockKind::Podcast(Podcast {
            card,
            series: line(&details.series),
            number: details.number.and_then(|number| u32::try_from(number).ok()),
            duration: Line::default(),
        }),
        ItemKind::Event => {
            BlockKind::Event(Event { card, date: Line::new(&date), place: line(&details.place) })
        }
        ItemKind::Ecourse => BlockKind::Ecourse(Ecourse { card, duration: Line::default() }),
        ItemKind::Project => {
            let project = Project {
                title: card.title,
                groups: card.groups,
                url: card.url,
                library_item: card.library_item,
                library_version: card.library_version,
            };
            BlockKind::ProjectList(ProjectList { projects: vec![project], ..Default::default() })
        }
    }
}

fn card(item: &Item, version: Line) -> Card {
    let details = &item.details;
    let address = |text: Option<&str>, target| {
        text.and_then(|text| WebAddress::parse(text, target)).unwrap_or_default()
    };
    let image = address(details.image_url.as_deref(), Target::Image);
    Card {
        title: words(&details.title),
        teaser: plain(&details.summary),
        url: address(item.address(), Target::Web),
        link_text: Line::default(),
        // What the picture shows has to be said for this issue; until then it counts as missing.
        image: image.get().is_some().then(|| Image { url: image, ..Default::default() }),
        groups: details.groups(),
        library_item: Some(item.uuid),
        library_version: version,
    }
}

/// One line. A title may hold no merge field, so what looks like one is parted: it is words.
fn words(text: &str) -> Line {
    let mut text = text.to_owned();
    while text.contains("{{") {
        text = text.replace("{{", "{ {");
    }
    Line::new(&text)
}

/// Text in which nothing is a mark of emphasis or a link.
fn plain(text: &str) -> RichText {
    let run = Run { piece: Piece::Text(text.to_owned()), style: Style::default() };
    RichText::from_parts(vec![Part::Paragraph(vec![run])]).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::content::{Block, Content};
    use super::super::render::{self, Untracked};
    use super::super::tests::frame;
    use super::*;
    use crate::clock::Instant;
    use crate::db::PublicId;
    use crate::library::Details;

    #[test]
    fn words_of_an_item_that_look_like_marks_are_words_in_the_mail()
    -> Result<(), Box<dyn std::error::Error>> {
        let words = "Hej {{navn}} {{navn|dig}} <script>alert(1)</script> {{ 7*7 }} **fed** [a](b)";
        let item = Item {
            id: 1,
            uuid: PublicId::random(),
            details: Details {
                kind: ItemKind::Article,
                title: words.to_owned(),
                summary: words.to_owned(),
                language: Lang::Da,
                published_on: None,
                published_precision: None,
                series: None,
                number: None,
                leadership_groups: String::new(),
                image_url: None,
                place: None,
                valid_until: None,
            },
            addresses: vec![],
            tags: vec![],
            created_at: Instant::from_micros(0),
            updated_at: Instant::from_micros(0),
            archived_at: None,
            feed: None,
            is_new: false,
        };
        let block = Block::new(block(&item, Lang::Da));
        let content = Content { blocks: vec![block], ..Content::default() };
        assert_eq!(Content::read(&content.to_json()).as_ref(), Ok(&content));
        let form = super::super::form::of(&content);
        assert_eq!(Content::read(&form).as_ref(), Ok(&content));
        let html = render::render(&content, &frame())?.write(&Untracked).html;
        assert!(html.contains("{{navn}} {{navn|dig}}") && html.contains("{ {navn}} { {navn|dig}}"));
        assert!(!html.contains("<script>alert"), "{html}");
        Ok(())
    }
}
