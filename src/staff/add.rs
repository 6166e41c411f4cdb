//! Adding staff: they get a link that signs them in once, and choose a password then.

use chrono::TimeDelta;

use super::store::Person;
use super::{Role, random_nonce, store};
use crate::app::App;
use crate::clock::Instant;
use crate::error::{Error, Result};
use crate::mail::EmailAddress;
use crate::web::Lang;

/// How long a link to sign in lives that a person hands over.
const HANDED_OVER: TimeDelta = TimeDelta::days(7);

/// Adds somebody, or finds them again, and returns a link that signs them in.
pub async fn add(app: &App, email: &str, name: &str, role: Role, actor: &str) -> Result<String> {
    let address = EmailAddress::parse(email)
        .map_err(|error| Error::field("email", error.code()))?
        .as_typed()
        .to_lowercase();
    let name = match name.trim() {
        "" => address.split('@').next().unwrap_or_default().to_owned(),
        given => given.chars().take(200).collect(),
    };
    let (now, nonce, actor) = (app.clock.now(), random_nonce()?, actor.to_owned());
    let person = app
        .db
        .write(move |conn| {
            if let Some(person) = store::by_email(conn, &address)? {
                return Ok(person);
            }
            let person = store::insert(conn, &address, &name, role, Lang::Da, nonce, now)?;
            let subject = format!("staff {}", person.uuid);
            let details = serde_json::json!({ "role": role });
            store::audit(conn, &actor, "staff.add", &subject, details, now)?;
            Ok(person)
        })
        .await?;
    Ok(link(app, &person, now + HANDED_OVER))
}

/// A link that signs somebody in once, until it ends.
pub fn link(app: &App, person: &Person, ends: Instant) -> String {
    app.links.sign_in(person.id, ends, person.nonce)
}
