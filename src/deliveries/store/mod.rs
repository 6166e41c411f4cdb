//! The table `deliveries`, and what is kept of it.

mod again;
mod hand_over;
mod outcome;
mod progress;
mod queue;
mod quota;
mod record;

pub use again::{Orphans, decide_held, has_orphans, recover, retry, retryable, workers};
pub use hand_over::hand_over;
pub use outcome::{
    Outcome, Tallied, forget, keep, keep_if_missing, largest_domains, outcome, tally,
};
pub use progress::{
    Copy, Counts, Domain, Listed, Refusal, copies_after, counts, domains, last_finished, list,
    pause_note, refusals, under_way,
};
pub use queue::{
    Candidate, Person, Wish, candidates, due, gone, insert, mark, next_due, queued_after,
    recipients, rendition, skip, skip_remaining, stands_still_since, tracking_consents,
};
pub use quota::{accepted_between, taken_since};
pub use record::{Record, record};
