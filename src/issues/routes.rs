//! The pages of issues: lists, the editor, preview, review, schedule, and the public archive.

pub mod archive;
pub mod audience;
pub mod calendar;
mod conflict;
pub mod corrections;
pub mod desk;
mod editor;
pub mod feed;
mod findings;
pub mod history;
pub mod import;
pub mod library;
mod lists;
mod preview;
pub mod review;
mod save;
pub mod schedule;
mod schedule_form;
pub mod templates;
pub mod test_groups;

pub use editor::show;
pub use lists::{create, duplicate, list, new};
pub use preview::{document, page as preview};
pub use save::save;
