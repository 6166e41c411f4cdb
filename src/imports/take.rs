//! Taking in people who have been judged, a chunk of them in one transaction.

use serde_json::json;

use super::judge::{Judged, Said};
use super::person::{self, Person};
use super::store::Line;
use super::{Counts, Import, Plan, Verdict, suppress};
use crate::clock::Instant;
use crate::db::{self, DbConn, Json};
use crate::error::Result;
use crate::newsletters::Newsletter;
use crate::subscribers::admit::{self, Admission, noon};
use crate::subscribers::ledger::{self, Entry, LedgerKind};
use crate::subscribers::store::register::{self, Details};
use crate::subscribers::{Scope, Subscriber, suppression};

/// For all rows of an import.
pub struct Context {
    /// The import.
    pub import: Import,
    /// How it is read, and what it rests on.
    pub plan: Plan,
    /// Into which newsletter.
    pub newsletter: Newsletter,
    /// When this run of it began or went on.
    pub now: Instant,
}

impl Context {
    /// Somebody to be taken in.
    fn admission<'a>(
        &'a self,
        person: &'a Person,
        hash: &'a [u8],
        known: Option<&'a Subscriber>,
    ) -> Admission<'a> {
        let (zone, now) = (self.newsletter.zone(), self.now);
        let stated = self.plan.consented_on.and_then(|day| noon(day, zone));
        let asked = person.requested_at.or(person.confirmed_at).or(stated);
        let ended = person.ended.map(|ended| (ended.at.unwrap_or(now), ended.reason));
        let latest = ended.map_or(now, |(at, _)| at);
        let consented_at = person.confirmed_at.or(asked).map(|at| at.min(latest));
        Admission {
            address: &person.address,
            hash,
            person: known,
            details: Details {
                name: person.name.clone(),
                organisation: person.organisation.clone(),
                sector: person.sector,
                leadership_group: person.leadership_group,
                language: person.language.unwrap_or(self.newsletter.language),
            },
            attributes: person.attributes.clone(),
            scope: person.scope.unwrap_or(Scope::All),
            day: self.day(person),
            kind: LedgerKind::Imported,
            requested_at: asked.unwrap_or(latest).min(consented_at.unwrap_or(latest)),
            consented_at,
            ended,
            source: person.source.as_deref().unwrap_or(Import::source(&self.plan)),
        }
    }

    /// The day from which somebody counts. Who left counts from a day that is known to one that is
    /// known, or not at all.
    fn day(&self, person: &Person) -> Option<chrono::NaiveDate> {
        let zone = self.newsletter.zone();
        let first = person::first_day(person, zone);
        match person.ended {
            None => Some(first.unwrap_or(self.now.day_in(zone))),
            Some(ended) => first.filter(|_| ended.at.is_some()),
        }
    }

    /// Adds what became of somebody to the counts.
    pub fn count(&self, counts: &mut Counts, person: &Person, judged: &Judged) {
        counts.add(judged.verdict);
        if judged.verdict == Verdict::Create {
            counts.left += u64::from(person.ended.is_some());
            let today = self.now.day_in(self.newsletter.zone());
            if let Some(day) = self.day(person).filter(|day| *day < today) {
                counts.changes_on(day);
            }
        }
    }

    /// What is noted of a row.
    pub fn line(&self, line: u64, judged: &Judged) -> Line {
        Line {
            import: self.import.id,
            line: line.cast_signed(),
            verdict: judged.verdict,
            field: judged.field.map(|field| field.as_str().to_owned()),
            reason: judged.reason.map(|reason| reason.as_str().to_owned()),
            subscriber: None,
            address_hash: None,
            earlier: None,
        }
    }
}

