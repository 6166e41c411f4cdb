//! The pieces of a message on the wire: quoted-printable text and encoded headers. No line that
//! comes from here is longer than 76 octets in a body, or than the 998 of RFC 5322 anywhere.

use chrono_tz::Tz;
use data_encoding::BASE64;
use lettre::Address;
use lettre::address::AddressError;
use lettre::message::Mailbox;
use lettre::message::header::{Header, HeaderName, HeaderValue, Headers, Subject};

use super::address::EmailAddress;
use crate::clock::Instant;

/// Octets of a line that is not the last of a paragraph, without its `=` (RFC 2045, 6.7).
const MOST_LINE: usize = 75;
/// Characters of a header's text; longer subjects and names are cut, because a single word could
/// not be folded.
const MOST_HEADER: usize = 900;
/// Characters of a header's line where it can be folded (RFC 2047, 2, which is two fewer than in
/// RFC 5322, 2.1.1).
const MOST_FOLDED: usize = 76;
/// Octets of a word that has room on a line, after the name of its header and in quotation marks.
const MOST_WORD: usize = 64;
/// Octets that an encoded word carries, so that it has room after the name of its header.
const MOST_ENCODED: usize = 39;

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
    line(text_value(name, text))
}

/// [`text_header`] for lettre's builder.
pub(super) fn text_value(name: HeaderName, text: &str) -> HeaderValue {
    let text = one_line(text);
    match needs_words(&text) {
        true => HeaderValue::dangerous_new_pre_encoded(name, text.clone(), encoded_words(&text)),
        false => HeaderValue::new(name, text),
    }
}

/// The Subject, with its CRLF; text from outside becomes one line.
pub fn subject(text: &str) -> String {
    text_header(Subject::name(), text)
}

/// A header line with a name and an address, such as From, with its CRLF; a name from outside
/// becomes one line, and an empty one stands for none.
pub fn address_header(header: &HeaderName, name: &str, address: &EmailAddress) -> String {
    let encoded = named_address(header, &one_line(name), &address.wire());
    format!("{header}: {encoded}\r\n")
}

/// [`address_header`] for lettre's builder.
pub(super) fn address_value(
    header: HeaderName,
    name: &str,
    address: &EmailAddress,
) -> Result<HeaderValue, AddressError> {
    let name = one_line(name);
    let encoded = named_address(&header, &name, &address.wire());
    let address: Address = address.wire().parse()?;
    let name = (!name.is_empty()).then_some(name);
    let raw = Mailbox::new(name, address).to_string();
    Ok(HeaderValue::dangerous_new_pre_encoded(header, raw, encoded))
}

fn named_address(header: &HeaderName, name: &str, address: &str) -> String {
    match name {
        "" => address.to_owned(),
        name => after_phrase(header, name, address),
    }
}

/// The List-Id with its CRLF: the list's title, and its id, which the caller makes without spaces
/// (RFC 2919, 3).
pub fn list_id(title: &str, id: &str) -> String {
    let name = HeaderName::new_from_ascii_str("List-Id");
    let encoded = match &*one_line(title) {
        "" => format!("<{id}>"),
        title => after_phrase(&name, title, id),
    };
    format!("{name}: {encoded}\r\n")
}

/// A phrase and what it names in brackets, folded between them where both are too long for a line.
fn after_phrase(header: &HeaderName, name: &str, named: &str) -> String {
    let begin = header.len() + 2;
    let phrase = phrase(name, begin);
    let column = match phrase.rfind('\n') {
        Some(at) => phrase.len() - at - 1,
        None => begin + phrase.len(),
    };
    let gap = if column + named.len() + 3 > MOST_FOLDED { "\r\n " } else { " " };
    format!("{phrase}{gap}<{named}>")
}

/// A name before an address, that begins in a column: as it is, in quotation marks, or where
/// letters need it in encoded words. Plain names are not encoded, because spam filters ask what
/// there was to hide.
fn phrase(name: &str, mut column: usize) -> String {
    let escaped = name.replace('\\', "\\\\").replace('"', "\\\"");
    if !name.is_ascii() || needs_words(&escaped) {
        return encoded_words(name);
    }
    if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')) {
        return name.to_owned();
    }
    let mut out = "\"".to_owned();
    for (at, word) in escaped.split(' ').enumerate() {
        column += word.len() + 1;
        if at > 0 && column >= MOST_FOLDED {
            out.push_str("\r\n");
            column = word.len() + 1;
        }
        if at > 0 {
            out.push(' ');
        }
        out.push_str(word);
    }
    out.push('"');
    out
}

/// Whether a text needs encoded words though its letters may not: it looks like one itself, and
/// mail programs would decode it, or has a word that fills more than a line and cannot be folded.
fn needs_words(text: &str) -> bool {
    text.contains("=?") || text.split(' ').any(|word| word.len() > MOST_WORD)
}

