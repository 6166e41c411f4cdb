//! The sending side of SMTP against relays that drip, never end, speak out of turn, or show an old
//! certificate.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use lederbrev::mail::{OpenError, Outcome, Relay, Session, Timeouts, Tls};

use crate::mail_session::{
    ANNE, BODY, FROM, GO, HELLO, HELLO_TLS, OK, answer, read_to_dot, script, tls_with, trusting,
};

const EXPIRED: &[u8] = include_bytes!("certificates/expired.pem");

/// Little patience, so that a test need not have it either.
fn impatient() -> Timeouts {
    let wait = Duration::from_millis(300);
    Timeouts { command: wait, data: wait, block: wait, end: wait, ..Timeouts::default() }
}

fn open(relay: &Relay) -> Session {
    Session::open(relay, "localhost", &impatient()).unwrap()
}

/// A byte whenever the other side may have lost patience with a read, but never with the answer.
fn drip(stream: &mut TcpStream, text: &[u8]) {
    for byte in text {
        if stream.write_all(&[*byte]).is_err() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn an_answer_that_drips_in_is_waited_for_no_longer_than_one_that_does_not_come() {
    let relay = script(|mut stream| {
        answer(&mut stream, &[HELLO, OK, ""]);
        drip(&mut stream, b"250 2.1.5 a recipient that is welcome\r\n");
        drop(stream.read(&mut [0; 100]));
    });
    let outcome = open(&relay).send(FROM, ANNE, false, &[BODY]);
    assert!(matches!(outcome, Outcome::NotSent(_)), "{outcome:?}");

    let relay = script(|mut stream| {
        answer(&mut stream, &[HELLO, OK, OK, GO]);
        read_to_dot(&mut stream);
        drip(&mut stream, b"250 2.0.0 a message that is welcome\r\n");
    });
    let outcome = open(&relay).send(FROM, ANNE, false, &[BODY]);
    assert!(matches!(outcome, Outcome::Uncertain(_)), "{outcome:?}");
}

#[test]
fn a_relay_that_takes_a_message_sip_by_sip_does_not_hold_the_connection_for_ever() {
    let relay = script(|mut stream| {
        answer(&mut stream, &[HELLO, OK, OK, GO]);
        let mut sip = vec![0; 256 * 1024];
        while stream.read(&mut sip).is_ok_and(|count| count > 0) {
            std::thread::sleep(Duration::from_millis(20));
        }
    });
    let line = [b'a'; 998];
    let body: Vec<&[u8]> = std::iter::repeat_n([&line[..], b"\r\n"], 60_000).flatten().collect();
    let outcome = open(&relay).send(FROM, ANNE, false, &body);
    assert!(matches!(outcome, Outcome::NotSent(_)), "{outcome:?}");
}

#[test]
fn hello_that_never_ends_is_no_relay() {
    let relay = script(|mut stream| {
        answer(&mut stream, &[""]);
        while stream.write_all(b"250-relay.lederweb.example\r\n").is_ok() {}
    });
    let refused = Session::open(&relay, "localhost", &Timeouts::default()).err().unwrap();
    assert!(matches!(refused, OpenError::Unreachable(_)), "{refused:?}");
    assert!(!refused.is_our_fault());
}

const PIPELINING: &str = "250-relay.lederweb.example\r\n250 PIPELINING\r\n";

#[test]
fn a_relay_that_knows_pipelining_by_name_only_has_taken_nothing() {
    // It throws away what came with the first command, as old firewalls do.
    let relay = script(|mut stream| {
        answer(&mut stream, &[PIPELINING, OK]);
        drop(stream.read(&mut [0; 1000]));
        drop(stream.read(&mut [0; 1000]));
    });
    let mut session = open(&relay);
    let outcome = session.send(FROM, ANNE, false, &[BODY]);
    assert!(matches!(outcome, Outcome::NotSent(_)), "{outcome:?}");
    assert!(!session.is_usable());
}

/// A receipt that was written before the message was, is none: RFC 5321 (4.1.1.4) has the answer
/// follow the end of the message.
#[test]
fn a_receipt_that_comes_before_the_message_is_not_believed() {
    for hello in [HELLO, PIPELINING] {
        let relay = script(move |mut stream| {
            answer(&mut stream, &[hello, OK, OK, "354 go\r\n250 2.0.0 taken\r\n"]);
            drop(stream.read(&mut [0; 10_000]));
        });
        let mut session = open(&relay);
        let outcome = session.send(FROM, ANNE, false, &[BODY]);
        assert!(matches!(outcome, Outcome::NotSent(_)), "{hello}: {outcome:?}");
        assert!(!session.is_usable());
    }
}

#[test]
fn an_answer_to_the_dot_that_is_neither_yes_nor_no_leaves_it_uncertain() {
    let relay = script(|mut stream| {
        answer(&mut stream, &[HELLO, OK, OK, GO]);
        read_to_dot(&mut stream);
        stream.write_all(GO.as_bytes()).unwrap();
    });
    let mut session = open(&relay);
    let outcome = session.send(FROM, ANNE, false, &[BODY]);
    assert!(matches!(outcome, Outcome::Uncertain(_)), "{outcome:?}");
    assert!(!session.is_usable());
}

#[test]
fn an_answer_too_many_is_never_taken_for_that_to_the_next_message() {
    for hello in [HELLO, PIPELINING] {
        let relay = script(move |mut stream| {
            answer(&mut stream, &[hello, OK, OK, GO]);
            read_to_dot(&mut stream);
            stream.write_all(b"250 2.0.0 taken\r\n250 2.0.0 taken\r\n").unwrap();
            drop(stream.read(&mut [0; 10_000]));
            // Longer than anybody waits.
            drop(stream.write_all(b"550 5.1.1 nobody\r\n"));
            drop(stream.read(&mut [0; 10_000]));
        });
        let mut session = open(&relay);
        assert!(matches!(session.send(FROM, ANNE, false, &[BODY]), Outcome::Accepted(_)));
        let outcome = session.send(FROM, "leder@odense.example", false, &[BODY]);
        assert!(matches!(outcome, Outcome::NotSent(_)), "{hello}: {outcome:?}");
        assert!(!session.is_usable());
    }
}

#[test]
fn a_certificate_that_has_expired_is_refused_when_tls_is_required() {
    let relay = || {
        script(|mut stream| {
            answer(&mut stream, &[HELLO_TLS, "220 2.0.0 go\r\n"]);
            let mut stream = tls_with(stream, EXPIRED);
            // A client that does not believe the certificate never comes here.
            drop(stream.read(&mut [0; 100]));
            drop(stream.write_all(HELLO.as_bytes()));
            drop(stream.flush());
            drop(stream.read(&mut [0; 100]));
        })
    };
    let trust = trusting(EXPIRED);
    let required = Relay { tls: Tls::Required, ..relay() };
    let refused = Session::open_trusting(&required, "localhost", &impatient(), &trust);
    let refused = refused.err().unwrap();
    assert!(
        matches!(&refused, OpenError::Tls(why) if why.to_string().contains("Expired") || why.to_string().contains("expired")),
        "{refused:?}"
    );
    assert!(refused.is_our_fault());
    // Without the setting, protection by any certificate is better than none.
    assert!(Session::open_trusting(&relay(), "localhost", &impatient(), &trust).is_ok());
}
