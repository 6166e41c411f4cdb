//! A test send: the very bytes of the preview, to one address of the editor's choosing.

use super::compile::{Compiled, IssueHeaders, Recipient};
use super::compose::{self, Composition};
use super::preview;
use super::render::{self, Untracked};
use super::sender::Sender;
use super::store;
use crate::app::App;
use crate::db::PublicId;
use crate::error::{Error, Result};
use crate::mail::EmailAddress;
use crate::staff::{self, Staff};

/// Stands before the subject, so that nobody takes it for the real one.
const MARK: &str = "[Test] ";

/// Sends it. Links lead straight to their destinations and nothing is counted; the links to
/// unsubscribe and to preferences are nobody's.
pub async fn send(app: &App, uuid: PublicId, to: &str, staff: &Staff) -> Result<()> {
    let to = EmailAddress::parse(to).map_err(|error| Error::field("to", error.code()))?;
    let composition = app.db.read(move |conn| compose::open(conn, uuid)).await?;
    let Composition { issue, newsletter, content, .. } = composition;
    let now = app.clock.now();
    let frame = preview::frame(app, &newsletter, &issue);
    let mut written = render::render(&content, &frame)?.write(&Untracked);
    written.subject.insert_str(0, MARK);
    let from = EmailAddress::parse(&newsletter.sender_email).map_err(anyhow::Error::from)?;
    let headers = IssueHeaders::of(&Sender::of(&newsletter), newsletter.zone(), &issue, now)?;
    let compiled = Compiled::new(&written, &headers);
    let addresses = preview::SampleAddresses { links: &app.links };
    let person = preview::sample(&staff.name, &addresses);
    // The time makes each test a message of its own: the same Message-ID twice would be dropped.
    let recipient = Recipient { delivery: -now.micros(), email: &to, person };
    let mut values = Vec::new();
    let message = compiled.message(&recipient, &mut values).concat();
    app.mailer.send_bytes(&from, &to, now, message).await.map_err(|error| {
        tracing::warn!(%error, "a test send failed");
        if error.is_final() {
            Error::field("to", "error-test-refused")
        } else {
            Error::Unavailable("relay")
        }
    })?;
    let (actor, to) = (staff.actor(), to.masked());
    app.db
        .write(move |conn| {
            store::mark_tested(conn, issue.id, issue.current_revision)?;
            let details = serde_json::json!({ "to": to, "revision": issue.current_revision });
            let subject = format!("issue {uuid}");
            Ok(staff::store::audit(conn, &actor, "issue.test", &subject, details, now)?)
        })
        .await
}
