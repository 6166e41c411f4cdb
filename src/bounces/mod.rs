//! What comes back.
