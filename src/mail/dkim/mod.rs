//! DKIM (RFC 6376, RFC 8301, RFC 8463): two signatures over each message, RSA-2048 for everyone
//! and Ed25519 for those who can, both with relaxed/relaxed.
//!
//! # Why it is written here
//!
//! The libraries were looked at first. `mail-auth` signs with aws-lc-rs, but brings a DNS resolver
//! with TLS and DNSSEC, a second aws-lc-sys and a newer mail-parser than our Rust builds; it hashes
//! the body once for each signature, and takes `t=` from the machine's clock, so that a second try
//! would be other bytes. lettre's own signer and `cfdkim` use the plain `rsa` crate, which is four
//! times slower and has an open advisory; `viadkim` is GPL. What a sender needs is little: this
//! folder. The tests hold it against a verifier of their own, which the test vectors of RFC 8463
//! hold to the standard.
//!
//! # What it costs
//!
//! The keys are parsed once. A body is hashed once for both signatures, and what all copies of an
//! issue share is brought into its relaxed form once an issue ([`mod@relaxed`]). What remains is the
//! price of RSA, some 300 µs a message.
//!
//! # What is signed
//!
//! [`SIGNED`], as far as it is there; From once more than it is there, so that none can be added
//! (RFC 6376, 8.15). `t=` is the time of the message itself: a second try is the same bytes.

mod folder;
mod relaxed;

use aws_lc_rs::digest;
use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use data_encoding::BASE64;

use crate::clock::Instant;
pub use folder::{KeyError, KeyFolder, Overview};
pub use relaxed::{BodyHash, relaxed};

/// The header fields that are signed where they are there.
pub const SIGNED: [&str; 15] = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Reply-To",
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Feedback-ID",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
    "Precedence",
    "Auto-Submitted",
];

/// Why a message cannot be signed. It is never the recipient's fault.
#[derive(Debug, thiserror::Error)]
pub enum SigningError {
    /// A message without From; DKIM must sign it (RFC 6376, 5.4).
    #[error("there is no From to sign")]
    NoFrom,
    /// The library failed.
    #[error("the key does not sign")]
    Key,
}

/// The two keys of one selector. Its `Debug` shows the selector's name alone.
pub struct Keys {
    selector: String,
    rsa: RsaKeyPair,
    ed25519: Ed25519KeyPair,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Keys").field(&self.selector).finish()
    }
}

/// A TXT record to publish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRecord {
    /// The name below `_domainkey`.
    pub selector: String,
    /// What the record says.
    pub value: String,
}

impl KeyRecord {
    /// The whole name.
    pub fn name(&self, domain: &str) -> String {
        format!("{}._domainkey.{domain}", self.selector)
    }

    /// The value as zone files want it: in quotes, in strings of at most 255 octets.
    pub fn quoted(&self) -> String {
        quoted(&self.value)
    }
}

/// A TXT value in quotes, in strings of at most 255 octets (RFC 1035, 3.3).
pub fn quoted(value: &str) -> String {
    let strings: Vec<String> = value
        .as_bytes()
        .chunks(255)
        .map(|part| format!("\"{}\"", String::from_utf8_lossy(part)))
        .collect();
    strings.join(" ")
}

impl Keys {
    /// The name that both keys share.
    pub fn selector(&self) -> &str {
        &self.selector
    }

    /// What must be in DNS before anybody believes the signatures: the RSA key, then the Ed25519
    /// key. They have names of their own, because verifiers take any one record of a name.
    ///
    /// # Errors
    /// When the library cannot write the public key.
    pub fn records(&self) -> Result<[KeyRecord; 2], SigningError> {
        let rsa: PublicKeyX509Der<'_> =
            self.rsa.public_key().as_der().map_err(|_| SigningError::Key)?;
        let record = |selector: String, kind: &str, key: &[u8]| KeyRecord {
            selector,
            value: format!("v=DKIM1; k={kind}; p={}", BASE64.encode(key)),
        };
        Ok([
            record(self.rsa_selector(), "rsa", rsa.as_ref()),
            record(self.ed25519_selector(), "ed25519", self.ed25519.public_key().as_ref()),
        ])
    }

    fn rsa_selector(&self) -> String {
        format!("{}-rsa", self.selector)
    }

