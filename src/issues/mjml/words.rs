//! What MJML says, without its looks: for the text part of the mail, and as proper HTML for the web
//! version.

use super::Mjml;
use super::tokens::{Token, decoded};
use super::values::{PREFERENCES, UNSUBSCRIBE, WEB_VERSION};
use crate::issues::html::Html;
use crate::issues::splice::{self, Splice, name_marker};

/// What a stretch of words is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Paragraph,
    Heading(u8),
    Bullet,
    Number(usize),
    Button,
}

/// Words with the same link.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Run {
    words: String,
    link: Option<String>,
}

/// A part of the reading order.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Words { kind: Kind, runs: Vec<Run> },
    Image { src: String, alt: String, link: Option<String> },
    Rule,
}

/// Reads tokens as parts.
#[derive(Default)]
struct Reader {
    parts: Vec<Part>,
    runs: Vec<Run>,
    kind: Option<Kind>,
    links: Vec<String>,
    /// The lists that are open; a numbered one counts.
    lists: Vec<Option<usize>>,
    /// Inside what has words for readers.
    shown: usize,
}

impl Reader {
    fn read(mjml: &Mjml) -> Vec<Part> {
        let mut reader = Self::default();
        for token in mjml.tokens() {
            reader.token(&token);
        }
        reader.flush();
        reader.parts
    }

    fn token(&mut self, token: &Token<'_>) {
        match token {
            Token::Start { name, is_closed, .. } => {
                self.start(name, token);
                if *is_closed {
                    self.end(name);
                }
            }
            Token::End { name, .. } => self.end(name),
            Token::Text { text, .. } if self.shown > 0 => self.words(text),
            Token::Text { .. } | Token::Comment => {}
        }
    }

    fn start(&mut self, name: &str, token: &Token<'_>) {
        match name {
            "mj-text" | "mj-button" | "mj-table" => {
                self.flush();
                self.shown += 1;
                if name == "mj-button" {
                    self.kind = Some(Kind::Button);
                    self.links.extend(token.attribute("href"));
                }
            }
            "mj-image" => {
                self.flush();
                if let Some(src) = token.attribute("src") {
                    let alt = token.attribute("alt").unwrap_or_default();
                    self.parts.push(Part::Image { src, alt, link: token.attribute("href") });
                }
            }
            "mj-divider" | "hr" => {
                self.flush();
                self.parts.push(Part::Rule);
            }
            "a" => self.links.push(token.attribute("href").unwrap_or_default()),
            "br" => self.push("\n"),
            "ul" => self.lists.push(None),
            "ol" => self.lists.push(Some(0)),
            "td" | "th" if !self.runs.is_empty() => self.push(" | "),
            "p" | "blockquote" | "tr" => self.flush(),
            "h1" | "h2" | "h3" | "h4" => {
                self.flush();
                let level = name.as_bytes().last().map_or(2, |digit| digit.saturating_sub(b'0'));
                self.kind = Some(Kind::Heading(level));
            }
            "li" => {
                self.flush();
                self.kind = Some(match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number += 1;
                        Kind::Number(*number)
                    }
                    _ => Kind::Bullet,
                });
            }
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "mj-text" | "mj-button" | "mj-table" => {
                self.flush();
                self.shown = self.shown.saturating_sub(1);
                self.links.clear();
                self.lists.clear();
            }
            "a" => {
                self.links.pop();
            }
            "ul" | "ol" => {
                self.flush();
                self.lists.pop();
            }
            "p" | "blockquote" | "tr" | "h1" | "h2" | "h3" | "h4" | "li" => self.flush(),
            _ => {}
        }
    }

    /// Words as HTML has them: every stretch of blanks is one.
    fn words(&mut self, text: &str) {
        let mut written = String::new();
        let mut rest = text;
        while let Some((before, field)) = rest.split_once("{{") {
            written.push_str(&decoded(before));
            let Some((field, after)) = field.split_once("}}") else { break };
            if let Some(fallback) = field.strip_prefix("navn|") {
                written.push_str(&name_marker(&decoded(fallback.trim())));
            }
            rest = after;
        }
        written.push_str(&decoded(rest));
        let mut words = String::new();
        for letter in written.chars() {
            match letter {
                ' ' | '\n' if words.ends_with(' ') => {}
                ' ' | '\n' => words.push(' '),
                letter => words.push(letter),
            }
        }
        self.push(&words);
    }

    fn push(&mut self, words: &str) {
        let is_begin = self.runs.is_empty()
            || self.runs.last().is_some_and(|run| run.words.ends_with(['\n', ' ']));
        let words = if is_begin { words.trim_start_matches(' ') } else { words };
        if words.is_empty() {
            return;
        }
        let link = self.links.last().filter(|link| !link.is_empty()).cloned();
        match self.runs.last_mut() {
            Some(run) if run.link == link => run.words.push_str(words),
            _ => self.runs.push(Run { words: words.to_owned(), link }),
        }
    }

    fn flush(&mut self) {
        let mut runs = std::mem::take(&mut self.runs);
        if let Some(last) = runs.last_mut() {
            last.words.truncate(last.words.trim_end().len());
        }
        runs.retain(|run| !run.words.is_empty());
        let kind = self.kind.take().unwrap_or(Kind::Paragraph);
        if runs.iter().any(|run| !run.words.trim().is_empty()) {
            self.parts.push(Part::Words { kind, runs });
        }
    }
}

