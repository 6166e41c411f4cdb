//! Everybody at one domain gets the same address at another: people keep what is theirs, no past count
//! changes, nobody is woken, and it can be undone.

use chrono::TimeDelta;
use diesel::prelude::*;
use lederbrev::db::schema::{audit_log, domain_move_rows, ledger, suppressions};
use lederbrev::moves::{plan, rule::Rule};
use lederbrev::subscribers::domains::{DomainMove, MoveCounts, MoveState};
use lederbrev::subscribers::store::{consents, domains, suppressions as rows};
use lederbrev::subscribers::withdrawals;
use lederbrev::subscribers::{EndReason, SubscriptionState, suppression};
use reqwest::StatusCode;

use crate::app::TestApp;
use crate::both;

const OLD: &str = "regionsjaelland.example";
const NEW: &str = "region-østdanmark.example";
const ANNE: &str = "Anne.Holm@regionsjaelland.example";
const ANNE_NEW: &str = "Anne.Holm@region-østdanmark.example";
const BO: &str = "bo.kjaer@regionsjaelland.example";
const BO_NEW: &str = "bo.kjaer@region-østdanmark.example";
const CARLA: &str = "carla@aarhus.example";

impl TestApp {
    /// Begins a move of as many as a dry run says.
    pub async fn begin_move(
        &self,
        old: &str,
        new: &str,
        list: &str,
        on_bounce: bool,
    ) -> DomainMove {
        let rule = Rule::read(old, new, list).unwrap();
        let shown = plan::plan(&self.app, rule.clone()).await.unwrap().counts.changes();
        let by = "mette@lederweb.example";
        let uuid = plan::begin(&self.app, rule, on_bounce, shown, by).await.unwrap();
        self.app.db.read(move |conn| Ok(domains::by_uuid(conn, uuid)?)).await.unwrap()
    }

    /// Moves everybody, to the end; says what became of them.
    async fn move_domain(&self, old: &str, new: &str) -> (DomainMove, MoveCounts) {
        let of = self.begin_move(old, new, "", false).await;
        self.run_until_idle().await;
        self.look_at_move(&of).await
    }

    /// How a move stands.
    pub async fn look_at_move(&self, of: &DomainMove) -> (DomainMove, MoveCounts) {
        let id = of.id;
        let of = self.app.db.read(move |conn| Ok(domains::find(conn, id)?)).await.unwrap();
        let counts = of.counts().unwrap();
        (of, counts)
    }

    async fn undo_move(&self, of: &DomainMove) -> MoveCounts {
        plan::undo(&self.app, of.uuid, "mette@lederweb.example").await.unwrap();
        self.run_until_idle().await;
        let (of, counts) = self.look_at_move(of).await;
        assert_eq!(of.state, MoveState::Undone);
        counts
    }

    fn hash_of(&self, email: &str) -> Vec<u8> {
        let key = lederbrev::mail::EmailAddress::parse(email).unwrap().key();
        suppression::address_hash(&self.app.config.suppression_pepper, &key)
    }

    async fn shut_out(&self, email: &str) -> Option<EndReason> {
        let hash = self.hash_of(email);
        self.app.db.read(move |conn| Ok(rows::reason(conn, &hash)?)).await.unwrap()
    }

    async fn shut(&self, email: &str, reason: EndReason) {
        let (hash, now) = (self.hash_of(email), self.clock.now());
        let put = move |conn: &mut lederbrev::db::DbConn| {
            Ok(rows::put(conn, &hash, reason, "test", now)?)
        };
        self.app.db.write(put).await.unwrap();
    }

    /// The addresses that are kept to undo moves.
    async fn kept_addresses(&self) -> Vec<Option<String>> {
        let kept = domain_move_rows::table.select(domain_move_rows::old_address);
        self.app.db.read(move |conn| Ok(kept.load(conn)?)).await.unwrap()
    }

    /// What a restart would end.
    async fn replayed(&self) -> usize {
        withdrawals::replay(&self.app).await.unwrap()
    }

    /// A house that was restored from a backup from before this day, with the log of this one.
    async fn restored(&self, people: &[&str]) -> TestApp {
        let restored = TestApp::sqlite().await;
        restored.newsletter().await;
        for email in people {
            restored.subscribe(email).await;
        }
        restored.clock.advance(TimeDelta::days(9));
        let log = std::fs::read(self.app.config.data_dir.join("withdrawals.log")).unwrap();
        std::fs::write(restored.app.config.data_dir.join("withdrawals.log"), log).unwrap();
        restored
    }
}

