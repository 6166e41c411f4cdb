//! What a web page says about itself: title, summary, picture, date, language, and what it may be.
//!
//! Only tokens are looked at; no tree is built, so that no nesting is too deep. What a page says
//! is a proposal: a person looks before it is saved.

use chrono::{DateTime, NaiveDate};
use chrono_tz::Europe::Copenhagen;
use html5gum::emitters::default::DefaultEmitter;
use html5gum::{HtmlString, StartTag, Token, Tokenizer};
use serde_json::Value;
use url::Url;

use super::form::read_date;
use super::plain::{cut, line};
use super::save::{LINE_LIMIT, SUMMARY_LIMIT};
use super::{ItemKind, Precision};
use crate::web::Lang;

/// More tokens than any page has that is meant for people.
const MOST_TOKENS: usize = 200_000;
/// Longest value that is kept while reading, in bytes.
const MOST_VALUE: usize = 10_000;
/// Longest description for machines (JSON-LD) that is read, in bytes.
const MOST_JSON: usize = 200_000;
/// The most such descriptions that are read.
const MOST_SCRIPTS: usize = 10;

/// What a page says about itself. What it does not say is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Its title, without the name of the site.
    pub title: String,
    /// What it is about.
    pub summary: String,
    /// An `https` address.
    pub image: Option<String>,
    /// When it came out, or when the event is.
    pub published: Option<(NaiveDate, Precision)>,
    /// The language it is in.
    pub language: Option<Lang>,
    /// What it may be.
    pub kind: Option<ItemKind>,
    /// The series it belongs to.
    pub series: String,
    /// Its number in the series, from 1.
    pub number: Option<i32>,
    /// Where an event is held.
    pub place: String,
}

/// Reads a page that was found at an address.
pub fn read_page(html: &str, at: &Url) -> Found {
    let said = Said::read(html);
    let things: Vec<&Value> = said.scripts.iter().flat_map(things).collect();
    let main = things.iter().find(|thing| kind_of(thing).is_some());
    let told = |name: &str| {
        let value = main.and_then(|thing| text_of(&thing[name])).unwrap_or_default();
        value.to_owned()
    };
    let site = said.meta(&["og:site_name"]);
    let title = first([
        line(&said.meta(&["og:title"])),
        line(&told("headline")),
        line(&told("name")),
        line(&said.title),
    ]);
    let summary = first([
        line(&said.meta(&["og:description"])),
        line(&said.meta(&["description", "dcterms.description", "twitter:description"])),
        line(&told("description")),
    ]);
    let image = first([
        said.meta(&["og:image:secure_url", "og:image", "og:image:url", "twitter:image"]),
        told("image"),
    ]);
    let image = at.join(image.trim()).ok().filter(|_| !image.trim().is_empty());
    let dates = [
        told("startDate"),
        said.meta(&["article:published_time"]),
        told("datePublished"),
        said.meta(&["dcterms.issued", "dcterms.date", "dc.date", "date"]),
        said.time.clone(),
    ];
    let inner = |outer: &str, name: &str| {
        let found = main.and_then(|thing| text_of(&thing[outer]).or(text_of(&thing[outer][name])));
        line(found.unwrap_or_default())
    };
    let number = main
        .map(|thing| &thing["episodeNumber"])
        .and_then(|number| number.as_i64().or_else(|| number.as_str()?.trim().parse().ok()));
    let language = first([said.language.clone(), said.meta(&["og:locale"])]);
    Found {
        title: cut(&without_site(&title, &line(&site)), LINE_LIMIT),
        summary: cut(&summary, SUMMARY_LIMIT),
        image: image.filter(|url| url.scheme() == "https").map(String::from),
        published: dates.iter().find_map(|text| date(text.trim())),
        language: language.get(..2).and_then(|word| word.to_ascii_lowercase().parse().ok()),
        series: cut(&inner("partOfSeries", "name"), LINE_LIMIT),
        number: number.and_then(|number| i32::try_from(number).ok()).filter(|number| *number > 0),
        place: cut(&inner("location", "name"), LINE_LIMIT),
        kind: kind(main.and_then(|thing| kind_of(thing)), at, &said.meta(&["og:type"])),
    }
}

/// What stands in the page, before it is weighed.
#[derive(Default)]
struct Said {
    title: String,
    language: String,
    time: String,
    metas: Vec<(String, String)>,
    scripts: Vec<Value>,
}

/// Whose text is being read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Title,
    Json,
    Other,
}

