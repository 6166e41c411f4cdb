//! The pieces of a message on the wire: quoted-printable text and encoded headers. No line that
//! comes from here is longer than 76 octets in a body, or than the 998 of RFC 5322 anywhere.

use chrono_tz::Tz;
use lettre::address::AddressError;
use lettre::message::header::{From, Header, HeaderName, HeaderValue, Headers, Subject};
use lettre::message::{Mailbox, Mailboxes};

use super::address::EmailAddress;
use crate::clock::Instant;

/// Octets of a line that is not the last of a paragraph, without its `=` (RFC 2045, 6.7).
const MOST_LINE: usize = 75;
/// Characters of a header's text; longer subjects and names are cut, because a single word could
/// not be folded.
const MOST_HEADER: usize = 900;

/// Encodes a piece of a body as quoted-printable.
///
/// A piece begins and ends in column 0: after its last character stands a soft line break, unless
/// it ends a line anyhow. So pieces can be joined in any order, and a value that is put between
/// two of them moves nothing. No line begins with a dot (it is encoded), so there is no dot to
/// stuff for SMTP, and none with `From `, which some programs change. Line ends may be LF or CRLF.
pub fn encode_segment(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + text.len() / 8 + 8);
    encode_into(text, &mut out);
    out
}

/// [`encode_segment`] into a buffer that ends in column 0.
pub fn encode_into(text: &str, out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let bytes = text.as_bytes();
    let mut column = 0;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let rest = &bytes[at..];
        if let Some(length) = line_end(rest) {
            out.extend_from_slice(b"\r\n");
            column = 0;
            at += length;
            continue;
        }
        let literal = match byte {
            b' ' | b'\t' => line_end(&rest[1..]).is_none(),
            b'=' => false,
            b'.' => column != 0,
            b'F' => column != 0 || !rest.starts_with(b"From "),
            b'!'..=b'~' => true,
            _ => false,
        };
        let width = if literal { 1 } else { 3 };
        if column + width > MOST_LINE {
            out.extend_from_slice(b"=\r\n");
            column = 0;
            // Once more: what may stand inside a line may not begin one.
            continue;
        }
        if literal {
            out.push(byte);
        } else {
            out.extend_from_slice(&[
                b'=',
                HEX[usize::from(byte >> 4)],
                HEX[usize::from(byte & 15)],
            ]);
        }
        column += width;
        at += 1;
    }
    if column != 0 {
        out.extend_from_slice(b"=\r\n");
    }
}

/// The length of the line end at the start of `bytes`.
fn line_end(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [b'\n', ..] => Some(1),
        [b'\r', b'\n', ..] => Some(2),
        _ => None,
    }
}

/// A header line of plain text, encoded (RFC 2047) and folded, with its CRLF; text from outside
/// becomes one line.
pub fn text_header(name: HeaderName, text: &str) -> String {
    line(HeaderValue::new(name, one_line(text)))
}

/// The Subject; text from outside becomes one line.
pub fn subject(text: &str) -> Subject {
    Subject::from(one_line(text))
}

/// A name and an address; a name from outside becomes one line.
pub fn mailbox(name: &str, address: &EmailAddress) -> Result<Mailbox, AddressError> {
    let name = one_line(name);
    Ok(Mailbox::new((!name.is_empty()).then_some(name), address.wire().parse()?))
}

/// A header line of one of lettre's types, with its CRLF; for example `From` of a [`mailbox`].
pub fn header_line(header: impl Header) -> String {
    let mut line = line(header.display());
    // lettre does not fold before an address, and a line with an encoded word has at most 76
    // characters (RFC 2047, 2).
    let last = line.trim_end().rfind('\n').map_or(0, |at| at + 1);
    if line.trim_end().len() - last > 76
        && let Some(address) = line.rfind(" <").filter(|at| *at > last)
    {
        line.insert_str(address, "\r\n");
    }
    line
}

/// A From header for lettre's builder, folded as [`header_line`] does.
pub(super) fn from(mailbox: Mailbox) -> HeaderValue {
    let raw = mailbox.to_string();
    let line = header_line(From::from(Mailboxes::from(mailbox)));
    let encoded = line.trim_start_matches("From: ").trim_end().to_owned();
    HeaderValue::dangerous_new_pre_encoded(From::name(), raw, encoded)
}

fn line(value: HeaderValue) -> String {
    let mut headers = Headers::new();
    headers.insert_raw(value);
    headers.to_string()
}

