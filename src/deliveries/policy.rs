//! What follows from an outcome: when a row is tried again, when it is over, and whose fault it was.

use chrono::TimeDelta;
use rand::RngExt;

use super::DeliveryState;
use super::mark::Marked;
use super::pace::Heard;
use super::provider::Wait;
use super::store::Record;
use crate::clock::Instant;
use crate::config::SendingRules;
use crate::mail::{MOST_TEXT, Meaning, Outcome, Reply, Stage, without_addresses};

/// How long a row may be under way before somebody else may take it for lost.
pub const LEASE: TimeDelta = TimeDelta::minutes(60);

/// How long after its mark a row may still be started: at the mark it was read whether the person
/// wants it, and who has left since is not to get it. What is left of the lease is longer than a
/// message can take: RFC 5321 (4.5.3.2) gives each of MAIL and RCPT 5 minutes, DATA 2, a block 3
/// and the final dot 10.
pub const START_WITHIN: TimeDelta = TimeDelta::minutes(1);

/// How soon after its mark a row goes out at the rate that is set, if no more are marked than that.
pub const SOON: TimeDelta = TimeDelta::seconds(10);

/// What to do after an outcome.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Write this down and go on.
    Record(Record),
    /// We are refused as senders: write this down, and stop the issue for this reason. Nobody else
    /// is to blame.
    OurFault(Record, String),
}

/// What the settings say about an issue.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// The settings.
    pub sending: &'a SendingRules,
    /// Nobody is tried again after this: so long after the issue began, or after a person let it go
    /// on.
    pub deadline: Instant,
}

/// Judges the outcome of a row, and what its provider's answers mean together.
pub fn judge(
    row: &Marked,
    outcome: Outcome,
    heard: Heard,
    rules: &Rules<'_>,
    now: Instant,
) -> Verdict {
    let told = |reply: Reply| Record {
        code: Some(reply.code.into()),
        status: reply.status.map(|status| status.to_string()),
        text: Some(reply.text),
        ..tried(row)
    };
    let failed = |reply: Reply| Record {
        state: DeliveryState::Failed,
        finished_at: Some(now),
        ..told(reply)
    };
    let not_sent = |reply: Reply| Record { attempts: -1, ..told(reply) };
    Verdict::Record(match outcome {
        Outcome::Accepted(reply) => {
            Record { state: DeliveryState::Accepted, finished_at: Some(now), ..told(reply) }
        }
        Outcome::Deferred(reply) => match next_try(row.attempts, rules, now) {
            Some(at) => Record { state: DeliveryState::Deferred, due_at: Some(at), ..told(reply) },
            None => failed(reply),
        },
        Outcome::Failed(reply) if reply.meaning() == Meaning::OurFault => {
            let why = without_addresses(&reply.to_string());
            return Verdict::OurFault(not_sent(reply), why);
        }
        // A refusal by policy is about us when others are refused as well: who is refused then
        // waits with them.
        Outcome::Failed(reply) => match heard {
            Heard::Plain => {
                let is_gone = reply.meaning() == Meaning::Recipient;
                let sent_to = is_gone.then(|| row.email.clone());
                Record { is_gone, sent_to, ..failed(reply) }
            }
            Heard::Stopped(wait) => put_off(row, &wait, rules, now),
            Heard::Everywhere(why) => return Verdict::OurFault(not_sent(reply), why),
        },
        // It is safe to send at once, on another connection; but not for ever, because there are
        // servers that break off at the same message again and again.
        Outcome::NotSent(why) => {
            let due_at =
                if row.attempts == 1 { Some(now) } else { next_try(row.attempts, rules, now) };
            let state =
                if due_at.is_some() { DeliveryState::Deferred } else { DeliveryState::Failed };
            let finished_at = due_at.is_none().then_some(now);
            Record { state, due_at, finished_at, text: Some(cut(&why)), ..tried(row) }
        }
        // The first time it is sent once more, at once; then it is held for a person.
        Outcome::Uncertain(why) => Record {
            state: DeliveryState::Deferred,
            due_at: (row.uncertain == 0 && rules.sending.resend_uncertain).then_some(now),
            uncertain: 1,
            text: Some(cut(&why)),
            ..tried(row)
        },
    })
}

