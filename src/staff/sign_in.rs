//! Signing in: with a password, or with a link that works once.

use super::store::Person;
use super::{password, random_nonce, random_token, store};
use crate::app::App;
use crate::error::{Error, Result};
use crate::links::{Links, Purpose, Token};

/// Signs in by address and password and returns the session's token. Too many tries from one
/// client or for one account are refused before the password is looked at.
pub async fn by_password(app: &App, email: &str, given: &str, client: &str) -> Result<String> {
    let now = app.clock.now();
    let account = format!("account {}", email.trim().to_lowercase());
    let client = format!("client {client}");
    if !app.attempts.allow(&client, now) || !app.attempts.allow(&account, now) {
        return Err(Error::TooMany);
    }
    let email = email.to_owned();
    let person = app.db.read(move |conn| Ok(store::by_email(conn, &email)?)).await?;
    let person = person.filter(|person| person.disabled_at.is_none());
    let hash = person.as_ref().and_then(|person| person.password_hash.clone());
    let given = given.to_owned();
    let fits = tokio::task::spawn_blocking(move || password::verify(&given, hash.as_deref()))
        .await
        .map_err(anyhow::Error::from)?;
    match person.filter(|_| fits) {
        Some(person) => {
            app.attempts.forget(&account);
            app.attempts.take_back(&client);
            start(app, &person, "staff.sign-in", None).await
        }
        None => Err(Error::field("password", "error-sign-in")),
    }
}

/// Whom a sign-in link is for: [`Error::NotFound`] if nobody issued it, [`Error::Gone`] if it has
/// ended or been used.
pub async fn owner(app: &App, token: &str) -> Result<Person> {
    let token = Token::parse(token).ok_or(Error::NotFound)?;
    let person = app.db.read(move |conn| Ok(store::find(conn, token.id)?)).await?;
    let person = person.ok_or(Error::NotFound)?;
    // A used link has an old nonce: it cannot be told from a forged one, and a reader who clicks
    // twice deserves the better message.
    let good = app.links.verify(&token, Purpose::SignIn, person.nonce)
        && !Links::has_ended(&token, app.clock.now())
        && person.disabled_at.is_none();
    if good { Ok(person) } else { Err(Error::Gone) }
}

/// Signs in by a link, which ends with it.
pub async fn by_link(app: &App, token: &str) -> Result<String> {
    let person = owner(app, token).await?;
    start(app, &person, "staff.sign-in-link", Some(person.nonce)).await
}

/// Starts a session; a link's nonce must still be the row's.
async fn start(
    app: &App,
    person: &Person,
    action: &'static str,
    nonce: Option<i64>,
) -> Result<String> {
    let (token, hash) = random_token()?;
    let (id, actor, subject) = (person.id, person.email.clone(), format!("staff {}", person.uuid));
    let (now, fresh) = (app.clock.now(), random_nonce()?);
    app.db
        .write(move |conn| {
            if let Some(nonce) = nonce {
                let current = store::find(conn, id)?.ok_or(Error::NotFound)?;
                if current.nonce != nonce {
                    return Err(Error::Gone);
                }
                store::set_nonce(conn, id, fresh)?;
            }
            store::insert_session(conn, &hash, id, now)?;
            store::audit(conn, &actor, action, &subject, serde_json::json!({}), now)?;
            Ok(())
        })
        .await?;
    Ok(token)
}

/// Ends a session, by the hash of its token.
pub async fn sign_out(app: &App, session: Vec<u8>) -> Result<()> {
    app.db.write(move |conn| Ok(store::delete_session(conn, &session)?)).await
}

/// The job that clears sessions that have ended and answers that are old; says whether there were
/// any.
pub async fn clear_ended(app: &App) -> Result<bool> {
    let now = app.clock.now();
    app.db
        .write(move |conn| {
            let sessions = store::delete_ended_sessions(conn, now)?;
            let answers = store::delete_old_keys(conn, now - super::idempotency::KEPT)?;
            Ok(sessions + answers > 0)
        })
        .await
}
