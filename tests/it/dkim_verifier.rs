//! Verifies DKIM signatures the plainest way (RFC 6376, 6; RFC 8463), with nothing of ours inside.
//! Slow and short; the test vectors of RFC 8463 stand against it.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{
    ED25519, RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY as RSA, UnparsedPublicKey,
};
use data_encoding::BASE64;

/// One verdict for each DKIM-Signature field, from the top: the name of the key, and what is wrong.
pub fn verify(
    message: &str,
    txt: impl Fn(&str) -> Option<String>,
) -> Vec<(String, Result<(), String>)> {
    let (head, body) = message.split_once("\r\n\r\n").expect("an empty line");
    let fields = fields(head);
    fields
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("dkim-signature"))
        .map(|(_, value)| {
            let tag = |name| tag(value, name).unwrap_or_default();
            let key = format!("{}._domainkey.{}", tag("s"), tag("d"));
            let verdict = one(value, &fields, body, txt(&key));
            (key, verdict)
        })
        .collect()
}

fn one(
    signature: &str,
    fields: &[(String, String)],
    body: &str,
    record: Option<String>,
) -> Result<(), String> {
    let must = |name| tag(signature, name).ok_or(format!("no {name}="));
    if must("v")? != "1" || must("c")? != "relaxed/relaxed" {
        return Err("another version or form".to_owned());
    }
    let hash = digest(&SHA256, relaxed_body(body).as_bytes());
    if BASE64.encode(hash.as_ref()) != must("bh")? {
        return Err("the body was changed".to_owned());
    }
    let mut used = vec![false; fields.len()];
    let mut text = String::new();
    for name in must("h")?.split(':') {
        // From the bottom up; a name without a field stands for nothing.
        let found = (0..fields.len())
            .rev()
            .find(|&at| !used[at] && fields[at].0.eq_ignore_ascii_case(name));
        if let Some(at) = found {
            used[at] = true;
            text += &format!("{}\r\n", relaxed_field(&fields[at].0, &fields[at].1));
        }
    }
    let (before, b) = signature.rsplit_once("b=").ok_or("no b=")?;
    text += &relaxed_field("dkim-signature", &format!("{before}b="));
    let b = BASE64.decode(squeezed(b).as_bytes()).map_err(|e| e.to_string())?;

    let record = record.ok_or("no key in DNS")?;
    let p =
        BASE64.decode(tag(&record, "p").ok_or("no p=")?.as_bytes()).map_err(|e| e.to_string())?;
    let good = match (must("a")?.as_str(), tag(&record, "k").as_deref()) {
        ("rsa-sha256", Some("rsa") | None) => {
            UnparsedPublicKey::new(&RSA, p).verify(text.as_bytes(), &b)
        }
        ("ed25519-sha256", Some("ed25519")) => UnparsedPublicKey::new(&ED25519, p)
            .verify(digest(&SHA256, text.as_bytes()).as_ref(), &b),
        other => return Err(format!("{other:?}")),
    };
    good.map_err(|_| "the signature is another's".to_owned())
}

/// Name and value, folded as they are.
fn fields(head: &str) -> Vec<(String, String)> {
    let mut fields: Vec<String> = Vec::new();
    for line in head.split("\r\n") {
        match fields.last_mut() {
            Some(last) if line.starts_with([' ', '\t']) => *last += &format!("\r\n{line}"),
            _ => fields.push(line.to_owned()),
        }
    }
    let pair = |field: &String| {
        let (name, value) = field.split_once(':').expect("a colon");
        (name.to_owned(), value.to_owned())
    };
    fields.iter().map(pair).collect()
}

fn tag(list: &str, name: &str) -> Option<String> {
    list.split(';').find_map(|pair| {
        let (found, value) = pair.split_once('=')?;
        (found.trim() == name).then(|| squeezed(value))
    })
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect()
}

fn relaxed_field(name: &str, value: &str) -> String {
    let words: Vec<&str> = value.split_whitespace().collect();
    format!("{}:{}", name.trim().to_ascii_lowercase(), words.join(" "))
}

fn relaxed_body(body: &str) -> String {
    let mut lines: Vec<String> = body
        .split("\r\n")
        .map(|line| {
            let mut out = String::new();
            for c in line.trim_end_matches([' ', '\t']).chars() {
                match c {
                    ' ' | '\t' if out.ends_with(' ') => {}
                    ' ' | '\t' => out.push(' '),
                    c => out.push(c),
                }
            }
            out
        })
        .collect();
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines.iter().map(|line| format!("{line}\r\n")).collect()
}

/// RFC 8463, appendix A: one message with both signatures, and its keys.
#[test]
fn the_examples_of_the_standard_verify_and_changed_ones_do_not() {
    let message = "\
DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=test; t=1528637909; h=from : to : subject :
 date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3
 DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz
 dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=
From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game.  Are you hungry yet?

Joe.
"
    .replace('\n', "\r\n");
    let keys = |name: &str| {
        match name {
        "brisbane._domainkey.football.example.com" => Some(
            "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=".to_owned(),
        ),
        "test._domainkey.football.example.com" => Some(
            "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08\
             a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKr\
             M3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB"
                .to_owned(),
        ),
        _ => None,
    }
    };
    let good = verify(&message, keys);
    assert!(good.len() == 2 && good.iter().all(|(_, verdict)| verdict.is_ok()), "{good:?}");
    for (from, to) in [("Joe.\r\n", "Bo.\r\n"), ("dinner", "lunch"), ("q=dns/txt", "q=dns/TXT")] {
        let changed = verify(&message.replace(from, to), keys);
        assert!(changed.iter().all(|(_, verdict)| verdict.is_err()), "{to}: {changed:?}");
    }
}
