//! What a server answered, what that means, and what became of a message.

use std::fmt;

/// The class, subject and detail of RFC 3463, as in `5.1.1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EnhancedStatus {
    /// 2 done, 4 not now, 5 never.
    pub class: u8,
    /// 1 address, 2 mailbox, 3 system, 4 network, 5 protocol, 6 content, 7 policy.
    pub subject: u16,
    /// What exactly.
    pub detail: u16,
}

impl EnhancedStatus {
    /// Reads `5.1.1`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.split('.').map(|part| {
            // `parse` alone would take "+1"; RFC 3463 allows three digits.
            let is_number = part.len() <= 3 && part.bytes().all(|b| b.is_ascii_digit());
            is_number.then(|| part.parse().ok()).flatten()
        });
        let class: u16 = numbers.next()??;
        let (subject, detail) = (numbers.next()??, numbers.next()??);
        let ends = numbers.next().is_none();
        (ends && matches!(class, 2 | 4 | 5)).then_some(Self { class: class as u8, subject, detail })
    }
}

impl fmt::Display for EnhancedStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

/// The details of 5.1.x that say that there is no such recipient: mailbox, domain, syntax, moved,
/// and a domain that takes no mail.
pub const NO_RECIPIENT: [u16; 5] = [1, 2, 3, 6, 10];

/// What a reply answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The connection, EHLO, STARTTLS.
    Connection,
    /// AUTH.
    SignIn,
    /// MAIL FROM.
    Sender,
    /// RCPT TO.
    Recipient,
    /// DATA, and the end of the message.
    Message,
}

/// A server's reply (RFC 5321, 4.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// What it answers: the same code means another thing to MAIL than to RCPT.
    pub stage: Stage,
    /// Three digits.
    pub code: u16,
    /// The enhanced status code, when the text begins with one (RFC 2034).
    pub status: Option<EnhancedStatus>,
    /// The text of all lines, without the status code, without control characters, cut at
    /// [`MOST_TEXT`] characters. It comes from outside: show it as text only.
    pub text: String,
}

/// Characters of a reply's text that are kept.
pub const MOST_TEXT: usize = 500;

/// The bytes are no SMTP reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the server's answer is not SMTP")]
pub struct NotSmtp;

impl Reply {
    /// Reads the first reply in `bytes`, and says how many bytes it took; `None` when it has not
    /// yet come in whole. `each_line` gets the text of every line, as EHLO needs it.
    pub fn read(
        stage: Stage,
        bytes: &[u8],
        mut each_line: impl FnMut(&str),
    ) -> Result<Option<(Self, usize)>, NotSmtp> {
        let mut reply = Self { stage, code: 0, status: None, text: String::new() };
        let mut length = 0;
        let mut kept = 0;
        while let Some(end) = bytes[length..].iter().position(|&byte| byte == b'\n') {
            let line = &bytes[length..length + end];
            length += end + 1;
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let (code, mark, text) = match line {
                [a @ b'2'..=b'5', b @ b'0'..=b'9', c @ b'0'..=b'9', rest @ ..] => {
                    let digit = |byte: u8| u16::from(byte - b'0');
                    let code = digit(*a) * 100 + digit(*b) * 10 + digit(*c);
                    match rest {
                        [] => (code, b' ', rest),
                        [mark @ (b' ' | b'-'), text @ ..] => (code, *mark, text),
                        _ => return Err(NotSmtp),
                    }
                }
                _ => return Err(NotSmtp),
            };
            if reply.code != 0 && reply.code != code {
                return Err(NotSmtp);
            }
            reply.code = code;
            let text = String::from_utf8_lossy(text);
            each_line(&text);
            reply.add_line(&text, &mut kept);
            if mark == b' ' {
                return Ok(Some((reply, length)));
            }
        }
        Ok(None)
    }

    /// Our own refusal of an address that only a server with SMTPUTF8 takes (RFC 6531, 3.5), in
    /// the words that a server would use. It is about the way, not about the recipient.
    pub(super) fn no_smtputf8() -> Self {
        Self {
            stage: Stage::Recipient,
            code: 553,
            status: Some(EnhancedStatus { class: 5, subject: 6, detail: 7 }),
            text: "the relay does not offer SMTPUTF8, which this address needs".to_owned(),
        }
    }

