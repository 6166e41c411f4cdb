//! Mail: addresses, messages, MJML → HTML, the SMTP session, what a reply means, the catcher.

mod url;

pub use url::{Credentials, MailUrl, Relay, Tls};
