//! Content → mail. [`render`] makes the template of an issue: HTML and text with markers for what
//! is filled in later. The template is what is approved and frozen. [`Rendered::write`] puts the
//! links in: one function for preview, test and send, which differ only in the [`LinkWriter`].

use std::collections::HashMap;

use super::splice::{Person, Piece, Place, Splice, name_marker, pieces};
use super::{Content, Frame, mail_html, plain, splice, text};
use crate::db::PublicId;
use crate::error::Error;
use crate::links::Links;
use crate::mail::mjml;

/// A link of an issue whose clicks can be counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssueLink {
    /// From 1, in reading order; one address in one block is one link.
    pub number: i32,
    /// The block that it stands in; none in the introduction.
    pub block: Option<PublicId>,
    /// The destination, byte for byte as it was written.
    pub url: String,
    /// The library item that it leads to.
    pub library_item: Option<PublicId>,
}

/// Why content cannot be rendered.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// A template failed.
    #[error("a template of the issue failed")]
    Template(#[from] askama::Error),
    /// The MJML cannot be taken; content that is far too large is the one way to get here.
    #[error("the MJML of the issue cannot be rendered")]
    Mjml(#[from] mjml::MjmlError),
}

impl From<RenderError> for Error {
    fn from(error: RenderError) -> Self {
        match error {
            RenderError::Mjml(error) if error.fault == mjml::Fault::TooLong => {
                Self::field("", "error-content-too-large")
            }
            other => Self::Internal(other.into()),
        }
    }
}

/// The template of an issue: with markers for links, the open image and everything personal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The subject.
    pub subject: String,
    /// What an inbox shows after the subject.
    pub preheader: String,
    /// The HTML part.
    pub html: String,
    /// The text part; its addresses are the true ones.
    pub text: String,
    /// The links, by number.
    pub links: Vec<IssueLink>,
}

/// An issue with its links in; what is left to fill in is personal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The subject.
    pub subject: String,
    /// The HTML part.
    pub html: String,
    /// The text part.
    pub text: String,
}

/// An issue as one person gets it.
pub type Filled = Written;

/// What stands where an address goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Href {
    /// This, for everyone.
    To(String),
    /// Each recipient's own, filled in last. Only for people who consented.
    Personal,
}

/// How links are written; the only thing in which preview, test and real send differ.
pub trait LinkWriter {
    /// What stands in the `href` of a link.
    fn link(&self, link: &IssueLink) -> Href;
    /// The address of the open image, if there is one.
    fn open_image(&self) -> Option<Href>;
}

/// Every link leads straight to its destination, and there is no image: preview, test send,
/// archive, and mail of newsletters that measure nothing.
#[derive(Debug, Clone, Copy)]
pub struct Untracked;

impl LinkWriter for Untracked {
    fn link(&self, link: &IssueLink) -> Href {
        Href::To(link.url.clone())
    }
    fn open_image(&self) -> Option<Href> {
        None
    }
}

/// The same counted links and image for everyone.
#[derive(Clone, Copy)]
pub struct Aggregate<'a> {
    /// Builds the addresses.
    pub links: &'a Links,
    /// The issue's row.
    pub issue: i64,
}

impl LinkWriter for Aggregate<'_> {
    fn link(&self, link: &IssueLink) -> Href {
        Href::To(self.links.click(self.issue, link.number))
    }
    fn open_image(&self) -> Option<Href> {
        Some(Href::To(self.links.open(self.issue)))
    }
}

/// Links and an image of one's own, for people who consented.
#[derive(Debug, Clone, Copy)]
pub struct Personal;

impl LinkWriter for Personal {
    fn link(&self, _: &IssueLink) -> Href {
        Href::Personal
    }
    fn open_image(&self) -> Option<Href> {
        Some(Href::Personal)
    }
}

/// Renders content. The same content and frame give the same bytes.
///
/// # Errors
/// When the issue is too large to render.
pub fn render(content: &Content, frame: &Frame) -> Result<Rendered, RenderError> {
    let links = number_links(content);
    Ok(Rendered {
        subject: content.subject.to_template(),
        preheader: content.preheader.to_template(),
        html: splice::from_references(&mjml::to_html(&mail_html::mjml(content, frame, &links)?)?),
        text: plain::render(content, frame),
        links,
    })
}

impl Rendered {
    /// Puts the links in.
    pub fn write(&self, writer: &dyn LinkWriter) -> Written {
        let mut html = String::with_capacity(self.html.len() + 64 * self.links.len());
        for piece in pieces(&self.html) {
            match piece {
                Piece::Fixed(fixed) => html.push_str(fixed),
                Piece::Splice(Splice::Link(number), _) => {
                    let link = self.links.iter().find(|link| link.number == number);
                    match link.map(|link| writer.link(link)) {
                        Some(Href::To(url)) => html.push_str(&Place::Html.write(&url)),
                        Some(Href::Personal) => html.push_str(&Splice::Link(number).marker()),
                        None => {}
                    }
                }
                Piece::Splice(Splice::Image, _) => match writer.open_image() {
                    Some(Href::To(url)) => html.push_str(&open_image(&Place::Html.write(&url))),
                    Some(Href::Personal) => html.push_str(&open_image(&Splice::Open.marker())),
                    None => {}
                },
                Piece::Splice(Splice::Name, fallback) => {
                    html.push_str(&name_marker(fallback));
                }
                Piece::Splice(personal, _) => html.push_str(&personal.marker()),
            }
        }
        Written { subject: self.subject.clone(), html, text: self.text.clone() }
    }
}

impl Written {
    /// Fills in what is personal: what one person gets, in one piece.
    pub fn fill(&self, person: &Person<'_>) -> Filled {
        Filled {
            subject: person.fill(&self.subject, Place::Text),
            html: person.fill(&self.html, Place::Html),
            text: person.fill(&self.text, Place::Text),
        }
    }
}

fn open_image(escaped_url: &str) -> String {
    format!(
        r#"<img src="{escaped_url}" alt="" width="1" height="1" style="display:block;width:1px;height:1px;border:0" />"#
    )
}

/// Gives every address of a block that can be counted its number.
pub(super) fn number_links(content: &Content) -> Vec<IssueLink> {
    let intro = content.theme.iter().flat_map(|theme| theme.intro.links());
    let intro = intro.map(|url| (None, url, None));
    let whole = content.mjml.iter().flat_map(|mjml| mjml.links());
    let intro = intro.chain(whole.map(|url| (None, url, None)));
    let blocks = content.shown().flat_map(|block| {
        block.kind.links().into_iter().map(|(url, item)| (Some(block.id), url, item))
    });
    let mut links: Vec<IssueLink> = Vec::new();
    let mut seen = HashMap::new();
    for (block, url, library_item) in intro.chain(blocks).filter(|(_, url, _)| text::is_web(url)) {
        let number = i32::try_from(links.len() + 1).unwrap_or(i32::MAX);
        seen.entry((block, url)).or_insert_with(|| {
            links.push(IssueLink { number, block, url: url.to_owned(), library_item });
        });
    }
    links
}
