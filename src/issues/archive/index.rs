//! What the archive is searched by: written for each public issue, and anew when the stemmer is.

use super::stems;
use crate::app::App;
use crate::db::DbConn;
use crate::error::Result;
use crate::issues::store::{self, ArchiveText};
use crate::issues::{Issue, freeze, splice};
use crate::newsletters;

/// Issues a write.
const CHUNK: i64 = 20;

/// Writes down what public issues say that are not searchable yet; `true` when there were any.
pub async fn write_down(app: &App) -> Result<bool> {
    let waiting = app.db.read(|conn| Ok(store::unindexed(conn, stems::VERSION, 1)?)).await?;
    if waiting.is_empty() {
        return Ok(false);
    }
    app.db
        .write(|conn| {
            for issue in store::unindexed(conn, stems::VERSION, CHUNK)? {
                of(conn, &issue)?;
            }
            Ok(())
        })
        .await?;
    Ok(true)
}

/// Writes down what one public issue says.
pub(super) fn of(conn: &mut DbConn, issue: &Issue) -> Result<()> {
    let newsletter = newsletters::store::find(conn, issue.newsletter)?;
    let number = issue.approved_revision.unwrap_or(issue.current_revision);
    // One that cannot be read is still in the list.
    let content = store::revision(conn, issue.id, number)
        .ok()
        .and_then(|revision| freeze::content(&revision).ok())
        .unwrap_or_default();
    let rendition = store::rendition(conn, issue.rendition.as_deref().unwrap_or_default())?;
    let theme = content.theme.map(|theme| theme.title.to_string()).unwrap_or_default();
    let preheader = splice::without_person(&rendition.preheader);
    let plain = [issue.subject.clone(), preheader, words(&rendition.web)].join(" · ");
    let text = ArchiveText {
        issue: issue.id,
        stemmer: stems::VERSION,
        stems: stems::stored(&format!("{theme} {plain}"), newsletter.language),
        plain,
        theme,
    };
    Ok(store::keep_archive_text(conn, &text)?)
}

/// The words of HTML, with one blank between them.
pub(super) fn words(html: &str) -> String {
    let mut text = String::new();
    for token in html5gum::Tokenizer::new(html) {
        let Ok(token) = token;
        match token {
            html5gum::Token::String(words) => text.push_str(&String::from_utf8_lossy(&words)),
            html5gum::Token::StartTag(tag) => {
                let is_inline = ["a", "b", "strong", "em", "i", "span"]
                    .iter()
                    .any(|name| name.as_bytes() == &**tag.name);
                if !is_inline {
                    text.push(' ');
                }
                // What a picture shows is part of what the issue says.
                if let Some(alt) = tag.attributes.get(&b"alt"[..]) {
                    text.push_str(&String::from_utf8_lossy(alt));
                    text.push(' ');
                }
            }
            html5gum::Token::EndTag(_) => {}
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
