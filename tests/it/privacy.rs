//! What is kept of people and for how long: what the page promises is what the night does.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use diesel::prelude::*;
use lederbrev::config::Config;
use lederbrev::db::schema::{consents, deliveries, opens, subscriptions};
use lederbrev::deliveries::store::outcome;
use lederbrev::privacy::{Kept, clear};
use lederbrev::staff::Role;
use lederbrev::subscribers::{Purpose, SubscriptionState, store};
use reqwest::{Method, StatusCode};

use crate::app::TestApp;
use crate::browser::{Browser, PHONE, WIDE};
use crate::sending::Sending;
use crate::{both, sends};

const READER: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Gecko/20100101 Firefox/115.0";

/// How much the page says the next night clears.
async fn due(sending: &Sending) -> BTreeMap<Kept, i64> {
    let due = clear::due(&sending.app.app).await.unwrap();
    due.into_iter().filter(|(_, number)| *number > 0).collect()
}

sends! {
    async fn what_the_page_says_goes_tonight_goes_and_the_counts_of_an_issue_stay(sending: Sending) {
        sending.measure(lederbrev::newsletters::Tracking::Consented).await;
        let (issue, copies, readers) = sending.sent_issue(3).await;
        let links = &sending.app.app.links;
        sending.hit(Method::GET, &links.personal_open(copies[0]), READER).await;
        sending.app.run_until_idle().await;
        let page = async |path: String| {
            // A session does not last for months.
            let admin = sending.app.signed_in(Role::Admin).await;
            admin.get(sending.app.url(&path)).send().await.unwrap().text().await.unwrap()
        };
        let id = issue.id;
        let figures = async || sending.write(move |conn| outcome(conn, id)).await;
        let before = figures().await;
        assert_eq!(before.counts.accepted, 3, "{before:?}");
        assert_eq!(due(&sending).await, BTreeMap::new());

        // One of them withdraws, and one never confirmed.
        let (newsletter, now) = (sending.newsletter, sending.app.clock.now());
        let first = readers[0].subscriber;
        sending
            .write(move |conn| {
                let all = [Purpose::Newsletter, Purpose::Tracking];
                store::consents::withdraw(conn, first, newsletter, &all, "link", now)?;
                diesel::update(subscriptions::table.find(readers[2].subscription))
                    .set(subscriptions::state.eq(SubscriptionState::Pending))
                    .execute(conn)
            })
            .await;
        let said = |conn: &mut lederbrev::db::DbConn| {
            deliveries::table.filter(deliveries::reply_text.is_not_null()).count().get_result(conn)
        };
        assert_eq!(sending.write(said).await, 3i64);
        sending.app.clock.advance(TimeDelta::days(15));
        assert_eq!(due(&sending).await, BTreeMap::from([(Kept::Unconfirmed, 1)]));
        sending.app.run_until_idle().await;
        assert_eq!(due(&sending).await, BTreeMap::new());

        sending.app.clock.advance(TimeDelta::days(76));
        let replies = sending.write(said).await;
        assert_eq!(due(&sending).await, BTreeMap::from([(Kept::Replies, replies)]));
        assert!(replies > 0);
        sending.app.run_until_idle().await;
        assert_eq!(sending.write(said).await, 0);

        sending.app.clock.advance(TimeDelta::days(100));
        let withdrawn = due(&sending).await;
        assert!(withdrawn[&Kept::Consents] > 0, "{withdrawn:?}");
        let shown = page("/admin/privacy".to_owned()).await;
        assert!(shown.contains("Senest slettet") && shown.contains("CONSENT_DAYS"), "{shown}");
        sending.app.run_until_idle().await;
        assert_eq!(due(&sending).await, BTreeMap::new());
        let left: i64 = sending
            .write(move |conn| {
                consents::table.filter(consents::subscriber.eq(first)).count().get_result(conn)
            })
            .await;
        assert_eq!(left, 0, "the proof has had its time");

        sending.app.clock.advance(TimeDelta::days(210));
        assert_eq!(due(&sending).await[&Kept::Deliveries], 3);
        sending.app.run_until_idle().await;
        assert_eq!(due(&sending).await, BTreeMap::new());
        let rows: (i64, i64) = sending
            .write(|conn| {
                let copies = deliveries::table.count().get_result(conn)?;
                Ok((copies, opens::table.count().get_result(conn)?))
            })
            .await;
        assert_eq!(rows, (0, 0));
        assert_eq!(figures().await, before, "the rows have become counts");
        assert_eq!(sending.look(&issue).await.1, before.counts, "and the equation adds up");
        let copies = sending.write(move |conn| lederbrev::issues::store::copies(conn, id)).await;
        assert_eq!(copies, [("accepted".to_owned(), before.counts.accepted), ("skipped".to_owned(), before.counts.skipped)].into_iter().filter(|(_, number)| *number > 0).collect::<Vec<_>>());
        let desk = page(format!("/admin/deliveries/{}", issue.uuid)).await;
        assert!(desk.contains("hvem der fik den"), "{desk}");
    }
}

