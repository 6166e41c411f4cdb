//! Every migration.