    fn add_line(&mut self, line: &str, kept: &mut usize) {
        let mut line = line.trim();
        let (first, rest) = line.split_once(' ').unwrap_or((line, ""));
        // The class must agree with the code, or the text only looks like a status code.
        if let Some(status) = EnhancedStatus::parse(first)
            && u16::from(status.class) == self.code / 100
        {
            self.status = self.status.or(Some(status));
            line = rest.trim_start();
        }
        let gap = if self.text.is_empty() || line.is_empty() { "" } else { " " };
        for c in gap.chars().chain(line.chars()) {
            if *kept == MOST_TEXT {
                return;
            }
            if !c.is_control() {
                self.text.push(c);
                *kept += 1;
            }
        }
    }

    /// What a refusal means, and so whose fault it is. A recipient is never suppressed for
    /// anything but [`Meaning::Recipient`] and [`Meaning::Mailbox`].
    pub fn meaning(&self) -> Meaning {
        if self.code < 500 {
            return Meaning::Transient;
        }
        if self.is_about_sign_in() || self.refuses_to_relay() {
            return Meaning::OurFault;
        }
        let status = self.status.map(|status| (status.subject, status.detail));
        match status {
            // 5.7.515 is Microsoft's, 5.7.25–29 Google's and RFC 7372's word on authentication.
            Some((7, 14 | 20..=29 | 515)) | Some((1, 7 | 8)) => Meaning::OurFault,
            _ if self.stage == Stage::Sender || self.stage == Stage::Connection => {
                Meaning::OurFault
            }
            Some((7, _)) => Meaning::Policy,
            Some((6, _)) | Some((3, 4)) => Meaning::Message,
            Some((4, _)) => Meaning::Domain,
            Some((1, detail)) if NO_RECIPIENT.contains(&detail) => Meaning::Recipient,
            Some((2, _)) => Meaning::Mailbox,
            None if self.stage == Stage::Message => Meaning::Message,
            _ => Meaning::Unknown,
        }
    }

    /// Whether it refuses to let us in, so that it will again (RFC 4954; 5.7.30 is Microsoft's word
    /// on passwords).
    pub fn is_about_sign_in(&self) -> bool {
        let by_status = self
            .status
            .is_some_and(|status| status.subject == 7 && matches!(status.detail, 8 | 9 | 30));
        self.code >= 500
            && (self.stage == Stage::SignIn
                || matches!(self.code, 530 | 534 | 535 | 538)
                || by_status)
    }

    /// Our own relay does not know us. It says so about the recipient, with a code that others use
    /// for spam, so the words must do: those of Postfix, Exim, Sendmail and Exchange.
    fn refuses_to_relay(&self) -> bool {
        let words = self.text.to_ascii_lowercase();
        self.stage == Stage::Recipient
            && [
                "relay access denied",
                "relay not permitted",
                "relaying denied",
                "relaying not",
                "unable to relay",
                "relaying is not",
            ]
            .iter()
            .any(|phrase| words.contains(phrase))
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        if let Some(status) = self.status {
            write!(f, " {status}")?;
        }
        write!(f, " {}", self.text)
    }
}

/// What a refusal says about whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// Not now: try again later.
    Transient,
    /// There is no such recipient.
    Recipient,
    /// The mailbox is closed or full.
    Mailbox,
    /// The recipient's domain cannot be reached; not the recipient's fault.
    Domain,
    /// The message itself was refused; not the recipient's fault.
    Message,
    /// A rule of the receiver's, about the message or about us; not the recipient's fault.
    Policy,
    /// How we send is wrong (sign-in, DNS, authentication): stop at once, and blame nobody else.
    OurFault,
    /// Permanent, but the reply does not say why: final for this message, no more.
    Unknown,
}

/// What became of one message to one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The server has taken it on (2xx after the final dot).
    Accepted(Reply),
    /// The server said 4xx: it may be tried again later.
    Deferred(Reply),
    /// The server said 5xx, or it cannot take this recipient at all: final.
    Failed(Reply),
    /// The connection failed before the end of the message was sent: nobody has it, so it is safe
    /// to send again at once. The text is for the log.
    NotSent(String),
    /// The connection failed after the end of the message was sent and before its reply: the
    /// server may have it or not. The text is for the log.
    Uncertain(String),
}

