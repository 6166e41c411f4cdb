//! What was given for the settings, and how it is read. Whoever refuses a value names the setting.

use std::collections::BTreeMap;

use anyhow::{Context, bail};

use super::settings::SETTINGS;

/// Names, as in [`SETTINGS`], and what was given for them.
pub(super) struct Values(BTreeMap<String, String>);

impl Values {
    /// Refuses names that no setting has: most likely one is written wrongly.
    pub(super) fn new(given: BTreeMap<String, String>) -> anyhow::Result<Self> {
        for name in given.keys() {
            if !SETTINGS.iter().any(|setting| setting.name == name) {
                bail!("there is no setting {name}; `lederbrev settings` lists them all");
            }
        }
        Ok(Self(given))
    }

    /// The value of a setting, if there is one. An empty value is as good as none; a default in
    /// parentheses is computed by who asks.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        let given = self.0.get(name).map(|value| value.trim()).filter(|value| !value.is_empty());
        given.map(str::to_owned).or_else(|| {
            let setting = SETTINGS.iter().find(|setting| setting.name == name)?;
            Some(setting.default.to_owned())
                .filter(|default| !default.is_empty() && !default.starts_with('('))
        })
    }

    pub(super) fn must(&self, name: &str) -> anyhow::Result<String> {
        self.get(name).with_context(|| format!("LEDERBREV_{name} is missing"))
    }

    /// What commas separate.
    pub(super) fn list(&self, name: &str) -> Vec<String> {
        let value = self.get(name).unwrap_or_default();
        let items = value.split(',').map(|item| item.trim().to_owned());
        items.filter(|item| !item.is_empty()).collect()
    }

    /// A number of a range.
    pub(super) fn number(&self, name: &str, least: usize, most: usize) -> anyhow::Result<usize> {
        let text = self.must(name)?;
        text.parse().ok().filter(|number| (least..=most).contains(number)).with_context(|| {
            format!("LEDERBREV_{name} must be a number from {least} to {most}, not {text}")
        })
    }

    /// A number that need not be given.
    pub(super) fn limit(&self, name: &str) -> anyhow::Result<Option<usize>> {
        self.get(name).map(|_| self.number(name, 1, 1_000_000_000)).transpose()
    }

    /// One of two words: whether it is the first.
    pub(super) fn is_first(&self, name: &str, words: [&str; 2]) -> anyhow::Result<bool> {
        let value = self.must(name)?;
        let [first, second] = words;
        match value {
            _ if value == first => Ok(true),
            _ if value == second => Ok(false),
            _ => bail!("LEDERBREV_{name} is {first} or {second}, not {value}"),
        }
    }
}
