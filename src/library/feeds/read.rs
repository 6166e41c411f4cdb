//! Read the feeds that are due; new entries become items.

use std::collections::HashSet;

use chrono::TimeDelta;
use html5gum::{HtmlString, Token, Tokenizer};
use url::Url;

use super::{Contents, Entry, Feed, entries};
use crate::app::App;
use crate::db::PublicId;
use crate::error::{Error, FieldError, Result};
use crate::library::store::feeds as store;
use crate::library::{Details, ItemKind, NewItem, Precision, fetch as pasted, store as items};
use crate::web::outside::Version;

/// How often a feed is read.
const EVERY: TimeDelta = TimeDelta::hours(6);
/// How long a feed waits after its first failure; twice as long after each further one.
const AFTER_FAILURE: TimeDelta = TimeDelta::minutes(30);
/// At most so long.
const AT_MOST: TimeDelta = TimeDelta::hours(24);
/// For who reads it: long enough for a slow server, short enough to be taken over.
const CLAIM: TimeDelta = TimeDelta::minutes(10);
/// The most feeds that a run of the job reads.
const AT_ONCE: i64 = 5;
/// Entries that are stored in one write.
const CHUNK: usize = 25;
/// What is asked for.
const ACCEPT: &str = "application/rss+xml,application/atom+xml,application/feed+json,\
                      application/xml;q=0.9,application/json;q=0.8,text/xml;q=0.8,text/html;q=0.5";

/// What a fetch brought.
pub(super) enum Reading {
    /// Nothing since the last time.
    Same,
    /// A feed.
    New {
        /// Where it was found.
        url: String,
        /// What it has.
        contents: Contents,
        /// Which version it is.
        version: Version,
    },
}

/// Fetches a feed, or the feed that a page names.
pub(super) async fn fetch(
    app: &App,
    url: &str,
    known: &Version,
) -> std::result::Result<Reading, FieldError> {
    let mut address = pasted::with_scheme(url);
    for is_named in [false, true] {
        let file = app.outside.file(&address, ACCEPT, known).await;
        let file =
            file.map_err(|why| FieldError { field: "url".into(), ..pasted::refused(&why) })?;
        let Some(file) = file else { return Ok(Reading::Same) };
        let at = file.url.clone();
        if !is_named
            && file.kind == "text/html"
            && let Some(named) = named_feed(&file.bytes, &at)
        {
            address = named;
            continue;
        }
        let version = file.version;
        let bytes = file.bytes;
        let contents = tokio::task::spawn_blocking(move || entries::parse(&bytes, &at)).await;
        let contents = contents.map_err(|_| FieldError::new("url", "error-feed-none"))??;
        return Ok(Reading::New { url: address, contents, version });
    }
    Err(FieldError::new("url", "error-feed-none"))
}

/// The feed that a page says that it has.
fn named_feed(html: &[u8], at: &Url) -> Option<String> {
    let html = String::from_utf8_lossy(html);
    for token in Tokenizer::new(html.as_ref()).take(20_000).flatten() {
        let Token::StartTag(tag) = token else { continue };
        let value = |name: &[u8]| {
            let value = tag.attributes.get(&HtmlString::from(name.to_vec()));
            value.map(|value| String::from_utf8_lossy(value).trim().to_ascii_lowercase())
        };
        let kind = value(b"type").unwrap_or_default();
        let is_feed = ["application/rss+xml", "application/atom+xml", "application/feed+json"];
        if tag.name.as_slice() == b"link"
            && value(b"rel").is_some_and(|rel| rel == "alternate")
            && is_feed.contains(&kind.as_str())
        {
            let href = tag.attributes.get(&HtmlString::from(b"href".to_vec()))?;
            return at.join(&String::from_utf8_lossy(href)).ok().map(String::from);
        }
    }
    None
}

