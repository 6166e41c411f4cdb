//! DKIM in the real app: both signatures over what arrives at the relay, checked by a verifier
//! that shares nothing with the signer.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use diesel::prelude::*;
use lederbrev::db::schema::{issues, renditions};
use lederbrev::issues::splice::name_marker;
use lederbrev::mail::dkim::{KeyError, KeyFolder, Keys};

use crate::app::{migrated_postgres, sqlite_in};
use crate::dkim_verifier::verify;
use crate::receiver::{Play, Received};
use crate::sending::{Sending, address};

const DOMAIN: &str = "lederweb.example";

struct Signing {
    sending: Sending,
    keys: Keys,
    _folder: tempfile::TempDir,
}

impl Signing {
    async fn start(database: impl FnOnce(&Path) -> String) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let keys = KeyFolder::new(folder.path().join("dkim"), None).make(None).unwrap();
        let dir = folder.path().join("dkim").display().to_string();
        let sending = Sending::start(database, &[("DKIM_DIR", &dir)]).await;
        Self { sending, keys, _folder: folder }
    }

    async fn sqlite() -> Self {
        Self::start(sqlite_in).await
    }
}

/// The message as it was before SMTP.
fn unstuffed(received: &Received) -> String {
    let data = received.data.strip_suffix(".\r\n").unwrap().to_owned();
    data.split_inclusive('\n').map(|line| line.strip_prefix('.').unwrap_or(line)).collect()
}

fn verdicts(message: &str, keys: &Keys) -> Vec<(String, Result<(), String>)> {
    let records = keys.records().unwrap();
    verify(message, |name| {
        records.iter().find(|record| record.name(DOMAIN) == name).map(|r| r.value.clone())
    })
}

/// Both signatures are there, by the names of the keys, and good.
fn assert_signed(message: &str, keys: &Keys) {
    let names = ["rsa", "ed25519"].map(|k| format!("{}-{k}._domainkey.{DOMAIN}", keys.selector()));
    assert_eq!(verdicts(message, keys), names.map(|name| (name, Ok(()))), "{message}");
}

async fn an_issue_arrives_with_both_signatures(signing: Signing) {
    let Signing { sending, keys, .. } = signing;
    sending.readers(4).await;
    let issue = sending.due_issue().await;
    let id = issue.id;
    // What goes wrong: dots, white space in runs and at line ends, letters, long lines.
    let text = format!(
        ".\n..\n.skjult\nKære {}\n\n{}\n  to  mellemrum \t\n\n{}\n.\n\n\n",
        name_marker("leder"),
        "rødgrød med fløde ".repeat(90),
        "å".repeat(1200),
    );
    sending
        .write(move |conn| {
            let hash: Option<String> =
                issues::table.find(id).select(issues::rendition).first(conn)?;
            diesel::update(renditions::table.filter(renditions::hash.eq(hash.unwrap_or_default())))
                .set(renditions::plain_text.eq(text))
                .execute(conn)
        })
        .await;
    sending.run_to_the_end(&issue).await;

    let received = sending.relay.received();
    assert_eq!(received.len(), 4);
    for mail in &received {
        let message = unstuffed(mail);
        assert_signed(&message, &keys);
        let (_, fields) = message.split_once("h=").unwrap();
        let (fields, _) = fields.split_once(';').unwrap();
        let fields: String = fields.split_whitespace().collect();
        assert_eq!(
            fields,
            "From:From:To:Subject:Date:Message-ID:List-Id:List-Unsubscribe:\
             List-Unsubscribe-Post:Feedback-ID:MIME-Version:Content-Type:Precedence"
        );
        assert!(message.lines().all(|line| line.len() <= 78), "no line is long");

        let hop = format!("Received: from lederbrev by relay;\r\n Fri, 24 Mar 2017\r\n{message}");
        assert_signed(&hop, &keys);
        // Every field that is signed, and the body, are held fast.
        let head = message.find("From: ").unwrap();
        for change in [
            message.replacen("Subject: ", "Subject: Re: ", 1),
            message.replacen("/unsubscribe/", "/unsubscribf/", 1),
            message.replacen("One-Click", "Two-Click", 1),
            message.replacen("K=C3=A6re", "K=C3=A5re", 1),
            format!("{}From: anden@aarhus.example\r\n{}", &message[..head], &message[head..]),
        ] {
            assert_ne!(change, message);
            let verdicts = verdicts(&change, &keys);
            assert!(verdicts.iter().all(|(_, verdict)| verdict.is_err()), "{change}");
        }
    }
}

