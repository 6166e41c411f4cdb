//! The single mails, through the catcher and back.

use lederbrev::clock::Instant;
use lederbrev::mail::{
    Catcher, Caught, Content, EmailAddress, Letter, MailError, Mailer, Relay, Tls, mime,
};

fn letter(to: &str) -> Letter {
    Letter {
        from_name: "Væksthus for Ledelse, Lederweb".to_owned(),
        from: EmailAddress::parse("nyhedsbrev@lederweb.example").unwrap(),
        reply_to: Some(EmailAddress::parse("redaktion@lederweb.example").unwrap()),
        to: EmailAddress::parse(to).unwrap(),
        message_id: mime::message_id("1.bekraeft", "lederweb.example"),
        date: Instant::new("2017-03-24T08:00:00Z".parse().unwrap()),
        content: Content {
            subject: "Bekræft din tilmelding\r\nBcc: alle@aarhus.example".to_owned(),
            text: format!("Kære leder\n.\n.skjult\n{}\n", "ø".repeat(400)),
            html: format!("<p>Kære leder</p>\n.\n<p>{}</p>", "å".repeat(600)),
        },
    }
}

#[actix_web::test]
async fn a_letter_arrives_as_it_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let catcher = Catcher::start(folder.path().into(), "127.0.0.1:0".parse().unwrap()).unwrap();
    let mailer = Mailer::new(&catcher.relay()).unwrap();
    assert!(mailer.is_reachable().await);
    let letter = letter("bo@ringkøbing-skjern.example");
    mailer.send(&letter).await.unwrap();
    mailer.send(&letter).await.unwrap();

    let caught = catcher.outbox().to("bo@xn--ringkbing-skjern-pxb.example").unwrap();
    let [again, first] = &caught[..] else { panic!("{} letters", caught.len()) };
    let lf = |text: &Option<String>| text.as_deref().unwrap().replace("\r\n", "\n");
    assert_eq!(lf(&first.text), letter.content.text);
    assert_eq!(lf(&first.html).trim_end(), letter.content.html);
    assert_eq!(first.summary.subject, "Bekræft din tilmelding Bcc: alle@aarhus.example");
    assert_eq!(first.header("Auto-Submitted"), Some("auto-generated"));
    assert_eq!(first.header("Bcc"), None);
    assert_eq!(first.header("List-Id"), None);
    let raw = String::from_utf8(first.raw.clone()).unwrap();
    assert!(raw.contains("\r\nMessage-ID: <1.bekraeft@lederweb.example>\r\n"));
    assert!(raw.contains("\r\nDate: Fri, 24 Mar 2017 08:00:00 +0000\r\n"));
    assert!(raw.contains("\r\nReply-To: redaktion@lederweb.example\r\n"));
    assert!(raw.find("text/plain") < raw.find("text/html"));
    let long: Vec<&str> = raw.lines().filter(|line| line.len() > 76).collect();
    assert!(long.is_empty(), "every line is short: {long:?}");
    // A retry is the same message, octet for octet, after the catcher's own three lines.
    let sent =
        |caught: &Caught| caught.raw.splitn(4, |byte| *byte == b'\n').last().unwrap().to_vec();
    assert_eq!(sent(first), sent(again));
}

#[actix_web::test]
async fn refusals_say_whether_another_try_is_right() {
    let folder = tempfile::tempdir().unwrap();
    let catcher = Catcher::start(folder.path().into(), "127.0.0.1:0".parse().unwrap()).unwrap();
    let mailer = Mailer::new(&catcher.relay()).unwrap();
    let unknown = mailer.send(&letter("ukendt@aarhus.example")).await.unwrap_err();
    assert!(matches!(&unknown, MailError::Refused(reply) if reply.code == 550), "{unknown:?}");
    assert!(unknown.is_final());
    let full = mailer.send(&letter("fuld@aarhus.example")).await.unwrap_err();
    assert!(matches!(&full, MailError::Refused(reply) if reply.status.unwrap().subject == 2));
    assert!(!full.is_final());
    mailer.send(&letter("søren@aarhus.example")).await.unwrap();

    let nobody =
        Relay { host: "127.0.0.1".to_owned(), port: 1, tls: Tls::Opportunistic, credentials: None };
    let mailer = Mailer::new(&nobody).unwrap();
    assert!(!mailer.is_reachable().await);
    let away = mailer.send(&letter("anne.holm@aarhus.example")).await.unwrap_err();
    assert!(matches!(away, MailError::Unreachable(_)) && !away.is_final());
}