both! {
    async fn the_page_for_readers_follows_the_settings(app: TestApp) {
        app.newsletter().await;
        let answer = app.get("/privacy").await;
        assert_eq!(answer.status(), StatusCode::OK);
        let page = answer.text().await.unwrap();
        for words in ["bekræftet: 14 dage", "IP-adresser: 6 måneder", "udgave: 3 måneder", "i 5 år"] {
            assert!(page.contains(words), "{words}: {page}");
        }
        assert!(page.contains("udgaver du har fået: 13 måneder"), "{page}");
        assert!(!page.contains("åbnet og klikket på, hvis"), "nothing is measured: {page}");
    }

    async fn the_record_is_filled_from_the_settings_and_for_administrators(app: TestApp) {
        app.newsletter().await;
        for role in [Role::Reader, Role::Operator, Role::Editor] {
            let who = app.signed_in(role).await;
            for path in ["/admin/privacy", "/admin/privacy/record"] {
                let answer = who.get(app.url(path)).send().await.unwrap();
                assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{role} {path}");
            }
        }
        let admin = app.signed_in(Role::Admin).await;
        let page = admin.get(app.url("/admin/privacy/record")).send().await.unwrap();
        let page = page.text().await.unwrap();
        for words in ["Nyt fra Lederweb", "nyhedsbrev@lederweb.example", "13 måneder", "artikel 30"] {
            assert!(page.contains(words), "{words}: {page}");
        }
    }
}

#[test]
fn who_got_an_issue_is_kept_for_as_long_as_idle_consents_are_looked_for() {
    let folder = tempfile::tempdir().unwrap();
    let with = |days: &str| {
        let values = [
            ("DATABASE_URL", format!("sqlite://{}/lederbrev.db", folder.path().display())),
            ("DELIVERY_DAYS", days.to_owned()),
        ];
        Config::from_values(values.map(|(name, value)| (name.to_owned(), value)).into())
    };
    assert!(with("320").is_ok());
    assert!(with("319").err().unwrap().to_string().contains("LEDERBREV_DELIVERY_DAYS"));
}

#[actix_web::test]
async fn the_pages_about_privacy_are_accessible_and_fit_every_screen() {
    let app = TestApp::sqlite().await;
    app.newsletter().await;
    let browser = Browser::open(&app).await;
    browser.sign_in(Role::Admin).await;
    for (name, path) in [
        ("privacy", "/privacy"),
        ("retention", "/admin/privacy"),
        ("record", "/admin/privacy/record"),
    ] {
        for (width, dark) in [(WIDE, false), (WIDE, true), (PHONE, false)] {
            browser.dark(dark).await;
            browser.resize(width).await;
            browser.goto(path).await;
            browser.axe().await;
            browser.screenshot(&format!("{name}-{width}{}", if dark { "-dark" } else { "" })).await;
        }
        browser.fits_a_narrow_screen().await;
    }
    browser.no_console_errors().await;
    browser.close().await;
}
