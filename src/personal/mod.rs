//! What one person sees and does about themselves: their own page, their data, a new address,
//! being erased; and the welcome.
//!
//! Newsletters are forwarded, so what a link in an issue may do is little
//! ([`crate::subscribers::preferences`]). For the rest a link is sent to the address on file, which
//! works once and for half an hour ([`ask`]); who presses its button is let in for half an hour
//! ([`enter`]). Nobody can find out by asking who subscribes: the answer is the same for all.

pub mod address;
pub mod ask;
pub mod choices;
pub mod data;
pub mod enter;
pub mod handout;
pub mod retention;
pub mod routes;
pub mod send_mail;
pub mod store;
pub mod welcome;

use chrono::TimeDelta;

/// How long a link to one's own page works.
pub const LINK_VALID: TimeDelta = TimeDelta::minutes(30);
/// How long one's own page stays open.
pub const OPEN_FOR: TimeDelta = TimeDelta::minutes(30);
/// How long a link that confirms a new address works: the mailbox may be read on another machine.
pub const ADDRESS_VALID: TimeDelta = TimeDelta::hours(24);
