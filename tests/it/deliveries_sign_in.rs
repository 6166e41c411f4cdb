//! A relay that does not let us in: it is asked once, and then not before a person says so.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::TimeDelta;
use lederbrev::issues::{Issue, IssueState};
use lederbrev::staff::Role;

use crate::receiver::{Say, Turn};
use crate::sending::Sending;
use crate::sends;

/// The relay refuses every sign-in; returns how often it was asked.
fn refuse(sending: &Sending) -> Arc<AtomicUsize> {
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = asked.clone();
    sending.relay.speaks(move |turn, _| match turn {
        Turn::Greeting => {
            counter.fetch_add(1, Ordering::Relaxed);
            Say::Usual
        }
        // It may be said at any moment; here before AUTH, which needs no password in the test.
        Turn::Hello => Say::This(b"535 5.7.8 bad user or password\r\n".to_vec()),
        _ => Say::Usual,
    });
    asked
}

async fn states(sending: &Sending, issues: &[&Issue]) -> Vec<(IssueState, Option<String>)> {
    let mut states = Vec::new();
    for issue in issues {
        let (issue, _) = sending.look(issue).await;
        states.push((issue.state, issue.pause_reason));
    }
    states
}

fn refused() -> (IssueState, Option<String>) {
    (IssueState::Paused, Some("sender-refused".to_owned()))
}

sends! {
    async fn one_refused_sign_in_stops_everything_until_a_person_says_go_on(sending: Sending) {
        sending.readers(20).await;
        let (one, other) = (sending.due_issue().await, sending.due_issue().await);
        let asked = refuse(&sending);
        sending.app.run_until_idle().await;
        assert_eq!(states(&sending, &[&one, &other]).await, [refused(), refused()]);
        assert_eq!(asked.load(Ordering::Relaxed), 1, "no second wrong password");

        let third = sending.due_issue().await;
        let form = [("email", "anne.holm@aarhus.example"), ("consent", "yes")];
        assert_eq!(sending.app.post("/subscribe/lederweb", &form).await.status(), 303);
        for _ in 0..3 {
            sending.app.clock.advance(TimeDelta::minutes(10));
            sending.app.run_until_idle().await;
        }
        let ready = sending.app.get("/readyz").await;
        assert_eq!(ready.status(), 503);
        assert!(ready.text().await.unwrap().contains("not_let_in"));
        assert_eq!(asked.load(Ordering::Relaxed), 1, "neither a confirmation nor a check asks");
        assert_eq!(states(&sending, &[&third]).await, [(IssueState::Scheduled, None)]);
        let operator = sending.app.signed_in(Role::Operator).await;
        for page in ["/admin", "/admin/deliveries"] {
            let page = operator.get(sending.app.url(page)).send().await.unwrap();
            let page = page.text().await.unwrap();
            assert!(page.contains("Mailserveren afviser vores login"), "{page}");
            assert!(page.contains("535 5.7.8 bad user or password"), "{page}");
        }

        sending.relay.speaks(|_, _| Say::Usual);
        let url = sending.app.url("/admin/relay/try-again");
        assert_eq!(operator.post(url).send().await.unwrap().status(), 303);
        assert_eq!(sending.run_to_the_end(&third).await.accepted, 20);
        assert_eq!(sending.relay.tries("anne.holm@aarhus.example"), 1);
        for issue in [&one, &other] {
            let url = sending.app.url(&format!("/admin/deliveries/{}/resume", issue.uuid));
            assert_eq!(operator.post(url).send().await.unwrap().status(), 303);
            assert_eq!(sending.run_to_the_end(issue).await.accepted, 20);
        }
    }

    async fn who_resumes_an_issue_asks_the_relay_once_more(sending: Sending) {
        sending.readers(20).await;
        let issue = sending.due_issue().await;
        let asked = refuse(&sending);
        sending.app.run_until_idle().await;
        let operator = sending.app.signed_in(Role::Operator).await;
        let url = sending.app.url(&format!("/admin/deliveries/{}/resume", issue.uuid));
        for times in 2..4 {
            assert_eq!(operator.post(&url).send().await.unwrap().status(), 303);
            sending.app.run_until_idle().await;
            assert_eq!(asked.load(Ordering::Relaxed), times);
            assert_eq!(states(&sending, &[&issue]).await, [refused()]);
        }
        sending.relay.speaks(|_, _| Say::Usual);
        assert_eq!(operator.post(&url).send().await.unwrap().status(), 303);
        assert_eq!(sending.run_to_the_end(&issue).await.accepted, 20);
    }

    async fn a_wrong_password_found_by_a_confirmation_holds_the_issues_too(sending: Sending) {
        sending.readers(5).await;
        let asked = refuse(&sending);
        let form = [("email", "anne.holm@aarhus.example"), ("consent", "yes")];
        assert_eq!(sending.app.post("/subscribe/lederweb", &form).await.status(), 303);
        sending.app.run_until_idle().await;
        let issue = sending.due_issue().await;
        sending.app.run_until_idle().await;
        assert_eq!(asked.load(Ordering::Relaxed), 1);
        assert_eq!(states(&sending, &[&issue]).await, [(IssueState::Scheduled, None)]);
        // If nobody looks for hours, it is held as late when somebody does.
        sending.app.clock.advance(TimeDelta::hours(3));
        sending.relay.speaks(|_, _| Say::Usual);
        let operator = sending.app.signed_in(Role::Operator).await;
        let url = sending.app.url("/admin/relay/try-again");
        assert_eq!(operator.post(url).send().await.unwrap().status(), 303);
        sending.app.run_until_idle().await;
        let late = (IssueState::Paused, Some("late".to_owned()));
        assert_eq!(states(&sending, &[&issue]).await, [late]);
    }
}
