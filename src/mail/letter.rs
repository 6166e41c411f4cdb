//! A mail that the service writes to one person: its content, and the message that carries it.

use askama::Template;
use lettre::Message;
use lettre::message::header::{ContentTransferEncoding, ContentType, From, Header, HeaderName};
use lettre::message::header::{HeaderValue, ReplyTo, Subject, To};
use lettre::message::{Body, MultiPart, SinglePart};

use super::address::EmailAddress;
use super::{mime, mjml};
use crate::clock::Instant;

/// What a mail says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// The subject, one line.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

/// Writes a mail from the three templates of its folder in `mjml/`: `subject.txt`, `body.txt` and
/// `body.mjml`, which extends `service/frame.mjml`.
pub fn letter(
    subject: &impl Template,
    text: &impl Template,
    body: &impl Template,
) -> anyhow::Result<Content> {
    Ok(Content {
        subject: subject.render()?.trim().to_owned(),
        text: text.render()?.trim().to_owned() + "\n",
        html: mjml::to_html(&body.render()?)?,
    })
}

/// A mail, ready to go.
#[derive(Debug, Clone)]
pub struct Letter {
    /// The name in From.
    pub from_name: String,
    /// The address in From, and the envelope sender.
    pub from: EmailAddress,
    /// Where an answer goes, when not to `from`.
    pub reply_to: Option<EmailAddress>,
    /// Who gets it.
    pub to: EmailAddress,
    /// The Message-ID with its angle brackets; the same on a retry. See [`mime::message_id`].
    pub message_id: String,
    /// The Date; the same on a retry.
    pub date: Instant,
    /// What it says.
    pub content: Content,
}

impl Letter {
    /// The message: multipart/alternative with the text first, UTF-8, quoted-printable. Nobody
    /// answers a machine's mail by machine (`Auto-Submitted`, RFC 3834).
    pub fn message(&self) -> anyhow::Result<Message> {
        let mut builder = Message::builder()
            .raw_header(mime::address_value(From::name(), &self.from_name, &self.from)?)
            .raw_header(mime::address_value(To::name(), "", &self.to)?)
            .raw_header(mime::text_value(Subject::name(), &self.content.subject))
            .date(self.date.utc().into())
            .message_id(Some(self.message_id.clone()))
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ));
        if let Some(reply_to) = &self.reply_to {
            builder = builder.raw_header(mime::address_value(ReplyTo::name(), "", reply_to)?);
        }
        let part = |kind: ContentType, text: &str| {
            let encoding = ContentTransferEncoding::QuotedPrintable;
            let body = Body::dangerous_pre_encoded(mime::encode_segment(text), encoding);
            SinglePart::builder().header(kind).body(body)
        };
        // Quoted-printable never has an `=` before a `_`, so no text can contain the boundary, and
        // the same mail is the same bytes.
        let parts = MultiPart::alternative()
            .boundary("=_lederbrev")
            .singlepart(part(ContentType::TEXT_PLAIN, &self.content.text))
            .singlepart(part(ContentType::TEXT_HTML, &(self.content.html.clone() + "\n")));
        Ok(builder.multipart(parts)?)
    }
}
