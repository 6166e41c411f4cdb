//! The rows of a file as people, a chunk at a time.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use super::fields::Field;
use super::file::Stored;
use super::person::{self, Person, Refused};
use super::table::{MOST_ROWS, Row, Table};
use super::take::Context;
use super::{Reason, Verdict};
use crate::app::App;
use crate::error::{Error, Result};
use crate::subscribers::domains::{self, Pair};
use crate::subscribers::suppression;

/// Rows of one transaction: enough to share a commit, few enough to let others write.
pub const CHUNK: usize = 500;

/// A chunk of rows, and how far it goes.
pub(super) struct Chunk {
    pub(super) people: Vec<(Person, Vec<u8>)>,
    pub(super) refused: Vec<(u64, Refused)>,
    pub(super) from: i64,
    pub(super) to: i64,
}

/// The rows of a file as people.
pub(super) struct Rows<'a> {
    context: &'a Context,
    table: Table<Stored>,
    hasher: suppression::Hasher,
    /// The addresses that have been seen, as keyed hashes of eight bytes: at most 18 MB.
    seen: HashSet<u64>,
    keyed: RandomState,
    /// Where people come from, as the list says.
    sources: HashSet<String>,
    /// Domains that are called otherwise now.
    renamed: Vec<Pair>,
    /// The same, back to front.
    renamed_since: Vec<Pair>,
    number: i64,
}

/// Sources of a list: each is counted by for ever.
const MOST_SOURCES: usize = 200;

impl<'a> Rows<'a> {
    /// From the first one below the header on.
    pub(super) fn open(app: &App, context: &'a Context) -> Result<Self> {
        let renamed = app.db.read_blocking(domains::all_pairs)?;
        let renamed_since = domains::reversed(&renamed);
        let mut table = Table::open(Stored::new(app, &context.import), &context.plan.format)?;
        if context.plan.has_header {
            table.read_row()?;
        }
        let hasher = suppression::Hasher::new(&app.config.suppression_pepper);
        let (seen, keyed) = (HashSet::new(), RandomState::new());
        let sources = HashSet::new();
        Ok(Self { context, table, hasher, seen, keyed, sources, renamed, renamed_since, number: 0 })
    }

    /// The next chunk behind a number of rows, which are read again to know whom they name.
    pub(super) fn chunk(&mut self, behind: i64) -> Result<Option<Chunk>> {
        let mut chunk = Chunk { people: vec![], refused: vec![], from: behind, to: behind };
        while chunk.people.len() + chunk.refused.len() < CHUNK {
            let Some(row) = self.table.read_row()? else { break };
            self.number += 1;
            if self.number.unsigned_abs() > MOST_ROWS {
                return Err(Error::field("file", "error-list-too-many"));
            }
            let read = self.person(&row);
            if self.number > behind {
                chunk.to = self.number;
                match read {
                    Ok(mut person) => {
                        let hash = self.hasher.hash(&person.key);
                        let former = domains::former_keys(&self.renamed, &person.key);
                        person.former = former.iter().map(|key| self.hasher.hash(key)).collect();
                        let later = domains::former_keys(&self.renamed_since, &person.key);
                        person.later = later.iter().map(|key| self.hasher.hash(key)).collect();
                        chunk.people.push((person, hash));
                    }
                    Err(refused) => chunk.refused.push((row.line, refused)),
                }
            }
        }
        Ok((chunk.to > behind).then_some(chunk))
    }

    fn person(&mut self, row: &Row) -> Result<Person, Refused> {
        let Context { plan, newsletter, now, .. } = self.context;
        let person = person::read(row, plan, newsletter.zone(), *now)?;
        if let Some(source) = person.source.as_ref().filter(|it| !self.sources.contains(*it)) {
            if self.sources.len() == MOST_SOURCES {
                return Err(Refused::invalid(Field::Source, Reason::Sources));
            }
            self.sources.insert(source.clone());
        }
        if self.seen.insert(self.keyed.hash_one(&person.key)) {
            return Ok(person);
        }
        Err(Refused {
            verdict: Verdict::Skipped,
            field: Some(Field::Email),
            reason: Reason::Duplicate,
        })
    }
}
