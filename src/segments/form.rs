//! The form of a segment. It works without a script: a condition is added by its field, and then
//! the page has the right control for it. Names are `c.{requirement}.{condition}.{field|not|value}`.

use super::{Condition, Field, MOST_CONDITIONS, MOST_REQUIREMENTS, Rules};

/// Names and values as a browser sends them.
pub type Pairs = Vec<(String, String)>;

/// What is typed.
#[derive(Debug, Clone, Default)]
pub struct SegmentForm {
    /// The name.
    pub name: String,
    /// The rules as they stand, not checked.
    pub rules: Rules,
    /// The version that was read, of one that is stored.
    pub version: i32,
}

/// Values that are typed stand one a line. Domains may be parted by commas too, which a name may
/// have in it: "Børn, Unge og Kultur".
fn typed(field: Field, text: &str) -> Vec<String> {
    let ends: &[char] = if field == Field::Domain { &['\n', ',', ';', ' '] } else { &['\n'] };
    let parts = text.split(ends).map(str::trim).filter(|part| !part.is_empty());
    match field {
        Field::Organisation | Field::Source | Field::Domain | Field::Attribute => {
            parts.map(str::to_owned).collect()
        }
        _ => vec![text.trim().to_owned()],
    }
}

impl SegmentForm {
    /// Reads it.
    pub fn read(pairs: &Pairs) -> Self {
        let mut form = Self::default();
        // (requirement, condition) as they are named, in the order of the page.
        let mut places: Vec<(usize, usize)> = Vec::new();
        let mut conditions: Vec<Condition> = Vec::new();
        for (name, value) in pairs {
            match name.as_str() {
                "name" => form.name.clone_from(value),
                "version" => form.version = value.parse().unwrap_or(0),
                _ => {}
            }
            let mut parts = name.split('.');
            let (Some("c"), Some(at), Some(of), Some(part), None) =
                (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
            else {
                continue;
            };
            let (Ok(at), Ok(of)) = (at.parse(), of.parse()) else { continue };
            if part == "field" {
                if let Ok(field) = value.parse()
                    && places.len() < MOST_REQUIREMENTS * MOST_CONDITIONS
                {
                    places.push((at, of));
                    conditions.push(Condition { field, not: false, values: vec![] });
                }
                continue;
            }
            let place = places.iter().position(|place| *place == (at, of));
            let Some(condition) = place.map(|place| &mut conditions[place]) else { continue };
            match part {
                "not" => condition.not = value == "not",
                "value" if condition.values.len() < 100 => {
                    condition.values.extend(typed(condition.field, value));
                }
                _ => {}
            }
        }
        let mut last = None;
        for ((at, _), condition) in places.into_iter().zip(conditions) {
            match form.rules.0.last_mut().filter(|_| last == Some(at)) {
                Some(requirement) => requirement.push(condition),
                None => form.rules.0.push(vec![condition]),
            }
            last = Some(at);
        }
        form
    }

    /// Does what a button says that changes the rules on the page: `and`, `or.{requirement}`,
    /// `remove.{requirement}.{condition}`. Returns whether it is such a button.
    pub fn press(&mut self, button: &str, pairs: &Pairs) -> bool {
        let mut parts = button.split('.');
        let word = parts.next().unwrap_or_default();
        let mut number = || parts.next().and_then(|part| part.parse::<usize>().ok());
        let chosen = |name: &str| {
            let (_, value) = pairs.iter().find(|(known, _)| known == name)?;
            let field = value.parse().ok()?;
            Some(Condition { field, not: false, values: vec![] })
        };
        match word {
            "and" => {
                if let Some(condition) = chosen("and")
                    && self.rules.0.len() < MOST_REQUIREMENTS
                {
                    self.rules.0.push(vec![condition]);
                }
            }
            "or" => {
                if let Some(at) = number()
                    && let Some(requirement) = self.rules.0.get_mut(at)
                    && requirement.len() < MOST_CONDITIONS
                    && let Some(condition) = chosen(&format!("or.{at}"))
                {
                    requirement.push(condition);
                }
            }
            "remove" => {
                if let (Some(at), Some(of)) = (number(), number())
                    && let Some(requirement) = self.rules.0.get_mut(at)
                    && of < requirement.len()
                {
                    requirement.remove(of);
                    self.rules.0.retain(|requirement| !requirement.is_empty());
                }
            }
            _ => return false,
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(pairs: &[(&str, &str)]) -> Pairs {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn conditions_are_read_by_requirement_and_changed_by_buttons() {
        let sent = pairs(&[
            ("name", "Regionerne"),
            ("c.0.0.field", "sector"),
            ("c.0.0.not", "is"),
            ("c.0.0.value", "region"),
            ("c.0.0.value", "stat"),
            ("c.0.1.field", "domain"),
            ("c.0.1.not", "not"),
            ("c.0.1.value", "rm.dk, rn.dk\r\nregionsjaelland.dk"),
            ("c.3.0.field", "within"),
            ("c.3.0.value", "30"),
            ("c.3.1.field", "attribute"),
            ("c.3.1.value", "Status: Opsagt\r\nStatus: Hvilende"),
            ("c.9.0.field", "password"),
            ("c.0.0.0.field", "sector"),
            ("or.0", "language"),
            ("and", "tracking"),
        ]);
        let mut form = SegmentForm::read(&sent);
        let values = |at: usize, of: usize, form: &SegmentForm| form.rules.0[at][of].values.clone();
        assert_eq!(form.rules.0.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2]);
        assert_eq!(values(1, 1, &form), ["Status: Opsagt", "Status: Hvilende"]);
        assert_eq!(values(0, 0, &form), ["region", "stat"]);
        assert_eq!(values(0, 1, &form), ["rm.dk", "rn.dk", "regionsjaelland.dk"]);
        assert!(form.rules.0[0][1].not && !form.rules.0[0][0].not);
        assert!(form.press("or.0", &sent) && form.press("and", &sent));
        assert_eq!(form.rules.0[0][2].field, Field::Language);
        assert_eq!(form.rules.0[2][0].field, Field::Tracking);
        assert!(form.press("remove.1.0", &sent) && form.press("remove.1.0", &sent));
        assert!(form.press("remove.8.0", &sent));
        assert_eq!(form.rules.0.len(), 2);
        assert!(!form.press("save", &sent));
    }
}
