//! Looking a source through: every tag, where it stands, its attributes and their values.

use super::allowed::{self, Inside, OFF, TAGS, Tag, VOID};
use super::tokens::{self, Attribute, Token, decoded};
use super::values::{self, Wrong};
use super::{Finding, Shape, style};
use crate::issues::text;

/// Elements inside each other.
const MOST_DEPTH: usize = 60;
/// More than anybody reads at once.
const MOST_FINDINGS: usize = 50;

/// The tokens of a source, and what cannot be taken.
pub(super) fn lint(source: &str, shape: Shape) -> (Vec<Token<'_>>, Vec<Finding>) {
    let (tokens, fault) = tokens::tokens(source);
    let mut lint = Lint { source, shape, open: Vec::new(), findings: Vec::new(), bodies: 0 };
    for token in &tokens {
        lint.look(token);
        if lint.findings.len() >= MOST_FINDINGS {
            break;
        }
    }
    match fault {
        Some(at) => {
            let rest = &source[at..];
            let code = match rest.starts_with("<!") {
                true => "error-mjml-comment",
                false => "error-mjml-syntax",
            };
            lint.find(at, code, &[]);
        }
        None => lint.end(),
    }
    let Lint { mut findings, .. } = lint;
    findings.truncate(MOST_FINDINGS);
    (tokens, findings)
}

struct Lint<'s> {
    source: &'s str,
    shape: Shape,
    /// Every element that is open: its name, where it began, and its line in the list.
    open: Vec<(&'s str, usize, Option<&'static Tag>)>,
    findings: Vec<Finding>,
    bodies: usize,
}

