//! What differs between two versions of an issue, in words: block by block, field by field, word by
//! word. History and conflicts show it.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use serde_json::Value;
use similar::{Algorithm, ChangeTag, TextDiff};

use super::fields::{self, Field, Widget};
use super::rich_text::RichText;
use crate::web::Page;

/// How long one text is compared word by word; what takes longer is shown coarser.
const PATIENCE: Duration = Duration::from_millis(50);

/// Words that both texts have, or one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// In both.
    Same,
    /// In the old one only.
    Removed,
    /// In the new one only.
    Added,
}

/// A stretch of words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// Who has them.
    pub mark: Mark,
    /// The words.
    pub text: String,
}

impl Stretch {
    /// Whether the old text has it.
    pub fn is_old(&self) -> bool {
        self.mark != Mark::Added
    }

    /// Whether the new text has it.
    pub fn is_new(&self) -> bool {
        self.mark != Mark::Removed
    }

    /// Whether both have it.
    pub fn is_same(&self) -> bool {
        self.mark == Mark::Same
    }
}

/// One field in which two versions differ.
pub struct Difference {
    /// What it is.
    pub label: String,
    /// The old text; `None` when the block is not in that version.
    pub old: Option<String>,
    /// The new text.
    pub new: Option<String>,
    /// Both, word by word.
    pub words: Vec<Stretch>,
}

/// What became of a block, or of the top of the issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// Other words are in it.
    Changed,
    /// It stands elsewhere.
    Moved,
}

impl Change {
    /// Its word in texts and on pages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::Moved => "moved",
        }
    }
}

/// A part of the issue that is not the same in both versions.
pub struct Place {
    /// `subject`, `preheader`, `mjml`, `theme`, or the id of a block.
    pub id: String,
    /// What it is.
    pub name: String,
    /// What became of it; a block can be moved and changed.
    pub changes: Vec<Change>,
    /// The fields that differ.
    pub fields: Vec<Difference>,
}

/// Where two versions differ: the top, then the blocks in the order of the new one, then those that
/// are gone.
pub fn compare(page: &Page, old: &Value, new: &Value) -> Vec<Place> {
    let mut places = vec![
        top(page, "subject", old, new),
        top(page, "preheader", old, new),
        top(page, "mjml", old, new),
        Place {
            id: "theme".to_owned(),
            name: page.t("composer-theme"),
            changes: vec![Change::Changed],
            fields: differences(
                page,
                "theme",
                fields::THEME,
                Some(&old["theme"]),
                Some(&new["theme"]),
            ),
        },
    ];
    places.retain(|place| !place.fields.is_empty());
    let (old_blocks, new_blocks) = (blocks(old), blocks(new));
    let known: HashMap<&Value, &Value> = old_blocks.iter().map(|b| (&b["id"], b)).collect();
    let moved = moved(old_blocks, new_blocks);
    for block in new_blocks {
        let before = known.get(&block["id"]).copied();
        places.extend(place(page, before, Some(block), moved.contains(&block["id"])));
    }
    let kept: HashSet<&Value> = new_blocks.iter().map(|block| &block["id"]).collect();
    for block in old_blocks.iter().filter(|block| !kept.contains(&block["id"])) {
        places.extend(place(page, Some(block), None, false));
    }
    places
}

/// The blocks of a version.
pub(super) fn blocks(version: &Value) -> &[Value] {
    version["blocks"].as_array().map(Vec::as_slice).unwrap_or_default()
}

fn top(page: &Page, path: &'static str, old: &Value, new: &Value) -> Place {
    let field = [Field { path, widget: Widget::Line }];
    Place {
        id: path.to_owned(),
        name: page.t(format!("field-{path}")),
        changes: vec![Change::Changed],
        fields: differences(page, "issue", &field, Some(old), Some(new)),
    }
}

/// The blocks that stand elsewhere: the fewest whose moving makes one order of the other.
fn moved<'v>(old: &'v [Value], new: &'v [Value]) -> HashSet<&'v Value> {
    let places: HashMap<&Value, usize> =
        old.iter().enumerate().map(|(at, block)| (&block["id"], at)).collect();
    let both: Vec<(&Value, usize)> =
        new.iter().filter_map(|b| Some((&b["id"], *places.get(&b["id"])?))).collect();
    // The longest rising row stays; with at most 200 blocks the plain way will do.
    let mut length = vec![1_usize; both.len()];
    for at in 0..both.len() {
        for before in 0..at {
            if both[before].1 < both[at].1 {
                length[at] = length[at].max(length[before] + 1);
            }
        }
    }
    let mut wanted = length.iter().copied().max().unwrap_or_default();
    let mut limit = usize::MAX;
    let mut moved: HashSet<&Value> = both.iter().map(|(id, _)| *id).collect();
    for at in (0..both.len()).rev() {
        if wanted > 0 && length[at] == wanted && both[at].1 < limit {
            moved.remove(both[at].0);
            (wanted, limit) = (wanted - 1, both[at].1);
        }
    }
    moved
}

