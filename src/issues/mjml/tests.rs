//! MJML that people write: what is refused and how it is said, and that nothing which is taken can
//! run, load or hide.

use std::collections::BTreeSet;

use html5gum::{Token, Tokenizer};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

use super::allowed::{Inside, TAGS, VOID};
use super::{BEGINNING, Mjml, SOURCE_LIMIT, Shape};
use crate::issues::render::{self, Untracked};
use crate::issues::splice::{Person, Splice};
use crate::issues::tests::{Own, TestResult, frame, read};
use crate::issues::{Content, web_version};

/// Findings as "line:column code value…".
fn findings(source: &str, shape: Shape) -> Vec<String> {
    let found = Mjml::read(source, shape).err().unwrap_or_default();
    let line = |finding: super::Finding| {
        let values: Vec<String> = finding.args.into_iter().map(|(_, value)| value).collect();
        let code = finding.code.trim_start_matches("error-mjml-");
        let place = finding.place;
        format!("{}:{} {code} {}", place.line, place.column, values.join(" ")).trim_end().to_owned()
    };
    found.into_iter().map(line).collect()
}

fn section(inside: &str) -> String {
    format!("<mj-section><mj-column>\n{inside}\n</mj-column></mj-section>")
}

fn text(inside: &str) -> String {
    section(&format!("<mj-text>{inside}</mj-text>"))
}

fn found_in(block: &str) -> Vec<String> {
    findings(block, Shape::Block)
}

#[test]
fn no_reference_says_what_cannot_be_typed() {
    assert_eq!(found_in(&text("Hej &#xE000;open&#xE002;")), ["2:10 character U+E000"]);
    assert_eq!(found_in(&text("Hej &#1;")), ["2:10 character U+0001"]);
    assert_eq!(found_in(&text("Hej &#xFFFE;")), ["2:10 character U+FFFE"]);
    let image = "<mj-image src=\"/a.png\" alt=\"&#xE000;unsubscribe&#xE002;\" />";
    assert_eq!(found_in(&section(image)), ["2:24 character U+E000"]);
    assert_eq!(found_in(&text("æ &amp; &#xE6;&#10;&nbsp;")), Vec::<String>::new());
}

#[test]
fn what_is_spelt_wrong_is_named_with_its_place_and_what_was_meant() {
    assert_eq!(found_in(&section("<mj-text>æøå</mj-text>")), Vec::<String>::new());
    assert_eq!(
        found_in("<mj-section>\n  <mj-colum><mj-text>æ</mj-text></mj-colum>\n</mj-section>"),
        ["2:3 tag-near mj-colum mj-column"]
    );
    assert_eq!(
        found_in(&section("<mj-text>æøå</mj-text><mj-image scr=\"/a.png\" alt=\"\" />")),
        ["2:33 attribute-near scr mj-image src"]
    );
    assert_eq!(found_in(&section("<mj-banner />")), ["2:1 tag mj-banner"]);
    assert_eq!(
        found_in(&section("<mj-text colour=\"red\">x</mj-text>"))[0],
        "2:10 attribute-near colour mj-text color"
    );
    assert_eq!(
        found_in(&section("<mj-text color=\"red;\">x</mj-text>")),
        ["2:10 value color red;"]
    );
    assert_eq!(found_in("<mj-column></mj-column>"), ["1:1 begin mj-column"]);
    assert_eq!(
        found_in("<mj-section><mj-text>x</mj-text></mj-section>"),
        ["1:13 place mj-text mj-section mj-column"]
    );
    assert_eq!(found_in("<mj-section>tekst</mj-section>"), ["1:13 words mj-section"]);
    assert_eq!(found_in("tekst"), ["1:1 outside"]);
    assert_eq!(found_in(&text("<b>x")), ["2:10 open b"]);
    assert_eq!(found_in(&text("x</b>")), ["2:11 no-start b"]);
    assert_eq!(found_in(&text("4 < 5")), ["2:12 syntax"]);
    assert_eq!(found_in(&text("<li>x</li>")), ["2:10 place li mj-text ul"]);
    assert_eq!(found_in(&text("{{fornavn}}")), ["2:10 merge fornavn"]);
    assert_eq!(found_in(&text("{{navn|}}")), ["2:10 merge navn|"]);
    assert_eq!(findings("<mjml></mjml>", Shape::Whole), ["1:1 no-body"]);
    assert_eq!(findings("<mj-section></mj-section>", Shape::Whole)[0], "1:1 begin mj-section");
    assert_eq!(findings(BEGINNING, Shape::Whole), Vec::<String>::new());
}

