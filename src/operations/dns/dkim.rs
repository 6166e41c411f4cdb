//! The public keys: what is published against what signs.

use super::lookup::{Dns, NoAnswer};
use super::{Finding, Verdict, tag, tags, told};
use crate::mail::dkim::{KeyRecord, Overview};

/// Every key of the selector that signs and of the one that waits.
pub(super) async fn check(
    dns: &Dns,
    domain: &str,
    keys: &Overview,
    signs: bool,
) -> anyhow::Result<Vec<Finding>> {
    let what = format!("DKIM of {domain}");
    if !signs {
        let why = "LEDERBREV_DKIM is off: the relay signs, and its keys are not known here";
        return Ok(vec![Finding::new(Verdict::Skipped, what, why)]);
    }
    if keys.signing.is_none() {
        let finding = Finding::new(Verdict::Missing, what, "there are no keys: nothing is signed");
        let advice = "run `lederbrev dkim new`; or set LEDERBREV_DKIM=off where the relay signs";
        return Ok(vec![finding.advising(advice)]);
    }
    let mut findings = Vec::new();
    let sign = keys.signing.iter().map(|keys| (keys, "signs"));
    for (keys, role) in sign.chain(keys.next.iter().map(|keys| (keys, "waits"))) {
        for record in keys.records()? {
            let what = format!("DKIM {} ({role})", record.name(domain));
            let finding = published(dns, domain, &record, &what).await;
            findings.push(told(what, finding));
        }
    }
    Ok(findings)
}

async fn published(
    dns: &Dns,
    domain: &str,
    ours: &KeyRecord,
    what: &str,
) -> Result<Finding, NoAnswer> {
    let name = ours.name(domain);
    let found = dns.txt(&name).await?;
    let wrong =
        |why: String| Finding::new(Verdict::Wrong, what, why).publishing(&name, &ours.value);
    let theirs = match found.as_slice() {
        [] => {
            let nothing = Finding::new(Verdict::Missing, what, "no record");
            return Ok(nothing.publishing(&name, &ours.value));
        }
        [one] => one,
        several => {
            let why = format!("{} records, of which receivers take any one", several.len());
            return Ok(wrong(why));
        }
    };
    let (their_tags, our_tags) = (tags(theirs), tags(&ours.value));
    let key = |tags: &[(&str, &str)]| -> String {
        tag(tags, "p").unwrap_or_default().split_whitespace().collect()
    };
    let kind = |tags: &[(&str, &str)]| tag(tags, "k").unwrap_or("rsa").to_owned();
    Ok(if key(&their_tags).is_empty() {
        wrong("the key is revoked: p= is empty".to_owned())
    } else if key(&their_tags) != key(&our_tags) || kind(&their_tags) != kind(&our_tags) {
        wrong(format!("another key than the one here: {theirs}"))
    } else if tag(&their_tags, "v").is_some_and(|version| version != "DKIM1") {
        wrong(format!("not a DKIM1 record: {theirs}"))
    } else if tag(&their_tags, "h").is_some_and(|h| !h.split(':').any(|h| h.trim() == "sha256")) {
        wrong(format!("does not allow sha256: {theirs}"))
    } else if tag(&their_tags, "t").is_some_and(|t| t.split(':').any(|t| t.trim() == "y")) {
        wrong("t=y says that this is a test, and receivers may ignore the signature".to_owned())
    } else {
        Finding::new(Verdict::Good, what, "the key that is here")
    })
}
