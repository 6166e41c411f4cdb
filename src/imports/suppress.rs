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
    /// The address that gets nothing any more: the one of the list, or the one that its owner was moved to
    /// with the whole domain.
    hash: Vec<u8>,
    /// The one of the list, when that is another one and is not shut out as strongly already; with what gives
    /// way to it.
    also: Option<(Vec<u8>, Weaker)>,
    /// Who has it and subscribes to something.
    person: Option<Subscriber>,
    /// The suppression that gives way to a stronger one.
    weaker: Weaker,
}

/// A suppression that gives way: why, since when, and where it comes from.
type Weaker = Option<(EndReason, Instant, String)>;

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
    for ((person, _), about) in chunk.people.iter().zip(&judged) {
        if let Some(event) = about.person.as_ref().and_then(|_| event(reason(context, person))) {
            events.push((event, about.hash.as_slice()));
        }
    }
    withdrawals::append_all(app, &events, context.now)?;
    let (context, chunk, now) = (context.clone(), chunk.clone(), app.clock.now());
    app.db.write_blocking(move |conn| {
        let judged = judge(conn, &context, &chunk)?;
        let mut lines = run::refused(&context, &chunk);
        for ((person, _), about) in chunk.people.iter().zip(&judged) {
            if !matches!(about.verdict, Verdict::Create | Verdict::Update) {
                continue;
            }
            let (reason, source) = (reason(&context, person), source(&context));
            // The day on which we were told, whatever day the list says: the hash of an address that
            // nobody here has is kept for a time from then on, and must not be too old at once.
            for hash in about.also.iter().map(|(hash, _)| hash).chain([&about.hash]) {
                suppression::keep(conn, hash, reason, &source, context.now)?;
            }
            if let Some(person) = &about.person {
                suppression::suppress(conn, person, reason, &source, context.now)?;
            }
        }
        lines.extend(note(&context, &chunk, &judged, &mut counts, false));
        run::advance(conn, &context, &chunk, &lines, &counts, now)?;
        Ok(counts)
    })
}

/// What would become of the addresses of a chunk.
pub(super) fn verdicts(conn: &mut DbConn, context: &Context, chunk: &Chunk) -> Result<Vec<Judged>> {
    let judged = judge(conn, context, chunk)?.into_iter();
    Ok(judged.map(|about| Judged::because(about.verdict, about.reason)).collect())
}

fn judge(conn: &mut DbConn, context: &Context, chunk: &Chunk) -> Result<Vec<About>> {
    // Who was moved with the whole domain is known by the new address; an old list has the old one.
    let hashes = chunk
        .people
        .iter()
        .flat_map(|(person, hash)| [hash].into_iter().chain(&person.later).map(Vec::as_slice));
    let hashes: Vec<&[u8]> = hashes.collect();
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
    for (person, listed) in &chunk.people {
        let mut places = [listed].into_iter().chain(&person.later);
        let subscriber = places.find_map(|hash| people.remove(hash));
        let hash =
            subscriber.as_ref().map_or(listed, |subscriber| &subscriber.address_hash).clone();
        // What only staff lift comes before what a sign-up lifts.
        let is_stronger = |old: EndReason| {
            suppression::held(self::reason(context, person)) && !suppression::held(old)
        };
        let (verdict, reason) = match (known.get(&hash), &subscriber) {
            _ if says_state && person.ended.is_none() => (Verdict::Skipped, Some(Reason::Active)),
            (Some(old), _) if is_stronger(*old) => (Verdict::Update, None),
            (Some(_), _) => (Verdict::Unchanged, None),
            (None, Some(_)) => (Verdict::Update, None),
            (None, None) => (Verdict::Create, None),
        };
        let is_weaker = known.get(listed).is_none_or(|old| is_stronger(*old));
        let also = match verdict {
            Verdict::Update if hash != *listed && is_weaker => {
                Some((listed.clone(), register::suppressions::find(conn, listed)?))
            }
            _ => None,
        };
        let weaker = match (verdict, known.get(&hash)) {
            (Verdict::Update, Some(_)) => register::suppressions::find(conn, &hash)?,
            _ => None,
        };
        let person = subscriber.filter(|_| verdict == Verdict::Update);
        all.push(About { verdict, reason, hash, also, person, weaker });
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
    for ((person, _), about) in chunk.people.iter().zip(judged) {
        counts.add(about.verdict);
        let line = context.line(person.line, &Judged::because(about.verdict, about.reason));
        match about.verdict {
            Verdict::Create | Verdict::Update if !errors_only => lines.push(Line {
                address_hash: Some(about.hash.clone()),
                subscriber: about.person.as_ref().map(|person| person.id),
                earlier: earlier(about),
                ..line
            }),
            Verdict::Skipped => lines.push(line),
            _ => {}
        }
    }
    lines
}

/// What undoing it needs to know besides.
fn earlier(about: &About) -> Option<Json> {
    if about.weaker.is_none() && about.also.is_none() {
        return None;
    }
    let words = |weaker: &Weaker| {
        let weaker = weaker.as_ref().map(|(reason, at, source)| (reason, at.micros(), source));
        json!(weaker)
    };
    let also = about.also.as_ref().map(|(hash, weaker)| {
        json!({ "hash": data_encoding::HEXLOWER.encode(hash), "weaker": words(weaker) })
    });
    Some(Json(json!({ "weaker": words(&about.weaker), "also": also })))
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
