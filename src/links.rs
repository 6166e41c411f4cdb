//! Every address that outsiders see: built here, and read here.
//!
//! A token in a link is derived, never stored: a purpose, a row's id, sometimes one number more,
//! and 128 bits of HMAC-SHA256 over them and over the row's nonce. So a retry sends the same
//! bytes, and changing a nonce voids a row's links. The key's id travels along, so that links
//! signed with an old key live on after `SECRET_KEY` changes.

use aws_lc_rs::{constant_time, digest, hmac};
use data_encoding::{BASE32_NOPAD, BASE64URL_NOPAD};
use url::Url;

use crate::clock::Instant;
use crate::config::Secret;

/// What a token is good for; a token of one purpose is no token for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Purpose {
    /// Confirm a subscription; the number is when it was asked for, in microseconds.
    Confirm = 1,
    /// End a subscription; works for ever.
    Unsubscribe = 2,
    /// Change what a forwarded mail may change; works for ever.
    Preferences = 3,
    /// Take an unsubscription back; the number is when it ends, in seconds.
    Undo = 4,
    /// Sign in as staff; the number is when it ends.
    SignIn = 6,
    /// The image of an issue, the same for everyone.
    Open = 7,
    /// The image of one delivery, by consent.
    PersonalOpen = 8,
    /// A link of an issue, the same for everyone; the number is the link's.
    Click = 9,
    /// A link of one delivery, by consent; the number is the link's.
    PersonalClick = 10,
    /// The envelope sender of one delivery.
    Bounce = 11,
    /// Open one's own page, once; the number is when it ends, in seconds.
    OwnPage = 12,
    /// Confirm a new address, once; the number is when it ends, in seconds.
    NewAddress = 13,
    /// A form was shown; the number is when, in seconds.
    Form = 14,
    /// Fetch an export; the number is when it ends, in seconds, and the nonce is whose it is.
    Export = 15,
}

impl Purpose {
    const ALL: [Self; 14] = [
        Self::Confirm,
        Self::Unsubscribe,
        Self::Preferences,
        Self::Undo,
        Self::SignIn,
        Self::Open,
        Self::PersonalOpen,
        Self::Click,
        Self::PersonalClick,
        Self::Bounce,
        Self::OwnPage,
        Self::NewAddress,
        Self::Form,
        Self::Export,
    ];
}

/// A token as it came in: readable, not yet believed. [`Links::verify`] believes it.
#[derive(Debug, Clone, Copy)]
pub struct Token {
    /// What it says it is good for.
    pub purpose: Purpose,
    /// The row it speaks of.
    pub id: i64,
    /// The number that goes with the purpose; 0 where there is none.
    pub extra: i64,
    key: u8,
    mac: [u8; MAC],
}

/// Bytes of the HMAC that are kept: 128 bits.
const MAC: usize = 16;
/// A bounce address is short (a local part has 64 characters), so its HMAC has 80 bits.
const BOUNCE_MAC: usize = 10;

impl Token {
    /// Reads a token; `None` when no such token could ever have been issued.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > 80 {
            return None;
        }
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        let (fields, mac) = bytes.split_at_checked(bytes.len().checked_sub(MAC)?)?;
        let (&[key, purpose], mut numbers) = fields.split_first_chunk::<2>()?;
        let purpose = Purpose::ALL.into_iter().find(|p| *p as u8 == purpose)?;
        let (id, extra) = (read_number(&mut numbers)?, read_number(&mut numbers)?);
        numbers.is_empty().then_some(())?;
        Some(Self { purpose, id, extra, key, mac: mac.try_into().ok()? })
    }
}

#[derive(Clone)]
struct Key {
    id: u8,
    hmac: hmac::Key,
}

/// Builds and verifies every public address.
#[derive(Clone)]
pub struct Links {
    base: Url,
    keys: Vec<Key>,
}

impl Links {
    /// The first key signs; all of them verify.
    pub fn new(base: Url, keys: &[Secret]) -> Self {
        let keys = keys
            .iter()
            .map(|secret| Key {
                id: digest::digest(&digest::SHA256, secret.expose().as_bytes()).as_ref()[0],
                hmac: hmac::Key::new(hmac::HMAC_SHA256, secret.expose().as_bytes()),
            })
            .collect();
        Self { base, keys }
    }

    /// The public address of a path, which is given without its leading slash.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// The public address itself; ends with a slash.
    pub fn base(&self) -> &Url {
        &self.base
    }

    /// A token. The nonce is the row's, or 0 where the row has none.
    pub fn token(&self, purpose: Purpose, id: i64, extra: i64, nonce: i64) -> String {
        let Some(key) = self.keys.first() else { return String::new() };
        let mut bytes = vec![key.id, purpose as u8];
        write_number(&mut bytes, id);
        write_number(&mut bytes, extra);
        bytes.extend_from_slice(&mac(key, purpose, id, extra, nonce)[..MAC]);
        BASE64URL_NOPAD.encode(&bytes)
    }

