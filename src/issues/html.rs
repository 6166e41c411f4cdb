//! HTML that is known to be escaped: a type of its own, so that templates print it as it is and
//! everything else escaped.

use std::fmt;

use askama::filters::{Escaper, HtmlSafe};

/// Escaped HTML. Made only by escaping text and by joining what was escaped.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Html(String);

impl Html {
    /// Text as HTML that shows it.
    pub fn escaped(text: &str) -> Self {
        let mut html = Self::default();
        html.text(text);
        html
    }

    /// Markup of our own: it takes only what is known when the program is built.
    pub fn markup(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Adds text, escaped, also fit for an attribute in quotes.
    pub fn text(&mut self, text: &str) -> &mut Self {
        // Writing into a string cannot fail.
        let _ = askama::filters::Html.write_escaped_str(&mut self.0, text);
        self
    }

    /// Adds what is escaped already.
    pub fn html(&mut self, html: &Self) -> &mut Self {
        self.0.push_str(&html.0);
        self
    }

    /// What a template printed: every template of this crate escapes.
    pub fn of(template: &impl askama::Template) -> Result<Self, askama::Error> {
        template.render().map(Self)
    }

    /// What was written anew from tokens that an allow-list took ([`super::mjml`]).
    pub(super) fn of_tokens(written: String) -> Self {
        Self(written)
    }

    /// The web version of a rendition: HTML of this type when it was approved and stored.
    pub fn of_rendition(rendition: &super::store::Rendition) -> Self {
        Self(rendition.web.clone())
    }

    /// The web version within a page that has its own `h1`.
    pub(super) fn below_a_heading(self) -> Self {
        Self(self.0.replacen("<h1", "<p", 1).replacen("</h1>", "</p>", 1))
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The HTML as a string.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl fmt::Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for Html {}