#[test]
fn every_trick_is_refused() {
    let head =
        |inside: &str| format!("<mjml><mj-head>{inside}</mj-head><mj-body></mj-body></mjml>");
    for trick in [
        text("<script>alert(1)</script>"),
        text("<iframe src=\"https://a.example\"></iframe>"),
        text("<form><input /></form>"),
        text("<object></object>"),
        text("<svg></svg>"),
        text("<img src=\"x\" onerror=\"alert(1)\" />"),
        text("<style>p{}</style>"),
        text("<link href=\"https://a.example/x.css\" />"),
        text("<meta http-equiv=\"refresh\" content=\"0\" />"),
        text("<base href=\"https://a.example\" />"),
        text("<p onclick=\"alert(1)\">x</p>"),
        text("<p onclick='alert(1)'>x</p>"),
        text("<p ONCLICK=\"alert(1)\">x</p>"),
        text("<P>x</P>"),
        text("<a href=\"javascript:alert(1)\">x</a>"),
        text("<a href=\" javascript:alert(1)\">x</a>"),
        text("<a href=\"java&#115;cript:alert(1)\">x</a>"),
        text("<a href=\"javascript&colon;alert(1)\">x</a>"),
        text("<a href=\"java&Tab;script:alert(1)\">x</a>"),
        text("<a href=\"data:text/html,x\">x</a>"),
        text("<a href=\"//evil.example\">x</a>"),
        text("<a href=\"https://lederweb.dk@evil.example/\">x</a>"),
        text("<a href=\"https://a.example\"><a href=\"https://b.example\">x</a></a>"),
        text("<p style=\"background:url(https://a.example/x.png)\">x</p>"),
        text("<p style=\"width:expression(alert(1))\">x</p>"),
        text("<p style=\"position:fixed\">x</p>"),
        text("<p style=\"color:red;behavior:x\">x</p>"),
        text("<p style=\"color:&#114;ed\\\">x</p>"),
        text("<p style=\"color:red}body{display:none\">x</p>"),
        text("<p class=\"lb-footer\">x</p>"),
        text("<!--[if mso]><b>x</b><![endif]-->"),
        text("<![CDATA[<script>]]>"),
        text("<?xml x?>"),
        section("<mj-raw><script>alert(1)</script></mj-raw>"),
        section("<mj-include path=\"/etc/passwd\" />"),
        section("<mj-image src=\"javascript:alert(1)\" alt=\"\" />"),
        section("<mj-image src=\"data:image/svg+xml,x\" alt=\"\" />"),
        section("<mj-image src=\"//evil.example/x.png\" alt=\"\" />"),
        section("<mj-image src=\"/a.png\" alt=\"\" srcset=\"https://a.example/x.png\" />"),
        section("<mj-button href=\"vbscript:x\">x</mj-button>"),
        section(
            "<mj-button href=\"https://a.example\"><a href=\"https://b.example\">x</a></mj-button>",
        ),
        section("<mj-text css-class='x\" onclick=\"alert(1)'>x</mj-text>"),
        section("<mj-text color='red\" onclick=\"alert(1)'>x</mj-text>"),
        section("<mj-text color=\"red\" color=\"blue\">x</mj-text>"),
        "<mj-section background-url=\"https://a.example/x.png\"></mj-section>".to_owned(),
        "<mj-hero></mj-hero>".to_owned(),
    ] {
        assert!(!found_in(&trick).is_empty(), "{trick}");
    }
    for trick in [
        "<mj-font name=\"x\" href=\"https://fonts.example\" />",
        "<mj-style>@import url(https://a.example);</mj-style>",
        "<mj-style>.x { background: url(https://a.example) }</mj-style>",
        "<mj-style>p { display: none }</mj-style>",
        "<mj-style>* { display: none }</mj-style>",
        "<mj-style>.x ~ div { display: none }</mj-style>",
        "<mj-style>.x, a { display: none }</mj-style>",
        "<mj-style>.lb-footer { display: none }</mj-style>",
        "<mj-style>.x .lb-footer { display: none }</mj-style>",
        "<mj-style>.x { color: red } </style><b></mj-style>",
        "<mj-style>.x { color: red; } &lt;/style&gt;</mj-style>",
        "<mj-style>@media print { .x { color: red }</mj-style>",
        "<mj-style>@font-face { font-family: x }</mj-style>",
        "<mj-style inline=\"inline\">.x { color: red }</mj-style>",
        "<mj-attributes><mj-all css-class=\"x\" /></mj-attributes>",
        "<mj-attributes><mj-image src=\"https://a.example/x.png\" /></mj-attributes>",
        "<mj-attributes><script>x</script></mj-attributes>",
        "<mj-raw><script>x</script></mj-raw>",
        "<mj-title>{{navn|x}}</mj-title>",
        "<mj-html-attributes></mj-html-attributes>",
    ] {
        let found = findings(&head(trick), Shape::Whole);
        assert!(!found.is_empty(), "{trick}");
    }
    let good = "<mj-style>/* stor */ .x p, .y > a:hover { font-size: 20px !important; }\n@media (prefers-color-scheme: dark) { .x div { color: #e8edf0 !important } }</mj-style>";
    assert_eq!(findings(&head(good), Shape::Whole), Vec::<String>::new());
    let body = "<mjml><mj-body css-class=\"x\"></mj-body></mjml>";
    assert_eq!(findings(body, Shape::Whole).len(), 1);
}

