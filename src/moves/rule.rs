//! Which domain becomes which, as a form says it.

use std::collections::HashSet;

use crate::error::{Error, FieldError, Result};
use crate::mail::{ascii_domain, shown_domain};
use crate::subscribers::domains::Pair;

/// Most lines of a list.
const MOST_LINES: usize = 100;

/// Old domains and their new ones; no new one is an old one, and no old one stands twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule(Vec<Pair>);

impl Rule {
    /// Reads the form: a domain in each field, or a list with a line `old,new` for each.
    ///
    /// # Errors
    /// [`Error::Invalid`] with a finding for `old`, `new` or `list`.
    pub fn read(old: &str, new: &str, list: &str) -> Result<Self> {
        if !list.trim().is_empty() {
            return read_list(list);
        }
        let mut findings = Vec::new();
        let mut read = |field: &str, text: &str| {
            let found = domain(text);
            if found.is_none() {
                let code =
                    if text.trim().is_empty() { "error-required" } else { "error-domain-invalid" };
                findings.push(FieldError::new(field, code));
            }
            found.unwrap_or_default()
        };
        let pair = Pair { old: read("old", old), new: read("new", new) };
        if findings.is_empty() && pair.old == pair.new {
            findings.push(FieldError::new("new", "error-domain-same"));
        }
        if findings.is_empty() { Ok(Self(vec![pair])) } else { Err(Error::Invalid(findings)) }
    }

    /// Of a move that was made.
    pub fn of(pairs: Vec<Pair>) -> Self {
        Self(pairs)
    }

    /// All pairs.
    pub fn pairs(&self) -> &[Pair] {
        &self.0
    }

    /// The old domains.
    pub fn old(&self) -> Vec<&str> {
        self.0.iter().map(|pair| pair.old.as_str()).collect()
    }

    /// What a domain becomes.
    pub fn new_of(&self, old: &str) -> Option<&str> {
        self.0.iter().find(|pair| pair.old == old).map(|pair| pair.new.as_str())
    }

    /// The other domains that become the same.
    pub fn others<'r>(&'r self, old: &'r str, new: &'r str) -> impl Iterator<Item = &'r str> {
        let same = self.0.iter().filter(move |pair| pair.new == new && pair.old != old);
        same.map(|pair| pair.old.as_str())
    }
}

/// A pair as people write it.
pub fn words(pair: &Pair) -> String {
    format!("{} → {}", shown_domain(&pair.old), shown_domain(&pair.new))
}

/// A domain as A-labels. Who writes it as the end of an address means the same.
fn domain(text: &str) -> Option<String> {
    ascii_domain(text.trim().trim_start_matches('@'))
}

fn read_list(text: &str) -> Result<Rule> {
    let mut pairs: Vec<Pair> = Vec::new();
    let wrong = |line: usize, code| {
        Err(Error::Invalid(vec![FieldError::new("list", code).with("line", line)]))
    };
    let mut lines = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        let parts: Vec<&str> = line.split([',', ';', '\t']).map(str::trim).collect();
        let [old, new] = parts[..] else { return wrong(number, "error-domain-line") };
        let (Some(old), Some(new)) = (domain(old), domain(new)) else {
            return wrong(number, "error-domain-line");
        };
        if old == new || pairs.iter().any(|pair| pair.old == old) {
            return wrong(number, "error-domain-twice");
        }
        if pairs.len() >= MOST_LINES {
            let many = FieldError::new("list", "error-domain-many").with("most", MOST_LINES);
            return Err(Error::Invalid(vec![many]));
        }
        pairs.push(Pair { old, new });
        lines.push(number);
    }
    let old: HashSet<&str> = pairs.iter().map(|pair| pair.old.as_str()).collect();
    // Whether somebody would move once or twice would depend on who comes first.
    match pairs.iter().position(|pair| old.contains(pair.new.as_str())) {
        Some(at) => wrong(lines[at], "error-domain-chain"),
        None => Ok(Rule(pairs)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(read: Result<Rule>) -> (String, &'static str) {
        match read {
            Err(Error::Invalid(findings)) => (findings[0].field.clone(), findings[0].code),
            other => (format!("{other:?}"), ""),
        }
    }

    #[test]
    fn domains_are_read_as_those_of_addresses_are() -> Result<()> {
        let rule = Rule::read(" @RegionØst.example", "REGION.example ", "")?;
        let pair =
            Pair { old: "xn--regionst-b5a.example".to_owned(), new: "region.example".to_owned() };
        assert_eq!(words(&pair), "regionøst.example → region.example");
        assert_eq!(rule, Rule(vec![pair]));
        let rule = Rule::read("", "", "rh.example;region.example\n\nrsj.example,region.example\n")?;
        assert_eq!(rule.old(), ["rh.example", "rsj.example"]);
        assert_eq!(rule.new_of("rsj.example"), Some("region.example"));
        let others: Vec<&str> = rule.others("rh.example", "region.example").collect();
        assert_eq!(others, ["rsj.example"]);
        Ok(())
    }

    #[test]
    fn what_is_no_rule_is_said_beside_its_field() {
        for (old, new, list, field, expected) in [
            ("", "region.example", "", "old", "error-required"),
            ("rh.example", "region", "", "new", "error-domain-invalid"),
            ("rh.example", "@RH.example", "", "new", "error-domain-same"),
            ("", "", "rh.example", "list", "error-domain-line"),
            ("", "", "rh.example,anne@region.example", "list", "error-domain-line"),
            ("", "", "a.example,b.example\na.example,c.example", "list", "error-domain-twice"),
            ("", "", "a.example,b.example\nb.example,c.example", "list", "error-domain-chain"),
        ] {
            let found = code(Rule::read(old, new, list));
            assert_eq!(found, (field.to_owned(), expected), "{old} {new} {list}");
        }
    }
}