/// Takes them in; returns what undoing it needs.
pub fn take(
    conn: &mut DbConn,
    context: &Context,
    people: &[(&Person, &[u8], &Judged)],
) -> Result<Vec<Line>> {
    // All at once and by their ids, so that nobody waits in a circle.
    let known: Vec<i64> =
        people.iter().filter_map(|(.., judged)| Some(judged.person.as_ref()?.id)).collect();
    db::hold_people(conn, &known)?;
    let mut lines = Vec::with_capacity(people.len());
    let created: Vec<_> =
        people.iter().filter(|(.., judged)| judged.verdict == Verdict::Create).collect();
    let admissions: Vec<_> = created
        .iter()
        .map(|(person, hash, judged)| context.admission(person, hash, judged.person.as_deref()))
        .collect();
    let basis = context.plan.consent(&context.import.created_by);
    let ids = admit::admit(conn, &context.newsletter, &basis, &admissions, context.now)?;
    for ((person, _, judged), (admission, id)) in created.iter().zip(admissions.iter().zip(ids)) {
        let said = match (&judged.person, &judged.change) {
            (_, Some(change)) => change.clone(),
            (Some(known), None) => Said::of(known),
            (None, None) => Said::given(&admission.details),
        };
        let mut earlier = json!({ "mark": said.mark(&person.key) });
        if let Some(scope) = person.scope.filter(|scope| *scope != Scope::All) {
            earlier["scope"] = json!(scope);
        }
        // Who complained or was shut out where the list comes from is so here: only staff let them in.
        // Not who reads another newsletter of this house: that is another matter between them and us.
        let mut address_hash = None;
        let reads = match &judged.person {
            Some(known) => register::subscriptions_of(conn, known.id)?
                .iter()
                .any(|(subscription, _)| subscription.counts()),
            None => false,
        };
        if let Some((_, reason)) =
            admission.ended.filter(|(_, reason)| !reads && suppression::held(*reason))
        {
            let source = suppress::source(context);
            suppression::keep(conn, admission.hash, reason, &source, context.now)?;
            address_hash = Some(admission.hash.to_vec());
        }
        let (subscriber, earlier) = (Some(id), Some(Json(earlier)));
        let line = context.line(person.line, judged);
        lines.push(Line { subscriber, address_hash, earlier, ..line });
    }
    for (person, _, judged) in people {
        let (Some(known), Some(change)) = (&judged.person, &judged.change) else { continue };
        let before = Said::of(known);
        set(conn, context, known, change, context.now)?;
        let scope = person.scope.unwrap_or(Scope::All);
        let mark = change.mark(&person.key);
        let earlier =
            Some(Json(json!({ "was": before, "set": change, "scope": scope, "mark": mark })));
        match lines.iter_mut().find(|line| line.line == person.line.cast_signed()) {
            Some(line) => line.earlier = earlier,
            None => lines.push(Line {
                subscriber: Some(known.id),
                earlier,
                ..context.line(person.line, judged)
            }),
        }
    }
    lines.sort_by_key(|line| line.line);
    Ok(lines)
}

/// Sets what the register says of somebody. Who leads at another level or works elsewhere moves in
/// the ledger of every newsletter in which they count.
///
/// # Errors
/// A conflict when the register says something else of them by now: it can be tried again.
pub fn set(
    conn: &mut DbConn,
    context: &Context,
    person: &Subscriber,
    said: &Said,
    now: Instant,
) -> Result<()> {
    db::hold_person(conn, person.id)?;
    if Said::of(&register::by_id(conn, person.id)?) != Said::of(person) {
        return Err(admit::RACED);
    }
    let (details, attributes) = said.details();
    register::set_said(conn, person.id, &details, &attributes)?;
    if (person.leadership_group, person.sector) == (said.leadership_group, said.sector) {
        return Ok(());
    }
    let moved = Subscriber {
        leadership_group: said.leadership_group,
        sector: said.sector,
        ..person.clone()
    };
    let source = Import::source(&context.plan);
    for (subscription, newsletter) in register::subscriptions_of(conn, person.id)? {
        if subscription.counts() {
            regrouped(conn, &newsletter, (person, &moved), source, now)?;
        }
    }
    Ok(())
}

/// Moves somebody who counts in the ledger from where they were to where they are.
pub(super) fn regrouped(
    conn: &mut DbConn,
    newsletter: &Newsletter,
    (before, after): (&Subscriber, &Subscriber),
    source: &str,
    now: Instant,
) -> Result<()> {
    let place = |who: &Subscriber| (who.leadership_group, who.sector);
    if place(before) == place(after) {
        return Ok(());
    }
    let entry = |who, change| Entry::now(newsletter, who, LedgerKind::Moved, change, source, now);
    ledger::record(conn, &[entry(before, -1), entry(after, 1)])
}
