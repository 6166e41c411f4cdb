//! Two editors at once: what each of them wrote, place by place, and what becomes of it when one of
//! them has chosen.

use std::collections::HashMap;

use serde_json::Value;

use super::difference::{self, Place};
use crate::web::Page;

/// Whose version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// That of the one who is saving.
    Mine,
    /// What was saved in the meantime.
    Theirs,
}

/// The place that stands for the order of the blocks.
pub const ORDER: &str = "order";

/// What was chosen, by the id of the place.
pub type Choices = HashMap<String, Side>;

/// A place in which the two versions differ, with what is proposed.
pub struct Choice {
    /// The place; the old version is theirs, the new one mine.
    pub place: Place,
    /// What is proposed.
    pub side: Side,
    /// Both changed it.
    pub is_both: bool,
}

/// Where two versions differ. `base` is what both began with, when it is still known: what only one
/// of them changed is proposed as that one wrote it.
pub fn compare(page: &Page, mine: &Value, theirs: &Value, base: Option<&Value>) -> Vec<Choice> {
    let choice = |place: Place| {
        let is_same = |version: &Value| {
            base.is_some_and(|base| part(base, &place.id) == part(version, &place.id))
        };
        let side = if is_same(mine) { Side::Theirs } else { Side::Mine };
        let is_both = base.is_some() && !is_same(mine) && !is_same(theirs);
        Choice { side, is_both, place }
    };
    let moved = |version: &Value| {
        difference::blocks(version).iter().map(|block| block["id"].clone()).collect::<Vec<_>>()
    };
    let mut places = difference::compare(page, theirs, mine);
    // That a block was moved is a choice of its own, for all of them.
    for place in &mut places {
        place.changes.retain(|change| *change != difference::Change::Moved);
    }
    places.retain(|place| !place.changes.is_empty());
    let both = |list: Vec<Value>, other: &[Value]| -> Vec<Value> {
        list.into_iter().filter(|id| other.contains(id)).collect()
    };
    let (my_order, their_order) = (moved(mine), moved(theirs));
    if both(my_order.clone(), &their_order) != both(their_order, &my_order) {
        let titles = |version: &Value| {
            let titles = difference::blocks(version).iter().map(super::editor::title);
            titles.collect::<Vec<_>>().join("\n")
        };
        let (old, new) = (titles(theirs), titles(mine));
        places.push(Place {
            id: ORDER.to_owned(),
            name: page.t("conflict-order"),
            changes: vec![difference::Change::Moved],
            fields: vec![difference::Difference {
                label: page.t("composer-blocks"),
                words: difference::words(&old, &new),
                old: Some(old),
                new: Some(new),
            }],
        });
    }
    places.into_iter().map(choice).collect()
}

/// The part of a version that a place is about.
fn part(version: &Value, place: &str) -> Value {
    match place {
        "subject" | "preheader" | "mjml" | "theme" => version[place].clone(),
        ORDER => difference::blocks(version).iter().map(|block| block["id"].clone()).collect(),
        id => {
            let block = difference::blocks(version).iter().find(|block| block["id"] == *id);
            block.cloned().unwrap_or_default()
        }
    }
}

/// One version of two, by what was chosen; where nothing was, it is mine.
pub fn merge(mine: &Value, theirs: &Value, choices: &Choices) -> Value {
    let side = |place: &str| choices.get(place).copied().unwrap_or(Side::Mine);
    let of = |side: Side| if side == Side::Mine { mine } else { theirs };
    let mut merged = mine.clone();
    for place in ["subject", "preheader", "theme"] {
        merged[place] = of(side(place))[place].clone();
    }
    if !mine["mjml"].is_null() || !theirs["mjml"].is_null() {
        merged["mjml"] = of(side("mjml"))["mjml"].clone();
    }
    let first = side(ORDER);
    let second = if first == Side::Mine { Side::Theirs } else { Side::Mine };
    let find = |side: Side, id: &Value| {
        difference::blocks(of(side)).iter().find(|block| block["id"] == *id)
    };
    // What was chosen of a block; nothing when that version does not have it.
    let chosen = |id: &Value| find(side(id.as_str().unwrap_or_default()), id).cloned();
    let mut blocks: Vec<Value> =
        difference::blocks(of(first)).iter().filter_map(|block| chosen(&block["id"])).collect();
    // What only the other version has comes behind the block that it stood behind there.
    let mut behind: Option<&Value> = None;
    for block in difference::blocks(of(second)) {
        if find(first, &block["id"]).is_none()
            && let Some(chosen) = chosen(&block["id"])
        {
            let at = behind.and_then(|id| blocks.iter().position(|b| b["id"] == *id));
            blocks.insert(at.map_or(0, |at| at + 1), chosen);
        }
        if blocks.iter().any(|b| b["id"] == block["id"]) {
            behind = Some(&block["id"]);
        }
    }
    merged["blocks"] = blocks.into();
    merged
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn version(subject: &str, blocks: &[(&str, &str)]) -> Value {
        let blocks: Vec<Value> =
            blocks.iter().map(|(id, text)| json!({ "id": id, "text": text })).collect();
        json!({ "subject": subject, "preheader": "", "theme": null, "blocks": blocks })
    }

    fn choose(choices: &[(&str, Side)]) -> Choices {
        choices.iter().map(|(place, side)| ((*place).to_owned(), *side)).collect()
    }

    #[test]
    fn each_place_is_what_was_chosen_for_it() {
        let mine = version("M", &[("a", "am"), ("b", "bm"), ("m", "mm")]);
        let theirs = version("T", &[("t", "tt"), ("b", "bt"), ("a", "at"), ("u", "uu")]);
        assert_eq!(merge(&mine, &theirs, &Choices::default())["blocks"], mine["blocks"]);
        let some = choose(&[
            ("subject", Side::Theirs),
            ("a", Side::Theirs),
            ("t", Side::Theirs),
            ("u", Side::Theirs),
        ]);
        let expected = [("t", "tt"), ("a", "at"), ("u", "uu"), ("b", "bm"), ("m", "mm")];
        assert_eq!(merge(&mine, &theirs, &some), version("T", &expected));
        let all = ["subject", "a", "b", "m", "t", "u", ORDER].map(|place| (place, Side::Theirs));
        assert_eq!(merge(&mine, &theirs, &choose(&all)), theirs);
    }
}
