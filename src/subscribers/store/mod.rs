//! The tables `subscribers`, `subscriptions`, `consent_texts`, `consents`, `ledger`, `growth`,
//! `stated_counts`, `suppressions`, `pepper`, `subscriber_mails`,
//! `merged_subscriptions` and `idle_consents`.

pub mod batch;
pub mod consents;
pub mod idle;
pub mod ledger;
pub mod lists;
pub mod mails;
pub mod merged;
pub mod moves;
pub mod pepper;
pub mod published;
pub mod queue;
pub mod register;
pub mod suppressions;
