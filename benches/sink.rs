//! A relay that takes everything and keeps nothing: `sink [DELAY_MS] [DUMP_FILE]`. It offers
//! PIPELINING. With a delay, an answer to what came in together is sent so much later, as over a
//! line with that round trip.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

pub fn run(words: &[String]) {
    let delay = words.first().map_or(0, |delay| delay.parse().unwrap());
    let dump = words.get(1).cloned();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    println!("{}", listener.local_addr().unwrap().port());
    for stream in listener.incoming() {
        let (stream, dump) = (stream.unwrap(), dump.clone());
        std::thread::spawn(move || {
            // A sender that has what it wants goes without a word.
            let _ = talk(stream, Duration::from_millis(delay), dump.as_deref());
        });
    }
}

fn talk(mut stream: TcpStream, delay: Duration, dump: Option<&str>) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    stream.write_all(b"220 sink.example ESMTP\r\n")?;
    let mut buffer = vec![0; 256 * 1024];
    let (mut start, mut end, mut in_data) = (0, 0, false);
    let mut answers = Vec::new();
    loop {
        if start > 0 {
            buffer.copy_within(start..end, 0);
            (start, end) = (0, end - start);
        }
        let count = stream.read(&mut buffer[end..])?;
        if count == 0 {
            return Ok(());
        }
        // The end of a message may lie across two reads.
        let mut searched = end.saturating_sub(4);
        end += count;
        loop {
            if in_data {
                let Some(at) = find(&buffer[searched.max(start)..end], b"\r\n.\r\n") else {
                    // Only the last bytes of an unfinished message are needed.
                    if dump.is_none() {
                        start = end.saturating_sub(4).max(start);
                    }
                    break;
                };
                let message_end = searched.max(start) + at + 5;
                if let Some(file) = dump {
                    std::fs::write(file, &buffer[start..message_end - 3])?;
                }
                start = message_end;
                in_data = false;
                answers.extend_from_slice(b"250 2.0.0 taken\r\n");
                continue;
            }
            let Some(at) = find(&buffer[start..end], b"\r\n") else { break };
            let line = &buffer[start..start + at];
            let answer: &[u8] = match line.get(..4).unwrap_or(line) {
                b"EHLO" => b"250-sink.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SIZE\r\n",
                b"DATA" => {
                    in_data = true;
                    b"354 go\r\n"
                }
                b"QUIT" => b"221 bye\r\n",
                _ => b"250 2.0.0 ok\r\n",
            };
            answers.extend_from_slice(answer);
            start += at + 2;
            searched = start;
        }
        if !answers.is_empty() {
            if !delay.is_zero() {
                std::thread::sleep(delay);
            }
            stream.write_all(&answers)?;
            answers.clear();
        }
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    let last = *wanted.last()?;
    let mut from = wanted.len() - 1;
    // Line ends are rare in a message, so looking for the last byte first is quick.
    while let Some(at) = bytes.get(from..)?.iter().position(|byte| *byte == last) {
        let end = from + at + 1;
        if bytes[..end].ends_with(wanted) {
            return Some(end - wanted.len());
        }
        from = end;
    }
    None
}
