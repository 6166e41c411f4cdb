//! Who gets an issue.
//!
//! Always: active subscriptions of its newsletter that are not paused, want this kind of issue,
//! and whose address is not suppressed. What is stored with the issue narrows that down.

use crate::db::Json;

/// The rules that are stored with an issue; none of them is everyone.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Audience {}

impl Audience {
    /// Reads the rules of an issue. What cannot be read is an error and never "everyone".
    pub fn read(stored: &Json) -> anyhow::Result<Self> {
        serde_json::from_value(stored.0.clone())
            .map_err(|error| anyhow::Error::new(error).context("the issue's audience"))
    }
}
