//! What became of an issue and of what it links, the figures of the other channels, and what was done
//! beside the newsletter.
//!
//! A report is derived anew from rows and counts each time it is asked for; nothing of it is
//! stored. It holds no personal data. Opens and clicks are shown as human, machine and unknown
//! side by side, with the interval that follows, and never as one filtered rate.

pub mod activities;
pub mod api;
pub mod catalogue;
pub mod chart;
pub mod figures;
pub mod figures_import;
pub mod issue;
pub mod item;
pub mod leavers;
pub mod note;
pub mod readers;
pub mod routes;
pub mod series;
pub mod store;

pub use issue::{IssueReport, for_issue};
pub use item::{ItemReport, for_item};
