//! The special edition on the core task, from its content to what a mail program reads.

use chrono::NaiveDate;
use mail_parser::MessageParser;
use proptest::prelude::*;
use serde_json::json;

use super::compile::{Compiled, IssueHeaders, Recipient};
use super::content::{Block, BlockKind, Colour};
use super::render::{self, Aggregate, Personal, Rendered, Untracked};
use super::splice::{Person, PersonalAddresses};
use super::{Content, Frame, IssueKind, web_version};
use crate::clock::Instant;
use crate::config::Secret;
use crate::db::PublicId;
use crate::error::{Error, FieldError};
use crate::links::Links;
use crate::mail::EmailAddress;
use crate::newsletters::Details;
use crate::web::Lang;

mod compiled;
mod golden;
mod pictures;

pub(super) type TestResult<T = ()> = Result<T, Box<dyn std::error::Error>>;

const SPECIAL_EDITION: &str = include_str!("../../assets/demo/special_kerneopgaven.json");

fn special_edition() -> TestResult<Content> {
    read(&serde_json::from_str(SPECIAL_EDITION)?)
}

pub(super) fn read(value: &serde_json::Value) -> TestResult<Content> {
    Content::read(value).map_err(|errors| format!("{errors:?}").into())
}

pub(super) fn frame() -> Frame {
    Frame {
        newsletter: "Nyhedsbrev fra Væksthus for Ledelse".to_owned(),
        lang: Lang::Da,
        kind: IssueKind::Special,
        series_number: None,
        date: NaiveDate::from_ymd_opt(2017, 3, 24).unwrap_or_default(),
        note: Some("genskabt eksempel".to_owned()),
        base: "https://nyhedsbrev.lederweb.example/".to_owned(),
        web_version: "https://nyhedsbrev.lederweb.example/archive/kerneopgaven".to_owned(),
        subscribe: "https://nyhedsbrev.lederweb.example/subscribe/lederweb".to_owned(),
        privacy: "https://nyhedsbrev.lederweb.example/privacy".to_owned(),
        accessibility: "https://nyhedsbrev.lederweb.example/was".to_owned(),
        details: Details {
            organisation: "Væksthus for Ledelse".to_owned(),
            postal_address: "Eksempelvej 1, 1000 København K".to_owned(),
            cvr: "00000000".to_owned(),
            contact_email: "redaktion@lederweb.example".to_owned(),
            site_url: "https://lederweb.dk/".to_owned(),
            ..Details::default()
        },
    }
}

fn rendered() -> TestResult<Rendered> {
    Ok(render::render(&special_edition()?, &frame())?)
}

fn issue() -> PublicId {
    PublicId(uuid::Uuid::from_u128(0x6f1d_2c1e))
}

fn headers() -> TestResult<IssueHeaders> {
    Ok(IssueHeaders {
        from_name: "Væksthus for Ledelse".to_owned(),
        from: address("nyhedsbrev@lederweb.example")?,
        reply_to: Some(address("redaktion@lederweb.example")?),
        date: Instant::new("2017-03-24T08:00:00Z".parse()?),
        zone: chrono_tz::Europe::Copenhagen,
        list_title: "Nyhedsbrev fra Væksthus for Ledelse".to_owned(),
        list_id: "lederweb.lederweb.example".to_owned(),
        feedback_id: "6f1d2c1e:lederweb:issue:lederbrev".to_owned(),
        message_id_domain: "lederweb.example".to_owned(),
        issue: issue(),
    })
}

fn address(text: &str) -> TestResult<EmailAddress> {
    EmailAddress::parse(text).map_err(|error| error.code().into())
}

/// The addresses of the recipient with this number.
pub(super) struct Own(pub(super) i64);

impl PersonalAddresses for Own {
    fn unsubscribe(&self) -> String {
        format!("https://nyhedsbrev.lederweb.example/unsubscribe/token{}", self.0)
    }
    fn preferences(&self) -> String {
        format!("https://nyhedsbrev.lederweb.example/preferences/token{}?a=1&b=2", self.0)
    }
    fn open(&self) -> String {
        format!("https://nyhedsbrev.lederweb.example/o/token{}.gif", self.0)
    }
    fn click(&self, link: i32) -> String {
        format!("https://nyhedsbrev.lederweb.example/c/token{}-{link}", self.0)
    }
}

fn message(compiled: &Compiled, number: i64, name: Option<&str>) -> TestResult<String> {
    let email = address(&format!("leder{number}@ringkøbing-skjern.example"))?;
    let person = Person { name, addresses: &Own(number) };
    let mut values = Vec::new();
    let recipient = Recipient { delivery: number, email: &email, person };
    let parts = compiled.message(&recipient, &mut values).concat();
    Ok(String::from_utf8(parts)?)
}

