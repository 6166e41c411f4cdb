//! The sending side of SMTP against the catcher, and against servers that misbehave by script.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use lederbrev::mail::{
    Catcher, Credentials, Meaning, OpenError, Outcome, Relay, Session, Stage, Timeouts, Tls, Trust,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

pub const FROM: &str = "nyhedsbrev@lederweb.example";
pub const ANNE: &str = "anne.holm@aarhus.example";
pub const BODY: &[u8] = b"Subject: Kerneopgaven\r\n\r\nK=C3=A6re leder\r\n";

/// A catcher in a folder of its own.
pub fn catcher() -> (tempfile::TempDir, Catcher) {
    let folder = tempfile::tempdir().unwrap();
    let catcher = Catcher::start(folder.path().join("outbox"), "127.0.0.1:0".parse().unwrap());
    (folder, catcher.unwrap())
}

/// A session without any protection.
pub fn open(relay: &Relay) -> Session {
    Session::open(relay, "localhost", &Timeouts::default()).unwrap()
}

/// A server that plays its part once: `play` gets the connection, already greeted.
pub fn script(play: impl FnOnce(TcpStream) + Send + 'static) -> Relay {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"220 relay.lederweb.example ESMTP\r\n").unwrap();
        play(stream);
    });
    Relay { host: "127.0.0.1".to_owned(), port, tls: Tls::Opportunistic, credentials: None }
}

/// Reads one command for each answer and gives the answer; returns the commands.
pub fn answer<S: Read + Write>(stream: &mut S, answers: &[&str]) -> Vec<String> {
    let mut commands = Vec::new();
    for answer in answers {
        let mut line = Vec::new();
        while !line.ends_with(b"\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            line.push(byte[0]);
        }
        commands.push(String::from_utf8(line).unwrap().trim_end().to_owned());
        stream.write_all(answer.as_bytes()).unwrap();
        stream.flush().unwrap();
    }
    commands
}

pub fn read_to_dot(stream: &mut TcpStream) {
    let mut seen = Vec::new();
    while !seen.ends_with(b"\r\n.\r\n") {
        let mut block = [0; 512];
        let count = stream.read(&mut block).unwrap();
        assert_ne!(count, 0);
        seen.extend_from_slice(&block[..count]);
    }
}

pub const HELLO: &str = "250 relay.lederweb.example\r\n";
pub const OK: &str = "250 2.0.0 ok\r\n";
pub const GO: &str = "354 go\r\n";

#[test]
fn a_message_in_many_parts_arrives_whole_and_leaves_a_receipt() {
    let (_folder, catcher) = catcher();
    let mut session = open(&catcher.relay());
    let text: Vec<String> = (0..1000).map(|n| format!("..linje {n}\r\n")).collect();
    let head = "Message-ID: <1.2@lederweb.example>\r\nSubject: Lange =?utf-8?q?breve_p=C3=A5?= vej\r\n\r\n";
    let mut parts = vec![head.as_bytes(), b""];
    parts.extend(text.iter().map(|line| line.as_bytes()));
    for _ in 0..2 {
        let outcome = session.send(FROM, ANNE, false, &parts);
        assert!(matches!(&outcome, Outcome::Accepted(reply) if reply.code == 250), "{outcome:?}");
    }
    session.quit();

    let caught = catcher.outbox().to(ANNE).unwrap();
    assert_eq!(caught.len(), 2);
    assert_eq!(caught[0].summary.subject, "Lange breve på vej");
    assert_eq!(caught[0].summary.sender, FROM);
    assert!(caught[0].summary.number > caught[1].summary.number);
    // The catcher takes the stuffed dots away again.
    let sent = head.to_owned() + &text.concat().replace("..linje", ".linje");
    assert!(caught[0].raw.ends_with(sent.as_bytes()));

    let receipts = std::fs::read_to_string(catcher.folder().join("receipts.log")).unwrap();
    let fields: Vec<Vec<&str>> =
        receipts.lines().map(|line| line.split('\t').skip(1).collect()).collect();
    let octets = (head.len() + text.concat().len()).to_string();
    assert_eq!(fields, vec![vec!["<1.2@lederweb.example>", FROM, ANNE, octets.as_str()]; 2]);
}

