//! What people do to an issue on its way, and what they see of it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};

use chrono::TimeDelta;
use lederbrev::deliveries::SkipReason;
use lederbrev::issues::IssueState;
use lederbrev::newsletters::Tracking;
use lederbrev::staff::Role;

use crate::receiver::Play;
use crate::sends;

/// Whether the relay goes on.
type Gate = (Mutex<bool>, Condvar);

/// A relay that takes some messages and then waits until it is opened.
fn gate(most: usize) -> (Arc<Gate>, impl Fn(&str, usize) -> Play) {
    let gate = Arc::new((Mutex::new(false), Condvar::new()));
    let taken = AtomicUsize::new(0);
    let inside = gate.clone();
    let script = move |_: &str, _: usize| {
        if taken.fetch_add(1, Ordering::SeqCst) >= most {
            let (lock, opened) = &*inside;
            drop(opened.wait_while(lock.lock().unwrap(), |is_open| !*is_open).unwrap());
        }
        Play::Accept
    };
    (gate, script)
}

fn open(gate: &Gate) {
    *gate.0.lock().unwrap() = true;
    gate.1.notify_all();
}

sends! {
    async fn a_paused_issue_stands_still_and_goes_on_when_it_is_resumed(sending: Sending) {
        sending.readers(60).await;
        let issue = sending.due_issue().await;
        let (closed, script) = gate(10);
        sending.relay.plays(script);
        let app = sending.app.app.clone();
        let running = actix_web::rt::spawn(async move { lederbrev::jobs::run_until_idle(&app).await });
        while sending.relay.count() < 8 {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        let operator = sending.app.signed_in(Role::Operator).await;
        let pause = sending.app.url(&format!("/admin/deliveries/{}/pause", issue.uuid));
        let question = operator.get(&pause).send().await.unwrap().text().await.unwrap();
        assert!(question.contains("Sæt udsendelsen på pause?"), "{question}");
        assert_eq!(operator.post(&pause).send().await.unwrap().status(), 303);
        open(&closed);
        running.await.unwrap().unwrap();
        let (paused, counts) = sending.look(&issue).await;
        assert_eq!(paused.state, IssueState::Paused);
        // What was marked is finished: two windows of four at most.
        assert!(counts.accepted <= 10 + 2 * 4, "{counts:?}");
        assert_eq!((counts.accepted + counts.queued, counts.in_data), (60, 0));
        assert_eq!(sending.relay.count() as i64, counts.accepted);
        assert_eq!(operator.post(&pause).send().await.unwrap().status(), 409, "it is paused already");
        let resume = sending.app.url(&format!("/admin/deliveries/{}/resume", issue.uuid));
        assert_eq!(operator.post(&resume).send().await.unwrap().status(), 303);
        let counts = sending.run_to_the_end(&issue).await;
        assert_eq!((counts.accepted, sending.relay.count()), (60, 60));
    }

    async fn a_cancelled_issue_skips_the_rest_and_still_adds_up(sending: Sending) {
        sending.readers(40).await;
        let issue = sending.due_issue().await;
        sending.relay.plays(|to, _| match to {
            "leder3@rm.example" => Play::RefuseRecipient("550 5.1.1 unknown"),
            "leder1@odense.example" => Play::Accept,
            _ => Play::RefuseRecipient("451 4.3.0 later"),
        });
        sending.app.run_until_idle().await;
        let editor = sending.app.signed_in(Role::Editor).await;
        let cancel = sending.app.url(&format!("/admin/deliveries/{}/cancel", issue.uuid));
        let question = editor.get(&cancel).send().await.unwrap().text().await.unwrap();
        assert!(question.contains("Indtil nu er udgaven sendt til 1.") && question.contains("38 får den ikke"), "{question}");
        assert_eq!(editor.post(&cancel).send().await.unwrap().status(), 303);
        sending.app.run_until_idle().await;
        let (cancelled, counts) = sending.look(&issue).await;
        assert_eq!(cancelled.state, IssueState::Cancelled);
        assert!(cancelled.finished_at.is_some());
        assert_eq!((counts.accepted, counts.failed, counts.skipped), (1, 1, 38));
        assert_eq!(cancelled.audience_count, Some(40));
        assert!(sending.skipped(&issue).await.iter().all(|why| *why == Some(SkipReason::Cancelled)));
        sending.app.clock.advance(TimeDelta::days(1));
        sending.app.run_until_idle().await;
        assert_eq!(sending.relay.count(), 1);
    }

    async fn a_relay_that_is_away_is_tried_again_and_the_page_says_why(sending: Sending) {
        sending.readers(5).await;
        let issue = sending.due_issue().await;
        sending.relay.plays(|_, _| Play::CutBeforeMessage);
        sending.app.run_until_idle().await;
        let (now, counts) = sending.look(&issue).await;
        assert_eq!((now.state, counts.open(), counts.uncertain), (IssueState::Sending, 5, 0));
        let operator = sending.app.signed_in(Role::Operator).await;
        let page = sending.app.url(&format!("/admin/deliveries/{}", issue.uuid));
        let text = operator.get(&page).send().await.unwrap().text().await.unwrap();
        assert!(text.contains("problemer med mailserveren"), "{text}");
        sending.relay.plays(|_, _| Play::Accept);
        sending.app.run_until_idle().await;
        assert_eq!(sending.relay.count(), 0, "not before the pause is over");
        sending.app.clock.advance(TimeDelta::minutes(16));
        assert_eq!(sending.run_to_the_end(&issue).await.accepted, 5);
    }

    async fn the_page_spells_the_equation_out_and_shows_servers_words_as_text(sending: Sending) {
        let operator = sending.app.signed_in(Role::Operator).await;
        let list = sending.app.url("/admin/deliveries");
        let text = operator.get(&list).send().await.unwrap().text().await.unwrap();
        assert!(text.contains("Ingen udgave er planlagt eller udsendt endnu."));
        sending.readers(1_200).await;
        let issue = sending.due_issue().await;
        sending.relay.plays(|to, _| match to {
            "leder3@rm.example" => Play::RefuseRecipient("550 5.1.1 <script>alert(1)</script>"),
            _ => Play::Accept,
        });
        sending.run_to_the_end(&issue).await;
        let page = sending.app.url(&format!("/admin/deliveries/{}", issue.uuid));
        let text = operator.get(&page).send().await.unwrap().text().await.unwrap();
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains("1.200 = 1.199 + 1 + 0"), "{words}");
        assert!(words.contains("✓ Regnestykket stemmer"));
        assert!(words.contains("aarhus.example"));
        assert!(!text.contains("<script>alert") && text.contains("script&#62;alert(1)"), "{text}");
        assert!(!text.contains("data-events"), "a final page asks no more");
        let live = operator.get(format!("{page}/live")).send().await.unwrap().text().await.unwrap();
        assert_eq!(live, "event: end\ndata: \n\n");
        let text = operator.get(&list).send().await.unwrap().text().await.unwrap();
        assert!(text.contains("1.199"));
        let reader = sending.app.signed_in(Role::Reader).await;
        assert_eq!(reader.get(&page).send().await.unwrap().status(), 403);
    }

    async fn the_page_follows_an_issue_to_its_end(sending: Sending) {
        sending.readers(4).await;
        let issue = sending.due_issue().await;
        sending.relay.plays(|_, _| Play::RefuseRecipient("451 4.3.0 later"));
        sending.app.run_until_idle().await;
        let operator = sending.app.signed_in(Role::Operator).await;
        let url = sending.app.url(&format!("/admin/deliveries/{}/live", issue.uuid));
        let mut events = operator.get(url).send().await.unwrap();
        assert_eq!(events.headers()["content-type"], "text/event-stream");
        let first = events.chunk().await.unwrap().unwrap();
        let first = String::from_utf8_lossy(&first).into_owned();
        assert!(first.starts_with("event: part\ndata: <div id=\"live\""), "{first}");
        assert!(first.contains("451") && first.ends_with("\n\n"), "{first}");
        sending.relay.plays(|_, _| Play::Accept);
        sending.app.clock.advance(TimeDelta::minutes(6));
        sending.run_to_the_end(&issue).await;
        let mut rest = String::new();
        while let Some(chunk) = events.chunk().await.unwrap() {
            rest.push_str(&String::from_utf8_lossy(&chunk));
        }
        assert!(rest.ends_with("event: end\ndata: \n\n"), "{rest}");
    }

    async fn those_refused_are_tried_again_when_an_operator_asks_for_it(sending: Sending) {
        sending.readers(6).await;
        let issue = sending.due_issue().await;
        sending.relay.plays(|to, _| match to {
            "leder1@odense.example" => Play::RefuseMessage("554 5.7.1 looks like spam"),
            "leder3@rm.example" => Play::RefuseRecipient("550 5.1.1 no such user"),
            _ => Play::Accept,
        });
        assert_eq!(sending.run_to_the_end(&issue).await.failed, 2);
        sending.relay.plays(|_, _| Play::Accept);
        let operator = sending.app.signed_in(Role::Operator).await;
        let url = sending.app.url(&format!("/admin/deliveries/{}/retry-failures", issue.uuid));
        let page = operator.get(&url).send().await.unwrap().text().await.unwrap();
        assert!(page.contains("1, som er afvist, får et forsøg mere"), "{page}");
        assert_eq!(operator.post(&url).send().await.unwrap().status(), 303);
        let counts = sending.run_to_the_end(&issue).await;
        assert_eq!((counts.accepted, counts.failed), (5, 1));
        assert_eq!(sending.relay.tries("leder3@rm.example"), 1, "there is nobody");
    }

    async fn a_copy_that_is_tried_again_has_the_links_that_were_approved(sending: Sending) {
        sending.measure(Tracking::Off).await;
        sending.readers(2).await;
        let issue = sending.due_issue().await;
        sending.relay.plays(|to, _| match to {
            "leder1@odense.example" => Play::RefuseMessage("554 5.7.1 looks like spam"),
            _ => Play::Accept,
        });
        sending.run_to_the_end(&issue).await;
        let editor = sending.app.signed_in(Role::Editor).await;
        let url = sending.app.url(&format!("/admin/issues/{}/corrections", issue.uuid));
        for to in ["https://lederweb.dk/ny", "https://lederweb.dk/nyere"] {
            let form = [("do", "correct"), ("number", "1"), ("url", to), ("reason", "Siden er flyttet.")];
            assert_eq!(editor.post(&url).form(&form).send().await.unwrap().status(), 303);
        }
        sending.relay.plays(|_, _| Play::Accept);
        sending.act(&issue, "retry-failures").await;
        sending.run_to_the_end(&issue).await;
        let mails = sending.relay.received();
        assert_eq!(mails.len(), 2);
        for mail in mails {
            let text = mail.data.replace("=\r\n", "");
            assert!(text.contains("https://lederweb.example/undgaa"), "{text}");
            assert!(!text.contains("lederweb.dk/ny"), "{text}");
        }
    }

    async fn an_issue_that_gets_no_answers_is_said_to_stand_still(sending: Sending) {
        sending.readers(3).await;
        let issue = sending.due_issue().await;
        sending.fan_out(&issue).await;
        let operator = sending.app.signed_in(Role::Operator).await;
        let url = sending.app.url(&format!("/admin/deliveries/{}", issue.uuid));
        let still = async || {
            let page = operator.get(&url).send().await.unwrap().text().await.unwrap();
            page.contains("Udsendelsen står stille")
        };
        assert!(!still().await);
        sending.app.clock.advance(TimeDelta::minutes(3));
        assert!(still().await);
    }

    async fn what_is_on_the_line_is_finished_when_the_program_stops(sending: Sending) {
        sending.readers(60).await;
        let issue = sending.due_issue().await;
        let (closed, script) = gate(10);
        sending.relay.plays(script);
        let app = sending.app.app.clone();
        let running = actix_web::rt::spawn(async move { lederbrev::jobs::run_until_idle(&app).await });
        while sending.relay.count() < 8 {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        let app = sending.app.app.clone();
        let stopping = actix_web::rt::spawn(async move { app.sender.stop().await });
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        open(&closed);
        stopping.await.unwrap();
        running.await.unwrap().unwrap();
        let (_, counts) = sending.look(&issue).await;
        assert_eq!((counts.in_data, counts.uncertain, counts.deferred), (0, 0, 0));
        assert_eq!(counts.accepted as usize, sending.relay.count());
        assert!(counts.queued > 0 && counts.accepted <= 12, "{counts:?}");
    }
}
