//! What the register is searched for: the beginning of an address, a name, a surname or a
//! workplace, and the same conditions as those of a segment.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::newsletters::Newsletter;
use crate::segments::{Condition, Field, Rules, sentence};
use crate::subscribers::SubscriptionState;
use crate::text_enum;
use crate::web::Page;

text_enum! {
    /// In which order the register is listed.
    pub enum Order {
        /// Who subscribed last comes first.
        Newest = "newest",
        /// Who subscribed first comes first.
        Oldest = "oldest",
    }
}

/// What is looked for.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// The beginning of an address, a name, a surname or a workplace.
    pub text: String,
    /// In this state only.
    pub state: Option<SubscriptionState>,
    /// Of this newsletter only, by its slug.
    pub newsletter: Option<String>,
    /// What must hold besides.
    pub rules: Rules,
    /// Older than this subscription only; for who goes through all from the newest to the oldest.
    pub before: Option<i64>,
}

/// What an address asks for. All is text, so that a hand-written address does no harm: what cannot
/// be understood is not asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Query {
    /// The text.
    pub q: String,
    /// A state.
    pub state: String,
    /// The slug of a newsletter.
    pub newsletter: String,
    /// A sector, or `none`.
    pub sector: String,
    /// A level of leadership, or `none`.
    pub leadership_group: String,
    /// A language.
    pub language: String,
    /// The domain of the address, or one above it.
    pub domain: String,
    /// Where the subscription came from.
    pub source: String,
    /// `yes` or `no`: consent to being measured.
    pub tracking: String,
    /// In which order, if not the newest first.
    pub order: String,
    /// The last subscription of the page before.
    pub after: String,
}

/// Longest text that is looked for, in characters.
const LONGEST: usize = 254;

impl Query {
    /// The fields that narrow it down, but for the text and the page, with what is asked for.
    pub fn filters(&self) -> [(Field, &str); 6] {
        [
            (Field::Sector, &self.sector),
            (Field::LeadershipGroup, &self.leadership_group),
            (Field::Language, &self.language),
            (Field::Domain, &self.domain),
            (Field::Source, &self.source),
            (Field::Tracking, &self.tracking),
        ]
    }

    /// Whether anything but a page is asked for.
    pub fn is_narrowed(&self) -> bool {
        let typed = [&self.q, &self.state, &self.newsletter];
        typed.iter().any(|text| !text.trim().is_empty())
            || self.filters().iter().any(|(_, text)| !text.trim().is_empty())
    }

    /// The same without what cannot be understood.
    #[must_use]
    pub fn understood(mut self) -> Self {
        if self.state.parse::<SubscriptionState>().is_err() {
            self.state.clear();
        }
        for (field, text) in [
            (Field::Sector, &mut self.sector),
            (Field::LeadershipGroup, &mut self.leadership_group),
            (Field::Language, &mut self.language),
            (Field::Domain, &mut self.domain),
            (Field::Source, &mut self.source),
            (Field::Tracking, &mut self.tracking),
        ] {
            if condition((field, text)).is_none() {
                text.clear();
            }
        }
        if self.order.parse::<Order>().is_err() {
            self.order.clear();
        }
        self.after.clear();
        self
    }

    /// In which order.
    pub fn order(&self) -> Order {
        self.order.parse().unwrap_or(Order::Newest)
    }

    /// The subscription after which a page begins.
    pub fn after(&self) -> Option<i64> {
        self.after.parse().ok()
    }

    /// Only what can be kept under a name: not the text, which may be somebody's name or address, nor
    /// an address that stands in the wrong field.
    #[must_use]
    pub fn without_text(self) -> Self {
        let mut query = Self { q: String::new(), ..self.understood() };
        for text in [&mut query.newsletter, &mut query.source] {
            if text.contains('@') {
                text.clear();
            }
        }
        query
    }

    /// What it means.
    pub fn search(&self) -> Search {
        let rules = self.filters().into_iter().filter_map(condition).flat_map(|rules| rules.0);
        Search {
            text: self.q.chars().take(LONGEST).collect(),
            state: self.state.parse().ok(),
            newsletter: Some(self.newsletter.clone()).filter(|slug| !slug.is_empty()),
            rules: Rules(rules.collect()),
            before: None,
        }
    }

