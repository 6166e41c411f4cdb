//! The floor: `floor PORT CONNECTIONS COUNT MESSAGE_FILE [sign]`. It sends the bytes of one finished
//! message again and again, with other headers and other tokens for each recipient, reads no
//! database and records nothing. With `sign` it hashes each body and signs a header of the usual
//! length twice, with RSA-2048 and Ed25519. It shares no code with the product.

use std::io::{IoSlice, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_lc_rs::digest::{Context, SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{Ed25519KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use data_encoding::BASE64;

use crate::measure;

/// Places in a message that are one recipient's own.
const PLACES: usize = 4;
const TOKEN: usize = 32;

pub fn run(words: &[String]) {
    let [port, connections, count, file, signs @ ..] = words else { panic!("{words:?}") };
    let message = std::fs::read(file).unwrap();
    let (connections, count): (usize, usize) =
        (connections.parse().unwrap(), count.parse().unwrap());
    let keys = (!signs.is_empty()).then(Keys::new);
    let next = AtomicUsize::new(0);
    let before = measure::Before::now();
    std::thread::scope(|scope| {
        for _ in 0..connections {
            scope.spawn(|| send(port, &message, keys.as_ref(), &next, count).unwrap());
        }
    });
    before.report();
}

struct Keys {
    rsa: RsaKeyPair,
    ed25519: Ed25519KeyPair,
}

impl Keys {
    fn new() -> Self {
        Self {
            rsa: RsaKeyPair::generate(KeySize::Rsa2048).unwrap(),
            ed25519: Ed25519KeyPair::generate().unwrap(),
        }
    }

    /// Two fields, of what stands in `head` and of the hash of a body.
    fn sign(&self, head: &[u8], body: Context, out: &mut Vec<u8>) -> std::io::Result<()> {
        let fields =
            "DKIM-Signature: v=1; c=relaxed/relaxed; d=lederweb.example; h=From:To:Subject";
        let hash = BASE64.encode(body.finish().as_ref());
        let signed = [head, fields.as_bytes(), hash.as_bytes()].concat();
        let mut signature = vec![0; self.rsa.public_modulus_len()];
        self.rsa.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), &signed, &mut signature).unwrap();
        write!(out, "{fields}; bh={hash};\r\n b={}\r\n", BASE64.encode(&signature))?;
        let signature = self.ed25519.sign(digest(&SHA256, &signed).as_ref());
        write!(out, "{fields}; bh={hash};\r\n b={}\r\n", BASE64.encode(signature.as_ref()))
    }
}

fn send(
    port: &str,
    message: &[u8],
    keys: Option<&Keys>,
    next: &AtomicUsize,
    count: usize,
) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(format!("127.0.0.1:{port}"))?;
    stream.set_nodelay(true)?;
    let mut input = Vec::with_capacity(4096);
    replies(&mut stream, &mut input, 1)?;
    stream.write_all(b"EHLO floor.example\r\n")?;
    replies(&mut stream, &mut input, 1)?;
    let body = message.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap();
    let (head, body) = message.split_at(body);
    let part = body.len() / (PLACES + 1);
    let mut values = Vec::with_capacity(4096);
    let mut signatures = Vec::with_capacity(4096);
    loop {
        let at = next.fetch_add(1, Ordering::Relaxed);
        if at >= count {
            return stream.write_all(b"QUIT\r\n");
        }
        values.clear();
        write!(
            values,
            "MAIL FROM:<bounce+{at:026}@lederweb.example>\r\nRCPT TO:<leder{at}@aarhus.example>\r\nDATA\r\n"
        )?;
        stream.write_all(&values)?;
        replies(&mut stream, &mut input, 3)?;
        values.clear();
        write!(values, "To: leder{at}@aarhus.example\r\nMessage-ID: <{at}@lederweb.example>\r\n")?;
        let own = values.len();
        for place in 0..PLACES {
            write!(values, "{at:0width$}", width = TOKEN - 1)?;
            write!(values, "{place}")?;
        }
        if let Some(keys) = keys {
            let mut hash = Context::new(&SHA256);
            // The tokens are as long as what they stand for.
            hash.update(body);
            signatures.clear();
            keys.sign(head, hash, &mut signatures)?;
        }
        let mut slices =
            vec![IoSlice::new(&signatures), IoSlice::new(&values[..own]), IoSlice::new(head)];
        for place in 0..=PLACES {
            let end = if place == PLACES { body.len() } else { (place + 1) * part };
            // As many bytes as the token that stands in their place.
            let start = if place == 0 { 0 } else { place * part + TOKEN };
            slices.push(IoSlice::new(&body[start..end]));
            if place < PLACES {
                slices.push(IoSlice::new(&values[own + place * TOKEN..own + (place + 1) * TOKEN]));
            }
        }
        slices.push(IoSlice::new(b".\r\n"));
        let mut rest = &mut slices[..];
        while !rest.is_empty() {
            let written = stream.write_vectored(rest)?;
            IoSlice::advance_slices(&mut rest, written);
        }
        replies(&mut stream, &mut input, 1)?;
    }
}

/// Reads so many replies, of any number of lines.
fn replies(stream: &mut TcpStream, input: &mut Vec<u8>, wanted: usize) -> std::io::Result<()> {
    let mut found = 0;
    while found < wanted {
        let mut block = [0; 1024];
        let count = stream.read(&mut block)?;
        assert_ne!(count, 0, "the sink has gone");
        input.extend_from_slice(&block[..count]);
        while let Some(at) = input.iter().position(|byte| *byte == b'\n') {
            found += usize::from(input[3] == b' ');
            input.drain(..=at);
        }
    }
    Ok(())
}
