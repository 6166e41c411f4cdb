//! Each rule with what it finds and with what comes near and is none.

use serde_json::{Value, json};

use super::*;
use crate::library::links::Outcome;
use crate::library::store::links::Check as LinkCheck;

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
    let json = include_str!("../../../assets/demo/special_kerneopgaven.json");
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
fn a_link_that_only_the_own_network_knows_stops() -> TestResult {
    let stop = one(Level::Stop, "blocks.0.body", "error-preflight-private");
    for host in [
        "intranet",
        "intranet.",
        "localhost:8080",
        "10.1.2.3",
        "192.168.0.7",
        "172.16.0.1",
        "127.0.0.1",
        "169.254.1.1",
        "100.64.0.1",
        "0.0.0.0",
        "[::1]",
        "[fd00::1]",
        "[fe80::1]",
        "[ff02::1]",
        "[::ffff:10.0.0.1]",
        "wiki.kommune.local",
        "sag.internal",
    ] {
        let body = format!("Se [planen](https://{host}/plan).");
        assert_eq!(in_blocks(vec![text(&body)])?, stop, "{host}");
    }
    for host in ["lederweb.dk", "local.dk", "172.32.0.1", "100.128.0.1", "8.8.8.8", "[2a00::1]"] {
        let body = format!("Se [planen](https://{host}/plan).");
        assert_eq!(in_blocks(vec![text(&body)])?, [], "{host}");
    }
    let mail = text("Skriv til [redaktionen](mailto:redaktion@lederweb.example).");
    assert_eq!(in_blocks(vec![mail])?, []);
    Ok(())
}

#[test]
fn pictures_buttons_and_projects_are_looked_at_too() -> TestResult {
    let image =
        json!({ "url": "https://nas/billede.png", "alt": "To ledere", "decorative": false });
    let picture = json!({ "kind": "image", "image": image });
    let button = json!({ "kind": "button", "text": "Tilmeld dig", "url": "https://nas/a" });
    let projects = json!([{ "title": "Samspil", "url": "https://nas/b", "groups": [] }]);
    let list = json!({ "kind": "project_list", "title": "Projekter", "projects": projects });
    let fields: Vec<_> = in_blocks(vec![picture, button, list])?
        .into_iter()
        .filter(|(.., code)| *code == "error-preflight-private")
        .map(|(_, field, _)| field)
        .collect();
    assert_eq!(fields, ["blocks.0.image.url", "blocks.1.url", "blocks.2.projects.0.url"]);
    Ok(())
}

#[test]
fn text_that_only_held_a_place_stops() -> TestResult {
    let stop = one(Level::Stop, "blocks.0.body", "error-preflight-placeholder");
    for body in ["Lorem ipsum dolor.", "Mødet er xxx.", "TODO: navn", "Skriv her…", "[indsæt dato]"]
    {
        assert_eq!(in_blocks(vec![text(body)])?, stop, "{body}");
    }
    for body in ["Skriv her til os.", "Str. xx", "En todo-liste", "Metoden", "Hotel XXXL"] {
        assert_eq!(in_blocks(vec![text(body)])?, [], "{body}");
    }
    let subject = issue("Nyt: [indsæt emne]", "Kort", vec![text("Nyt.")])?;
    assert_eq!(found(&subject, None), one(Level::Stop, "subject", "error-preflight-placeholder"));
    Ok(())
}

