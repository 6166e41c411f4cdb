//! Subscribe, confirm, unsubscribe, preferences, the ledger, suppression.
