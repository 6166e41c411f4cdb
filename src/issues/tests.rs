//! The special edition on the core task, from its content to what a mail program reads.

use chrono::NaiveDate;

use super::render::{self, Rendered};
use super::{Content, Frame, IssueKind};
use crate::newsletters::Details;
use crate::web::Lang;

type TestResult<T = ()> = Result<T, Box<dyn std::error::Error>>;

fn special_edition() -> TestResult<Content> {
    let json = include_str!("../../assets/demo/special_kerneopgaven.json");
    Content::read(&serde_json::from_str(json)?).map_err(|errors| format!("{errors:?}").into())
}

fn frame() -> Frame {
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

#[test]
fn links_are_numbered_once_a_block() -> TestResult {
    let links = rendered()?.links;
    let numbers: Vec<i32> = links.iter().map(|link| link.number).collect();
    assert_eq!(numbers, (1..=7).collect::<Vec<_>>());
    assert!(links.iter().all(|link| link.url.starts_with("https://lederweb.dk/")));
    Ok(())
}

#[test]
fn tmp_write() -> TestResult {
    let rendered = rendered()?;
    std::fs::write("/tmp/content-issue.html", rendered.write(&render::Untracked).html)?;
    std::fs::write("/tmp/content-issue.txt", rendered.text)?;
    std::fs::write("/tmp/content-web.html", super::web_version::render(&special_edition()?, &frame())?.to_string())?;
    std::fs::write("/tmp/content-theme.css", super::web_version::theme_css(&special_edition()?))?;
    Ok(())
}