    /// Whether a token was issued here, for this purpose and this nonce.
    #[must_use]
    pub fn verify(&self, token: &Token, purpose: Purpose, nonce: i64) -> bool {
        token.purpose == purpose
            && self.keys.iter().filter(|key| key.id == token.key).any(|key| {
                let expected = mac(key, purpose, token.id, token.extra, nonce);
                constant_time::verify_slices_are_equal(&expected[..MAC], &token.mac).is_ok()
            })
    }

    /// Reads a token whose row has no nonce and verifies it.
    pub fn read(&self, text: &str, purpose: Purpose) -> Option<Token> {
        Token::parse(text).filter(|token| self.verify(token, purpose, 0))
    }

    /// Whether a token whose number is its end, in seconds, has ended.
    pub fn has_ended(token: &Token, now: Instant) -> bool {
        token.extra < now.seconds()
    }

    /// `/confirm/{token}` of a subscription, for what was asked for at a moment.
    pub fn confirm(&self, subscription: i64, asked: Instant, nonce: i64) -> String {
        self.tokened("confirm", Purpose::Confirm, subscription, asked.micros(), nonce)
    }

    /// `/unsubscribe/{token}` of a subscription.
    pub fn unsubscribe(&self, subscription: i64, nonce: i64) -> String {
        self.tokened("unsubscribe", Purpose::Unsubscribe, subscription, 0, nonce)
    }

    /// `/preferences/{token}` of a subscription.
    pub fn preferences(&self, subscription: i64, nonce: i64) -> String {
        self.tokened("preferences", Purpose::Preferences, subscription, 0, nonce)
    }

    /// `/my-page/enter/{token}`, which ends at a moment and works once.
    pub fn own_page(&self, mail: i64, ends: Instant, nonce: i64) -> String {
        self.tokened("my-page/enter", Purpose::OwnPage, mail, ends.seconds(), nonce)
    }

    /// `/my-page/address/{token}`, which ends at a moment and works once.
    pub fn new_address(&self, mail: i64, ends: Instant, nonce: i64) -> String {
        self.tokened("my-page/address", Purpose::NewAddress, mail, ends.seconds(), nonce)
    }

    /// `/admin/sign-in/{token}`, which ends at a moment and works once.
    pub fn sign_in(&self, staff: i64, ends: Instant, nonce: i64) -> String {
        self.tokened("admin/sign-in", Purpose::SignIn, staff, ends.seconds(), nonce)
    }

    /// `/o/{token}.gif`, the same for everyone who gets the issue.
    pub fn open(&self, issue: i64) -> String {
        format!("{}.gif", self.tokened("o", Purpose::Open, issue, 0, 0))
    }

    /// `/o/{token}.gif` of one delivery.
    pub fn personal_open(&self, delivery: i64) -> String {
        format!("{}.gif", self.tokened("o", Purpose::PersonalOpen, delivery, 0, 0))
    }

    /// `/c/{token}`, the same for everyone who gets the issue.
    pub fn click(&self, issue: i64, link: i32) -> String {
        self.tokened("c", Purpose::Click, issue, link.into(), 0)
    }

    /// `/c/{token}` of one delivery.
    pub fn personal_click(&self, delivery: i64, link: i32) -> String {
        self.tokened("c", Purpose::PersonalClick, delivery, link.into(), 0)
    }

    /// The short link of a library item.
    pub fn short(&self, slug: &str) -> String {
        self.url(&format!("p/{slug}"))
    }

    /// `/archive/{slug}`, the web version of an issue.
    pub fn archived(&self, slug: &str) -> String {
        self.url(&format!("archive/{slug}"))
    }

    /// `/subscribe/{newsletter}`.
    pub fn subscribe(&self, newsletter: &str) -> String {
        self.url(&format!("subscribe/{newsletter}"))
    }

    fn tokened(&self, path: &str, purpose: Purpose, id: i64, extra: i64, nonce: i64) -> String {
        format!("{}{path}/{}", self.base, self.token(purpose, id, extra, nonce))
    }

    /// The local part of the envelope sender of a delivery (VERP): lower-case base32, because
    /// mail systems change the case of local parts.
    pub fn bounce_local_part(&self, delivery: i64) -> String {
        let Some(key) = self.keys.first() else { return "bounce".to_owned() };
        let mut bytes = vec![key.id];
        write_number(&mut bytes, delivery);
        bytes.extend_from_slice(&mac(key, Purpose::Bounce, delivery, 0, 0)[..BOUNCE_MAC]);
        format!("bounce+{}", BASE32_NOPAD.encode(&bytes).to_ascii_lowercase())
    }

