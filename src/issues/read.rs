//! Reading the content of an issue from JSON, with a finding for every field that cannot be taken.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::content::{
    Article, BLOCK_LIMIT, Block, BlockKind, Button, Card, Colour, Content, Divider, Ecourse, Event,
    Heading, Image, LINE_LIMIT, Line, MergeLine, Picture, Podcast, Project, ProjectList,
    Publication, Quote, SIZE_LIMIT, Source, TEXT_LIMIT, Text, Theme, VERSION, WebAddress,
};
use super::markup::MarkupError;
use super::mjml::{Mjml, SOURCE_LIMIT, Shape};
use super::rich_text::{Part, RichText};
use super::text::{ADDRESS_LIMIT, Target};
use crate::db::PublicId;
use crate::error::FieldError;

/// Most projects in a list.
const PROJECT_LIMIT: usize = 100;

impl Content {
    /// Reads content as it is stored or as the API gets it; rich text is the tree or light markup.
    ///
    /// # Errors
    /// Every field that cannot be taken, by its path, such as `blocks.3.url`.
    pub fn read(value: &Value) -> Result<Self, Vec<FieldError>> {
        let too_large = || Err(vec![FieldError::new("", "error-content-too-large")]);
        if value.to_string().len() > SIZE_LIMIT {
            return too_large();
        }
        let Value::Object(map) = value else {
            return Err(vec![FieldError::new("", "error-content-object")]);
        };
        let mut fields = Fields::of(map, String::new());
        let content = content(&mut fields);
        let errors = fields.finish();
        match errors.is_empty() {
            false => Err(errors),
            // A tree is larger than its markup, and what is taken once must be taken again.
            true if content.to_json().to_string().len() > SIZE_LIMIT => too_large(),
            true => Ok(content),
        }
    }

    /// As it is stored and as the API gives it.
    pub fn to_json(&self) -> Value {
        // Only maps with keys that are no strings fail, and there are none.
        serde_json::to_value(self).unwrap_or_default()
    }
}

/// The fields of one JSON object. Each that is asked for is known; the others are findings.
struct Fields<'v> {
    map: &'v Map<String, Value>,
    known: Vec<&'static str>,
    /// The object is not understood at all, so that nothing is said about its other fields.
    is_strange: bool,
    path: String,
    errors: Vec<FieldError>,
}

impl<'v> Fields<'v> {
    fn of(map: &'v Map<String, Value>, path: String) -> Self {
        Self { map, known: Vec::new(), is_strange: false, path, errors: Vec::new() }
    }

