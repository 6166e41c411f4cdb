//! Addresses that get nothing any more: those who left an old system, or whose mail came back.
//!
//! Only the keyed hash of an address is kept. Somebody who subscribes here is ended, as the list
//! says, and that is written to the log of withdrawals first.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::json;

use super::fields::Field;
use super::judge::Judged;
use super::person::Person;
use super::rows::Chunk;
use super::run;
use super::store::Line;
use super::take::Context;
use super::{Counts, Reason, Verdict};
use crate::app::App;
use crate::clock::Instant;
use crate::db::{DbConn, Json};
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
    /// The suppression that gives way to a stronger one.
    weaker: Option<(EndReason, Instant, String)>,
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
    let mut all = Vec::with_capacity(chunk.people.len());
    for (person, hash) in &chunk.people {
        let subscriber = people.remove(hash);
        // What only staff lift comes before what a sign-up lifts.
        let is_stronger = |old: EndReason| {
            suppression::held(self::reason(context, person)) && !suppression::held(old)
        };
        let (verdict, reason) = match (known.get(hash), &subscriber) {
            _ if says_state && person.ended.is_none() => (Verdict::Skipped, Some(Reason::Active)),
            (Some(old), _) if is_stronger(*old) => (Verdict::Update, None),
            (Some(_), _) => (Verdict::Unchanged, None),
            (None, Some(_)) => (Verdict::Update, None),
            (None, None) => (Verdict::Create, None),
        };
        let weaker = match (verdict, known.get(hash)) {
            (Verdict::Update, Some(_)) => register::suppressions::find(conn, hash)?,
            _ => None,
        };
        let person = subscriber.filter(|_| verdict == Verdict::Update);
        all.push(About { verdict, reason, person, weaker });
    }
    Ok(all)
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
                earlier: about.weaker.as_ref().map(|(reason, at, source)| {
                    Json(json!({ "weaker": (reason, at.micros(), source) }))
                }),
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
