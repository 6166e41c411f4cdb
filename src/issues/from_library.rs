//! A library item as a block: a copy, which an editor may change without changing the item.

use chrono::Datelike;

use super::content::{
    Article, BlockKind, Card, Ecourse, Event, Image, Line, Podcast, Project, ProjectList,
    Publication, WebAddress,
};
use super::rich_text::{Part, Piece, RichText, Run, Style};
use super::text::Target;
use crate::library::{Item, ItemKind};
use crate::web::Lang;

/// The block that an item becomes, in the newsletter's language.
pub fn block(item: &Item, lang: Lang) -> BlockKind {
    let details = &item.details;
    let line = |text: &Option<String>| Line::new(text.as_deref().unwrap_or_default());
    let date = details.date(lang).unwrap_or_default();
    let card = card(item);
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
            };
            BlockKind::ProjectList(ProjectList { projects: vec![project], ..Default::default() })
        }
    }
}

fn card(item: &Item) -> Card {
    let details = &item.details;
    let address = |text: Option<&str>, target| {
        text.and_then(|text| WebAddress::parse(text, target)).unwrap_or_default()
    };
    let image = address(details.image_url.as_deref(), Target::Image);
    Card {
        title: Line::new(&details.title),
        teaser: plain(&details.summary),
        url: address(item.address(), Target::Web),
        link_text: Line::default(),
        // What the picture shows has to be said for this issue; until then it counts as missing.
        image: image.get().is_some().then(|| Image { url: image, ..Default::default() }),
        groups: details.groups(),
        library_item: Some(item.uuid),
    }
}

/// Text in which nothing is a mark of emphasis or a link.
fn plain(text: &str) -> RichText {
    let run = Run { piece: Piece::Text(text.to_owned()), style: Style::default() };
    RichText::from_parts(vec![Part::Paragraph(vec![run])]).unwrap_or_default()
}
