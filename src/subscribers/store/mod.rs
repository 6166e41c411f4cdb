//! The tables `subscribers`, `subscriptions`, `consent_texts`, `consents`, `ledger`, `growth`,
//! `stated_counts` and `suppressions`.

pub mod consents;
pub mod ledger;
pub mod lists;
pub mod published;
pub mod queue;
pub mod register;
pub mod search;
pub mod suppressions;
