//! A relay that plays by a script: what it does with a message is decided for each recipient and
//! each try. It outlives the sender, and remembers every message that it has heard the end of.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What the relay does with one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Play {
    /// Takes it.
    Accept,
    /// Answers RCPT with this.
    RefuseRecipient(&'static str),
    /// Answers the final dot with this.
    RefuseMessage(&'static str),
    /// Closes the connection instead of answering DATA.
    CutBeforeMessage,
    /// Takes the message, closes the connection and says nothing.
    CutAfterDot,
}

/// A message that was heard to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The envelope sender.
    pub from: String,
    /// The recipient.
    pub to: String,
    /// The Message-ID.
    pub message_id: String,
    /// The message, as it came.
    pub data: String,
}

/// A moment at which it is the relay's turn to speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Turn {
    /// Somebody has connected.
    Greeting,
    /// After EHLO.
    Hello,
    /// After MAIL.
    Sender,
    /// After RCPT.
    Recipient,
    /// After DATA.
    Data,
    /// After the final dot: the message is heard.
    End,
}

/// What it says then, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Say {
    /// What the script says.
    Usual,
    /// This instead.
    This(Vec<u8>),
    /// This, each byte in a packet of its own.
    ByteByByte(Vec<u8>),
    /// This, and then it closes the connection.
    AndClose(Vec<u8>),
    /// This again and again, for as long as anybody listens.
    Endless(Vec<u8>),
}

type Script = dyn Fn(&str, usize) -> Play + Send + Sync;
type Voice = dyn Fn(Turn, &str) -> Say + Send + Sync;

#[derive(Default)]
struct Heard {
    received: Vec<Received>,
    tries: HashMap<String, usize>,
}

/// The relay.
pub struct Receiver {
    /// Where it listens.
    pub port: u16,
    heard: Arc<Mutex<Heard>>,
    part: Arc<Mutex<Part>>,
}

/// How it plays.
#[derive(Clone)]
struct Part {
    script: Arc<Script>,
    voice: Arc<Voice>,
}

impl Receiver {
    /// One that takes everything.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::new(Mutex::new(Heard::default()));
        let usual =
            Part { script: Arc::new(|_, _| Play::Accept), voice: Arc::new(|_, _| Say::Usual) };
        let part = Arc::new(Mutex::new(usual));
        let receiver = Self { port, heard: heard.clone(), part: part.clone() };
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, heard, part) = (stream.unwrap(), heard.clone(), part.clone());
                // A sender that is killed breaks its connection off.
                std::thread::spawn(move || drop(talk(stream, &heard, &part)));
            }
        });
        receiver
    }

    /// Changes what it does: by the recipient's address and the number of the try, from 1.
    pub fn plays(&self, script: impl Fn(&str, usize) -> Play + Send + Sync + 'static) {
        self.part.lock().unwrap().script = Arc::new(script);
    }

    /// Changes how it speaks: by whose turn it is, and the recipient if one was named. What is
    /// called may take its time.
    pub fn speaks(&self, voice: impl Fn(Turn, &str) -> Say + Send + Sync + 'static) {
        self.part.lock().unwrap().voice = Arc::new(voice);
    }

    /// What it has heard to the end, in order.
    pub fn received(&self) -> Vec<Received> {
        self.heard.lock().unwrap().received.clone()
    }

    /// How many messages it has heard to the end.
    pub fn count(&self) -> usize {
        self.heard.lock().unwrap().received.len()
    }

    /// How often this recipient was named.
    pub fn tries(&self, to: &str) -> usize {
        self.heard.lock().unwrap().tries.get(to).copied().unwrap_or_default()
    }

    /// `MAIL_URL`.
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }
}

fn talk(stream: TcpStream, heard: &Mutex<Heard>, part: &Mutex<Part>) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut out = stream.try_clone()?;
    let mut lines = BufReader::with_capacity(64 * 1024, stream);
    let mut say = |turn: Option<Turn>, to: &str, usual: &str| -> std::io::Result<Vec<u8>> {
        let voice = part.lock().unwrap().voice.clone();
        let said = turn.map_or(Say::Usual, |turn| voice(turn, to));
        let usual = || format!("{usual}\r\n").into_bytes();
        speak(&mut out, said, usual)
    };
    say(Some(Turn::Greeting), "", "220 relay.lederweb.example ESMTP")?;
    let (mut from, mut to, mut play) = (String::new(), String::new(), Play::Accept);
    let mut has_recipient = false;
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let line = line.trim_end();
        let path = || line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
        let word = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let (turn, answer): (_, &str) = match word.as_str() {
            "EHLO" => (Some(Turn::Hello), "250-relay.lederweb.example\r\n250 ENHANCEDSTATUSCODES"),
            "MAIL" => {
                from = path();
                (Some(Turn::Sender), "250 2.1.0 ok")
            }
            "RCPT" => {
                to = path();
                let nth = {
                    let mut heard = heard.lock().unwrap();
                    let tries = heard.tries.entry(to.clone()).or_default();
                    *tries += 1;
                    *tries
                };
                let script = part.lock().unwrap().script.clone();
                play = script(&to, nth);
                match play {
                    Play::RefuseRecipient(answer) => (Some(Turn::Recipient), answer),
                    _ => (Some(Turn::Recipient), "250 2.1.5 ok"),
                }
            }
            "DATA" => {
                if play == Play::CutBeforeMessage {
                    return Ok(());
                }
                if !has_recipient {
                    say(None, &to, "554 5.5.1 no valid recipients")?;
                    continue;
                }
                if !say(Some(Turn::Data), &to, "354 go on")?.starts_with(b"354") {
                    continue;
                }
                let mut data = String::new();
                while !data.ends_with("\r\n.\r\n") {
                    if lines.read_line(&mut data)? == 0 {
                        return Ok(());
                    }
                }
                let message_id = data
                    .lines()
                    .find_map(|line| line.strip_prefix("Message-ID: "))
                    .unwrap_or_default()
                    .to_owned();
                if let Play::RefuseMessage(answer) = play {
                    (Some(Turn::End), answer)
                } else {
                    let received =
                        Received { from: from.clone(), to: to.clone(), message_id, data };
                    heard.lock().unwrap().received.push(received);
                    if play == Play::CutAfterDot {
                        return Ok(());
                    }
                    (Some(Turn::End), "250 2.0.0 taken")
                }
            }
            "QUIT" => return say(None, &to, "221 bye").map(drop),
            _ => (None, "250 ok"),
        };
        let said = say(turn, &to, answer)?;
        if turn == Some(Turn::Recipient) {
            has_recipient = said.starts_with(b"2");
        }
    }
}

/// Says something, and returns what it was.
fn speak(
    out: &mut TcpStream,
    said: Say,
    usual: impl FnOnce() -> Vec<u8>,
) -> std::io::Result<Vec<u8>> {
    match said {
        Say::Usual => {
            let usual = usual();
            out.write_all(&usual)?;
            Ok(usual)
        }
        Say::This(text) => out.write_all(&text).map(|()| text),
        Say::ByteByByte(text) => {
            text.iter().try_for_each(|byte| out.write_all(&[*byte]))?;
            Ok(text)
        }
        Say::AndClose(text) => {
            out.write_all(&text)?;
            out.shutdown(std::net::Shutdown::Both)?;
            Err(std::io::ErrorKind::ConnectionAborted.into())
        }
        Say::Endless(line) => loop {
            out.write_all(&line)?;
        },
    }
}
