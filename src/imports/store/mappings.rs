//! The table `import_mappings`.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::upsert::excluded;

use super::as_json;
use crate::clock::Instant;
use crate::db::schema::import_mappings;
use crate::db::{DbConn, Json};
use crate::error::Result;
use crate::imports::fields::Field;
use crate::on_both;

/// Saves a mapping under a name.
pub fn save_mapping(
    conn: &mut DbConn,
    name: &str,
    mapping: &BTreeMap<String, Option<Field>>,
    saved_by: &str,
    now: Instant,
) -> Result<()> {
    let values = (
        import_mappings::name.eq(name),
        import_mappings::mapping.eq(as_json(mapping)?),
        import_mappings::saved_by.eq(saved_by),
        import_mappings::saved_at.eq(now),
    );
    on_both!(conn, c => diesel::insert_into(import_mappings::table)
        .values(values)
        .on_conflict(import_mappings::name)
        .do_update()
        .set((
            import_mappings::mapping.eq(excluded(import_mappings::mapping)),
            import_mappings::saved_by.eq(excluded(import_mappings::saved_by)),
            import_mappings::saved_at.eq(excluded(import_mappings::saved_at)),
        ))
        .execute(c))?;
    Ok(())
}

/// The names of all saved mappings.
pub fn mappings(conn: &mut DbConn) -> QueryResult<Vec<String>> {
    import_mappings::table.order(import_mappings::name).select(import_mappings::name).load(conn)
}

/// A saved mapping.
pub fn mapping(conn: &mut DbConn, name: &str) -> Result<BTreeMap<String, Option<Field>>> {
    let found: Json =
        import_mappings::table.find(name).select(import_mappings::mapping).first(conn)?;
    Ok(serde_json::from_value(found.0).map_err(anyhow::Error::from)?)
}
