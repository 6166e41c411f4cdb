//! `/archive/feed.xml`: the archive for news readers, with the whole text.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::app::App;
use crate::error::Result;
use crate::issues::{archive, splice, store};
use crate::newsletters;
use crate::web::Lang;

/// Issues in the feed.
const MOST: i64 = 50;

#[derive(Template)]
#[template(path = "issues/pages/feed.xml", escape = "html")]
struct Feed {
    title: String,
    lang: Lang,
    base: String,
    /// What names it for ever.
    id: String,
    /// Its own address.
    own: String,
    updated: String,
    entries: Vec<Entry>,
}

struct Entry {
    subject: String,
    address: String,
    day: String,
    /// When a link of it was corrected last, else its day.
    updated: String,
    summary: String,
    lang: Lang,
    /// HTML as text: the template escapes it.
    content: String,
}

/// What the address says.
#[derive(Deserialize)]
pub struct Asked {
    /// The slug of a newsletter; all of them when it is not given.
    #[serde(default)]
    newsletter: String,
}

/// `GET /archive/feed.xml`: Atom (RFC 4287).
pub async fn feed(app: web::Data<App>, asked: web::Query<Asked>) -> Result<HttpResponse> {
    let wanted = asked.into_inner().newsletter;
    let base = app.links.base().to_string();
    let is_all = wanted.is_empty();
    let own = match is_all {
        true => format!("{base}archive/feed.xml"),
        false => {
            let query = url::form_urlencoded::byte_serialize(wanted.as_bytes()).collect::<String>();
            format!("{base}archive/feed.xml?newsletter={query}")
        }
    };
    let (newsletters, issues) = app
        .db
        .read(move |conn| {
            let newsletters = match wanted.is_empty() {
                true => newsletters::store::all(conn)?,
                false => vec![newsletters::store::by_slug(conn, &wanted)?],
            };
            let only = newsletters.first().filter(|_| !wanted.is_empty()).map(|one| one.id);
            let mut issues = Vec::new();
            for (issue, rendition) in store::newest_published(conn, only, MOST)? {
                let of = newsletters.iter().find(|one| one.id == issue.newsletter);
                let lang = of.map_or(Lang::Da, |one| one.language);
                let (web, corrections) = archive::corrected(conn, &issue, &rendition, lang)?;
                let corrected_at = corrections.iter().filter_map(|row| row.at).max();
                issues.push((issue, rendition, lang, web, corrected_at));
            }
            Ok((newsletters, issues))
        })
        .await?;
    let entries: Vec<Entry> = issues
        .into_iter()
        .filter_map(|(issue, rendition, lang, web, corrected_at)| {
            let day = format!("{}T00:00:00Z", issue.published_on?);
            Some(Entry {
                updated: corrected_at
                    .map_or(day.clone(), |at| at.whole_second().utc().to_rfc3339()),
                day,
                address: app.links.archived(&issue.slug),
                lang,
                summary: splice::without_person(&rendition.preheader),
                content: absolute(&web.into_string(), &base),
                subject: issue.subject,
            })
        })
        .collect();
    let first = newsletters.first();
    let feed = Feed {
        title: first.map(|one| one.title.clone()).unwrap_or_default(),
        lang: first.map_or(Lang::Da, |one| one.language),
        id: if is_all { format!("{base}archive") } else { own.clone() },
        own,
        // All are written in UTC, so that the latest is the last in order.
        updated: entries
            .iter()
            .map(|entry| entry.updated.clone())
            .max()
            .unwrap_or_else(|| "1970-01-01T00:00:00Z".to_owned()),
        base,
        entries,
    };
    let body = feed.render().map_err(anyhow::Error::new)?;
    // Characters that XML cannot hold were never stored: text is cleaned when it is read.
    Ok(HttpResponse::Ok().content_type("application/atom+xml; charset=utf-8").body(body))
}

/// A web version with its addresses in full, for readers that show it elsewhere; and without the
/// frame of an issue that is MJML, which has its words beside it.
fn absolute(web: &str, base: &str) -> String {
    let mut html = web.to_owned();
    if let Some(start) = html.find("<iframe")
        && let Some(end) = html[start..].find("</iframe>")
    {
        html.replace_range(start..start + end + "</iframe>".len(), "");
    }
    for name in ["src", "href"] {
        html = html.replace(&format!(" {name}=\"/"), &format!(" {name}=\"{base}"));
    }
    html
}
