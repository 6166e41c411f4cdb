//! Links: where they lead, what they say, and that each stands once.

use super::*;

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
fn links_without_encryption_and_headings_out_of_order_are_hints() -> TestResult {
    let found = in_blocks(vec![text("Se [planen](http://lederweb.dk/a).")])?;
    assert_eq!(found, one(Level::Hint, "blocks.0.body", "error-preflight-http"));
    let heading = |level: u8| json!({ "kind": "heading", "text": "Nyt", "level": level });
    let found = in_blocks(vec![heading(3), heading(2)])?;
    assert_eq!(found, one(Level::Hint, "blocks.0.level", "error-preflight-level"));
    assert_eq!(in_blocks(vec![heading(2), heading(3)])?, []);
    Ok(())
}
