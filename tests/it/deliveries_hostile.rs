//! What an unlucky order of things could do to an issue on its way.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use diesel::prelude::*;
use lederbrev::clock::Instant;
use lederbrev::db::schema::{deliveries, issues, subscriptions, suppressions};
use lederbrev::deliveries::control::{self, Action};
use lederbrev::deliveries::{DeliveryState, finish};
use lederbrev::issues::{Issue, IssueState};
use lederbrev::subscribers::SubscriptionState;

use crate::receiver::Play;
use crate::sending::{Sending, address};
use crate::sends;

async fn act(sending: &Sending, issue: &Issue, action: Action) {
    control::act(&sending.app.app, issue.uuid, action, "mette@lederweb.example").await.unwrap();
}

async fn suppressed(sending: &Sending) -> i64 {
    sending.write(|conn| suppressions::table.count().get_result(conn)).await
}

/// The number of an address of the tests: `leder7@…` is 7.
fn number(address: &str) -> usize {
    let digits = address.trim_start_matches("leder").split('@').next().unwrap_or_default();
    digits.parse().unwrap()
}

sends! {
    async fn an_issue_is_not_finished_while_an_operator_puts_rows_back(sending: Sending) {
        sending.readers(4).await;
        let issue = sending.due_issue().await;
        sending.relay.plays(|_, _| Play::RefuseRecipient("550 5.2.2 mailbox full"));
        sending.run_to_the_end(&issue).await;
        for _ in 0..100 {
            let id = issue.id;
            sending
                .write(move |conn| {
                    diesel::update(deliveries::table.filter(deliveries::issue.eq(id)))
                        .set((
                            deliveries::state.eq(DeliveryState::Failed),
                            deliveries::due_at.eq(None::<Instant>),
                        ))
                        .execute(conn)?;
                    diesel::update(issues::table.find(id))
                        .set(issues::state.eq(IssueState::Sending))
                        .execute(conn)
                })
                .await;
            let app = sending.app.app.clone();
            let settle = tokio::task::spawn_blocking(move || finish::settle(&app, id));
            act(&sending, &issue, Action::RetryFailures).await;
            settle.await.unwrap().unwrap();
            let (now, counts) = sending.look(&issue).await;
            assert_eq!((now.state, counts.deferred), (IssueState::Sending, 4));
        }
    }
}

#[actix_web::test]
async fn an_issue_that_was_paused_for_a_week_keeps_the_quota() {
    let sending = Sending::with(&[("SEND_PER_DAY", "10")]).await;
    sending.readers(30).await;
    let issue = sending.due_issue().await;
    sending.app.run_until_idle().await;
    assert_eq!(sending.relay.count(), 10);
    act(&sending, &issue, Action::Pause).await;
    sending.app.clock.advance(TimeDelta::days(9));
    act(&sending, &issue, Action::Resume).await;
    sending.app.run_until_idle().await;
    assert_eq!(sending.relay.count(), 20);
}