#[test]
fn deep_nesting_and_long_sources_are_refused_before_they_are_parsed() {
    for open in ["<b>", "<mj-section>", "<mj-text>", "<a href=\"https://a.example\">"] {
        let deep = text(&open.repeat(15_000));
        let found = found_in(&deep);
        let is_deep = found.iter().any(|found| found.contains("too-deep"));
        assert!(is_deep || found.len() == 50, "{open}: {found:?}");
    }
    let many = Content::read(&json!({ "mjml": "x".repeat(SOURCE_LIMIT + 1) }));
    assert_eq!(many.map_err(|errors| errors[0].code).err(), Some("error-content-too-long"));
    let findings = found_in(&section(&"<mj-x />".repeat(500)));
    assert_eq!(findings.len(), 50, "more than anybody reads");
}

const WHOLE: &str = "<mjml><mj-head><mj-title>x</mj-title><mj-preview>y</mj-preview>\
    <mj-attributes><mj-text color=\"#1c2830\" /></mj-attributes></mj-head>\
    <mj-body background-color=\"#ffffff\"><mj-section><mj-column>\
    <mj-text><h1>Nyt om ledelse</h1><p>Kære {{navn|leder &amp; kollega}}, se\n <a href=\"https://lederweb.dk/?a=1&amp;b=2\">Lederweb</a>.</p>\
    <ul><li>ét</li><li>to</li></ul></mj-text>\
    <mj-image src=\"/assets/demo/artikel.png\" alt=\"En trappe\" href=\"https://lederweb.dk/trappe\" />\
    <mj-image src=\"/assets/demo/artikel.png\" />\
    <mj-button href=\"https://lederweb.dk/knap\">Tryk her</mj-button>\
    <mj-text><a href=\"{{afmeld}}\">Stop</a></mj-text>\
    </mj-column></mj-section></mj-body></mjml>";

#[test]
fn a_whole_issue_has_its_links_its_words_and_our_footer() -> TestResult {
    let content = read(&json!({ "subject": "Nyt", "preheader": "Læs", "mjml": WHOLE }))?;
    assert_eq!(Content::read(&content.to_json()), Ok(content.clone()), "it is read again");
    let missing: Vec<_> = content.missing().into_iter().map(|e| (e.field, e.code)).collect();
    assert_eq!(missing, [("mjml".to_owned(), "error-mjml-alt")]);
    let rendered = render::render(&content, &frame())?;
    let urls: Vec<&str> = rendered.links.iter().map(|link| &*link.url).collect();
    assert_eq!(
        urls,
        ["https://lederweb.dk/?a=1&b=2", "https://lederweb.dk/trappe", "https://lederweb.dk/knap"]
    );
    let person = Person { name: None, addresses: &Own(7) };
    let mail = rendered.write(&Untracked).fill(&person);
    for wanted in [
        "Kære leder &amp; kollega",
        "src=\"https://nyhedsbrev.lederweb.example/assets/demo/artikel.png\"",
        "https://nyhedsbrev.lederweb.example/unsubscribe/token7\" style",
        "https://nyhedsbrev.lederweb.example/unsubscribe/token7\">Stop",
        "https://lederweb.dk/?a=1&#38;b=2",
        "Eksempelvej 1",
        "<title>Nyt</title>",
    ] {
        assert!(mail.html.contains(wanted), "{wanted}: {}", mail.html);
    }
    assert!(mail.text.contains("Nyt om ledelse\n=============="), "{}", mail.text);
    assert!(
        mail.text.contains("Kære leder & kollega, se Lederweb (https://lederweb.dk/?a=1&b=2).")
    );
    assert!(mail.text.contains("- ét\n- to\n\n[En trappe]\nhttps://lederweb.dk/trappe"));
    assert!(mail.text.contains("Tryk her: https://lederweb.dk/knap"));
    assert!(mail.text.contains("Stop (https://nyhedsbrev.lederweb.example/unsubscribe/token7)"));
    let web = web_version::render(&content, &frame())?.into_string();
    assert!(
        web.contains("src=\"/archive/kerneopgaven/mail\"") && web.contains("sandbox="),
        "{web}"
    );
    assert!(web.contains("<li>ét</li><li>to</li>") && !web.contains("Stop"), "{web}");
    assert_eq!(web.matches("<h1").count(), 1);
    Ok(())
}

