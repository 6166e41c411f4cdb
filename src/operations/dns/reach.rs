//! What is not about the sender's name: where bounces come back to, the names of the addresses
//! that send, and the line to the relay.

use std::error::Error as _;
use std::net::IpAddr;
use std::time::Duration;

use url::Url;

use super::lookup::{Dns, NoAnswer};
use super::{Finding, Verdict};
use crate::mail::{MailUrl, OpenError, Relay, Session, Timeouts, Tls};

/// Where bounces go.
pub(super) async fn mx(dns: &Dns, domain: &str) -> Result<Finding, NoAnswer> {
    let what = format!("MX of {domain}");
    let advice = format!(
        "publish: {domain} MX 10 with the server that takes mail for bounce+…@{domain}; or set LEDERBREV_BOUNCE_DOMAIN to a domain that has one"
    );
    let servers = dns.mx(domain).await?;
    if servers.is_empty() {
        let why =
            "no server takes mail for it: bounces are lost, and receivers distrust the sender";
        return Ok(Finding::new(Verdict::Missing, what, why).advising(advice));
    }
    if servers.iter().all(String::is_empty) {
        let why = "it says that it takes no mail (a null MX): bounces are lost";
        return Ok(Finding::new(Verdict::Wrong, what, why).advising(advice));
    }
    for server in &servers {
        if dns.addresses(server).await?.is_empty() {
            let why = format!("{server} has no address");
            return Ok(Finding::new(Verdict::Wrong, what, why).advising(advice));
        }
    }
    Ok(Finding::new(Verdict::Good, what, servers.join(", ")))
}

/// The name of a sending address, and whether it leads back (FCrDNS).
pub(super) async fn ptr(dns: &Dns, address: IpAddr) -> Result<Finding, NoAnswer> {
    let what = format!("PTR of {address}");
    let names = dns.names(address).await?;
    if names.is_empty() {
        let advice = format!(
            "ask the provider of {address} to name it, such as mail.your-domain, and publish that name with the address"
        );
        let why = "it has no name: Gmail and others refuse mail from it";
        return Ok(Finding::new(Verdict::Missing, what, why).advising(advice));
    }
    for name in &names {
        if dns.addresses(name).await?.contains(&address) {
            return Ok(Finding::new(
                Verdict::Good,
                what,
                format!("{name}, which leads back to it"),
            ));
        }
    }
    let kind = if address.is_ipv4() { "A" } else { "AAAA" };
    let why = format!("{} does not lead back to it", names.join(", "));
    Ok(Finding::new(Verdict::Wrong, what, why)
        .advising(format!("publish: {} {kind} {address}", names[0])))
}

/// How the line to the relay is protected. Asks the relay itself; sends nothing.
pub(super) fn tls(mail_url: &MailUrl, public_url: &Url) -> Finding {
    let MailUrl::Smtp(relay) = mail_url else {
        return Finding::new(
            Verdict::Skipped,
            "TLS of the relay",
            "mail is caught on this machine",
        );
    };
    let what = format!("TLS of the relay {}:{}", relay.host, relay.port);
    let (good, wrong) = (
        |found: &str| Finding::new(Verdict::Good, &what, found),
        |found: String| Finding::new(Verdict::Wrong, &what, found),
    );
    let asked = Relay {
        tls: if relay.tls == Tls::Implicit { Tls::Implicit } else { Tls::Required },
        // It need not know the password to be looked at.
        credentials: None,
        ..relay.clone()
    };
    let timeouts = Timeouts {
        connect: Duration::from_secs(10),
        command: Duration::from_secs(20),
        ..Timeouts::default()
    };
    match Session::open(&asked, public_url.host_str().unwrap_or("localhost"), &timeouts) {
        Ok(session) => {
            session.quit();
            match relay.tls {
                Tls::Opportunistic => good(
                    "offered, and its certificate is good; with ?tls=required in LEDERBREV_MAIL_URL nobody on the way can take it away",
                ),
                Tls::Required | Tls::Implicit => good("required, and its certificate is good"),
            }
        }
        Err(OpenError::Unreachable(why)) => wrong(format!("the relay cannot be reached: {why}")),
        // The relay refused us, but not the protection.
        Err(OpenError::Refused(reply)) => wrong(format!("the relay refuses us: {reply}")),
        Err(_) if relay.is_loopback() => good("not needed: the relay is on this machine"),
        Err(OpenError::Tls(why)) => {
            let why = why.source().map_or_else(|| why.to_string(), ToString::to_string);
            wrong(format!("offered, but its certificate is not believed: {why}")).advising(
                "give the relay a certificate for the name in LEDERBREV_MAIL_URL, of an authority that this machine trusts",
            )
        }
        Err(OpenError::NoStartTls) => Finding::new(
            Verdict::Missing,
            &what,
            "not offered: letters and addresses go to the relay in clear text",
        )
        .advising("switch STARTTLS on at the relay, then add ?tls=required to LEDERBREV_MAIL_URL"),
        Err(other) => wrong(other.to_string()),
    }
}
