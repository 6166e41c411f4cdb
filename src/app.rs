//! What everything shares, and all routes.
