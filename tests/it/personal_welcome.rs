//! The welcome, and the warning about consents under which nothing is sent.

use chrono::TimeDelta;
use diesel::prelude::*;
use lederbrev::db::schema::{deliveries, issues, open_counts};
use lederbrev::issues::IssueKind;
use lederbrev::newsletters;
use lederbrev::staff::Role;
use lederbrev::subscribers::SubscriptionState;
use reqwest::StatusCode;

use crate::app::TestApp;
use crate::both;
use crate::personal::ANNE;
use crate::sending::Sending;
use crate::sends;

impl TestApp {
    /// The newsletter of the tests, which welcomes, with an ordinary issue and a special edition.
    async fn newsletter_that_welcomes(&self) -> i64 {
        let id = self.newsletter().await;
        let now = self.clock.now();
        self.app
            .db
            .write(move |conn| {
                let mut newsletter = newsletters::store::find(conn, id)?;
                let mut details = newsletter.details();
                details.welcome_mail = true;
                newsletter.settings = newsletters::store::to_json(&details);
                newsletters::store::update(conn, &newsletter)?;
                for (slug, kind, subject, day) in [
                    ("kerneopgaven", IssueKind::Special, "Særnummer om kerneopgaven", "2017-03-10"),
                    (
                        "nr-4",
                        IssueKind::Ordinary,
                        "Undgå værdiløs kompetenceudvikling",
                        "2017-03-17",
                    ),
                ] {
                    let issue = crate::sending::due_issue(conn, id, now)?;
                    let day: chrono::NaiveDate = day.parse().unwrap();
                    diesel::update(issues::table.find(issue.id))
                        .set((
                            issues::slug.eq(slug),
                            issues::kind.eq(kind),
                            issues::subject.eq(subject),
                            issues::state.eq("sent"),
                            issues::published_on.eq(day),
                        ))
                        .execute(conn)?;
                }
                Ok(id)
            })
            .await
            .unwrap()
    }
}

both! {
    async fn who_confirms_is_welcomed_once_with_the_latest_issues(app: TestApp) {
        app.newsletter_that_welcomes().await;
        app.ask(ANNE).await;
        let confirm = app.mailed(ANNE, "/confirm/").await;
        assert_eq!(app.mails(ANNE).await, 1, "nobody is welcomed who has not confirmed");
        for _ in 0..3 {
            app.post(&confirm, &[]).await;
            app.run_until_idle().await;
        }
        assert_eq!(app.mails(ANNE).await, 2);
        let mail = app.mails_to(ANNE).remove(0);
        assert_eq!(mail.summary.subject, "Velkommen til Nyt fra Lederweb");
        let (text, html) = (mail.text.clone().unwrap(), mail.html.clone().unwrap());
        for slug in ["kerneopgaven", "nr-4"] {
            let link = app.url(&format!("/archive/{slug}"));
            assert!(text.contains(&link) && html.contains(&format!("href=\"{link}\"")), "{text}");
        }
        assert!(text.contains("Særnummer om kerneopgaven") && text.contains("17. marts 2017"));
        assert!(html.contains("Eksempelvej 1"), "the footer of an issue");
        // Counted nowhere: no counted link, no image, no row.
        assert!(!html.contains("/c/") && !html.contains("/o/") && !html.contains("Se i browser"));
        let rows = app
            .app
            .db
            .read(|conn| {
                let copies: i64 = deliveries::table.count().get_result(conn)?;
                let opens: i64 = open_counts::table.count().get_result(conn)?;
                Ok(copies + opens)
            })
            .await
            .unwrap();
        assert_eq!(rows, 0);
        // Its links are the person's own, in the header too.
        let header = mail.header("List-Unsubscribe").unwrap().to_owned();
        let leave = app.unsubscribe_path(ANNE).await;
        assert!(header.contains(&leave) && text.contains(&leave), "{header}");
        assert_eq!(mail.header("List-Unsubscribe-Post"), Some("List-Unsubscribe=One-Click"));
        // Who leaves and comes back knows us.
        app.post(&leave, &[]).await;
        app.clock.advance(TimeDelta::days(1));
        app.subscribe(ANNE).await;
        app.run_until_idle().await;
        let welcomes = app.mails_to(ANNE).iter().filter(|mail| mail.summary.subject.starts_with("Velkommen")).count();
        assert_eq!(welcomes, 1);
    }

    async fn a_newsletter_without_a_welcome_sends_none_and_neither_does_an_end(app: TestApp) {
        app.newsletter().await;
        app.subscribe(ANNE).await;
        assert_eq!(app.mails(ANNE).await, 1, "off until somebody ticks it");
        let admin = app.signed_in(Role::Admin).await;
        let settings = admin.get(app.url("/admin/settings")).send().await.unwrap();
        assert!(settings.text().await.unwrap().contains("name=\"welcome_mail\">"));
    }
}

