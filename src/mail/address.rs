//! An e-mail address, parsed once: what holds an [`EmailAddress`] need not check it again.

use unicode_normalization::UnicodeNormalization;

/// An address that mail can be sent to (RFC 5321, RFC 6531).
///
/// It has no `Display`, and its `Debug` is masked, so that nobody logs a person by accident.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EmailAddress {
    /// As the person typed it, trimmed and in NFC.
    typed: String,
    /// Before the `@`, without quotes.
    local: String,
    /// After the `@`: A-labels, lower case.
    domain: String,
}

/// Why a text is no address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Nothing was typed.
    #[error("no address")]
    Empty,
    /// Nobody could have this address.
    #[error("not an address")]
    Invalid,
    /// Longer than RFC 5321, 4.5.3.1 allows.
    #[error("the address is too long")]
    TooLong,
}

impl AddressError {
    /// The Fluent message that tells the person.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "error-email-empty",
            Self::Invalid => "error-email-invalid",
            Self::TooLong => "error-email-too-long",
        }
    }
}

/// Octets of a whole address: a path is 256 with its angle brackets (RFC 5321, 4.5.3.1.3).
const MOST: usize = 254;
/// Octets of a local part (RFC 5321, 4.5.3.1.1).
const MOST_LOCAL: usize = 64;

impl EmailAddress {
    /// Reads an address as a person types it. White space around it is forgiven; quotes are
    /// accepted where they were not needed; what could end a header or an SMTP command is not.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(AddressError::Empty);
        }
        // Composing never makes a text longer than three times, so this bounds the work.
        if text.len() > 3 * MOST {
            return Err(AddressError::TooLong);
        }
        // Nothing in ASCII composes.
        let typed: String = if text.is_ascii() { text.to_owned() } else { text.nfc().collect() };
        if typed.chars().any(is_unseen) {
            return Err(AddressError::Invalid);
        }
        let (local, domain) = typed.rsplit_once('@').ok_or(AddressError::Invalid)?;
        let local =
            local.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(local);
        if !is_dot_atom(local) {
            return Err(AddressError::Invalid);
        }
        let domain = ascii_domain(domain).ok_or(AddressError::Invalid)?;
        if local.len() > MOST_LOCAL || typed.len() > MOST || local.len() + 1 + domain.len() > MOST {
            return Err(AddressError::TooLong);
        }
        // lettre writes the single mails, and allows fewer characters than RFC 6532.
        if !local.is_ascii() && lettre::Address::new(local, &domain).is_err() {
            return Err(AddressError::Invalid);
        }
        Ok(Self { local: local.to_owned(), domain, typed })
    }

    /// As the person typed it, for showing it to that person and to staff.
    pub fn as_typed(&self) -> &str {
        &self.typed
    }

    /// What two addresses of one mailbox have in common: NFC, no quotes, lower-case local part,
    /// A-label domain.
    pub fn key(&self) -> String {
        let local: String = self.local.to_lowercase().nfc().collect();
        format!("{local}@{}", self.domain)
    }

    /// The domain: A-labels, lower case.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// As SMTP and headers carry it: the domain as A-labels, so that only a non-ASCII local part
    /// needs SMTPUTF8.
    pub fn wire(&self) -> String {
        format!("{}@{}", self.local, self.domain)
    }

    /// Whether only a server with SMTPUTF8 (RFC 6531) can take it.
    pub fn needs_smtputf8(&self) -> bool {
        !self.local.is_ascii()
    }

    /// For logs and for pages that strangers may see: `a…@aarhus.example`.
    pub fn masked(&self) -> String {
        let first: String = self.local.chars().take(1).collect();
        format!("{first}…@{}", self.domain)
    }
}

impl std::fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.masked())
    }
}

/// Controls, white space, and characters that are not seen or that turn the text around: two
/// addresses must not look the same.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || c.is_whitespace()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffd}')
}

/// RFC 5322, 3.2.3, with the non-ASCII characters of RFC 6532.
fn is_dot_atom(local: &str) -> bool {
    local.split('.').all(|atom| {
        !atom.is_empty()
            && atom.chars().all(|c| {
                c.is_ascii_alphanumeric() || !c.is_ascii() || "!#$%&'*+-/=?^_`{|}~".contains(c)
            })
    })
}

/// A domain name of at least two labels, as A-labels (UTS 46, strict).
pub fn ascii_domain(domain: &str) -> Option<String> {
    let ascii = idna::domain_to_ascii_strict(domain).ok()?;
    let (_, last) = ascii.rsplit_once('.')?;
    // An address literal or a bare IP address is nobody's mailbox here.
    last.bytes().any(|b| !b.is_ascii_digit()).then_some(ascii)
}

/// A server's words without the local parts of addresses, which servers repeat: for logs, and for
/// what is kept after a person is erased.
pub fn without_addresses(words: &str) -> String {
    let masked = words.split(' ').map(|word| match word.rsplit_once('@') {
        Some((_, domain)) => format!("…@{domain}"),
        None => word.to_owned(),
    });
    masked.collect::<Vec<_>>().join(" ")
}

