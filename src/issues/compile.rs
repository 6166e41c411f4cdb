//! An issue, encoded once: MIME headers and bodies as segments, between which each recipient's own
//! values are put. A segment ends in column 0 of its quoted-printable text, so no value moves
//! anything; and no line begins with a dot, so nothing is left to do for SMTP.

use anyhow::Context;
use chrono_tz::Tz;
use lettre::message::header::{From, Header, ReplyTo, To};

use super::Issue;
use super::render::Written;
use super::splice::{Person, Piece, Place, Splice, pieces};
use super::text;
use crate::clock::Instant;
use crate::db::PublicId;
use crate::error::Result;
use crate::issues::sender::Sender;
use crate::mail::dkim::{self, BodyHash};
use crate::mail::{EmailAddress, mime};

/// What the headers of an issue say; the same for everyone.
#[derive(Debug, Clone)]
pub struct IssueHeaders {
    /// The sender's name.
    pub from_name: String,
    /// The sender's address.
    pub from: EmailAddress,
    /// Where answers go, if elsewhere.
    pub reply_to: Option<EmailAddress>,
    /// When the issue began to be sent; the same on every retry.
    pub date: Instant,
    /// The newsletter's zone.
    pub zone: Tz,
    /// The newsletter's title, shown with its List-Id.
    pub list_title: String,
    /// The List-Id without its brackets, such as `nyhedsbrev.lederweb.example` (RFC 2919).
    pub list_id: String,
    /// The Feedback-ID: names the issue, no person.
    pub feedback_id: String,
    /// The domain of Message-IDs.
    pub message_id_domain: String,
    /// The issue.
    pub issue: PublicId,
}

impl IssueHeaders {
    /// Those of an issue that began to be sent at a moment.
    pub fn of(sender: &Sender, zone: Tz, issue: &Issue, started_at: Instant) -> Result<Self> {
        let address = |text: &str| {
            EmailAddress::parse(text).with_context(|| format!("the newsletter's address {text:?}"))
        };
        let from = address(&sender.email)?;
        Ok(Self {
            from_name: sender.name.clone(),
            reply_to: sender.reply_to.as_deref().map(address).transpose()?,
            date: started_at.whole_second(),
            zone,
            list_title: sender.list_title.clone(),
            list_id: format!("{}.{}", sender.list, from.domain()),
            // The issue, the newsletter, the kind of mail, the program (Google's order).
            feedback_id: format!("{}:{}:{}:lederbrev", issue.uuid, sender.list, issue.kind),
            message_id_domain: from.domain().to_owned(),
            issue: issue.uuid,
            from,
        })
    }
}

/// One recipient.
#[derive(Clone, Copy)]
pub struct Recipient<'a> {
    /// The delivery's row: part of the Message-ID, so that a second copy has the same one.
    pub delivery: i64,
    /// Where it goes.
    pub email: &'a EmailAddress,
    /// Name and personal addresses.
    pub person: Person<'a>,
}

enum Segment {
    /// The same for everyone.
    Fixed(Fixed),
    /// One recipient's value.
    Value { splice: Splice, place: Place, fallback: String },
}

struct Fixed {
    /// As it goes onto the wire.
    wire: Vec<u8>,
    /// As DKIM hashes it.
    relaxed: Vec<u8>,
}

impl Segment {
    fn fixed(wire: Vec<u8>) -> Self {
        Self::Fixed(Fixed { relaxed: dkim::relaxed(&wire), wire })
    }
}

enum Subject {
    Fixed(String),
    Template(String),
}

/// An issue in one variant, ready for its recipients.
pub struct Compiled {
    from: String,
    subject: Subject,
    date: String,
    message_id_domain: String,
    issue: PublicId,
    /// Headers that are the same for everyone, with the empty line after them.
    headers: String,
    body: Vec<Segment>,
}

impl Compiled {
    /// Encodes an issue.
    pub fn new(written: &Written, headers: &IssueHeaders) -> Self {
        // `=_` cannot come up in quoted-printable text.
        let boundary = format!("=_{}", headers.issue.0.simple());
        let has_name = pieces(&written.subject).iter().any(|p| matches!(p, Piece::Splice(..)));
        let mut body = Vec::new();
        let mut fixed = part_start(&boundary, "text/plain");
        encode(&written.text, Place::Text, &mut fixed, &mut body);
        fixed.extend_from_slice(&part_start(&boundary, "text/html"));
        encode(&written.html, Place::Html, &mut fixed, &mut body);
        fixed.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        body.push(Segment::fixed(fixed));
        Self {
            from: mime::address_header(&From::name(), &headers.from_name, &headers.from),
            subject: match has_name {
                true => Subject::Template(written.subject.clone()),
                false => Subject::Fixed(mime::subject(&written.subject)),
            },
            date: format!("Date: {}\r\n", mime::date(headers.date, headers.zone)),
            message_id_domain: headers.message_id_domain.clone(),
            issue: headers.issue,
            headers: common_headers(headers, &boundary),
            body,
        }
    }