#[test]
fn an_event_that_has_been_stops() -> TestResult {
    let stop = one(Level::Stop, "blocks.0.date", "error-preflight-past");
    for date in [
        "23. marts 2017",
        "Torsdag den 23. marts 2017 kl. 9.00",
        "22.-23. mar. 2017",
        "23/3 2017",
        "23-03-2017",
        "2017-03-23",
        "23 March 2017",
        "Oktober 2016",
    ] {
        assert_eq!(in_blocks(vec![event(date)])?, stop, "{date}");
    }
    for date in [
        "24. marts 2017",
        "23.-24. marts 2017",
        "30. november 2016 og 4. april 2017",
        "23. marts",
        "Hver torsdag",
        "",
    ] {
        assert_eq!(in_blocks(vec![event(date)])?, [], "{date}");
    }
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
fn the_words_of_a_link_say_where_it_leads() -> TestResult {
    let warn = one(Level::Warn, "blocks.0.body", "error-preflight-link-words");
    for words in ["her", "Læs mere", "Klik her »", "Læs **mere**", "read more"] {
        let body = format!("Om planen: [{words}](https://lederweb.dk/a)");
        assert_eq!(in_blocks(vec![text(&body)])?, warn, "{words}");
    }
    for words in ["Læs mere om planen", "Herning", "Læs artiklen"] {
        let body = format!("Om planen: [{words}](https://lederweb.dk/a)");
        assert_eq!(in_blocks(vec![text(&body)])?, [], "{words}");
    }
    let button = json!({ "kind": "button", "text": "Læs mere", "url": "https://lederweb.dk/a" });
    let warn = one(Level::Warn, "blocks.0.text", "error-preflight-link-words");
    assert_eq!(in_blocks(vec![button])?, warn);
    Ok(())
}

#[test]
fn the_same_address_in_two_blocks_warns() -> TestResult {
    let link = |url: &str| text(&format!("Se [planen]({url})."));
    let found = in_blocks(vec![link("https://lederweb.dk/a"), link("https://lederweb.dk/a/")])?;
    assert_eq!(found, one(Level::Warn, "blocks.1", "error-preflight-twice"));
    let found = in_blocks(vec![link("https://lederweb.dk/a"), link("https://lederweb.dk/b")])?;
    assert_eq!(found, []);
    let twice = "Se [planen](https://lederweb.dk/a) og [bilaget](https://lederweb.dk/a).";
    assert_eq!(in_blocks(vec![text(twice)])?, []);
    Ok(())
}

#[test]
fn the_same_address_in_the_introduction_and_a_block_warns() -> TestResult {
    let special = |intro: &str, hidden: bool| {
        let mut block = text("Læs [hele planen](https://lederweb.dk/a).");
        block["id"] = "6f1d2c1e-0001-4a6b-9c10-5d3b7a9e0000".into();
        block["hidden"] = hidden.into();
        let value = json!({
            "version": 1, "subject": "Om kerneopgaven", "preheader": "Et tema til dig, der leder",
            "theme": { "title": "Kerneopgaven", "intro": intro }, "blocks": [block],
        });
        Content::read(&value).map_err(|errors| format!("{errors:?}"))
    };
    let intro = "Se [planen for året](https://lederweb.dk/a/).";
    let warn = one(Level::Warn, "blocks.0", "error-preflight-twice-intro");
    assert_eq!(found(&special(intro, false)?, None), warn);
    // What nobody gets is there once.
    let hidden = found(&special(intro, true)?, None);
    assert!(hidden.iter().all(|found| found.2 != "error-preflight-twice-intro"), "{hidden:?}");
    assert_eq!(found(&special("Se [en anden plan](https://lederweb.dk/b).", false)?, None), []);
    Ok(())
}

#[test]
fn the_same_address_twice_in_an_issue_in_mjml_warns() -> TestResult {
    let whole = |first: &str, second: &str| {
        let button =
            |url: &str| format!("<mj-button href=\"{url}\">Se planen for året</mj-button>");
        let source = format!(
            "<mjml><mj-body><mj-section><mj-column>{}{}</mj-column></mj-section></mj-body></mjml>",
            button(first),
            button(second)
        );
        let value = json!({
            "version": 1, "subject": "Om kerneopgaven", "preheader": "Et tema til dig, der leder",
            "mjml": source,
        });
        Content::read(&value).map_err(|errors| format!("{errors:?}"))
    };
    let twice = found(&whole("https://lederweb.dk/a", "https://lederweb.dk/a")?, None);
    let is_twice = |found: &&(Level, String, &str)| found.2 == "error-preflight-twice-source";
    let said: Vec<_> = twice.iter().filter(is_twice).collect();
    assert_eq!(said, [&(Level::Warn, "mjml".to_owned(), "error-preflight-twice-source")]);
    let once = found(&whole("https://lederweb.dk/a", "https://lederweb.dk/b")?, None);
    assert_eq!(once.iter().find(is_twice), None);
    Ok(())
}

#[test]
fn a_picture_is_not_described_by_its_file() -> TestResult {
    let picture = |alt: &str| {
        let image = json!({ "url": "/a.png", "alt": alt, "decorative": false });
        json!({ "kind": "image", "image": image })
    };
    let warn = one(Level::Warn, "blocks.0.image.alt", "error-preflight-alt-file");
    assert_eq!(in_blocks(vec![picture("IMG_0042.JPG")])?, warn);
    assert_eq!(in_blocks(vec![picture("To ledere ved en tavle")])?, []);
    Ok(())
}

#[test]
fn links_without_encryption_and_headings_out_of_order_are_hints() -> TestResult {
    let found = in_blocks(vec![text("Se [planen](http://lederweb.dk/a).")])?;
    assert_eq!(found, one(Level::Hint, "blocks.0.body", "error-preflight-http"));
    let heading = |level: u8| json!({ "kind": "heading", "text": "Nyt", "level": level });
    let found = in_blocks(vec![heading(3), heading(2)])?;
    assert_eq!(found, one(Level::Hint, "blocks.0.level", "error-preflight-level"));
    assert_eq!(in_blocks(vec![heading(2), heading(3)])?, []);
    Ok(())
}

#[test]
fn what_only_matters_when_it_is_about_to_go_is_asked_then() -> TestResult {
    let content = issue("Nyt", "Kort", vec![text("Nyt.")])?;
    let found = |audience, last, is_tested| {
        let sending = Some(Sending { audience, is_past: false, last, is_tested, close: None });
        let facts = Facts { details: details(), day: day(), sending, ..Facts::default() };
        check(&content, &facts).into_iter().map(|found| found.error.code).collect::<Vec<_>>()
    };
    assert_eq!(found(100, None, true), [""; 0]);
    assert_eq!(found(0, Some(100), true), ["error-preflight-nobody"]);
    assert_eq!(found(100, None, false), ["error-preflight-untested"]);
    for (audience, is_unusual) in [(80, false), (79, true), (120, false), (121, true)] {
        let expected: &[&str] = if is_unusual { &["error-preflight-audience"] } else { &[] };
        assert_eq!(found(audience, Some(100), true), expected, "{audience}");
    }
    Ok(())
}

#[test]
fn a_time_that_has_passed_stops() -> TestResult {
    let content = issue("Nyt", "Kort", vec![text("Nyt.")])?;
    let sending = Sending { audience: 1, is_past: true, last: None, is_tested: true, close: None };
    let sending = Some(sending);
    let facts = Facts { details: details(), day: day(), sending, ..Facts::default() };
    let found = check(&content, &facts).into_iter();
    let found: Vec<_> = found.map(|one| (one.level, one.error.field, one.error.code)).collect();
    assert_eq!(found, one(Level::Stop, "at", "error-time-past"));
    Ok(())
}

#[test]
fn words_in_ones_own_mjml_that_are_hard_to_read_are_warned_of() -> TestResult {
    let section = |colour: &str| {
        let source = format!(
            "<mj-section><mj-column><mj-text color=\"{colour}\">Om opgaven</mj-text></mj-column>\
             </mj-section>"
        );
        json!({ "kind": "mjml", "source": source })
    };
    let found = in_blocks(vec![text("Nyt."), section("#999999")])?;
    assert_eq!(found, one(Level::Warn, "blocks.1.source", "error-preflight-contrast"));
    assert_eq!(in_blocks(vec![section("#555555")])?, []);
    let mut whole = crate::issues::mjml::BEGINNING.to_owned();
    let value = |mjml: &str| json!({ "version": 1, "subject": "Nyt", "preheader": "Kort", "blocks": [], "mjml": mjml });
    let read = |mjml: &str| Content::read(&value(mjml)).map_err(|errors| format!("{errors:?}"));
    let faint = |content: &Content| {
        let faint = |(_, field, code): &(_, String, &str)| {
            field == "mjml" && *code == "error-preflight-contrast"
        };
        super::tests::found(content, None).iter().filter(|found| faint(found)).count()
    };
    assert_eq!(faint(&read(&whole)?), 0);
    whole = whole.replace("#1c2830", "#b0b0b0");
    assert_eq!(faint(&read(&whole)?), 1);
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

/// Two hundred blocks, as many as an issue may have; says how long it takes.
#[test]
#[expect(clippy::print_stderr, reason = "the figure is what it is for")]
fn looking_at_two_hundred_blocks_is_quick() -> TestResult {
    let body = "Ledelse af **kerneopgaven** begynder med [en samtale](https://lederweb.dk/a). ";
    let blocks = (0..200).map(|at| match at % 4 {
        0 => event("24. marts 2017"),
        1 => json!({ "kind": "button", "text": "Tilmeld dig", "url": "https://lederweb.dk/b" }),
        _ => text(&body.repeat(8)),
    });
    let content = issue("Nyt", "Kort", blocks.collect())?;
    let start = std::time::Instant::now();
    for _ in 0..20 {
        assert!(!found(&content, Some(90_000)).is_empty());
    }
    eprintln!("preflight of 200 blocks: {:?}", start.elapsed() / 20);
    Ok(())
}

#[test]
fn pictures_that_are_gone_stop_and_heavy_ones_warn_once() -> TestResult {
    let path = |letter: &str| format!("/images/{}-1200x800.jpg", letter.repeat(64));
    let image = |letter: &str| {
        let image = json!({ "url": path(letter), "alt": "Et møde" });
        json!({ "kind": "image", "image": image })
    };
    let blocks = vec![image("a"), image("b"), image("a"), image("c"), image("d"), image("e")];
    let content = issue("Om kerneopgaven", "Et tema til dig, der leder", blocks)?;
    let sizes = |sizes: &[(&str, Option<i64>)]| Facts {
        details: details(),
        day: day(),
        known: Known {
            pictures: sizes.iter().map(|(letter, size)| (letter.repeat(64), *size)).collect(),
            ..Known::default()
        },
        ..Facts::default()
    };
    let found = |facts: &Facts| {
        let found = check(&content, facts).into_iter();
        found.map(|finding| (finding.error.field, finding.error.code)).collect::<Vec<_>>()
    };
    let light = Some(250_000);
    assert_eq!(found(&sizes(&[("a", light), ("b", light), ("c", light), ("d", light)])), []);
    let heavy = sizes(&[("a", Some(300_001)), ("b", light), ("c", light), ("d", light)]);
    assert_eq!(
        found(&heavy),
        [
            ("blocks.0.image.url".to_owned(), "error-preflight-picture-heavy"),
            ("blocks.0.image.url".to_owned(), "error-preflight-pictures-heavy"),
        ]
    );
    let gone = sizes(&[("a", light), ("b", None)]);
    assert_eq!(found(&gone), [("blocks.1.image.url".to_owned(), "error-preflight-picture-gone")]);
    Ok(())
}

#[test]
fn pictures_on_other_sites_are_weighed_and_missed_too() -> TestResult {
    let image = |url: &str| {
        let image = json!({ "url": url, "alt": "Et møde" });
        json!({ "kind": "image", "image": image })
    };
    let source = "<mj-section><mj-column><mj-image src=\"https://foto.example/tung.jpg\" alt=\"To \
                  ledere\" /></mj-column></mj-section>";
    let (light, gone) = ("https://foto.example/let.jpg", "https://foto.example/vaek.jpg");
    let own = json!({ "kind": "mjml", "source": source });
    let content = issue("Om kerneopgaven", "Tema", vec![image(light), image(gone), own])?;
    let look = |url: &str, outcome, status, bytes| LinkCheck {
        url: url.to_owned(),
        outcome: Some(outcome),
        status: Some(status),
        checked_at: None,
        broken_since: None,
        is_dead: false,
        bytes,
    };
    let links = vec![
        look(light, Outcome::Ok, 200, Some(20_000)),
        look(gone, Outcome::Broken, 404, Some(900_000)),
        look("https://foto.example/tung.jpg", Outcome::Ok, 200, Some(2_400_000)),
    ];
    let known = Known { links, ..Known::default() };
    let facts = Facts { details: details(), day: day(), known, ..Facts::default() };
    let found = check(&content, &facts).into_iter();
    let found: Vec<_> = found.map(|one| (one.error.field, one.error.code)).collect();
    assert_eq!(
        found,
        [
            ("blocks.1.image.url".to_owned(), "error-preflight-picture-dead"),
            ("blocks.2.source".to_owned(), "error-preflight-picture-heavy"),
            ("blocks.2.source".to_owned(), "error-preflight-pictures-heavy"),
        ]
    );
    let looked_at = addresses(&content);
    assert!(looked_at.iter().any(|url| url == gone) && looked_at.len() == 3, "{looked_at:?}");
    Ok(())
}

#[test]
fn mjml_of_ones_own_is_looked_at_as_the_blocks_are() -> TestResult {
    let found = |inside: &str| -> TestResult<Vec<(Level, &str)>> {
        let source = format!("<mj-section><mj-column>{inside}</mj-column></mj-section>");
        let found = in_blocks(vec![json!({ "kind": "mjml", "source": source })])?;
        assert!(found.iter().all(|(_, field, _)| field == "blocks.0.source"), "{found:?}");
        Ok(found.into_iter().map(|(level, _, code)| (level, code)).collect())
    };
    assert_eq!(
        found("<mj-button>Tilmeld dig</mj-button><mj-text>Se <a>planen</a></mj-text>")?,
        [(Level::Stop, "error-preflight-link-empty"); 2]
    );
    assert_eq!(
        found("<mj-image src=\"https://10.0.0.1/moede.png\" alt=\"Et møde\" />")?,
        [(Level::Stop, "error-preflight-private")]
    );
    assert_eq!(
        found("<mj-text>Planen: <a href=\"https://lederweb.dk/a\">læs <b>her</b></a></mj-text>")?,
        [(Level::Warn, "error-preflight-link-words")]
    );
    let well = "<mj-text>Læs <a href=\"https://lederweb.dk/a\">om planen</a> her</mj-text>";
    assert_eq!(found(well)?, []);
    Ok(())
}

#[test]
fn a_month_that_is_over_has_passed() -> TestResult {
    let stop = one(Level::Stop, "blocks.0.date", "error-preflight-past");
    for (date, is_past) in
        [("februar 2017", true), ("Marts 2017", false), ("foråret 2017", false), ("1 2017", false)]
    {
        let expected = if is_past { stop.clone() } else { vec![] };
        assert_eq!(in_blocks(vec![event(date)])?, expected, "{date}");
    }
    Ok(())
}
