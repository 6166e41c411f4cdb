//! From a due issue to one final state a recipient: fan-out, the send loop, recovery, live progress.

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
