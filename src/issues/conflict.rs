//! Two editors at once: what each of them wrote, block by block.

use serde_json::Value;

use super::fields::{self, Field, Widget};
use crate::web::Page;

/// One field in which the two versions differ.
pub struct Difference {
    /// What it is.
    pub label: String,
    /// What the one who is saving wrote; `None` when the block is not in that version.
    pub mine: Option<String>,
    /// What was saved in the meantime.
    pub theirs: Option<String>,
}

/// A block, or the top of the issue, that is not the same in both versions.
pub struct Place {
    /// What it is.
    pub name: String,
    /// The fields that differ.
    pub differences: Vec<Difference>,
}

/// Where two versions differ, in the order of the first and then of the second.
pub fn compare(page: &Page, mine: &Value, theirs: &Value) -> Vec<Place> {
    let top = [
        Field { path: "subject", widget: Widget::Line },
        Field { path: "preheader", widget: Widget::Line },
    ];
    let mut places = vec![
        Place {
            name: page.t("composer-envelope"),
            differences: differences(page, &top, Some(mine), Some(theirs)),
        },
        Place {
            name: page.t("composer-theme"),
            differences: differences(
                page,
                fields::THEME,
                Some(&mine["theme"]),
                Some(&theirs["theme"]),
            ),
        },
    ];
    let (my_blocks, their_blocks) = (blocks(mine), blocks(theirs));
    let find = |list: &'_ [Value], block: &Value| {
        list.iter().find(|other| other["id"] == block["id"]).cloned()
    };
    for block in my_blocks {
        places.push(place(page, Some(block), find(their_blocks, block).as_ref()));
    }
    for block in their_blocks.iter().filter(|block| find(my_blocks, block).is_none()) {
        places.push(place(page, None, Some(block)));
    }
    let order =
        |list: &[Value]| list.iter().map(super::editor::title).collect::<Vec<_>>().join(" · ");
    let ids = |list: &[Value]| list.iter().map(|block| block["id"].clone()).collect::<Vec<_>>();
    if ids(my_blocks) != ids(their_blocks) {
        places.push(Place {
            name: page.t("conflict-order"),
            differences: vec![Difference {
                label: page.t("composer-blocks"),
                mine: Some(order(my_blocks)),
                theirs: Some(order(their_blocks)),
            }],
        });
    }
    places.retain(|place| !place.differences.is_empty());
    places
}

fn blocks(version: &Value) -> &[Value] {
    version["blocks"].as_array().map(Vec::as_slice).unwrap_or_default()
}

fn place(page: &Page, mine: Option<&Value>, theirs: Option<&Value>) -> Place {
    let block = mine.or(theirs).unwrap_or(&Value::Null);
    let kind = block["kind"].as_str().unwrap_or_default();
    let name = page.t(format!("block-kind-{kind}"));
    let mut differences = differences(page, &fields::of(kind), mine, theirs);
    let projects = |of: Option<&Value>| of.map(|of| projects(&of["projects"]));
    if projects(mine) != projects(theirs) && kind == "project_list" {
        let (mine, theirs) = (projects(mine), projects(theirs));
        differences.push(Difference { label: page.t("field-projects"), mine, theirs });
    }
    Place { name: format!("{name} {}", super::editor::title(block)).trim().to_owned(), differences }
}

fn projects(list: &Value) -> String {
    let list = list.as_array().into_iter().flatten();
    list.map(|project| {
        fields::PROJECT.iter().map(|f| said(&project[f.path])).collect::<Vec<_>>().join(" ")
    })
    .collect::<Vec<_>>()
    .join("\n")
}

fn differences(
    page: &Page,
    fields: &[Field],
    mine: Option<&Value>,
    theirs: Option<&Value>,
) -> Vec<Difference> {
    let text = |of: Option<&Value>, path: &str| of.map(|of| said(fields::get(of, path)));
    fields
        .iter()
        .map(|field| Difference {
            label: page.t(format!("field-{}", field.path.replace('.', "-"))),
            mine: text(mine, field.path),
            theirs: text(theirs, field.path),
        })
        .filter(|d| d.mine != d.theirs)
        .filter(|d| {
            !(d.mine.as_ref().is_none_or(String::is_empty)
                && d.theirs.as_ref().is_none_or(String::is_empty))
        })
        .collect()
}

/// A field's value in words.
fn said(value: &Value) -> String {
    match value {
        Value::Array(list) if list.iter().all(Value::is_number) => {
            list.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        }
        Value::Bool(true) => "✓".to_owned(),
        other => fields::shown(other),
    }
}
