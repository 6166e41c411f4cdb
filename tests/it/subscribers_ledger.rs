//! The count on a day, for ever: ledger, erasure, pauses, and what a restored backup must not wake.

use chrono::TimeDelta;
use diesel::prelude::*;
use lederbrev::clock::Instant;
use lederbrev::config::Secret;
use lederbrev::db::DbConn;
use lederbrev::db::schema::{growth, ledger as ledger_rows, subscribers, subscriptions};
use lederbrev::mail::EmailAddress;
use lederbrev::privacy;
use lederbrev::subscribers::ledger::Basis;
use lederbrev::subscribers::store::register::Details;
use lederbrev::subscribers::store::{register, stated, suppressions};
use lederbrev::subscribers::withdrawals::Event;
use lederbrev::subscribers::{
    EndReason, Scope, SubscriptionState, erase, suppression, withdrawals,
};
use lederbrev::web::Lang;
use reqwest::StatusCode;

use crate::app::TestApp;
use crate::both;

const ANNE: &str = "anne.holm@aarhus.example";
const BO: &str = "bo@ringkøbing-skjern.example";

impl TestApp {
    /// Moves the clock to a moment.
    pub fn at(&self, moment: &str) {
        let to = Instant::new(moment.parse().unwrap());
        self.clock.advance(to - self.clock.now());
    }

    /// Erases somebody.
    pub async fn erase(&self, email: &str) {
        let (person, _) = self.person(email).await;
        erase::erase(&self.app, person).await.unwrap();
    }

    /// The path of somebody's preferences.
    pub async fn preferences(&self, email: &str) -> String {
        let (_, subscription) = self.person(email).await;
        let link = self.app.links.preferences(subscription.id, subscription.nonce);
        link.strip_prefix(&self.base).unwrap().to_owned()
    }

    /// Whether the register knows an address.
    pub async fn knows(&self, email: &str) -> bool {
        let key = lederbrev::mail::EmailAddress::parse(email).unwrap().key();
        self.app.db.read(move |conn| Ok(register::by_key(conn, &key)?)).await.unwrap().is_some()
    }
}

