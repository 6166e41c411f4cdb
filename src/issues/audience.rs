//! Who gets an issue.
//!
//! Always: active subscriptions of its newsletter that are not paused, want this kind of issue,
//! and whose address is not suppressed. What is stored with the issue narrows that down. The rules
//! of a segment are copied into the issue, so that what was approved is what is counted and sent.

use super::{IssueKind, freeze};
use crate::db::{Json, PublicId};
use crate::segments::Rules;

/// The rules that are stored with an issue; none of them is everyone.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Audience {
    /// Only those to whom an issue was sent (accepted): for a mail that corrects it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent: Option<PublicId>,
    /// Only those whom one of these segments picks; everyone if there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<Copied>,
    /// But none of those whom one of these segments picks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<Copied>,
    /// Only those who subscribe to one of these newsletters too; everyone if there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub only_newsletters: Vec<PublicId>,
    /// But none of those who subscribe to one of these newsletters too.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub except_newsletters: Vec<PublicId>,
}

/// A segment as it was when it was chosen.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Copied {
    /// The segment.
    pub segment: PublicId,
    /// What it was called.
    pub name: String,
    /// Its rules.
    pub rules: Rules,
}

impl Audience {
    /// The segments that it names.
    pub fn segments(&self) -> impl Iterator<Item = &Copied> {
        self.only.iter().chain(&self.except)
    }

    /// Whether it is less than everyone.
    pub fn is_narrowed(&self) -> bool {
        *self != Self::default()
    }

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
