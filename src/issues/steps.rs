//! What the buttons of the editor's form do to the blocks: each is a step on what was typed, and
//! works whether or not all of it can be saved.

use std::fmt;

use serde_json::{Value, json};

use super::content::{Block, BlockKind};
use super::source;
use crate::db::PublicId;

/// Where a new block goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Place {
    /// Above the first block.
    Start,
    /// Right below this block; at the end when it is no longer there.
    Behind(PublicId),
    /// Below the last block.
    #[default]
    End,
}

impl Place {
    /// Reads it as addresses and forms say it: `start`, the id of a block, or nothing.
    pub fn read(text: &str) -> Self {
        match text {
            "start" => Self::Start,
            id => id.parse().map_or(Self::End, Self::Behind),
        }
    }

    /// The position that a new block gets among so many, of which each knows where it stands.
    pub fn among(self, blocks: usize, position: impl FnOnce(PublicId) -> Option<usize>) -> usize {
        match self {
            Self::Start => 0,
            Self::Behind(id) => position(id).map_or(blocks, |at| at + 1),
            Self::End => blocks,
        }
    }
}

/// As [`Place::read`] reads it.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start => f.write_str("start"),
            Self::Behind(id) => id.fmt(f),
            Self::End => Ok(()),
        }
    }
}

/// A button of the form, by its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Save and no more.
    Save,
    /// Save because some time has passed.
    Autosave,
    /// `place:BLOCK` or `place:start`: asks which kind of block goes there.
    Place(Place),
    /// `add:KIND`, where the form says that new blocks go.
    Add(String),
    /// `library:ITEM`: a block made from a library item.
    Library(PublicId),
    /// `up:BLOCK`
    Up(PublicId),
    /// `down:BLOCK`
    Down(PublicId),
    /// `duplicate:BLOCK`
    Duplicate(PublicId),
    /// `remove:BLOCK`
    Remove(PublicId),
    /// `hide:BLOCK`, or show it again.
    Hide(PublicId),
    /// `merge`: one version of two, by what was chosen.
    Merge,
    /// `restore:BLOCK:REVISION`
    Restore(PublicId, i32),
    /// `update:BLOCK`: the block is given what its library item says now.
    Update(PublicId),
    /// `keep:BLOCK`: the block stays as it is, although its item has changed.
    Keep(PublicId),
    /// `revert:BLOCK:REVISION`: the block is again what it was.
    Revert(PublicId, i32),
    /// `add-project:BLOCK`
    AddProject(PublicId),
    /// `remove-project:BLOCK:POSITION`
    RemoveProject(PublicId, usize),
    /// `restore-project:BLOCK:REVISION:POSITION`: the project that stood there then.
    RestoreProject(PublicId, i32, usize),
}

impl Step {
    /// Reads a button's value; `None` when there is no such button.
    pub fn parse(text: &str) -> Option<Self> {
        let (verb, rest) = text.split_once(':').unwrap_or((text, ""));
        let (id, number) = rest.split_once(':').unwrap_or((rest, ""));
        let id = || id.parse::<PublicId>().ok();
        Some(match verb {
            "save" => Self::Save,
            "autosave" => Self::Autosave,
            "place" => Self::Place(Place::read(rest)),
            "add" => Self::Add(rest.to_owned()),
            "library" => Self::Library(id()?),
            "up" => Self::Up(id()?),
            "down" => Self::Down(id()?),
            "duplicate" => Self::Duplicate(id()?),
            "remove" => Self::Remove(id()?),
            "hide" => Self::Hide(id()?),
            "merge" => Self::Merge,
            "restore" => Self::Restore(id()?, number.parse().ok()?),
            "update" => Self::Update(id()?),
            "keep" => Self::Keep(id()?),
            "revert" => Self::Revert(id()?, number.parse().ok()?),
            "add-project" => Self::AddProject(id()?),
            "remove-project" => Self::RemoveProject(id()?, number.parse().ok()?),
            "restore-project" => {
                let (revision, at) = number.split_once(':')?;
                Self::RestoreProject(id()?, revision.parse().ok()?, at.parse().ok()?)
            }
            _ => return None,
        })
    }
}

/// The blocks of what was typed.
pub struct Blocks<'v>(&'v mut Vec<Value>);

impl<'v> Blocks<'v> {
    /// Those of loose content, as [`super::form`] makes it.
    pub fn of(content: &'v mut Value) -> Option<Self> {
        content["blocks"].as_array_mut().map(Self)
    }

    /// Where a block stands.
    pub fn position(&self, id: PublicId) -> Option<usize> {
        let id = id.to_string();
        self.0.iter().position(|block| block["id"] == *id)
    }

    /// Puts a new block into its place, and returns its id.
    pub fn insert(&mut self, kind: BlockKind, place: Place) -> PublicId {
        let block = Block::new(kind);
        let value = super::form::of_block(&block);
        let at = place.among(self.0.len(), |id| self.position(id));
        self.0.insert(at, value);
        block.id
    }

    /// Puts a block that was there before back to its place.
    pub fn put_back(&mut self, block: Value, at: usize) {
        let known = self.0.iter().any(|other| other["id"] == block["id"]);
        if !known {
            self.0.insert(at.min(self.0.len()), block);
        }
    }

