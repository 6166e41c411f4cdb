//! The editor page: what was typed, as fields with labels, hints and findings.

use serde_json::Value;

use super::content::{BlockKind, Content, Mjml, Source};
use super::fields::{self, Field, Widget};
use super::mjml::Shape;
use super::rich_text::RichText;
use super::source::Sources;
use super::text;
use crate::db::PublicId;
use crate::error::FieldError;
use crate::web::Page;

/// A field as it is shown.
pub struct FieldView {
    /// Its name in the form.
    pub name: String,
    /// Its id on the page.
    pub id: String,
    /// How it is filled in.
    pub widget: Widget,
    /// What it is.
    pub label: String,
    /// How to fill it in.
    pub hint: Option<String>,
    /// What is typed.
    pub value: String,
    /// The leadership groups that are ticked.
    pub groups: [bool; 3],
    /// Ticked.
    pub checked: bool,
    /// What is wrong with it.
    pub error: Option<String>,
    /// What else is wrong with it.
    pub more: Vec<String>,
}

impl FieldView {
    /// Whether an address is typed there.
    pub fn is_address(&self) -> bool {
        matches!(self.widget, Widget::Address | Widget::Picture)
    }
}

/// A project of a list.
pub struct ProjectView {
    /// Its position, from 0.
    pub at: usize,
    /// Its fields.
    pub fields: Vec<FieldView>,
}

/// A block as it is shown.
pub struct BlockView {
    /// Its id.
    pub id: String,
    /// Its position, from 1.
    pub number: usize,
    /// The word of its kind.
    pub kind: String,
    /// A few words by which one knows it.
    pub title: String,
    /// Its fields are shown.
    pub is_open: bool,
    /// Something has to be written before the issue can be sent.
    pub is_incomplete: bool,
    /// Readers do not get it.
    pub is_hidden: bool,
    /// It is the last one.
    pub is_last: bool,
    /// The library item that it was made from says something else now.
    pub is_changed: bool,
    /// Items that belong together with its own.
    pub also: Vec<(PublicId, String)>,
    /// Its fields.
    pub fields: Vec<FieldView>,
    /// Its projects, when it is a list of projects.
    pub projects: Option<Vec<ProjectView>>,
}

/// A finding in the summary, with the place that it leads to.
pub struct Finding {
    /// The id of the field or the block.
    pub target: String,
    /// What is wrong.
    pub text: String,
}

/// Everything in the form.
pub struct Form {
    /// The subject.
    pub subject: FieldView,
    /// The preheader.
    pub preheader: FieldView,
    /// The theme's fields, of a special edition.
    pub theme: Option<Vec<FieldView>>,
    /// The blocks.
    pub blocks: Vec<BlockView>,
    /// The source of an issue that is MJML.
    pub mjml: Option<FieldView>,
    /// What is wrong, in the order of the page.
    pub findings: Vec<Finding>,
}

/// What decides how the form is shown.
pub struct Look<'a> {
    /// The reader's page.
    pub page: &'a Page,
    /// What is wrong, by path.
    pub errors: &'a [FieldError],
    /// What is not written yet, by path; it marks blocks and no more.
    pub missing: &'a [FieldError],
    /// The id of the block whose fields are shown.
    pub open: Option<String>,
}

impl Form {
    /// Shows what was typed.
    pub fn new(typed: &Value, look: &Look<'_>) -> Self {
        let line = |path: &'static str| {
            let names = Names { kind: "issue", name: "", id: "f-", path: "" };
            field(look, &names, Field { path, widget: Widget::Line }, typed)
        };
        let theme = (!typed["theme"].is_null()).then(|| {
            let names = Names { kind: "theme", name: "theme.", id: "f-theme-", path: "theme." };
            fields::THEME.iter().map(|f| field(look, &names, *f, &typed["theme"])).collect()
        });
        let mjml = (!typed["mjml"].is_null()).then(|| {
            let names = Names { kind: "issue", name: "", id: "f-", path: "" };
            field(look, &names, Field { path: "mjml", widget: Widget::Mjml }, typed)
        });
        let blocks = typed["blocks"].as_array().map(Vec::as_slice).unwrap_or_default();
        let mut form = Self {
            subject: line("subject"),
            preheader: line("preheader"),
            theme,
            blocks: blocks.iter().enumerate().map(|(at, value)| block(look, at, value)).collect(),
            mjml,
            findings: Vec::new(),
        };
        if let Some(last) = form.blocks.last_mut() {
            last.is_last = true;
        }
        form.findings = look.errors.iter().map(|error| form.finding(look.page, error)).collect();
        form
    }

    /// Marks the blocks of whose sources something is to be said.
    pub fn mark(&mut self, sources: &Sources) {
        for block in &mut self.blocks {
            block.is_changed = sources.changed.contains(&block.id);
            block.also = sources.also.get(&block.id).cloned().unwrap_or_default();
        }
    }

    /// A finding and where on the page it leads: to its field, else to its block.
    pub fn finding(&self, page: &Page, error: &FieldError) -> Finding {
        let mut target = "composer".to_owned();
        let mut place = String::new();
        let mut steps = error.field.splitn(3, '.');
        match (steps.next(), steps.next().map(|at| (at, at.parse::<usize>())), steps.next()) {
            (Some("blocks"), Some((_, Ok(at))), rest) => {
                if let Some(block) = self.blocks.get(at) {
                    target = format!("block-{}", block.id);
                    let name = page.t(format!("block-kind-{}", block.kind));
                    place = format!("{name}{}: ", spaced(&block.title));
                    let id =
                        format!("f-{}-{}", block.id, rest.unwrap_or_default().replace('.', "-"));
                    let projects = block.projects.iter().flatten().flat_map(|p| &p.fields);
                    if block.fields.iter().chain(projects).any(|f| f.id == id) {
                        target = id;
                    }
                }
            }
            (Some("blocks"), ..) => target = "add".to_owned(),
            (Some(_), ..) if !error.field.is_empty() => {
                target = format!("f-{}", error.field.replace('.', "-"));
            }
            _ => {}
        }
        Finding { target, text: format!("{place}{}", page.texts().error(error)) }
    }
}

