//! `lederbrev check dns`: what the world sees of the sender. Receivers judge a newsletter by these
//! records before they read a word of it, so each is looked up, judged, and said how to mend.

mod dkim;
mod dmarc;
mod lookup;
mod reach;
mod spf;

use crate::config::Config;
use crate::mail::dkim::quoted;
use lookup::{Dns, NoAnswer};

/// What is thought of one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// As it should be.
    Good,
    /// Not there.
    Missing,
    /// There, and not as it should be.
    Wrong,
    /// The DNS server did not answer; nothing is known.
    NoAnswer,
    /// Not looked at, for a reason that is said.
    Skipped,
}

impl Verdict {
    fn word(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Missing => "missing",
            Self::Wrong => "wrong",
            Self::NoAnswer => "unknown",
            Self::Skipped => "skipped",
        }
    }

    /// Whether nothing need be done.
    pub fn is_well(self) -> bool {
        matches!(self, Self::Good | Self::Skipped)
    }
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The judgement.
    pub verdict: Verdict,
    /// What was looked at, such as `SPF of lederweb.example`.
    pub what: String,
    /// What was found, and what it means.
    pub found: String,
    /// What to publish or to change.
    pub advice: Option<String>,
}

impl Finding {
    fn new(verdict: Verdict, what: impl Into<String>, found: impl Into<String>) -> Self {
        Self { verdict, what: what.into(), found: found.into(), advice: None }
    }

    fn advising(self, advice: impl Into<String>) -> Self {
        Self { advice: Some(advice.into()), ..self }
    }

    /// Advises to publish a TXT record.
    fn publishing(self, name: &str, value: &str) -> Self {
        self.advising(format!("publish: {name} TXT {}", quoted(value)))
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:<8} {}\n         {}", self.verdict.word(), self.what, self.found)?;
        match &self.advice {
            Some(advice) => write!(f, "\n         {advice}"),
            None => Ok(()),
        }
    }
}

/// Looks at everything for the domains of the senders' addresses.
///
/// # Errors
/// When the settings of the DNS client or the keys cannot be read.
pub async fn check(config: &Config, domains: &[String]) -> anyhow::Result<Vec<Finding>> {
    let dns = Dns::new(config.dns_server)?;
    let signing = config.dkim_keys.overview()?;
    let signs = config.dkim_signs && signing.signing.is_some();
    let mut findings = Vec::new();
    let mut bounce_domains: Vec<String> = match &config.bounce_domain {
        Some(domain) => vec![domain.to_ascii_lowercase()],
        None => domains.to_vec(),
    };
    bounce_domains.dedup();
    for domain in &bounce_domains {
        findings.push(told(
            format!("SPF of {domain}"),
            spf::check(&dns, domain, &config.sending_addresses).await,
        ));
        findings.push(told(format!("MX of {domain}"), reach::mx(&dns, domain).await));
    }
    for domain in domains {
        findings.extend(dkim::check(&dns, domain, &signing, config.dkim_signs).await?);
        let bounce_domain = config.bounce_domain.as_deref().unwrap_or(domain);
        findings.push(told(
            format!("DMARC of {domain}"),
            dmarc::check(&dns, domain, &bounce_domain.to_ascii_lowercase(), signs).await,
        ));
    }
    if config.sending_addresses.is_empty() {
        let why = "the addresses from which the relay sends are not known: set LEDERBREV_SENDING_ADDRESSES";
        findings.push(Finding::new(Verdict::Skipped, "PTR", why));
    }
    for address in &config.sending_addresses {
        findings.push(told(format!("PTR of {address}"), reach::ptr(&dns, *address).await));
    }
    let (mail_url, public_url) = (config.mail_url.clone(), config.public_url.clone());
    findings.push(tokio::task::spawn_blocking(move || reach::tls(&mail_url, &public_url)).await?);
    Ok(findings)
}

/// A server that does not answer is a finding too.
fn told(what: String, found: Result<Finding, NoAnswer>) -> Finding {
    found.unwrap_or_else(|error| Finding::new(Verdict::NoAnswer, what, error.to_string()))
}

/// The tags of a DKIM or DMARC record, in order.
fn tags(record: &str) -> Vec<(&str, &str)> {
    record
        .split(';')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name.trim(), value.trim()))
        .collect()
}

fn tag<'a>(tags: &[(&str, &'a str)], name: &str) -> Option<&'a str> {
    tags.iter().find(|(found, _)| *found == name).map(|(_, value)| *value)
}
