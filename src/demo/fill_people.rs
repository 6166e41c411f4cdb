//! The made-up people, with a ledger that gives the real counts on the real days.

use crate::app::App;
use crate::error::Result;
use crate::mail::EmailAddress;
use crate::newsletters::Newsletter;
use crate::subscribers::admit::{self, Admission, Known, noon};
use crate::subscribers::ledger::LedgerKind;
use crate::subscribers::store::register::Details;
use crate::subscribers::{EndReason, Scope, suppression};

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
    let hasher = suppression::Hasher::new(&app.config.suppression_pepper);
    while !people.is_empty() {
        let mut rows = Vec::new();
        for person in people.drain(..people.len().min(CHUNK)) {
            let address = EmailAddress::parse(&person.email)
                .map_err(|error| anyhow::anyhow!("a made-up address: {error}"))?;
            let (key, hash) = (address.key(), hasher.hash(&address.key()));
            rows.push((person, address, key, hash));
        }
        let (newsletter, now) = (newsletter.clone(), app.clock.now());
        app.db
            .write(move |conn| {
                let addresses: Vec<_> =
                    rows.iter().map(|(.., key, hash)| (key.as_str(), hash.as_slice())).collect();
                let known = admit::look_up(conn, newsletter.id, &addresses)?;
                let new =
                    rows.iter().zip(known).filter(|(_, known)| matches!(known, Known::Nobody));
                let new: Vec<_> = new
                    .map(|((person, address, _, hash), _)| {
                        admission(&newsletter, person, address, hash, now)
                    })
                    .collect();
                admit::admit(conn, &newsletter, BASIS, &new, now)?;
                Ok(())
            })
            .await?;
        progress(whole - people.len(), whole);
    }
    Ok(())
}

fn admission<'a>(
    newsletter: &Newsletter,
    person: &MadeUp,
    address: &'a EmailAddress,
    hash: &'a [u8],
    now: crate::clock::Instant,
) -> Admission<'a> {
    let at = |day| noon(day, newsletter.zone()).unwrap_or(now);
    Admission {
        address,
        hash,
        person: None,
        details: Details {
            name: Some(person.name.clone()),
            organisation: Some(person.organisation.clone()),
            sector: Some(person.sector),
            leadership_group: Some(person.leadership_group),
            language: newsletter.language,
        },
        attributes: serde_json::Map::new(),
        scope: Scope::All,
        day: Some(person.joined),
        kind: if person.imported { LedgerKind::Imported } else { LedgerKind::Confirmed },
        requested_at: at(person.joined),
        consented_at: Some(at(person.joined)),
        ended: person.left.map(|left| (at(left), EndReason::Unsubscribed)),
        source: SOURCE,
    }
}
