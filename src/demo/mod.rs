//! The example: the real newsletter's facts, made-up people, and one issue that is really sent.
//!
//! It is filled step by step, and each step leaves alone what is there already: a fill that was
//! interrupted goes on, and a second start finds everything done.

mod fill_desk;
mod fill_figures;
mod fill_library;
mod fill_note;
mod fill_people;
pub mod people;
mod sending;

pub use fill_desk::fill as fill_desk;
pub use fill_figures::fill as fill_figures;
pub use fill_library::fill as fill_library;
pub use fill_note::{PERIOD as NOTE_PERIOD, fill as fill_note};
pub use sending::bring_in_history;
pub use sending::{Equation, equation, send, watch, welcome};

use actix_web::web::Data;

use crate::app::App;
use crate::error::{Error, Result};
use crate::newsletters::store::NewNewsletter;
use crate::newsletters::{self, Details, Newsletter, Tracking};
use crate::staff::{self, Role};
use crate::web::Lang;

/// The newsletter's name in addresses.
pub const SLUG: &str = "lederweb";
/// Who made all this, as it stands in the audit log.
const ACTOR: &str = "demo";

/// Somebody who can try the staff pages, one for each role.
const STAFF: [(Role, &str, &str); 4] = [
    (Role::Admin, "admin@lederweb.example", "Anne Administrator"),
    (Role::Editor, "redaktion@lederweb.example", "Rikke Redaktør"),
    (Role::Operator, "drift@lederweb.example", "Dan Drift"),
    (Role::Reader, "bestyrelse@lederweb.example", "Bente Bestyrelse"),
];

/// Fills what is not filled yet; `say` hears what is being done.
pub async fn fill(app: &Data<App>, say: impl Fn(&str)) -> Result<Newsletter> {
    let newsletter = newsletter(app).await?;
    // The history comes last: where it is, all is.
    if sending::has_history(app).await? {
        return Ok(newsletter);
    }
    let items = fill_library::fill(app).await?;
    say(&format!(
        "the library: {items} publications, podcasts, articles, events, e-courses and projects"
    ));
    fill_desk::fill(app, &newsletter).await?;
    say("a template, and a feed that is off");
    let figures = fill_figures::fill(app).await?;
    say(&format!("{figures} figures of the other channels, as the status note of 2017 has them"));
    fill_note::fill(app, &newsletter).await?;
    say("the activities of 2017, and the words of its status note");
    say("27,699 made-up subscribers, and those who left before them");
    fill_people::fill(app, &newsletter, |done, of| {
        if done.is_multiple_of(5_000) || done == of {
            say(&format!("  {done} of {of} people"));
        }
    })
    .await?;
    sending::bring_in_history(app, &newsletter).await?;
    Ok(newsletter)
}

/// A link for each role that signs in once.
pub async fn sign_in_links(app: &App) -> Result<Vec<(Role, String)>> {
    let mut links = Vec::new();
    for (role, email, name) in STAFF {
        match staff::add::add(app, email, name, role, ACTOR).await {
            Ok(added) => links.push((role, added.link)),
            // Somebody tried the page of staff out on them.
            Err(Error::Invalid(_)) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(links)
}

async fn newsletter(app: &App) -> Result<Newsletter> {
    let now = app.clock.now();
    app.db
        .write(move |conn| {
            let known = newsletters::store::all(conn)?.into_iter().find(|n| n.slug == SLUG);
            if let Some(known) = known {
                return Ok(known);
            }
            let new = NewNewsletter {
                slug: SLUG,
                title: "Nyhedsbrev fra Væksthus for Ledelse",
                description: "Viden om god ledelse i kommuner og regioner: artikler, udgivelser, \
                              podcasts, arrangementer og e-kurser fra Lederweb.",
                language: Lang::Da,
                time_zone: "Europe/Copenhagen",
                sender_name: "Væksthus for Ledelse",
                sender_email: "nyhedsbrev@lederweb.example",
                open_tracking: Tracking::Aggregate,
                details: &details(),
            };
            let id = newsletters::store::insert(conn, &new, now)?;
            Ok(newsletters::store::find(conn, id)?)
        })
        .await
}

/// The footer's postal address and CVR number are invented, and look it.
fn details() -> Details {
    Details {
        organisation: "Væksthus for Ledelse".to_owned(),
        postal_address: "Eksempelvej 1, 1000 København K".to_owned(),
        cvr: "00000000".to_owned(),
        contact_email: "redaktion@lederweb.example".to_owned(),
        site_url: "https://www.lederweb.dk".to_owned(),
        frequency: "cirka hver anden uge og af og til et særnummer om ét emne".to_owned(),
        accessibility_url: String::new(),
        dpo_email: "dpo@lederweb.example".to_owned(),
        // The example confirms nobody whom it could welcome.
        welcome_mail: false,
    }
}
