//! What must be true of an issue after any fault, checked from two sides: what the relay heard on
//! one, the rows on the other.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use lederbrev::clock::{Clock, Instant};
use lederbrev::db::Db;
use lederbrev::db::schema::{deliveries, subscribers, subscriptions, suppressions};
use lederbrev::deliveries::DeliveryState;
use lederbrev::deliveries::store::{self, Counts};
use lederbrev::issues::{Issue, IssueState};
use lederbrev::subscribers::{EndReason, SubscriptionState};

use crate::receiver::Received;
use crate::sending::hash;

/// What a fault may have done.
#[derive(Debug, Default)]
pub struct Fault {
    /// How many were written to.
    pub audience: usize,
    /// The rows that were under way when something broke; none when the test cannot know them.
    pub in_doubt: Option<BTreeSet<i64>>,
    /// How many may have got a second copy.
    pub most_second_copies: usize,
    /// Who unsubscribed or was suppressed before the mark.
    pub left: BTreeSet<String>,
}

#[derive(Debug, Queryable)]
struct Row {
    id: i64,
    subscriber: Option<i64>,
    email: Option<String>,
    state: DeliveryState,
    due_at: Option<Instant>,
    worker: Option<String>,
    lease_until: Option<Instant>,
    uncertain: i32,
    finished_at: Option<Instant>,
}

fn rows(db: &Db, issue: i64) -> Vec<Row> {
    let all = deliveries::table
        .left_join(subscribers::table)
        .filter(deliveries::issue.eq(issue))
        .order(deliveries::id)
        .select((
            deliveries::id,
            deliveries::subscriber,
            subscribers::email.nullable(),
            deliveries::state,
            deliveries::due_at,
            deliveries::worker,
            deliveries::lease_until,
            deliveries::uncertain,
            deliveries::finished_at,
        ));
    db.read_blocking(|conn| Ok(all.load(conn)?)).unwrap()
}

