//! The part of a page that changes while somebody looks, sent whenever it has changed (server-sent
//! events, read by `live.js`).

use std::time::Duration;

use actix_web::http::header::ContentEncoding;
use actix_web::web::Bytes;
use actix_web::{HttpResponse, web};
use futures_util::{StreamExt, stream};

use crate::app::App;

/// How often a page looks, and how long before it must ask again who looks.
const EVERY: Duration = Duration::from_secs(1);
const LOOKS: u32 = 600;

/// What `look` shows, whenever it has changed; `None` ends it, and the page is loaded anew.
pub fn events<F>(app: web::Data<App>, look: impl Fn() -> F + 'static) -> HttpResponse
where
    F: Future<Output = Option<String>> + 'static,
{
    let events = stream::unfold((String::new(), LOOKS, look), move |(last, looks, look)| {
        let app = app.clone();
        async move {
            if looks == 0 || app.sender.is_stopping() {
                return None;
            }
            if looks < LOOKS {
                tokio::time::sleep(EVERY).await;
            }
            let Some(part) = look().await else {
                return Some((event("end", ""), (last, 0, look)));
            };
            let changed =
                if part == last { Bytes::from_static(b": \n\n") } else { event("part", &part) };
            Some((changed, (part, looks - 1, look)))
        }
    });
    HttpResponse::Ok()
        .content_type("text/event-stream")
        // Compressed, an event would wait for the next ones.
        .insert_header(ContentEncoding::Identity)
        .streaming(events.map(Ok::<_, actix_web::Error>))
}

fn event(name: &str, data: &str) -> Bytes {
    let mut text = format!("event: {name}\n");
    for line in data.split('\n') {
        text.push_str("data: ");
        text.push_str(line.trim_end_matches('\r'));
        text.push('\n');
    }
    text.push('\n');
    text.into()
}
