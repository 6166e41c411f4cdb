//! The web version of an issue: the same blocks as proper HTML for the public archive. No personal
//! data, no counted links, pictures of this service by their path, and no style of its own: the classes are those of `assets/issue.css`,
//! and the theme's colours are a small stylesheet of their own ([`theme_css`]), because the pages'
//! content security policy allows no inline style.

use askama::Template;

use super::content::{BlockKind, Card, Content, Image, Theme};
use super::html::Html;
use super::rich_text::{RichText, Tags};
use super::words::{self, CardWords};
use super::{Frame, mjml};
use crate::pictures::{Address, COLUMN};
use crate::web::{Lang, Texts};

/// The web version: one `article`, with the page's only `h1` in it.
///
/// # Errors
/// None that content could cause; a template can fail in principle.
pub fn render(content: &Content, frame: &Frame) -> Result<Html, askama::Error> {
    let texts = frame.lang.texts();
    let mut blocks = Vec::with_capacity(content.blocks.len());
    for block in content.shown() {
        blocks.push(Html::of(&BlockTemplate { texts, block: &block.kind })?);
    }
    let heading = match &content.theme {
        Some(theme) if !theme.title.is_empty() => theme.title.to_string(),
        _ => content.subject.without_name(),
    };
    // The mail of an issue that is MJML is shown as a document of its own.
    let whole = content.mjml.as_ref().map(|own| (mail_path(frame), mjml::to_html(own)));
    Html::of(&IssueTemplate { frame, texts, heading, theme: content.theme.as_ref(), blocks, whole })
}

/// A block as it stands in the web version.
pub(super) fn block(lang: Lang, block: &BlockKind) -> Result<Html, askama::Error> {
    Html::of(&BlockTemplate { texts: lang.texts(), block })
}

/// Where the mail of a public issue is shown as it was sent.
pub fn mail_path(frame: &Frame) -> String {
    let path = frame.web_version.strip_prefix(&*frame.base).unwrap_or_default();
    format!("/{path}/mail")
}

/// The stylesheet with the theme's colours, or those of an issue without a theme.
pub fn theme_css(content: &Content) -> String {
    let colour = content.theme.as_ref().map(|theme| theme.colour).unwrap_or_default();
    format!(
        ".issue {{ --theme: {colour}; --on-theme: {}; --accent: {}; }}\n\
         @media (prefers-color-scheme: dark) {{ .issue {{ --accent: {}; }} }}\n",
        colour.text(),
        colour.on_light(),
        colour.on_dark(),
    )
}

#[derive(Template)]
#[template(path = "issues/pages/web/issue.html")]
struct IssueTemplate<'a> {
    frame: &'a Frame,
    texts: Texts,
    heading: String,
    theme: Option<&'a Theme>,
    blocks: Vec<Html>,
    /// The mail's address and its words.
    whole: Option<(String, Html)>,
}

#[derive(Template)]
#[template(path = "issues/pages/web/block.html")]
struct BlockTemplate<'a> {
    texts: Texts,
    block: &'a BlockKind,
}

impl BlockTemplate<'_> {
    /// How wide its picture is on the page.
    fn sizes(&self) -> &'static str {
        match self.block {
            BlockKind::Publication(_) => "11rem",
            _ => "(max-width: 40rem) 100vw, 600px",
        }
    }

    fn words(&self, card: &Card) -> CardWords {
        words::card(self.block, card, self.texts)
    }
}

/// How wide the theme's picture is on the page.
const BANNER: &str = "(max-width: 44rem) 100vw, 44rem";

/// The theme's picture; it is seen at once, so it is fetched at once.
fn banner(image: &Image) -> Html {
    let mut html = Html::default();
    html.markup("<img class=\"issue-banner\"");
    source(&mut html, image, BANNER);
    html.markup(">");
    html
}

/// A picture of a block.
fn picture(image: &Image, class: Option<&'static str>, sizes: &'static str) -> Html {
    let own = Address::parse(image.url.as_str());
    // Of ours it is known whether the column has to make it larger.
    let fit = own.map(|own| if own.width < COLUMN { "issue-narrow" } else { "issue-wide" });
    let classes: Vec<&str> = class.into_iter().chain(fit).collect();
    let mut html = Html::default();
    html.markup("<img");
    if !classes.is_empty() {
        html.markup(" class=\"").text(&classes.join(" ")).markup("\"");
    }
    source(&mut html, image, sizes);
    html.markup(" loading=\"lazy\">");
    html
}

/// Where a picture is and what it shows. Of ours both files are offered, and the size is said, so
/// that nothing jumps when it comes.
fn source(html: &mut Html, image: &Image, sizes: &'static str) {
    let own = Address::parse(image.url.as_str());
    let small = own.as_ref().and_then(Address::small);
    html.markup(" src=\"");
    match &small {
        Some(small) => html.text(&small.to_string()),
        None => html.text(image.url.as_str()),
    };
    html.markup("\"");
    if let (Some(own), Some(small)) = (&own, &small) {
        let set = format!("{small} {}w, {own} {}w", small.width, own.width);
        html.markup(" srcset=\"").text(&set).markup("\" sizes=\"").markup(sizes).markup("\"");
    }
    if let Some(shown) = small.or(own) {
        html.markup(" width=\"").text(&shown.width.to_string());
        html.markup("\" height=\"").text(&shown.height.to_string()).markup("\"");
    }
    html.markup(" alt=\"").text(image.alt.as_str()).markup("\"");
}

/// Rich text with the fallback wherever a name would stand.
pub(super) fn rich(text: &RichText) -> Html {
    let tags = Tags {
        paragraph: "<p>",
        last_paragraph: "<p>",
        bullets: "<ul>",
        numbers: "<ol>",
        item: "<li>",
        link: Html::default(),
    };
    text.without_person().to_html(&tags, &str::to_owned)
}