impl<'s> Lint<'s> {
    fn find(&mut self, at: usize, code: &'static str, args: &[(&'static str, &str)]) {
        let shown = |text: &str| text.chars().take(60).collect::<String>();
        let args = args.iter().map(|(name, value)| (*name, shown(value))).collect();
        self.findings.push(Finding { place: tokens::place(self.source, at), code, args });
    }

    fn look(&mut self, token: &Token<'s>) {
        match token {
            Token::Start { name, attributes, is_closed, at } => {
                self.start(name, attributes, *is_closed, *at);
            }
            Token::End { name, at } => self.close(name, *at),
            Token::Text { text, at } => self.text(text, *at),
            Token::Comment => {}
        }
    }

    fn start(&mut self, name: &'s str, attributes: &[Attribute<'s>], is_closed: bool, at: usize) {
        let tag = allowed::tag_named(name);
        match tag {
            Some(tag) => {
                if !self.may_stand(tag) {
                    let parent = self.open.last().map_or("", |(name, ..)| name);
                    match (parent, tag.parents.first()) {
                        ("", _) => self.find(at, "error-mjml-begin", &[("tag", name)]),
                        (_, Some(wanted)) => self.find(
                            at,
                            "error-mjml-place",
                            &[("tag", name), ("parent", parent), ("wanted", wanted)],
                        ),
                        (_, None) => {
                            self.find(
                                at,
                                "error-mjml-text-only",
                                &[("tag", name), ("parent", parent)],
                            );
                        }
                    }
                }
                if name == "mj-body" {
                    self.bodies += 1;
                }
                self.attributes(tag, attributes);
            }
            None if OFF.contains(&name) => self.find(at, "error-mjml-off", &[("tag", name)]),
            None => match allowed::nearest(name, TAGS.iter().map(|tag| tag.name)) {
                Some(near) => {
                    self.find(at, "error-mjml-tag-near", &[("tag", name), ("near", near)])
                }
                None => self.find(at, "error-mjml-tag", &[("tag", name)]),
            },
        }
        if is_closed || VOID.contains(&name) {
            return;
        }
        self.open.push((name, at, tag));
        if self.open.len() == MOST_DEPTH {
            self.find(at, "error-mjml-too-deep", &[]);
        }
    }

    /// Whether a tag may stand in what is open.
    fn may_stand(&self, tag: &Tag) -> bool {
        let Some((parent, _, known)) = self.open.last() else {
            return match self.shape {
                Shape::Whole => tag.name == "mjml",
                Shape::Block => matches!(tag.name, "mj-section" | "mj-wrapper"),
            };
        };
        // What stands in something unknown is not judged.
        let Some(known) = known else { return true };
        if self.open.iter().any(|(name, ..)| *name == "mj-attributes") {
            return *parent == "mj-attributes" && tag.is_mjml();
        }
        if !tag.parents.is_empty() {
            return tag.parents.contains(parent);
        }
        let is_link_in_link = tag.name == "a"
            && self.open.iter().any(|(name, ..)| matches!(*name, "a" | "mj-button"));
        tag.name != "mjml" && known.inside == Inside::Html && !is_link_in_link
    }

    fn attributes(&mut self, tag: &'static Tag, attributes: &[Attribute<'s>]) {
        let is_default = self.open.last().is_some_and(|(name, ..)| *name == "mj-attributes");
        let mut seen: Vec<&str> = Vec::new();
        for attribute in attributes {
            let (name, at) = (attribute.name, attribute.at);
            // A default for all is not what one picture shows or one link leads to.
            let is_own = matches!(name, "href" | "src" | "alt" | "title" | "target");
            let is_class = matches!(name, "css-class" | "mj-class") && tag.name != "mj-class";
            if !tag.has(name) || is_default && (is_own || is_class) {
                let args = [("attribute", name), ("tag", tag.name)];
                match allowed::nearest(name, tag.attributes()).filter(|near| *near != name) {
                    Some(near) => {
                        let args = [args[0], args[1], ("near", near)];
                        self.find(at, "error-mjml-attribute-near", &args);
                    }
                    None => self.find(at, "error-mjml-attribute", &args),
                }
                continue;
            }
            if seen.contains(&name) {
                self.find(at, "error-mjml-twice", &[("attribute", name)]);
            }
            seen.push(name);
            let value = attribute.decoded();
            self.unclean(&value, at);
            if let Err(wrong) = values::check(tag.name, name, &value) {
                let code = match wrong {
                    Wrong::Address => "error-mjml-address",
                    Wrong::Picture => "error-mjml-picture",
                    Wrong::Style => "error-mjml-style",
                    Wrong::Value => "error-mjml-value",
                };
                self.find(at, code, &[("attribute", name), ("value", &value)]);
            }
        }
    }

    fn close(&mut self, name: &'s str, at: usize) {
        match self.open.last() {
            Some((opened, ..)) if *opened == name => {
                self.open.pop();
            }
            // One was forgotten: what is open further out ends here.
            Some((opened, begun, _)) if self.open.iter().any(|(open, ..)| *open == name) => {
                let (opened, begun) = (*opened, *begun);
                self.find(begun, "error-mjml-open", &[("tag", opened)]);
                while self.open.pop().is_some_and(|(open, ..)| open != name) {}
            }
            _ => self.find(at, "error-mjml-no-start", &[("tag", name)]),
        }
    }

    fn text(&mut self, text: &'s str, at: usize) {
        let is_blank = text.trim().is_empty();
        let begun = at;
        let at = at + (text.len() - text.trim_start().len());
        self.unclean(&decoded(text), at);
        let inside = self.open.last().map(|(.., tag)| tag.map(|tag| tag.inside));
        match inside {
            Some(Some(Inside::Html)) => self.merge_fields(text, begun),
            Some(Some(Inside::Words)) if text.contains("{{") => {
                self.find(at, "error-mjml-merge-here", &[]);
            }
            Some(Some(Inside::Style)) => {
                if let Some(wrong) = style::wrong(&decoded(text)) {
                    self.find(at, "error-mjml-css", &[("found", wrong)]);
                } else if text.contains(['&', '<']) {
                    self.find(at, "error-mjml-css", &[("found", "&")]);
                }
            }
            Some(None | Some(Inside::Words)) => {}
            _ if is_blank => {}
            Some(Some(Inside::Tags | Inside::Nothing)) => {
                let parent = self.open.last().map_or("", |(name, ..)| name);
                self.find(at, "error-mjml-words", &[("parent", parent)]);
            }
            None => self.find(at, "error-mjml-outside", &[]),
        }
    }

    /// A character reference must not say what cannot be typed: our markers, above all.
    fn unclean(&mut self, decoded: &str, at: usize) {
        let is_wrong = |c: &char| !matches!(c, '\n' | '\t') && !text::is_clean(*c);
        if let Some(found) = decoded.chars().find(is_wrong) {
            let found = format!("U+{:04X}", u32::from(found));
            self.find(at, "error-mjml-character", &[("found", &found)]);
        }
    }

    /// `{{navn|leder}}` is the one field in words.
    fn merge_fields(&mut self, text: &str, at: usize) {
        for (start, _) in text.match_indices("{{") {
            let field = text[start..].split_once("}}").map(|(field, _)| &field[2..]);
            let fallback = field.and_then(|field| field.strip_prefix("navn|"));
            let is_good = fallback.is_some_and(|fallback| {
                let fallback = fallback.trim();
                !fallback.is_empty() && fallback.chars().count() <= 100 && !fallback.contains("{{")
            });
            if !is_good {
                let found = field.unwrap_or_else(|| text[start..].lines().next().unwrap_or(""));
                self.find(at + start, "error-mjml-merge", &[("found", found)]);
            }
        }
    }

    fn end(&mut self) {
        if let Some((name, at, _)) = self.open.last().copied() {
            self.find(at, "error-mjml-open", &[("tag", name)]);
        } else if self.findings.is_empty() && self.shape == Shape::Whole && self.bodies != 1 {
            self.find(0, "error-mjml-no-body", &[]);
        }
    }
}
