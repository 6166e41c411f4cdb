//! Pictures: that they are there, are described, and are not heavy.

use super::*;
use crate::library::links::Outcome;
use crate::library::store::links::Check as LinkCheck;

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
