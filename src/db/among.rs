//! `column IN (ids)` as a statement of one text, however many ids there are.
//!
//! diesel writes one parameter an id for SQLite, so that every number of ids is another statement,
//! prepared anew each time it is run. Here the ids are one parameter, and the statement stays
//! prepared.

use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping};
use diesel::pg::Pg;
use diesel::prelude::QueryResult;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Bool, Text};
use diesel::sqlite::Sqlite;

/// Whether a column has one of some values; for queries within [`crate::on_both!`].
pub fn among<C>(column: C, ids: &[i64]) -> Among<C> {
    Among { column, ids: ids.to_vec(), text: format!("{ids:?}") }
}

/// What [`among`] returns.
#[derive(Debug, Clone, QueryId, ValidGrouping)]
pub struct Among<C> {
    column: C,
    ids: Vec<i64>,
    /// The same, as JSON.
    text: String,
}

impl<C: Expression> Expression for Among<C> {
    type SqlType = Bool;
}

impl<C: Expression, Source> AppearsOnTable<Source> for Among<C> where C: AppearsOnTable<Source> {}

impl<C: Expression, Source> SelectableExpression<Source> for Among<C> where
    C: SelectableExpression<Source>
{
}

impl<C: QueryFragment<Sqlite>> QueryFragment<Sqlite> for Among<C> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        self.column.walk_ast(out.reborrow())?;
        out.push_sql(" IN (SELECT value FROM json_each(");
        out.push_bind_param::<Text, _>(&self.text)?;
        out.push_sql("))");
        Ok(())
    }
}

impl<C: QueryFragment<Pg>> QueryFragment<Pg> for Among<C> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.column.walk_ast(out.reborrow())?;
        out.push_sql(" = ANY(");
        out.push_bind_param::<Array<BigInt>, _>(&self.ids)?;
        out.push_sql(")");
        Ok(())
    }
}