#[test]
fn mjml_and_blocks_do_not_mix() {
    let content = json!({ "mjml": BEGINNING, "blocks": [{ "kind": "divider" }] });
    let code = Content::read(&content).map_err(|errors| errors[0].code).err();
    assert_eq!(code, Some("error-mjml-and-blocks"));
}

#[test]
fn a_block_stands_among_the_others() -> TestResult {
    let block = section("<mj-text><p>Egen <b>tekst</b></p></mj-text>");
    let content = read(&json!({ "subject": "x", "blocks": [
        { "kind": "heading", "text": "Før" },
        { "kind": "mjml", "source": block },
        { "kind": "heading", "text": "Efter" },
    ] }))?;
    let rendered = render::render(&content, &frame())?;
    let at = |text: &str| rendered.html.find(text).unwrap_or_default();
    assert!(0 < at("Før") && at("Før") < at("Egen <b>tekst</b>") && at("Egen") < at("Efter"));
    assert!(rendered.text.contains("Egen tekst"));
    let web = web_version::render(&content, &frame())?.into_string();
    assert!(web.contains("<p>Egen tekst</p>") && !web.contains("<table"), "{web}");
    assert_eq!(content.blocks[1].kind.title(), "Egen tekst");
    Ok(())
}

/// Values of attributes: some that are good for something, and some that are good for nothing.
fn values() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => select(vec![
            "#0b4f5c", "red", "rgb(1,2,3)", "16px", "0px", "50%", "100%", "9999px", "0", "auto", "1.5",
            "10px 20px", "1px 2px 3px", "0px 0px 0px 0px", "center", "left", "middle", "bold", "italic",
            "full-width", "1px solid red", "none", "https://lederweb.dk/?a=1", "mailto:a@b.example",
            "/a.png", "x", "Georgia, serif", "{{afmeld}}", "color:red;margin:0", "true", "solid",
        ]).prop_map(str::to_owned),
        1 => select(vec![
            "javascript:alert(1)", "' onclick='alert(1)", "x onload=alert(1)", "url(https://a.example)",
            "&quot; onclick=&quot;alert(1)", "&#x3C;script&#x3E;", "expression(1)", "-1px", "1e9px",
            "\u{E000}open\u{E002}", "data:text/html,<x>", "𝒳", "10px;position:fixed", "100000px", "%",
        ]).prop_map(str::to_owned),
        1 => "[ -~æøå]{0,12}",
    ]
}

fn words() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-zæøå .,]{0,12}",
        1 => Just("{{navn|leder}}".to_owned()),
        1 => Just("&lt;script&gt;alert(1)&lt;/script&gt;".to_owned()),
        1 => Just("<br/>".to_owned()),
        1 => Just("<!-- x -->".to_owned()),
        1 => "[ -~]{0,6}",
    ]
}

/// A tag with attributes, its place and its children mostly as they should be.
fn element(name: &'static str, depth: usize) -> BoxedStrategy<String> {
    let Some(tag) = TAGS.iter().find(|tag| tag.name == name) else { return words().boxed() };
    let known: Vec<&'static str> = tag.attributes().collect();
    let attributes = match known.is_empty() {
        true => Just(Vec::new()).boxed(),
        false => proptest::collection::vec((select(known), values()), 0..3).boxed(),
    };
    let children: Vec<&'static str> = TAGS
        .iter()
        .filter(|child| {
            child.parents.contains(&name)
                || child.parents.is_empty() && child.name != "mjml" && tag.inside == Inside::Html
        })
        .map(|child| child.name)
        .collect();
    let inside = match (tag.inside, depth, children.is_empty()) {
        (Inside::Nothing, ..) | (_, 0, _) => Just(Vec::new()).boxed(),
        (Inside::Html, _, false) => {
            let child = select(children).prop_flat_map(move |child| element(child, depth - 1));
            proptest::collection::vec(prop_oneof![child, words()], 0..4).boxed()
        }
        (Inside::Tags, _, false) => {
            let child = select(children).prop_flat_map(move |child| element(child, depth - 1));
            proptest::collection::vec(child, 0..3).boxed()
        }
        (Inside::Style, ..) => {
            let css =
                select(vec![".x { color: red }", "@media print { .y p { margin: 0 } }", "p {}"]);
            css.prop_map(|css| vec![css.to_owned()]).boxed()
        }
        _ => words().prop_map(|words| vec![words]).boxed(),
    };
    (attributes, inside)
        .prop_map(move |(attributes, inside)| {
            let mut out = format!("<{name}");
            let mut seen = BTreeSet::new();
            for (attribute, value) in attributes {
                if seen.insert(attribute) {
                    let quote = if value.contains('"') { '\'' } else { '"' };
                    out.push_str(&format!(" {attribute}={quote}{value}{quote}"));
                }
            }
            if VOID.contains(&name) {
                return out + " />";
            }
            format!("{out}>{}</{name}>", inside.concat())
        })
        .boxed()
}

