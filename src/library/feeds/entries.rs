//! The bytes of a feed as entries of plain text.

use chrono_tz::Europe::Copenhagen;
use feed_rs::model::{self, Text};
use url::Url;

use super::{Contents, Entry, MOST_ENTRIES, guard};
use crate::error::FieldError;
use crate::library::plain::{self, cut};
use crate::library::save::{ADDRESS_LIMIT, LINE_LIMIT, SUMMARY_LIMIT};

/// How much of a summary is read before its tags are taken out, in bytes.
const MOST_SUMMARY: usize = 50_000;
/// How much of a summary is kept, in characters: a feed may carry whole articles.
const SUMMARY_BEST: usize = 500;

/// Reads a feed that was found at an address.
///
/// # Errors
/// A finding for the field `url`: it is none, or it is one that must not be read.
pub(super) fn parse(bytes: &[u8], at: &Url) -> Result<Contents, FieldError> {
    guard::check(bytes)?;
    let feed = feed_rs::parser::Builder::new().base_uri(Some(at)).build().parse(bytes);
    let feed = feed.map_err(|_| FieldError::new("url", "error-feed-none"))?;
    let mut found: Vec<&model::Entry> = feed.entries.iter().collect();
    // Without a date it stays where the feed has it, before all that is dated.
    found.sort_by_key(|entry| std::cmp::Reverse(entry.published.or(entry.updated)));
    let language = feed.language.as_deref().unwrap_or_default();
    Ok(Contents {
        title: cut(&text(feed.title.as_ref()), LINE_LIMIT),
        language: language.get(..2).and_then(|word| word.to_ascii_lowercase().parse().ok()),
        entries: found.into_iter().filter_map(|e| entry(e, at)).take(MOST_ENTRIES).collect(),
    })
}

fn entry(entry: &model::Entry, at: &Url) -> Option<Entry> {
    let web = |href: &str| {
        let url = at.join(href.trim()).ok()?;
        let fits = matches!(url.scheme(), "http" | "https") && url.as_str().len() <= ADDRESS_LIMIT;
        (fits && url.username().is_empty() && url.password().is_none()).then_some(url)
    };
    let is_own = |link: &&model::Link| link.rel.as_deref().is_none_or(|rel| rel == "alternate");
    let url = entry.links.iter().filter(is_own).find_map(|link| web(&link.href))?;
    let title = cut(&text(entry.title.as_ref()), LINE_LIMIT);
    let summary = match text(entry.summary.as_ref()) {
        empty if empty.is_empty() => {
            html(entry.content.as_ref().and_then(|content| content.body.as_deref()))
        }
        summary => summary,
    };
    let thumbnails = entry.media.iter().flat_map(|media| &media.thumbnails);
    let image = thumbnails.map(|thumbnail| thumbnail.image.uri.as_str()).find_map(web);
    let episode = entry.media.iter().find_map(|media| media.episode.as_ref());
    (!title.is_empty()).then(|| Entry {
        title,
        summary: cut(&summary, SUMMARY_BEST.min(SUMMARY_LIMIT)),
        url: crate::library::fetch::clean(&url),
        image: image.filter(|url| url.scheme() == "https").map(String::from),
        day: entry
            .published
            .or(entry.updated)
            .map(|at| at.with_timezone(&Copenhagen).date_naive())
            .filter(|day| (1900..=2200).contains(&chrono::Datelike::year(day))),
        number: episode.map(|episode| episode.number).and_then(whole),
    })
}

/// A number of an episode, when it is a whole one.
fn whole(number: f32) -> Option<i32> {
    format!("{number}").parse().ok().filter(|number| *number > 0)
}

fn text(text: Option<&Text>) -> String {
    html(text.map(|text| text.content.as_str()))
}

