//! DMARC (RFC 9989): the policy, found by walking up the names, and whether what we send is
//! aligned with the sender's domain.

use super::lookup::{Dns, NoAnswer};
use super::{Finding, Verdict, tag, tags};

/// The most names that are asked about (RFC 9989, the tree walk).
const MOST_STEPS: usize = 8;

/// Judges the policy of the domain in From. `bounce_domain` is what SPF vouches for; `signs` says
/// that we sign for the domain in From itself.
pub(super) async fn check(
    dns: &Dns,
    domain: &str,
    bounce_domain: &str,
    signs: bool,
) -> Result<Finding, NoAnswer> {
    let what = format!("DMARC of {domain}");
    let name = format!("_dmarc.{domain}");
    let own = records(dns, domain).await?;
    if own.len() > 1 {
        let why = format!("{} records at {name}, which receivers ignore: leave one", own.len());
        return Ok(Finding::new(Verdict::Wrong, what, why));
    }
    let walk = walk(dns, domain).await?;
    let organisation = organisation(domain, &walk);
    let policy = walk
        .iter()
        .find(|(at, _)| at == domain)
        .or_else(|| walk.iter().find(|(at, _)| *at == organisation));
    let Some((at, record)) = policy else {
        let first = format!("v=DMARC1; p=none; rua=mailto:dmarc@{domain}");
        let advice = "no record: receivers such as Gmail want one from whoever sends to many. Begin \
                      with p=none, read the reports, then p=quarantine, then p=reject";
        return Ok(Finding::new(Verdict::Missing, what, advice).publishing(&name, &first));
    };
    let found = format!("{record} (at _dmarc.{at})");
    let wrong = |why: &str, better: &str| {
        Finding::new(Verdict::Wrong, &what, format!("{found}: {why}"))
            .publishing(&format!("_dmarc.{at}"), better)
    };
    let parsed = tags(record);
    match tag(&parsed, "p") {
        Some("none" | "quarantine" | "reject") => {}
        Some(_) => return Ok(wrong("p is none, quarantine or reject", &with(&parsed, "none"))),
        None => {
            let why = "there is no p; older receivers ignore such a record";
            return Ok(wrong(why, &with(&parsed, "none")));
        }
    }
    if let Some(gone) = ["pct", "rf", "ri"].into_iter().find(|name| tag(&parsed, name).is_some()) {
        let why = format!("{gone} is no part of DMARC any more (RFC 9989); t=y is the test mode");
        let policy = tag(&parsed, "p").unwrap_or("none");
        return Ok(wrong(&why, &with(&parsed, policy)));
    }
    let strict = tag(&parsed, "aspf") == Some("s");
    let spf_aligned = if bounce_domain == domain {
        true
    } else if strict {
        false
    } else {
        let other = self::walk(dns, bounce_domain).await?;
        self::organisation(bounce_domain, &other) == organisation
    };
    Ok(match (signs, spf_aligned) {
        (true, true) => Finding::new(Verdict::Good, what, format!("{found}; SPF and DKIM are aligned")),
        (true, false) => Finding::new(
            Verdict::Good,
            what,
            format!("{found}; DKIM is aligned, SPF ({bounce_domain}) is not"),
        ),
        (false, true) => Finding::new(
            Verdict::Good,
            what,
            format!("{found}; SPF is aligned, and nothing is signed here: a forwarded mail fails unless the relay signs for {domain}"),
        ),
        (false, false) => Finding::new(
            Verdict::Wrong,
            what,
            format!("{found}; nothing is aligned: {bounce_domain} is not of {organisation}, and nothing is signed here"),
        )
        .advising("run `lederbrev dkim new`, or set LEDERBREV_BOUNCE_DOMAIN to a name below the sender's domain"),
    })
}

/// The record with another policy and without what is gone.
fn with(tags: &[(&str, &str)], policy: &str) -> String {
    let mut record = format!("v=DMARC1; p={policy}");
    for (name, value) in tags {
        if !matches!(*name, "v" | "p" | "pct" | "rf" | "ri") {
            record.push_str(&format!("; {name}={value}"));
        }
    }
    record
}

/// What is published at one name.
async fn records(dns: &Dns, domain: &str) -> Result<Vec<String>, NoAnswer> {
    let mut found = dns.txt(&format!("_dmarc.{domain}")).await?;
    found.retain(|text| tags(text).first() == Some(&("v", "DMARC1")));
    Ok(found)
}

/// The names from the domain up that have exactly one record.
async fn walk(dns: &Dns, domain: &str) -> Result<Vec<(String, String)>, NoAnswer> {
    let labels: Vec<&str> = domain.split('.').collect();
    let mut found = Vec::new();
    let mut from = 0;
    for _ in 0..MOST_STEPS {
        if from >= labels.len() {
            break;
        }
        let name = labels[from..].join(".");
        if let [record] = records(dns, &name).await?.as_slice() {
            let psd = tag(&tags(record), "psd").map(str::to_owned);
            found.push((name, record.clone()));
            if psd.is_some_and(|psd| psd == "n" || psd == "y" && from > 0) {
                break;
            }
        }
        // Of a very long name only the last seven labels are walked.
        from = (from + 1).max(labels.len().saturating_sub(MOST_STEPS - 1));
        if from == 0 {
            from = 1;
        }
    }
    Ok(found)
}

/// The organisational domain, by what the walk found.
fn organisation(domain: &str, walk: &[(String, String)]) -> String {
    let psd = |record: &str| tag(&tags(record), "psd").map(str::to_owned);
    if let Some((at, record)) = walk.last() {
        match psd(record).as_deref() {
            Some("n") => return at.clone(),
            Some("y") if at != domain => {
                let below = domain.trim_end_matches(at.as_str()).trim_end_matches('.');
                let label = below.rsplit('.').next().unwrap_or_default();
                return format!("{label}.{at}");
            }
            _ => {}
        }
    }
    walk.iter()
        .map(|(at, _)| at)
        .min_by_key(|at| at.split('.').count())
        .cloned()
        .unwrap_or_else(|| domain.to_owned())
}