/// HTML with one tag a line, so that a difference can be read.
fn by_tag(html: &str) -> String {
    html.replace("><", ">\n<")
}

#[test]
fn the_special_edition_looks_as_it_did() -> TestResult {
    let person = Person { name: Some("Anne Holm"), addresses: &Own(7) };
    let filled = rendered()?.write(&Untracked).fill(&person);
    insta::assert_snapshot!("mail_html", by_tag(&filled.html));
    insta::assert_snapshot!("mail_text", filled.text);
    let web = web_version::render(&special_edition()?, &frame())?.into_string();
    insta::assert_snapshot!("web_version", web);
    insta::assert_snapshot!("theme_css", web_version::theme_css(&special_edition()?));
    Ok(())
}

#[test]
fn the_message_has_every_header_of_a_bulk_sender() -> TestResult {
    let compiled = Compiled::new(&rendered()?.write(&Untracked), &headers()?);
    let message = message(&compiled, 7, Some("Bo \"Å\" Æbelø"))?;
    let (head, _) = message.split_once("\r\n\r\n").ok_or("no empty line")?;
    insta::assert_snapshot!("mail_headers", head);
    Ok(())
}

#[test]
fn every_kind_of_block_is_in_the_special_edition_and_reads_back_the_same() -> TestResult {
    let content = special_edition()?;
    // MJML of one's own is the exception; the golden issues have it.
    for name in BlockKind::NAMES.into_iter().filter(|name| *name != "mjml") {
        assert!(content.blocks.iter().any(|block| block.kind.name() == name), "no {name}");
    }
    assert_eq!(content.missing(), []);
    assert_eq!(read(&content.to_json())?, content);
    Ok(())
}

#[test]
fn an_empty_block_of_every_kind_can_be_previewed_and_says_what_is_missing() -> TestResult {
    for name in BlockKind::NAMES {
        let block = Block::new(BlockKind::empty(name).ok_or(name)?);
        assert_eq!(block.kind.name(), name);
        let content = Content { blocks: vec![block], ..Content::default() };
        let rendered = render::render(&content, &frame())?;
        assert!(rendered.links.is_empty());
        assert!(web_version::render(&content, &frame()).is_ok());
        let missing = content.missing();
        assert!(missing.iter().any(|error| error.field == "subject"));
        assert_eq!(missing.len() > 1, name != "divider", "{name}: {missing:?}");
        assert_eq!(read(&content.to_json())?, content);
    }
    Ok(())
}

#[test]
fn links_are_numbered_once_a_block() -> TestResult {
    let links = rendered()?.links;
    let numbers: Vec<i32> = links.iter().map(|link| link.number).collect();
    assert_eq!(numbers, (1..=7).collect::<Vec<_>>());
    assert!(links.iter().all(|link| link.url.starts_with("https://lederweb.dk/")));
    assert!(links.iter().all(|link| link.block.is_some()));
    Ok(())
}

#[test]
fn preview_and_send_are_equal_once_links_are_mapped_back() -> TestResult {
    let base = "https://nyhedsbrev.lederweb.example/".parse()?;
    let links = Links::new(base, &[Secret::new("en hemmelighed til prøven".to_owned())]);
    let rendered = rendered()?;
    let person = Person { name: Some("Anne Holm"), addresses: &Own(7) };
    let preview = rendered.write(&Untracked).fill(&person);

    let mut aggregate = rendered.write(&Aggregate { links: &links, issue: 3 }).fill(&person);
    let mut personal = rendered.write(&Personal).fill(&person);
    assert_ne!(aggregate.html, preview.html);
    assert_ne!(personal.html, preview.html);
    for link in &rendered.links {
        let counted = links.click(3, link.number);
        assert!(aggregate.html.contains(&counted));
        aggregate.html =
            aggregate.html.replace(&format!("\"{counted}\""), &format!("\"{}\"", link.url));
        let own = Own(7).click(link.number);
        personal.html = personal.html.replace(&format!("\"{own}\""), &format!("\"{}\"", link.url));
    }
    aggregate.html = without_image(&aggregate.html, &links.open(3))?;
    personal.html = without_image(&personal.html, &Own(7).open())?;
    assert_eq!(aggregate, preview);
    assert_eq!(personal, preview);
    Ok(())
}

fn without_image(html: &str, address: &str) -> TestResult<String> {
    let (before, rest) = html.split_once(&format!("<img src=\"{address}\"")).ok_or("no image")?;
    let (_, after) = rest.split_once("/>").ok_or("no end")?;
    Ok(format!("{before}{after}"))
}

