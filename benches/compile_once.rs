//! Messages for everybody, no network: an issue compiled once and spliced for each recipient,
//! against building and encoding each message whole from the same HTML.

use std::hint::black_box;
use std::time::Instant;

use lederbrev::clock;
use lederbrev::db::PublicId;
use lederbrev::issues::compile::{Compiled, IssueHeaders, Recipient};
use lederbrev::issues::render::Written;
use lederbrev::issues::splice::{Person, PersonalAddresses, Place, Splice, name_marker};
use lederbrev::mail::EmailAddress;
use lettre::message::header::ContentType;
use lettre::message::{Mailbox, MultiPart, SinglePart};

use crate::measure::median;

const RECIPIENTS: usize = 27_699;

struct Addresses(usize);

impl PersonalAddresses for Addresses {
    fn unsubscribe(&self) -> String {
        format!("https://nyt.lederweb.example/unsubscribe/{:032}", self.0)
    }
    fn preferences(&self) -> String {
        format!("https://nyt.lederweb.example/preferences/{:032}", self.0)
    }
    fn open(&self) -> String {
        String::new()
    }
    fn click(&self, _: i32) -> String {
        String::new()
    }
}

/// About 36 kB of HTML, as a special edition has.
fn written() -> Written {
    let paragraph = "<tr><td style=\"font-family:Georgia,serif;font-size:18px;line-height:1.5;\
                     padding:0 24px\">Når kerneopgaven er tydelig, bliver det lettere at prioritere, \
                     at samarbejde på tværs og at sige fra over for det, der ikke gør en forskel for \
                     borgeren.</td></tr>\n";
    let name = name_marker("leder");
    let (leave, change) = (Splice::Unsubscribe.marker(), Splice::Preferences.marker());
    Written {
        subject: "Særnummer om kerneopgaven".to_owned(),
        html: format!(
            "<table><tr><td>Kære {name}</td></tr>\n{}<tr><td><a href=\"{leave}\">Afmeld</a> \
             <a href=\"{change}\">Ret</a></td></tr></table>",
            paragraph.repeat(115)
        ),
        text: format!(
            "Kære {name}\n\n{}\nAfmeld: {leave}\n",
            "Når kerneopgaven er tydelig. ".repeat(60)
        ),
    }
}

fn headers() -> IssueHeaders {
    IssueHeaders {
        from_name: "Væksthus for Ledelse".to_owned(),
        from: EmailAddress::parse("nyhedsbrev@lederweb.example").unwrap(),
        reply_to: None,
        date: clock::Instant::from_micros(1_490_346_000_000_000),
        zone: chrono_tz::Europe::Copenhagen,
        list_title: "Nyt fra Lederweb".to_owned(),
        list_id: "lederweb.lederweb.example".to_owned(),
        feedback_id: "1:lederweb:special:lederbrev".to_owned(),
        message_id_domain: "lederweb.example".to_owned(),
        issue: PublicId::random(),
    }
}

pub fn run() {
    let (written, headers) = (written(), headers());
    let addresses: Vec<EmailAddress> = (0..RECIPIENTS)
        .map(|at| EmailAddress::parse(&format!("leder{at}@aarhus.example")).unwrap())
        .collect();
    let compiled_once = |each: &mut dyn FnMut(usize, &[&[u8]])| {
        let compiled = Compiled::new(&written, &headers);
        let mut values = Vec::new();
        for (at, email) in addresses.iter().enumerate() {
            let own = Addresses(at);
            let person = Person { name: Some("Anne Holm"), addresses: &own };
            let recipient = Recipient { delivery: at as i64, email, person };
            each(at, &compiled.message(&recipient, &mut values));
        }
    };
    let each_whole = |each: &mut dyn FnMut(usize, &[u8])| {
        let from: Mailbox = "Væksthus for Ledelse <nyhedsbrev@lederweb.example>".parse().unwrap();
        for (at, email) in addresses.iter().enumerate() {
            let own = Addresses(at);
            let person = Person { name: Some("Anne Holm"), addresses: &own };
            let part = |kind, body: String| SinglePart::builder().header(kind).body(body);
            let message = lettre::Message::builder()
                .from(from.clone())
                .to(Mailbox::new(Some("Anne Holm".to_owned()), email.wire().parse().unwrap()))
                .subject(&written.subject)
                .multipart(
                    MultiPart::alternative()
                        .singlepart(part(
                            ContentType::TEXT_PLAIN,
                            person.fill(&written.text, Place::Text),
                        ))
                        .singlepart(part(
                            ContentType::TEXT_HTML,
                            person.fill(&written.html, Place::Html),
                        )),
                )
                .unwrap();
            each(at, &message.formatted());
        }
    };
    // The same after decoding, for some of them.
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    compiled_once(&mut |at, parts| {
        if at % 5_000 == 0 {
            ours.push(decoded(&unstuffed(&parts.concat())));
        }
    });
    each_whole(&mut |at, message| {
        if at % 5_000 == 0 {
            theirs.push(decoded(message));
        }
    });
    assert_eq!(ours, theirs);

    let mut ratios = Vec::new();
    for _ in 0..3 {
        let began = Instant::now();
        compiled_once(&mut |_, parts| {
            _ = black_box(parts.iter().map(|part| part.len()).sum::<usize>());
        });
        let once = began.elapsed().as_secs_f64();
        let began = Instant::now();
        each_whole(&mut |_, message| _ = black_box(message.len()));
        let whole = began.elapsed().as_secs_f64();
        println!("compiled once {once:.3} s, each whole {whole:.3} s");
        ratios.push(whole / once);
    }
    println!("RESULT compile_once {:.1} goal >=6", median(ratios));
}

/// Without the dots that SMTP doubles.
fn unstuffed(message: &[u8]) -> Vec<u8> {
    String::from_utf8_lossy(message).replace("\r\n..", "\r\n.").into_bytes()
}

/// The text and the HTML of a message.
fn decoded(message: &[u8]) -> (String, String) {
    let parsed = mail_parser::MessageParser::default().parse(message).unwrap();
    let unix = |text: Option<std::borrow::Cow<'_, str>>| {
        text.unwrap().replace("\r\n", "\n").trim_end().to_owned()
    };
    (unix(parsed.body_text(0)), unix(parsed.body_html(0)))
}
