//! Another address: confirmed at the new one, told to the old one; history, consents and links live
//! on, and nobody is counted twice.

use chrono::TimeDelta;
use lederbrev::subscribers::store::{consents, register, suppressions};
use lederbrev::subscribers::{EndReason, SubscriptionState, suppression, withdrawals};
use reqwest::{Client, StatusCode};

use crate::app::TestApp;
use crate::both;
use crate::personal::{ANNE, BO};
use crate::sending::Sending;

const NEW: &str = "anne.holm@rm.example";

impl TestApp {
    /// Asks for another address on an own page.
    async fn ask_for_address(&self, of: &Client, email: &str) -> reqwest::Response {
        let form = [("email", email)];
        of.post(self.url("/my-page/address")).form(&form).send().await.unwrap()
    }

    /// Moves somebody to another address, all the way.
    async fn move_to(&self, from: &str, to: &str) {
        let page = self.own_page(from).await;
        self.ask_for_address(&page, to).await;
        let link = self.mailed(to, "/my-page/address/").await;
        assert_eq!(self.post(&link, &[]).await.status(), StatusCode::SEE_OTHER);
        self.run_until_idle().await;
    }

    async fn suppressed(&self, email: &str) -> Option<EndReason> {
        let hash = suppression::address_hash(&self.app.config.suppression_pepper, email);
        self.app.db.read(move |conn| Ok(suppressions::reason(conn, &hash)?)).await.unwrap()
    }
}