/// Nothing in a document runs or loads; `None` is fine.
fn danger(html: &str) -> Option<String> {
    for token in Tokenizer::new(html) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) => {
                let name = String::from_utf8_lossy(&tag.name).into_owned();
                let is_bad =
                    ["script", "iframe", "object", "embed", "form", "input", "svg", "base", "link"];
                if is_bad.contains(&&*name) {
                    return Some(name);
                }
                for (attribute, value) in &tag.attributes {
                    let attribute = String::from_utf8_lossy(attribute).to_lowercase();
                    let value = String::from_utf8_lossy(value).to_lowercase();
                    let is_address =
                        matches!(&*attribute, "href" | "src" | "background" | "action");
                    let value = value.trim().replace(['\t', '\n'], "");
                    let is_good_address = ["http://", "https://", "mailto:", "\u{e000}"]
                        .iter()
                        .any(|scheme| value.starts_with(scheme));
                    if attribute.starts_with("on")
                        || is_address && !is_good_address
                        || attribute == "style"
                            && (value.contains("url(") || value.contains("expression"))
                    {
                        return Some(format!("{name} {attribute}={value}"));
                    }
                }
            }
            Token::Comment(comment) => {
                let comment = String::from_utf8_lossy(&comment).into_owned();
                if let Some((_, inside)) = comment.split_once("]>")
                    && let Some(found) = danger(inside.trim_end_matches("<![endif]"))
                {
                    return Some(found);
                }
            }
            _ => {}
        }
    }
    None
}

fn looks_harmless(source: &str, shape: Shape) -> Result<(), TestCaseError> {
    let Ok(mjml) = Mjml::read(source, shape) else { return Ok(()) };
    let again = Mjml::read(mjml.source(), shape);
    prop_assert_eq!(again.as_ref(), Ok(&mjml), "what is taken once is taken again");
    let content = match shape {
        Shape::Whole => json!({ "subject": "x", "mjml": source }),
        Shape::Block => json!({ "subject": "x", "blocks": [{ "kind": "mjml", "source": source }] }),
    };
    let fail = |error: Box<dyn std::error::Error>| TestCaseError::fail(error.to_string());
    let content = read(&content).map_err(fail)?;
    let rendered = render::render(&content, &frame()).map_err(|error| fail(error.into()))?;
    prop_assert_eq!(danger(&rendered.html), None, "{}", source);
    prop_assert!(rendered.html.contains(&Splice::Unsubscribe.marker()), "unsubscribing");
    prop_assert!(rendered.text.contains(&Splice::Unsubscribe.marker()), "unsubscribing");
    let person = Person { name: Some("<b>"), addresses: &Own(1) };
    let filled = rendered.write(&Untracked).fill(&person);
    prop_assert_eq!(danger(&filled.html), None);
    let web = web_version::render(&content, &frame()).map_err(|error| fail(error.into()))?;
    let web = web.into_string().replace("<iframe", "<div").replace("src=\"/", "src=\"https://");
    prop_assert_eq!(danger(&web), None);
    prop_assert!(!web.contains('\u{E000}'), "a marker");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn what_is_taken_never_panics_and_holds_nothing_that_runs(source in element("mj-section", 6)) {
        looks_harmless(&source, Shape::Block)?;
    }

    #[test]
    fn a_whole_issue_that_is_taken_holds_nothing_that_runs(source in element("mjml", 7)) {
        looks_harmless(&source, Shape::Whole)?;
    }

    #[test]
    fn any_text_is_looked_through_without_a_panic(source in "(<|>|/|=|\"|'|&|;|mj-text|mj-section|mj-column|b|a| |!--|-->|\\{\\{|\\}\\}|navn\\||æ|\n){0,60}") {
        looks_harmless(&source, Shape::Block)?;
        looks_harmless(&text(&source), Shape::Block)?;
    }
}