#[actix_web::test]
async fn a_relay_that_is_away_delays_the_welcome_and_sends_it_once() {
    let sending = Sending::sqlite().await;
    let app = &sending.app;
    let id = sending.newsletter;
    sending
        .write(move |conn| {
            let mut newsletter = newsletters::store::find(conn, id)?;
            let mut details = newsletter.details();
            details.welcome_mail = true;
            newsletter.settings = newsletters::store::to_json(&details);
            newsletters::store::update(conn, &newsletter)
        })
        .await;
    app.ask(ANNE).await;
    app.run_until_idle().await;
    let (_, subscription) = app.person(ANNE).await;
    let (asked, nonce) = (subscription.requested_at, subscription.nonce);
    let confirm = app.app.links.confirm(subscription.id, asked, nonce);
    let confirm = confirm.strip_prefix(&app.base).unwrap();
    sending.relay.plays(|_, _| crate::receiver::Play::RefuseRecipient("451 4.7.1 later"));
    assert_eq!(app.post(confirm, &[]).await.status(), StatusCode::SEE_OTHER);
    app.run_until_idle().await;
    assert_eq!(sending.relay.count(), 1, "the confirmation");
    sending.relay.plays(|_, _| crate::receiver::Play::Accept);
    app.clock.advance(TimeDelta::minutes(3));
    app.run_until_idle().await;
    app.clock.advance(TimeDelta::hours(3));
    app.run_until_idle().await;
    assert_eq!(sending.relay.count(), 2);
    // Who leaves before it goes gets none.
    app.clock.advance(TimeDelta::days(1));
    app.ask("bo@odense.example").await;
    app.run_until_idle().await;
    let (_, subscription) = app.person("bo@odense.example").await;
    let links = &app.app.links;
    let confirm = links.confirm(subscription.id, subscription.requested_at, subscription.nonce);
    app.post(confirm.strip_prefix(&app.base).unwrap(), &[]).await;
    let leave = app.unsubscribe_path("bo@odense.example").await;
    app.post(&leave, &[]).await;
    assert_eq!(app.state("bo@odense.example").await, SubscriptionState::Ended);
    app.run_until_idle().await;
    assert_eq!(sending.relay.count(), 3, "only the confirmation");
}

sends! {
    async fn staff_are_warned_when_nothing_was_sent_under_a_consent_for_ten_months(sending: Sending) {
        let app = &sending.app;
        sending.readers(3).await;
        let editor = app.signed_in(Role::Editor).await;
        let desk = async || {
            app.run_until_idle().await;
            editor.get(app.url("/admin")).send().await.unwrap().text().await.unwrap()
        };
        assert!(!desk().await.contains("ti måneder"));
        app.clock.advance(TimeDelta::days(290));
        let issue = sending.due_issue().await;
        sending.run_to_the_end(&issue).await;
        app.clock.advance(TimeDelta::days(20));
        let counted = async || {
            app.run_until_idle().await;
            let all = lederbrev::subscribers::store::idle::all;
            app.app.db.read(move |conn| Ok(all(conn)?)).await.unwrap()
        };
        assert_eq!(counted().await, []);
        app.clock.advance(TimeDelta::days(290));
        assert_eq!(counted().await, [(sending.newsletter, 3)]);
        let editor = app.signed_in(Role::Admin).await;
        let text = editor.get(app.url("/admin")).send().await.unwrap().text().await.unwrap();
        assert!(text.contains("3 personer har sagt ja til Nyt fra Lederweb for mere end ti måneder"));
        let issue = sending.due_issue().await;
        sending.run_to_the_end(&issue).await;
        assert_eq!(counted().await, []);
    }
}
