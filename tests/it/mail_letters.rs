//! The single mails, through the catcher and back.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;

use askama::Template;
use lederbrev::clock::Instant;
use lederbrev::mail::{
    self, Catcher, Caught, Content, EmailAddress, Letter, MailError, Mailer, Relay, Tls, mime,
};
use lederbrev::web::language::{Lang, Texts};

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
    let mailer = Mailer::new(&catcher.relay(), "nyhedsbrev.lederweb.example").unwrap();
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
async fn a_single_mail_greets_by_the_public_name_as_an_issue_does() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let relay = Relay {
        host: "127.0.0.1".to_owned(),
        port: listener.local_addr().unwrap().port(),
        tls: Tls::Opportunistic,
        credentials: None,
    };
    let greeted = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"220 relay.example ESMTP\r\n").unwrap();
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line).unwrap();
        line
    });
    let public = "https://nyhedsbrev.lederweb.example/".parse().unwrap();
    let mailer = Mailer::new(&relay, &mail::hello(&public)).unwrap();
    assert!(!mailer.is_reachable().await);
    assert_eq!(greeted.join().unwrap(), "EHLO nyhedsbrev.lederweb.example\r\n");
    for (public, hello) in
        [("http://127.0.0.1:8080/", "[127.0.0.1]"), ("http://[::1]/", "[IPv6:::1]")]
    {
        assert_eq!(mail::hello(&public.parse().unwrap()), hello);
    }
}

#[actix_web::test]
async fn refusals_say_whether_another_try_is_right() {
    let folder = tempfile::tempdir().unwrap();
    let catcher = Catcher::start(folder.path().into(), "127.0.0.1:0".parse().unwrap()).unwrap();
    let mailer = Mailer::new(&catcher.relay(), "nyhedsbrev.lederweb.example").unwrap();
    let unknown = mailer.send(&letter("ukendt@aarhus.example")).await.unwrap_err();
    assert!(matches!(&unknown, MailError::Refused(reply) if reply.code == 550), "{unknown:?}");
    assert!(unknown.is_final());
    let full = mailer.send(&letter("fuld@aarhus.example")).await.unwrap_err();
    assert!(matches!(&full, MailError::Refused(reply) if reply.status.unwrap().subject == 2));
    assert!(!full.is_final());
    mailer.send(&letter("søren@aarhus.example")).await.unwrap();

    let nobody =
        Relay { host: "127.0.0.1".to_owned(), port: 1, tls: Tls::Opportunistic, credentials: None };
    let mailer = Mailer::new(&nobody, "nyhedsbrev.lederweb.example").unwrap();
    assert!(!mailer.is_reachable().await);
    let away = mailer.send(&letter("anne.holm@aarhus.example")).await.unwrap_err();
    assert!(matches!(away, MailError::Unreachable(_)) && !away.is_final());
}

/// What the templates of the service mails may ask for.
struct Values {
    texts: Texts,
    sender: &'static str,
    newsletter: &'static str,
    address: &'static str,
    link: &'static str,
    preferences: &'static str,
    tracking: Option<&'static str>,
    days: i64,
    hours: i64,
    minutes: i64,
    contact: &'static str,
}

/// Writes the mail of a folder in `mjml/`.
macro_rules! written {
    ($subject:literal, $text:literal, $body:literal, $mail:expr) => {{
        #[derive(Template)]
        #[template(path = $subject)]
        struct Subject<'a> {
            mail: &'a Values,
        }
        #[derive(Template)]
        #[template(path = $text)]
        struct Text<'a> {
            mail: &'a Values,
        }
        #[derive(Template)]
        #[template(path = $body)]
        struct Body<'a> {
            mail: &'a Values,
        }
        let mail = $mail;
        mail::letter(&Subject { mail }, &Text { mail }, &Body { mail }).unwrap()
    }};
}

#[test]
fn the_service_mails_are_whole_in_both_languages() {
    for lang in [Lang::Da, Lang::En] {
        let values = Values {
            texts: lang.texts(),
            sender: "Væksthus for Ledelse",
            newsletter: "Lederwebs nyhedsbrev",
            address: "<b>anne</b>@aarhus.example",
            link: "https://nyt.lederweb.example/confirm/AbC",
            preferences: "https://nyt.lederweb.example/confirm/AbC",
            tracking: Some("I må også måle, om jeg åbner nyhedsbrevet."),
            days: 7,
            hours: 24,
            minutes: 30,
            contact: "redaktionen@lederweb.example",
        };
        for (name, mail) in [
            (
                "confirm",
                written!("confirm/subject.txt", "confirm/body.txt", "confirm/body.mjml", &values),
            ),
            (
                "already",
                written!(
                    "already_subscribed/subject.txt",
                    "already_subscribed/body.txt",
                    "already_subscribed/body.mjml",
                    &values
                ),
            ),
            (
                "sign-in",
                written!("sign_in/subject.txt", "sign_in/body.txt", "sign_in/body.mjml", &values),
            ),
        ] {
            assert!(
                !mail.text.contains("-mail-") && !mail.html.contains("-mail-"),
                "a text is missing: {}",
                mail.text
            );
            assert!(
                mail.text.contains(values.link) && mail.text.contains("<b>anne</b>@aarhus.example")
            );
            assert_eq!(mail.html.matches(values.link).count(), 3, "button, link and its text");
            assert!(!mail.html.contains("<b>anne"), "text from outside is text");
            assert!(mail.html.contains(&format!("lang=\"{lang}\"")));
            assert!(
                !mail.html.contains("<img") && !mail.html.contains("fonts."),
                "nothing that tells"
            );
            assert!(mail.subject.lines().count() == 1 && mail.subject.len() < 78);
            insta::assert_snapshot!(
                format!("{name}-{lang}"),
                format!("{}\n\n{}", mail.subject, mail.text)
            );
        }
    }
}

#[test]
fn the_mails_about_ones_own_page_are_whole_in_both_languages() {
    for lang in [Lang::Da, Lang::En] {
        let values = Values {
            texts: lang.texts(),
            sender: "Væksthus for Ledelse",
            newsletter: "Lederwebs nyhedsbrev",
            address: "a…@aarhus.example",
            link: "https://nyt.lederweb.example/my-page/enter/AbC",
            preferences: "",
            tracking: None,
            days: 7,
            hours: 24,
            minutes: 30,
            contact: "<redaktionen@lederweb.example>",
        };
        for (name, links, mail) in [
            (
                "own-page",
                3,
                written!(
                    "own_page/subject.txt",
                    "own_page/body.txt",
                    "own_page/body.mjml",
                    &values
                ),
            ),
            (
                "new-address",
                3,
                written!(
                    "new_address/subject.txt",
                    "new_address/body.txt",
                    "new_address/body.mjml",
                    &values
                ),
            ),
            (
                "address-changed",
                0,
                written!(
                    "address_changed/subject.txt",
                    "address_changed/body.txt",
                    "address_changed/body.mjml",
                    &values
                ),
            ),
        ] {
            let all = mail.text.clone() + &mail.html;
            assert!(!all.contains("-mail-"), "a text is missing: {}", mail.text);
            assert_eq!(mail.html.matches(values.link).count(), links, "{name}");
            assert!(!mail.html.contains("<redaktionen"), "text from outside is text");
            assert!(!mail.html.contains("<img") && !mail.html.contains("fonts."));
            assert!(mail.subject.lines().count() == 1 && mail.subject.len() < 78);
            insta::assert_snapshot!(
                format!("{name}-{lang}"),
                format!("{}\n\n{}", mail.subject, mail.text)
            );
        }
    }
}
