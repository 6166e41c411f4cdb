//! Whether the suppression pepper is the one that this database was made with.
//!
//! With another one every suppression is still there and matches nobody, and an old list would
//! bring back those who were erased. A lost file is made anew without a word (see
//! [`crate::config`]), also beside a full database; so it is asked here, before anything else.

use anyhow::bail;

use super::{store, suppression};
use crate::clock::Instant;
use crate::config::Config;
use crate::db::{self, Db};
use crate::error::Result;

/// What is hashed for the fingerprint: no address, because there is no `@` in it.
const WORDS: &str = "fingerprint of the suppression pepper";

/// Refuses a pepper that is not the database's; the first one it sees becomes that.
pub fn check(config: &Config, db: &Db, now: Instant) -> Result<()> {
    let pepper = &config.suppression_pepper;
    let fingerprint = suppression::address_hash(pepper, WORDS);
    let (known, anybody) = db.read_blocking(|conn| {
        Ok((store::pepper::fingerprint(conn)?, store::pepper::anybody(conn)?))
    })?;
    let known = match known {
        Some(known) => known,
        // A database from before this was kept: whoever is in it says the same.
        None => match anybody {
            Some((key, hash)) if suppression::address_hash(pepper, &key) != hash => hash,
            _ => db::at_start(&config.database_url, |conn| {
                store::pepper::keep(conn, &fingerprint, now)?;
                Ok(store::pepper::fingerprint(conn)?.unwrap_or_default())
            })?,
        },
    };
    if known == fingerprint { Ok(()) } else { Ok(refuse(config)?) }
}

fn refuse(config: &Config) -> anyhow::Result<()> {
    bail!(
        "the suppression pepper is not the one that this database was made with: nobody who was \
         erased or shut out would be known again, and an old list would bring them back. Put the \
         earlier one back, from the backup: the file {}, or LEDERBREV_SUPPRESSION_PEPPER if it was \
         given. If the file was made anew just now, replace it",
        config.data_dir.join("suppression.pepper").display()
    )
}
