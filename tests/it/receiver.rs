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

type Script = dyn Fn(&str, usize) -> Play + Send + Sync;

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
    script: Arc<Mutex<Arc<Script>>>,
}

impl Receiver {
    /// One that takes everything.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::new(Mutex::new(Heard::default()));
        let script: Arc<Mutex<Arc<Script>>> = Arc::new(Mutex::new(Arc::new(|_, _| Play::Accept)));
        let receiver = Self { port, heard: heard.clone(), script: script.clone() };
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, heard, script) = (stream.unwrap(), heard.clone(), script.clone());
                // A sender that is killed breaks its connection off.
                std::thread::spawn(move || drop(talk(stream, &heard, &script)));
            }
        });
        receiver
    }

    /// Changes what it does: by the recipient's address and the number of the try, from 1.
    pub fn plays(&self, script: impl Fn(&str, usize) -> Play + Send + Sync + 'static) {
        *self.script.lock().unwrap() = Arc::new(script);
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

fn talk(
    stream: TcpStream,
    heard: &Mutex<Heard>,
    script: &Mutex<Arc<Script>>,
) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut out = stream.try_clone()?;
    let mut lines = BufReader::with_capacity(64 * 1024, stream);
    out.write_all(b"220 relay.lederweb.example ESMTP\r\n")?;
    let (mut from, mut to, mut play) = (String::new(), String::new(), Play::Accept);
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let line = line.trim_end();
        let path = || line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
        let word = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let answer: &str = match word.as_str() {
            "EHLO" => "250-relay.lederweb.example\r\n250 ENHANCEDSTATUSCODES",
            "MAIL" => {
                from = path();
                "250 2.1.0 ok"
            }
            "RCPT" => {
                to = path();
                let nth = {
                    let mut heard = heard.lock().unwrap();
                    let tries = heard.tries.entry(to.clone()).or_default();
                    *tries += 1;
                    *tries
                };
                let script = script.lock().unwrap().clone();
                play = script(&to, nth);
                match play {
                    Play::RefuseRecipient(answer) => answer,
                    _ => "250 2.1.5 ok",
                }
            }
            "DATA" => {
                if play == Play::CutBeforeMessage {
                    return Ok(());
                }
                out.write_all(b"354 go on\r\n")?;
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
                    answer
                } else {
                    let received =
                        Received { from: from.clone(), to: to.clone(), message_id, data };
                    heard.lock().unwrap().received.push(received);
                    if play == Play::CutAfterDot {
                        return Ok(());
                    }
                    "250 2.0.0 taken"
                }
            }
            "QUIT" => {
                out.write_all(b"221 bye\r\n")?;
                return Ok(());
            }
            _ => "250 ok",
        };
        out.write_all(format!("{answer}\r\n").as_bytes())?;
    }
}