fn html(html: Option<&str>) -> String {
    let html = html.unwrap_or_default();
    plain::text(&html[..html.floor_char_boundary(MOST_SUMMARY)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Contents, &'static str> {
        let at = Url::parse("https://lederweb.example/rss").map_err(|_| "address")?;
        parse(bytes, &at).map_err(|error| error.code)
    }

    #[test]
    fn every_kind_of_feed_is_read_as_text() -> Result<(), &'static str> {
        let rss = r#"<?xml version="1.0"?><rss version="2.0"><channel><title>Lederweb</title>
            <language>da-DK</language>
            <item><title>Ældst</title><link>/artikel/1?utm_source=rss</link>
            <pubDate>Mon, 20 Mar 2017 23:30:00 GMT</pubDate></item>
            <item><title>Nyest &lt;script&gt;alert(1)&lt;/script&gt; {{navn}}</title>
            <link>https://lederweb.example/artikel/2</link>
            <description>&lt;p&gt;Seks &lt;b&gt;råd&lt;/b&gt;&lt;/p&gt;&lt;img src=x onerror=alert(1)&gt;</description>
            <pubDate>Fri, 24 Mar 2017 06:00:00 GMT</pubDate></item>
            <item><title>Uden adresse</title></item>
            <item><title>Forkert</title><link>javascript:alert(1)</link></item>
            </channel></rss>"#;
        let found = read(rss.as_bytes())?;
        let titles: Vec<&str> = found.entries.iter().map(|entry| entry.title.as_str()).collect();
        assert_eq!(titles, ["Nyest {{navn}}", "Ældst"]);
        assert_eq!(found.entries[0].summary, "Seks råd");
        assert_eq!(found.entries[1].url, "https://lederweb.example/artikel/1");
        // Late in the evening in London it is the next day in Denmark.
        assert_eq!(found.entries[1].day.map(|day| day.to_string()).as_deref(), Some("2017-03-21"));
        assert_eq!(
            (found.title.as_str(), found.language),
            ("Lederweb", Some(crate::web::Lang::Da))
        );

        let atom = r#"<feed xmlns="http://www.w3.org/2005/Atom"><title>KL</title>
            <entry><title type="html">Ledelse &amp;amp; retning</title><id>a</id>
            <link rel="self" href="https://kl.example/feed/1"/><link href="https://kl.example/1"/>
            <updated>2017-03-24T08:00:00Z</updated><content type="xhtml">
            <div xmlns="http://www.w3.org/1999/xhtml"><p>Hele <em>teksten</em>.</p></div></content></entry></feed>"#;
        let found = read(atom.as_bytes())?;
        assert_eq!(found.entries[0].title, "Ledelse & retning");
        assert_eq!(found.entries[0].url, "https://kl.example/1");
        assert_eq!(found.entries[0].summary, "Hele teksten.");

        let json = r#"{"version":"https://jsonfeed.org/version/1","title":"J","items":[
            {"id":"1","url":"https://j.example/1","title":"Én","content_html":"<p>To</p>"}]}"#;
        let found = read(json.as_bytes())?;
        assert_eq!(
            (found.entries[0].title.as_str(), found.entries[0].summary.as_str()),
            ("Én", "To")
        );
        Ok(())
    }

    #[test]
    fn bombs_are_refused_before_they_are_read() {
        let entities = r#"<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>
            <rss version="2.0"><channel><title>&b;</title></channel></rss>"#;
        assert_eq!(read(entities.as_bytes()), Err("error-feed-entities"));
        let nested = format!("<rss version=\"2.0\"><channel>{}", "<a>".repeat(500_000));
        assert_eq!(read(nested.as_bytes()), Err("error-feed-nested"));
        let many = format!("<rss version=\"2.0\"><channel>{}", "<item/>".repeat(250_000));
        assert_eq!(read(many.as_bytes()), Err("error-feed-many"));
        let many = format!("{{\"version\":\"1\",\"items\":[{}{{}}]}}", "{},".repeat(600_000));
        assert_eq!(read(many.as_bytes()), Err("error-feed-many"));
        let nested = format!("{{\"version\":\"1\",\"items\":{}", "[".repeat(500_000));
        assert_eq!(read(nested.as_bytes()), Err("error-feed-none"));
        for none in ["", "Goddag", "<html><title>En side</title>", "{}", "<rss version=\"2.0\""] {
            assert_eq!(read(none.as_bytes()), Err("error-feed-none"), "{none}");
        }
        // Markup inside text is no nesting.
        let quoted = format!(
            "<rss version=\"2.0\"><channel><item><title>A</title><link>https://a.example/1</link>\
             <description><![CDATA[{}]]></description></item></channel></rss>",
            "<div>".repeat(3_000)
        );
        assert_eq!(read(quoted.as_bytes()).map(|found| found.entries.len()), Ok(1));
    }
}
