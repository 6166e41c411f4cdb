//! Pictures that were uploaded: made anew in two sizes, kept in the database, and served under
//! addresses that never change.
//!
//! What is sent to us is decoded and written again ([`prepare`]); not a byte of it is kept or served.
//! So nothing that hides in a file reaches a reader, nor does what a camera notes of where it was.

mod address;
pub mod api;
pub mod change;
pub mod prepare;
pub mod routes;
pub mod store;
pub mod upload;

pub use address::Address;
pub use upload::upload;

use diesel::prelude::*;

use crate::clock::Instant;
use crate::db::schema::images;
use crate::text_enum;

/// Pixels of the mail's column: the width of the smaller file.
pub const COLUMN: u32 = 600;
/// The same for screens with twice the pixels: the width of the larger file.
pub const DOUBLE: u32 = 2 * COLUMN;

text_enum! {
    /// What a file of ours is.
    pub enum MediaType {
        /// For photographs.
        Jpeg = "image/jpeg",
        /// For drawings, and for what one can see through.
        Png = "image/png",
    }
}

impl MediaType {
    /// How the names of such files end.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
        }
    }
}

/// A picture.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = images)]
pub struct Picture {
    /// Inside.
    pub id: i64,
    /// SHA-256 of the file that was sent, in lower-case hex.
    pub hash: String,
    /// That file's name.
    pub name: String,
    /// What our files are.
    pub media_type: MediaType,
    /// Pixels across of the largest file.
    pub width: i32,
    /// Pixels down.
    pub height: i32,
    /// What it shows, in words.
    pub alt: String,
    /// It shows nothing that needs words.
    pub decorative: bool,
    /// Who uploaded it.
    pub uploaded_by: String,
    /// When.
    pub uploaded_at: Instant,
    /// When it was put aside.
    pub archived_at: Option<Instant>,
}

impl Picture {
    /// The address of its largest file, which is the one to put into an issue.
    pub fn address(&self) -> Address {
        Address {
            hash: self.hash.clone(),
            width: self.width.unsigned_abs(),
            height: self.height.unsigned_abs(),
            media_type: self.media_type,
        }
    }
}

/// A size in bytes as people read it: "240 kB", "1,4 MB" with the comma that the language has.
pub fn size_text(bytes: i64, comma: char) -> String {
    match bytes {
        ..1_000_000 => format!("{} kB", (bytes + 999) / 1_000),
        _ => format!("{}{comma}{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}
