//! A compiled message against the issue rendered whole, with what goes wrong on the way.

use mail_parser::MessageParser;
use proptest::prelude::*;
use serde_json::json;

use super::{Own, TestResult, frame, headers, message, read};
use crate::issues::Content;
use crate::issues::compile::Compiled;
use crate::issues::content::Line;
use crate::issues::render::{self, Personal, Untracked, Written};
use crate::issues::splice::{Person, Piece, pieces};

/// Texts with what goes wrong on the way: Danish letters, emoji, dots, equal signs, long lines.
fn texts() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => "[ -z]{0,30}",
        2 => "[æøåÆØÅ😀=. ]{0,40}",
        1 => Just("\n.\n..x\n".to_owned()),
        1 => Just("\n\nFrom her ".to_owned()),
        1 => Just("{{navn|kære leder æøå}}".to_owned()),
        1 => Just("[æ](https://lederweb.dk/?a=1&b=2)".to_owned()),
        1 => "[a-z.]{0,400}",
    ];
    proptest::collection::vec(piece, 0..10).prop_map(|pieces| pieces.concat())
}

fn lf(text: &str) -> String {
    text.replace("\r\n", "\n")
}

/// A line of the editor's, with the recipient's name and what goes wrong in a header and in HTML.
fn merge_lines() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[ -z]{0,40}",
        3 => "[æøåÆØÅ😀=. <>&\"']{0,20}",
        2 => Just("{{navn|leder}}".to_owned()),
        1 => Just(" {{navn|Ærø & \"co\" <=3D>}} ".to_owned()),
        1 => Just("\r\nBcc: hr@kommune.example\r\n\r\n<b>".to_owned()),
        1 => Just(" =?utf-8?q?Kommunaldirekt=C3=B8ren?= ".to_owned()),
        1 => "[a-z.]{60,90}",
    ];
    proptest::collection::vec(piece, 0..4).prop_map(|pieces| format!("Til {}", pieces.concat()))
}

/// Names as people and their spreadsheets write them, and as nobody should.
fn names() -> impl Strategy<Value = Option<String>> {
    let name = prop_oneof![
        3 => "[ -~æøå😀]{0,60}",
        2 => "[A-ZÆØÅ][a-zæøå]{1,12} [A-ZÆØÅ][a-zæøå]{1,12}",
        1 => "[ \t\r\n]{0,3}",
        1 => Just("Anne Holm\r\nBcc: hr@kommune.example\r\n\r\n<b>".to_owned()),
        1 => Just("Anne\r\n.\r\nMAIL FROM:<x@kommune.example>".to_owned()),
        1 => Just(".From =?utf-8?q?Kommunaldirekt=C3=B8ren?=".to_owned()),
        1 => Just("\u{E000}open\u{E002}&lt;=C3=A6=\r\n".to_owned()),
        1 => "[a-zæ=.]{150,200}",
    ];
    proptest::option::weighted(0.8, name)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_compiled_message_decodes_to_the_issue_rendered_whole(
        body in texts(),
        title in "[ -~æøå😀]{0,190}",
        subject in merge_lines(),
        preheader in merge_lines(),
        name in names(),
        is_personal in any::<bool>(),
    ) {
        let content = json!({"subject": subject, "preheader": preheader, "blocks": [
            {"kind": "text", "body": body},
            {"kind": "article", "title": title.replace("{{", ""), "url": "https://lederweb.dk/katalog"},
        ]});
        // What cannot be taken is not sent.
        let Ok(content) = Content::read(&content) else { return Ok(()) };
        prop_assert_eq!(Content::read(&content.to_json()), Ok(content.clone()));
        check_compiled(&content, name.as_deref(), is_personal).map_err(|error| TestCaseError::fail(error.to_string()))?;
    }
}

