//! The MJML of an issue: `mjml/issue/frame.mjml` around one file a block kind. Its styles are inline
//! because mail clients want them so; its classes carry the dark colours.

use std::collections::HashMap;

use askama::Template;

use super::Frame;
use super::content::{
    BlockKind, Button, Card, Colour, Content, Heading, Image, Picture, Project, ProjectList, Quote,
    Text, Theme,
};
use super::html::Html;
use super::mjml::{self, Mjml};
use super::render::IssueLink;
use super::rich_text::{RichText, Tags};
use super::splice::{self, Piece, Splice, pieces};
use super::words::{self, CardWords};
use crate::db::PublicId;
use crate::pictures::{Address, COLUMN};
use crate::web::Texts;

/// The MJML of an issue, with markers for what is filled in later.
pub(super) fn mjml(
    content: &Content,
    frame: &Frame,
    links: &[IssueLink],
) -> Result<String, askama::Error> {
    let look = Look::new(content, frame, links);
    if let Some(mjml) = &content.mjml {
        return whole(content, mjml, &look);
    }
    let mut blocks = Vec::with_capacity(content.blocks.len());
    for block in content.shown() {
        let cell = Cell { look: &look, block: Some(block.id) };
        blocks.push(Html::of(&BlockTemplate::new(cell, &block.kind))?);
    }
    FrameTemplate {
        cell: Cell { look: &look, block: None },
        frame,
        title: content.subject.without_name(),
        preheader: preheader_html(&content.preheader.to_template()),
        theme: content.theme.as_ref(),
        date_line: frame.date_line(),
        blocks,
        unsubscribe: Splice::Unsubscribe.marker(),
        preferences: Splice::Preferences.marker(),
        image: Splice::Image.marker(),
    }
    .render()
}

/// The MJML of an issue that is MJML of the editor's own, with our footer below it.
fn whole(content: &Content, mjml: &Mjml, look: &Look<'_>) -> Result<String, askama::Error> {
    let (cell, frame) = (Cell { look, block: None }, look.frame);
    let mjml::Whole { head, attributes, body } =
        mjml::whole(mjml, &cell.addresses(&|url| cell.href(url)));
    WholeTemplate {
        cell,
        frame,
        title: content.subject.without_name(),
        preheader: preheader_html(&content.preheader.to_template()),
        head,
        attributes,
        body,
        unsubscribe: Splice::Unsubscribe.marker(),
        preferences: Splice::Preferences.marker(),
        image: Splice::Image.marker(),
    }
    .render()
}

/// The preheader, with blanks behind it so that an inbox does not go on with the first words of the
/// mail.
fn preheader_html(preheader: &str) -> Html {
    let mut html = Html::default();
    for piece in pieces(preheader) {
        match piece {
            Piece::Fixed(text) => html.text(text),
            Piece::Splice(_, fallback) => {
                let fallback = Html::escaped(fallback).into_string();
                html.text(&splice::name_marker(&fallback))
            }
        };
    }
    for _ in 0..30 {
        html.markup("&#847;&zwnj;&nbsp;");
    }
    html
}

/// What all templates of one issue share.
struct Look<'a> {
    frame: &'a Frame,
    texts: Texts,
    colour: Colour,
    tags: Tags,
    numbers: HashMap<(Option<PublicId>, &'a str), i32>,
}

impl<'a> Look<'a> {
    fn new(content: &Content, frame: &'a Frame, links: &'a [IssueLink]) -> Self {
        let colour = content.theme.as_ref().map(|theme| theme.colour).unwrap_or_default();
        let mut link = Html::default();
        link.markup(r#" class="accent" style="color:"#)
            .text(&colour.on_light().to_string())
            .markup(r#";text-decoration:underline""#);
        Self {
            frame,
            texts: frame.lang.texts(),
            colour,
            tags: Tags {
                paragraph: r#"<p style="margin:0 0 16px">"#,
                last_paragraph: r#"<p style="margin:0">"#,
                bullets: r#"<ul style="margin:0 0 16px;padding:0 0 0 24px">"#,
                numbers: r#"<ol style="margin:0 0 16px;padding:0 0 0 24px">"#,
                item: r#"<li style="margin:0 0 6px">"#,
                link,
            },
            numbers: links.iter().map(|link| ((link.block, &*link.url), link.number)).collect(),
        }
    }
}

/// One block, as its template sees it.
#[derive(Clone, Copy)]
struct Cell<'a> {
    look: &'a Look<'a>,
    block: Option<PublicId>,
}

impl Cell<'_> {
    fn addresses<'c>(&'c self, href: &'c dyn Fn(&str) -> String) -> mjml::Addresses<'c> {
        let frame = self.look.frame;
        mjml::Addresses { href, base: &frame.base, web_version: &frame.web_version }
    }

    fn t(&self, key: &str) -> String {
        self.look.texts.get(key)
    }

    fn why(&self) -> String {
        self.look.texts.with("issue-why", &[("newsletter", &self.look.frame.newsletter)])
    }

    fn cvr(&self) -> String {
        self.look.texts.with("issue-cvr", &[("cvr", &self.look.frame.details.cvr)])
    }

