//! The tables `subscribers`, `subscriptions`, `consent_texts`, `consents`, `ledger`, `growth`,
//! `stated_counts`, `suppressions`, `pepper`, `subscriber_mails`,
//! `merged_subscriptions`, `idle_consents`, `domain_moves` and `domain_move_rows`.

pub mod batch;
pub mod consents;
pub mod domains;
pub mod idle;
pub mod ledger;
pub mod lists;
pub mod mails;
pub mod merged;
pub mod moves;
pub mod pauses;
pub mod pepper;
pub mod published;
pub mod queue;
pub mod register;
pub mod stated;
pub mod suppressions;
pub mod testers;
pub mod unconfirmed;