/// A text in encoded words, one a line.
fn encoded_words(text: &str) -> String {
    let mut words = vec![String::new()];
    for letter in text.chars() {
        match words.last_mut() {
            Some(word) if word.len() + letter.len_utf8() <= MOST_ENCODED => word.push(letter),
            _ => words.push(letter.into()),
        }
    }
    let words = words.iter().map(|word| format!("=?utf-8?b?{}?=", BASE64.encode(word.as_bytes())));
    words.collect::<Vec<_>>().join("\r\n ")
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
    let mut line = String::with_capacity(text.len());
    let mut is_gap = false;
    for letter in text.chars().take(MOST_HEADER) {
        if letter.is_control() || letter.is_whitespace() {
            is_gap = !line.is_empty();
            continue;
        }
        if std::mem::take(&mut is_gap) {
            line.push(' ');
        }
        line.push(letter);
    }
    line
}

#[cfg(test)]
mod tests {
    use lettre::message::header;
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

    /// Subjects and names with what goes wrong there.
    fn header_texts() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            4 => "[ -~æøåÆØÅ😀\r\n\t]{0,60}",
            2 => "[A-Za-zæøå.,&'() ]{0,60}",
            1 => Just("\r\nBcc: hr@kommune.example\r\n\r\n".to_owned()),
            1 => Just(" =?utf-8?q?Kommunaldirekt=C3=B8ren?= ".to_owned()),
            1 => "[a-z\"]{0,150}",
        ];
        proptest::collection::vec(piece, 0..5).prop_map(|pieces| pieces.concat())
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
        fn headers_decode_to_one_line_and_never_end_early(text in header_texts(), list in header_texts()) {
            let address = EmailAddress::parse("anne.holm@aarhus.example").map_err(|e| TestCaseError::fail(e.code()))?;
            let from = address_header(&header::From::name(), &text, &address);
            let message = format!(
                "{}{from}{}X-Last: here\r\n\r\n",
                subject(&text),
                list_id(&list, "lederweb.lederweb.example"),
            );
            for line in message.split("\r\n") {
                prop_assert!(line.len() <= 78 && !line.contains(['\r', '\n']) && line.is_ascii(), "{}", line);
            }
            let parsed = MessageParser::new().parse(message.as_bytes()).ok_or(TestCaseError::fail("no message"))?;
            prop_assert_eq!(parsed.headers().len(), 4);
            prop_assert_eq!(parsed.subject().unwrap_or_default(), one_line(&text));
            let from = parsed.from().and_then(|from| from.first()).ok_or(TestCaseError::fail("no From"))?;
            prop_assert_eq!(from.name().unwrap_or_default(), one_line(&text));
            prop_assert_eq!(from.address(), Some("anne.holm@aarhus.example"));
            prop_assert!(parsed.content_type().is_none());
            let Some(mail_parser::HeaderValue::Address(list_id)) = parsed.header("List-Id") else {
                return Err(TestCaseError::fail("no List-Id"));
            };
            let list_id = list_id.first().ok_or(TestCaseError::fail("an empty List-Id"))?;
            prop_assert_eq!(list_id.name().unwrap_or_default(), one_line(&list));
            prop_assert_eq!(list_id.address(), Some("lederweb.lederweb.example"));
        }
    }

    #[test]
    fn a_date_is_told_in_the_zone_of_the_newsletter() {
        let at = Instant::new("2017-03-24T08:00:00Z".parse().unwrap_or_default());
        assert_eq!(date(at, chrono_tz::Europe::Copenhagen), "Fri, 24 Mar 2017 09:00:00 +0100");
    }

    #[test]
    fn a_name_stands_as_plainly_as_its_letters_allow() {
        let from = |name: &str| {
            let address = EmailAddress::parse("nyhedsbrev@lederweb.example").ok();
            address.map(|address| address_header(&header::From::name(), name, &address))
        };
        for (name, line) in [
            ("", "From: nyhedsbrev@lederweb.example\r\n"),
            ("Lederweb", "From: Lederweb <nyhedsbrev@lederweb.example>\r\n"),
            ("Lederweb.dk", "From: \"Lederweb.dk\" <nyhedsbrev@lederweb.example>\r\n"),
            ("KL & regionerne", "From: \"KL & regionerne\" <nyhedsbrev@lederweb.example>\r\n"),
            ("a \"b\" \\", "From: \"a \\\"b\\\" \\\\\" <nyhedsbrev@lederweb.example>\r\n"),
            (
                "Væksthus for Ledelse",
                "From: =?utf-8?b?VsOma3N0aHVzIGZvciBMZWRlbHNl?= <nyhedsbrev@lederweb.example>\r\n",
            ),
        ] {
            assert_eq!(from(name).as_deref(), Some(line));
        }
    }

    #[test]
    fn a_space_before_a_line_end_survives() {
        assert_eq!(encode_segment("a \nb"), b"a=20\r\nb=\r\n");
        assert_eq!(encode_segment("kl. 9.00\r\n"), b"kl. 9.00\r\n");
        assert_eq!(encode_segment(".skjult"), b"=2Eskjult=\r\n");
        assert_eq!(encode_segment(""), b"");
    }
}
