//! The tables `subscribers`, `subscriptions`, `consent_texts`, `consents`, `ledger`, `growth`,
//! `stated_counts` and `suppressions`.