#[actix_web::test]
async fn an_issue_arrives_with_both_signatures_on_sqlite() {
    an_issue_arrives_with_both_signatures(Signing::sqlite().await).await;
}

#[actix_web::test]
async fn an_issue_arrives_with_both_signatures_on_postgres() {
    let signing = Signing::start(|_| migrated_postgres()).await;
    an_issue_arrives_with_both_signatures(signing).await;
}

#[actix_web::test]
async fn a_second_try_is_the_same_bytes() {
    let Signing { sending, keys, .. } = Signing::sqlite().await;
    sending.readers(1).await;
    let issue = sending.due_issue().await;
    sending.relay.plays(|_, nth| if nth == 1 { Play::CutAfterDot } else { Play::Accept });
    sending.app.run_until_idle().await;
    // Some time later, by the clock.
    for _ in 0..3 {
        sending.app.clock.advance(chrono::TimeDelta::minutes(30));
        sending.app.run_until_idle().await;
    }
    sending.run_to_the_end(&issue).await;
    let received = sending.relay.received();
    let [first, again] = &received[..] else { panic!("{} mails", received.len()) };
    assert_eq!(first.to, address(0));
    assert_eq!(first.data, again.data);
    assert_signed(&unstuffed(again), &keys);
}

#[actix_web::test]
async fn a_confirmation_is_signed_too() {
    let Signing { sending, keys, .. } = Signing::sqlite().await;
    sending.app.ask("anne.holm@aarhus.example").await;
    sending.app.run_until_idle().await;
    let received = sending.relay.received();
    let [mail] = &received[..] else { panic!("{} mails", received.len()) };
    let message = unstuffed(mail);
    assert_signed(&message, &keys);
    assert!(message.contains("Auto-Submitted;"), "the last of the signed fields: {message}");
}

#[actix_web::test]
async fn without_keys_or_with_dkim_off_nothing_is_signed() {
    let folder = tempfile::tempdir().unwrap();
    KeyFolder::new(folder.path().into(), None).make(None).unwrap();
    let dir = folder.path().display().to_string();
    for settings in [&[][..], &[("DKIM", "off"), ("DKIM_DIR", &*dir)]] {
        let sending = Sending::with(settings).await;
        sending.app.ask("anne.holm@aarhus.example").await;
        sending.app.run_until_idle().await;
        assert!(!sending.relay.received()[0].data.contains("DKIM-Signature"));
    }
}

