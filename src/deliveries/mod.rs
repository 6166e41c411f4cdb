//! From a due issue to one final state a recipient.
//!
//! [`sender`] is called every second. It has [`start`] begin what is due, [`fan_out`] write down
//! the audience, and [`send`] send it: connections ([`connection`]) that share a [`window`] of
//! marked rows ([`mark`]), splice each into the frozen [`letter`], and hand in what the server
//! said, as [`policy`] judges it. [`recover`] takes over what a killed process left, [`finish`]
//! checks the equation, [`control`] is what people do to an issue on its way.
//!
//! No transaction is ever open while SMTP is spoken, and a row is under way (`in_data`) from the
//! mark to the record. So a kill leaves only such rows in doubt, never more than connections times
//! window of them.

pub mod api;
mod breaker;
mod connection;
pub mod control;
pub mod fan_out;
pub mod finish;
mod letter;
mod mark;
mod pace;
mod policy;
pub mod progress;
mod provider;
mod quota;
mod recover;
pub mod routes;
mod send;
pub mod send_now;
pub mod sender;
pub mod start;
pub mod store;
mod window;

pub use sender::{Sender, Tally};

use crate::text_enum;

text_enum! {
    /// How far one recipient's copy has come.
    pub enum DeliveryState {
        /// Waiting for its first try.
        Queued = "queued",
        /// Marked: it may be on the line just now.
        InData = "in_data",
        /// Taken by the next server. Final.
        Accepted = "accepted",
        /// Waiting for another try.
        Deferred = "deferred",
        /// Refused for good. Final.
        Failed = "failed",
        /// Not sent, with a reason. Final.
        Skipped = "skipped",
    }
}

text_enum! {
    /// Why somebody in the audience got no copy.
    pub enum SkipReason {
        /// Unsubscribed in the meantime.
        Unsubscribed = "unsubscribed",
        /// Paused in the meantime.
        Paused = "paused",
        /// The address was suppressed in the meantime.
        Suppressed = "suppressed",
        /// Asked for other issues only in the meantime.
        Scope = "scope",
        /// Erased in the meantime.
        Erased = "erased",
        /// The issue was cancelled.
        Cancelled = "cancelled",
    }
}

text_enum! {
    /// How links and image were written in a copy.
    pub enum Variant {
        /// True addresses, no image.
        Plain = "plain",
        /// The issue's: the same for everyone.
        Aggregate = "aggregate",
        /// The person's own, by consent.
        Personal = "personal",
    }
}

text_enum! {
    /// Why an issue is paused.
    pub enum PauseReason {
        /// Somebody paused it.
        Person = "person",
        /// The relay refuses us: sign-in, authentication, policy about the sender.
        SenderRefused = "sender-refused",
        /// Copies may have gone out twice; a person decides about them.
        Uncertain = "uncertain",
        /// Too many were refused for good at the beginning, or too many addresses do not exist.
        Failures = "failures",
        /// It is overdue by so much that a person is asked.
        Late = "late",
        /// The audience is not what the rows add up to.
        Equation = "equation",
    }
}
