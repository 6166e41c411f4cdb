//! A note as it was at a moment: all of it is kept, under its hash, and never changed.

use aws_lc_rs::digest::{SHA256, digest};
use chrono::NaiveDate;
use diesel::prelude::*;

use super::document::Document;
use super::{draft, store};
use crate::app::App;
use crate::clock::Instant;
use crate::db::schema::status_notes;
use crate::db::{self, Json, PublicId};
use crate::error::Result;
use crate::staff;

/// A note that was frozen.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = status_notes)]
pub struct Frozen {
    /// Inside.
    pub id: i64,
    /// Outside.
    pub uuid: PublicId,
    /// The draft that it was frozen from.
    pub draft: i64,
    /// 1, 2, … for each draft.
    pub number: i32,
    /// The first day.
    pub period_start: NaiveDate,
    /// The last day.
    pub period_end: NaiveDate,
    /// The day with which it is compared.
    pub compared_with: NaiveDate,
    /// The document.
    pub frozen: Json,
    /// Its hash.
    pub hash: String,
    /// Who froze it.
    pub frozen_by: String,
    /// When.
    pub frozen_at: Instant,
}

impl Frozen {
    /// The document as it was.
    pub fn document(&self) -> Result<Document> {
        let read = serde_json::from_value(self.frozen.0.clone());
        Ok(read.map_err(|error| anyhow::Error::new(error).context("reading a frozen note"))?)
    }

    /// Whether it is what was frozen.
    pub fn is_intact(&self) -> bool {
        hash(&self.frozen.0) == self.hash
    }
}

/// The hash of a frozen document: of its JSON with the keys of every object in order, which is how
/// `serde_json` keeps them, so that it does not matter how the database does.
fn hash(json: &serde_json::Value) -> String {
    data_encoding::HEXLOWER.encode(digest(&SHA256, json.to_string().as_bytes()).as_ref())
}

/// Freezes a note as it is now: its number.
pub async fn freeze(app: &actix_web::web::Data<App>, draft: PublicId, actor: &str) -> Result<i32> {
    let (shared, actor, now) = (app.clone(), actor.to_owned(), app.clock.now());
    app.db
        .write(move |conn| {
            db::one_snapshot(conn)?;
            let draft = store::draft(conn, draft)?;
            let document = draft::document(conn, &draft, &shared.links, now)?;
            let json = serde_json::to_value(&document).map_err(anyhow::Error::new)?;
            let hash = hash(&json);
            let number = store::next_number(conn, draft.id)?;
            store::insert_frozen(conn, &draft, number, Json(json), &hash, &actor, now)?;
            let details = serde_json::json!({ "number": number, "hash": hash });
            let subject = format!("status note {}", draft.uuid);
            staff::store::audit(conn, &actor, "note.freeze", &subject, details, now)?;
            Ok(number)
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_in_which_a_database_keeps_keys_does_not_change_the_hash() -> serde_json::Result<()>
    {
        let one: serde_json::Value = serde_json::from_str(r#"{"b": 1, "a": {"d": 2, "c": 3}}"#)?;
        let other: serde_json::Value = serde_json::from_str(r#"{"a":{"c":3,"d":2},"b":1}"#)?;
        assert_eq!(hash(&one), hash(&other));
        assert_ne!(hash(&one), hash(&serde_json::json!({ "b": 2 })));
        Ok(())
    }
}
