//! Who gets an issue.
//!
//! Always: active subscriptions of its newsletter that are not paused, want this kind of issue,
//! and whose address is not suppressed. What is stored with the issue narrows that down.

use super::{IssueKind, freeze};
use crate::db::{Json, PublicId};

/// The rules that are stored with an issue; none of them is everyone.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Audience {
    /// Only those to whom an issue was sent (accepted): for a mail that corrects it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent: Option<PublicId>,
}

impl Audience {
    /// Reads the rules of an issue. What cannot be read is an error and never "everyone".
    pub fn read(stored: &Json) -> anyhow::Result<Self> {
        serde_json::from_value(stored.0.clone())
            .map_err(|error| anyhow::Error::new(error).context("the issue's audience"))
    }

    /// What an approval is bound to: the hash of whom the rules are asked of and of the rules as
    /// they are written when nothing is left to choice.
    pub fn hash(&self, newsletter: PublicId, kind: IssueKind) -> anyhow::Result<String> {
        let rules = serde_json::to_value(self)?.to_string();
        Ok(freeze::hash(&[&newsletter.to_string(), kind.as_str(), &rules]))
    }
}
