//! What the preflight has found, as the pages show it on which an issue is approved or planned.

use crate::clock::Instant;
use crate::error::FieldError;
use crate::issues::editor::{Form, Look};
use crate::issues::form;
use crate::issues::preflight::view::{Note, View};
use crate::issues::preflight::{Examined, Level};
use crate::issues::store::Override;
use crate::web::Page;

/// Something that was found.
pub struct Found {
    /// What, and what to do about it.
    pub text: String,
    /// Where it is mended.
    pub place: String,
}

/// A warning, and who has seen it.
pub struct Warning {
    /// What was found.
    pub found: Found,
    /// What tells it from the others.
    pub key: String,
    /// Who said that they have seen it, and when.
    pub seen: Option<(String, String)>,
    /// Ticked in the form that comes back.
    pub ticked: bool,
}

/// All that was found, for `issues/pages/findings.html`.
#[derive(Default)]
pub struct Findings {
    /// What keeps it here.
    pub stops: Vec<Found>,
    /// What somebody should have seen.
    pub warnings: Vec<Warning>,
    /// What could be better.
    pub hints: Vec<Found>,
    /// The page has the form in which warnings are ticked.
    pub asks: bool,
    /// It was not let go on because of warnings that nobody has seen.
    pub has_unseen: bool,
}

impl Findings {
    /// Shows what was found, with the ticks of a form that comes back. `asks` is whether the one who
    /// looks may let it go on: with a stop nobody may.
    pub fn of(
        page: &Page,
        examined: &Examined,
        asks: bool,
        ticked: &[String],
        errors: &[FieldError],
    ) -> Self {
        let Examined { composition, found, .. } = examined;
        // Each finding leads to its field on the editor page.
        let look = Look { page, errors: &[], missing: &[], open: None };
        let fields = Form::new(&form::of(&composition.content), &look);
        let issue = composition.issue.uuid.to_string();
        let zone = composition.newsletter.zone();
        let when = |at: &Instant| page.time(at, &zone);
        let seen = |seen: &Override| (seen.seen_by.clone(), when(&seen.at));
        let mut all = Self {
            has_unseen: errors.iter().any(|error| error.field == "accept_warnings"),
            ..Self::default()
        };
        for (finding, note) in found.iter().zip(View::of(page, &fields, Some(found)).notes) {
            let place = place(&issue, &note, finding.level);
            let Note { text, key, .. } = note;
            let found = Found { text, place };
            match finding.level {
                Level::Stop => all.stops.push(found),
                Level::Hint => all.hints.push(found),
                Level::Warn => all.warnings.push(Warning {
                    found,
                    seen: examined.seen_by(finding).map(seen),
                    ticked: ticked.contains(&key),
                    key,
                }),
            }
        }
        all.asks = asks && all.stops.is_empty();
        all
    }
}

/// Where a finding leads: to its field on the editor page, or to where it can be mended.
fn place(issue: &str, note: &Note, level: Level) -> String {
    match (note.code, level) {
        ("error-preflight-footer", _) => "/admin/settings".to_owned(),
        ("error-preflight-nobody", _) => format!("/admin/issues/{issue}/audience"),
        ("error-preflight-audience", _) => format!("/admin/issues/{issue}/schedule#words"),
        ("error-preflight-untested", _) => format!("/admin/issues/{issue}/schedule#test"),
        (_, Level::Stop) => format!("/admin/issues/{issue}?check=1#{}", note.target),
        _ if note.block.is_empty() => format!("/admin/issues/{issue}#{}", note.target),
        _ => format!("/admin/issues/{issue}?open={}#{}", note.block, note.target),
    }
}