fn spaced(title: &str) -> String {
    if title.is_empty() { String::new() } else { format!(" »{title}«") }
}

/// What goes before a field's own name.
struct Names<'a> {
    /// The kind of block, for labels that differ by it.
    kind: &'a str,
    /// In the form.
    name: &'a str,
    /// In ids.
    id: &'a str,
    /// In findings.
    path: &'a str,
}

fn field(look: &Look<'_>, names: &Names<'_>, field: Field, of: &Value) -> FieldView {
    let value = fields::get(of, field.path);
    let word = field.path.replace('.', "-");
    let texts = look.page.texts();
    // `field-` and `hint-` begin the keys: of this kind of block, else of any.
    let own = |beginning: &str| {
        let own = format!("{beginning}{}-{word}", names.kind);
        if texts.has(&own) { own } else { format!("{beginning}{word}") }
    };
    let hint = own("hint-");
    let path = format!("{}{}", names.path, field.path);
    let all = look.errors.iter().filter(|error| error.field == path);
    FieldView {
        name: format!("{}{}", names.name, field.path),
        id: format!("{}{word}", names.id),
        widget: field.widget,
        label: texts.get(&own("field-")),
        hint: texts.has(&hint).then(|| texts.get(&hint)),
        value: fields::shown(value),
        groups: [1, 2, 3].map(|group| fields::has_group(value, group)),
        checked: value.as_bool().unwrap_or_default(),
        error: look.page.error(look.errors, &path),
        more: all.skip(1).map(|error| texts.error(error)).collect(),
    }
}

fn block(look: &Look<'_>, at: usize, value: &Value) -> BlockView {
    let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
    let (id, kind) = (text("id"), text("kind"));
    let path = format!("blocks.{at}.");
    // `field-image-url` is where the picture is, in every kind of block; this one leads somewhere.
    let word = if kind == "image" { "picture" } else { &kind };
    let names =
        Names { kind: word, name: &format!("blocks.{id}."), id: &format!("f-{id}-"), path: &path };
    let concerns = |errors: &[FieldError]| errors.iter().any(|e| e.field.starts_with(&path));
    let projects = (kind == "project_list").then(|| {
        let projects = value["projects"].as_array().map(Vec::as_slice).unwrap_or_default();
        projects
            .iter()
            .enumerate()
            .map(|(at, project)| {
                let own = Names {
                    kind: "project",
                    name: &format!("{}projects.{at}.", names.name),
                    id: &format!("{}projects-{at}-", names.id),
                    path: &format!("{path}projects.{at}."),
                };
                let fields =
                    fields::PROJECT.iter().map(|f| field(look, &own, *f, project)).collect();
                ProjectView { at, fields }
            })
            .collect()
    });
    BlockView {
        number: at + 1,
        title: title(value),
        is_open: look.open.as_ref() == Some(&id) || concerns(look.errors),
        is_incomplete: concerns(look.missing),
        is_hidden: value["hidden"] == true,
        is_last: false,
        is_changed: false,
        also: vec![],
        fields: fields::of(&kind).into_iter().map(|f| field(look, &names, f, value)).collect(),
        projects,
        id,
        kind,
    }
}

/// A few words by which an editor knows a block: its title or how its text begins.
pub fn title(block: &Value) -> String {
    if block["kind"] == "mjml" {
        let words = |source| {
            Mjml::read(source, Shape::Block).map(|m| BlockKind::Mjml(Source { source: m }))
        };
        return block["source"]
            .as_str()
            .map(words)
            .and_then(Result::ok)
            .map(|kind| kind.title())
            .unwrap_or_default();
    }
    let paths = ["title", "text", "body", "quote", "caption", "image.alt"];
    let found = paths
        .iter()
        .map(|path| fields::get(block, path))
        .find_map(|value| value.as_str().map(str::trim).filter(|text| !text.is_empty()));
    let Some(found) = found else { return String::new() };
    let plain = RichText::parse(found).map(|text| text.without_person().to_text());
    let line = text::line(&plain.unwrap_or_else(|_| found.to_owned()));
    match line.char_indices().nth(60) {
        Some((cut, _)) => format!("{}…", line[..cut].trim_end()),
        None => line,
    }
}

/// What is not written yet; nothing while the content cannot be read at all.
pub fn missing(typed: &Value) -> Vec<FieldError> {
    Content::read(typed).map(|content| content.missing()).unwrap_or_default()
}

/// The kinds of block that can be added.
pub const KINDS: [&str; 13] = BlockKind::NAMES;
