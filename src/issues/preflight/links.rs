//! Links that stand in an issue twice, and those that a look in the background found dead or could
//! not open.

use std::collections::HashMap;

use super::{Check, Level, pictures};
use crate::error::FieldError;
use crate::issues::Content;
use crate::issues::content::Block;
use crate::library::links::Outcome;
use crate::library::store::links::Check as LinkCheck;

/// Where a link stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// In the introduction of the theme.
    Intro,
    /// In the source of an issue that is MJML as a whole.
    Source,
    /// In the block at a position.
    Block(usize),
}

impl Place {
    /// The field of the findings about it.
    fn path(self) -> String {
        match self {
            Self::Intro => "theme.intro".to_owned(),
            Self::Source => "mjml".to_owned(),
            Self::Block(at) => format!("blocks.{at}"),
        }
    }
}

/// The links of an issue in reading order, with those of the blocks that are wanted.
fn links(content: &Content, wanted: fn(&Block) -> bool) -> impl Iterator<Item = (Place, &str)> {
    let intro = content.theme.iter().flat_map(|theme| theme.intro.links());
    let whole = content.mjml.iter().flat_map(|mjml| mjml.links());
    let blocks = content.blocks.iter().enumerate().filter(move |(_, block)| wanted(block));
    let blocks = blocks.flat_map(|(at, block)| {
        block.kind.links().into_iter().map(move |(url, _)| (Place::Block(at), url))
    });
    let intro = intro.map(|url| (Place::Intro, url));
    intro.chain(whole.map(|url| (Place::Source, url))).chain(blocks)
}

impl Check<'_> {
    /// What was found when its links were looked at, at the place of each.
    pub(super) fn looked_at(&mut self, known: &[LinkCheck]) {
        let mut links: Vec<(Place, &str)> = links(self.content, |_| true).collect();
        links.sort_unstable();
        links.dedup();
        for (place, url) in links {
            let Some(look) = known.iter().find(|look| look.url == url) else { continue };
            let (level, code) = match look.outcome {
                Some(Outcome::Broken) => (Level::Warn, "error-preflight-dead"),
                Some(Outcome::Unsure) => (Level::Hint, "error-preflight-unsure"),
                _ => continue,
            };
            let error = FieldError::new(place.path(), code)
                .with("url", url)
                .with("status", look.status.unwrap_or_default());
            self.add(level, error);
        }
    }

    /// The same address in two blocks, in the introduction and a block, or twice in a source, where
    /// nobody sees the other one. Within one text it is seen.
    pub(super) fn twice(&mut self) {
        let mut seen: HashMap<&str, Place> = HashMap::new();
        let mut in_source: Vec<(&str, usize)> = Vec::new();
        for (place, url) in links(self.content, |block| !block.hidden) {
            let first = *seen.entry(url.trim_end_matches('/')).or_insert(place);
            let error = match (first, place) {
                (_, Place::Source) => {
                    match in_source.iter_mut().find(|(known, _)| *known == url) {
                        Some((_, count)) => *count += 1,
                        None => in_source.push((url, 1)),
                    }
                    continue;
                }
                (first, place) if first == place => continue,
                (Place::Block(at), _) => {
                    FieldError::new(place.path(), "error-preflight-twice").with("number", at + 1)
                }
                _ => FieldError::new(place.path(), "error-preflight-twice-intro"),
            };
            let error = error.with("url", url);
            if self.found.iter().all(|known| known.error != error) {
                self.add(Level::Warn, error);
            }
        }
        for (url, count) in in_source.into_iter().filter(|(_, count)| *count > 1) {
            let error = FieldError::new(Place::Source.path(), "error-preflight-twice-source");
            self.add(Level::Warn, error.with("url", url).with("count", count));
        }
    }
}

/// The addresses of an issue that are looked at in the background, each once: its links, and its
/// pictures on other sites.
pub fn addresses(content: &Content) -> Vec<String> {
    let mut urls: Vec<String> = links(content, |_| true).map(|(_, url)| url.to_owned()).collect();
    urls.extend(pictures::elsewhere(content));
    urls.retain(|url| url.starts_with("http"));
    urls.sort_unstable();
    urls.dedup();
    urls
}
