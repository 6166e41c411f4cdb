//! People of the register as a file for a spreadsheet: chosen columns of those whom a search finds.
//! A reason is asked for and goes into the audit log, the link works for whoever asked and for some
//! minutes, and the file is made while it is sent.

mod cells;
pub mod file;
pub mod prepare;
pub mod routes;
mod store;
mod workbook;

use serde::{Deserialize, Serialize};

use super::search::Query;
use crate::text_enum;
use crate::web::Lang;

text_enum! {
    /// What can stand in a column, in the order in which columns stand.
    pub enum Column {
        /// The address.
        Email = "email",
        /// The name.
        Name = "name",
        /// The workplace.
        Organisation = "organisation",
        /// Where that is.
        Sector = "sector",
        /// At which level somebody leads.
        LeadershipGroup = "leadership_group",
        /// The language of pages and mails.
        Language = "language",
        /// The newsletter of the subscription.
        Newsletter = "newsletter",
        /// What the subscription is.
        State = "state",
        /// Which issues it is for.
        Scope = "scope",
        /// Where it came from.
        Source = "source",
        /// When it was asked for.
        Asked = "asked",
        /// When it was confirmed.
        Confirmed = "confirmed",
        /// When it ended.
        Ended = "ended",
        /// Whether the person consents to being measured.
        Tracking = "tracking",
        /// What else a list brought, as a JSON object: our own import reads it again.
        Attributes = "attributes",
    }
}

impl Column {
    /// What is ticked when nobody has chosen.
    pub const USUAL: [Self; 4] = [Self::Email, Self::Name, Self::Organisation, Self::State];
}

text_enum! {
    /// What the file is.
    pub enum Format {
        /// Text with separators, as the spreadsheets of the language expect them.
        Csv = "csv",
        /// An Excel workbook.
        Xlsx = "xlsx",
    }
}

impl Format {
    /// Its media type.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

/// What is taken along.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Who.
    pub query: Query,
    /// What about them.
    pub columns: Vec<Column>,
    /// As what.
    pub format: Format,
    /// In which language headings and choices are written.
    pub language: Lang,
}
