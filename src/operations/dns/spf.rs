//! SPF (RFC 7208) of the domain of the envelope sender.

use std::net::{IpAddr, Ipv4Addr};

use super::lookup::{Dns, NoAnswer};
use super::{Finding, Verdict};
use crate::config::Network;

/// Lookups that a receiver makes at most (RFC 7208, 4.6.4).
const MOST_LOOKUPS: usize = 10;

/// Nobody's address: what it is told, everybody is told.
const ANYBODY: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

/// Judges the record, for these addresses if they are known.
pub(super) async fn check(
    dns: &Dns,
    domain: &str,
    senders: &[IpAddr],
) -> Result<Finding, NoAnswer> {
    let what = format!("SPF of {domain}");
    let found = records(dns, domain).await?;
    let record = match found.as_slice() {
        [] => {
            let finding = Finding::new(Verdict::Missing, what, "no record");
            let terms: String =
                senders.iter().map(|address| format!(" {}", term(*address))).collect();
            return Ok(if terms.is_empty() {
                finding.advising(format!(
                    "publish: {domain} TXT \"v=spf1 ip4:ADDRESS -all\", with each address from which the relay sends, or the include: that it names"
                ))
            } else {
                finding.publishing(domain, &format!("v=spf1{terms} -all"))
            });
        }
        [one] => one.clone(),
        several => {
            let why =
                format!("{} records, which is an error to receivers: leave one", several.len());
            return Ok(Finding::new(Verdict::Wrong, what, why));
        }
    };
    let wrong = |why: String| Finding::new(Verdict::Wrong, &what, format!("{record}: {why}"));
    match judge(dns, domain, ANYBODY).await? {
        Answer::Error(why) => return Ok(wrong(why)),
        Answer::Result('+') => {
            let better = record.replace("+all", "-all");
            return Ok(wrong("lets everybody send".to_owned()).publishing(domain, &better));
        }
        Answer::Result(_) | Answer::NoMatch => {}
    }
    for sender in senders {
        match judge(dns, domain, *sender).await? {
            Answer::Result('+') => {}
            Answer::Error(why) => return Ok(wrong(why)),
            Answer::Result(_) | Answer::NoMatch => {
                let better = record.replacen("v=spf1", &format!("v=spf1 {}", term(*sender)), 1);
                return Ok(wrong(format!("does not allow {sender}")).publishing(domain, &better));
            }
        }
    }
    let known = match senders {
        [] => "; whether it allows the relay is not known: set LEDERBREV_SENDING_ADDRESSES",
        _ => "; it allows the addresses from which the relay sends",
    };
    Ok(Finding::new(Verdict::Good, what, format!("{record}{known}")))
}

fn term(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => format!("ip4:{address}"),
        IpAddr::V6(address) => format!("ip6:{address}"),
    }
}

async fn records(dns: &Dns, domain: &str) -> Result<Vec<String>, NoAnswer> {
    let mut found = dns.txt(domain).await?;
    found.retain(|text| {
        let word = text.split(' ').next().unwrap_or_default();
        word.eq_ignore_ascii_case("v=spf1")
    });
    Ok(found)
}

enum Answer {
    /// The qualifier of what matched: + - ~ or ?.
    Result(char),
    NoMatch,
    /// What is wrong with the record.
    Error(String),
}

async fn judge(dns: &Dns, domain: &str, address: IpAddr) -> Result<Answer, NoAnswer> {
    let mut lookups = 0;
    evaluate(dns, domain.to_owned(), address, &mut lookups).await
}

async fn evaluate(
    dns: &Dns,
    domain: String,
    address: IpAddr,
    lookups: &mut usize,
) -> Result<Answer, NoAnswer> {
    let found = records(dns, &domain).await?;
    let [record] = found.as_slice() else {
        return Ok(Answer::Error(format!("{} SPF records at {domain}", found.len())));
    };
    let mut redirect = None;
    for term in record.split_whitespace().skip(1) {
        if let Some((name, value)) = term.split_once('=')
            && !name.contains([':', '/'])
        {
            if name.eq_ignore_ascii_case("redirect") {
                redirect = Some(value.to_owned());
            }
            continue;
        }
        let (qualifier, mechanism) = match term.chars().next() {
            Some(sign @ ('+' | '-' | '~' | '?')) => (sign, &term[1..]),
            _ => ('+', term),
        };
        let (name, value) = match mechanism.find([':', '/']) {
            Some(at) if mechanism[at..].starts_with(':') => {
                (&mechanism[..at], &mechanism[at + 1..])
            }
            Some(at) => (&mechanism[..at], &mechanism[at..]),
            None => (mechanism, ""),
        };
        let name = name.to_ascii_lowercase();
        if matches!(&*name, "include" | "a" | "mx" | "ptr" | "exists") {
            *lookups += 1;
            if *lookups > MOST_LOOKUPS {
                return Ok(Answer::Error(TOO_MANY.to_owned()));
            }
        }
        let matches = match &*name {
            "all" => true,
            "ip4" | "ip6" => match Network::parse(value) {
                Ok(network) => network.contains(address),
                Err(_) => return Ok(Answer::Error(format!("{term} is no address"))),
            },
            "a" | "mx" => {
                let (host, lengths) = match value.find('/') {
                    Some(at) => (&value[..at], &value[at..]),
                    None => (value, ""),
                };
                let host = if host.is_empty() { &domain } else { host };
                let hosts = match &*name {
                    "mx" => dns.mx(host).await?,
                    _ => vec![host.to_owned()],
                };
                let mut matches = false;
                for host in hosts {
                    let found = dns.addresses(&host).await?;
                    matches |= found.iter().any(|found| covers(*found, lengths, address));
                }
                matches
            }
            "include" => match Box::pin(evaluate(dns, value.to_owned(), address, lookups)).await? {
                Answer::Result('+') => true,
                Answer::Result(_) | Answer::NoMatch => false,
                error @ Answer::Error(_) => return Ok(error),
            },
            // Depend on the mail; what they would say cannot be told here.
            "ptr" | "exists" => false,
            _ => return Ok(Answer::Error(format!("{term} is not known to SPF"))),
        };
        if matches {
            return Ok(Answer::Result(qualifier));
        }
    }
    let Some(other) = redirect else { return Ok(Answer::NoMatch) };
    *lookups += 1;
    if *lookups > MOST_LOOKUPS {
        return Ok(Answer::Error(TOO_MANY.to_owned()));
    }
    Box::pin(evaluate(dns, other, address, lookups)).await
}

const TOO_MANY: &str = "needs more than 10 lookups, after which receivers give up";

/// Whether an address lies in the network of another, by `/24`, `/24//64` or nothing.
fn covers(found: IpAddr, lengths: &str, address: IpAddr) -> bool {
    let (v4, v6) = lengths.split_once("//").unwrap_or((lengths, ""));
    let length = if found.is_ipv4() { v4.trim_start_matches('/') } else { v6 };
    let range = if length.is_empty() { found.to_string() } else { format!("{found}/{length}") };
    Network::parse(&range).is_ok_and(|network| network.contains(address))
}