impl Said {
    fn read(html: &str) -> Self {
        let mut emitter = DefaultEmitter::default();
        emitter.naively_switch_states(true);
        let mut said = Self::default();
        let (mut inside, mut text) = (Inside::Other, String::new());
        let tokens = Tokenizer::new_with_emitter(html, emitter);
        for token in tokens.take(MOST_TOKENS).flatten() {
            match token {
                Token::StartTag(tag) => {
                    inside = said.start(&tag);
                    text.clear();
                }
                Token::String(part) if inside != Inside::Other && text.len() <= MOST_JSON => {
                    text.push_str(&String::from_utf8_lossy(&part));
                }
                Token::EndTag(_) => {
                    match inside {
                        // A picture in the page can have a title too: the first one counts.
                        Inside::Title if said.title.is_empty() => said.title = limited(&text),
                        Inside::Json if text.len() <= MOST_JSON => {
                            said.scripts.extend(serde_json::from_str::<Value>(&text).ok());
                        }
                        _ => {}
                    }
                    inside = Inside::Other;
                }
                _ => {}
            }
        }
        said
    }

    fn start(&mut self, tag: &StartTag<()>) -> Inside {
        let value = |name: &[u8]| {
            let value = tag.attributes.get(&HtmlString::from(name.to_vec()));
            value.map(|value| limited(&String::from_utf8_lossy(value))).unwrap_or_default()
        };
        match tag.name.as_slice() {
            b"title" => return Inside::Title,
            b"script"
                if self.scripts.len() < MOST_SCRIPTS
                    && value(b"type").trim().eq_ignore_ascii_case("application/ld+json") =>
            {
                return Inside::Json;
            }
            b"html" if self.language.is_empty() => self.language = value(b"lang"),
            b"time" if self.time.is_empty() => self.time = value(b"datetime"),
            b"meta" if self.metas.len() < 500 => {
                let name = first([value(b"property"), value(b"name")]);
                self.metas.push((name.trim().to_ascii_lowercase(), value(b"content")));
            }
            _ => {}
        }
        Inside::Other
    }

    /// The first of some names that says something.
    fn meta(&self, names: &[&str]) -> String {
        let of = |name: &&str| {
            let mut all = self.metas.iter();
            all.find(|(found, value)| found == name && !value.trim().is_empty())
        };
        names.iter().find_map(of).map(|(_, value)| value.clone()).unwrap_or_default()
    }
}

/// The things that a description is of: itself, a list's, or a graph's.
fn things(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(all) => all.iter().collect(),
        Value::Object(one) => match one.get("@graph") {
            Some(Value::Array(all)) => all.iter().collect(),
            _ => vec![value],
        },
        _ => vec![],
    }
}

/// A text, or the first text or address in a list or an object.
fn text_of(value: &Value) -> Option<&str> {
    let value = value.as_array().and_then(|all| all.first()).unwrap_or(value);
    value.as_str().or_else(|| value["url"].as_str())
}

fn kind_of(thing: &Value) -> Option<ItemKind> {
    let name = thing["@type"].as_array().and_then(|all| all.first()).unwrap_or(&thing["@type"]);
    Some(match name.as_str()? {
        "Article" | "NewsArticle" | "BlogPosting" => ItemKind::Article,
        "PodcastEpisode" | "PodcastSeries" => ItemKind::Podcast,
        "Course" => ItemKind::Ecourse,
        "Book" | "Report" => ItemKind::Publication,
        name if name.ends_with("Event") => ItemKind::Event,
        _ => return None,
    })
}

/// What machines are told is often "article" for all there is; then the address knows better.
fn kind(told: Option<ItemKind>, at: &Url, og_type: &str) -> Option<ItemKind> {
    let path = at.path().to_ascii_lowercase();
    let by_path = [
        ("podcast", ItemKind::Podcast),
        ("e-kurs", ItemKind::Ecourse),
        ("arrangement", ItemKind::Event),
        ("konference", ItemKind::Event),
        ("udgivelse", ItemKind::Publication),
        ("publikation", ItemKind::Publication),
        ("vaerktoej", ItemKind::Tool),
        ("projekt", ItemKind::Project),
    ];
    told.filter(|kind| *kind != ItemKind::Article)
        .or_else(|| by_path.iter().find(|(word, _)| path.contains(word)).map(|(_, kind)| *kind))
        .or(told)
        .or_else(|| (og_type == "article").then_some(ItemKind::Article))
}

/// A day, as it is in Denmark when the time is told; or as much as is known.
fn date(text: &str) -> Option<(NaiveDate, Precision)> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some((time.with_timezone(&Copenhagen).date_naive(), Precision::Day));
    }
    let day = text.split_once(['T', ' ']).map_or(text, |(day, _)| day);
    read_date(day)
}

/// "Titel | Lederweb" without the name of the site.
fn without_site(title: &str, site: &str) -> String {
    let cut = [" | ", " - ", " – ", " — "].iter().find_map(|between| {
        let (title, end) = title.rsplit_once(between)?;
        (!site.is_empty() && end.eq_ignore_ascii_case(site)).then(|| title.trim().to_owned())
    });
    cut.filter(|title| !title.is_empty()).unwrap_or_else(|| title.to_owned())
}