both! {
    async fn people_keep_consents_and_history_and_no_count_changes_there_and_back(app: TestApp) {
        let newsletter = app.newsletter().await;
        for email in [ANNE, BO, CARLA] {
            app.subscribe(email).await;
        }
        let unsubscribe = app.unsubscribe_path(ANNE).await;
        let (before, _) = app.person(ANNE).await;
        app.clock.advance(TimeDelta::days(40));
        let (of, counts) = app.move_domain(OLD, NEW).await;
        assert_eq!((of.state, counts), (MoveState::Done, MoveCounts { moved: 2, ..Default::default() }));
        assert!(app.knows(ANNE_NEW).await && app.knows(BO_NEW).await && app.knows(CARLA).await);
        assert!(!app.knows(ANNE).await && !app.knows(BO).await);
        let (anne, subscription) = app.person(ANNE_NEW).await;
        assert_eq!((anne.id, anne.uuid, anne.email.as_str()), (before.id, before.uuid, ANNE_NEW));
        assert_eq!(subscription.state, SubscriptionState::Active);
        assert_eq!(app.get(&unsubscribe).await.status(), StatusCode::OK, "links of old mails live on");
        let (id, uuid) = (anne.id, anne.uuid);
        let (consents, history) = app
            .app
            .db
            .read(move |conn| {
                let of_anne = ledger::table.filter(ledger::subscriber_uuid.eq(uuid)).order(ledger::id);
                let entries: Vec<(String, i32, String)> =
                    of_anne.select((ledger::kind, ledger::change, ledger::source)).load(conn)?;
                Ok((consents::of(conn, id)?, entries))
            })
            .await
            .unwrap();
        assert!(consents.len() == 1 && consents[0].0.withdrawn_at.is_none());
        assert_eq!(history.last().unwrap(), &("moved".to_owned(), 0, "domain".to_owned()));
        for day in ["2017-03-24", "2017-04-20", "2017-05-03"] {
            assert_eq!(app.count(newsletter, day).await.0, Some(3));
        }
        // An old list does not bring the old address back, and a restart ends nobody.
        assert_eq!(app.shut_out(ANNE).await, Some(EndReason::Unsubscribed));
        assert_eq!(app.replayed().await, 0);
        assert_eq!(app.differences().await, [""; 0]);
        let page = app.own_page(ANNE_NEW).await;
        assert!(app.seen(&page, "/my-page/data").await.contains(ANNE), "it is kept for a month");
        let audit = audit_log::table.select((audit_log::action, audit_log::details));
        let audit: Vec<(String, lederbrev::db::Json)> =
            app.app.db.read(move |conn| Ok(audit.load(conn)?)).await.unwrap();
        for action in ["domain.move", "domain.moved"] {
            let (_, details) = audit.iter().find(|(name, _)| name == action).unwrap();
            assert!(details.0.to_string().contains(OLD) && !details.0.to_string().contains("holm"));
        }

        app.clock.advance(TimeDelta::days(29));
        let counts = app.undo_move(&of).await;
        assert_eq!((counts.undone, counts.kept), (2, 0));
        let (anne, subscription) = app.person(ANNE).await;
        assert_eq!((anne.id, anne.email.as_str()), (before.id, ANNE));
        assert_eq!(anne.address_hash, before.address_hash);
        assert_eq!(subscription.state, SubscriptionState::Active);
        assert_eq!(app.shut_out(ANNE).await, None);
        assert_eq!(app.kept_addresses().await, []);
        assert_eq!(app.count(newsletter, "2017-06-01").await.0, Some(3));
        assert_eq!(app.replayed().await, 0);
        assert_eq!(app.differences().await, [""; 0]);
        // And once more, because the first try had another new domain, say.
        let (_, counts) = app.move_domain(OLD, NEW).await;
        assert_eq!(counts.moved, 2);
        assert_eq!(app.replayed().await, 0);
        assert_eq!(app.differences().await, [""; 0]);
    }

    async fn who_is_shut_out_or_has_left_at_either_address_is_never_woken(app: TestApp) {
        app.newsletter().await;
        let at = |local: &str, domain: &str| format!("{local}@{domain}");
        for local in ["klaget", "retur", "spaerret", "afmeldt", "slettet", "loggen", "dorte"] {
            app.subscribe(&at(local, OLD)).await;
        }
        app.ask(&at("ubekraeftet", OLD)).await;
        app.shut(&at("klaget", OLD), EndReason::Complained).await;
        app.shut(&at("retur", OLD), EndReason::Bounced).await;
        app.shut(&at("spaerret", NEW), EndReason::Staff).await;
        app.subscribe(&at("afmeldt", NEW)).await;
        let leave = app.unsubscribe_path(&at("afmeldt", NEW)).await;
        app.post(&leave, &[]).await;
        app.subscribe(&at("slettet", NEW)).await;
        app.erase(&at("slettet", NEW)).await;
        // Only the log knows of this one: the database was restored.
        let now = app.clock.now();
        let hash = app.hash_of(&at("loggen", NEW));
        let left = withdrawals::Event::Unsubscribed;
        withdrawals::append(&app.app, left, None, &hash, now).await.unwrap();
        app.clock.advance(TimeDelta::days(1));

        let (of, counts) = app.move_domain(OLD, NEW).await;
        let expected = MoveCounts {
            moved: 1, suppressed: 2, shut: 2, left: 2, pending: 1, ..Default::default()
        };
        assert_eq!(counts, expected);
        assert!(app.knows(&at("dorte", NEW)).await);
        for local in ["klaget", "retur", "spaerret", "afmeldt", "slettet", "loggen", "ubekraeftet"] {
            assert!(app.knows(&at(local, OLD)).await, "{local}");
        }
        assert_eq!(app.state(&at("afmeldt", NEW)).await, SubscriptionState::Ended);
        assert_eq!(app.state(&at("afmeldt", OLD)).await, SubscriptionState::Active);
        // Who complained has complained at the new address too; that a mailbox is gone says nothing.
        assert_eq!(app.shut_out(&at("klaget", NEW)).await, Some(EndReason::Complained));
        assert_eq!(app.shut_out(&at("retur", NEW)).await, None);
        assert_eq!(app.shut_out(&at("slettet", NEW)).await, Some(EndReason::Erased));
        assert_eq!(app.replayed().await, 0);
        let counts = app.undo_move(&of).await;
        assert_eq!((counts.undone, counts.kept), (1, 0));
        assert_eq!(app.shut_out(&at("klaget", NEW)).await, None);
        assert_eq!(app.shut_out(&at("klaget", OLD)).await, Some(EndReason::Complained));
        assert_eq!(app.replayed().await, 0);
        assert_eq!(app.differences().await, [""; 0]);
    }

    async fn who_has_the_new_address_already_becomes_one_and_is_counted_once(app: TestApp) {
        let newsletter = app.newsletter().await;
        app.subscribe(ANNE_NEW).await;
        let leave = app.unsubscribe_path(ANNE_NEW).await;
        app.clock.advance(TimeDelta::days(1));
        app.subscribe(ANNE).await;
        let links = [app.unsubscribe_path(ANNE).await, leave.clone()];
        // She left at the new address once, and came back.
        app.clock.advance(TimeDelta::hours(1));
        app.post(&leave, &[]).await;
        app.clock.advance(TimeDelta::days(1));
        app.subscribe(ANNE_NEW).await;
        app.subscribe(BO).await;
        app.clock.advance(TimeDelta::days(1));
        let (of, counts) = app.move_domain(OLD, NEW).await;
        assert_eq!((counts.moved, counts.merged), (1, 1));
        assert_eq!(app.count(newsletter, "2017-03-26").await.0, Some(3));
        assert_eq!(app.count(newsletter, "2017-03-27").await.0, Some(2));
        assert_eq!(app.replayed().await, 0, "what was said before she came back holds no more");
        assert_eq!(app.state(ANNE_NEW).await, SubscriptionState::Active);
        for link in &links {
            assert_eq!(app.get(link).await.status(), StatusCode::OK);
        }
        assert_eq!(app.kept_addresses().await, [Some(BO.to_owned())], "nothing that is not needed");
        let counts = app.undo_move(&of).await;
        assert_eq!((counts.undone, counts.merged), (1, 1));
        assert!(app.knows(BO).await && app.knows(ANNE_NEW).await && !app.knows(ANNE).await);
        assert_eq!(app.differences().await, [""; 0]);
        app.post(&links[0], &[]).await;
        assert_eq!(app.state(ANNE_NEW).await, SubscriptionState::Ended);
    }

    async fn two_who_would_get_one_address_stay_and_an_address_that_would_be_none_too(app: TestApp) {
        app.newsletter().await;
        let long = "b".repeat(60);
        let new = format!("{long}.{long}.{long}.example");
        let endless = format!("{}@regionh.example", "l".repeat(64));
        for email in [ANNE, "anne.holm@regionh.example", BO, &endless] {
            app.subscribe(email).await;
        }
        let list = format!("{OLD};{new}\nregionh.example;{new}");
        let of = app.begin_move("", "", &list, false).await;
        app.run_until_idle().await;
        let (_, counts) = app.look_at_move(&of).await;
        let expected = MoveCounts { moved: 1, double: 2, invalid: 1, ..Default::default() };
        assert_eq!(counts, expected);
        assert!(app.knows(ANNE).await && app.knows("anne.holm@regionh.example").await);
        assert!(app.knows(&format!("bo.kjaer@{new}")).await);
    }

    async fn undoing_leaves_who_has_changed_since_and_what_somebody_else_has(app: TestApp) {
        app.newsletter().await;
        let at = |local: &str, domain: &str| format!("{local}@{domain}");
        for local in ["skiftet", "klaget", "overtaget", "afmeldt", "uroert"] {
            app.subscribe(&at(local, OLD)).await;
        }
        app.clock.advance(TimeDelta::days(1));
        let (of, _) = app.move_domain(OLD, NEW).await;
        app.clock.advance(TimeDelta::days(1));
        // One took a third address, one complained, one's old address is somebody else's.
        let (person, _) = app.person(&at("skiftet", NEW)).await;
        let third = lederbrev::mail::EmailAddress::parse("skiftet@aarhus.example").unwrap();
        let (hash, now) = (app.hash_of(third.as_typed()), app.clock.now());
        let moved = move |conn: &mut lederbrev::db::DbConn| {
            lederbrev::personal::address::move_to(conn, &person, &third, &hash, now)
        };
        app.app.db.write(moved).await.unwrap();
        app.shut(&at("klaget", NEW), EndReason::Complained).await;
        app.subscribe(&at("overtaget", OLD)).await;
        let leave = app.unsubscribe_path(&at("afmeldt", NEW)).await;
        app.post(&leave, &[]).await;
        let counts = app.undo_move(&of).await;
        assert_eq!((counts.undone, counts.kept), (2, 3));
        for email in ["skiftet@aarhus.example", &at("klaget", NEW), &at("overtaget", NEW)] {
            assert!(app.knows(email).await, "{email}");
        }
        assert!(app.knows(&at("overtaget", OLD)).await && app.knows(&at("uroert", OLD)).await);
        assert_eq!(app.state(&at("afmeldt", OLD)).await, SubscriptionState::Ended, "still left");
        assert_eq!(app.replayed().await, 0);
        assert_eq!(app.differences().await, [""; 0]);
        // A backup from before all this wakes nobody, and ends nobody else.
        let people: Vec<String> = ["afmeldt", "uroert"].map(|local| at(local, OLD)).to_vec();
        let people: Vec<&str> = people.iter().map(String::as_str).collect();
        let restored = app.restored(&people).await;
        assert_eq!(restored.replayed().await, 1);
        assert_eq!(restored.state(&at("afmeldt", OLD)).await, SubscriptionState::Ended);
        assert_eq!(restored.state(&at("uroert", OLD)).await, SubscriptionState::Active);
    }

    async fn a_backup_from_before_a_move_has_everybody_but_those_who_left_after_it(app: TestApp) {
        app.newsletter().await;
        let at = |local: &str, domain: &str| format!("{local}@{domain}");
        let locals = ["bliver", "gaar", "slettes"];
        for local in locals {
            app.subscribe(&at(local, OLD)).await;
        }
        app.clock.advance(TimeDelta::days(1));
        app.move_domain(OLD, NEW).await;
        app.clock.advance(TimeDelta::days(1));
        let leave = app.unsubscribe_path(&at("gaar", NEW)).await;
        app.post(&leave, &[]).await;
        app.erase(&at("slettes", NEW)).await;
        let old: Vec<String> = locals.map(|local| at(local, OLD)).to_vec();
        let old: Vec<&str> = old.iter().map(String::as_str).collect();
        let restored = app.restored(&old).await;
        assert_eq!(restored.replayed().await, 2);
        assert_eq!(restored.state(old[0]).await, SubscriptionState::Active);
        assert_eq!(restored.state(old[1]).await, SubscriptionState::Ended);
        assert!(!restored.knows(old[2]).await);
        assert_eq!(restored.replayed().await, 0);
        assert_eq!(restored.differences().await, [""; 0]);
    }

    async fn old_addresses_are_kept_for_a_month_and_go_with_who_is_erased(app: TestApp) {
        app.newsletter().await;
        app.subscribe(ANNE).await;
        app.subscribe(BO).await;
        let (of, _) = app.move_domain(OLD, NEW).await;
        app.erase(ANNE_NEW).await;
        assert_eq!(app.kept_addresses().await, [Some(BO.to_owned())]);
        let privacy = app.get("/privacy").await.text().await.unwrap();
        assert!(privacy.contains("vi retter den for dig: 30 dage"), "{privacy}");
        app.clock.advance(TimeDelta::days(30) - TimeDelta::minutes(1));
        app.run_until_idle().await;
        assert_eq!(app.kept_addresses().await, [Some(BO.to_owned())]);
        app.clock.advance(TimeDelta::minutes(2));
        app.run_until_idle().await;
        assert_eq!(app.kept_addresses().await, []);
        let again = plan::undo(&app.app, of.uuid, "mette@lederweb.example").await;
        assert!(matches!(again, Err(lederbrev::error::Error::Conflict("error-domain-state"))));
        assert!(app.knows(BO_NEW).await);
        let shut = suppressions::table.select(suppressions::source);
        let shut: Vec<String> = app.app.db.read(move |conn| Ok(shut.load(conn)?)).await.unwrap();
        assert!(shut.contains(&"domain".to_owned()), "an old list still brings nobody back");
    }
}
