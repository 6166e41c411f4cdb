//! API tokens: shown once, stored hashed.

use super::{Role, random_token, store};
use crate::app::App;
use crate::db::PublicId;
use crate::error::{Error, Result};
use crate::web::direction;

/// Makes one and returns it; nobody can ask for it again.
pub async fn create(app: &App, name: &str, role: Role, actor: &str) -> Result<String> {
    let name: String = direction::unturned(name).trim().chars().take(200).collect();
    if name.is_empty() {
        return Err(Error::field("name", "error-required"));
    }
    let (token, hash) = random_token()?;
    let (now, actor) = (app.clock.now(), actor.to_owned());
    app.db
        .write(move |conn| {
            store::insert_token(conn, &name, role, &hash, now)?;
            let details = serde_json::json!({ "role": role });
            store::audit(conn, &actor, "token.create", &format!("token {name}"), details, now)?;
            Ok(())
        })
        .await?;
    Ok(token)
}

/// Revokes one: from the next request on it is refused.
pub async fn revoke(app: &App, uuid: PublicId, actor: &str) -> Result<()> {
    let (now, actor) = (app.clock.now(), actor.to_owned());
    app.db
        .write(move |conn| {
            let subject = format!("token {}", store::revoke_token(conn, uuid, now)?);
            let details = serde_json::json!({});
            store::audit(conn, &actor, "token.revoke", &subject, details, now)?;
            Ok(())
        })
        .await
}