#[test]
fn without_consent_two_messages_differ_only_in_whom_they_are_to() -> TestResult {
    let base = "https://nyhedsbrev.lederweb.example/".parse()?;
    let links = Links::new(base, &[Secret::new("en hemmelighed til prøven".to_owned())]);
    let aggregate = rendered()?.write(&Aggregate { links: &links, issue: 3 });
    for written in [rendered()?.write(&Untracked), aggregate] {
        let compiled = Compiled::new(&written, &headers()?);
        let one = message(&compiled, 1, Some("Anne Holm"))?;
        let two = message(&compiled, 2, Some("Bo Friis"))?;
        let mapped = one
            .replace("leder1@", "leder2@")
            .replace("6f1d2c1e.1@", "6f1d2c1e.2@")
            .replace("Anne Holm", "Bo Friis")
            .replace("/token1", "/token2");
        assert_eq!(mapped, two);
        assert_eq!(one, message(&compiled, 1, Some("Anne Holm"))?, "a retry has the same bytes");
    }
    Ok(())
}

#[test]
fn consent_gives_links_and_an_image_of_ones_own() -> TestResult {
    let written = rendered()?.write(&Personal);
    let compiled = Compiled::new(&written, &headers()?);
    let message = message(&compiled, 5, None)?;
    let parsed = MessageParser::new().parse(message.as_bytes()).ok_or("no message")?;
    let html = parsed.body_html(0).ok_or("no HTML")?;
    assert!(html.contains("/o/token5.gif\"") && html.contains("/c/token5-7\""));
    let text = parsed.body_text(0).ok_or("no text")?;
    assert!(!text.contains("token5-"), "the text part keeps true addresses");
    assert!(text.contains("https://lederweb.dk/katalog"));
    Ok(())
}

#[test]
fn only_web_addresses_are_counted_and_they_keep_every_byte() -> TestResult {
    let kept = "https://lederweb.dk/søg?b=2&a=1&amp;c=%C3%A6#æble(1)";
    let content = read(&json!({
        "subject": "Prøve",
        "blocks": [
            {"kind": "button", "text": "Gå", "url": kept, "library_item": issue()},
            {"kind": "text", "body": "[skriv](mailto:red@lederweb.example?subject=a&body=b) og [ring](https://lederweb.dk/ring)"},
        ],
    }))?;
    let rendered = render::render(&content, &frame())?;
    let urls: Vec<&str> = rendered.links.iter().map(|link| &*link.url).collect();
    assert_eq!(urls, [kept, "https://lederweb.dk/ring"]);
    assert_eq!(rendered.links[0].library_item, Some(issue()));
    assert!(rendered.text.contains(kept));
    let html = rendered.write(&Personal).html;
    assert!(html.contains("\"mailto:red@lederweb.example?subject=a&#38;body=b\""));
    assert!(!html.contains(kept) && !html.contains("lederweb.dk/ring"));
    // In the preview the address is there, escaped once.
    let preview = rendered.write(&Untracked).html;
    assert!(preview.contains("\"https://lederweb.dk/søg?b=2&#38;a=1&#38;amp;c=%C3%A6#æble(1)\""));
    Ok(())
}

#[test]
fn text_from_outside_is_text_in_every_form() -> TestResult {
    let evil = "<script>alert(\"1\")</script> & 'x' \u{E000}open\u{E002}\u{E000}link 1\u{E002}";
    let content = read(&json!({
        "subject": evil,
        "preheader": evil,
        "theme": {"title": evil, "intro": evil, "image": {"url": "/x.png", "alt": evil}},
        "blocks": [
            {"kind": "heading", "text": evil},
            {"kind": "text", "body": format!("{evil} {{{{navn|{evil}}}}} [{evil}](https://lederweb.dk/'a')")},
            {"kind": "article", "title": evil, "teaser": evil, "link_text": evil, "url": "https://lederweb.dk/?'&<"
                .trim_end_matches('<')},
            {"kind": "quote", "quote": evil, "source": evil, "role": evil},
            {"kind": "project_list", "title": evil, "projects": [{"title": evil}]},
        ],
    }))?;
    let rendered = render::render(&content, &frame())?;
    let person = Person { name: Some("<b>\u{E000}open\u{E002}\r\nBcc: x"), addresses: &Own(1) };
    let filled = rendered.write(&Untracked).fill(&person);
    let web = web_version::render(&content, &frame())?.into_string();
    for html in [&filled.html, &web] {
        assert!(!html.contains("<script") && !html.contains("alert(\"") && !html.contains("<b>"));
    }
    for text in [&filled.subject, &filled.html, &filled.text, &web] {
        assert!(!text.contains(['\u{E000}', '\u{E001}', '\u{E002}']), "{text}");
    }
    assert!(!filled.html.contains("/o/token1"), "nobody forges a marker");
    Ok(())
}

