//! What a feed must not be, looked for before anybody parses it: a few bytes that become a flood.
//!
//! The parser expands no entities of a document and builds no tree, but an entry takes a kilobyte
//! even when it is empty.

use crate::error::FieldError;

/// Deepest nesting of elements.
const MOST_DEPTH: usize = 100;
/// Most things in a feed, of whatever kind.
const MOST_THINGS: usize = 50_000;
/// Most entries in a feed. Of those only the newest are looked at.
const MOST_ENTRIES: usize = 5_000;

/// Refuses what no feed that is meant for readers is.
pub(super) fn check(bytes: &[u8]) -> Result<(), FieldError> {
    let refuse = |code| Err(FieldError::new("url", code));
    let start = bytes.iter().find(|byte| matches!(byte, b'<' | b'{'));
    match start {
        Some(b'<') => {
            if memchr::memmem::find(bytes, b"<!ENTITY").is_some() {
                return refuse("error-feed-entities");
            }
            let (depth, things, entries) = xml(bytes);
            match () {
                () if depth > MOST_DEPTH => refuse("error-feed-nested"),
                () if things > MOST_THINGS || entries > MOST_ENTRIES => refuse("error-feed-many"),
                () => Ok(()),
            }
        }
        // serde_json stops at a depth of 128 by itself.
        Some(b'{') if memchr::memchr_iter(b'{', bytes).count() > MOST_THINGS => {
            refuse("error-feed-many")
        }
        Some(b'{') => Ok(()),
        _ => refuse("error-feed-none"),
    }
}

/// The greatest depth, the number of elements, and how many of them are entries.
fn xml(bytes: &[u8]) -> (usize, usize, usize) {
    let (mut depth, mut deepest, mut things, mut entries) = (0_usize, 0, 0, 0);
    let mut rest = bytes;
    while let Some(at) = memchr::memchr(b'<', rest) {
        rest = &rest[at..];
        let end = |mark: &[u8]| memchr::memmem::find(rest, mark).map(|at| at + mark.len());
        let length = if rest.starts_with(b"<![CDATA[") {
            end(b"]]>")
        } else if rest.starts_with(b"<!--") {
            end(b"-->")
        } else {
            end(b">")
        };
        let Some(length) = length else { break };
        let tag = &rest[..length];
        match tag.get(1) {
            Some(b'/') => depth = depth.saturating_sub(1),
            Some(b'!' | b'?') => {}
            _ => {
                things += 1;
                let name = tag[1..].split(|b| b.is_ascii_whitespace() || matches!(b, b'>' | b'/'));
                let name = name.into_iter().next().unwrap_or_default();
                let name = name.rsplit(|byte| *byte == b':').next().unwrap_or_default();
                entries += usize::from(matches!(name, b"item" | b"entry"));
                if !tag.ends_with(b"/>") {
                    depth += 1;
                    deepest = deepest.max(depth);
                }
            }
        }
        rest = &rest[length..];
    }
    (deepest, things, entries)
}