    /// The library items that a block was made from: one, or those of its projects.
    pub fn sources(&self, id: PublicId) -> Vec<PublicId> {
        let Some(block) = self.position(id).and_then(|at| self.0.get(at)) else { return vec![] };
        let item = |made: &Value| made["library_item"].as_str()?.parse().ok();
        std::iter::once(block).chain(source::projects(block)).filter_map(item).collect()
    }

    /// Gives a block what its library item says now. What an item does not say stays: the words of
    /// the link, the length, an own teaser or address where it has none, and the words of the
    /// picture while it is the same one.
    pub fn update(&mut self, id: PublicId, kind: BlockKind) {
        let new = super::form::of_block(&Block::new(kind));
        let Some(old) = self.position(id).and_then(|at| self.0.get_mut(at)) else { return };
        for (old, new) in made_from_one(old, &new) {
            for name in ["title", "url", "groups", "library_version"] {
                if new[name] != "" || name != "url" {
                    old[name] = new[name].clone();
                }
            }
        }
        if [&old["kind"], &new["kind"]].iter().any(|kind| **kind == "project_list") {
            return;
        }
        let shared = ["title", "teaser", "url", "groups", "library_version"];
        let own = ["series", "number", "date", "place", "edition"];
        let is_same_kind = old["kind"] == new["kind"];
        for name in shared.into_iter().chain(own.into_iter().filter(|_| is_same_kind)) {
            let Some(value) = new.get(name) else { continue };
            if *value != "" || !["teaser", "url"].contains(&name) {
                old[name] = value.clone();
            }
        }
        if !new["image"].is_null() && new["image"]["url"] != old["image"]["url"] {
            old["image"] = new["image"].clone();
        }
    }

    /// Takes the item's new version as seen, and leaves the block as it is.
    pub fn keep(&mut self, id: PublicId, kind: &BlockKind) {
        let new = super::form::of_block(&Block::new(kind.clone()));
        let Some(old) = self.position(id).and_then(|at| self.0.get_mut(at)) else { return };
        for (old, new) in made_from_one(old, &new) {
            old["library_version"] = new["library_version"].clone();
        }
        if old["kind"] != "project_list" {
            old["library_version"] = new["library_version"].clone();
        }
    }

    /// Makes a block what it was before.
    pub fn revert(&mut self, block: Value) {
        let id = block["id"].as_str().and_then(|id| id.parse().ok());
        if let Some(old) = id.and_then(|id| self.position(id)).and_then(|at| self.0.get_mut(at)) {
            *old = block;
        }
    }

    /// Changes places with the block above or below, if there is one.
    pub fn shift(&mut self, id: PublicId, by: isize) {
        let Some(at) = self.position(id) else { return };
        if let Some(to) = at.checked_add_signed(by).filter(|to| *to < self.0.len()) {
            self.0.swap(at, to);
        }
    }

    /// Puts a copy right behind a block and returns its id.
    pub fn duplicate(&mut self, id: PublicId) -> Option<PublicId> {
        let at = self.position(id)?;
        let mut copy = self.0.get(at)?.clone();
        let new = PublicId::random();
        copy["id"] = new.to_string().into();
        self.0.insert(at + 1, copy);
        Some(new)
    }

    /// Takes a block out.
    pub fn remove(&mut self, id: PublicId) {
        if let Some(at) = self.position(id) {
            self.0.remove(at);
        }
    }

    /// Leaves a block out of what readers get, or takes it in again.
    pub fn hide(&mut self, id: PublicId) {
        if let Some(block) = self.position(id).and_then(|at| self.0.get_mut(at)) {
            let is_hidden = block["hidden"] == true;
            block["hidden"] = (!is_hidden).into();
        }
    }

    /// Adds an empty project to a list of projects, or takes one out.
    pub fn change_projects(&mut self, id: PublicId, remove: Option<usize>) {
        let Some(block) = self.position(id).and_then(|at| self.0.get_mut(at)) else { return };
        let Some(projects) = block["projects"].as_array_mut() else { return };
        match remove {
            None => projects.push(json!({ "title": "", "url": "", "groups": [] })),
            Some(at) if at < projects.len() => drop(projects.remove(at)),
            Some(_) => {}
        }
    }

    /// Puts the project that stood at a position of a block back to it.
    pub fn put_project_back(&mut self, id: PublicId, mut before: Value, at: usize) {
        let Some(block) = self.position(id).and_then(|at| self.0.get_mut(at)) else { return };
        let old = before["projects"].get_mut(at).map(Value::take);
        if let (Some(projects), Some(old)) = (block["projects"].as_array_mut(), old) {
            projects.insert(at.min(projects.len()), old);
        }
    }
}

/// The projects of a list that were made from the item of another list's only one, each with it.
fn made_from_one<'v>(
    list: &'v mut Value,
    of_item: &'v Value,
) -> impl Iterator<Item = (&'v mut Value, &'v Value)> {
    let new = of_item["projects"].get(0);
    let projects = list.get_mut("projects").and_then(Value::as_array_mut).into_iter().flatten();
    projects.filter_map(move |old| {
        let new = new.filter(|new| new["library_item"] == old["library_item"])?;
        Some((old, new))
    })
}