    /// The same for the audit log: of a text that was searched for, which may be a name or an address,
    /// only that there was one. The log outlives the people.
    pub fn for_audit(&self) -> Value {
        let pairs = self.pairs().into_iter().map(|(name, value)| {
            let value = if name == "q" { "…" } else { value };
            (name.to_owned(), Value::from(value))
        });
        Value::Object(pairs.collect())
    }

    /// Whom it asks for: names and values.
    pub fn pairs(&self) -> Vec<(&'static str, &str)> {
        let typed =
            [("q", self.q.as_str()), ("state", &self.state), ("newsletter", &self.newsletter)];
        let filters = self.filters().map(|(field, value)| (field.as_str(), value));
        typed.into_iter().chain(filters).filter(|(_, value)| !value.is_empty()).collect()
    }

    /// Whom it asks for and in which order, as the query of an address.
    pub fn address(&self) -> String {
        self.serializer().finish()
    }

    /// The query of the page after a subscription.
    pub fn next(&self, last: i64) -> String {
        self.serializer().append_pair("after", &last.to_string()).finish()
    }

    fn serializer(&self) -> url::form_urlencoded::Serializer<'static, String> {
        let mut address = url::form_urlencoded::Serializer::new(String::new());
        address.extend_pairs(self.pairs());
        if self.order() != Order::Newest {
            address.append_pair("order", self.order().as_str());
        }
        address
    }
}

/// What a filter means, if it can be understood.
fn condition((field, text): (Field, &str)) -> Option<Rules> {
    let text = text.trim();
    let condition = match (field, text) {
        (_, "") => return None,
        (Field::Tracking, "yes" | "no") => Condition { field, not: text == "no", values: vec![] },
        (Field::Tracking, _) => return None,
        _ => Condition { field, not: false, values: vec![text.to_owned()] },
    };
    // One at a time, so that what cannot be understood takes nothing else with it.
    Rules(vec![vec![condition]]).checked().ok()
}

/// What is asked for, in words: what it looks at, and the value.
pub fn in_words(query: &Query, page: &Page, newsletters: &[Newsletter]) -> Vec<(String, String)> {
    let words = |(name, value): (&'static str, &str)| match name {
        "q" => (page.t("register-search"), value.to_owned()),
        "state" => (page.t("register-state"), page.t(format!("state-{value}"))),
        "newsletter" => {
            let title = newsletters.iter().find(|one| one.slug == value);
            let title = title.map_or(value, |newsletter| &newsletter.title);
            (page.t("new-newsletter"), title.to_owned())
        }
        _ => {
            let field: Field = name.parse().unwrap_or(Field::Source);
            let value = match field {
                Field::Tracking => page.t(format!("register-tracking-{value}")),
                Field::Sector | Field::LeadershipGroup | Field::Language => {
                    sentence::choice(field, value, page.texts())
                }
                _ => value.to_owned(),
            };
            (page.t(format!("segment-field-{field}")), value)
        }
    };
    query.pairs().into_iter().map(words).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_understood_is_not_asked_for() {
        let query = Query {
            sector: "region".to_owned(),
            language: "klingon".to_owned(),
            domain: "@Århus.dk".to_owned(),
            tracking: "no".to_owned(),
            state: "nonsense".to_owned(),
            ..Query::default()
        };
        let search = query.search();
        let asked: Vec<(Field, bool, String)> = search
            .rules
            .0
            .iter()
            .flatten()
            .map(|it| (it.field, it.not, it.values.join(",")))
            .collect();
        let expected = [
            (Field::Sector, false, "region".to_owned()),
            (Field::Domain, false, "xn--rhus-poa.dk".to_owned()),
            (Field::Tracking, true, String::new()),
        ];
        assert_eq!(asked, expected);
        assert_eq!(search.state, None);
        assert!(query.next(7).contains("after=7") && query.next(7).contains("sector=region"));
        let understood = [("sector", "region"), ("domain", "@Århus.dk"), ("tracking", "no")];
        assert_eq!(query.clone().understood().pairs(), understood);
        assert!(query.is_narrowed() && !Query::default().is_narrowed());
    }
}
