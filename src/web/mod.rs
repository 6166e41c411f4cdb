//! The frame of every page: language, texts, errors as pages, headers, static files,
//! and the way to the web outside.

pub mod api;
pub mod direction;
pub mod errors;
pub mod format;
pub mod headers;
pub mod language;
pub mod live;
pub mod multipart;
pub mod outside;
pub mod page;
pub mod separated;
pub mod static_files;
pub mod tags;
pub mod upload;

pub use language::{Lang, Texts};
pub use page::{Page, html, see_other};