    /// The message for one recipient, in pieces for one vectored write; `values` holds what is
    /// this recipient's own, and may be used again for the next.
    pub fn message<'a>(
        &'a self,
        recipient: &Recipient<'_>,
        values: &'a mut Vec<u8>,
    ) -> Vec<&'a [u8]> {
        values.clear();
        let addresses = recipient.person.addresses;
        let (unsubscribe, preferences) = (addresses.unsubscribe(), addresses.preferences());
        self.write_headers(recipient, &unsubscribe, values);
        let mut start = values.len();
        let mut ends = Vec::with_capacity(self.body.len());
        for segment in &self.body {
            if let Segment::Value { splice, place, fallback } = segment {
                let value = match splice {
                    Splice::Unsubscribe => place.write(&unsubscribe),
                    Splice::Preferences => place.write(&preferences),
                    _ => recipient.person.value(*splice, fallback, *place),
                };
                mime::encode_into(&value, values);
            }
            ends.push(values.len());
        }
        let values: &'a [u8] = values;
        let mut slices = Vec::with_capacity(self.body.len() + 1);
        slices.push(&values[..start]);
        for (segment, end) in self.body.iter().zip(ends) {
            match segment {
                Segment::Fixed(fixed) => slices.push(&fixed.wire),
                Segment::Value { .. } => slices.push(&values[start..end]),
            }
            start = end;
        }
        slices
    }

    /// The hash of a body for DKIM. `message` is what [`Compiled::message`] returned: its headers,
    /// then a slice for each segment. Every segment ends a line.
    pub fn body_hash(&self, message: &[&[u8]]) -> BodyHash {
        let mut hash = BodyHash::new();
        for (segment, slice) in self.body.iter().zip(message.iter().skip(1)) {
            match segment {
                Segment::Fixed(fixed) => hash.add(&fixed.relaxed),
                Segment::Value { .. } => hash.add(&dkim::relaxed(slice)),
            }
        }
        hash
    }

    fn write_headers(&self, recipient: &Recipient<'_>, unsubscribe: &str, out: &mut Vec<u8>) {
        let name = text::line(recipient.person.name.unwrap_or_default());
        let mut add = |text: &str| out.extend_from_slice(text.as_bytes());
        add(&self.from);
        add(&mime::address_header(&To::name(), &name, recipient.email));
        match &self.subject {
            Subject::Fixed(line) => add(line),
            Subject::Template(template) => {
                add(&mime::subject(&recipient.person.fill(template, Place::Text)));
            }
        }
        add(&self.date);
        let left = format!("{}.{}", self.issue, recipient.delivery);
        add("Message-ID: ");
        add(&mime::message_id(&left, &self.message_id_domain));
        // An address cannot be folded, but it may begin a line.
        add("\r\nList-Unsubscribe:\r\n <");
        add(unsubscribe);
        add(">\r\n");
        add(&self.headers);
    }
}

/// The headers that are the same for everyone, and the empty line that ends all of them.
fn common_headers(headers: &IssueHeaders, boundary: &str) -> String {
    let reply_to = match &headers.reply_to {
        Some(address) => mime::address_header(&ReplyTo::name(), "", address),
        None => String::new(),
    };
    let list_id = mime::list_id(&headers.list_title, &headers.list_id);
    let feedback_id = &headers.feedback_id;
    format!(
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n\
         {list_id}{reply_to}Feedback-ID: {feedback_id}\r\n\
         Precedence: list\r\n\
         MIME-Version: 1.0\r\n\
         Content-Type: multipart/alternative;\r\n boundary=\"{boundary}\"\r\n\r\n"
    )
}

fn part_start(boundary: &str, content_type: &str) -> Vec<u8> {
    format!(
        "\r\n--{boundary}\r\n\
         Content-Type: {content_type}; charset=utf-8\r\n\
         Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    .into_bytes()
}

/// Encodes a text behind what is there already, and cuts it at its markers.
fn encode(text: &str, place: Place, fixed: &mut Vec<u8>, body: &mut Vec<Segment>) {
    for piece in pieces(text) {
        match piece {
            Piece::Fixed(text) => mime::encode_into(text, fixed),
            Piece::Splice(splice, fallback) => {
                body.push(Segment::fixed(std::mem::take(fixed)));
                body.push(Segment::Value { splice, place, fallback: fallback.to_owned() });
            }
        }
    }
}
