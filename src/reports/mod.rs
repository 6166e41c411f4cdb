//! The issue report, growth, figures.
