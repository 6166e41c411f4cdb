//! What may stand in MJML that people write, and where. What is not here is refused: `mj-include`
//! and `mj-font` fetch from elsewhere, `mj-raw` and `mj-html-attributes` go around every rule,
//! `mj-hero`, `mj-navbar`, `mj-carousel`, `mj-accordion` and `mj-social` do not become what they
//! should in mrml, need scripts, or load their pictures from a company abroad.

/// What stands inside a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inside {
    /// Tags only.
    Tags,
    /// Words without tags.
    Words,
    /// Words with the tags of HTML.
    Html,
    /// A stylesheet.
    Style,
    /// Nothing.
    Nothing,
}

/// A tag.
#[derive(Debug)]
pub(super) struct Tag {
    pub(super) name: &'static str,
    /// The tags that it may stand in directly; for HTML, empty is anywhere inside text.
    pub(super) parents: &'static [&'static str],
    pub(super) inside: Inside,
    groups: &'static [&'static [&'static str]],
}

impl Tag {
    /// Whether it has an attribute.
    pub(super) fn has(&self, attribute: &str) -> bool {
        self.attributes().any(|known| known == attribute)
    }

    /// Its attributes.
    pub(super) fn attributes(&self) -> impl Iterator<Item = &'static str> {
        self.groups.iter().flat_map(|group| group.iter().copied())
    }

    /// Whether it is MJML and not HTML.
    pub(super) fn is_mjml(&self) -> bool {
        self.name.starts_with("mj")
    }
}

const CLASSES: &[&str] = &["css-class", "mj-class"];
const PADDING: &[&str] =
    &["padding", "padding-top", "padding-right", "padding-bottom", "padding-left"];
const BORDER: &[&str] =
    &["border", "border-top", "border-right", "border-bottom", "border-left", "border-radius"];
const FONT: &[&str] = &[
    "color",
    "font-family",
    "font-size",
    "font-style",
    "font-weight",
    "letter-spacing",
    "line-height",
    "text-decoration",
    "text-transform",
];
const GROUND: &[&str] = &["background-color"];
const CONTAINER: &[&str] = &["container-background-color", "align"];
const SECTION: &[&str] = &["full-width", "direction", "text-align"];
const COLUMN: &[&str] =
    &["width", "vertical-align", "inner-background-color", "inner-border", "inner-border-radius"];
const GROUP: &[&str] = &["width", "vertical-align", "direction"];
const SIZE: &[&str] = &["width", "height"];
const WIDTH: &[&str] = &["width"];
const HEIGHT: &[&str] = &["height"];
const LINK: &[&str] = &["href", "title", "target"];
const IMAGE: &[&str] = &["src", "alt", "fluid-on-mobile"];
const BUTTON: &[&str] = &["inner-padding", "vertical-align", "text-align"];
const DIVIDER: &[&str] = &["border-color", "border-style", "border-width"];
const TABLE: &[&str] = &["cellpadding", "cellspacing", "table-layout"];
const NAME: &[&str] = &["name"];
const LANG: &[&str] = &["lang"];
/// Attributes of every tag of HTML.
const HTML: &[&str] = &["style", "class", "lang"];
const HTML_LINK: &[&str] = &["href", "title", "target"];
const CELL: &[&str] = &["colspan", "rowspan", "align", "valign", "width", "scope"];
const NONE: &[&str] = &[];

const HEAD: &[&str] = &["mj-head"];
const BODY: &[&str] = &["mj-body"];
const IN_COLUMN: &[&str] = &["mj-column"];
const DEFAULTS: &[&str] = &["mj-attributes"];
const IN_TABLE: &[&str] = &["mj-table", "thead", "tbody"];
const ANYWHERE: &[&str] = &[];

const fn tag(
    name: &'static str,
    parents: &'static [&'static str],
    inside: Inside,
    groups: &'static [&'static [&'static str]],
) -> Tag {
    Tag { name, parents, inside, groups }
}

