//! The editor's form: one list of names and values, in the order of the page. A block's fields are
//! named `blocks.{id}.title`, so that moving the block on the page is all it takes to move it in
//! the issue.

use serde_json::{Map, Value, json};

use super::content::{Block, Content, VERSION};
use super::fields::{self, Field, Widget};

/// Names and values as a browser sends them.
pub type Pairs = Vec<(String, String)>;

/// Most fields of a form: 200 blocks with a dozen fields, and lists of projects.
const FIELD_LIMIT: usize = 20_000;

/// Names with dots, as a tree whose branches keep their order.
#[derive(Default)]
struct Node {
    values: Vec<String>,
    children: Vec<(String, Node)>,
}

impl Node {
    fn of(pairs: &Pairs) -> Self {
        let mut root = Self::default();
        for (name, value) in pairs.iter().take(FIELD_LIMIT) {
            let mut node = &mut root;
            for step in name.splitn(6, '.') {
                node = node.child(step);
            }
            node.values.push(value.clone());
        }
        root
    }

    fn child(&mut self, name: &str) -> &mut Self {
        // The newest branch is nearly always the one.
        let at = match self.children.iter().rposition(|(known, _)| known == name) {
            Some(at) => at,
            None => {
                self.children.push((name.to_owned(), Self::default()));
                self.children.len() - 1
            }
        };
        &mut self.children[at].1
    }

    fn at(&self, path: &str) -> Option<&Self> {
        path.split('.').try_fold(self, |node, name| {
            node.children.iter().find(|(known, _)| known == name).map(|(_, child)| child)
        })
    }

    fn values(&self, path: &str) -> &[String] {
        self.at(path).map_or(&[], |node| &node.values)
    }

    fn branches(&self, path: &str) -> &[(String, Self)] {
        self.at(path).map_or(&[], |node| &node.children)
    }

    fn text(&self, path: &str) -> String {
        self.values(path).first().cloned().unwrap_or_default()
    }

    fn object(&self, fields: &[Field]) -> Map<String, Value> {
        let mut object = Map::new();
        for field in fields {
            fields::put(
                &mut object,
                field.path,
                fields::typed(field.widget, self.values(field.path)),
            );
        }
        object
    }
}

/// What was typed, as loose JSON in the shape of [`Content`].
pub fn read(pairs: &Pairs) -> Value {
    let form = Node::of(pairs);
    let theme = form.at("theme").map(|theme| theme.object(fields::THEME));
    let blocks: Vec<Value> =
        form.branches("blocks").iter().map(|(id, node)| block(id, node)).collect();
    let mut content = json!({
        "version": VERSION,
        "subject": form.text("subject"),
        "preheader": form.text("preheader"),
        "theme": theme,
        "blocks": blocks,
    });
    if form.at("mjml").is_some() {
        content["mjml"] = form.text("mjml").into();
    }
    content
}

fn block(id: &str, node: &Node) -> Value {
    let kind = node.text("kind");
    let mut block = node.object(&fields::of(&kind));
    if kind == "project_list" {
        let projects = node.branches("projects").iter();
        let projects = projects.map(|(_, project)| Value::from(project.object(fields::PROJECT)));
        block.insert("projects".to_owned(), projects.collect());
    }
    if !node.text("hidden").is_empty() {
        block.insert("hidden".to_owned(), true.into());
    }
    block.insert("id".to_owned(), id.into());
    block.insert("kind".to_owned(), kind.into());
    block.into()
}

/// Content as it is edited: rich text is light markup.
pub fn of(content: &Content) -> Value {
    let mut value = content.to_json();
    if !value["theme"].is_null() {
        write_markup(&mut value["theme"], fields::THEME);
    }
    value["blocks"] = content.blocks.iter().map(of_block).collect();
    value
}

/// A block as it is edited.
pub fn of_block(block: &Block) -> Value {
    let mut value = serde_json::to_value(block).unwrap_or_default();
    write_markup(&mut value, &fields::of(block.kind.name()));
    value
}

fn write_markup(object: &mut Value, fields: &[Field]) {
    for field in fields.iter().filter(|field| field.widget == Widget::Rich) {
        object[field.path] = fields::shown(&object[field.path]).into();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(pairs: &[(&str, &str)]) -> Pairs {
        pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()
    }

    const A: &str = "6f1d2c1e-0001-4a6b-9c10-5d3b7a9e0001";
    const B: &str = "6f1d2c1e-0002-4a6b-9c10-5d3b7a9e0002";

    #[test]
    fn blocks_come_in_the_order_of_the_page() {
        let value = read(&pairs(&[
            ("subject", "Nyt"),
            (&format!("blocks.{B}.kind"), "heading"),
            (&format!("blocks.{B}.level"), "3"),
            (&format!("blocks.{A}.kind"), "article"),
            (&format!("blocks.{B}.text"), "Læs"),
            (&format!("blocks.{A}.groups"), "1"),
            (&format!("blocks.{A}.groups"), "3"),
            (&format!("blocks.{A}.image.url"), "/a.png"),
            (&format!("blocks.{A}.image.decorative"), "on"),
        ]));
        let content = Content::read(&value).map_err(|errors| format!("{errors:?}"));
        let kinds: Vec<_> = content.iter().flat_map(|c| &c.blocks).map(|b| b.kind.name()).collect();
        assert_eq!(kinds, ["heading", "article"], "{content:?}");
        assert_eq!(value["blocks"][1]["groups"], json!([1, 3]));
        assert_eq!(value["blocks"][1]["image"]["decorative"], true);
    }

    #[test]
    fn content_survives_the_form() -> Result<(), Box<dyn std::error::Error>> {
        let json = include_str!("../../assets/demo/special_kerneopgaven.json");
        let content = Content::read(&serde_json::from_str(json)?).map_err(|e| format!("{e:?}"))?;
        let again = Content::read(&of(&content)).map_err(|e| format!("{e:?}"))?;
        assert_eq!(content, again);
        Ok(())
    }
}