impl Outcome {
    /// The outcome of a reply that did not go the good way.
    pub(super) fn refused(reply: Reply) -> Self {
        if reply.code < 500 { Self::Deferred(reply) } else { Self::Failed(reply) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(stage: Stage, text: &str) -> Result<Reply, NotSmtp> {
        let (reply, length) = Reply::read(stage, text.as_bytes(), |_| {})?.ok_or(NotSmtp)?;
        assert_eq!(length, text.len());
        Ok(reply)
    }

    #[test]
    fn a_reply_of_several_lines_is_one_text() -> Result<(), NotSmtp> {
        let reply = read(
            Stage::Recipient,
            "550-5.1.1 The email account that you tried\r\n550-5.1.1 to reach\u{7} does not\r\n\
             550 5.1.1 exist.\r\n",
        )?;
        assert_eq!(reply.code, 550);
        assert_eq!(reply.status, EnhancedStatus::parse("5.1.1"));
        assert_eq!(reply.text, "The email account that you tried to reach does not exist.");
        assert_eq!(
            reply.to_string(),
            "550 5.1.1 The email account that you tried to reach does not exist."
        );
        Ok(())
    }

    #[test]
    fn a_reply_that_has_not_come_in_whole_is_waited_for() {
        for part in ["", "25", "250", "250-PIPELINING\r\n", "250-PIPELINING\r\n250 SIZE"] {
            assert_eq!(Reply::read(Stage::Connection, part.as_bytes(), |_| {}), Ok(None), "{part}");
        }
    }

    #[test]
    fn what_is_not_smtp_is_said_to_be_not_smtp() {
        for text in [
            "HTTP/1.1 400 Bad\r\n",
            "25\r\n",
            "150 x\r\n",
            "650 x\r\n",
            "250-a\r\n251 b\r\n",
            "2500 x\r\n",
        ] {
            assert_eq!(
                Reply::read(Stage::Connection, text.as_bytes(), |_| {}),
                Err(NotSmtp),
                "{text}"
            );
        }
    }

    #[test]
    fn the_text_is_bounded() -> Result<(), NotSmtp> {
        let reply = read(Stage::Message, &format!("554 5.6.0 {}\r\n", "æ".repeat(5000)))?;
        assert_eq!(reply.text.chars().count(), MOST_TEXT);
        Ok(())
    }

    #[test]
    fn a_status_of_another_class_is_only_text() -> Result<(), NotSmtp> {
        let reply = read(Stage::Recipient, "450 5.1.1 odd\r\n")?;
        assert_eq!((reply.status, reply.text.as_str()), (None, "5.1.1 odd"));
        Ok(())
    }

    #[test]
    fn the_sender_s_fault_never_blames_the_recipient() -> Result<(), NotSmtp> {
        use Meaning::*;
        let cases = [
            (Stage::Recipient, "550 5.1.1 no such user\r\n", Recipient),
            (Stage::Recipient, "550 5.2.1 disabled\r\n", Mailbox),
            (Stage::Recipient, "552 5.2.2 full\r\n", Mailbox),
            (Stage::Recipient, "452 4.2.2 full\r\n", Transient),
            (Stage::Recipient, "451 4.7.1 greylisted\r\n", Transient),
            (Stage::Recipient, "550 5.4.1 no route\r\n", Domain),
            (Stage::Recipient, "550 5.7.1 relaying denied\r\n", OurFault),
            (Stage::Recipient, "554 5.7.1 <a@x.example>: Relay access denied\r\n", OurFault),
            (Stage::Recipient, "550 5.7.1 blocked by policy\r\n", Policy),
            (Stage::Recipient, "550 no\r\n", Unknown),
            (Stage::Message, "550 5.7.515 access denied, sender not authenticated\r\n", OurFault),
            (Stage::Message, "550 5.7.26 unauthenticated\r\n", OurFault),
            (Stage::Message, "550 5.7.1 spam\r\n", Policy),
            (Stage::Message, "554 no\r\n", Message),
            (Stage::Message, "552 5.3.4 too big\r\n", Message),
            (Stage::Sender, "550 5.1.8 bad sender\r\n", OurFault),
            (Stage::Sender, "530 5.7.0 sign in first\r\n", OurFault),
            (Stage::Recipient, "530 5.7.1 authentication required\r\n", OurFault),
            (Stage::SignIn, "454 4.7.0 temporary\r\n", Transient),
            (Stage::SignIn, "504 no\r\n", OurFault),
            (Stage::Sender, "550 5.1.1 odd\r\n", OurFault),
        ];
        for (stage, text, meaning) in cases {
            assert_eq!(read(stage, text)?.meaning(), meaning, "{stage:?} {text}");
        }
        Ok(())
    }
}
