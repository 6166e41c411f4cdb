//! How fast an issue goes out: the rate in all, the limits for a provider, the relay's quota, and
//! what of it is foreseen.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use lederbrev::app::App;
use lederbrev::issues::IssueState;
use lederbrev::jobs;
use lederbrev::staff::Role;

use crate::receiver::Play;
use crate::sending::{Sending, address};
use crate::sends;

#[actix_web::test]
async fn a_quota_a_day_is_kept_and_the_rest_goes_the_next_day() {
    let sending = Sending::with(&[("SEND_PER_DAY", "10")]).await;
    sending.readers(15).await;
    let issue = sending.due_issue().await;
    sending.app.run_until_idle().await;
    assert_eq!(sending.relay.count(), 10);
    let operator = sending.app.signed_in(Role::Operator).await;
    let page = sending.app.url(&format!("/admin/deliveries/{}", issue.uuid));
    let text = operator.get(&page).send().await.unwrap().text().await.unwrap();
    assert!(
        text.contains("Døgnets kvote") && !text.contains("problemer med mailserveren"),
        "{text}"
    );
    sending.app.clock.advance(TimeDelta::hours(12));
    sending.app.run_until_idle().await;
    assert_eq!(sending.relay.count(), 10);
    sending.app.clock.advance(TimeDelta::hours(13));
    assert_eq!(sending.run_to_the_end(&issue).await.accepted, 15);
}

#[actix_web::test]
async fn a_rate_is_kept_while_the_clock_goes_on() {
    let sending = Sending::with(&[("SEND_PER_MINUTE", "60"), ("SEND_RAMP_UP", "1")]).await;
    sending.readers(30).await;
    let issue = sending.due_issue().await;
    let clock = sending.app.clock.clone();
    let began = clock.now();
    let ticks = actix_web::rt::spawn(async move {
        loop {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            clock.advance(TimeDelta::milliseconds(500));
        }
    });
    let counts = sending.run_to_the_end(&issue).await;
    ticks.abort();
    assert_eq!(counts.accepted, 30);
    // Eight at once, and 22 more at a growing rate of at most one a second.
    assert!(sending.app.clock.now() - began > TimeDelta::seconds(22));
}

#[actix_web::test]
async fn what_cannot_be_out_in_time_is_refused_when_it_is_scheduled() {
    let sending = Sending::with(&[("SEND_PER_DAY", "2")]).await;
    sending.readers(5).await;
    let token = sending.app.token(Role::Editor).await;
    let client = reqwest::Client::new();
    let post = |path: String, body: serde_json::Value| {
        client.post(sending.app.url(&path)).bearer_auth(&token).json(&body).send()
    };
    let mut issue = crate::composer::special_edition().to_json();
    issue["newsletter"] = "lederweb".into();
    issue["kind"] = "special".into();
    let made = post("/api/v1/issues".to_owned(), issue).await.unwrap();
    assert_eq!(made.status(), 201);
    let made: serde_json::Value = made.json().await.unwrap();
    let schedule = format!("/api/v1/issues/{}/schedule", made["id"].as_str().unwrap());
    let refused = post(schedule, serde_json::json!({ "at": "2017-03-24T10:00" })).await.unwrap();
    assert_eq!(refused.status(), 422);
    assert!(refused.text().await.unwrap().contains("24"));
}

#[actix_web::test]
async fn a_provider_gets_no_more_at_once_than_is_set_and_everybody_gets_one() {
    let settings = [("SEND_PROVIDER_CONNECTIONS", "1"), ("SEND_CONNECTIONS", "6")];
    let sending = Sending::with(&settings).await;
    sending.readers(60).await;
    let issue = sending.due_issue().await;
    let line = Arc::new(Mutex::new(HashMap::<String, usize>::new()));
    sending.relay.plays(move |to, _| {
        let domain = to.rsplit('@').next().unwrap_or_default().to_owned();
        {
            let mut line = line.lock().unwrap();
            let on_line = line.entry(domain.clone()).or_default();
            *on_line += 1;
            assert_eq!(*on_line, 1, "{domain}");
        }
        std::thread::sleep(std::time::Duration::from_millis(3));
        *line.lock().unwrap().entry(domain).or_default() -= 1;
        Play::Accept
    });
    for _ in 0..60 {
        sending.app.run_until_idle().await;
        sending.app.clock.advance(TimeDelta::seconds(10));
    }
    assert_eq!(sending.run_to_the_end(&issue).await.accepted, 60);
}