/// Reads the feeds whose time has come. Returns whether there were any.
pub async fn read_due(app: &App) -> Result<bool> {
    let now = app.clock.now();
    let due = app.db.read(move |conn| Ok(store::due(conn, now, AT_ONCE)?)).await?;
    let any = !due.is_empty();
    for feed in due {
        let (id, was) = (feed.id, feed.due_at);
        let until = now + CLAIM;
        // Another process may have it by now.
        if app.db.write(move |conn| Ok(store::claim(conn, id, was, until)?)).await? {
            // What is wrong with one feed is written down there, and is not another's.
            if let Err(why) = read(app, &feed).await? {
                tracing::info!(feed = %feed.uuid, why = why.code, "a feed could not be read");
            }
        }
    }
    Ok(any)
}

/// Reads a feed now, whatever its time is. Returns how many items are new.
///
/// # Errors
/// [`Error::Invalid`] says why it cannot be read.
pub async fn read_now(app: &App, uuid: PublicId) -> Result<usize> {
    let feed = app.db.read(move |conn| Ok(store::by_uuid(conn, uuid)?)).await?;
    read(app, &feed).await?.map_err(|error| Error::Invalid(vec![error]))
}

async fn read(app: &App, feed: &Feed) -> Result<std::result::Result<usize, FieldError>> {
    let known = Version { etag: feed.etag.clone(), last_modified: feed.last_modified.clone() };
    let reading = fetch(app, &feed.new.url, &known).await;
    let (id, now) = (feed.id, app.clock.now());
    match reading {
        Ok(Reading::Same) => {
            let next = now + EVERY;
            app.db.write(move |conn| Ok(store::read(conn, id, None, now, next)?)).await?;
            Ok(Ok(0))
        }
        Ok(Reading::New { contents, version, .. }) => {
            let added = take(app, feed, contents.entries).await?;
            let next = now + EVERY;
            // Only now: a crash before this reads all of it again, which adds nothing twice.
            app.db.write(move |conn| Ok(store::read(conn, id, Some(&version), now, next)?)).await?;
            Ok(Ok(added))
        }
        Err(error) => {
            let wait = AFTER_FAILURE * 2_i32.pow(feed.failures.clamp(0, 10).unsigned_abs());
            let next = now + wait.min(AT_MOST);
            let (code, value) = (error.code, error.args.first().map(|(_, value)| value.clone()));
            app.db
                .write(move |conn| Ok(store::failed(conn, id, code, value.as_deref(), now, next)?))
                .await?;
            Ok(Err(error))
        }
    }
}

/// Makes items of the entries whose addresses nobody knows.
async fn take(app: &App, feed: &Feed, entries: Vec<Entry>) -> Result<usize> {
    let known = app.db.read(|conn| Ok(items::all_addresses(conn)?)).await?;
    let mut keys: HashSet<String> = known.iter().filter_map(|url| pasted::key(url)).collect();
    let mut fresh: Vec<NewItem> = entries
        .into_iter()
        .filter(|entry| pasted::key(&entry.url).is_some_and(|key| keys.insert(key)))
        .map(|entry| item(feed, entry))
        .collect();
    // The newest is added last, because the list has those of one day in that order.
    fresh.reverse();
    let mut added = 0;
    for chunk in fresh.chunks(CHUNK) {
        let (chunk, id, now) = (chunk.to_vec(), feed.id, app.clock.now());
        added += app
            .db
            .write(move |conn| {
                let mut added = 0;
                for new in &chunk {
                    // Somebody may have pasted it in the meantime.
                    if items::by_address(conn, &new.addresses[0])?.is_none() {
                        let item = items::insert(conn, new, now)?;
                        items::came_from(conn, item.id, id)?;
                        added += 1;
                    }
                }
                Ok(added)
            })
            .await?;
    }
    Ok(added)
}

fn item(feed: &Feed, entry: Entry) -> NewItem {
    let is_podcast = feed.new.kind == ItemKind::Podcast;
    NewItem {
        details: Details {
            kind: feed.new.kind,
            title: entry.title,
            summary: entry.summary,
            language: feed.new.language,
            published_on: entry.day,
            published_precision: entry.day.map(|_| Precision::Day),
            series: is_podcast.then(|| feed.new.name.clone()),
            number: entry.number.filter(|_| is_podcast),
            leadership_groups: String::new(),
            image_url: entry.image,
            place: None,
            valid_until: None,
        },
        addresses: vec![entry.url],
    }
}