both! {
    async fn a_day_ends_at_midnight_in_the_newsletters_zone_in_summer_and_in_winter(app: TestApp) {
        let newsletter = app.newsletter().await;
        // 26 March 2017 has 23 hours in Copenhagen, 29 October 25, and the year ends at 23:00 UTC.
        for (before, after, day, next) in [
            ("2017-03-26T21:59:00Z", "2017-03-26T22:01:00Z", "2017-03-26", "2017-03-27"),
            ("2017-10-29T22:59:00Z", "2017-10-29T23:01:00Z", "2017-10-29", "2017-10-30"),
            ("2017-12-31T22:59:00Z", "2017-12-31T23:01:00Z", "2017-12-31", "2018-01-01"),
        ] {
            let so_far = app.count(newsletter, day).await.0.unwrap_or(0);
            app.at(before);
            app.subscribe(&format!("foer.{day}@aarhus.example")).await;
            app.at(after);
            app.subscribe(&format!("efter.{day}@aarhus.example")).await;
            assert_eq!(app.count(newsletter, day).await, (Some(so_far + 1), Basis::Counted));
            assert_eq!(app.count(newsletter, next).await, (Some(so_far + 2), Basis::Counted));
        }
        assert_eq!(app.differences().await, [""; 0]);
    }

    async fn before_the_ledger_begins_only_a_stated_day_has_a_number(app: TestApp) {
        let newsletter = app.newsletter().await;
        app.subscribe(ANNE).await;
        let now = app.clock.now();
        app.app
            .db
            .write(move |conn| {
                for (day, number) in [("2016-10-14", 26_420), ("2017-10-26", 27_699)] {
                    let day = day.parse().unwrap();
                    stated::put(conn, newsletter, day, number, "statusnotat", "test", now)?;
                }
                Ok(())
            })
            .await
            .unwrap();
        assert_eq!(app.count(newsletter, "2016-10-14").await, (Some(26_420), Basis::Stated));
        assert_eq!(app.count(newsletter, "2016-10-15").await, (None, Basis::Unknown));
        assert_eq!(app.count(newsletter, "2017-03-24").await, (Some(1), Basis::Counted));
        // Where the ledger counts, nobody's statement is asked.
        assert_eq!(app.count(newsletter, "2017-10-26").await, (Some(1), Basis::Counted));
    }

    async fn erasing_somebody_changes_no_count_and_leaves_nothing_of_theirs(app: TestApp) {
        let newsletter = app.newsletter().await;
        app.subscribe(ANNE).await;
        app.subscribe(BO).await;
        let (anne, _) = app.person(ANNE).await;
        app.clock.advance(TimeDelta::days(30));
        app.erase(ANNE).await;
        assert_eq!(app.count(newsletter, "2017-03-24").await.0, Some(2));
        assert_eq!(app.count(newsletter, "2017-04-22").await.0, Some(2));
        assert_eq!(app.count(newsletter, "2017-04-23").await.0, Some(1));
        assert!(!app.knows(ANNE).await);
        let (hash, uuid) = (anne.address_hash.clone(), anne.uuid);
        let (reason, rows, times) = app
            .app
            .db
            .read(move |conn| {
                let reason = suppressions::reason(conn, &hash)?;
                let rows: i64 = ledger_rows::table
                    .filter(ledger_rows::subscriber_uuid.eq(uuid))
                    .count()
                    .get_result(conn)?;
                let times: Vec<Instant> = ledger_rows::table
                    .filter(ledger_rows::subscriber_uuid.is_null())
                    .select(ledger_rows::recorded_at)
                    .load(conn)?;
                Ok((reason, rows, times))
            })
            .await
            .unwrap();
        assert_eq!((reason, rows), (Some(EndReason::Erased), 0));
        assert_eq!(times.len(), 3, "asked, confirmed, ended");
        assert!(times.iter().all(|at| *at == at.start_of_day()));
        assert_eq!(app.differences().await, [""; 0]);
        // A sign-up of one's own lifts it.
        app.subscribe(ANNE).await;
        assert_eq!(app.count(newsletter, "2017-04-23").await.0, Some(2));
        let hash = anne.address_hash;
        let reason =
            app.app.db.read(move |conn| Ok(suppressions::reason(conn, &hash)?)).await.unwrap();
        assert_eq!(reason, None);
    }

    async fn somebody_who_left_or_bounced_comes_back_by_confirming(app: TestApp) {
        let newsletter = app.newsletter().await;
        app.subscribe(ANNE).await;
        app.subscribe(BO).await;
        let leave = app.unsubscribe_path(ANNE).await;
        app.post(&leave, &[]).await;
        let (bo, _) = app.person(BO).await;
        let now = app.clock.now();
        app.app
            .db
            .write(move |conn| {
                let reason = EndReason::Bounced;
                lederbrev::subscribers::suppression::suppress(conn, &bo, reason, "test", now)
            })
            .await
            .unwrap();
        assert_eq!(app.state(BO).await, SubscriptionState::Ended);
        for email in [ANNE, BO] {
            app.clock.advance(TimeDelta::days(1));
            app.ask(email).await;
            assert_eq!(app.state(email).await, SubscriptionState::Pending);
            let confirm = app.mailed(email, "/confirm/").await;
            app.post(&confirm, &[]).await;
            assert_eq!(app.state(email).await, SubscriptionState::Active);
        }
        assert_eq!(app.count(newsletter, "2017-03-24").await.0, Some(0));
        assert_eq!(app.count(newsletter, "2017-03-26").await.0, Some(2));
        let (bo, _) = app.person(BO).await;
        let reason = app
            .app
            .db
            .read(move |conn| Ok(suppressions::reason(conn, &bo.address_hash)?))
            .await
            .unwrap();
        assert_eq!(reason, None);
        assert_eq!(app.differences().await, [""; 0]);
    }

    async fn who_complained_and_was_erased_still_comes_back_only_through_staff(app: TestApp) {
        app.newsletter().await;
        app.subscribe(ANNE).await;
        let (anne, _) = app.person(ANNE).await;
        let (hash, now) = (anne.address_hash.clone(), app.clock.now());
        withdrawals::append(&app.app, Event::Complained, None, &hash, now).await.unwrap();
        app.app
            .db
            .write(move |conn| {
                suppression::suppress(conn, &anne, EndReason::Complained, "test", now)
            })
            .await
            .unwrap();
        app.clock.advance(TimeDelta::days(1));
        app.erase(ANNE).await;
        let reason = async |app: &TestApp| {
            let hash = hash.clone();
            app.app.db.read(move |conn| Ok(suppressions::reason(conn, &hash)?)).await.unwrap()
        };
        assert_eq!(reason(&app).await, Some(EndReason::Complained));
        let mails = app.mails(ANNE).await;
        app.ask(ANNE).await;
        assert_eq!(app.mails(ANNE).await, mails, "staff decide");
        assert!(!app.knows(ANNE).await);
        // The same when both are learned from the log, after a backup was restored.
        let log = std::fs::read(app.app.config.data_dir.join("withdrawals.log")).unwrap();
        let restored = TestApp::sqlite().await;
        restored.newsletter().await;
        restored.at("2017-03-23T07:00:00Z");
        restored.subscribe(ANNE).await;
        std::fs::write(restored.app.config.data_dir.join("withdrawals.log"), log).unwrap();
        for _ in 0..2 {
            withdrawals::replay(&restored.app).await.unwrap();
            assert!(!restored.knows(ANNE).await);
            assert_eq!(reason(&restored).await, Some(EndReason::Complained));
        }
    }

    async fn a_flood_of_requests_that_nobody_confirms_is_gone_when_the_page_says(app: TestApp) {
        let newsletter = app.newsletter().await;
        let now = app.clock.now();
        app.app
            .db
            .write(move |conn| {
                for number in 0..1_100 {
                    let email = format!("leder{number}@aarhus.example");
                    let address = EmailAddress::parse(&email).unwrap();
                    let details = Details {
                        name: None,
                        organisation: None,
                        sector: None,
                        leadership_group: None,
                        language: Lang::Da,
                    };
                    let hash = email.as_bytes();
                    let person = register::find_or_insert(conn, &address, hash, &details, now)?;
                    register::insert_pending(conn, person.id, newsletter, "form", 1, now)?;
                }
                Ok(())
            })
            .await
            .unwrap();
        app.clock.advance(TimeDelta::days(15));
        // The job runs once a day.
        assert!(privacy::clear::clear_old(&app.app).await.unwrap());
        let left = |conn: &mut DbConn| Ok(subscribers::table.count().get_result::<i64>(conn)?);
        assert_eq!(app.app.db.read(left).await.unwrap(), 0);
    }

    async fn a_pause_changes_no_count_and_ends_by_itself(app: TestApp) {
        let newsletter = app.newsletter().await;
        app.subscribe(ANNE).await;
        let page = app.preferences(ANNE).await;
        let text = app.get(&page).await.text().await.unwrap();
        assert!(text.contains("a…@aarhus.example") && !text.contains("anne.holm"));
        app.post(&page, &[("action", "scope"), ("scope", "specials")]).await;
        app.post(&page, &[("action", "pause"), ("months", "2")]).await;
        for (months, action) in [("7", "pause"), ("0", "pause"), ("1", "erase")] {
            let wrong = app.post(&page, &[("action", action), ("months", months)]).await;
            assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
        }
        let (_, subscription) = app.person(ANNE).await;
        assert_eq!(subscription.state, SubscriptionState::Paused);
        assert_eq!(subscription.scope, Scope::Specials);
        let text = app.get(&page).await.text().await.unwrap();
        assert!(text.contains("24. maj 2017"), "two months on");
        assert_eq!(app.count(newsletter, "2017-03-24").await.0, Some(1));
        app.clock.advance(TimeDelta::days(62));
        app.run_until_idle().await;
        assert_eq!(app.state(ANNE).await, SubscriptionState::Active);
        // Leaving and taking it back does not end a pause.
        app.post(&page, &[("action", "pause"), ("months", "1")]).await;
        let leave = app.unsubscribe_path(ANNE).await;
        let done = app.post(&leave, &[]).await;
        let undo = done.headers()["location"].to_str().unwrap().split('?').next().unwrap().to_owned();
        app.post(&format!("{undo}/undo"), &[]).await;
        assert_eq!(app.state(ANNE).await, SubscriptionState::Paused);
        app.post(&leave, &[]).await;
        let gone = app.post(&page, &[("action", "resume")]).await;
        assert_eq!(gone.status(), StatusCode::GONE);
        assert_eq!(app.differences().await, [""; 0]);
    }

    async fn a_request_nobody_confirms_is_forgotten_and_who_left_stays_out(app: TestApp) {
        app.newsletter().await;
        app.ask(ANNE).await;
        app.subscribe(BO).await;
        let leave = app.unsubscribe_path(BO).await;
        app.post(&leave, &[]).await;
        app.clock.advance(TimeDelta::days(1));
        app.ask(BO).await;
        app.run_until_idle().await;
        app.clock.advance(TimeDelta::days(15));
        app.run_until_idle().await;
        assert!(!app.knows(ANNE).await);
        assert_eq!(app.state(BO).await, SubscriptionState::Ended);
        assert_eq!(app.differences().await, [""; 0]);
    }

    async fn a_recount_finds_a_row_that_was_tampered_with(app: TestApp) {
        app.newsletter().await;
        app.subscribe(ANNE).await;
        assert_eq!(app.differences().await, [""; 0]);
        let set = async |change: i64| {
            app.app
                .db
                .write(move |conn| {
                    diesel::update(growth::table.filter(growth::kind.eq("confirmed")))
                        .set(growth::change.eq(change))
                        .execute(conn)?;
                    Ok(())
                })
                .await
                .unwrap();
        };
        set(2).await;
        assert_eq!(app.differences().await.len(), 1);
        set(1).await;
        app.app
            .db
            .write(|conn| {
                diesel::update(subscriptions::table)
                    .set(subscriptions::state.eq(SubscriptionState::Ended))
                    .execute(conn)?;
                Ok(())
            })
            .await
            .unwrap();
        let found = app.differences().await;
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("counts 1 subscribers, and 0 subscriptions"), "{found:?}");
    }

    async fn who_changed_sector_since_they_were_read_leaves_the_sector_that_they_are_in(app: TestApp) {
        app.newsletter().await;
        app.subscribe(ANNE).await;
        app.subscribe(BO).await;
        let (read_before, _) = app.person(ANNE).await;
        let anne = app.own_page(ANNE).await;
        let form = [("sector", "region"), ("leadership_group", "2"), ("language", "da")];
        let saved = anne.post(app.url("/my-page/details")).form(&form).send().await.unwrap();
        assert_eq!(saved.status(), StatusCode::SEE_OTHER);
        assert_eq!(app.shares().await, ["/ +1", "2/region +1"]);
        let now = app.clock.now();
        app.app
            .db
            .write(move |conn| {
                suppression::suppress(conn, &read_before, EndReason::Staff, "test", now)
            })
            .await
            .unwrap();
        assert_eq!(app.shares().await, ["/ +1"]);
        assert_eq!(app.differences().await, [""; 0]);
    }

    async fn a_recount_finds_somebody_who_is_counted_in_another_sector(app: TestApp) {
        app.newsletter().await;
        app.subscribe(ANNE).await;
        app.app
            .db
            .write(|conn| {
                let region = subscribers::sector.eq("region");
                Ok(diesel::update(subscribers::table).set(region).execute(conn)?)
            })
            .await
            .unwrap();
        let found = app.differences().await;
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].contains("sector not stated the ledger counts 1, and 0 sub"), "{found:?}");
        assert!(found[1].contains("sector region the ledger counts 0, and 1 sub"), "{found:?}");
    }

    async fn a_restored_backup_wakes_nobody(app: TestApp) {
        let newsletter = app.newsletter().await;
        for email in [ANNE, BO, "carla@odense.example", "dorte@vejle.example"] {
            app.subscribe(email).await;
        }
        app.clock.advance(TimeDelta::days(1));
        let leave = app.unsubscribe_path(ANNE).await;
        app.post(&leave, &[("List-Unsubscribe", "One-Click")]).await;
        app.erase(BO).await;
        // Carla took it back.
        let leave = app.unsubscribe_path("carla@odense.example").await;
        let done = app.post(&leave, &[]).await;
        let undo = done.headers()["location"].to_str().unwrap().split('?').next().unwrap().to_owned();
        app.post(&format!("{undo}/undo"), &[]).await;
        assert_eq!(app.count(newsletter, "2017-03-25").await.0, Some(2));
        assert_eq!(withdrawals::replay(&app.app).await.unwrap(), 0, "the database knows it all");

        // The log of one database meets another one that is as it was the day before.
        let log = std::fs::read(app.app.config.data_dir.join("withdrawals.log")).unwrap();
        let restored = TestApp::sqlite().await;
        let newsletter = restored.newsletter().await;
        for email in [ANNE, BO, "carla@odense.example", "dorte@vejle.example"] {
            restored.subscribe(email).await;
        }
        restored.clock.advance(TimeDelta::days(2));
        let mut log = log;
        log.extend_from_slice(b"\n2017-03-25T07:00:00.000000Z unsubscribed lederweb 12ab");
        std::fs::write(restored.app.config.data_dir.join("withdrawals.log"), log).unwrap();
        assert_eq!(withdrawals::replay(&restored.app).await.unwrap(), 2);
        assert_eq!(restored.state(ANNE).await, SubscriptionState::Ended);
        assert!(!restored.knows(BO).await);
        assert_eq!(restored.state("carla@odense.example").await, SubscriptionState::Active);
        assert_eq!(restored.state("dorte@vejle.example").await, SubscriptionState::Active);
        assert_eq!(restored.count(newsletter, "2017-03-24").await.0, Some(4));
        assert_eq!(restored.count(newsletter, "2017-03-25").await.0, Some(2));
        assert_eq!(withdrawals::replay(&restored.app).await.unwrap(), 0);
        assert_eq!(restored.differences().await, [""; 0]);
        // Who comes back by themselves is not sent away again.
        restored.subscribe(ANNE).await;
        assert_eq!(withdrawals::replay(&restored.app).await.unwrap(), 0);
        assert_eq!(restored.state(ANNE).await, SubscriptionState::Active);
    }
}