/// A domain of A-labels as people write it; what is no such domain is shown as it is.
pub fn shown_domain(domain: &str) -> String {
    let (shown, readable) = idna::domain_to_unicode(domain);
    if readable.is_ok() { shown } else { domain.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_international_domain_is_sent_as_a_labels() -> Result<(), AddressError> {
        let bo = EmailAddress::parse(" Bo@Ringkøbing-Skjern.example ")?;
        assert_eq!(bo.as_typed(), "Bo@Ringkøbing-Skjern.example");
        assert_eq!(bo.wire(), "Bo@xn--ringkbing-skjern-pxb.example");
        assert_eq!(bo.key(), "bo@xn--ringkbing-skjern-pxb.example");
        assert_eq!(bo.domain(), "xn--ringkbing-skjern-pxb.example");
        assert_eq!(shown_domain(bo.domain()), "ringkøbing-skjern.example");
        assert!(!bo.needs_smtputf8());
        // lettre, which sends the single mails, must take it too.
        assert!(bo.wire().parse::<lettre::Address>().is_ok());
        Ok(())
    }

    #[test]
    fn one_mailbox_has_one_key() -> Result<(), AddressError> {
        let key = |text| EmailAddress::parse(text).map(|address| address.key());
        assert_eq!(key("søren@aarhus.example")?, key("SØREN@Aarhus.example")?);
        assert_eq!(key("a\u{30a}se@aarhus.example")?, key("Åse@AARHUS.example")?);
        assert_eq!(key("\"anne.holm\"@aarhus.example")?, key("Anne.Holm@aarhus.example")?);
        assert_ne!(key("anne@aarhus.example")?, key("anne@odense.example")?);
        assert!(EmailAddress::parse("søren@aarhus.example")?.needs_smtputf8());
        Ok(())
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in [
            "anne",
            "@aarhus.example",
            "anne@",
            "anne@aarhus",
            "anne@@aarhus.example",
            "anne holm@aarhus.example",
            "anne@aarhus.example\r\nBcc: all@aarhus.example",
            "anne\0@aarhus.example",
            "anne@aarhus..example",
            ".anne@aarhus.example",
            "anne.@aarhus.example",
            "\"anne holm\"@aarhus.example",
            "anne@[192.0.2.1]",
            "anne@192.0.2.1",
            "anne@aarhus.example.",
            "<anne@aarhus.example>",
            "Anne <anne@aarhus.example>",
            "anne@aarhus_.example",
            "anne,bo@aarhus.example",
            "an\u{200b}ne@aarhus.example",
            "anne@aar\u{202e}hus.example",
            "\"@aarhus.example",
            "anne@-aarhus.example",
        ] {
            assert_eq!(EmailAddress::parse(text), Err(AddressError::Invalid), "{text:?}");
        }
        assert_eq!(EmailAddress::parse(" \n "), Err(AddressError::Empty));
    }

    #[test]
    fn the_mailer_can_write_every_local_part_in_ascii() {
        for c in
            ('!'..='~').filter(|c| EmailAddress::parse(&format!("{c}a@aarhus.example")).is_ok())
        {
            assert!(lettre::Address::new(format!("{c}a"), "aarhus.example").is_ok(), "{c}");
        }
    }

    #[test]
    fn what_the_mailer_cannot_write_is_refused_at_once() {
        for text in ["😀@x.example", "a\u{e000}@x.example", "a\u{fdd0}b@x.example"] {
            assert_eq!(EmailAddress::parse(text), Err(AddressError::Invalid), "{text:?}");
        }
        assert!(EmailAddress::parse("søren.åse@ringkøbing-skjern.example").is_ok());
    }

    #[test]
    fn the_limits_are_those_of_smtp() {
        let local = |n| EmailAddress::parse(&format!("{}@aarhus.example", "a".repeat(n)));
        assert!(local(64).is_ok());
        assert_eq!(local(65), Err(AddressError::TooLong));
        assert_eq!(local(1_000_000), Err(AddressError::TooLong));
        let label = "b".repeat(60);
        let domain = format!("{label}.{label}.{label}");
        assert_eq!(
            EmailAddress::parse(&format!("{}@{domain}.{}", "a".repeat(64), "c".repeat(8))),
            Err(AddressError::TooLong)
        );
    }

    #[test]
    fn a_servers_words_are_kept_without_addresses() {
        let words = "550 5.7.1 <anne.holm@aarhus.example>: sent by bounce+1@lederweb.example, no";
        let kept = without_addresses(words);
        assert_eq!(kept, "550 5.7.1 …@aarhus.example>: sent by …@lederweb.example, no");
    }

    #[test]
    fn a_masked_address_gives_nobody_away() -> Result<(), AddressError> {
        let anne = EmailAddress::parse("anne.holm@aarhus.example")?;
        assert_eq!(anne.masked(), "a…@aarhus.example");
        assert_eq!(format!("{anne:?}"), anne.masked());
        Ok(())
    }
}
