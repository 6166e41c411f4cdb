//! Who gets an issue.
//!
//! Always: active subscriptions of its newsletter that are not paused, want this kind of issue,
//! and whose address is not suppressed. What is stored with the issue narrows that down. The rules
//! of a segment are copied into the issue, so that what was approved is what is counted and sent.

use std::collections::BTreeSet;

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

    /// Whether two issues were for the same people as an editor names them: the same segments and
    /// newsletters, whatever a segment was called then and whichever rules it had.
    pub fn names_the_same(&self, other: &Self) -> bool {
        let named = |copied: &[Copied]| -> BTreeSet<PublicId> {
            copied.iter().map(|one| one.segment).collect()
        };
        let set = |ids: &[PublicId]| -> BTreeSet<PublicId> { ids.iter().copied().collect() };
        self.sent == other.sent
            && named(&self.only) == named(&other.only)
            && named(&self.except) == named(&other.except)
            && set(&self.only_newsletters) == set(&other.only_newsletters)
            && set(&self.except_newsletters) == set(&other.except_newsletters)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_that_was_renamed_or_changed_is_still_the_same_choice() {
        let (leaders, others) = (PublicId::random(), PublicId::random());
        let copied = |segment, name: &str| {
            let rules = Rules::default();
            Copied { segment, name: name.to_owned(), rules }
        };
        let only = |copied: Vec<Copied>| Audience { only: copied, ..Audience::default() };
        let before = only(vec![copied(leaders, "Ledere"), copied(others, "Andre")]);
        let after = only(vec![copied(others, "De øvrige"), copied(leaders, "Topledere")]);
        assert!(before.names_the_same(&after));
        assert!(!before.names_the_same(&only(vec![copied(leaders, "Ledere")])));
        assert!(!before.names_the_same(&Audience::default()));
        let except = Audience { except: before.only.clone(), ..Audience::default() };
        assert!(!before.names_the_same(&except));
    }
}
