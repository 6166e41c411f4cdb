//! What somebody changes about themselves: the password and the language.

use super::{Staff, password, random_nonce, store};
use crate::app::App;
use crate::error::Result;
use crate::web::Lang;

/// Sets a new password. Whoever else has got in with the old one, or holds a sign-in link, is out:
/// every other session ends, and so do the links.
pub async fn set_password(app: &App, id: i64, staff: Staff, new: String) -> Result<()> {
    let hash = tokio::task::spawn_blocking(move || password::hash(&new))
        .await
        .map_err(anyhow::Error::from)??;
    let (now, nonce) = (app.clock.now(), random_nonce()?);
    app.db
        .write(move |conn| {
            store::set_password(conn, id, &hash)?;
            store::set_nonce(conn, id, nonce)?;
            store::delete_sessions(conn, id, staff.session.as_deref())?;
            let subject = format!("staff {}", staff.uuid);
            let details = serde_json::json!({});
            store::audit(conn, &staff.email, "staff.password", &subject, details, now)?;
            Ok(())
        })
        .await
}

/// Sets the language of the staff pages.
pub async fn set_language(app: &App, id: i64, language: Lang) -> Result<()> {
    app.db.write(move |conn| Ok(store::set_language(conn, id, language)?)).await
}
