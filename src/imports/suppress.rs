//! Addresses that get nothing any more: those who left an old system, or whose mail came back.
//!
//! Only the keyed hash of an address is kept. Somebody who subscribes here is ended, as the list
//! says, and that is written to the log of withdrawals first.

use std::collections::HashMap;
use std::sync::Arc;

use super::fields::Field;
use super::judge::Judged;
use super::person::Person;
use super::run::{self, Chunk};
use super::store::Line;
use super::take::Context;
use super::{Counts, Reason, Verdict};
use crate::app::App;
use crate::db::DbConn;
use crate::error::Result;
use crate::subscribers::store::batch;
use crate::subscribers::withdrawals::{self, Event};
use crate::subscribers::{
    EndReason, Subscriber, SubscriptionState, store as register, suppression,
};

/// What becomes of an address.
struct About {
    verdict: Verdict,
    reason: Option<Reason>,
    /// Who has it and subscribes to something.
    person: Option<Subscriber>,
}

/// Judges a chunk, and suppresses it unless that is only checked.
pub(super) fn step(
    app: &App,
    context: &Arc<Context>,
    chunk: &Arc<Chunk>,
    mut counts: Counts,
    is_check: bool,
) -> Result<Counts> {
    let judged = app.db.read_blocking(|conn| judge(conn, context, chunk))?;
    if is_check {
        let mut lines = run::refused(context, chunk);
        lines.extend(note(context, chunk, &judged, &mut counts, true));
        return run::record(app, context, chunk, lines, counts);
    }
    // It comes before the database's own change: a crash between them ends what is to end.
    let mut events = Vec::new();
    for ((person, hash), about) in chunk.people.iter().zip(&judged) {
        if let Some(event) = about.person.as_ref().and_then(|_| event(reason(context, person))) {
            events.push((event, hash.as_slice()));
        }
    }
    withdrawals::append_all(app, &events, context.now)?;
    let (context, chunk, now) = (context.clone(), chunk.clone(), app.clock.now());
    app.db.write_blocking(move |conn| {
        let judged = judge(conn, &context, &chunk)?;
        let mut lines = run::refused(&context, &chunk);
        for ((person, hash), about) in chunk.people.iter().zip(&judged) {
            if !matches!(about.verdict, Verdict::Create | Verdict::Update) {
                continue;
            }
            let (reason, source) = (reason(&context, person), source(&context));
            let at = person.ended.and_then(|ended| ended.at).unwrap_or(context.now);
            suppression::keep(conn, hash, reason, &source, at)?;
            if let Some(person) = &about.person {
                suppression::suppress(conn, person, reason, &source, context.now)?;
            }
        }
        lines.extend(note(&context, &chunk, &judged, &mut counts, false));
        run::advance(conn, &context, &chunk, &lines, &counts, now)?;
        Ok(counts)
    })
}

fn judge(conn: &mut DbConn, context: &Context, chunk: &Chunk) -> Result<Vec<About>> {
    let hashes: Vec<&[u8]> = chunk.people.iter().map(|(_, hash)| hash.as_slice()).collect();
    let known: HashMap<Vec<u8>, EndReason> = batch::reasons(conn, &hashes)?.into_iter().collect();
    let mut people = HashMap::new();
    for person in register::register::by_hashes(conn, &hashes)? {
        let subscriptions = register::register::subscriptions_of(conn, person.id)?;
        let is_live = |state| state != SubscriptionState::Ended;
        if subscriptions.iter().any(|(subscription, _)| is_live(subscription.state)) {
            people.insert(person.address_hash.clone(), person);
        }
    }
    let says_state = context.plan.mapping.contains(&Some(Field::State));
    let about = chunk.people.iter().map(|(person, hash)| {
        let subscriber = people.remove(hash);
        let (verdict, reason) = match (known.get(hash), &subscriber) {
            _ if says_state && person.ended.is_none() => (Verdict::Skipped, Some(Reason::Active)),
            (Some(_), _) => (Verdict::Unchanged, None),
            (None, Some(_)) => (Verdict::Update, None),
            (None, None) => (Verdict::Create, None),
        };
        About { verdict, reason, person: subscriber.filter(|_| verdict == Verdict::Update) }
    });
    Ok(about.collect())
}

/// Counts, and returns what is noted: with `errors_only` not what was done.
fn note(
    context: &Context,
    chunk: &Chunk,
    judged: &[About],
    counts: &mut Counts,
    errors_only: bool,
) -> Vec<Line> {
    let mut lines = Vec::new();
    for ((person, hash), about) in chunk.people.iter().zip(judged) {
        counts.add(about.verdict);
        let line = context.line(person.line, &Judged::because(about.verdict, about.reason));
        match about.verdict {
            Verdict::Create | Verdict::Update if !errors_only => lines.push(Line {
                address_hash: Some(hash.clone()),
                subscriber: about.person.as_ref().map(|person| person.id),
                ..line
            }),
            Verdict::Skipped => lines.push(line),
            _ => {}
        }
    }
    lines
}

/// Why an address is suppressed.
fn reason(context: &Context, person: &Person) -> EndReason {
    person.ended.map_or(context.plan.reason, |ended| ended.reason)
}

/// As which suppressions of an import are known.
pub(super) fn source(context: &Context) -> String {
    format!("import {}", context.import.uuid)
}

fn event(reason: EndReason) -> Option<Event> {
    match reason {
        EndReason::Unsubscribed => Some(Event::Unsubscribed),
        EndReason::Complained => Some(Event::Complained),
        EndReason::Staff => Some(Event::Suppressed),
        EndReason::Bounced | EndReason::Erased => None,
    }
}
