//! What is approved and sent: an issue rendered once, kept byte for byte under its hash.

use super::content::Content;
use super::render::{self, IssueLink, Rendered};
use super::store::{Rendition, Revision};
use super::{Frame, web_version};
use crate::clock::Instant;
use crate::error::Result;

/// A rendition and the links that its markers stand for.
pub struct Frozen {
    /// What is stored.
    pub rendition: Rendition,
    /// The links, by number.
    pub links: Vec<IssueLink>,
}

/// Renders an issue as it is to be approved or sent.
pub fn freeze(content: &Content, frame: &Frame, now: Instant) -> Result<Frozen> {
    let Rendered { subject, preheader, html, text, links } = render::render(content, frame)?;
    let web = web_version::render(content, frame).map_err(anyhow::Error::new)?.into_string();
    let hash = hash(&[&subject, &preheader, &html, &text, &web]);
    let rendition =
        Rendition { hash, subject, preheader, html, plain_text: text, web, created_at: now };
    Ok(Frozen { rendition, links })
}

/// Reads what a revision contains.
pub fn content(revision: &Revision) -> Result<Content> {
    Content::read(&revision.content.0).map_err(|errors| {
        let fields: Vec<_> = errors.iter().map(|e| format!("{}: {}", e.field, e.code)).collect();
        anyhow::anyhow!("a stored revision cannot be read: {}", fields.join(", ")).into()
    })
}

/// SHA-256 of texts, in hexadecimal; where one ends and the next begins is part of it.
pub fn hash(texts: &[&str]) -> String {
    let mut context = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256);
    for text in texts {
        context.update(&(text.len() as u64).to_be_bytes());
        context.update(text.as_bytes());
    }
    data_encoding::HEXLOWER.encode(context.finish().as_ref())
}
