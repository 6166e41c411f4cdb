//! A test send: the very bytes of the preview, to addresses of the editor's choosing.

use super::compile::{Compiled, IssueHeaders, Recipient};
use super::compose::{self, Composition};
use super::render::Untracked;
use super::sender::Sender;
use super::{preview, store, test_groups};
use crate::app::App;
use crate::db::PublicId;
use crate::error::{Error, FieldError, Result};
use crate::mail::EmailAddress;
use crate::staff::{self, Staff};

/// Stands before the subject, so that nobody takes it for the real one.
const MARK: &str = "[Test] ";

/// Who gets a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum To {
    /// An address.
    Address(String),
    /// A group of the issue's newsletter.
    Group(PublicId),
}

/// Sends it, a copy an address. Links lead straight to their destinations and nothing is counted;
/// the links to unsubscribe and to preferences are nobody's.
///
/// # Errors
/// [`Error::Invalid`] when an address cannot be read or is refused for good; those of a group that
/// are not refused have their copy then.
pub async fn send(app: &App, uuid: PublicId, to: &To, staff: &Staff) -> Result<()> {
    let asked = to.clone();
    let (composition, addresses) = app
        .db
        .read(move |conn| {
            let composition = compose::open(conn, uuid)?;
            let addresses = match asked {
                To::Address(address) => vec![address],
                To::Group(group) => test_groups::find(conn, &composition.newsletter, group)?.list(),
            };
            Ok((composition, addresses))
        })
        .await?;
    let read = |to: &String| EmailAddress::parse(to).map_err(|e| Error::field("to", e.code()));
    let addresses = addresses.iter().map(read).collect::<Result<Vec<_>>>()?;
    let now = app.clock.now();
    let mut written = preview::rendered(app, &composition)?.write(&Untracked);
    let Composition { issue, newsletter, .. } = composition;
    written.subject.insert_str(0, MARK);
    let from = EmailAddress::parse(&newsletter.sender_email).map_err(anyhow::Error::from)?;
    let headers = IssueHeaders::of(&Sender::of(&newsletter), newsletter.zone(), &issue, now)?;
    let compiled = Compiled::new(&written, &headers);
    let places = preview::SampleAddresses { links: &app.links };
    let (mut sent, mut refused) = (Vec::new(), Vec::new());
    for (at, to) in (0..).zip(&addresses) {
        let person = preview::sample(&staff.name, &places);
        // The time makes each test a message of its own: the same Message-ID twice would be
        // dropped.
        let recipient = Recipient { delivery: -now.micros() - at, email: to, person };
        let mut values = Vec::new();
        let message = compiled.message(&recipient, &mut values).concat();
        match app.mailer.send_bytes(&from, to, now, message).await {
            Ok(()) => sent.push(to.masked()),
            Err(error) => {
                tracing::warn!(%error, "a test send failed");
                refused.push((to.masked(), error.is_final()));
            }
        }
    }
    let (actor, gone) = (staff.actor(), sent.clone());
    if !sent.is_empty() {
        app.db
            .write(move |conn| {
                store::mark_tested(conn, issue.id, issue.current_revision)?;
                let details = serde_json::json!({ "to": gone, "revision": issue.current_revision });
                let subject = format!("issue {uuid}");
                Ok(staff::store::audit(conn, &actor, "issue.test", &subject, details, now)?)
            })
            .await?;
    }
    match refused.as_slice() {
        [] => Ok(()),
        [(_, false)] if sent.is_empty() => Err(Error::Unavailable("relay")),
        [_] if sent.is_empty() => Err(Error::field("to", "error-test-refused")),
        some => {
            let names: Vec<&str> = some.iter().map(|(name, _)| name.as_str()).collect();
            let error = FieldError::new("to", "error-test-refused-some");
            let error = error.with("addresses", names.join(", ")).with("number", sent.len());
            Err(Error::Invalid(vec![error]))
        }
    }
}
