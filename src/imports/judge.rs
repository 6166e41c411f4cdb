//! What becomes of people in a list, whether it is checked or run.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::fields::Field;
use super::person::{Person, Refused};
use super::{Existing, Plan, Reason, Verdict};
use crate::db::Json;
use crate::subscribers::admit::Known;
use crate::subscribers::store::register::Details;
use crate::subscribers::{LeadershipGroup, Sector, Subscriber};
use crate::web::Lang;

/// What the register says of somebody, as far as a list can change it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// The name.
    pub name: Option<String>,
    /// The workplace.
    pub organisation: Option<String>,
    /// Where that is.
    pub sector: Option<Sector>,
    /// At which level they lead.
    pub leadership_group: Option<LeadershipGroup>,
    /// In which language they read.
    pub language: Lang,
    /// What else is kept.
    pub attributes: Map<String, Value>,
}

impl Said {
    /// Of somebody in the register.
    pub fn of(person: &Subscriber) -> Self {
        Self {
            name: person.name.clone(),
            organisation: person.organisation.clone(),
            sector: person.sector,
            leadership_group: person.leadership_group,
            language: person.language,
            attributes: person.attributes.0.as_object().cloned().unwrap_or_default(),
        }
    }

    /// Of somebody who comes with these details.
    pub fn given(details: &Details) -> Self {
        Self {
            name: details.name.clone(),
            organisation: details.organisation.clone(),
            sector: details.sector,
            leadership_group: details.leadership_group,
            language: details.language,
            attributes: Map::new(),
        }
    }

    /// With what a list says.
    fn with(mut self, person: &Person, existing: Existing) -> Self {
        fn take<T: Clone>(known: &mut Option<T>, said: Option<&T>, existing: Existing) {
            if said.is_some() && (known.is_none() || existing == Existing::Overwrite) {
                *known = said.cloned();
            }
        }
        take(&mut self.name, person.name.as_ref(), existing);
        take(&mut self.organisation, person.organisation.as_ref(), existing);
        take(&mut self.sector, person.sector.as_ref(), existing);
        take(&mut self.leadership_group, person.leadership_group.as_ref(), existing);
        if let Some(language) = person.language.filter(|_| existing == Existing::Overwrite) {
            self.language = language;
        }
        for (name, value) in &person.attributes {
            if existing == Existing::Overwrite || !self.attributes.contains_key(name) {
                self.attributes.insert(name.clone(), value.clone());
            }
        }
        self
    }

    /// A mark of all that people can change about themselves: whether they have is known by it, without
    /// keeping what stood there.
    pub fn mark(&self, address_key: &str) -> String {
        let word = |text: &Option<String>| text.clone().unwrap_or_default();
        let all = [
            address_key.to_owned(),
            word(&self.name),
            word(&self.organisation),
            self.sector.map_or("", Sector::as_str).to_owned(),
            self.leadership_group.map_or("", LeadershipGroup::as_str).to_owned(),
            self.language.as_str().to_owned(),
        ];
        let digest =
            aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, all.join("\0").as_bytes());
        data_encoding::HEXLOWER.encode(&digest.as_ref()[..12])
    }

    /// As columns of the register.
    pub fn details(&self) -> (Details, Json) {
        let details = Details {
            name: self.name.clone(),
            organisation: self.organisation.clone(),
            sector: self.sector,
            leadership_group: self.leadership_group,
            language: self.language,
        };
        (details, Json(Value::Object(self.attributes.clone())))
    }
}

/// What becomes of somebody.
#[derive(Debug)]
pub struct Judged {
    /// The word for it.
    pub verdict: Verdict,
    /// Which field it is about.
    pub field: Option<Field>,
    /// Why.
    pub reason: Option<Reason>,
    /// Who it is, when they are in the register and something about them changes.
    pub person: Option<Box<Subscriber>>,
    /// What the register then says of them.
    pub change: Option<Said>,
}

impl From<Refused> for Judged {
    fn from(refused: Refused) -> Self {
        let Refused { verdict, field, reason } = refused;
        Self { field, ..Self::because(verdict, Some(reason)) }
    }
}

impl Judged {
    /// Without anything to be done about somebody in the register.
    pub fn because(verdict: Verdict, reason: Option<Reason>) -> Self {
        Self { verdict, field: None, reason, person: None, change: None }
    }
}

/// Whether somebody says when a person consented. Of who has left, nothing rests on it.
fn is_dated(person: &Person, plan: &Plan) -> bool {
    person.confirmed_at.or(person.requested_at).is_some()
        || plan.consented_on.is_some()
        || person.ended.is_some()
}

fn undated() -> Judged {
    let field = Some(Field::Confirmed);
    Judged { field, ..Judged::because(Verdict::Invalid, Some(Reason::NoDate)) }
}

/// Judges somebody. `has_left` is what the log of withdrawals says, which may know more than a
/// database that was restored.
pub fn judge(person: &Person, known: Known, plan: &Plan, has_left: bool) -> Judged {
    let skipped = |reason| Judged::because(Verdict::Skipped, Some(reason));
    let (subscriber, subscription) = match known {
        Known::Suppressed(_) => return Judged::because(Verdict::Suppressed, None),
        Known::Nobody if has_left => return skipped(Reason::Left),
        Known::Nobody if !is_dated(person, plan) => return undated(),
        Known::Nobody => return Judged::because(Verdict::Create, None),
        Known::Person(subscriber, subscription) => (subscriber, subscription),
    };
    match &subscription {
        Some(subscription) if subscription.counts() && person.ended.is_some() => {
            return skipped(Reason::Subscribes);
        }
        Some(subscription) if subscription.counts() => {}
        Some(subscription) if subscription.ended_at.is_some() => return skipped(Reason::Left),
        Some(_) => return skipped(Reason::Pending),
        None if has_left => return skipped(Reason::Left),
        None if !is_dated(person, plan) => return undated(),
        None => {}
    }
    let before = Said::of(&subscriber);
    let change = match plan.existing {
        Existing::Leave => None,
        existing => Some(before.clone().with(person, existing)).filter(|said| *said != before),
    };
    let verdict = match (&subscription, &change) {
        (None, _) => Verdict::Create,
        (Some(_), Some(_)) => Verdict::Update,
        (Some(_), None) => Verdict::Unchanged,
    };
    Judged { person: Some(subscriber), change, ..Judged::because(verdict, None) }
}
