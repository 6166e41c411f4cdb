//! The table `deliveries`.

mod progress;
mod queue;

pub use progress::{
    Copy, Counts, Domain, Listed, Refusal, copies_after, counts, domains, last_finished, list,
    pause_note, refusals, under_way,
};
pub use queue::{
    Candidate, Forsaken, Person, Record, Wish, accepted_since, candidates, decide_held, due,
    forsake, gone, insert, is_any_forsaken, mark, next_due, queued_after, recipients, record,
    rendition, retry, retryable, skip, skip_remaining, stands_still_since, tracking_consents,
    workers,
};