#[test]
fn a_refused_recipient_leaves_the_connection_usable() {
    let (_folder, catcher) = catcher();
    let mut session = open(&catcher.relay());
    let mut send = |to: &str| session.send(FROM, to, false, &[BODY]);
    match send("ukendt.7@odense.example") {
        Outcome::Failed(reply) => {
            assert_eq!((reply.code, reply.stage), (550, Stage::Recipient));
            assert_eq!(reply.meaning(), Meaning::Recipient);
            assert_eq!(reply.text, "no such mailbox here");
        }
        other => panic!("{other:?}"),
    }
    assert!(matches!(send("fuld@odense.example"), Outcome::Deferred(reply) if reply.code == 452));
    assert!(matches!(send("graa@odense.example"), Outcome::Deferred(reply) if reply.code == 451));
    assert!(matches!(send("graa@odense.example"), Outcome::Accepted(_)));
    assert!(matches!(send(ANNE), Outcome::Accepted(_)));
    assert!(session.is_usable());
}

/// RFC 2920, 3.1: DATA is in the group, so it is answered although the recipient was refused.
#[test]
fn a_server_that_wants_a_message_for_nobody_gets_an_empty_one() {
    let refused = "550 5.1.1 no such user\r\n";
    let (tell, told) = std::sync::mpsc::channel();
    let relay = script(move |mut stream| {
        let commands = answer(
            &mut stream,
            // Greeting; the group; the dot; RSET; the next group.
            &["250-relay\r\n250 PIPELINING\r\n", OK, refused, GO, "554 5.5.1 nobody\r\n", OK],
        );
        tell.send(commands).unwrap();
        answer(&mut stream, &[OK, OK, GO]);
        read_to_dot(&mut stream);
        stream.write_all(OK.as_bytes()).unwrap();
    });
    let mut session = open(&relay);
    let outcome = session.send(FROM, "ukendt@odense.example", false, &[BODY]);
    assert!(matches!(outcome, Outcome::Failed(reply) if reply.stage == Stage::Recipient));
    assert_eq!(told.recv().unwrap()[3..], ["DATA", ".", "RSET"]);
    assert!(session.is_usable());
    assert!(matches!(session.send(FROM, ANNE, false, &[BODY]), Outcome::Accepted(_)));
}

#[test]
fn a_line_that_breaks_after_a_refusal_is_still_a_refusal() {
    let relay = script(|mut stream| {
        let refused = "550 5.1.1 no such user\r\n";
        answer(&mut stream, &["250-relay\r\n250 PIPELINING\r\n", OK, refused, ""]);
    });
    let mut session = open(&relay);
    let outcome = session.send(FROM, "ukendt@odense.example", false, &[BODY]);
    assert!(matches!(outcome, Outcome::Failed(reply) if reply.code == 550));
    assert!(!session.is_usable());
}

#[test]
fn a_cut_before_the_dot_is_safe_and_one_after_it_is_uncertain() {
    let relay = script(|mut stream| {
        answer(&mut stream, &[HELLO, OK, OK]);
        // DATA comes, and the server is gone.
        stream.shutdown(Shutdown::Both).unwrap();
    });
    let mut session = open(&relay);
    let outcome = session.send(FROM, ANNE, false, &[BODY]);
    assert!(matches!(outcome, Outcome::NotSent(_)), "{outcome:?}");
    assert!(!session.is_usable());

    let relay = script(|mut stream| {
        answer(&mut stream, &[HELLO, OK, OK, GO]);
        read_to_dot(&mut stream);
    });
    let mut session = open(&relay);
    let outcome = session.send(FROM, ANNE, false, &[BODY]);
    assert!(matches!(outcome, Outcome::Uncertain(_)), "{outcome:?}");
    assert!(!session.is_usable());
}

#[test]
fn a_cut_in_the_middle_of_a_long_message_is_safe() {
    let relay = script(|mut stream| {
        answer(&mut stream, &[HELLO, OK, OK, GO]);
        let mut some = [0; 1000];
        stream.read_exact(&mut some).unwrap();
    });
    let mut session = open(&relay);
    let line = [b'a'; 64];
    let body: Vec<&[u8]> = std::iter::repeat_n([&line[..], b"\r\n"], 200_000).flatten().collect();
    let outcome = session.send(FROM, ANNE, false, &body);
    assert!(matches!(outcome, Outcome::NotSent(_)), "{outcome:?}");
}

