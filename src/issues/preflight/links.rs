//! Links that a look in the background found dead, or could not open.

use super::{Check, Level};
use crate::error::FieldError;
use crate::issues::Content;
use crate::library::links::Outcome;
use crate::library::store::links::Check as LinkCheck;

impl Check<'_> {
    /// What was found when its links were looked at, on the block of each.
    pub(super) fn looked_at(&mut self, known: &[LinkCheck]) {
        for (at, block) in self.content.blocks.iter().enumerate() {
            let mut urls: Vec<&str> = block.kind.links().into_iter().map(|(url, _)| url).collect();
            urls.sort_unstable();
            urls.dedup();
            for url in urls {
                let Some(look) = known.iter().find(|look| look.url == url) else { continue };
                let (level, code) = match look.outcome {
                    Some(Outcome::Broken) => (Level::Warn, "error-preflight-dead"),
                    Some(Outcome::Unsure) => (Level::Hint, "error-preflight-unsure"),
                    _ => continue,
                };
                let error = FieldError::new(format!("blocks.{at}"), code)
                    .with("url", url)
                    .with("status", look.status.unwrap_or_default());
                self.add(level, error);
            }
        }
    }
}

/// The addresses of an issue, each once.
pub fn addresses(content: &Content) -> Vec<String> {
    let links = content.blocks.iter().flat_map(|block| block.kind.links());
    let mut urls: Vec<String> = links.map(|(url, _)| url.to_owned()).collect();
    urls.retain(|url| url.starts_with("http"));
    urls.sort_unstable();
    urls.dedup();
    urls
}
