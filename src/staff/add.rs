//! Adding staff: they get a link that signs them in once, and choose a password then.

use chrono::TimeDelta;

use super::store::Person;
use super::{Role, random_nonce, store};
use crate::app::App;
use crate::clock::Instant;
use crate::error::{Error, FieldError, Result};
use crate::mail::EmailAddress;
use crate::web::{Lang, direction};

/// How long a link to sign in lives that a person hands over.
const HANDED_OVER: TimeDelta = TimeDelta::days(7);

/// What adding somebody gives to hand over.
pub struct Added {
    /// Signs them in once.
    pub link: String,
    /// They had access before, and nothing but the link is new.
    pub was_there: bool,
}

/// Adds somebody, or finds them again, and makes a link that signs them in.
///
/// # Errors
/// [`Error::Invalid`] for somebody who has access in another role, which is changed elsewhere and
/// deliberately, and for somebody who is shut out, whom no link would let in.
pub async fn add(app: &App, email: &str, name: &str, role: Role, actor: &str) -> Result<Added> {
    let address = EmailAddress::parse(email)
        .map_err(|error| Error::field("email", error.code()))?
        .as_typed()
        .to_lowercase();
    let name = match name.trim() {
        "" => address.split('@').next().unwrap_or_default().to_owned(),
        given => direction::unturned(given).chars().take(200).collect(),
    };
    let (now, nonce, actor) = (app.clock.now(), random_nonce()?, actor.to_owned());
    let (person, was_there) = app
        .db
        .write(move |conn| {
            if let Some(person) = store::by_email(conn, &address)? {
                may_have_link(&person, role)?;
                let subject = format!("staff {}", person.uuid);
                let details = serde_json::json!({ "role": role });
                store::audit(conn, &actor, "staff.link", &subject, details, now)?;
                return Ok((person, true));
            }
            let person = store::insert(conn, &address, &name, role, Lang::Da, nonce, now)?;
            let subject = format!("staff {}", person.uuid);
            let details = serde_json::json!({ "role": role });
            store::audit(conn, &actor, "staff.add", &subject, details, now)?;
            Ok((person, false))
        })
        .await?;
    Ok(Added { link: link(app, &person, now + HANDED_OVER), was_there })
}

fn may_have_link(person: &Person, role: Role) -> Result<()> {
    let finding = if person.disabled_at.is_some() {
        FieldError::new("email", "error-staff-disabled")
    } else if person.role != role {
        FieldError::new("role", "error-staff-role").with("role", person.role)
    } else {
        return Ok(());
    };
    Err(Error::Invalid(vec![finding.with("email", &person.email)]))
}

/// A link that signs somebody in once, until it ends.
pub fn link(app: &App, person: &Person, ends: Instant) -> String {
    app.links.sign_in(person.id, ends, person.nonce)
}
