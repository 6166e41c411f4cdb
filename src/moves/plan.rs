//! The dry run, and the beginning of a move.

use actix_web::web::Data;
use serde_json::json;

use super::judge::{Judge, Judged, Verdict};
use super::rule::Rule;
use super::undo_until;
use crate::app::App;
use crate::db::{DbConn, PublicId};
use crate::error::{Error, FieldError, Result};
use crate::mail::{EmailAddress, shown_domain};
use crate::staff;
use crate::subscribers::domains::{MoveCounts, MoveState};
use crate::subscribers::store::domains::{self as store, NewMove};

/// People who are judged at once.
const CHUNK: i64 = 500;
/// Addresses that are shown of each verdict.
const SHOWN: usize = 5;

/// What a move would do.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The rule.
    pub rule: Rule,
    /// What would become of the people.
    pub counts: MoveCounts,
    /// Some of each verdict that there is: the address now and, if it is another one, then. Masked.
    pub samples: Vec<(Verdict, Vec<(String, String)>)>,
}

/// Says what a move would do; nothing is written.
pub async fn plan(app: &Data<App>, rule: Rule) -> Result<Plan> {
    let app = app.clone().into_inner();
    let work = tokio::task::spawn_blocking(move || {
        let judge = Judge::load(&app, rule)?;
        app.db.read_blocking(|conn| plan_in(conn, judge))
    });
    work.await.map_err(anyhow::Error::from)?
}

fn plan_in(conn: &mut DbConn, judge: Judge) -> Result<Plan> {
    let mut counts = MoveCounts::default();
    let mut samples: Vec<(Verdict, Vec<(String, String)>)> =
        Verdict::ALL.iter().map(|verdict| (*verdict, Vec::new())).collect();
    let mut after = 0;
    loop {
        let people = store::people_at(conn, &judge.rule.old(), after, CHUNK)?;
        let Some(last) = people.last() else { break };
        after = last.id;
        for judged in judge.judge(conn, people)? {
            judged.verdict.count(&mut counts);
            let of_it = samples.iter_mut().find(|(verdict, _)| *verdict == judged.verdict);
            if let Some((_, some)) = of_it.filter(|(_, some)| some.len() < SHOWN) {
                some.extend(shown(&judged));
            }
        }
    }
    samples.retain(|(_, some)| !some.is_empty());
    Ok(Plan { rule: judge.rule, counts, samples })
}

fn shown(judged: &Judged) -> Option<(String, String)> {
    let old = EmailAddress::parse(&judged.person.email).ok()?;
    let new = judged.to.as_ref().filter(|_| judged.verdict.is_change());
    Some((masked(&old), new.map(|(address, _)| masked(address)).unwrap_or_default()))
}

/// As it is masked, with the domain as people write it.
fn masked(address: &EmailAddress) -> String {
    address.masked().replace(address.domain(), &shown_domain(address.domain()))
}

/// Begins a move of as many people as the dry run has shown; returns its id outside.
///
/// # Errors
/// [`Error::Invalid`] when there is nobody to move, when the number is another one by now, or when
/// another move has one of the domains.
pub async fn begin(
    app: &Data<App>,
    rule: Rule,
    on_bounce: bool,
    shown: u64,
    actor: &str,
) -> Result<PublicId> {
    let plan = plan(app, rule).await?;
    let changes = plan.counts.changes();
    if changes != shown {
        let changed = FieldError::new("move", "error-domain-changed").with("count", changes);
        return Err(Error::Invalid(vec![changed]));
    }
    if changes == 0 {
        return Err(Error::field("old", "error-domain-nobody"));
    }
    let (actor, now) = (actor.to_owned(), app.clock.now());
    app.db
        .write(move |conn| {
            let rule = &plan.rule;
            for state in [MoveState::Running, MoveState::Waiting, MoveState::Undoing] {
                for other in store::in_state(conn, state)? {
                    if other.pairs()?.iter().any(|pair| rule.new_of(&pair.old).is_some()) {
                        return Err(Error::field("old", "error-domain-busy"));
                    }
                }
            }
            let people = plan.counts.all().cast_signed();
            let new = NewMove { pairs: rule.pairs(), on_bounce, people, made_by: &actor };
            let uuid = store::insert(conn, &new, now)?;
            let details = json!({
                "domains": rule.pairs(), "on_bounce": on_bounce, "counts": plan.counts,
            });
            let subject = format!("domain move {uuid}");
            staff::store::audit(conn, &actor, "domain.move", &subject, details, now)?;
            Ok(uuid)
        })
        .await
}

/// Ends a move that takes who bounces: from now on, who bounces is suppressed again.
pub async fn stop(app: &App, uuid: PublicId, actor: &str) -> Result<()> {
    let (actor, now) = (actor.to_owned(), app.clock.now());
    app.db
        .write(move |conn| {
            let of = store::by_uuid(conn, uuid)?;
            if !store::turn(conn, of.id, MoveState::Waiting, MoveState::Done, Some(now))? {
                return Err(Error::Conflict("error-domain-state"));
            }
            let subject = format!("domain move {uuid}");
            let details = json!({ "counts": of.counts()? });
            staff::store::audit(conn, &actor, "domain.move_stop", &subject, details, now)?;
            Ok(())
        })
        .await
}

/// Begins to take a move back.
pub async fn undo(app: &App, uuid: PublicId, actor: &str) -> Result<()> {
    let (actor, now) = (actor.to_owned(), app.clock.now());
    app.db
        .write(move |conn| {
            let of = store::by_uuid(conn, uuid)?;
            if undo_until(&of, now).is_none()
                || !store::turn(conn, of.id, of.state, MoveState::Undoing, of.finished_at)?
            {
                return Err(Error::Conflict("error-domain-state"));
            }
            let subject = format!("domain move {uuid}");
            staff::store::audit(conn, &actor, "domain.move_undo", &subject, json!({}), now)?;
            Ok(())
        })
        .await
}
