//! Sends the single mails: confirmations, sign-in links, test sends. Issues do not go this way;
//! see [`super::Session`].

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use lettre::address::Envelope;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls as LettreTls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

use super::address::{EmailAddress, without_addresses};
use super::dkim::Keys;
use super::door::Door;
use super::letter::Letter;
use super::reply::{Meaning, Reply, Stage};
use super::url::{Relay, Tls};
use crate::clock::{Clock, Instant};

/// Longer than a relay on the same network takes, shorter than a person waits.
const PATIENCE: Duration = Duration::from_secs(30);

/// Why a mail was not sent.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The relay cannot be reached, broke off or does not offer what the setting asks for; another
    /// try is right. As with any sender, a try
    /// after a broken connection may be a second copy; it has the same Message-ID.
    #[error("the relay cannot be reached: {0}")]
    Unreachable(String),
    /// The relay refused it. The words of the answer are not said on: servers repeat addresses,
    /// and what an error says ends in the log.
    #[error("the relay refused: {}", code_and_status(.0))]
    Refused(Reply),
    /// The relay has refused our sign-in before, and is not asked again.
    #[error("the relay does not let us in")]
    NotLetIn,
    /// It cannot be written as a message.
    #[error("the mail cannot be written")]
    Unwritable(#[source] anyhow::Error),
}

impl MailError {
    /// Whether another try would do no better: there is no such recipient, or the mail can never be
    /// taken. A relay that refuses us, for whatever reason, is not final: somebody will mend it.
    pub fn is_final(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::NotLetIn => false,
            Self::Unwritable(_) => true,
            Self::Refused(reply) => {
                matches!(reply.meaning(), Meaning::Recipient | Meaning::Mailbox | Meaning::Message)
            }
        }
    }
}

fn code_and_status(reply: &Reply) -> String {
    let status = reply.status.map(|status| format!(" {status}")).unwrap_or_default();
    format!("{}{status}", reply.code)
}

/// The way to the relay; one connection a mail.
#[derive(Debug, Clone)]
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    dkim: Option<Arc<Keys>>,
    door: Arc<Door>,
}

impl Mailer {
    /// Sends through a relay; [`super::Catcher::relay`] is one too. `hello` is [`super::hello`]:
    /// relays refuse the bare name of a host, which lettre would say.
    pub fn new(relay: &Relay, hello: &str) -> anyhow::Result<Self> {
        let parameters = || {
            // As in the session: without the setting, a certificate is not looked at (RFC 7435).
            let any = relay.tls == Tls::Opportunistic;
            TlsParameters::builder(relay.host.clone())
                .dangerous_accept_invalid_certs(any)
                .dangerous_accept_invalid_hostnames(any)
                .build()
        };
        let tls = match relay.tls {
            Tls::Opportunistic => LettreTls::Opportunistic(parameters()?),
            Tls::Required => LettreTls::Required(parameters()?),
            Tls::Implicit => LettreTls::Wrapper(parameters()?),
        };
        let mut builder =
            AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(relay.host.as_str())
                .port(relay.port)
                .tls(tls)
                .hello_name(ClientId::Domain(hello.to_owned()))
                .timeout(Some(PATIENCE));
        if let Some(credentials) = &relay.credentials {
            let password = credentials.password.expose().to_owned();
            builder = builder.credentials(Credentials::new(credentials.user.clone(), password));
        }
        let door = Arc::new(Door::new(Clock::real()));
        Ok(Self { transport: builder.build(), dkim: None, door })
    }

    /// The same way, through a door that others go through too.
    pub fn through(self, door: Arc<Door>) -> Self {
        Self { door, ..self }
    }

    /// The same way, with every mail signed, if there are keys.
    pub fn signing(self, dkim: Option<Arc<Keys>>) -> Self {
        Self { dkim, ..self }
    }

    /// Sends one mail.
    pub async fn send(&self, letter: &Letter) -> Result<(), MailError> {
        let message = letter.message().map_err(MailError::Unwritable)?;
        self.send_bytes(&letter.from, &letter.to, letter.date, message.formatted()).await
    }

    /// Sends a message that is already on paper: CRLF line ends, dots not stuffed. `from` is the
    /// address in its From, and `date` its own time.
    pub async fn send_bytes(
        &self,
        from: &EmailAddress,
        to: &EmailAddress,
        date: Instant,
        message: Vec<u8>,
    ) -> Result<(), MailError> {
        let address = |address: &EmailAddress| {
            address.wire().parse().map_err(|why| MailError::Unwritable(anyhow::Error::new(why)))
        };
        let envelope = Envelope::new(Some(address(from)?), vec![address(to)?])
            .map_err(|why| MailError::Unwritable(why.into()))?;
        let message = match &self.dkim {
            Some(keys) => keys
                .sign_whole(from.domain(), date, &message)
                .map_err(|why| MailError::Unwritable(why.into()))?,
            None => message,
        };
        let _first = self.door.wait().await;
        if self.door.closed().is_some() {
            return Err(MailError::NotLetIn);
        }
        let sent = self.transport.send_raw(&envelope, &message).await.map(drop).map_err(|error| {
            if error.is_client() && to.needs_smtputf8() {
                return MailError::Refused(Reply::no_smtputf8());
            }
            refusal(&error)
        });
        self.learn(&sent);
        sent
    }

    /// Whether the relay answers, for `/readyz`.
    pub async fn is_reachable(&self) -> bool {
        let _first = self.door.wait().await;
        if self.door.closed().is_some() {
            return false;
        }
        let answer = self.transport.test_connection().await.map_err(|error| refusal(&error));
        self.learn(&answer);
        answer.unwrap_or(false)
    }

    fn learn<T>(&self, answer: &Result<T, MailError>) {
        match answer {
            Err(MailError::Refused(reply)) if reply.is_about_sign_in() => {
                self.door.close(&without_addresses(&reply.to_string()));
            }
            _ => self.door.tried(),
        }
    }
}

/// What lettre's error says in our words.
fn refusal(error: &lettre::transport::smtp::Error) -> MailError {
    let text = error.source().map_or_else(|| error.to_string(), ToString::to_string);
    match error.status() {
        Some(code) => {
            // lettre does not say which command was refused; for a single mail it is nearly
            // always the recipient, and the codes for signing in speak for themselves.
            let line = format!("{code} {}\r\n", text.replace(['\r', '\n'], " "));
            match Reply::read(Stage::Recipient, line.as_bytes(), |_| {}) {
                Ok(Some((reply, _))) => MailError::Refused(reply),
                _ => MailError::Unreachable(format!("an answer that cannot be read, {code}")),
            }
        }
        None => MailError::Unreachable(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_what_a_server_meant_and_never_its_words() -> anyhow::Result<()> {
        let line = b"550 5.1.1 <anne.holm@aarhus.example>: Recipient address rejected\r\n";
        let (reply, _) = Reply::read(Stage::Recipient, line, |_| {})?
            .unwrap_or_else(|| (Reply::no_smtputf8(), 0));
        let error = MailError::Refused(reply);
        assert_eq!(error.to_string(), "the relay refused: 550 5.1.1");
        assert!(!format!("{:?}", anyhow::Error::new(error)).contains("aarhus"));
        Ok(())
    }
}