fn limited(text: &str) -> String {
    text.chars().take(MOST_VALUE).collect()
}

fn first<const N: usize>(texts: [String; N]) -> String {
    texts.into_iter().find(|text| !text.trim().is_empty()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(address: &str, html: &str) -> anyhow::Result<Found> {
        Ok(read_page(html, &Url::parse(address)?))
    }

    #[test]
    fn an_article_with_open_graph_is_read() -> anyhow::Result<()> {
        let html = r#"<!doctype html><html lang="da-DK"><head>
            <title>Undgå værdiløs kompetenceudvikling | Lederweb</title>
            <meta name=description content="Den korte.">
            <meta property="og:title" content="Undg&aring; v&#230;rdil&oslash;s
                kompetence&shy;udvikling | Lederweb">
            <meta property="og:site_name" content="Lederweb">
            <meta property="og:description" content="Seks råd &amp; en metode.">
            <meta property="og:image" content="/media/1.jpg">
            <meta property="article:published_time" content="2017-08-24T22:30:00Z">
            <meta property="og:type" content="article"></head><body><svg><title>Logo</title></svg>"#;
        let found = read("https://www.lederweb.example/artikel/1", html)?;
        assert_eq!(found.title, "Undgå værdiløs kompetenceudvikling");
        assert_eq!(found.summary, "Seks råd & en metode.");
        assert_eq!(found.image.as_deref(), Some("https://www.lederweb.example/media/1.jpg"));
        assert_eq!(found.published, Some(("2017-08-25".parse()?, Precision::Day)));
        assert_eq!((found.language, found.kind), (Some(Lang::Da), Some(ItemKind::Article)));
        Ok(())
    }

    #[test]
    fn an_event_described_for_machines_is_read() -> anyhow::Result<()> {
        let html = r#"<html lang=en><title>KL</title><script type="application/ld+json">
            {"@graph":[{"@type":"WebSite","name":"KL"},{"@type":"BusinessEvent",
            "name":"Leadership <2017>","location":{"@type":"Place","name":"Odense"},"startDate":"2017-10-31T09:00","description":"A day.",
            "image":[{"url":"https://kl.example/a.png"}]}]}</script><script>{"a</title>"</script>"#;
        let found = read("https://kl.example/x", html)?;
        assert_eq!(found.title, "Leadership <2017>");
        assert_eq!((found.kind, found.language), (Some(ItemKind::Event), Some(Lang::En)));
        assert_eq!(found.place, "Odense");
        assert_eq!(found.published, Some(("2017-10-31".parse()?, Precision::Day)));
        assert_eq!(found.image.as_deref(), Some("https://kl.example/a.png"));
        Ok(())
    }

    #[test]
    fn an_old_page_gives_what_it_has_and_what_cannot_be_shown_is_left() -> anyhow::Result<()> {
        let html = r#"<TITLE>Podcast: Når jorden brænder</TITLE>
            <META NAME="DC.Date" CONTENT="2017-10"><meta property=og:image content="http://x.example/1.png">
            <p><time datetime="2016-01-01">"#;
        let found = read("http://gammel.example/podcast/2", html)?;
        assert_eq!(found.title, "Podcast: Når jorden brænder");
        assert_eq!((found.kind, found.image), (Some(ItemKind::Podcast), None));
        assert_eq!(found.published, Some(("2017-10-01".parse()?, Precision::Month)));
        assert_eq!(read("https://tom.example/", "")?, Found::default());
        Ok(())
    }

    #[test]
    fn no_page_is_too_nested_or_too_long() -> anyhow::Result<()> {
        let nested = format!("<title>Dyb</title>{}", "<div>".repeat(400_000));
        assert_eq!(read("https://a.example/", &nested)?.title, "Dyb");
        let json = format!(r#"<script type="application/ld+json">{}"#, "[".repeat(150_000));
        assert_eq!(read("https://a.example/", &(json + "</script>"))?, Found::default());
        let long = format!("<title>{}", "å".repeat(900_000));
        assert_eq!(read("https://a.example/", &long)?.title, "");
        let long = format!("<title>{}</title>", "å".repeat(5_000));
        assert_eq!(read("https://a.example/", &long)?.title.chars().count(), LINE_LIMIT);
        let attributes = format!("<meta {}>", "a=1 ".repeat(400_000));
        assert_eq!(read("https://a.example/", &attributes)?, Found::default());
        let marked = "<title>\u{e000}Kr\u{202e}ise\u{0}</title>";
        assert_eq!(read("https://a.example/", marked)?.title.trim_end_matches('\u{fffd}'), "Krise");
        Ok(())
    }
}
