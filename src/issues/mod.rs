//! Issues: blocks, compose, compile, preview, schedule, archive.
