//! The yearly status note: gathered from the rows, worded by an editor, and written as HTML, PDF,
//! DOCX and CSV from one document.

mod csv;
pub mod difference;
pub mod document;
mod docx;
pub mod draft;
pub mod drawing;
pub mod freeze;
mod gather;
mod html;
mod pdf;
pub mod plan;
pub mod store;

pub use draft::asked_for;
pub use gather::gather;
pub use html::body;

use document::Document;

use crate::error::Result;
use crate::text_enum;

text_enum! {
    /// How a note is written down.
    pub enum Format {
        /// A page that can be printed on A4.
        Html = "html",
        /// A tagged PDF, ready to be handed out.
        Pdf = "pdf",
        /// A Word file in Word's own styles.
        Docx = "docx",
        /// Every number, its days, its definition and its rows.
        Csv = "csv",
    }
}

impl Format {
    /// The type of the file.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Html => "text/html; charset=utf-8",
            Self::Pdf => "application/pdf",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Csv => "text/csv; charset=utf-8",
        }
    }
}

/// Writes a document down.
pub fn write(document: &Document, format: Format) -> Result<Vec<u8>> {
    match format {
        Format::Html => html::file(document).map(String::into_bytes),
        Format::Pdf => pdf::file(document),
        Format::Docx => docx::file(document),
        Format::Csv => Ok(csv::file(document).into_bytes()),
    }
}