sends! {
    async fn a_provider_that_asks_for_patience_gets_it_and_nobody_else_waits(sending: Sending) {
        sending.readers(40).await;
        let issue = sending.due_issue().await;
        sending.relay.plays(|to, nth| match (to.ends_with("@odense.example"), nth) {
            (true, 1) => Play::RefuseRecipient("421 4.7.0 too many messages"),
            _ => Play::Accept,
        });
        sending.app.run_until_idle().await;
        let (_, counts) = sending.look(&issue).await;
        assert_eq!((counts.accepted, counts.deferred, counts.failed), (32, 8, 0));
        let asked: usize = (0..8).map(|nth| sending.relay.tries(&address(1 + 5 * nth))).sum();
        assert!(asked < 8, "not everybody was tried: {asked}");
        for _ in 0..60 {
            sending.app.clock.advance(TimeDelta::minutes(10));
            sending.app.run_until_idle().await;
        }
        let counts = sending.run_to_the_end(&issue).await;
        assert_eq!((counts.accepted, counts.uncertain), (40, 0));
    }

    async fn who_waits_for_the_quota_is_not_late_after_a_restart(sending: Sending) {
        let mut config = sending.app.app.config.clone();
        config.sending.per_day = Some(10);
        let app = || App::build(config.clone(), sending.app.clock.clone()).unwrap();
        sending.readers(15).await;
        let issue = sending.due_issue().await;
        jobs::run_until_idle(&app()).await.unwrap();
        assert_eq!(sending.relay.count(), 10);
        sending.app.clock.advance(TimeDelta::hours(5));
        jobs::run_until_idle(&app()).await.unwrap();
        assert_eq!(sending.look(&issue).await.0.state, IssueState::Sending);
        // It was down when the quota was free again.
        sending.app.clock.advance(TimeDelta::hours(20));
        jobs::run_until_idle(&app()).await.unwrap();
        let (issue, counts) = sending.look(&issue).await;
        assert_eq!((issue.state, counts.accepted), (IssueState::Sent, 15));
    }

    async fn a_restored_backup_is_late_though_its_quota_was_used_up(sending: Sending) {
        let mut config = sending.app.app.config.clone();
        config.sending.per_day = Some(10);
        let app = || App::build(config.clone(), sending.app.clock.clone()).unwrap();
        sending.readers(15).await;
        let issue = sending.due_issue().await;
        jobs::run_until_idle(&app()).await.unwrap();
        sending.app.clock.advance(TimeDelta::hours(27));
        jobs::run_until_idle(&app()).await.unwrap();
        assert_eq!(sending.paused_because(&issue).await.as_deref(), Some("late"));
        assert_eq!(sending.relay.count(), 10);
    }
}

/// Two processes that send at the same time.
#[actix_web::test]
async fn two_processes_keep_one_quota() {
    let sending = Sending::postgres().await;
    let mut config = sending.app.app.config.clone();
    config.sending.per_day = Some(100);
    let app = || App::build(config.clone(), sending.app.clock.clone()).unwrap();
    sending.readers(200).await;
    let issue = sending.due_issue().await;
    sending.fan_out(&issue).await;
    let (one, other) = (app(), app());
    let (first, second) = tokio::join!(jobs::run_until_idle(&one), jobs::run_until_idle(&other));
    first.unwrap();
    second.unwrap();
    // One of them saw an eighth of what was left less than the other took, and a window.
    let count = sending.relay.count();
    assert!((100..=100 + 100 / 8 + 4).contains(&count), "{count}");
}

#[actix_web::test]
async fn what_one_provider_and_other_issues_take_is_foreseen() {
    let settings =
        [("SEND_PER_DAY", "100"), ("SEND_PROVIDER_PER_MINUTE", "1"), ("SEND_DEADLINE", "30")];
    let sending = Sending::with(&settings).await;
    sending.readers(75).await;
    let token = sending.app.token(Role::Editor).await;
    let browser = sending.app.signed_in(Role::Editor).await;
    let client = reqwest::Client::new();
    let post = async |path: String, body: serde_json::Value| {
        let request = client.post(sending.app.url(&path)).bearer_auth(&token).json(&body);
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let draft = async || {
        let mut issue = crate::composer::special_edition().to_json();
        issue["newsletter"] = "lederweb".into();
        issue["kind"] = "special".into();
        let (status, made) = post("/api/v1/issues".to_owned(), issue).await;
        assert_eq!(status, 201, "{made}");
        let made: serde_json::Value = serde_json::from_str(&made).unwrap();
        made["id"].as_str().unwrap().to_owned()
    };
    let schedule = async |id: &str, at: &str| {
        let path = format!("/api/v1/issues/{id}/schedule");
        post(path, serde_json::json!({ "at": at })).await
    };
    let page = async |id: &str| {
        let url = sending.app.url(&format!("/admin/issues/{id}/schedule"));
        browser.get(url).send().await.unwrap().text().await.unwrap()
    };
    let id = draft().await;
    let words = page(&id).await;
    assert!(words.contains("tager udsendelsen omkring 16 minutter"), "15 at each domain: {words}");
    // Another issue takes three quarters of the day's quota first.
    sending.due_issue().await;
    let words = page(&id).await;
    assert!(words.contains("tager udsendelsen omkring 24 timer"), "{words}");
    let (status, answer) = schedule(&id, "2017-03-24T10:00").await;
    assert_eq!(status, 200, "{answer}");
    let words = page(&id).await;
    assert!(words.contains("er færdig omkring 25. marts 2017"), "{words}");
    // A third would be out the day after, which is too late.
    let (status, answer) = schedule(&draft().await, "2017-03-24T11:00").await;
    assert_eq!(status, 422, "{answer}");
    assert!(answer.contains("30"), "{answer}");
}