    fn at(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    fn wrong(&mut self, name: &str, code: &'static str) {
        self.errors.push(FieldError::new(self.at(name), code));
    }

    /// A field; one that is null counts as not given.
    fn value(&mut self, name: &'static str) -> Option<&'v Value> {
        self.known.push(name);
        self.map.get(name).filter(|value| !value.is_null())
    }

    fn string(&mut self, name: &'static str, limit: usize) -> &'v str {
        match self.value(name) {
            None => "",
            Some(Value::String(text)) => {
                let length = text.chars().count();
                if length <= limit {
                    return text;
                }
                self.too_long(name, limit, length);
                ""
            }
            Some(_) => {
                self.wrong(name, "error-content-text");
                ""
            }
        }
    }

    fn line(&mut self, name: &'static str) -> Line {
        let line = Line::new(self.string(name, LINE_LIMIT));
        if line.as_str().contains("{{") {
            self.wrong(name, "error-merge-field-here");
        }
        line
    }

    fn markup<T: Default>(&mut self, name: &str, read: Result<T, MarkupError>) -> T {
        read.unwrap_or_else(|MarkupError { code, found }| {
            self.errors.push(FieldError::new(self.at(name), code).with("found", found));
            T::default()
        })
    }

    fn merge_line(&mut self, name: &'static str) -> MergeLine {
        let read = MergeLine::parse(self.string(name, LINE_LIMIT));
        self.markup(name, read)
    }

    fn rich(&mut self, name: &'static str) -> RichText {
        let read = match self.map.get(name) {
            Some(tree @ Value::Array(_)) => {
                self.known.push(name);
                let Ok(parts) = serde_json::from_value::<Vec<Part>>(tree.clone()) else {
                    self.wrong(name, "error-content-rich-text");
                    return RichText::default();
                };
                RichText::from_parts(parts)
            }
            _ => RichText::parse(self.string(name, TEXT_LIMIT)),
        };
        let text = self.markup(name, read);
        // As it is written back, so that what is taken once is taken again.
        let length = text.to_markup().chars().count();
        if length > TEXT_LIMIT {
            self.too_long(name, TEXT_LIMIT, length);
        }
        text
    }

    fn mjml(&mut self, name: &'static str, shape: Shape) -> Mjml {
        let source = self.string(name, SOURCE_LIMIT);
        Mjml::read(source, shape).unwrap_or_else(|findings| {
            let field = self.at(name);
            self.errors.extend(findings.into_iter().map(|finding| finding.on(&field)));
            Mjml::default()
        })
    }

    fn too_long(&mut self, name: &str, max: usize, length: usize) {
        let error = FieldError::new(self.at(name), "error-content-too-long");
        self.errors.push(error.with("max", max).with("length", length));
    }

    fn address(&mut self, name: &'static str, target: Target) -> WebAddress {
        let text = self.string(name, ADDRESS_LIMIT);
        WebAddress::parse(text, target).unwrap_or_else(|| {
            let code = match target {
                Target::Image => "error-content-image-url",
                Target::Web | Target::WebOrMail => "error-content-url",
            };
            self.wrong(name, code);
            WebAddress::default()
        })
    }

    fn flag(&mut self, name: &'static str) -> bool {
        match self.value(name) {
            None => false,
            Some(Value::Bool(flag)) => *flag,
            Some(_) => {
                self.wrong(name, "error-content-flag");
                false
            }
        }
    }

    fn number(&mut self, name: &'static str, max: u32) -> Option<u32> {
        let value = self.value(name)?;
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
        if let Some(number) = number.filter(|number| *number <= max) {
            return Some(number);
        }
        let error = FieldError::new(self.at(name), "error-content-number");
        self.errors.push(error.with("max", max));
        None
    }

    fn id(&mut self, name: &'static str) -> Option<PublicId> {
        let text = self.string(name, LINE_LIMIT);
        if text.is_empty() {
            return None;
        }
        let id = text.parse().ok();
        if id.is_none() {
            self.wrong(name, "error-content-id");
        }
        id
    }

    fn groups(&mut self) -> Vec<u8> {
        let mut groups = Vec::new();
        for value in self.list("groups", 3) {
            match value.as_u64() {
                Some(group @ 1..=3) => groups.push(u8::try_from(group).unwrap_or_default()),
                _ => self.wrong("groups", "error-content-group"),
            }
        }
        groups.sort_unstable();
        groups.dedup();
        groups
    }

    fn list(&mut self, name: &'static str, limit: usize) -> &'v [Value] {
        match self.value(name) {
            None => &[],
            Some(Value::Array(list)) if list.len() <= limit => list,
            Some(Value::Array(list)) => {
                let code = match name {
                    "blocks" => "error-content-too-many-blocks",
                    _ => "error-content-too-many",
                };
                let error = FieldError::new(self.at(name), code);
                self.errors.push(error.with("max", limit).with("length", list.len()));
                &[]
            }
            Some(_) => {
                self.wrong(name, "error-content-list");
                &[]
            }
        }
    }

    /// Reads an object and all its fields.
    fn open<T>(
        &mut self,
        value: &Value,
        path: String,
        read: impl FnOnce(&mut Fields<'_>) -> T,
    ) -> Option<T> {
        let Value::Object(map) = value else {
            self.errors.push(FieldError::new(path, "error-content-object"));
            return None;
        };
        let mut fields = Fields::of(map, path);
        let read = read(&mut fields);
        self.errors.append(&mut fields.finish());
        Some(read)
    }

    fn object<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Fields<'_>) -> T,
    ) -> Option<T> {
        let value = self.value(name)?;
        let path = self.at(name);
        self.open(value, path, read)
    }

    fn objects<T>(
        &mut self,
        name: &'static str,
        limit: usize,
        read: fn(&mut Fields<'_>) -> T,
    ) -> Vec<T> {
        let path = self.at(name);
        let list = self.list(name, limit).iter().enumerate();
        list.filter_map(|(at, value)| self.open(value, format!("{path}.{at}"), read)).collect()
    }

    fn finish(mut self) -> Vec<FieldError> {
        let unknown = |name: &&String| !self.is_strange && !self.known.contains(&name.as_str());
        for name in self.map.keys().filter(unknown) {
            let shown: String = name.chars().take(60).collect();
            let error = FieldError::new(self.at(&shown), "error-content-unknown-field");
            self.errors.push(error.with("field", shown));
        }
        self.errors
    }
}

fn content(fields: &mut Fields<'_>) -> Content {
    if !matches!(fields.number("version", u32::MAX), None | Some(VERSION)) {
        fields.wrong("version", "error-content-version");
    }
    let mut blocks = Vec::new();
    let mut ids = HashSet::new();
    for (at, value) in fields.list("blocks", BLOCK_LIMIT).iter().enumerate() {
        let path = format!("blocks.{at}");
        if let Some(Some(block)) = fields.open(value, path.clone(), block) {
            if !ids.insert(block.id) {
                fields.wrong(&format!("{path}.id"), "error-content-id-twice");
            }
            blocks.push(block);
        }
    }
    let mjml = fields.value("mjml").is_some().then(|| fields.mjml("mjml", Shape::Whole));
    if mjml.is_some() && !blocks.is_empty() {
        fields.wrong("blocks", "error-mjml-and-blocks");
    }
    Content {
        version: VERSION,
        subject: fields.merge_line("subject"),
        preheader: fields.merge_line("preheader"),
        theme: fields.object("theme", theme),
        blocks,
        mjml,
    }
}

fn theme(fields: &mut Fields<'_>) -> Theme {
    let colour = fields.string("colour", LINE_LIMIT);
    let colour = match Colour::parse(colour) {
        Some(colour) => colour,
        None if colour.is_empty() => Colour::default(),
        None => {
            fields.wrong("colour", "error-content-colour");
            Colour::default()
        }
    };
    Theme {
        title: fields.line("title"),
        number: fields.number("number", MOST_NUMBER).filter(|number| *number > 0),
        colour,
        image: image(fields),
        intro: fields.rich("intro"),
    }
}

/// The highest number of a special edition.
const MOST_NUMBER: u32 = 9_999;

/// A picture of which nothing is given is none.
fn image(fields: &mut Fields<'_>) -> Option<Image> {
    let image = fields.object("image", |fields| Image {
        url: fields.address("url", Target::Image),
        alt: fields.line("alt"),
        decorative: fields.flag("decorative"),
    })?;
    (!image.url.is_empty() || !image.alt.is_empty()).then_some(image)
}

fn card(fields: &mut Fields<'_>) -> Card {
    Card {
        title: fields.line("title"),
        teaser: fields.rich("teaser"),
        url: fields.address("url", Target::Web),
        link_text: fields.line("link_text"),
        image: image(fields),
        groups: fields.groups(),
        library_item: fields.id("library_item"),
        library_version: fields.line("library_version"),
    }
}

fn project(fields: &mut Fields<'_>) -> Project {
    Project {
        title: fields.line("title"),
        groups: fields.groups(),
        url: fields.address("url", Target::Web),
        library_item: fields.id("library_item"),
        library_version: fields.line("library_version"),
    }
}

fn block(fields: &mut Fields<'_>) -> Option<Block> {
    let id = fields.id("id").unwrap_or_else(PublicId::random);
    let name = fields.string("kind", LINE_LIMIT);
    let Some(empty) = BlockKind::empty(name) else {
        let error = FieldError::new(fields.at("kind"), "error-content-unknown-kind");
        let shown: String = name.chars().take(60).collect();
        let known = BlockKind::NAMES.join(", ");
        fields.errors.push(error.with("kind", shown).with("known", known));
        fields.is_strange = true;
        return None;
    };
    let kind = match empty {
        BlockKind::Heading(_) => BlockKind::Heading(heading(fields)),
        BlockKind::Text(_) => BlockKind::Text(Text { body: fields.rich("body") }),
        BlockKind::Article(_) => BlockKind::Article(Article { card: card(fields) }),
        BlockKind::Publication(_) => BlockKind::Publication(Publication {
            card: card(fields),
            edition: fields.line("edition"),
        }),
        BlockKind::Podcast(_) => BlockKind::Podcast(Podcast {
            card: card(fields),
            series: fields.line("series"),
            number: fields.number("number", 100_000),
            duration: fields.line("duration"),
        }),
        BlockKind::Event(_) => BlockKind::Event(Event {
            card: card(fields),
            date: fields.line("date"),
            place: fields.line("place"),
        }),
        BlockKind::Ecourse(_) => {
            BlockKind::Ecourse(Ecourse { card: card(fields), duration: fields.line("duration") })
        }
        BlockKind::Quote(_) => BlockKind::Quote(Quote {
            quote: fields.rich("quote"),
            source: fields.line("source"),
            role: fields.line("role"),
        }),
        BlockKind::Image(_) => BlockKind::Image(Picture {
            image: image(fields),
            caption: fields.line("caption"),
            url: fields.address("url", Target::Web),
        }),
        BlockKind::Button(_) => BlockKind::Button(Button {
            text: fields.line("text"),
            url: fields.address("url", Target::Web),
            library_item: fields.id("library_item"),
        }),
        BlockKind::ProjectList(_) => BlockKind::ProjectList(ProjectList {
            title: fields.line("title"),
            intro: fields.rich("intro"),
            projects: fields.objects("projects", PROJECT_LIMIT, project),
        }),
        BlockKind::Divider(_) => BlockKind::Divider(Divider {}),
        BlockKind::Mjml(_) => {
            BlockKind::Mjml(Source { source: fields.mjml("source", Shape::Block) })
        }
    };
    Some(Block { id, hidden: fields.flag("hidden"), kind })
}

fn heading(fields: &mut Fields<'_>) -> Heading {
    let text = fields.line("text");
    let level = match fields.number("level", u32::MAX) {
        None | Some(2) => 2,
        Some(3) => 3,
        Some(_) => {
            fields.wrong("level", "error-content-level");
            2
        }
    };
    Heading { text, level }
}