#[test]
fn keys_are_for_the_owner_alone_and_are_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("dkim");
    let keys = KeyFolder::new(dir.clone(), None).make(None).unwrap();
    for file in ["lb1-rsa.pem", "lb1-ed25519.pem"] {
        let mode = fs::metadata(dir.join(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
    assert_eq!(fs::metadata(&dir).unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(format!("{keys:?}"), "Keys(\"lb1\")");
    let [rsa, ed25519] = keys.records().unwrap();
    assert_eq!(rsa.name(DOMAIN), "lb1-rsa._domainkey.lederweb.example");
    assert!(rsa.value.len() > 255 && ed25519.value.len() < 255);
    let quoted = rsa.quoted();
    assert!(quoted.split("\" \"").all(|string| string.trim_matches('"').len() <= 255));
    assert_eq!(quoted.replace("\" \"", "").trim_matches('"'), rsa.value);
}

#[test]
fn a_selector_is_published_before_it_signs_and_can_be_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let keys = KeyFolder::new(folder.path().into(), None);
    assert!(keys.signing().unwrap().is_none());
    assert_eq!(keys.make(None).unwrap().selector(), "lb1");
    assert!(matches!(keys.make(Some("lb1")), Err(KeyError::Exists(_))));
    let first = fs::read(folder.path().join("lb1-rsa.pem")).unwrap();

    assert_eq!(keys.make(None).unwrap().selector(), "lb2");
    assert!(matches!(keys.make(None), Err(KeyError::Waiting(_))));
    let signs = || keys.signing().unwrap().unwrap().selector().to_owned();
    assert_eq!(signs(), "lb1");
    assert_eq!(keys.choose("lb2").unwrap().as_deref(), Some("lb1"));
    let overview = keys.overview().unwrap();
    assert_eq!(
        (signs().as_str(), overview.next.len(), &*overview.retired),
        ("lb2", 0, &["lb1".to_owned()][..])
    );

    keys.choose("lb1").unwrap();
    assert_eq!(signs(), "lb1");
    assert_eq!(fs::read(folder.path().join("lb1-rsa.pem")).unwrap(), first);
    assert_eq!(keys.make(None).unwrap().selector(), "lb3", "no name comes twice");
    assert!(matches!(keys.choose("lb7"), Err(KeyError::Unknown { .. })));
    assert!(matches!(keys.choose("../lb1"), Err(KeyError::Name(_))));
    let set = KeyFolder::new(folder.path().into(), Some("lb3".to_owned()));
    assert_eq!(set.signing().unwrap().unwrap().selector(), "lb3");
}

#[test]
fn a_broken_key_stops_the_start_and_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let keys = KeyFolder::new(folder.path().into(), None);
    keys.make(None).unwrap();
    let file = folder.path().join("lb1-rsa.pem");
    let whole = fs::read_to_string(&file).unwrap();
    let half = &whole[..whole.len() / 2];
    for broken in [half, "", "-----BEGIN PRIVATE KEY-----\naGVq\n-----END PRIVATE KEY-----\n"] {
        fs::write(&file, broken).unwrap();
        let words = keys.signing().unwrap_err().to_string();
        assert!(words.contains("lb1-rsa.pem") && words.contains("lederbrev dkim new"), "{words}");
        assert!(!words.contains("aGVq"), "nothing of the file is shown");
    }
    fs::write(&file, whole).unwrap();
    fs::remove_file(folder.path().join("lb1-ed25519.pem")).unwrap();
    assert!(keys.signing().unwrap_err().to_string().contains("lb1-ed25519.pem"));
}

/// Runs the real program; its answer, or what it said instead.
fn lederbrev(folder: &Path, arguments: &[&str]) -> Result<String, String> {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_lederbrev"))
        .args(arguments)
        .current_dir(folder)
        .env("LEDERBREV_DATABASE_URL", "sqlite://data/lederbrev.db")
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
}

#[test]
fn the_command_line_makes_keys_says_what_to_publish_and_switches() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| lederbrev(folder.path(), arguments);
    let asks = run(&["dkim", "new"]).unwrap_err();
    assert!(asks.contains("--domain"), "{asks}");
    assert!(!folder.path().join("data/dkim").exists(), "nothing is made before all is known");

    let first = run(&["dkim", "new", "--domain", "ringkøbing-skjern.example"]).unwrap();
    let name = "lb1-rsa._domainkey.xn--ringkbing-skjern-pxb.example";
    assert!(first.contains(&format!("name:  {name}\ntype:  TXT\nvalue: v=DKIM1; k=rsa; p=")));
    assert!(first.contains("lb1-ed25519._domainkey") && first.contains("k=ed25519"), "{first}");
    assert!(first.contains("Restart the service") && !first.contains("PRIVATE"), "{first}");

    let next = run(&["dkim", "new", "--domain", DOMAIN]).unwrap();
    assert!(next.contains("lederbrev dkim use lb2"), "{next}");
    let third = run(&["dkim", "new", "--domain", DOMAIN]).unwrap_err();
    assert!(third.contains("nothing was changed"), "{third}");
    let shown = run(&["dkim", "show", "--domain", DOMAIN]).unwrap();
    assert!(shown.contains("lb1 signs") && shown.contains("lb2 waits"), "{shown}");
    let used = run(&["dkim", "use", "lb2"]).unwrap();
    assert!(used.contains("lb2 signs as soon as") && used.contains("dkim use lb1"), "{used}");
    let help = run(&["dkim", "new", "--help"]).unwrap();
    assert!(help.contains("--selector") && help.contains("Nothing is ever overwritten"), "{help}");
}