fn check_compiled(content: &Content, name: Option<&str>, is_personal: bool) -> TestResult {
    let rendered = render::render(content, &frame())?;
    let written: Written =
        if is_personal { rendered.write(&Personal) } else { rendered.write(&Untracked) };
    let whole = written.fill(&Person { name, addresses: &Own(3) });
    let message = message(&Compiled::new(&written, &headers()?), 3, name)?;
    for line in message.split("\r\n") {
        assert!(line.is_ascii() && !line.contains(['\r', '\n']), "{line:?}");
        assert!(!line.starts_with('.'), "nothing is left to stuff: {line:?}");
    }
    let (head, body) = message.split_once("\r\n\r\n").ok_or("no empty line")?;
    assert!(body.split("\r\n").all(|line| line.len() <= 76));
    for line in head.split("\r\n") {
        assert!(line.len() <= 78, "folded where it is long: {line:?}");
    }
    let fields = head.split("\r\n").filter(|line| !line.starts_with(' '));
    let fields: Vec<&str> = fields.filter_map(|line| Some(line.split_once(':')?.0)).collect();
    assert_eq!(fields, FIELDS, "nothing adds a header");
    let parsed = MessageParser::new().parse(message.as_bytes()).ok_or("no message")?;
    assert_eq!(parsed.parts.len(), 3, "nothing adds a part");
    assert_eq!(lf(&parsed.body_html(0).ok_or("no HTML")?), lf(&whole.html));
    assert_eq!(lf(&parsed.body_text(0).ok_or("no text")?), lf(&whole.text));
    assert_eq!(parsed.subject().unwrap_or_default(), Line::new(&whole.subject).as_str());
    let to = parsed.to().and_then(|to| to.first()).ok_or("no To")?;
    assert_eq!(to.name().unwrap_or_default(), Line::new(name.unwrap_or_default()).as_str());
    assert_eq!(to.address(), Some("leder3@xn--ringkbing-skjern-pxb.example"));
    for text in [&whole.html, &whole.text, &whole.subject] {
        assert!(pieces(text).iter().all(|piece| matches!(piece, Piece::Fixed(_))));
    }
    Ok(())
}

/// The fields of an issue's header.
const FIELDS: [&str; 13] = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "List-Id",
    "Reply-To",
    "Feedback-ID",
    "Precedence",
    "MIME-Version",
    "Content-Type",
];

#[test]
fn a_name_is_written_for_the_place_where_it_lands() -> TestResult {
    let content = read(&json!({
        "subject": "Til {{navn|dig, leder}}",
        "preheader": "Kære {{navn|leder}}: læs & brug",
        "blocks": [{"kind": "text", "body": "Kære {{navn|leder}}\n\nLæs mere."}],
    }))?;
    let written = render::render(&content, &frame())?.write(&Untracked);
    let compiled = Compiled::new(&written, &headers()?);
    let name = "<b>Bo & \"Å\"</b> =?utf-8?q?x?=";
    for (name, plain, html, subject) in [
        (
            Some(name),
            name,
            "&#60;b&#62;Bo &#38; &#34;Å&#34;&#60;/b&#62; =?utf-8?q?x?=",
            format!("Til {name}"),
        ),
        (None, "leder", "leder", "Til dig, leder".to_owned()),
        (Some(" \r\n"), "leder", "leder", "Til dig, leder".to_owned()),
    ] {
        let message = message(&compiled, 7, name)?;
        let parsed = MessageParser::new().parse(message.as_bytes()).ok_or("no message")?;
        assert_eq!(parsed.subject(), Some(&*subject));
        let text = lf(&parsed.body_text(0).ok_or("no text")?);
        assert!(text.contains(&format!("\nKære {plain}\n")), "{text}");
        let page = parsed.body_html(0).ok_or("no HTML")?;
        let count = page.matches(&format!("Kære {html}")).count();
        assert_eq!(count, 2, "in the preheader and in the body: {page}");
        assert!(page.contains(&format!("Kære {html}: læs &#38; brug")), "{page}");
    }
    Ok(())
}
