//! Each rule with what it finds and with what comes near and is none.

mod links;
mod mjml;
mod pictures;
mod sending;

use serde_json::{Value, json};

use super::*;

type TestResult<T = ()> = Result<T, Box<dyn std::error::Error>>;

fn details() -> Details {
    Details {
        organisation: "Væksthus for Ledelse".to_owned(),
        postal_address: "Eksempelvej 1, 1000 København K".to_owned(),
        contact_email: "redaktion@lederweb.example".to_owned(),
        ..Details::default()
    }
}

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2017, 3, 24).unwrap_or_default()
}

fn issue(subject: &str, preheader: &str, mut blocks: Vec<Value>) -> TestResult<Content> {
    for (at, block) in blocks.iter_mut().enumerate() {
        block["id"] = format!("6f1d2c1e-0001-4a6b-9c10-5d3b7a9e{at:04}").into();
    }
    let value =
        json!({ "version": 1, "subject": subject, "preheader": preheader, "blocks": blocks });
    Content::read(&value).map_err(|errors| format!("{errors:?}").into())
}

fn found(content: &Content, size: Option<usize>) -> Vec<(Level, String, &'static str)> {
    let facts = Facts { details: details(), day: day(), size, ..Facts::default() };
    let found = check(content, &facts).into_iter();
    found.map(|finding| (finding.level, finding.error.field, finding.error.code)).collect()
}

/// What is found in blocks of an issue that is well but for them.
fn in_blocks(blocks: Vec<Value>) -> TestResult<Vec<(Level, String, &'static str)>> {
    Ok(found(&issue("Om kerneopgaven", "Et tema til dig, der leder", blocks)?, None))
}

fn text(body: &str) -> Value {
    json!({ "kind": "text", "body": body })
}

fn event(date: &str) -> Value {
    let url = "https://lederweb.dk/vaeksthusdagen";
    json!({ "kind": "event", "title": "Væksthusdagen", "url": url, "date": date })
}

fn one(level: Level, field: &str, code: &'static str) -> Vec<(Level, String, &'static str)> {
    vec![(level, field.to_owned(), code)]
}

#[test]
fn an_issue_that_is_well_has_no_findings() -> TestResult {
    assert_eq!(in_blocks(vec![text("Læs [om kerneopgaven](https://lederweb.dk/a).")])?, []);
    Ok(())
}

#[test]
fn the_issue_of_the_example_has_no_stops() -> TestResult {
    let json = include_str!("../../../../assets/demo/special_kerneopgaven.json");
    let content = Content::read(&serde_json::from_str(json)?).map_err(|e| format!("{e:?}"))?;
    let stops: Vec<_> =
        found(&content, None).into_iter().filter(|(level, ..)| *level == Level::Stop).collect();
    assert_eq!(stops, []);
    Ok(())
}

#[test]
fn what_is_not_written_stops_and_leads_to_its_block() -> TestResult {
    let content = issue("Nyt", "Kort", vec![text("Nyt."), text("")])?;
    let facts = Facts { details: details(), day: day(), ..Facts::default() };
    let found = check(&content, &facts);
    let blocks: Vec<_> = found.iter().map(|finding| (finding.level, finding.block)).collect();
    assert_eq!(blocks, [(Level::Stop, Some(content.blocks[1].id))]);
    Ok(())
}

#[test]
fn text_that_only_held_a_place_stops() -> TestResult {
    let stop = one(Level::Stop, "blocks.0.body", "error-preflight-placeholder");
    for body in [
        "Lorem ipsum dolor.",
        "Mødet er xxx.",
        "TODO: navn",
        "TODO-",
        "Skriv her…",
        "[indsæt dato]",
    ] {
        assert_eq!(in_blocks(vec![text(body)])?, stop, "{body}");
    }
    for body in [
        "Skriv her til os.",
        "Str. xx",
        "En todo-liste",
        "TODO-lister for ledere",
        "Metoden",
        "Hotel XXXL",
    ] {
        assert_eq!(in_blocks(vec![text(body)])?, [], "{body}");
    }
    let subject = issue("Nyt: [indsæt emne]", "Kort", vec![text("Nyt.")])?;
    assert_eq!(found(&subject, None), one(Level::Stop, "subject", "error-preflight-placeholder"));
    Ok(())
}

#[test]
fn a_footer_that_does_not_say_who_sends_stops() -> TestResult {
    let content = issue("Nyt", "Kort", vec![text("Nyt.")])?;
    let without = |change: fn(&mut Details)| {
        let mut details = details();
        change(&mut details);
        let facts = Facts { details, day: day(), ..Facts::default() };
        let found = check(&content, &facts);
        found.into_iter().map(|finding| finding.error.code).collect::<Vec<_>>()
    };
    let stop = ["error-preflight-footer"];
    assert_eq!(without(|details| details.organisation.clear()), stop);
    assert_eq!(without(|details| details.postal_address = " ".to_owned()), stop);
    assert_eq!(without(|details| details.contact_email.clear()), stop);
    assert!(without(|details| details.cvr.clear()).is_empty());
    Ok(())
}

#[test]
fn the_size_warns_in_two_steps() -> TestResult {
    let content = issue("Nyt", "Kort", vec![text("Nyt.")])?;
    assert_eq!(found(&content, Some(80_000)), []);
    assert_eq!(found(&content, Some(80_001)), one(Level::Warn, "", "error-preflight-size"));
    assert_eq!(found(&content, Some(100_000)), one(Level::Warn, "", "error-preflight-size"));
    assert_eq!(found(&content, Some(100_001)), one(Level::Warn, "", "error-preflight-size-cut"));
    Ok(())
}

#[test]
fn a_long_subject_and_no_preheader_warn() -> TestResult {
    let blocks = || vec![text("Nyt.")];
    let long = issue(&"æ".repeat(61), "Kort", blocks())?;
    assert_eq!(found(&long, None), one(Level::Warn, "subject", "error-preflight-subject-long"));
    let fits = issue(&"æ".repeat(60), "Kort", blocks())?;
    assert_eq!(found(&fits, None), []);
    let bare = issue("Nyt", "", blocks())?;
    assert_eq!(found(&bare, None), one(Level::Warn, "preheader", "error-preflight-preheader"));
    Ok(())
}

#[test]
fn a_finding_keeps_its_key_while_people_come_and_go() {
    let finding = |field: &str, number: i64| {
        let error = FieldError::new(field, "error-preflight-audience").with("number", number);
        Finding { level: Level::Warn, block: None, error }.key()
    };
    assert_eq!(finding("", 100), finding("", 101));
    assert_ne!(finding("blocks.0.body", 100), finding("blocks.0.body", 101));
}
