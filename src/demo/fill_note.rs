//! What stands in the status note of 2017 beside its numbers: activities, and words of our own.

use chrono::NaiveDate;

use crate::app::App;
use crate::error::Result;
use crate::newsletters::Newsletter;
use crate::reports::activities::{self, ActivityForm};
use crate::reports::note::draft::{self, Sections};
use crate::reports::note::plan::Period;
use crate::reports::note::store;

/// The period of the note, and the day with which the year ends that it is compared with.
pub const PERIOD: [&str; 3] = ["2017-01-01", "2017-12-31", "2016-12-31"];

/// Enters the activities that are not there yet, and words the note unless somebody has.
pub async fn fill(app: &App, newsletter: &Newsletter) -> Result<()> {
    let forms: Vec<ActivityForm> = serde_json::from_str(include_str!("activities.json"))
        .map_err(|error| anyhow::anyhow!("the example's activities: {error}"))?;
    let known = app.db.read(|conn| Ok(crate::reports::store::activities::all(conn)?)).await?;
    for form in forms {
        let new = form.read()?;
        if known.iter().all(|old| old.said.title != new.title) {
            activities::enter(app, new, super::ACTOR).await?;
        }
    }
    let sections: Sections = serde_json::from_str(include_str!("status_note.json"))
        .map_err(|error| anyhow::anyhow!("the example's status note: {error}"))?;
    let [from, to, compare] = PERIOD.map(|day| day.parse::<NaiveDate>().unwrap_or_default());
    let period = Period::new(from, to, compare)?;
    let id = draft::begin(app, newsletter, period, newsletter.language, super::ACTOR).await?;
    let begun = app.db.read(move |conn| Ok(store::draft(conn, id)?)).await?;
    if begun.revision == 1 {
        draft::save(app, id, 1, sections, super::ACTOR).await?;
    }
    Ok(())
}
