//! The made-up people, with a ledger that gives the real counts on the real days.

use crate::app::App;
use crate::db::DbConn;
use crate::error::Result;
use crate::mail::EmailAddress;
use crate::newsletters::Newsletter;
use crate::staff;
use crate::subscribers::admit::{self, Admission, noon};
use crate::subscribers::ledger::{self, Entry, LedgerKind};
use crate::subscribers::store::register::{self, Details};
use crate::subscribers::{EndReason, suppression};

use super::people::{self, MadeUp};

/// People a write.
const CHUNK: usize = 1_000;
/// Where they come from: it stands with each of them and in each row of the ledger.
const SOURCE: &str = "opdigtet eksempel";
const BASIS: &str = "Personen er opdigtet og har ikke givet noget samtykke.";

/// Takes them all in; `progress` hears how many there are so far, of how many. What is there
/// already is left alone, so that a fill that was interrupted goes on.
pub async fn fill(
    app: &App,
    newsletter: &Newsletter,
    progress: impl Fn(usize, usize),
) -> Result<()> {
    let mut people = people::all();
    let whole = people.len();
    while !people.is_empty() {
        let chunk: Vec<MadeUp> = people.drain(..people.len().min(CHUNK)).collect();
        let mut rows = Vec::with_capacity(chunk.len());
        for person in chunk {
            let address = EmailAddress::parse(&person.email)
                .map_err(|error| anyhow::anyhow!("a made-up address: {error}"))?;
            let hash = suppression::address_hash(&app.config.suppression_pepper, &address.key());
            rows.push((person, address, hash, staff::random_nonce()?));
        }
        let (newsletter, now) = (newsletter.clone(), app.clock.now());
        app.db
            .write(move |conn| {
                let mut entries = Vec::new();
                for (person, address, hash, nonce) in &rows {
                    entries.extend(take_in(conn, &newsletter, person, address, hash, *nonce, now)?);
                }
                ledger::record(conn, &entries)
            })
            .await?;
        progress(whole - people.len(), whole);
    }
    Ok(())
}

fn take_in(
    conn: &mut DbConn,
    newsletter: &Newsletter,
    person: &MadeUp,
    address: &EmailAddress,
    hash: &[u8],
    nonce: i64,
    now: crate::clock::Instant,
) -> Result<Vec<Entry>> {
    let zone = newsletter.zone();
    let details = Details {
        name: Some(person.name.clone()),
        organisation: Some(person.organisation.clone()),
        sector: Some(person.sector),
        leadership_group: Some(person.leadership_group),
        language: newsletter.language,
    };
    let kind = if person.imported { LedgerKind::Imported } else { LedgerKind::Confirmed };
    let admission = Admission {
        address,
        hash,
        details: &details,
        day: person.joined,
        kind,
        consented_at: noon(person.joined, zone).unwrap_or(now),
        basis: BASIS,
        source: SOURCE,
        nonce,
    };
    let (_, entry) = admit::admit(conn, newsletter, &admission, now)?;
    let Some(joined) = entry else { return Ok(Vec::new()) };
    let mut entries = vec![joined];
    if let Some(left) = person.left {
        let subscriber = register::by_key(conn, &address.key())?;
        let subscriber = subscriber.ok_or(diesel::result::Error::NotFound)?;
        if let Some(subscription) = register::subscription(conn, subscriber.id, newsletter.id)? {
            let at = noon(left, zone).unwrap_or(now);
            register::end(conn, subscription.id, EndReason::Unsubscribed, at)?;
        }
        let left = Entry { day: left, kind: LedgerKind::Ended, change: -1, ..entries[0].clone() };
        entries.push(left.because(EndReason::Unsubscribed.as_str()));
    }
    Ok(entries)
}