/// A row that was marked and not touched goes back as it was.
pub fn give_back(row: &Marked) -> Record {
    Record { attempts: -1, ..tried(row) }
}

/// A row that was tried, before anything is said of what became of it.
fn tried(row: &Marked) -> Record {
    Record {
        id: row.id,
        lease_until: row.lease_until,
        state: DeliveryState::Queued,
        attempts: 0,
        due_at: None,
        uncertain: 0,
        code: None,
        status: None,
        text: None,
        is_gone: false,
        sent_to: None,
        finished_at: None,
    }
}

/// A row whose provider gets no more just now waits for its turn; no try is counted. Nobody waits
/// beyond the deadline.
pub fn put_off(row: &Marked, wait: &Wait, rules: &Rules<'_>, now: Instant) -> Record {
    let plain = Record { text: wait.why.clone(), ..give_back(row) };
    match wait.until < rules.deadline {
        true => Record { state: DeliveryState::Deferred, due_at: Some(wait.until), ..plain },
        false => Record {
            state: DeliveryState::Failed,
            attempts: 0,
            text: plain.text.or(Some("its turn did not come before the deadline".to_owned())),
            finished_at: Some(now),
            ..plain
        },
    }
}

/// Whether a reply says that we send too fast (RFC 3463, 4.7.x; RFC 5321, 421).
pub fn is_too_fast(reply: &Reply) -> bool {
    reply.code == 421 || reply.status.is_some_and(|status| status.subject == 7)
}

/// Our own refusal of an address that no message can carry, in the words of a server. It has no
/// status: that it does not exist is for the server to say that knows the mailbox.
pub fn unusable_address() -> Reply {
    Reply {
        stage: Stage::Recipient,
        code: 553,
        status: None,
        text: "the address cannot be written in a message".to_owned(),
    }
}

/// When to try again after so many tries; `None` when it has been enough, or too late. Up to a
/// tenth of a pause is taken away by chance, so that what failed together does not come back
/// together.
fn next_try(attempts: i32, rules: &Rules<'_>, now: Instant) -> Option<Instant> {
    let pauses = &rules.sending.retry_pauses;
    let seconds = pauses.get(usize::try_from(attempts).ok()?.checked_sub(1)?)?.num_seconds();
    let at = now + TimeDelta::seconds(seconds - rand::rng().random_range(0..=seconds / 10));
    (at < rules.deadline).then_some(at)
}

/// How long to leave a relay alone that could not be reached so many times in a row.
pub fn relay_pause(failures: u32) -> TimeDelta {
    TimeDelta::seconds(1 << failures.min(6))
}

fn cut(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(MOST_TEXT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_tries_fit_into_a_day_and_there_is_no_ninth() {
        let start = Instant::from_micros(0);
        let sending = SendingRules::of(&[]);
        let rules = Rules { sending: &sending, deadline: start + TimeDelta::hours(24) };
        let mut now = start;
        for attempts in 1..=7 {
            let next = next_try(attempts, &rules, now).unwrap_or(start);
            assert!(next > now, "after try {attempts}");
            now = next;
        }
        assert!(now - start < TimeDelta::hours(24));
        assert_eq!(next_try(8, &rules, now), None);
        assert_eq!(next_try(1, &rules, rules.deadline), None, "not after the deadline");
    }

    #[test]
    fn the_lease_outlives_a_message_that_was_started_late() {
        let longest = TimeDelta::minutes(5 + 5 + 2 + 3 + 10);
        assert!(LEASE - START_WITHIN > longest);
    }
}