#[test]
fn a_server_that_does_not_answer_the_dot_leaves_it_uncertain() {
    let relay = script(|mut stream| {
        answer(&mut stream, &[HELLO, OK, OK, GO]);
        read_to_dot(&mut stream);
        // Waits until the client has lost patience.
        drop(stream.read(&mut [0]));
    });
    let timeouts = Timeouts { end: Duration::from_millis(50), ..Timeouts::default() };
    let mut session = Session::open(&relay, "localhost", &timeouts).unwrap();
    assert!(matches!(session.send(FROM, ANNE, false, &[BODY]), Outcome::Uncertain(_)));
}

#[test]
fn a_421_closes_the_connection_and_is_temporary() {
    let relay = script(|mut stream| {
        answer(&mut stream, &[HELLO, "421 4.7.0 too many messages\r\n"]);
    });
    let mut session = open(&relay);
    assert!(matches!(session.send(FROM, ANNE, false, &[BODY]), Outcome::Deferred(_)));
    assert!(!session.is_usable());
}

#[test]
fn an_international_local_part_fails_softly_where_smtputf8_is_not_offered() {
    let relay = script(|mut stream| {
        let commands = answer(&mut stream, &[HELLO, OK, OK, GO]);
        assert_eq!(commands[1], "MAIL FROM:<nyhedsbrev@lederweb.example>");
        read_to_dot(&mut stream);
        answer(&mut stream, &[]);
        stream.write_all(OK.as_bytes()).unwrap();
    });
    let mut session = open(&relay);
    match session.send(FROM, "søren@aarhus.example", true, &[BODY]) {
        Outcome::Failed(reply) => assert_eq!(reply.meaning(), Meaning::Message),
        other => panic!("{other:?}"),
    }
    // The relay heard nothing of it, and the next one goes.
    assert!(matches!(session.send(FROM, ANNE, false, &[BODY]), Outcome::Accepted(_)));
}

#[test]
fn nobody_smuggles_a_command_into_an_address() {
    let (_folder, catcher) = catcher();
    let mut session = open(&catcher.relay());
    let outcome = session.send(FROM, "a@b.example>\r\nRCPT TO:<c@d.example", false, &[BODY]);
    assert!(matches!(outcome, Outcome::NotSent(_)), "{outcome:?}");
    assert_eq!(catcher.outbox().count().unwrap(), 0);
}

const CERTIFICATE: &[u8] = include_bytes!("certificates/relay.pem");

fn trusting_it() -> Trust {
    trusting(CERTIFICATE)
}

/// Believes this certificate only.
pub fn trusting(certificate: &[u8]) -> Trust {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(certificate).unwrap()).unwrap();
    Trust::Only(Arc::new(roots))
}

fn tls(stream: TcpStream) -> rustls::StreamOwned<rustls::ServerConnection, TcpStream> {
    tls_with(stream, CERTIFICATE)
}

/// The relay's side of TLS, with a certificate for the key of the tests.
pub fn tls_with(
    stream: TcpStream,
    certificate: &'static [u8],
) -> rustls::StreamOwned<rustls::ServerConnection, TcpStream> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("certificates/relay.key.pem")).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![CertificateDer::from_pem_slice(certificate).unwrap()], key)
        .unwrap();
    let connection = rustls::ServerConnection::new(Arc::new(config)).unwrap();
    rustls::StreamOwned::new(connection, stream)
}

pub const HELLO_TLS: &str = "250-relay.lederweb.example\r\n250 STARTTLS\r\n";
const HELLO_AUTH: &str = "250-relay.lederweb.example\r\n250 AUTH PLAIN LOGIN\r\n";