both! {
    async fn a_new_address_is_confirmed_there_and_told_to_the_old_one(app: TestApp) {
        let newsletter = app.newsletter().await;
        app.subscribe(ANNE).await;
        let preferences = app.preferences(ANNE).await;
        let (before, _) = app.person(ANNE).await;
        app.clock.advance(TimeDelta::days(1));
        let anne = app.own_page(ANNE).await;
        let old_mails = app.mails(ANNE).await;
        for (wrong, code) in [("anne", "ikke en gyldig"), ("ANNE.Holm@aarhus.example", "allerede bruger")] {
            let answer = app.ask_for_address(&anne, wrong).await;
            assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
            assert!(answer.text().await.unwrap().contains(code));
        }
        app.ask_for_address(&anne, NEW).await;
        let first = app.mailed(NEW, "/my-page/address/").await;
        app.ask_for_address(&anne, NEW).await;
        let link = app.mailed(NEW, "/my-page/address/").await;
        assert_ne!(first, link, "only the newest works");
        assert_eq!(app.post(&first, &[]).await.status(), StatusCode::GONE);
        let page = app.get(&link).await.text().await.unwrap();
        assert!(page.contains(NEW) && page.matches("<button").count() == 1);
        assert!(app.knows(ANNE).await && !app.knows(NEW).await, "nothing changes on GET");

        assert_eq!(app.post(&link, &[]).await.headers()["location"], "/my-page/moved?lang=da");
        assert_eq!(app.post(&link, &[]).await.status(), StatusCode::GONE);
        assert_eq!(app.mails(ANNE).await, old_mails + 1);
        let told = app.mails_to(ANNE).remove(0);
        let text = told.text.unwrap();
        assert!(text.contains("a…@rm.example") && !text.contains(NEW), "{text}");
        assert!(text.contains("redaktionen@lederweb.example"));
        let (after, subscription) = app.person(NEW).await;
        assert_eq!((after.uuid, after.email.as_str()), (before.uuid, NEW));
        assert_eq!(subscription.state, SubscriptionState::Active);
        assert!(!app.knows(ANNE).await);
        // One person on every day, with one history and the links of old mails.
        for day in ["2017-03-24", "2017-03-25"] {
            assert_eq!(app.count(newsletter, day).await.0, Some(1));
        }
        assert_eq!(app.get(&preferences).await.status(), StatusCode::OK);
        // Who was let in by the old mailbox is let out.
        assert!(!app.seen(&anne, "/my-page").await.contains("Siden lukker"));
        app.clock.advance(TimeDelta::minutes(5));
        let anne = app.own_page(NEW).await;
        let data = app.seen(&anne, "/my-page/data").await;
        assert!(data.contains("Skiftede gruppe eller adresse"));
        let id = after.id;
        let kept = app.app.db.read(move |conn| Ok(consents::of(conn, id)?)).await.unwrap();
        assert_eq!(kept.len(), 1);
        assert!(kept[0].0.withdrawn_at.is_none());
        // An old list does not bring the old address back; whoever has it next can subscribe.
        assert_eq!(app.suppressed(ANNE).await, Some(EndReason::Unsubscribed));
        assert_eq!(withdrawals::replay(&app.app).await.unwrap(), 0);
        app.clock.advance(TimeDelta::days(1));
        app.subscribe(ANNE).await;
        assert_eq!(app.suppressed(ANNE).await, None);
        assert_eq!(withdrawals::replay(&app.app).await.unwrap(), 0);
        assert_eq!(app.count(newsletter, "2017-03-26").await.0, Some(2));
        assert_eq!(app.differences().await, [""; 0]);
    }

    async fn who_moves_to_an_address_that_subscribes_becomes_one_with_it(app: TestApp) {
        let first = app.newsletter_that_measures().await;
        let second = app.another_newsletter().await;
        app.subscribe(ANNE).await;
        let form = [("email", NEW), ("name", "Anne Holm"), ("consent", "yes"), ("tracking_consent", "yes")];
        app.post("/subscribe/lederweb", &form).await;
        let confirm = app.mailed(NEW, "/confirm/").await;
        app.post(&confirm, &[]).await;
        let there = app.own_page(NEW).await;
        app.press(&there, &[("action", "subscribe"), ("newsletter", "ledelse-nu")]).await;
        let (of_new, of_old) = (app.unsubscribe_path(NEW).await, app.unsubscribe_path(ANNE).await);
        app.clock.advance(TimeDelta::days(1));
        app.move_to(ANNE, NEW).await;
        assert!(!app.knows(ANNE).await);
        let (person, _) = app.person(NEW).await;
        assert_eq!(person.name.as_deref(), Some("Anne Holm"));
        let id = person.id;
        let (subscriptions, consents) = app
            .app
            .db
            .read(move |conn| Ok((register::subscriptions_of(conn, id)?, consents::of(conn, id)?)))
            .await
            .unwrap();
        assert_eq!(subscriptions.len(), 2);
        assert!(subscriptions.iter().all(|(subscription, _)| subscription.counts()));
        assert_eq!(consents.len(), 4, "none is lost");
        // Twice the day before, once from then on; and the day before stays as it was.
        assert_eq!(app.count(first, "2017-03-24").await.0, Some(2));
        assert_eq!(app.count(first, "2017-03-25").await.0, Some(1));
        assert_eq!(app.count(second, "2017-03-25").await.0, Some(1));
        assert_eq!(app.differences().await, [""; 0]);
        // The links in the mails of both still end it.
        for link in [&of_new, &of_old] {
            assert_eq!(app.get(link).await.status(), StatusCode::OK, "{link}");
        }
        app.post(&of_new, &[("List-Unsubscribe", "One-Click")]).await;
        assert_eq!(app.count(first, "2017-03-25").await.0, Some(0));
        assert_eq!(app.differences().await, [""; 0]);
    }

    async fn a_subscription_that_lives_at_the_new_address_lives_on(app: TestApp) {
        let newsletter = app.newsletter().await;
        app.another_newsletter().await;
        app.subscribe(ANNE).await;
        app.subscribe(NEW).await;
        let of_old = app.unsubscribe_path(ANNE).await;
        let anne = app.own_page(ANNE).await;
        app.press(&anne, &[("action", "subscribe"), ("newsletter", "ledelse-nu")]).await;
        app.post(&of_old, &[]).await;
        app.clock.advance(TimeDelta::days(1));
        app.move_to(ANNE, NEW).await;
        assert_eq!(app.count(newsletter, "2017-03-25").await.0, Some(1));
        assert_eq!(app.differences().await, [""; 0]);
        assert_eq!(withdrawals::replay(&app.app).await.unwrap(), 0);
        app.post(&of_old, &[]).await;
        assert_eq!(app.count(newsletter, "2017-03-25").await.0, Some(0));
    }

    async fn two_who_become_one_are_counted_in_one_group_with_all_that_was_known_of_either(app: TestApp) {
        let newsletter = app.newsletter().await;
        let now = app.clock.now();
        let tillid = move |conn: &mut lederbrev::db::DbConn| {
            Ok(crate::app::insert_newsletter_called(conn, "tillid", now)?)
        };
        app.app.db.write(tillid).await.unwrap();
        let list = format!("email,navn,sektor,gruppe,titel\n{ANNE},Anne,,2,\n{BO},,kommune,3,Chefkonsulent\n");
        app.import("", list).await;
        // Bo reads another newsletter, which Anne does not.
        let list = format!("email\n{BO}\n");
        let token = app.token(lederbrev::staff::Role::Editor).await;
        let query = "newsletter=tillid&basis=papir&consented_on=2017-03-01";
        let url = app.url(&format!("/api/v1/subscribers/import?{query}"));
        let sent = app.client.post(url).bearer_auth(token).header("content-type", "text/csv");
        assert_eq!(sent.body(list).send().await.unwrap().status(), StatusCode::OK);
        assert_eq!(app.shares().await, ["2/ +1", "3/kommune +2"]);
        app.move_to(ANNE, BO).await;
        let (person, _) = app.person(BO).await;
        assert_eq!(person.name.as_deref(), Some("Anne"));
        assert_eq!(person.sector, Some(lederbrev::subscribers::Sector::Kommune));
        assert_eq!(person.attributes.0["titel"], "Chefkonsulent");
        // One in each newsletter, at Anne's level and in the sector that was known of Bo.
        assert_eq!(app.shares().await, ["2/kommune +2"]);
        assert_eq!(app.count(newsletter, "2017-03-24").await.0, Some(1));
        assert_eq!(app.differences().await, [""; 0]);
    }

    async fn a_new_address_that_is_shut_out_is_answered_alike_and_gets_nothing(app: TestApp) {
        app.newsletter().await;
        app.subscribe(ANNE).await;
        app.subscribe(BO).await;
        let (bo, _) = app.person(BO).await;
        let now = app.clock.now();
        app.app
            .db
            .write(move |conn| {
                suppression::suppress(conn, &bo, EndReason::Complained, "test", now)
            })
            .await
            .unwrap();
        let anne = app.own_page(ANNE).await;
        let mut answers = Vec::new();
        for email in [BO, NEW, "carla@odense.example"] {
            let answer = app.ask_for_address(&anne, email).await;
            answers.push((answer.status(), answer.headers()["location"].clone()));
        }
        assert!(answers.iter().all(|answer| *answer == answers[0]));
        assert_eq!(app.mails("bo@xn--ringkbing-skjern-pxb.example").await, 1, "the confirmation of before");
        // Shut out after the mail was sent.
        let link = app.mailed("carla@odense.example", "/my-page/address/").await;
        let pepper = &app.app.config.suppression_pepper;
        let hash = suppression::address_hash(pepper, "carla@odense.example");
        app.app
            .db
            .write(move |conn| Ok(suppressions::put(conn, &hash, EndReason::Staff, "test", now)?))
            .await
            .unwrap();
        assert_eq!(app.post(&link, &[]).await.status(), StatusCode::GONE);
        assert!(app.knows(ANNE).await && !app.knows("carla@odense.example").await);
    }

    async fn a_link_at_the_new_address_ends_after_a_day(app: TestApp) {
        app.newsletter().await;
        app.subscribe(ANNE).await;
        let anne = app.own_page(ANNE).await;
        app.ask_for_address(&anne, NEW).await;
        let link = app.mailed(NEW, "/my-page/address/").await;
        app.clock.advance(TimeDelta::hours(24) + TimeDelta::seconds(1));
        assert_eq!(app.get(&link).await.status(), StatusCode::GONE);
        assert_eq!(app.post(&link, &[]).await.status(), StatusCode::GONE);
        assert!(app.knows(ANNE).await);
    }

    async fn a_backup_from_before_the_move_does_not_keep_who_was_erased_after_it(app: TestApp) {
        app.newsletter().await;
        app.subscribe(ANNE).await;
        app.subscribe(BO).await;
        // Bo left before he was erased: a backup still has him.
        let leave = app.unsubscribe_path(BO).await;
        app.post(&leave, &[]).await;
        app.clock.advance(TimeDelta::days(1));
        app.move_to(ANNE, NEW).await;
        app.clock.advance(TimeDelta::days(1));
        app.move_to(NEW, "anne@odense.example").await;
        // Somebody else gets the first address.
        app.clock.advance(TimeDelta::days(1));
        app.subscribe(ANNE).await;
        app.clock.advance(TimeDelta::days(1));
        app.erase("anne@odense.example").await;
        app.erase(BO).await;
        assert_eq!(withdrawals::replay(&app.app).await.unwrap(), 0);
        assert!(app.knows(ANNE).await, "somebody else");
        let log = std::fs::read(app.app.config.data_dir.join("withdrawals.log")).unwrap();
        let restored = TestApp::sqlite().await;
        restored.newsletter().await;
        restored.subscribe(ANNE).await;
        restored.subscribe(BO).await;
        let leave = restored.unsubscribe_path(BO).await;
        restored.post(&leave, &[]).await;
        restored.clock.advance(TimeDelta::days(9));
        std::fs::write(restored.app.config.data_dir.join("withdrawals.log"), log).unwrap();
        withdrawals::replay(&restored.app).await.unwrap();
        assert!(!restored.knows(ANNE).await);
        assert!(!restored.knows(BO).await);
        assert_eq!(withdrawals::replay(&restored.app).await.unwrap(), 0);
        assert_eq!(restored.differences().await, [""; 0]);
    }
}

/// Two copies of one issue are on their way when the two become one person.
#[actix_web::test]
async fn an_issue_that_is_on_its_way_still_adds_up() {
    let sending = Sending::sqlite().await;
    let readers = sending.readers(6).await;
    let issue = sending.due_issue().await;
    sending.fan_out(&issue).await;
    let (from, now) = (readers[0].subscriber, sending.app.clock.now());
    let to = lederbrev::mail::EmailAddress::parse(&crate::sending::address(3)).unwrap();
    sending
        .app
        .app
        .db
        .write(move |conn| {
            let person = lederbrev::personal::store::person(conn, from)?;
            let hash = crate::sending::hash(&to.key());
            lederbrev::personal::address::move_to(conn, &person, &to, &hash, now)
        })
        .await
        .unwrap();
    let counts = sending.run_to_the_end(&issue).await;
    assert_eq!((counts.accepted, counts.skipped), (5, 1));
    let mut heard: Vec<String> = sending.relay.received().into_iter().map(|m| m.to).collect();
    heard.sort();
    heard.dedup();
    assert_eq!(heard.len(), 5, "nobody twice");
}