fn place(page: &Page, old: Option<&Value>, new: Option<&Value>, is_moved: bool) -> Option<Place> {
    let block = new.or(old)?;
    let kind = block["kind"].as_str().unwrap_or_default();
    let mut found = differences(page, kind, &fields::of(kind), old, new);
    let mut other = |label: &str, said: &dyn Fn(&Value) -> String| {
        let (old, new) = (old.map(said), new.map(said));
        if old.as_deref().unwrap_or_default() != new.as_deref().unwrap_or_default() {
            found.push(difference(page.t(label), old, new));
        }
    };
    other("field-projects", &|block| projects(page, &block["projects"]));
    if old.is_some() && new.is_some() {
        other("block-visibility", &|block| match block["hidden"] == true {
            true => page.t("block-hidden"),
            false => page.t("block-shown"),
        });
    }
    let mut changes = match (old, new) {
        (None, _) => vec![Change::Added],
        (_, None) => vec![Change::Removed],
        _ if found.is_empty() => Vec::new(),
        _ => vec![Change::Changed],
    };
    if is_moved {
        changes.push(Change::Moved);
    }
    let name = format!("{} {}", page.t(format!("block-kind-{kind}")), super::editor::title(block));
    let id = block["id"].as_str().unwrap_or_default().to_owned();
    (!changes.is_empty()).then(|| Place {
        id,
        name: name.trim().to_owned(),
        changes,
        fields: found,
    })
}

fn projects(page: &Page, list: &Value) -> String {
    let list = list.as_array().into_iter().flatten();
    list.map(|project| {
        let said = fields::PROJECT.iter().map(|f| said(page, f.widget, &project[f.path]));
        said.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" · ")
    })
    .collect::<Vec<_>>()
    .join("\n")
}

fn differences(
    page: &Page,
    kind: &str,
    fields: &[Field],
    old: Option<&Value>,
    new: Option<&Value>,
) -> Vec<Difference> {
    let texts = page.texts();
    let mut found = Vec::new();
    for field in fields.iter().filter(|field| field.widget != Widget::Hidden) {
        let markup = |of: Option<&Value>| of.map(|of| fields::get(of, field.path).clone());
        let (old, new) = (markup(old), markup(new));
        let mut shown =
            [&old, &new].map(|value| value.as_ref().map(|value| said(page, field.widget, value)));
        if shown[0].as_deref().unwrap_or_default() == shown[1].as_deref().unwrap_or_default() {
            // The same words that look different: then as they are typed.
            shown = [&old, &new].map(|value| value.as_ref().map(fields::shown));
        }
        let [old, new] = shown;
        if old.as_deref().unwrap_or_default() == new.as_deref().unwrap_or_default() {
            continue;
        }
        let word = field.path.replace('.', "-");
        let own = format!("field-{kind}-{word}");
        let label = if texts.has(&own) { own } else { format!("field-{word}") };
        found.push(difference(texts.get(&label), old, new));
    }
    found
}

fn difference(label: String, old: Option<String>, new: Option<String>) -> Difference {
    let words = words(old.as_deref().unwrap_or_default(), new.as_deref().unwrap_or_default());
    Difference { label, old, new, words }
}

/// A field's value in words.
fn said(page: &Page, widget: Widget, value: &Value) -> String {
    match (widget, value) {
        (Widget::Groups, Value::Array(list)) => {
            let groups = list.iter().filter_map(Value::as_u64).filter(|g| (1..=3).contains(g));
            groups.map(|g| page.t(format!("readers-{g}"))).collect::<Vec<_>>().join(", ")
        }
        (_, Value::Bool(true)) => "✓".to_owned(),
        (Widget::Rich, _) => {
            let markup = fields::shown(value);
            RichText::parse(&markup).map_or(markup, |text| text.without_person().to_text())
        }
        _ => fields::shown(value),
    }
}

/// Two texts word by word.
pub fn words(old: &str, new: &str) -> Vec<Stretch> {
    let diff = TextDiff::configure()
        .algorithm(Algorithm::Patience)
        .timeout(PATIENCE)
        .diff_unicode_words(old, new);
    let mut stretches: Vec<Stretch> = Vec::new();
    for change in diff.iter_all_changes() {
        let mark = match change.tag() {
            ChangeTag::Equal => Mark::Same,
            ChangeTag::Delete => Mark::Removed,
            ChangeTag::Insert => Mark::Added,
        };
        match stretches.last_mut() {
            Some(last) if last.mark == mark => last.text.push_str(change.value()),
            _ => stretches.push(Stretch { mark, text: change.value().to_owned() }),
        }
    }
    stretches
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn joined(words: &[Stretch], has: fn(&Stretch) -> bool) -> String {
        words.iter().filter(|stretch| has(stretch)).map(|stretch| stretch.text.as_str()).collect()
    }

    proptest! {
        #[test]
        fn both_texts_can_be_read_in_the_difference(old in r"[a-cæ ,.\n]{0,60}", new in r"[a-cæ ,.\n]{0,60}") {
            let words = words(&old, &new);
            prop_assert_eq!(joined(&words, Stretch::is_old), old);
            prop_assert_eq!(joined(&words, Stretch::is_new), new);
        }

        #[test]
        fn the_blocks_that_stay_are_in_the_same_order_in_both(order in Just((0..12).collect::<Vec<u32>>()).prop_shuffle()) {
            let old: Vec<Value> = (0..12).map(|id| json!({ "id": id })).collect();
            let new: Vec<Value> = order.iter().map(|id| json!({ "id": id })).collect();
            let moved = moved(&old, &new);
            let stays: Vec<&u32> = order.iter().filter(|id| !moved.contains(&json!(id))).collect();
            prop_assert!(stays.is_sorted());
        }
    }

    #[test]
    fn one_block_that_was_moved_is_one_move() {
        let list = |ids: &[u32]| ids.iter().map(|id| json!({ "id": id })).collect::<Vec<_>>();
        let (old, new) = (list(&[1, 2, 3, 4, 5]), list(&[5, 1, 2, 3, 4]));
        assert_eq!(moved(&old, &new), HashSet::from([&json!(5)]));
        assert!(moved(&old, &old).is_empty());
    }
}
