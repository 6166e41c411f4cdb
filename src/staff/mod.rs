//! Sign-in, sessions, roles, tokens, audit.
