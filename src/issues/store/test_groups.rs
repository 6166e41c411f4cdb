//! The table `test_groups`.

use diesel::prelude::*;

use crate::clock::Instant;
use crate::db::schema::test_groups;
use crate::db::{DbConn, Json, PublicId};

/// Addresses that get a test.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = test_groups)]
pub struct TestGroup {
    /// Inside.
    pub id: i64,
    /// Outside.
    pub uuid: PublicId,
    /// Its name, unique in the newsletter.
    pub name: String,
    /// [`TestGroup::list`] reads it.
    addresses: Json,
}

impl TestGroup {
    /// The addresses, as they were typed.
    pub fn list(&self) -> Vec<String> {
        serde_json::from_value(self.addresses.0.clone()).unwrap_or_default()
    }
}

/// The groups of a newsletter, by name.
pub fn test_groups(conn: &mut DbConn, newsletter: i64) -> QueryResult<Vec<TestGroup>> {
    test_groups::table
        .filter(test_groups::newsletter.eq(newsletter))
        .order((test_groups::name, test_groups::id))
        .select(TestGroup::as_select())
        .load(conn)
}

/// Makes a group.
pub fn insert_test_group(
    conn: &mut DbConn,
    newsletter: i64,
    name: &str,
    addresses: &[String],
    now: Instant,
) -> QueryResult<()> {
    diesel::insert_into(test_groups::table)
        .values((
            test_groups::uuid.eq(PublicId::random()),
            test_groups::newsletter.eq(newsletter),
            test_groups::name.eq(name),
            test_groups::addresses.eq(Json(addresses.into())),
            test_groups::created_at.eq(now),
        ))
        .execute(conn)
        .map(drop)
}

/// Changes a group.
pub fn change_test_group(
    conn: &mut DbConn,
    id: i64,
    name: &str,
    addresses: &[String],
) -> QueryResult<()> {
    diesel::update(test_groups::table.find(id))
        .set((test_groups::name.eq(name), test_groups::addresses.eq(Json(addresses.into()))))
        .execute(conn)
        .map(drop)
}

/// Removes a group.
pub fn delete_test_group(conn: &mut DbConn, id: i64) -> QueryResult<()> {
    diesel::delete(test_groups::table.find(id)).execute(conn).map(drop)
}