    fn ed25519_selector(&self) -> String {
        format!("{}-ed25519", self.selector)
    }

    /// Appends both DKIM-Signature fields, which stand before the message.
    ///
    /// `domain` is that of the address in From; `at` is the message's own time; `head` is the
    /// header fields as they go onto the wire, the empty line after them or not; `body` has been
    /// given the whole body, without the dots that SMTP adds.
    ///
    /// # Errors
    /// When there is no From, or when the library fails.
    pub fn sign(
        &self,
        domain: &str,
        at: Instant,
        head: &[u8],
        body: BodyHash,
        out: &mut Vec<u8>,
    ) -> Result<(), SigningError> {
        let mut signed = Vec::with_capacity(head.len() + 512);
        let names = relaxed::fields(head, &SIGNED, &mut signed);
        if !names.contains(&"From") {
            return Err(SigningError::NoFrom);
        }
        let body_hash = BASE64.encode(body.finish().as_ref());
        let common = Common { domain, at, names, body_hash };
        let length = signed.len();
        let begun = out.len();

        common.begin("rsa-sha256", &self.rsa_selector(), out);
        relaxed::signature_field(&out[begun..], &mut signed);
        let mut signature = vec![0; self.rsa.public_modulus_len()];
        self.rsa
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), &signed, &mut signature)
            .map_err(|_| SigningError::Key)?;
        end(&signature, out);

        signed.truncate(length);
        let begun = out.len();
        common.begin("ed25519-sha256", &self.ed25519_selector(), out);
        relaxed::signature_field(&out[begun..], &mut signed);
        // RFC 8463, 3: Ed25519 signs the hash, not the text.
        let hash = digest::digest(&digest::SHA256, &signed);
        let signature = self.ed25519.try_sign(hash.as_ref()).map_err(|_| SigningError::Key)?;
        end(signature.as_ref(), out);
        Ok(())
    }

    /// [`Keys::sign`] for a message in one piece; returns the signed message.
    ///
    /// # Errors
    /// As there.
    pub fn sign_whole(
        &self,
        domain: &str,
        at: Instant,
        message: &[u8],
    ) -> Result<Vec<u8>, SigningError> {
        let end = memchr::memmem::find(message, b"\r\n\r\n").map_or(message.len(), |at| at + 2);
        let (head, rest) = message.split_at(end);
        let mut body = BodyHash::new();
        body.add(&relaxed(rest.strip_prefix(b"\r\n").unwrap_or(rest)));
        let mut out = Vec::with_capacity(message.len() + 1600);
        self.sign(domain, at, head, body, &mut out)?;
        out.extend_from_slice(message);
        Ok(out)
    }
}

/// What both signatures of a message say.
struct Common<'a> {
    domain: &'a str,
    at: Instant,
    names: Vec<&'static str>,
    body_hash: String,
}

impl Common<'_> {
    /// The field up to and with `b=`.
    fn begin(&self, algorithm: &str, selector: &str, out: &mut Vec<u8>) {
        let text = format!(
            "DKIM-Signature: v=1; a={algorithm}; c=relaxed/relaxed;\r\n d={};\r\n s={selector}; t={};\r\n h=",
            self.domain,
            self.at.seconds()
        );
        out.extend_from_slice(text.as_bytes());
        let mut column = 3;
        for (at, name) in self.names.iter().enumerate() {
            if at > 0 {
                out.push(b':');
                column += 1;
            }
            if column + name.len() > LINE {
                out.extend_from_slice(b"\r\n ");
                column = 1;
            }
            out.extend_from_slice(name.as_bytes());
            column += name.len();
        }
        out.extend_from_slice(format!(";\r\n bh={};\r\n b=", self.body_hash).as_bytes());
    }
}

/// Characters of a folded line.
const LINE: usize = 72;

/// The signature itself, folded, and the end of the field.
fn end(signature: &[u8], out: &mut Vec<u8>) {
    let text = BASE64.encode(signature);
    for (at, part) in text.as_bytes().chunks(LINE).enumerate() {
        if at > 0 {
            out.extend_from_slice(b"\r\n ");
        }
        out.extend_from_slice(part);
    }
    out.extend_from_slice(b"\r\n");
}
