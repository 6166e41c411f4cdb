//! The text part of an issue: the same blocks, with true addresses.

use super::content::{BlockKind, Content, Image};
use super::splice::Splice;
use super::{Frame, mjml, words};
use crate::web::Texts;

/// The text part, with markers for what is personal; ends with a line end.
pub(super) fn render(content: &Content, frame: &Frame) -> String {
    let texts = frame.lang.texts();
    let mut out = Paragraphs::default();
    let special = if frame.is_special() { texts.get("issue-special") } else { String::new() };
    let date = words::joined(vec![special, frame.date_line()]);
    out.add(format!("{}\n{date}", frame.newsletter.to_uppercase()));
    if !frame.web_version.is_empty() {
        out.add(format!("{}: {}", texts.get("issue-view-in-browser"), frame.web_version));
    }
    if let Some(theme) = &content.theme {
        out.heading(theme.title.as_str(), '=');
        out.image(theme.image.as_ref());
        out.add(theme.intro.to_text());
    }
    if let Some(mjml) = &content.mjml {
        out.add(mjml::to_text(mjml, &frame.web_version));
    }
    for block in content.shown() {
        match &block.kind {
            BlockKind::Mjml(own) => out.add(mjml::to_text(&own.source, &frame.web_version)),
            kind => add_block(kind, texts, &mut out),
        }
    }
    add_footer(frame, texts, &mut out);
    let mut text = out.0.join("\n\n");
    text.push('\n');
    text
}

/// Paragraphs, none of them empty.
#[derive(Default)]
struct Paragraphs(Vec<String>);

impl Paragraphs {
    fn add(&mut self, paragraph: String) {
        if !paragraph.is_empty() {
            self.0.push(paragraph);
        }
    }

    fn heading(&mut self, words: &str, line: char) {
        if !words.is_empty() {
            let width = words.chars().count().min(70);
            self.add(format!("{words}\n{}", line.to_string().repeat(width)));
        }
    }

    fn image(&mut self, image: Option<&Image>) {
        if let Some(image) = image.filter(|image| !image.alt.is_empty()) {
            self.add(format!("[{}]", image.alt));
        }
    }
}

/// What is there, each on its line.
fn lines(lines: Vec<String>) -> String {
    lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

fn link(words: &str, url: &str) -> String {
    match (words.is_empty(), url.is_empty()) {
        (_, true) => String::new(),
        (true, false) => url.to_owned(),
        (false, false) => format!("{words}: {url}"),
    }
}

fn add_block(kind: &BlockKind, texts: Texts, out: &mut Paragraphs) {
    match kind {
        BlockKind::Heading(heading) => {
            out.heading(heading.text.as_str(), if heading.level == 2 { '=' } else { '-' });
        }
        BlockKind::Text(text) => out.add(text.body.to_text()),
        BlockKind::Quote(quote) => {
            let who = [quote.source.as_str(), quote.role.as_str()];
            let who =
                who.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
            let who = if who.is_empty() { who } else { format!("– {who}") };
            let said = quote.quote.to_text();
            let said = match said.is_empty() {
                true => said,
                false => texts.with("issue-quoted", &[("text", &said)]),
            };
            out.add(lines(vec![said, who]));
        }
        BlockKind::Image(picture) => {
            out.image(picture.image.as_ref());
            out.add(lines(vec![picture.caption.to_string(), picture.url.as_str().to_owned()]));
        }
        BlockKind::Button(button) => out.add(link(button.text.as_str(), button.url.as_str())),
        BlockKind::ProjectList(list) => {
            out.heading(list.title.as_str(), '=');
            out.add(list.intro.to_text());
            for (heading, projects) in words::project_groups(list, texts) {
                let mut group = vec![heading];
                for project in projects {
                    let url = match project.url.get() {
                        Some(url) => format!(" ({url})"),
                        None => String::new(),
                    };
                    group.push(format!("- {}{url}", project.title));
                }
                out.add(lines(group));
            }
        }
        BlockKind::Divider(_) => out.add("* * *".to_owned()),
        BlockKind::Mjml(own) => out.add(mjml::to_text(&own.source, "")),
        BlockKind::Article(_)
        | BlockKind::Publication(_)
        | BlockKind::Podcast(_)
        | BlockKind::Event(_)
        | BlockKind::Ecourse(_) => {
            if let Some(card) = kind.card() {
                let words = words::card(kind, card, texts);
                out.add(lines(vec![
                    words::joined(vec![words.label, words.details]),
                    card.title.to_string(),
                ]));
                out.add(card.teaser.to_text());
                out.add(words.groups);
                out.add(link(&words.link, card.url.as_str()));
            }
        }
    }
}

fn add_footer(frame: &Frame, texts: Texts, out: &mut Paragraphs) {
    let sender = &frame.details;
    // A line that mail programs know as the start of a signature.
    out.add(format!("-- \n{}", texts.with("issue-why", &[("newsletter", &frame.newsletter)])));
    out.add(lines(vec![
        link(&texts.get("issue-preferences"), &Splice::Preferences.marker()),
        link(&texts.get("issue-unsubscribe"), &Splice::Unsubscribe.marker()),
    ]));
    let forwarded = texts.get("issue-forwarded");
    out.add(format!("{forwarded} {}", link(&texts.get("issue-subscribe-here"), &frame.subscribe)));
    let cvr = match sender.cvr.is_empty() {
        true => String::new(),
        false => texts.with("issue-cvr", &[("cvr", &sender.cvr)]),
    };
    out.add(lines(vec![
        sender.organisation.clone(),
        sender.postal_address.clone(),
        cvr,
        link(&texts.get("issue-contact"), &sender.contact_email),
        sender.site_url.clone(),
    ]));
    out.add(lines(vec![
        link(&texts.get("issue-privacy"), &frame.privacy),
        link(&texts.get("issue-accessibility"), &frame.accessibility),
    ]));
}