    /// The colour of the theme, and what can be read on it and beside it.
    fn colour(&self) -> String {
        self.look.colour.to_string()
    }
    fn on_colour(&self) -> String {
        self.look.colour.text().to_string()
    }
    fn accent(&self) -> String {
        self.look.colour.on_light().to_string()
    }
    fn accent_dark(&self) -> String {
        self.look.colour.on_dark().to_string()
    }

    /// What stands in the `href` of an address: the marker of its number, or the address itself
    /// when it is none that is counted.
    fn href(&self, url: &str) -> String {
        match self.look.numbers.get(&(self.block, url)) {
            Some(number) => Splice::Link(*number).marker(),
            None => url.to_owned(),
        }
    }

    fn rich(&self, text: &RichText) -> Html {
        text.to_html(&self.look.tags, &|url| self.href(url))
    }

    fn src(&self, image: &Image) -> String {
        self.look.frame.image_address(image)
    }

    /// How wide a picture of ours is in pixels, when that is less than its place.
    fn narrow(&self, image: &Image) -> Option<u32> {
        let own = Address::parse(image.url.as_str())?;
        (own.width < COLUMN).then_some(own.width)
    }
}

/// The frame of the mail.
#[derive(Template)]
#[template(path = "issue/frame.mjml")]
struct FrameTemplate<'a> {
    cell: Cell<'a>,
    frame: &'a Frame,
    title: String,
    preheader: Html,
    theme: Option<&'a Theme>,
    date_line: String,
    blocks: Vec<Html>,
    unsubscribe: String,
    preferences: String,
    image: String,
}

/// Our frame around an issue that is MJML.
#[derive(Template)]
#[template(path = "issue/whole.mjml")]
struct WholeTemplate<'a> {
    cell: Cell<'a>,
    frame: &'a Frame,
    title: String,
    preheader: Html,
    head: Html,
    attributes: Html,
    body: Html,
    unsubscribe: String,
    preferences: String,
    image: String,
}

/// One file a block kind.
#[derive(Template)]
enum BlockTemplate<'a> {
    #[template(path = "issue/heading.mjml")]
    Heading { heading: &'a Heading },
    #[template(path = "issue/text.mjml")]
    Text { cell: Cell<'a>, text: &'a Text },
    #[template(path = "issue/article.mjml")]
    Article { cell: Cell<'a>, card: &'a Card, words: CardWords },
    #[template(path = "issue/publication.mjml")]
    Publication { cell: Cell<'a>, card: &'a Card, words: CardWords },
    #[template(path = "issue/podcast.mjml")]
    Podcast { cell: Cell<'a>, card: &'a Card, words: CardWords },
    #[template(path = "issue/event.mjml")]
    Event { cell: Cell<'a>, card: &'a Card, words: CardWords },
    #[template(path = "issue/ecourse.mjml")]
    Ecourse { cell: Cell<'a>, card: &'a Card, words: CardWords },
    #[template(path = "issue/quote.mjml")]
    Quote { cell: Cell<'a>, quote: &'a Quote },
    #[template(path = "issue/image.mjml")]
    Image { cell: Cell<'a>, picture: &'a Picture },
    #[template(path = "issue/button.mjml")]
    Button { cell: Cell<'a>, button: &'a Button },
    #[template(path = "issue/project_list.mjml")]
    ProjectList { cell: Cell<'a>, list: &'a ProjectList, groups: Vec<(String, Vec<&'a Project>)> },
    #[template(path = "issue/divider.mjml")]
    Divider,
    #[template(path = "issue/mjml.mjml")]
    Mjml { sections: Html },
}

impl<'a> BlockTemplate<'a> {
    fn new(cell: Cell<'a>, kind: &'a BlockKind) -> Self {
        let texts = cell.look.texts;
        let words = |card| words::card(kind, card, texts);
        match kind {
            BlockKind::Heading(heading) => Self::Heading { heading },
            BlockKind::Text(text) => Self::Text { cell, text },
            BlockKind::Article(article) => {
                let card = &article.card;
                Self::Article { cell, card, words: words(card) }
            }
            BlockKind::Publication(publication) => {
                let card = &publication.card;
                Self::Publication { cell, card, words: words(card) }
            }
            BlockKind::Podcast(podcast) => {
                let card = &podcast.card;
                Self::Podcast { cell, card, words: words(card) }
            }
            BlockKind::Event(event) => {
                let card = &event.card;
                Self::Event { cell, card, words: words(card) }
            }
            BlockKind::Ecourse(ecourse) => {
                let card = &ecourse.card;
                Self::Ecourse { cell, card, words: words(card) }
            }
            BlockKind::Quote(quote) => Self::Quote { cell, quote },
            BlockKind::Image(picture) => Self::Image { cell, picture },
            BlockKind::Button(button) => Self::Button { cell, button },
            BlockKind::ProjectList(list) => {
                Self::ProjectList { cell, list, groups: words::project_groups(list, texts) }
            }
            BlockKind::Divider(_) => Self::Divider,
            BlockKind::Mjml(own) => Self::Mjml {
                sections: mjml::block(&own.source, &cell.addresses(&|url| cell.href(url))),
            },
        }
    }
}
