//! What is laid out, written as a PDF.

use anyhow::{Context, anyhow};
use krilla::action::{Action, LinkAction};
use krilla::annotation::{Annotation, LinkAnnotation, Target};
use krilla::color::rgb;
use krilla::configure::{Accessibility, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::tagging::{Artifact, ArtifactType, ContentTag, Identifier, SpanTag, TagGroup, TagTree};
use krilla::{Document, SerializeSettings};

use super::font::Faces;
use super::lines::Link;
use super::page::{Area, Draw, HEIGHT, MARGIN, MUTED, Node, Place, WIDTH};
use super::{Heading, Layout};

/// Writes it.
pub(super) fn write(layout: Layout<'_>) -> anyhow::Result<Vec<u8>> {
    let said = layout.document;
    let language = said.language.as_str();
    let configuration = ConfigurationBuilder::new()
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|error| anyhow!("settings of the PDF: {error:?}"))?;
    let settings = SerializeSettings { configuration, ..SerializeSettings::default() };
    let mut pdf = Document::new_with(settings);
    let size = PageSettings::from_wh(WIDTH, HEIGHT).context("the size of a page")?;
    let texts = said.language.texts();
    let count = layout.sheets.pages.len();
    let mut leaves: Vec<Option<Identifier>> = Vec::new();
    let mut keep = |leaf: usize, id: Identifier| {
        if leaves.len() <= leaf {
            leaves.resize(leaf + 1, None);
        }
        if let Some(place) = leaves.get_mut(leaf) {
            *place = Some(id);
        }
    };
    for (at, sheet) in layout.sheets.pages.iter().enumerate() {
        let mut page = pdf.start_page_with(size.clone());
        let mut surface = page.surface();
        for mark in &sheet.marks {
            let tag = match mark.leaf {
                Some(_) => ContentTag::Span(SpanTag::empty().with_lang(Some(language))),
                None => ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)),
            };
            let id = surface.start_tagged(tag);
            for draw in &mark.draws {
                paint(&mut surface, layout.faces, draw);
            }
            surface.end_tagged();
            if let Some(leaf) = mark.leaf {
                keep(leaf, id);
            }
        }
        let number = texts.with("note-page", &[("page", &(at + 1)), ("of", &count)]);
        foot(&mut surface, layout.faces, &said.title, &said.organisation, &number);
        surface.finish();
        for area in &sheet.areas {
            let id = page.add_tagged_annotation(link(area, &layout.notes, said.language)?);
            keep(area.leaf, id);
        }
        page.finish();
    }
    let mut tree = TagTree::new().with_lang(Some(language.to_owned()));
    for node in layout.tree {
        if let Some(node) = tag(node, &leaves) {
            tree.push(node);
        }
    }
    pdf.set_tag_tree(tree);
    pdf.set_outline(outline(&layout.outline));
    pdf.set_metadata(
        Metadata::new()
            .title(said.title.clone())
            .authors(vec![said.organisation.clone()])
            .language(language.to_owned())
            .creator("Lederbrev".to_owned()),
    );
    pdf.finish().map_err(|error| anyhow!("writing the PDF: {error:?}"))
}

fn paint(surface: &mut Surface<'_>, faces: &Faces, draw: &Draw) {
    let fill = |(red, green, blue): (u8, u8, u8)| {
        Some(Fill { paint: rgb::Color::new(red, green, blue).into(), ..Fill::default() })
    };
    match draw {
        Draw::Text { x, y, size, is_bold, colour, text } => {
            let face = faces.get(*is_bold);
            let text = face.writable(text);
            surface.set_fill(fill(*colour));
            let (start, glyphs) = (Point::from_xy(*x, *y), face.glyphs(&text));
            surface.draw_glyphs(start, &glyphs, face.font.clone(), &text, *size, false);
        }
        Draw::Rectangle { x, y, width, height, colour } => {
            let Some(area) = Rect::from_xywh(*x, *y, *width, *height) else { return };
            let mut path = PathBuilder::new();
            path.push_rect(area);
            if let Some(path) = path.finish() {
                surface.set_fill(fill(*colour));
                surface.draw_path(&path);
            }
        }
    }
}

/// The line at the foot: what it is, from whom, and which page.
fn foot(surface: &mut Surface<'_>, faces: &Faces, title: &str, from: &str, number: &str) {
    let y = HEIGHT - 34.0;
    let width = faces.get(false).measure(number, 8.0);
    let words = |x: f32, text: &str| Draw::Text {
        x,
        y,
        size: 8.0,
        is_bold: false,
        colour: MUTED,
        text: text.to_owned(),
    };
    surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Footer)));
    paint(surface, faces, &words(MARGIN, &format!("{title} · {from}")));
    paint(surface, faces, &words(WIDTH - MARGIN - width, number));
    surface.end_tagged();
}

fn link(area: &Area, notes: &[Place], lang: crate::web::Lang) -> anyhow::Result<Annotation> {
    let place = Rect::from_xywh(area.x, area.y, area.width, area.height);
    let place = place.context("the place of a link")?;
    let (target, words) = match &area.link {
        Link::Web(url) | Link::Rows(url) => {
            let action = Action::Link(LinkAction::new(url.clone()));
            (Target::Action(action), area.words.clone())
        }
        Link::Note(number) => {
            let place = notes.get(number - 1).context("a note that stands nowhere")?;
            let target = XyzDestination::new(place.page, Point::from_xy(MARGIN, place.y));
            let words = lang.texts().t1("note-reference", "number", number);
            (Target::Destination(target.into()), words)
        }
    };
    Ok(Annotation::new_link(LinkAnnotation::new(place, target), Some(words)))
}

fn tag(node: Node, leaves: &[Option<Identifier>]) -> Option<krilla::tagging::Node> {
    match node {
        Node::Leaf(leaf) => leaves.get(leaf).copied().flatten().map(Into::into),
        Node::Group(kind, inside) => {
            let mut group = TagGroup::new(kind);
            for node in inside {
                if let Some(node) = tag(node, leaves) {
                    group.push(node);
                }
            }
            Some(group.into())
        }
    }
}

/// The headings as a tree.
fn outline(headings: &[Heading]) -> Outline {
    let mut outline = Outline::new();
    for node in nodes(headings) {
        outline.push_child(node);
    }
    outline
}

/// Each heading with those that follow it and stand deeper.
fn nodes(headings: &[Heading]) -> Vec<OutlineNode> {
    let mut out = Vec::new();
    let mut rest = headings;
    while let Some((first, after)) = rest.split_first() {
        let end = after.iter().position(|next| next.level <= first.level).unwrap_or(after.len());
        let (below, next) = after.split_at(end);
        let point = Point::from_xy(MARGIN, (first.place.y - 6.0).max(0.0));
        let destination = XyzDestination::new(first.place.page, point);
        let mut node = OutlineNode::new(first.text.clone(), destination);
        for child in nodes(below) {
            node.push_child(child);
        }
        out.push(node);
        rest = next;
    }
    out
}
