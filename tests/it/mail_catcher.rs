//! What the catcher promises: strictness, the newest 500, and receipts that outlive a kill.

use std::io::{BufRead, BufReader};

use lederbrev::mail::{Catcher, Meaning, Outcome, Relay, Tls};

use crate::mail_session::{ANNE, BODY, FROM, catcher, open};

#[test]
fn the_catcher_refuses_what_strict_servers_refuse() {
    let (_folder, catcher) = catcher();
    let mut session = open(&catcher.relay());
    let long = [b"Subject: x\r\n\r\n".as_slice(), &[b'a'; 999], b"\r\n"];
    for body in
        [&long[..], &[b"Subject: x\r\n\r\nbare\nline\r\n"], &[b"Subject: x\r\n\r\na\rb\r\n"]]
    {
        match session.send(FROM, ANNE, false, body) {
            Outcome::Failed(reply) => assert_eq!(reply.meaning(), Meaning::Message),
            other => panic!("{other:?}"),
        }
    }
    assert!(session.is_usable());
    assert_eq!(catcher.outbox().count().unwrap(), 0);
}

#[test]
fn a_restarted_catcher_goes_on_and_keeps_the_newest_500() {
    let (_folder, catcher) = catcher();
    let folder = catcher.folder().to_owned();
    let deliver = |catcher: &Catcher, count: usize| {
        let mut session = open(&catcher.relay());
        for _ in 0..count {
            assert!(matches!(session.send(FROM, ANNE, false, &[BODY]), Outcome::Accepted(_)));
        }
        session.quit();
    };
    deliver(&catcher, 2);
    drop(catcher);
    let catcher = Catcher::start(folder, "127.0.0.1:0".parse().unwrap()).unwrap();
    deliver(&catcher, 700);
    let newest = catcher.outbox().list(0, 1).unwrap();
    assert_eq!(newest[0].number, 702);
    assert_eq!(catcher.outbox().count().unwrap(), 500);
    assert_eq!(catcher.outbox().list(0, 1000).unwrap().len(), 500);
    let files = std::fs::read_dir(catcher.folder()).unwrap().count();
    assert!((501..=601).contains(&files), "{files} files: old messages are removed in batches");
    let receipts = std::fs::read_to_string(catcher.folder().join("receipts.log")).unwrap();
    assert_eq!(receipts.lines().count(), 702);
}

#[test]
fn what_was_acknowledged_before_a_kill_has_its_receipt() {
    let folder = tempfile::tempdir().unwrap();
    let mut catcher = std::process::Command::new(env!("CARGO_BIN_EXE_lederbrev"))
        .args(["catch", "--bind", "127.0.0.1:0", "--dir"])
        .arg(folder.path())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = String::new();
    BufReader::new(catcher.stdout.take().unwrap()).read_line(&mut said).unwrap();
    let port: u16 = said.trim().rsplit(':').next().unwrap().parse().unwrap();
    let relay =
        Relay { host: "127.0.0.1".to_owned(), port, tls: Tls::Opportunistic, credentials: None };

    // Four connections send as fast as they can until the catcher is killed under them.
    let (accepted, uncertain) = std::thread::scope(|scope| {
        let senders: Vec<_> = (0..4)
            .map(|connection| {
                let relay = &relay;
                scope.spawn(move || {
                    let mut session = open(relay);
                    let (mut accepted, mut uncertain) = (Vec::new(), Vec::new());
                    for number in 0.. {
                        let to = format!("{connection}.{number}@aarhus.example");
                        match session.send(FROM, &to, false, &[BODY]) {
                            Outcome::Accepted(_) => accepted.push(to),
                            Outcome::Uncertain(_) => uncertain.push(to),
                            Outcome::NotSent(_) => {}
                            other => panic!("{other:?}"),
                        }
                        if !session.is_usable() {
                            break;
                        }
                    }
                    (accepted, uncertain)
                })
            })
            .collect();
        let receipts = folder.path().join("receipts.log");
        while std::fs::metadata(&receipts).map_or(0, |receipts| receipts.len()) < 20_000 {
            std::thread::yield_now();
        }
        catcher.kill().unwrap();
        catcher.wait().unwrap();
        let outcomes = senders.into_iter().map(|sender| sender.join().unwrap());
        outcomes.fold((Vec::new(), Vec::new()), |(mut accepted, mut uncertain), (a, u)| {
            accepted.extend(a);
            uncertain.extend(u);
            (accepted, uncertain)
        })
    });

    let receipts = std::fs::read_to_string(folder.path().join("receipts.log")).unwrap();
    assert!(receipts.ends_with('\n'), "no line is cut");
    let received: Vec<&str> =
        receipts.lines().map(|line| line.split('\t').nth(3).unwrap()).collect();
    for to in &accepted {
        assert!(received.contains(&to.as_str()), "{to} was acknowledged");
    }
    // What has a receipt and no acknowledgement is exactly what we call uncertain.
    for to in received {
        assert!(accepted.iter().chain(&uncertain).any(|known| known == to), "{to} is known");
    }
    assert!(uncertain.len() <= 4, "at most the one under way on each connection");
}