#[actix_web::test]
async fn a_database_copied_back_wakes_nobody() {
    let app = TestApp::sqlite().await;
    app.newsletter().await;
    app.subscribe(ANNE).await;
    let lederbrev::db::DatabaseUrl::Sqlite(path) = &app.app.config.database_url else {
        unreachable!()
    };
    let copy = path.with_extension("backup");
    let quoted = copy.to_string_lossy().into_owned();
    let mut conn = diesel::SqliteConnection::establish(&path.to_string_lossy()).unwrap();
    diesel::sql_query(format!("VACUUM INTO '{quoted}'")).execute(&mut conn).unwrap();
    let leave = app.unsubscribe_path(ANNE).await;
    app.clock.advance(TimeDelta::minutes(1));
    app.post(&leave, &[]).await;

    let mut config = app.app.config.clone();
    config.database_url = lederbrev::db::DatabaseUrl::Sqlite(copy);
    let restored = lederbrev::app::App::build(config, app.clock.clone()).unwrap();
    let state = async || {
        restored
            .db
            .read(|conn| {
                let person = register::by_key(conn, ANNE)?.unwrap();
                Ok(register::subscriptions_of(conn, person.id)?.remove(0).0.state)
            })
            .await
            .unwrap()
    };
    assert_eq!(state().await, SubscriptionState::Active, "as it was when it was copied");
    assert_eq!(withdrawals::replay(&restored).await.unwrap(), 1);
    assert_eq!(state().await, SubscriptionState::Ended);
}

