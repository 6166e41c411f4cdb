//! Moving everybody from one domain to another, as when two regions become one.
//!
//! A rule ([`rule`]) says which domain becomes which. Everybody with an address at an old one is
//! judged ([`judge`]) — in the dry run ([`plan`]), and again in the write that moves them ([`run`]) —
//! and keeps subscriptions, consents and history, as somebody does who takes another address
//! themselves ([`crate::personal::address`]). Nobody has confirmed the new address, so nothing that is
//! said about it is lifted: who is shut out, or has left, at the old or the new address stays where
//! they are. What a move did can be undone for a month ([`undo`]).
//!
//! A move may wait instead, and take only who bounces: where a server says that an address does not
//! exist, [`crate::subscribers::domains::bounced`] puts the person into the queue that [`run`] empties.

pub mod judge;
pub mod plan;
pub mod routes;
pub mod rule;
pub mod run;
pub mod undo;

use chrono::TimeDelta;

use crate::clock::Instant;
use crate::subscribers::domains::{DomainMove, MoveState};

/// How long a move can be undone, and the old addresses are kept.
pub const UNDO: TimeDelta = TimeDelta::days(30);

/// Until when a move can be undone, if it can; one that takes who bounces, as long as it does, for
/// those whose old address is still kept.
pub fn undo_until(of: &DomainMove, now: Instant) -> Option<Instant> {
    let until = match (of.state, of.on_bounce) {
        (MoveState::Waiting, _) => now + UNDO,
        (MoveState::Done, true) => of.finished_at? + UNDO,
        (MoveState::Done, false) => of.made_at + UNDO,
        _ => return None,
    };
    (now < until).then_some(until)
}
