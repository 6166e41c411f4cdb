//! The tables `subscribers`, `subscriptions`, `consent_texts`, `consents`, `ledger`, `growth`,
//! `stated_counts`, `suppressions` and `pepper`.

pub mod consents;
pub mod ledger;
pub mod lists;
pub mod pepper;
pub mod published;
pub mod queue;
pub mod register;
pub mod suppressions;
