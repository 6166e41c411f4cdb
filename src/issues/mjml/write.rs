//! MJML for a mail, written anew from the tokens of what people wrote: with markers where links,
//! names and personal addresses go, and with pictures at their full addresses.

use super::allowed::VOID;
use super::tokens::{Attribute, Token};
use super::values::{PREFERENCES, UNSUBSCRIBE, WEB_VERSION};
use super::{Mjml, Shape};
use crate::issues::html::Html;
use crate::issues::splice::{Splice, name_marker};

/// Where addresses lead.
pub(in crate::issues) struct Addresses<'a> {
    /// What stands in the `href` of an address.
    pub(in crate::issues) href: &'a dyn Fn(&str) -> String,
    /// The public address of this service, with a slash at its end.
    pub(in crate::issues) base: &'a str,
    /// The web version.
    pub(in crate::issues) web_version: &'a str,
}

/// The parts of a whole issue, each to be set into our frame.
pub(in crate::issues) struct Whole {
    /// What stands in the head, without title and preview: those are the subject and preheader.
    pub(in crate::issues) head: Html,
    /// The attributes of the body.
    pub(in crate::issues) attributes: Html,
    /// What stands in the body.
    pub(in crate::issues) body: Html,
}

/// The sections of a block.
pub(in crate::issues) fn block(mjml: &Mjml, addresses: &Addresses<'_>) -> Html {
    let mut out = String::new();
    for token in mjml.tokens() {
        write(&token, addresses, &mut out);
    }
    Html::of_tokens(out)
}

/// A whole issue.
pub(in crate::issues) fn whole(mjml: &Mjml, addresses: &Addresses<'_>) -> Whole {
    let (mut head, mut attributes, mut body) = Default::default();
    let mut part = None;
    let mut is_left_out = false;
    for token in mjml.tokens() {
        match &token {
            Token::Start { name: "mjml", .. } | Token::End { name: "mjml", .. } => {}
            Token::Start { name: "mj-head", is_closed, .. } if !is_closed => part = Some(&mut head),
            Token::Start { name: "mj-body", attributes: own, is_closed, .. } => {
                write_attributes(own, addresses, &mut attributes);
                part = Some(&mut body).filter(|_| !is_closed);
            }
            Token::End { name: "mj-head" | "mj-body", .. } => part = None,
            Token::Start { name: "mj-title" | "mj-preview", is_closed, .. } => {
                is_left_out = !is_closed;
            }
            Token::End { name: "mj-title" | "mj-preview", .. } => is_left_out = false,
            _ if is_left_out => {}
            token => {
                if let Some(part) = part.as_deref_mut() {
                    write(token, addresses, part);
                }
            }
        }
    }
    Whole {
        head: Html::of_tokens(head),
        attributes: Html::of_tokens(attributes),
        body: Html::of_tokens(body),
    }
}

/// The source as a document of its own, to see whether HTML can be made of it.
pub(super) fn trial(tokens: &[Token<'_>], shape: Shape) -> String {
    let addresses = Addresses { href: &str::to_owned, base: "/", web_version: "/" };
    let mut out = String::new();
    for token in tokens {
        write(token, &addresses, &mut out);
    }
    match shape {
        Shape::Whole => out,
        Shape::Block => format!("<mjml><mj-body>{out}</mj-body></mjml>"),
    }
}

fn write(token: &Token<'_>, addresses: &Addresses<'_>, out: &mut String) {
    match token {
        Token::Start { name, attributes, is_closed, .. } => {
            out.push('<');
            out.push_str(name);
            write_attributes(attributes, addresses, out);
            let is_whole = VOID.contains(name) || *is_closed && name.starts_with("mj");
            out.push_str(if is_whole { " />" } else { ">" });
            if *is_closed && !is_whole {
                // A browser reads `<p/>` as a beginning.
                end(name, out);
            }
        }
        Token::End { name, .. } if VOID.contains(name) => {}
        Token::End { name, .. } => end(name, out),
        // A stylesheet's bracket is a combinator, and no reference is read there.
        Token::Text { text, .. } if is_style(out) => out.push_str(text),
        Token::Text { text, .. } => write_text(text, out),
        Token::Comment => {}
    }
}

/// Whether what was written last is the beginning of a stylesheet.
fn is_style(out: &str) -> bool {
    out.rfind('<').is_some_and(|at| out[at..].starts_with("<mj-style"))
}

fn end(name: &str, out: &mut String) {
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}

fn write_attributes(attributes: &[Attribute<'_>], addresses: &Addresses<'_>, out: &mut String) {
    for attribute in attributes {
        let value = attribute.decoded();
        let value = match attribute.name {
            "href" => match &*value {
                UNSUBSCRIBE => Splice::Unsubscribe.marker(),
                PREFERENCES => Splice::Preferences.marker(),
                WEB_VERSION => addresses.web_version.to_owned(),
                url => (addresses.href)(url),
            },
            "src" => match value.strip_prefix('/') {
                Some(path) => format!("{}{path}", addresses.base),
                None => value,
            },
            _ => value,
        };
        out.push(' ');
        out.push_str(attribute.name);
        out.push_str("=\"");
        out.push_str(&Html::escaped(&value).into_string());
        out.push('"');
    }
}

/// Words as they are written, with markers where a name goes. What is written there is HTML
/// already, the fallback of a name too.
fn write_text(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some((before, field)) = rest.split_once("{{") {
        push_words(before, out);
        let Some((field, after)) = field.split_once("}}") else {
            rest = field;
            continue;
        };
        if let Some(fallback) = field.strip_prefix("navn|") {
            out.push_str(&name_marker(fallback.trim()));
        }
        rest = after;
    }
    push_words(rest, out);
}

/// A bare `>` is taken by people and not by mrml's tokenizer, which may end the program over it.
fn push_words(words: &str, out: &mut String) {
    out.push_str(&words.replace('>', "&gt;"));
}
