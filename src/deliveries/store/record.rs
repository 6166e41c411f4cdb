//! What became of rows that were marked, written down.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable, Text};

use super::super::DeliveryState;
use crate::clock::Instant;
use crate::db::DbConn;
use crate::db::types::Moment;
use crate::{on_both, statement};

/// What became of a row that was marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The delivery.
    pub id: i64,
    /// The lease under which it was marked. A row that was taken over has another one, though the
    /// worker may be the same.
    pub lease_until: Instant,
    /// Its new state.
    pub state: DeliveryState,
    /// −1 takes the try back: nothing was sent.
    pub attempts: i32,
    /// When it is tried again; none of a deferred row holds it for a person.
    pub due_at: Option<Instant>,
    /// 1 if it may have gone out without our knowing.
    pub uncertain: i32,
    /// The server's code.
    pub code: Option<i32>,
    /// The enhanced status code.
    pub status: Option<String>,
    /// The server's words, or what went wrong; none keeps what is there.
    pub text: Option<String>,
    /// The server says that there is no such address.
    pub is_gone: bool,
    /// Which one, then: the person may have another by now.
    pub sent_to: Option<String>,
    /// When it became final.
    pub finished_at: Option<Instant>,
}

/// Rows that one statement takes. It has one text, however many rows it gets, and so it stays
/// prepared.
const ROWS: usize = 16;

/// Records what became of rows and returns how many of them were still as this worker marked them.
/// A row that was taken over in the meantime is left as it was made then; and of an erased person
/// no words are kept, because servers repeat addresses.
pub fn record(conn: &mut DbConn, worker: &str, records: &[Record]) -> QueryResult<usize> {
    let mut kept = 0;
    for records in records.chunks(ROWS) {
        let statement = Statement { worker, records };
        kept += on_both!(&mut *conn, c => statement.execute(c))?;
    }
    Ok(kept)
}

/// At most [`ROWS`] rows, and at least one.
struct Statement<'a> {
    worker: &'a str,
    records: &'a [Record],
}

// The last row stands in all places that are left: a row that is named twice is changed once.
statement!(Statement<'_>, (self, out) => {
    out.push_sql(
        "UPDATE deliveries SET state = v.column2, attempts = attempts + v.column3, \
         due_at = v.column4, uncertain = uncertain + v.column5, reply_code = \
         CASE WHEN v.column8 IS NULL THEN reply_code ELSE v.column6 END, reply_status = \
         CASE WHEN v.column8 IS NULL THEN reply_status ELSE v.column7 END, reply_text = \
         CASE WHEN subscriber IS NULL THEN NULL \
         WHEN v.column8 IS NULL THEN reply_text ELSE v.column8 END, \
         finished_at = v.column9, worker = NULL, lease_until = NULL FROM (VALUES (",
    );
    let [first @ .., last] = self.records else { return Ok(()) };
    for place in 0..ROWS {
        let record = first.get(place).unwrap_or(last);
        out.push_sql(if place == 0 { "" } else { "), (" });
        out.push_bind_param::<BigInt, _>(&record.id)?;
        out.push_sql(", ");
        out.push_bind_param::<Text, _>(&record.state)?;
        out.push_sql(", ");
        out.push_bind_param::<Integer, _>(&record.attempts)?;
        out.push_sql(", ");
        out.push_bind_param::<Nullable<Moment>, _>(&record.due_at)?;
        out.push_sql(", ");
        out.push_bind_param::<Integer, _>(&record.uncertain)?;
        out.push_sql(", ");
        out.push_bind_param::<Nullable<Integer>, _>(&record.code)?;
        out.push_sql(", ");
        out.push_bind_param::<Nullable<Text>, _>(&record.status)?;
        out.push_sql(", ");
        out.push_bind_param::<Nullable<Text>, _>(&record.text)?;
        out.push_sql(", ");
        out.push_bind_param::<Nullable<Moment>, _>(&record.finished_at)?;
        out.push_sql(", ");
        out.push_bind_param::<Moment, _>(&record.lease_until)?;
    }
    out.push_sql(
        ")) AS v WHERE deliveries.id = v.column1 AND deliveries.state = 'in_data' \
         AND deliveries.lease_until = v.column10 AND deliveries.worker = ",
    );
    out.push_bind_param::<Text, _>(self.worker)
});