    /// The delivery that a bounce address was made for.
    pub fn read_bounce_local_part(&self, local_part: &str) -> Option<i64> {
        let (_, tag) = local_part.split_once('+')?;
        let bytes = BASE32_NOPAD.decode(tag.to_ascii_uppercase().as_bytes()).ok()?;
        let (fields, given) = bytes.split_at_checked(bytes.len().checked_sub(BOUNCE_MAC)?)?;
        let (&key_id, mut numbers) = fields.split_first()?;
        let delivery = read_number(&mut numbers)?;
        let known = self.keys.iter().filter(|key| key.id == key_id).any(|key| {
            let expected = mac(key, Purpose::Bounce, delivery, 0, 0);
            constant_time::verify_slices_are_equal(&expected[..BOUNCE_MAC], given).is_ok()
        });
        (known && numbers.is_empty()).then_some(delivery)
    }
}

fn mac(key: &Key, purpose: Purpose, id: i64, extra: i64, nonce: i64) -> [u8; 32] {
    let mut context = hmac::Context::with_key(&key.hmac);
    context.update(b"lederbrev link\0");
    context.update(&[key.id, purpose as u8]);
    for number in [id, extra, nonce] {
        context.update(&number.to_be_bytes());
    }
    let mut out = [0; 32];
    out.copy_from_slice(context.sign().as_ref());
    out
}

/// LEB128 of a number that is never negative here.
fn write_number(out: &mut Vec<u8>, number: i64) {
    let mut rest = number.cast_unsigned();
    while rest >= 0x80 {
        out.push((rest & 0x7f) as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
}

fn read_number(bytes: &mut &[u8]) -> Option<i64> {
    let mut number = 0_u64;
    for shift in (0..63).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            // The last of several bytes is never 0: one number has one form.
            return (shift == 0 || byte != 0).then_some(number.cast_signed());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "an old key, thirty-two characters long";
    const NEW: &str = "a new key, which is as long as the old";

    fn links(keys: &[&str]) -> Links {
        let keys: Vec<Secret> = keys.iter().map(|key| Secret::new(*key)).collect();
        Links::new(
            Url::parse("https://nyt.lederweb.example/").unwrap_or_else(|_| unreachable!()),
            &keys,
        )
    }

    #[test]
    fn a_token_is_good_for_its_purpose_and_nonce_only() {
        let links = links(&[NEW]);
        let text = links.token(Purpose::Unsubscribe, 27_699, 0, 5);
        let token = Token::parse(&text).unwrap_or_else(|| unreachable!());
        assert!(links.verify(&token, Purpose::Unsubscribe, 5));
        assert!(!links.verify(&token, Purpose::Unsubscribe, 6));
        assert!(!links.verify(&token, Purpose::Confirm, 5));
        assert_eq!((token.id, token.extra), (27_699, 0));
    }

    #[test]
    fn no_single_changed_character_makes_another_good_token() {
        let links = links(&[NEW]);
        let text = links.token(Purpose::Click, 3, 12, 0);
        for at in 0..text.len() {
            for other in b"Aq_" {
                let mut bytes = text.clone().into_bytes();
                if bytes[at] == *other {
                    continue;
                }
                bytes[at] = *other;
                let changed = String::from_utf8_lossy(&bytes);
                assert!(links.read(&changed, Purpose::Click).is_none(), "{changed}");
            }
        }
    }

    #[test]
    fn links_of_an_old_key_live_on() {
        let before = links(&[OLD]);
        let after = links(&[NEW, OLD]);
        let token = before.token(Purpose::Open, 7, 0, 0);
        assert!(after.read(&token, Purpose::Open).is_some());
        assert!(links(&[NEW]).read(&token, Purpose::Open).is_none());
    }

    #[test]
    fn a_bounce_address_survives_upper_case_and_names_its_delivery() {
        let links = links(&[NEW]);
        let local = links.bounce_local_part(1_234_567);
        assert!(local.len() <= 64);
        assert_eq!(links.read_bounce_local_part(&local.to_uppercase()), Some(1_234_567));
        assert_eq!(links.read_bounce_local_part("bounce+aaaa"), None);
        assert_eq!(local, local.to_lowercase());
    }

    #[test]
    fn nobody_else_can_make_a_bounce_address() {
        let local = links(&[OLD]).bounce_local_part(7);
        assert_eq!(links(&[NEW]).read_bounce_local_part(&local), None);
        assert_eq!(links(&[NEW, OLD]).read_bounce_local_part(&local), Some(7));
        let (prefix, tag) = local.split_at("bounce+".len());
        for at in 0..tag.len() {
            let other = if tag[at..].starts_with('a') { "b" } else { "a" };
            let forged = format!("{prefix}{}{other}{}", &tag[..at], &tag[at + 1..]);
            assert_eq!(links(&[OLD]).read_bounce_local_part(&forged), None, "{forged}");
        }
    }
}
