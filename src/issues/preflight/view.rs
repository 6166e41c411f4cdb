//! What was found, as pages show it: each finding with a word for how grave it is and the place
//! on the editor page that it leads to.

use serde::Serialize;

use super::Finding;
use crate::issues::editor::Form;
use crate::web::Page;

/// All findings of an issue.
#[derive(Serialize)]
pub struct View {
    /// What they mean for the issue.
    pub words: String,
    /// Each of them.
    pub notes: Vec<Note>,
}

/// A finding.
#[derive(Serialize)]
pub struct Note {
    /// How grave it is, as a class on the page.
    pub level: &'static str,
    /// The same as a word.
    pub label: String,
    /// The block that it is about, or nothing.
    pub block: String,
    /// The id of the field or the block.
    pub target: String,
    /// What was found and what to do about it.
    pub text: String,
    /// What tells it from the others, for the page on which it can be seen and overridden.
    #[serde(skip)]
    pub key: String,
    /// Its code.
    #[serde(skip)]
    pub code: &'static str,
}

impl View {
    /// Shows findings on the content of a form; none are known while it cannot be read.
    pub fn of(page: &Page, form: &Form, found: Option<&[Finding]>) -> Self {
        let notes: Vec<Note> =
            found.unwrap_or_default().iter().map(|finding| note(page, form, finding)).collect();
        let words = match (found, notes.first().map(|note| note.level)) {
            (None, _) => page.t("preflight-unread"),
            (Some(_), None) => page.t("preflight-nothing"),
            (Some(_), Some("stop")) => page.t("preflight-stopped"),
            (Some(_), Some(_)) => page.t("preflight-may-go"),
        };
        Self { words, notes }
    }
}

fn note(page: &Page, form: &Form, finding: &Finding) -> Note {
    let shown = form.finding(page, &finding.error);
    let level = finding.level.as_str();
    Note {
        level,
        label: page.t(format!("preflight-level-{level}")),
        block: finding.block.map(|block| block.to_string()).unwrap_or_default(),
        target: shown.target,
        text: shown.text,
        key: finding.key(),
        code: finding.error.code,
    }
}