both! {
    async fn a_lost_pepper_is_noticed_before_an_old_list_brings_anybody_back(app: TestApp) {
        app.newsletter().await;
        app.subscribe(ANNE).await;
        let build = |config| lederbrev::app::App::build(config, app.clock.clone());
        let config = app.app.config.clone();
        assert!(build(config.clone()).is_ok());
        let mut other = config.clone();
        other.suppression_pepper = Secret::new("a pepper that was made anew on another day");
        let refused = || format!("{:?}", build(other.clone()).err().expect("refused"));
        assert!(refused().contains("LEDERBREV_SUPPRESSION_PEPPER"), "{}", refused());
        // Nobody need be in the register any more.
        app.erase(ANNE).await;
        assert!(refused().contains("suppression.pepper"), "{}", refused());
        // A database from before the fingerprint was kept.
        app.subscribe(BO).await;
        let forget = |conn: &mut lederbrev::db::DbConn| {
            Ok(diesel::delete(lederbrev::db::schema::pepper::table).execute(conn)?)
        };
        app.app.db.write(forget).await.unwrap();
        assert!(refused().contains("suppression.pepper"), "{}", refused());
        assert!(build(config).is_ok());
    }
}

#[actix_web::test]
async fn a_relay_that_is_away_loses_no_request() {
    let settings = [("MAIL_URL", "smtp://127.0.0.1:1")];
    let app =
        TestApp::start(|folder| format!("sqlite://{}/x.db", folder.display()), &settings).await;
    app.newsletter().await;
    assert_eq!(app.ask(ANNE).await.status(), StatusCode::SEE_OTHER);
    app.run_until_idle().await;
    let waiting = async || {
        let (_, subscription) = app.person(ANNE).await;
        let id = subscription.id;
        let find = move |conn: &mut lederbrev::db::DbConn| {
            Ok(lederbrev::subscribers::store::queue::find(conn, id)?)
        };
        app.app.db.read(find).await.unwrap()
    };
    let first = waiting().await;
    assert!(first.mail.is_some());
    assert_eq!(first.mail_attempts, 1);
    app.run_until_idle().await;
    assert_eq!(waiting().await.mail_attempts, 1, "it waits before it tries again");
    app.clock.advance(TimeDelta::minutes(3));
    app.run_until_idle().await;
    assert_eq!(waiting().await.mail_attempts, 2);
    app.clock.advance(TimeDelta::hours(25));
    app.run_until_idle().await;
    assert!(waiting().await.mail.is_none(), "nobody waits for it any more");
}