/// A relay with STARTTLS that takes one message.
fn starttls_relay(tls_setting: Tls) -> Relay {
    let relay = script(|mut stream| {
        answer(&mut stream, &[HELLO_TLS, "220 2.0.0 go\r\n"]);
        let mut stream = tls(stream);
        let mut reader = BufReader::new(&mut stream);
        let mut line = String::new();
        // A client that does not believe the certificate never comes here.
        for reply in [HELLO, OK, OK, GO] {
            line.clear();
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            reader.get_mut().write_all(reply.as_bytes()).unwrap();
        }
        while line != ".\r\n" {
            line.clear();
            reader.read_line(&mut line).unwrap();
        }
        reader.get_mut().write_all(OK.as_bytes()).unwrap();
    });
    Relay { tls: tls_setting, ..relay }
}

#[test]
fn starttls_protects_the_connection_when_the_certificate_is_believed() {
    let relay = starttls_relay(Tls::Required);
    let mut session =
        Session::open_trusting(&relay, "localhost", &Timeouts::default(), &trusting_it()).unwrap();
    assert!(matches!(session.send(FROM, ANNE, false, &[BODY]), Outcome::Accepted(_)));
}

#[test]
fn a_certificate_that_nobody_vouches_for_is_refused_when_tls_is_required() {
    let relay = starttls_relay(Tls::Required);
    let refused = Session::open(&relay, "localhost", &Timeouts::default()).err().unwrap();
    assert!(matches!(refused, OpenError::Tls(_)), "{refused:?}");
    assert!(refused.is_our_fault());
    // Without the setting, protection by any certificate is better than none.
    let mut session = open(&starttls_relay(Tls::Opportunistic));
    assert!(matches!(session.send(FROM, ANNE, false, &[BODY]), Outcome::Accepted(_)));
}

#[test]
fn required_tls_that_is_not_offered_sends_nothing() {
    let relay = script(|mut stream| drop(answer(&mut stream, &[HELLO])));
    let relay = Relay { tls: Tls::Required, ..relay };
    let refused = Session::open(&relay, "localhost", &Timeouts::default()).err().unwrap();
    assert!(matches!(refused, OpenError::NoStartTls));
}

#[test]
fn clear_text_slipped_in_after_starttls_is_noticed() {
    let relay = script(|mut stream| {
        answer(&mut stream, &[HELLO_TLS, "220 go\r\n250 AUTH PLAIN\r\n"]);
    });
    let refused = Session::open(&relay, "localhost", &Timeouts::default()).err().unwrap();
    assert!(matches!(refused, OpenError::Tls(_)), "{refused:?}");
}

#[test]
fn tls_from_the_first_byte_and_signing_in_with_plain() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = std::thread::spawn(move || {
        let mut stream = tls(listener.accept().unwrap().0);
        stream.write_all(b"220 relay.lederweb.example\r\n").unwrap();
        answer(&mut stream, &[HELLO_AUTH, "235 2.7.0 welcome\r\n"])
    });
    let password = lederbrev::config::Secret::new("hemmelig");
    let credentials = Some(Credentials { user: "brev".to_owned(), password });
    let relay = Relay { host: "127.0.0.1".to_owned(), port, tls: Tls::Implicit, credentials };
    Session::open_trusting(&relay, "localhost", &Timeouts::default(), &trusting_it()).unwrap();
    // "\0brev\0hemmelig"
    assert_eq!(server.join().unwrap()[1], "AUTH PLAIN AGJyZXYAaGVtbWVsaWc=");
}

#[test]
fn a_refused_login_is_our_own_fault() {
    let relay = script(|mut stream| {
        let hello = "250-relay.lederweb.example\r\n250 AUTH LOGIN\r\n";
        let steps = [hello, "334 VXNlcm5hbWU6\r\n", "334 UGFzc3dvcmQ6\r\n", "535 5.7.8 no\r\n"];
        assert_eq!(answer(&mut stream, &steps)[1..], ["AUTH LOGIN", "YnJldg==", "aGVtbWVsaWc="]);
    });
    let password = lederbrev::config::Secret::new("hemmelig");
    let credentials = Some(Credentials { user: "brev".to_owned(), password });
    let relay = Relay { credentials, ..relay };
    let refused = Session::open(&relay, "localhost", &Timeouts::default()).err().unwrap();
    assert!(matches!(&refused, OpenError::Refused(reply) if reply.code == 535));
    assert!(refused.is_our_fault());
}