/// The text part: paragraphs, headings underlined, links behind their words.
pub(in crate::issues) fn to_text(mjml: &Mjml, web_version: &str) -> String {
    let mut out = String::new();
    let mut was_item = false;
    for part in Reader::read(mjml) {
        let is_item = matches!(part, Part::Words { kind: Kind::Bullet | Kind::Number(_), .. });
        let text = match part {
            Part::Words { kind, runs } => {
                let text = runs_to_text(&runs, kind == Kind::Button, web_version);
                match kind {
                    Kind::Heading(level) => {
                        let width = splice::without_person(&text).chars().count().min(70);
                        let line = if level <= 2 { "=" } else { "-" };
                        format!("{text}\n{}", line.repeat(width))
                    }
                    Kind::Bullet => format!("- {text}"),
                    Kind::Number(number) => format!("{number}. {text}"),
                    Kind::Paragraph | Kind::Button => text,
                }
            }
            Part::Image { alt, link, .. } => {
                let link = link.map(|link| personal(&link, web_version)).unwrap_or_default();
                match (alt.is_empty(), link.is_empty()) {
                    (true, _) => link,
                    (false, true) => format!("[{alt}]"),
                    (false, false) => format!("[{alt}]\n{link}"),
                }
            }
            Part::Rule => "* * *".to_owned(),
        };
        if text.is_empty() {
            continue;
        }
        if !out.is_empty() {
            out.push_str(if is_item && was_item { "\n" } else { "\n\n" });
        }
        out.push_str(&text);
        was_item = is_item;
    }
    out
}

fn personal(link: &str, web_version: &str) -> String {
    match link {
        UNSUBSCRIBE => Splice::Unsubscribe.marker(),
        PREFERENCES => Splice::Preferences.marker(),
        WEB_VERSION => web_version.to_owned(),
        url => url.strip_prefix("mailto:").unwrap_or(url).to_owned(),
    }
}

fn runs_to_text(runs: &[Run], is_button: bool, web_version: &str) -> String {
    let mut text = String::new();
    for run in runs {
        match &run.link {
            None => text.push_str(&run.words),
            Some(link) => {
                let address = personal(link, web_version);
                let words = run.words.trim_end();
                text.push_str(words);
                if address != words {
                    let linked =
                        if is_button { format!(": {address}") } else { format!(" ({address})") };
                    text.push_str(&linked);
                }
                text.push_str(&run.words[words.len()..]);
            }
        }
    }
    text
}

/// Proper HTML for the web version: no layout tables, no styles, no personal addresses.
pub(in crate::issues) fn to_html(mjml: &Mjml) -> Html {
    let mut html = Html::default();
    let mut list = "";
    for part in Reader::read(mjml) {
        let wanted = match part {
            Part::Words { kind: Kind::Bullet, .. } => "ul",
            Part::Words { kind: Kind::Number(_), .. } => "ol",
            _ => "",
        };
        let is_first = matches!(part, Part::Words { kind: Kind::Number(1), .. });
        if wanted != list || is_first {
            close(list, &mut html);
            html.markup(match wanted {
                "ul" => "<ul>",
                "ol" => "<ol>",
                _ => "",
            });
            list = wanted;
        }
        match part {
            Part::Words { kind, runs } => {
                let (open, end) = match kind {
                    Kind::Paragraph => ("<p>", "</p>"),
                    Kind::Heading(1 | 2) => ("<h2>", "</h2>"),
                    Kind::Heading(_) => ("<h3>", "</h3>"),
                    Kind::Bullet | Kind::Number(_) => ("<li>", "</li>"),
                    Kind::Button => ("<p class=\"issue-button\">", "</p>"),
                };
                html.markup(open);
                runs.iter().for_each(|run| write_run(run, &mut html));
                html.markup(end);
            }
            Part::Image { src, alt, link } => {
                let link = link.filter(|link| !link.starts_with("{{"));
                html.markup("<figure class=\"issue-picture\">");
                if let Some(link) = &link {
                    html.markup("<a href=\"").text(link).markup("\">");
                }
                html.markup("<img src=\"").text(&src).markup("\" alt=\"").text(&alt);
                html.markup("\" loading=\"lazy\">");
                if link.is_some() {
                    html.markup("</a>");
                }
                html.markup("</figure>");
            }
            Part::Rule => {
                html.markup("<hr class=\"issue-divider\">");
            }
        }
    }
    close(list, &mut html);
    html
}

fn close(list: &str, html: &mut Html) {
    html.markup(match list {
        "ul" => "</ul>",
        "ol" => "</ol>",
        _ => "",
    });
}

fn write_run(run: &Run, html: &mut Html) {
    // What only a recipient has is not for a public page.
    let link = match run.link.as_deref() {
        Some(link) if link.starts_with("{{") => return,
        link => link,
    };
    if let Some(link) = link {
        html.markup("<a href=\"").text(link).markup("\">");
    }
    let words = splice::without_person(&run.words);
    for (at, line) in words.split('\n').enumerate() {
        if at > 0 {
            html.markup("<br>");
        }
        html.text(line);
    }
    if link.is_some() {
        html.markup("</a>");
    }
}
