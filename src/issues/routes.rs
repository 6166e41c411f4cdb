//! The pages of issues: lists, the editor, preview, schedule, and the public archive.

pub mod archive;
pub mod desk;
mod editor;
pub mod library;
mod lists;
mod preview;
pub mod schedule;

pub use editor::{save, show};
pub use lists::{create, duplicate, list, new};
pub use preview::{document, page as preview};