/// Asserts the six of them for an issue that is sent, and returns how its rows are counted.
pub fn hold(db: &Db, issue: &Issue, received: &[Received], fault: &Fault) -> Counts {
    let (issue, counts, domains, workers) = db
        .read_blocking(|conn| {
            let issue = lederbrev::issues::store::find(conn, issue.id)?;
            let counts = store::counts(conn, issue.id)?;
            let domains = store::domains(conn, issue.id, usize::MAX)?;
            Ok((issue, counts, domains, store::workers(conn)?))
        })
        .unwrap();
    let rows = rows(db, issue.id);

    // 1. Everybody in the audience has one row, and each row one final state.
    let people: BTreeSet<_> = rows.iter().filter_map(|row| row.subscriber).collect();
    assert_eq!((rows.len(), people.len()), (fault.audience, fault.audience));
    for row in &rows {
        let is_final = matches!(
            row.state,
            DeliveryState::Accepted | DeliveryState::Failed | DeliveryState::Skipped
        );
        assert!(is_final && row.finished_at.is_some() && row.due_at.is_none(), "{row:?}");
    }

    // 2. What was heard is what was accepted, but for rows that are listed as uncertain.
    let mut copies: BTreeMap<&str, Vec<&Received>> = BTreeMap::new();
    for copy in received {
        copies.entry(&copy.message_id).or_default().push(copy);
    }
    for row in &rows {
        let id = format!("<{}.{}@lederweb.example>", issue.uuid, row.id);
        let copies = copies.remove(id.as_str()).unwrap_or_default();
        let was_accepted = row.state == DeliveryState::Accepted;
        assert!(row.uncertain > 0 || was_accepted != copies.is_empty(), "{row:?} {}", copies.len());

        // 3. A second copy only of what was under way, once for each doubt, and the same to a byte.
        assert!(copies.len() <= 1 + row.uncertain as usize, "{row:?} {}", copies.len());
        for copy in &copies {
            assert_eq!(Some(&copy.to), row.email.as_ref());
            assert_eq!((&copy.from, &copy.data), (&copies[0].from, &copies[0].data));
        }
        if let Some(in_doubt) = &fault.in_doubt {
            assert!(row.uncertain == 0 || in_doubt.contains(&row.id), "{row:?}");
        }
    }
    assert!(copies.is_empty(), "heard of nobody's row: {:?}", copies.keys());
    let heard: BTreeSet<&str> = received.iter().map(|copy| copy.message_id.as_str()).collect();
    let second_copies = received.len() - heard.len();
    assert!(second_copies <= fault.most_second_copies, "{second_copies} second copies");

    // 4. Nobody who had left before the mark was written to.
    let to: BTreeSet<&str> = received.iter().map(|copy| copy.to.as_str()).collect();
    for row in &rows {
        let has_left = row.email.as_ref().is_some_and(|email| fault.left.contains(email));
        assert_eq!(row.state == DeliveryState::Skipped, has_left, "{row:?}");
    }
    assert!(fault.left.iter().all(|email| !to.contains(email.as_str())), "{:?}", fault.left);

    // 5. What is counted is what a recount finds.
    let count = |is: &dyn Fn(&Row) -> bool| rows.iter().filter(|row| is(row)).count() as i64;
    let state = |state| count(&|row| row.state == state);
    let recount = Counts {
        accepted: state(DeliveryState::Accepted),
        failed: state(DeliveryState::Failed),
        skipped: state(DeliveryState::Skipped),
        uncertain: count(&|row| row.uncertain > 0),
        ..Counts::default()
    };
    assert_eq!(counts, recount);
    assert_eq!(issue.audience_count, Some(counts.accepted + counts.failed + counts.skipped));
    assert_eq!(issue.audience_count, Some(fault.audience as i64));
    assert_eq!(domains.iter().map(|domain| domain.recipients).sum::<i64>(), counts.done());
    assert_eq!(domains.iter().map(|domain| domain.accepted).sum::<i64>(), counts.accepted);

    // 6. It is over, and nobody holds a row any more.
    assert_eq!(issue.state, IssueState::Sent, "{:?}", issue.pause_reason);
    assert!(issue.finished_at.is_some());
    assert!(rows.iter().all(|row| row.worker.is_none() && row.lease_until.is_none()));
    assert_eq!(workers, Vec::<String>::new());
    counts
}

/// The rows under way, and who marked them.
pub fn under_way(db: &Db, issue: &Issue) -> Vec<(i64, Option<String>)> {
    db.read_blocking(|conn| {
        Ok(deliveries::table
            .filter(deliveries::issue.eq(issue.id))
            .filter(deliveries::state.eq(DeliveryState::InData))
            .select((deliveries::id, deliveries::worker))
            .load(conn)?)
    })
    .unwrap()
}

/// The last two people who wait for their copy leave: one unsubscribes, and one's address is
/// suppressed. To be called while nobody marks; returns their addresses.
pub fn two_leave(db: &Db, issue: &Issue) -> Vec<String> {
    let (id, now) = (issue.id, Clock::real().now());
    db.write_blocking(move |conn| {
        let last: Vec<(i64, String)> = deliveries::table
            .inner_join(subscribers::table.inner_join(subscriptions::table))
            .filter(deliveries::issue.eq(id))
            .filter(deliveries::state.eq(DeliveryState::Queued))
            .filter(subscriptions::state.eq(SubscriptionState::Active))
            .order(deliveries::id.desc())
            .select((subscriptions::id, subscribers::email))
            .limit(2)
            .load(conn)?;
        let (leaves, suppressed) = (&last[0], &last[1]);
        diesel::update(subscriptions::table.find(leaves.0))
            .set(subscriptions::state.eq(SubscriptionState::Ended))
            .execute(conn)?;
        diesel::insert_into(suppressions::table)
            .values((
                suppressions::address_hash.eq(hash(&suppressed.1)),
                suppressions::reason.eq(EndReason::Complained),
                suppressions::at.eq(now),
                suppressions::source.eq("test"),
            ))
            .execute(conn)?;
        Ok(last.into_iter().map(|(_, email)| email).collect())
    })
    .unwrap()
}