/// The text of a Date header (RFC 5322, 3.3).
pub fn date(at: Instant, zone: Tz) -> String {
    at.in_zone(zone).to_rfc2822()
}

/// A Message-ID with its angle brackets. Both sides are ours: the caller gives no spaces.
pub fn message_id(left: &str, domain: &str) -> String {
    format!("<{left}@{domain}>")
}

/// A text as one line that a header can carry: nothing in it ends the header.
fn one_line(text: &str) -> String {
    let text: String = text.chars().take(MOST_HEADER).collect();
    text.split(|c: char| c.is_control() || c.is_whitespace())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use mail_parser::{MessageParser, MimeHeaders};
    use proptest::prelude::*;

    use super::*;

    /// Texts with what goes wrong: Danish letters, emoji, dots, equal signs, long lines.
    fn texts() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            4 => "[ -~]{0,40}",
            2 => "[æøåÆØÅ😀=. \t]{0,40}",
            1 => Just("\n".to_owned()),
            1 => Just("\r\n".to_owned()),
            1 => Just("\r\n.\r\n".to_owned()),
            1 => Just("From here".to_owned()),
            1 => "[a-z.=]{0,1200}",
        ];
        proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
    }

    fn lf(text: &str) -> String {
        text.replace("\r\n", "\n")
    }

    proptest! {
        #[test]
        fn joined_segments_decode_to_what_was_encoded(pieces in proptest::collection::vec(texts(), 0..6)) {
            // A CRLF that is cut in two is two characters, and no caller cuts there.
            prop_assume!(pieces.iter().all(|piece| !piece.ends_with('\r')));
            let mut message = b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n".to_vec();
            let body = message.len();
            for piece in &pieces {
                encode_into(piece, &mut message);
                prop_assert!(message.ends_with(b"\n"), "a piece ends in column 0");
            }
            for line in message[body..].split(|&byte| byte == b'\n') {
                prop_assert!(line.len() <= 77, "a line of 76 and its CR: {}", line.len());
                prop_assert!(!line.starts_with(b".") && !line.starts_with(b"From "));
                prop_assert!(line.is_ascii());
            }
            let parsed = MessageParser::new().parse(&message).ok_or(TestCaseError::fail("no message"))?;
            let text = parsed.body_text(0).unwrap_or_default();
            prop_assert_eq!(lf(&text), lf(&pieces.concat()));
        }

        #[test]
        fn headers_decode_to_one_line_and_never_end_early(text in "[ -~æøåÆØÅ😀\r\n\t]{0,200}", long in "[a-z]{0,1500}") {
            let text = format!("{text} {long}");
            prop_assume!(!text.contains("=?"));
            let address = EmailAddress::parse("anne.holm@aarhus.example").map_err(|e| TestCaseError::fail(e.code()))?;
            let from = mailbox(&text, &address).map_err(|e| TestCaseError::fail(e.to_string()))?;
            let message = format!(
                "{}{}X-Last: here\r\n\r\n",
                header_line(subject(&text)),
                header_line(From::from(Mailboxes::from(from))),
            );
            for line in message.split("\r\n") {
                prop_assert!(line.len() <= 998 && !line.contains(['\r', '\n']) && line.is_ascii());
            }
            let parsed = MessageParser::new().parse(message.as_bytes()).ok_or(TestCaseError::fail("no message"))?;
            prop_assert_eq!(parsed.headers().len(), 3);
            prop_assert_eq!(parsed.subject().unwrap_or_default(), one_line(&text));
            let from = parsed.from().and_then(|from| from.first()).and_then(|from| from.name());
            prop_assert_eq!(from.unwrap_or_default(), one_line(&text));
            prop_assert!(parsed.content_type().is_none());
        }
    }

    #[test]
    fn a_date_is_told_in_the_zone_of_the_newsletter() {
        let at = Instant::new("2017-03-24T08:00:00Z".parse().unwrap_or_default());
        assert_eq!(date(at, chrono_tz::Europe::Copenhagen), "Fri, 24 Mar 2017 09:00:00 +0100");
    }

    #[test]
    fn a_space_before_a_line_end_survives() {
        assert_eq!(encode_segment("a \nb"), b"a=20\r\nb=\r\n");
        assert_eq!(encode_segment("kl. 9.00\r\n"), b"kl. 9.00\r\n");
        assert_eq!(encode_segment(".skjult"), b"=2Eskjult=\r\n");
        assert_eq!(encode_segment(""), b"");
    }
}