#[test]
fn a_mail_program_for_the_blind_can_read_it() -> TestResult {
    let html = rendered()?.write(&Aggregate {
        links: &Links::new("https://nyhedsbrev.lederweb.example/".parse()?, &[]),
        issue: 1,
    });
    let html = html.html;
    let tags = |name: &str| {
        let start = format!("<{name}");
        html.split(&*start)
            .skip(1)
            .map(|rest| rest.split('>').next().unwrap_or("").to_owned())
            .collect::<Vec<_>>()
    };
    assert!(html.starts_with("<!doctype html><html lang=\"da\""));
    assert!(tags("img").iter().all(|tag| tag.contains("alt=\"")));
    assert!(tags("table").iter().all(|tag| tag.contains("role=\"presentation\"")));
    assert_eq!(tags("h1").len(), 1);
    assert!(!html.contains("fonts.googleapis") && !html.contains("<link"));
    Ok(())
}

#[test]
fn what_cannot_be_taken_is_named_by_block_and_field() {
    let long = "a".repeat(300);
    let errors = Content::read(&json!({
        "version": 2,
        "subject": "Til {{fornavn}}",
        "farve": "rød",
        "theme": {"title": ["x"], "colour": "red"},
        "blocks": [
            {"kind": "marquee", "text": "x"},
            {"kind": "heading", "text": long, "level": 1},
            {"kind": "article", "title": "Hej {{navn|du}}", "url": "javascript:alert(1)", "titel": "x", "groups": [4]},
            "tekst",
            {"kind": "text", "body": [{"table": []}]},
            {"kind": "image", "image": {"url": "//evil.example/x.png"}},
            {"kind": "podcast", "number": "syv"},
            {"kind": "project_list", "projects": [{"title": "a"}, {"url": "b"}]},
            {"id": "6f1d2c1e-0001-4a6b-9c10-5d3b7a9e0001", "kind": "divider"},
            {"id": "6f1d2c1e-0001-4a6b-9c10-5d3b7a9e0001", "kind": "divider"},
            {"kind": "text", "body": "[x](ftp://a.example) "},
        ],
    }))
    .map(|_| ())
    .map_err(|errors| {
        let mut named: Vec<(String, &str)> =
            errors.into_iter().map(|error| (error.field, error.code)).collect();
        named.sort();
        named
    });
    insta::assert_debug_snapshot!("what_cannot_be_taken", errors);
}

#[test]
fn every_finding_has_words_in_both_languages() {
    let sources = [
        include_str!("read.rs"),
        include_str!("content.rs"),
        include_str!("markup/read.rs"),
        include_str!("mjml/lint.rs"),
    ];
    for code in sources.iter().flat_map(|source| source.split('"')) {
        if code.starts_with("error-") {
            let names = [
                "max",
                "length",
                "field",
                "kind",
                "known",
                "found",
                "line",
                "column",
                "tag",
                "parent",
                "wanted",
                "near",
                "attribute",
                "value",
            ];
            let error =
                names.iter().fold(FieldError::new("", code), |error, name| error.with(name, 7));
            for lang in Lang::ALL {
                assert_ne!(lang.texts().error(&error), code, "in {lang}");
            }
        }
    }
}

#[test]
fn what_is_too_large_is_refused() {
    let block = json!({"kind": "text", "body": "a".repeat(20_000)});
    let refused = |blocks: usize| {
        let content = json!({"blocks": vec![block.clone(); blocks]});
        Content::read(&content).map_err(|errors| errors[0].code).err()
    };
    assert_eq!(refused(40), None);
    assert_eq!(refused(60), Some("error-content-too-large"));
    let content = json!({"blocks": vec![json!({"kind": "divider"}); 201]});
    let code = Content::read(&content).map_err(|errors| errors[0].code).err();
    assert_eq!(code, Some("error-content-too-many-blocks"));
}

#[test]
fn a_mail_that_is_too_large_to_render_is_a_finding_and_no_fault() -> TestResult {
    let block = json!({"kind": "text", "body": "[æ](https://lederweb.dk/a) b ".repeat(650)});
    let few = read(&json!({"subject": "Lang", "blocks": vec![block.clone(); 3]}))?;
    assert!(render::render(&few, &frame()).is_ok());
    let many = read(&json!({"subject": "Lang", "blocks": vec![block; 20]}))?;
    let error = render::render(&many, &frame()).map(|_| ()).map_err(Error::from);
    assert!(matches!(error, Err(Error::Invalid(_))), "{error:?}");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_colour_can_be_read(rgb in 0_u32..0x0100_0000) {
        let colour = Colour::parse(&format!("#{rgb:06x}")).unwrap_or_default();
        prop_assert!(colour.text().contrast(colour) >= 4.5);
        for light in ["#f1f4f6", "#ffffff"] {
            prop_assert!(colour.on_light().contrast(Colour::parse(light).unwrap_or_default()) >= 4.5);
        }
        for dark in ["#242d34", "#1a2228"] {
            prop_assert!(colour.on_dark().contrast(Colour::parse(dark).unwrap_or_default()) >= 4.5);
        }
    }
}
