//! What an editor waits for after every save: an issue of two hundred blocks, as many as there may
//! be, rendered for its size and looked over.

use std::hint::black_box;
use std::time::Instant;

use chrono::NaiveDate;
use lederbrev::issues::preflight::{Facts, check};
use lederbrev::issues::render::{self, Untracked};
use lederbrev::issues::{Content, Frame, IssueKind};
use lederbrev::newsletters::Details;
use lederbrev::web::Lang;
use serde_json::{Value, json};

use crate::measure::median;

const BLOCKS: usize = 200;
/// In milliseconds.
const GOAL: f64 = 50.0;

fn block(at: usize) -> Value {
    let body = "Ledelse af **kerneopgaven** begynder med [en samtale](https://lederweb.dk/a) om, hvad \
                borgerne har brug for, og hvem der gør hvad. ";
    let mut block = match at % 4 {
        0 => json!({
            "kind": "event", "title": "Væksthusdagen", "date": "24. april 2017",
            "url": "https://lederweb.dk/vaeksthusdagen",
        }),
        1 => json!({ "kind": "button", "text": "Tilmeld dig", "url": "https://lederweb.dk/b" }),
        2 => json!({
            "kind": "article", "title": "Kerneopgaven i praksis", "teaser": body,
            "url": format!("https://lederweb.dk/artikler/{at}"),
        }),
        _ => json!({ "kind": "text", "body": body.repeat(4) }),
    };
    block["id"] = format!("6f1d2c1e-0001-4a6b-9c10-5d3b7a9e{at:04}").into();
    block
}

fn details() -> Details {
    Details {
        organisation: "Væksthus for Ledelse".to_owned(),
        postal_address: "Eksempelvej 1, 1000 København K".to_owned(),
        contact_email: "redaktion@lederweb.example".to_owned(),
        ..Details::default()
    }
}

pub fn run() {
    let blocks: Vec<Value> = (0..BLOCKS).map(block).collect();
    let value =
        json!({ "version": 1, "subject": "Om opgaven", "preheader": "Tema", "blocks": blocks });
    let content = Content::read(&value).unwrap();
    let day = NaiveDate::from_ymd_opt(2017, 3, 24).unwrap();
    let frame = Frame {
        newsletter: "Nyt fra Lederweb".to_owned(),
        lang: Lang::Da,
        kind: IssueKind::Ordinary,
        series_number: None,
        date: day,
        note: None,
        base: "https://nyt.lederweb.example/".to_owned(),
        web_version: "https://nyt.lederweb.example/archive/om-opgaven".to_owned(),
        subscribe: "https://nyt.lederweb.example/subscribe/lederweb".to_owned(),
        privacy: "https://nyt.lederweb.example/privacy".to_owned(),
        accessibility: "https://nyt.lederweb.example/was".to_owned(),
        details: details(),
    };
    let (mut rendering, mut looking) = (Vec::new(), Vec::new());
    for _ in 0..21 {
        let began = Instant::now();
        let size = render::render(&content, &frame).unwrap().write(&Untracked).html.len();
        rendering.push(began.elapsed().as_secs_f64() * 1_000.0);
        let began = Instant::now();
        let facts = Facts { details: details(), day, size: Some(size), ..Facts::default() };
        assert!(!black_box(check(&content, &facts)).is_empty());
        looking.push(began.elapsed().as_secs_f64() * 1_000.0);
    }
    let (rendering, looking) = (median(rendering), median(looking));
    println!("{BLOCKS} blocks: rendered in {rendering:.1} ms, looked over in {looking:.1} ms");
    println!("RESULT preflight {:.1} goal <{GOAL}", rendering + looking);
}
