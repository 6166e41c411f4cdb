//! Mail: addresses, messages, MJML → HTML, DKIM, the SMTP session, what a reply means, the catcher.

mod address;
mod catcher;
pub mod dkim;
mod door;
mod letter;
mod mailer;
pub mod mime;
pub mod mjml;
mod provider;
mod reply;
mod session;
mod tls;
mod url;

pub use address::{AddressError, EmailAddress, ascii_domain, shown_domain, without_addresses};
pub use catcher::{Catcher, Caught, Outbox, RECEIPTS, Summary};
pub use door::{Closed, Door};
pub use letter::{Content, Letter, letter};
pub use mailer::{MailError, Mailer};
pub use provider::provider_of;
pub use reply::{EnhancedStatus, MOST_TEXT, Meaning, NO_RECIPIENT, NotSmtp, Outcome, Reply, Stage};
pub use session::{OpenError, Session, Timeouts};
pub use tls::Trust;
pub use url::{Credentials, MailUrl, Relay, Tls, hello};
