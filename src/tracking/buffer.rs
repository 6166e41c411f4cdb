//! Hits that are not written down yet: in memory, bounded, and never in the way of an answer.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Verdict;
use crate::clock::Instant;

/// What is counted. Ordered, so that two processes write their counts in one order and never wait
/// for each other in a circle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Count {
    /// The issue.
    pub issue: i64,
    /// The link that was clicked; none for an open.
    pub link: Option<i32>,
    /// The start of the UTC hour.
    pub hour: Instant,
    /// Who may be behind it.
    pub verdict: Verdict,
}

/// What is counted of a short link. Ordered for the same reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ShortCount {
    /// The library item to which it leads.
    pub item: i64,
    /// The start of the UTC hour.
    pub hour: Instant,
    /// Who may be behind it.
    pub verdict: Verdict,
}

/// A hit by a personal link. Whether it may be stored is asked when it is written down.
#[derive(Debug, Clone)]
pub struct PersonalHit {
    /// Whose copy.
    pub delivery: i64,
    /// The link that was clicked; none for an open.
    pub link: Option<i32>,
    /// When.
    pub at: Instant,
    /// `HEAD` instead of `GET`.
    pub is_head: bool,
    /// The `User-Agent`.
    pub agent: String,
    /// The client's network, as [`super::routes`] cuts it.
    pub network: String,
}

/// Hits that wait.
#[derive(Debug, Default)]
pub struct Batch {
    /// How many of each; nothing personal in it.
    pub counts: BTreeMap<Count, i64>,
    /// How many of each short link; nothing personal either.
    pub short: BTreeMap<ShortCount, i64>,
    /// Hits by personal links.
    pub personal: Vec<PersonalHit>,
}

impl Batch {
    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty() && self.short.is_empty() && self.personal.is_empty()
    }
}

/// The hits that wait, for the whole program.
pub struct Buffer {
    room: usize,
    waiting: Mutex<Waiting>,
    /// Held by who writes down, so that the last one, when the program stops, also waits for what
    /// another has already taken.
    pub(super) writing: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Waiting {
    batch: Batch,
    dropped: u64,
}

/// Room for a minute of a very busy send while the database is away: about 20 MB when full.
const ROOM: usize = 50_000;
/// Personal hits in one write, so that others need not wait long for theirs.
const CHUNK: usize = 2_000;

impl Default for Buffer {
    fn default() -> Self {
        Self::with_room(ROOM)
    }
}

impl Buffer {
    /// A buffer for so many counters and so many personal hits.
    pub fn with_room(room: usize) -> Self {
        Self { room, waiting: Mutex::default(), writing: tokio::sync::Mutex::default() }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        // Nothing that holds the lock can panic half-way through a change.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a hit.
    pub fn count(&self, count: Count) {
        let mut waiting = self.waiting();
        waiting.dropped += add(&mut waiting.batch.counts, count, 1, self.room);
    }

    /// Counts somebody who followed a short link.
    pub fn count_short(&self, count: ShortCount) {
        let mut waiting = self.waiting();
        waiting.dropped += add(&mut waiting.batch.short, count, 1, self.room);
    }

    /// Takes a personal hit in.
    pub fn personal(&self, hit: PersonalHit) {
        self.waiting().keep(hit, self.room);
    }

    /// Hands over what waits, in pieces that one write can take: an empty batch is the end.
    pub fn take(&self) -> Batch {
        let mut waiting = self.waiting();
        let some = waiting.batch.personal.len().min(CHUNK);
        Batch {
            counts: std::mem::take(&mut waiting.batch.counts),
            short: std::mem::take(&mut waiting.batch.short),
            personal: waiting.batch.personal.drain(..some).collect(),
        }
    }

    /// Takes a batch back that could not be written down.
    pub fn take_back(&self, batch: &Batch) {
        let mut waiting = self.waiting();
        for (count, hits) in &batch.counts {
            waiting.dropped += add(&mut waiting.batch.counts, *count, *hits, self.room);
        }
        for (count, hits) in &batch.short {
            waiting.dropped += add(&mut waiting.batch.short, *count, *hits, self.room);
        }
        for hit in &batch.personal {
            waiting.keep(hit.clone(), self.room);
        }
    }

    /// How many hits have found no room since this was last asked.
    pub fn take_dropped(&self) -> u64 {
        std::mem::take(&mut self.waiting().dropped)
    }
}

impl Waiting {
    fn keep(&mut self, hit: PersonalHit, room: usize) {
        if self.batch.personal.len() < room {
            self.batch.personal.push(hit);
        } else {
            self.dropped += 1;
        }
    }
}

/// Adds hits to a count; returns how many of them found no room.
fn add<K: Ord>(counts: &mut BTreeMap<K, i64>, count: K, hits: i64, room: usize) -> u64 {
    if let Some(so_far) = counts.get_mut(&count) {
        *so_far += hits;
    } else if counts.len() < room {
        counts.insert(count, hits);
    } else {
        return hits.unsigned_abs();
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(issue: i64) -> Count {
        Count { issue, link: None, hour: Instant::from_micros(0), verdict: Verdict::Human }
    }

    fn hit(delivery: i64) -> PersonalHit {
        PersonalHit {
            delivery,
            link: None,
            at: Instant::from_micros(0),
            is_head: false,
            agent: String::new(),
            network: String::new(),
        }
    }

    #[test]
    fn what_finds_no_room_is_counted_as_dropped() {
        let buffer = Buffer::with_room(2);
        for issue in [1, 2, 3, 1] {
            buffer.count(open(issue));
        }
        for delivery in 0..5 {
            buffer.personal(hit(delivery));
        }
        assert_eq!(buffer.take_dropped(), 1 + 3);
        assert_eq!(buffer.take_dropped(), 0);
        let batch = buffer.take();
        assert_eq!(batch.counts.into_iter().collect::<Vec<_>>(), [(open(1), 2), (open(2), 1)]);
        assert_eq!(batch.personal.len(), 2);
        assert!(buffer.take().is_empty());
    }

    #[test]
    fn a_batch_that_comes_back_is_handed_over_again() {
        let buffer = Buffer::default();
        buffer.count(open(1));
        for delivery in 0..3_000 {
            buffer.personal(hit(delivery));
        }
        let batch = buffer.take();
        assert_eq!(batch.personal.len(), CHUNK);
        buffer.count(open(1));
        buffer.take_back(&batch);
        let mut personal = 0;
        let mut opens = 0;
        loop {
            let batch = buffer.take();
            if batch.is_empty() {
                break;
            }
            personal += batch.personal.len();
            opens += batch.counts.values().sum::<i64>();
        }
        assert_eq!((personal, opens, buffer.take_dropped()), (3_000, 2, 0));
    }
}
