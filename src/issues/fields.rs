//! The fields that an editor fills in, by kind of block, and how each is read and shown. What is
//! typed is kept as loose JSON until [`super::Content::read`] has taken it, so that a form with a
//! mistake comes back as it was sent.

use serde_json::{Map, Value};

use super::palette;
use super::rich_text::{Part, RichText};

/// How a field is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Widget {
    /// One line.
    Line,
    /// Several paragraphs of light markup.
    Rich,
    /// A web address.
    Address,
    /// Where a picture is.
    Picture,
    /// A whole number.
    Number,
    /// The level of a heading.
    Level,
    /// The leadership groups.
    Groups,
    /// Yes or no.
    Flag,
    /// A colour.
    Colour,
    /// MJML.
    Mjml,
    /// Carried along, not shown.
    Hidden,
}

/// A field.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Where it is in the block's JSON, such as `image.url`.
    pub path: &'static str,
    /// How it is filled in.
    pub widget: Widget,
}

const fn field(path: &'static str, widget: Widget) -> Field {
    Field { path, widget }
}

/// The fields of a special edition's theme.
pub const THEME: &[Field] = &[
    field("title", Widget::Line),
    field("number", Widget::Number),
    field("colour", Widget::Colour),
    field("intro", Widget::Rich),
    field("image.url", Widget::Picture),
    field("image.alt", Widget::Line),
    field("image.decorative", Widget::Flag),
];

/// The fields of a project in a list of projects.
pub const PROJECT: &[Field] = &[
    field("title", Widget::Line),
    field("url", Widget::Address),
    field("groups", Widget::Groups),
    field("library_item", Widget::Hidden),
    field("library_version", Widget::Hidden),
];

/// Before what is a card's own.
const CARD: &[Field] =
    &[field("title", Widget::Line), field("teaser", Widget::Rich), field("url", Widget::Address)];
/// After it.
const CARD_REST: &[Field] = &[
    field("link_text", Widget::Line),
    field("image.url", Widget::Picture),
    field("image.alt", Widget::Line),
    field("image.decorative", Widget::Flag),
    field("groups", Widget::Groups),
    field("library_item", Widget::Hidden),
    field("library_version", Widget::Hidden),
];

/// The fields of a kind of block; none when there is no such kind.
pub fn of(kind: &str) -> Vec<Field> {
    let own: &[Field] = match kind {
        "publication" => &[field("edition", Widget::Line)],
        "podcast" => &[
            field("series", Widget::Line),
            field("number", Widget::Number),
            field("duration", Widget::Line),
        ],
        "event" => &[field("date", Widget::Line), field("place", Widget::Line)],
        "ecourse" => &[field("duration", Widget::Line)],
        "article" => &[],
        "heading" => return vec![field("text", Widget::Line), field("level", Widget::Level)],
        "text" => return vec![field("body", Widget::Rich)],
        "quote" => {
            return vec![
                field("quote", Widget::Rich),
                field("source", Widget::Line),
                field("role", Widget::Line),
            ];
        }
        "image" => {
            return vec![
                field("image.url", Widget::Picture),
                field("image.alt", Widget::Line),
                field("image.decorative", Widget::Flag),
                field("caption", Widget::Line),
                field("url", Widget::Address),
            ];
        }
        "button" => {
            return vec![
                field("text", Widget::Line),
                field("url", Widget::Address),
                field("library_item", Widget::Hidden),
            ];
        }
        "mjml" => return vec![field("source", Widget::Mjml)],
        "project_list" => return vec![field("title", Widget::Line), field("intro", Widget::Rich)],
        _ => return Vec::new(),
    };
    [CARD, own, CARD_REST].concat()
}

/// The value at a path.
pub fn get<'v>(value: &'v Value, path: &str) -> &'v Value {
    path.split('.').fold(value, |value, name| &value[name])
}

/// Puts a value at a path of at most two names.
pub fn put(into: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            into.insert(path.to_owned(), value);
        }
        Some((outer, name)) => {
            let inner = into.entry(outer).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                inner.insert(name.to_owned(), value);
            }
        }
    }
}

/// What was typed into a field, as JSON. What cannot be converted stays text, for
/// [`super::Content::read`] to say what is wrong with it.
pub fn typed(widget: Widget, values: &[String]) -> Value {
    let number =
        |text: &String| text.trim().parse::<u64>().map_or(text.as_str().into(), Value::from);
    match widget {
        Widget::Flag => (!values.is_empty()).into(),
        Widget::Groups => values.iter().map(number).collect(),
        Widget::Number | Widget::Level => match values.first() {
            Some(text) if !text.trim().is_empty() => number(text),
            _ => Value::Null,
        },
        // One of the palette, or one's own: the field behind the choices, which is always sent.
        Widget::Colour => match values {
            [choice, own, ..] if choice == palette::OWN => own.clone().into(),
            _ => values.first().cloned().unwrap_or_default().into(),
        },
        _ => values.first().cloned().unwrap_or_default().into(),
    }
}

/// What stands in a field when its form is shown.
pub fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Array(_) => serde_json::from_value::<Vec<Part>>(value.clone())
            .ok()
            .and_then(|parts| RichText::from_parts(parts).ok())
            .map(|text| text.to_markup())
            .unwrap_or_default(),
        _ => String::new(),
    }
}

/// Whether a leadership group is ticked.
pub fn has_group(value: &Value, group: u64) -> bool {
    value.as_array().is_some_and(|groups| groups.iter().any(|g| g.as_u64() == Some(group)))
}

#[cfg(test)]
mod tests {
    use super::super::content::BlockKind;
    use super::*;

    /// Every field that is stored has a place in the form, or saving would lose it.
    #[test]
    fn the_forms_have_every_field_of_every_kind() {
        let image = serde_json::json!({ "url": "https://lederweb.dk/a.png", "alt": "A" });
        for kind in BlockKind::NAMES {
            let block = BlockKind::empty(kind).map(super::super::content::Block::new);
            let mut stored = serde_json::to_value(block).unwrap_or_default();
            for name in ["id", "kind", "projects"] {
                stored.as_object_mut().and_then(|block| block.remove(name));
            }
            if !stored["image"].is_null() || stored.get("image").is_some() {
                stored["image"] = image.clone();
                stored["image"]["decorative"] = false.into();
            }
            let mut names = Vec::new();
            // Not stored while it is empty.
            if stored.get("teaser").is_some() {
                names.push("library_version".to_owned());
            }
            for (name, value) in stored.as_object().into_iter().flatten() {
                match value {
                    Value::Object(inner) => {
                        names.extend(inner.keys().map(|inner| format!("{name}.{inner}")));
                    }
                    _ => names.push(name.clone()),
                }
            }
            let mut known: Vec<String> = of(kind).iter().map(|f| f.path.to_owned()).collect();
            names.sort();
            known.sort();
            assert_eq!(names, known, "{kind}");
        }
    }
}