/// Every tag.
pub(super) const TAGS: &[Tag] = &[
    tag("mjml", NONE, Inside::Tags, &[LANG]),
    tag("mj-head", &["mjml"], Inside::Tags, &[]),
    tag("mj-title", HEAD, Inside::Words, &[]),
    tag("mj-preview", HEAD, Inside::Words, &[]),
    tag("mj-breakpoint", HEAD, Inside::Nothing, &[WIDTH]),
    tag("mj-attributes", HEAD, Inside::Tags, &[]),
    tag("mj-all", DEFAULTS, Inside::Nothing, &[GROUND, PADDING, FONT]),
    tag(
        "mj-class",
        DEFAULTS,
        Inside::Nothing,
        &[NAME, GROUND, PADDING, BORDER, FONT, CONTAINER, SIZE, BUTTON, DIVIDER, &["css-class"]],
    ),
    tag("mj-style", HEAD, Inside::Style, &[]),
    tag("mj-body", &["mjml"], Inside::Tags, &[GROUND, WIDTH]),
    tag("mj-wrapper", BODY, Inside::Tags, &[CLASSES, GROUND, PADDING, BORDER, SECTION]),
    tag(
        "mj-section",
        &["mj-body", "mj-wrapper"],
        Inside::Tags,
        &[CLASSES, GROUND, PADDING, BORDER, SECTION],
    ),
    tag("mj-group", &["mj-section"], Inside::Tags, &[CLASSES, GROUND, GROUP]),
    tag(
        "mj-column",
        &["mj-section", "mj-group"],
        Inside::Tags,
        &[CLASSES, GROUND, PADDING, BORDER, COLUMN],
    ),
    tag("mj-text", IN_COLUMN, Inside::Html, &[CLASSES, PADDING, FONT, CONTAINER, HEIGHT]),
    tag(
        "mj-button",
        IN_COLUMN,
        Inside::Html,
        &[CLASSES, LINK, GROUND, PADDING, BORDER, FONT, CONTAINER, SIZE, BUTTON],
    ),
    tag(
        "mj-image",
        IN_COLUMN,
        Inside::Nothing,
        &[CLASSES, IMAGE, LINK, PADDING, BORDER, CONTAINER, SIZE],
    ),
    tag("mj-divider", IN_COLUMN, Inside::Nothing, &[CLASSES, DIVIDER, PADDING, CONTAINER, WIDTH]),
    tag(
        "mj-spacer",
        IN_COLUMN,
        Inside::Nothing,
        &[CLASSES, PADDING, HEIGHT, &["container-background-color"]],
    ),
    tag("mj-table", IN_COLUMN, Inside::Tags, &[CLASSES, PADDING, FONT, CONTAINER, WIDTH, TABLE]),
    tag("thead", &["mj-table"], Inside::Tags, &[HTML]),
    tag("tbody", &["mj-table"], Inside::Tags, &[HTML]),
    tag("tr", IN_TABLE, Inside::Tags, &[HTML, &["align", "valign"]]),
    tag("th", &["tr"], Inside::Html, &[HTML, CELL]),
    tag("td", &["tr"], Inside::Html, &[HTML, CELL]),
    tag("a", ANYWHERE, Inside::Html, &[HTML, HTML_LINK]),
    tag("b", ANYWHERE, Inside::Html, &[HTML]),
    tag("strong", ANYWHERE, Inside::Html, &[HTML]),
    tag("i", ANYWHERE, Inside::Html, &[HTML]),
    tag("em", ANYWHERE, Inside::Html, &[HTML]),
    tag("u", ANYWHERE, Inside::Html, &[HTML]),
    tag("s", ANYWHERE, Inside::Html, &[HTML]),
    tag("small", ANYWHERE, Inside::Html, &[HTML]),
    tag("sub", ANYWHERE, Inside::Html, &[HTML]),
    tag("sup", ANYWHERE, Inside::Html, &[HTML]),
    tag("span", ANYWHERE, Inside::Html, &[HTML]),
    tag("br", ANYWHERE, Inside::Nothing, &[]),
    tag("hr", ANYWHERE, Inside::Nothing, &[HTML]),
    tag("p", ANYWHERE, Inside::Html, &[HTML]),
    tag("h1", ANYWHERE, Inside::Html, &[HTML]),
    tag("h2", ANYWHERE, Inside::Html, &[HTML]),
    tag("h3", ANYWHERE, Inside::Html, &[HTML]),
    tag("h4", ANYWHERE, Inside::Html, &[HTML]),
    tag("blockquote", ANYWHERE, Inside::Html, &[HTML]),
    tag("ul", ANYWHERE, Inside::Tags, &[HTML]),
    tag("ol", ANYWHERE, Inside::Tags, &[HTML]),
    tag("li", &["ul", "ol"], Inside::Html, &[HTML]),
];

/// Tags of HTML that have no end.
pub(super) const VOID: [&str; 2] = ["br", "hr"];

/// Tags of MJML that cannot be used here.
pub(super) const OFF: [&str; 17] = [
    "mj-include",
    "mj-font",
    "mj-raw",
    "mj-html-attributes",
    "mj-selector",
    "mj-html-attribute",
    "mj-hero",
    "mj-navbar",
    "mj-navbar-link",
    "mj-carousel",
    "mj-carousel-image",
    "mj-accordion",
    "mj-accordion-element",
    "mj-accordion-title",
    "mj-accordion-text",
    "mj-social",
    "mj-social-element",
];

/// A tag by its name.
pub(super) fn tag_named(name: &str) -> Option<&'static Tag> {
    TAGS.iter().find(|tag| tag.name == name)
}

/// The nearest of some names, when it is near enough to be what was meant.
pub(super) fn nearest(
    name: &str,
    known: impl Iterator<Item = &'static str>,
) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    let most = (name.len() / 3).clamp(1, 3);
    known
        .map(|known| (distance(&name, known), known))
        .filter(|(distance, _)| *distance <= most)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

/// How many letters to put in, take out, change or swap with their neighbour.
fn distance(one: &str, other: &str) -> usize {
    let one: Vec<char> = one.chars().take(60).collect();
    let other: Vec<char> = other.chars().collect();
    let mut rows = vec![(0..=other.len()).collect::<Vec<usize>>()];
    for (at, letter) in one.iter().enumerate() {
        let mut row = vec![at + 1];
        for (column, known) in other.iter().enumerate() {
            let changed = rows[at][column] + usize::from(letter != known);
            let mut least = changed.min(rows[at][column + 1] + 1).min(row[column] + 1);
            let is_swapped =
                at > 0 && column > 0 && letter == &other[column - 1] && known == &one[at - 1];
            if is_swapped {
                least = least.min(rows[at - 1][column - 1] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows.last().and_then(|row| row.last()).copied().unwrap_or_default()
}
