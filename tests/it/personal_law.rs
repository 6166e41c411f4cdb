//! What somebody can trust about their own page and what staff do with theirs.

use chrono::TimeDelta;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use lederbrev::db::DbConn;
use lederbrev::db::schema::audit_log;
use lederbrev::issues;
use lederbrev::newsletters;
use lederbrev::staff::Role;
use lederbrev::subscribers::store::{consents, suppressions};
use lederbrev::subscribers::{EndReason, SubscriptionState, suppression, withdrawals};
use reqwest::StatusCode;

use crate::app::TestApp;
use crate::both;
use crate::personal::{ANNE, BO};
use crate::preflight::audited;

const NEW: &str = "anne.holm@rm.example";

impl TestApp {
    /// Shuts out an address, as staff did once.
    async fn shut_address(&self, email: &str) -> Vec<u8> {
        let hash = suppression::address_hash(&self.app.config.suppression_pepper, email);
        let (of, now) = (hash.clone(), self.clock.now());
        let put = move |conn: &mut DbConn| {
            Ok(suppressions::put(conn, &of, EndReason::Staff, "staff", now)?)
        };
        self.app.db.write(put).await.unwrap();
        hash
    }
}

both! {
    async fn a_change_of_address_that_did_not_come_about_ends_nobody_at_the_next_start(app: TestApp) {
        app.newsletter().await;
        app.subscribe(ANNE).await;
        app.clock.advance(TimeDelta::days(1));
        let anne = app.own_page(ANNE).await;
        anne.post(app.url("/my-page/address")).form(&[("email", NEW)]).send().await.unwrap();
        let link = app.mailed(NEW, "/my-page/address/").await;
        // The database refuses the last of what is written.
        let now = app.clock.now();
        let spoil = move |conn: &mut DbConn| {
            suppressions::put(conn, &[7; 32], EndReason::Unsubscribed, "address", now)?;
            Ok(conn.batch_execute("CREATE UNIQUE INDEX broken ON suppressions (source)")?)
        };
        app.app.db.write(spoil).await.unwrap();
        let refused = app.post(&link, &[]).await.status();
        assert!(refused.is_client_error() || refused.is_server_error(), "{refused}");
        assert_eq!(withdrawals::replay(&app.app).await.unwrap(), 0);
        assert_eq!(app.state(ANNE).await, SubscriptionState::Active);
        app.app.db.write(|conn| Ok(conn.batch_execute("DROP INDEX broken")?)).await.unwrap();
        assert_eq!(app.post(&link, &[]).await.status(), StatusCode::SEE_OTHER);
        assert_eq!(app.state(NEW).await, SubscriptionState::Active);
        assert!(app.log().iter().any(|line| line.contains(" moved ")));
        assert_eq!(withdrawals::replay(&app.app).await.unwrap(), 0);
    }

    async fn a_consent_on_ones_own_page_is_to_the_text_that_stood_there(app: TestApp) {
        app.newsletter().await;
        let second = app.another_newsletter().await;
        app.subscribe(ANNE).await;
        let anne = app.own_page(ANNE).await;
        let page = app.seen(&anne, "/my-page").await;
        let (_, form) = page.split_once("name=\"newsletter\" value=\"ledelse-nu\"").unwrap();
        let (_, text) = form.split_once("name=\"text\" value=\"").unwrap();
        let text = text.split('"').next().unwrap();
        let rename = move |conn: &mut DbConn| {
            let mut newsletter = newsletters::store::find(conn, second)?;
            newsletter.title = "Ledelse i morgen".to_owned();
            Ok(newsletters::store::update(conn, &newsletter)?)
        };
        app.app.db.write(rename).await.unwrap();
        let wish = [("action", "subscribe"), ("newsletter", "ledelse-nu")];
        let invented = "0".repeat(64);
        let refused = app.press(&anne, &[&wish[..], &[("text", &invented)]].concat()).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
        app.press(&anne, &[&wish[..], &[("text", text)]].concat()).await;
        let (person, _) = app.person(ANNE).await;
        let all = app.app.db.read(move |conn| Ok(consents::of(conn, person.id)?)).await.unwrap();
        let (_, said) = all.iter().find(|(consent, _)| consent.newsletter == second).unwrap();
        assert!(said.contains("Ledelse nu") && !said.contains("i morgen"), "{said}");
    }

    async fn staff_hand_out_what_is_kept_as_a_page_that_people_can_read(app: TestApp) {
        app.newsletter().await;
        app.subscribe(ANNE).await;
        let (person, _) = app.person(ANNE).await;
        let editor = app.signed_in(Role::Editor).await;
        let path = app.url(&format!("/admin/subscribers/{}/data", person.uuid));
        let ask = editor.get(&path).send().await.unwrap().text().await.unwrap();
        assert!(ask.contains("value=\"html\"") && ask.contains("skriv ingen navne"), "{ask}");
        let form = [("reason", "Bad om indsigt pr. brev"), ("as", "html")];
        let file = editor.post(&path).form(&form).send().await.unwrap();
        assert_eq!(file.status(), StatusCode::OK);
        assert!(file.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
        let name = format!("attachment; filename=\"person-{}.html\"", person.uuid);
        assert_eq!(file.headers()["content-disposition"].to_str().unwrap(), name);
        let file = file.text().await.unwrap();
        assert!(file.contains(ANNE) && file.contains("Det har vi gemt om dig"), "{file}");
        assert!(!file.contains("href=") && !file.contains("src="), "it stands alone: {file}");
        let form = [("reason", "Bad om indsigt pr. brev")];
        let json = editor.post(&path).form(&form).send().await.unwrap();
        assert_eq!(json.headers()["content-type"], "application/json");
    }

    async fn pages_say_which_newsletter_why_and_how_in_words(app: TestApp) {
        app.newsletter().await;
        app.subscribe(ANNE).await;
        let (person, _) = app.person(ANNE).await;
        let editor = app.signed_in(Role::Editor).await;
        let path = format!("/admin/subscribers/{}", person.uuid);
        let note = app.url(&format!("{path}/notes"));
        editor.post(note).form(&[("note", "Ringede om sin adresse.")]).send().await.unwrap();
        let anne = app.own_page(ANNE).await;
        let leave = app.unsubscribe_path(ANNE).await;
        app.post(&leave, &[("List-Unsubscribe", "One-Click")]).await;
        let staff = editor.get(app.url(&path)).send().await.unwrap().text().await.unwrap();
        let own = app.seen(&anne, "/my-page/data").await;
        for page in [&staff, &own] {
            for words in ["Nyt fra Lederweb: Modtage nyhedsbrevet", "Ét klik i mailprogrammet",
                "<td>Afmeldte sig</td>", "<td>Nyt fra Lederweb</td>", "<dd>Formular</dd>"] {
                assert!(page.contains(words), "{words}: {page}");
            }
            assert!(!page.contains("one_click") && !page.contains("subscriber.note"), "{page}");
        }
        assert!(own.contains("Skrev en note"), "{own}");
    }

    async fn who_is_erased_gets_no_test_either(app: TestApp) {
        let newsletter = app.newsletter().await;
        app.subscribe(ANNE).await;
        let now = app.clock.now();
        let groups = move |conn: &mut DbConn| {
            let both = ["Anne.Holm@aarhus.example".to_owned(), BO.to_owned()];
            issues::store::insert_test_group(conn, newsletter, "Redaktionen", &both, now)?;
            Ok(issues::store::insert_test_group(conn, newsletter, "Anne", &both[..1], now)?)
        };
        app.app.db.write(groups).await.unwrap();
        app.erase(ANNE).await;
        let read = move |conn: &mut DbConn| Ok(issues::store::test_groups(conn, newsletter)?);
        let left = app.app.db.read(read).await.unwrap();
        let left: Vec<_> = left.iter().map(|group| (group.name.as_str(), group.list())).collect();
        assert_eq!(left, [("Redaktionen", vec![BO.to_owned()])]);
    }

    async fn who_asks_for_a_held_address_again_and_again_fills_no_log(app: TestApp) {
        app.newsletter().await;
        app.subscribe(ANNE).await;
        app.shut_address("carla@odense.example").await;
        let anne = app.own_page(ANNE).await;
        let ask = async || {
            let form = [("email", "carla@odense.example")];
            anne.post(app.url("/my-page/address")).form(&form).send().await.unwrap();
        };
        for _ in 0..4 {
            ask().await;
        }
        assert_eq!(audited(&app, "own-page.address-held").await, 1);
        app.clock.advance(TimeDelta::days(1) + TimeDelta::minutes(1));
        let anne = app.own_page(ANNE).await;
        let form = [("email", "carla@odense.example")];
        anne.post(app.url("/my-page/address")).form(&form).send().await.unwrap();
        assert_eq!(audited(&app, "own-page.address-held").await, 2);
    }

    async fn the_audit_log_forgets_the_hash_of_an_address_when_the_suppression_ends(app: TestApp) {
        app.newsletter().await;
        let hash = app.shut_address("carla@odense.example").await;
        app.ask("carla@odense.example").await;
        let hex = data_encoding::HEXLOWER.encode(&hash[..8]);
        let subjects = async || {
            let read = |conn: &mut DbConn| {
                let held = audit_log::table.filter(audit_log::action.eq("subscription.held"));
                Ok(held.select(audit_log::subject).load::<String>(conn)?)
            };
            app.app.db.read(read).await.unwrap()
        };
        assert_eq!(subjects().await, [format!("suppression {hex}")]);
        app.clock.advance(TimeDelta::days(5 * 365));
        app.run_until_idle().await;
        assert_eq!(subjects().await, [format!("suppression {hex}")], "not yet");
        app.clock.advance(TimeDelta::days(10));
        app.run_until_idle().await;
        assert_eq!(subjects().await, ["suppression"]);
    }
}
