//! What the law asks beside consent: what is kept of people has an end, and a backup brings nothing
//! back.

use chrono::{SecondsFormat, TimeDelta};
use diesel::prelude::*;
use lederbrev::clock::{Clock, Instant};
use lederbrev::db::DbConn;
use lederbrev::db::schema::{consents, issues};
use lederbrev::people::person::Action;
use lederbrev::staff::Role;
use lederbrev::subscribers::store::suppressions;
use lederbrev::subscribers::withdrawals::{self, Event};
use lederbrev::subscribers::{EndReason, Purpose, erase, suppression, withdrawals_end};

use crate::app::TestApp;
use crate::personal::{ANNE, BO};
use crate::sending::{address, due_issue, hash};
use crate::{both, process};

impl TestApp {
    fn hash(&self, email: &str) -> Vec<u8> {
        suppression::address_hash(&self.app.config.suppression_pepper, email)
    }

    /// Why nothing is sent to an address.
    pub async fn reason(&self, email: &str) -> Option<EndReason> {
        let hash = self.hash(email);
        self.app.db.read(move |conn| Ok(suppressions::reason(conn, &hash)?)).await.unwrap()
    }

    /// The lines of `withdrawals.log`.
    pub fn log(&self) -> Vec<String> {
        let log = std::fs::read_to_string(self.app.config.data_dir.join("withdrawals.log"));
        log.unwrap().lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
    }

    /// Does something to somebody as an editor.
    pub async fn staff_do(&self, email: &str, action: Action) {
        let (person, _) = self.person(email).await;
        let editor = self.signed_in(Role::Editor).await;
        let path = format!("/admin/subscribers/{}/{action}", person.uuid);
        let done = editor.post(self.url(&path)).send().await.unwrap();
        assert_eq!(done.status(), reqwest::StatusCode::SEE_OTHER);
    }

    async fn rewrite_wanted(&self) -> Option<Instant> {
        self.app.db.read(|conn| Ok(suppressions::rewrite_wanted(conn)?)).await.unwrap()
    }
}

both! {
    async fn somebody_who_complained_and_was_erased_is_forgotten_in_the_end(app: TestApp) {
        app.newsletter().await;
        app.subscribe(ANNE).await;
        app.subscribe(BO).await;
        app.staff_do(ANNE, Action::Complained).await;
        app.staff_do(BO, Action::Complained).await;
        app.erase(ANNE).await;
        assert_eq!(app.reason(ANNE).await, Some(EndReason::Complained));
        app.clock.advance(TimeDelta::days(5 * 365));
        app.run_until_idle().await;
        assert_eq!(app.reason(ANNE).await, Some(EndReason::Complained), "not yet");
        app.clock.advance(TimeDelta::days(10));
        app.run_until_idle().await;
        assert_eq!(app.reason(ANNE).await, None);
        let bo = lederbrev::mail::EmailAddress::parse(BO).unwrap().key();
        assert_eq!(app.reason(&bo).await, Some(EndReason::Complained), "he is in the register");
        let hash = data_encoding::HEXLOWER.encode(&app.hash(ANNE));
        assert!(!app.log().iter().any(|line| line.contains(&hash)), "{:?}", app.log());
        // Nor does the log bring it back at the next start.
        withdrawals::replay(&app.app).await.unwrap();
        assert_eq!(app.reason(ANNE).await, None);
    }

    async fn an_address_that_nobody_has_is_forgotten_in_the_end(app: TestApp) {
        app.newsletter().await;
        let (hash, now) = (app.hash("gammel.adresse@aarhus.example"), app.clock.now());
        app.app.db.write(move |conn| {
            suppression::keep(conn, &hash, EndReason::Unsubscribed, "list", now)
        }).await.unwrap();
        app.clock.advance(TimeDelta::days(5 * 365 + 10));
        app.run_until_idle().await;
        assert_eq!(app.reason("gammel.adresse@aarhus.example").await, None);
    }

    async fn a_line_that_is_written_while_ended_ones_are_taken_out_is_not_lost(app: TestApp) {
        app.newsletter().await;
        let (now, old) = (app.clock.now(), app.clock.now() - TimeDelta::days(6 * 365));
        for at in 0..20 {
            withdrawals::append(&app.app, Event::Unsubscribed, None, &hash(&address(at)), old).await.unwrap();
        }
        let writes = (0..200).map(async |at| {
            let new = hash(&address(1_000 + at));
            withdrawals::append(&app.app, Event::Unsubscribed, None, &new, now).await.unwrap();
            if at % 10 == 0 {
                let ended = hash(&address(at));
                withdrawals::append(&app.app, Event::Erased, None, &ended, old).await.unwrap();
                withdrawals_end::clear(&app.app).await.unwrap();
            }
        });
        futures_util::future::join_all(writes).await;
        withdrawals_end::clear(&app.app).await.unwrap();
        let log = app.log();
        assert_eq!(log.len(), 200, "{log:?}");
        for at in 0..200 {
            let new = data_encoding::HEXLOWER.encode(&hash(&address(1_000 + at)));
            assert!(log.iter().any(|line| line.ends_with(&new)), "{at}");
        }
        assert!(!withdrawals_end::clear(&app.app).await.unwrap(), "nothing is left to do");
    }

    async fn a_backup_does_not_measure_whoever_has_said_no_since(app: TestApp) {
        app.newsletter_that_measures().await;
        let form = [("email", ANNE), ("consent", "yes"), ("tracking_consent", "yes")];
        app.post("/subscribe/lederweb", &form).await;
        let confirm = app.mailed(ANNE, "/confirm/").await;
        app.post(&confirm, &[]).await;
        let standing = async || {
            app.app.db.read(|conn| {
                let measuring = consents::table
                    .filter(consents::purpose.eq(Purpose::Tracking))
                    .filter(consents::withdrawn_at.is_null());
                Ok(measuring.count().get_result::<i64>(conn)?)
            }).await.unwrap()
        };
        // As in the backup.
        let restore = async || {
            app.app.db.write(|conn| {
                let measuring = consents::table.filter(consents::purpose.eq(Purpose::Tracking));
                let not = (consents::withdrawn_at.eq(None::<Instant>),
                    consents::withdrawal_channel.eq(None::<&str>));
                Ok(diesel::update(measuring).set(not).execute(conn)?)
            }).await.unwrap()
        };
        app.clock.advance(TimeDelta::hours(1));
        let anne = app.own_page(ANNE).await;
        app.press(&anne, &[("action", "measure-not"), ("newsletter", "lederweb")]).await;
        assert_eq!(standing().await, 0);
        restore().await;
        assert_eq!(standing().await, 1);
        assert_eq!(withdrawals::replay(&app.app).await.unwrap(), 1);
        assert_eq!(standing().await, 0);
        // The subscription goes on, and what she says yes to later stands.
        assert_eq!(app.state(ANNE).await.as_str(), "active");
        app.clock.advance(TimeDelta::minutes(5));
        app.press(&anne, &[("action", "measure"), ("newsletter", "lederweb")]).await;
        assert_eq!(withdrawals::replay(&app.app).await.unwrap(), 0);
        assert_eq!(standing().await, 1);
        // Staff, on her word.
        app.clock.advance(TimeDelta::minutes(5));
        app.staff_do(ANNE, Action::StopMeasuring).await;
        restore().await;
        assert_eq!(withdrawals::replay(&app.app).await.unwrap(), 2);
        assert_eq!(standing().await, 0);
    }

    async fn the_file_is_written_anew_for_a_complainer_too_and_until_it_worked(app: TestApp) {
        let newsletter = app.newsletter().await;
        app.subscribe(ANNE).await;
        app.staff_do(ANNE, Action::Complained).await;
        assert_eq!(app.rewrite_wanted().await, None);
        let now = app.clock.now();
        let make = move |conn: &mut DbConn| Ok(due_issue(conn, newsletter, now)?.id);
        let issue = app.app.db.write(make).await.unwrap();
        let set = async |state: &'static str| {
            let set = move |conn: &mut DbConn| {
                let of = issues::table.find(issue);
                Ok(diesel::update(of).set(issues::state.eq(state)).execute(conn)?)
            };
            app.app.db.write(set).await.unwrap()
        };
        set("sending").await;
        app.erase(ANNE).await;
        app.clock.advance(TimeDelta::days(4));
        erase::rewrite(&app.app).await.unwrap();
        assert!(app.rewrite_wanted().await.is_some(), "an issue is on its way");
        set("draft").await;
        app.clock.advance(TimeDelta::days(4));
        erase::rewrite(&app.app).await.unwrap();
        assert_eq!(app.rewrite_wanted().await, None);
    }
}

/// A backup of a SQLite database is put to use, and somebody takes a list along before it is served.
#[test]
fn an_export_of_a_restored_database_names_nobody_who_was_erased_since() {
    let folder = tempfile::tempdir().unwrap();
    let url = process::sqlite(folder.path());
    let db = process::migrated(&url);
    process::prepare(&db, 3);
    drop(db);
    let (file, copy) = (folder.path().join("lederbrev.db"), folder.path().join("backup.db"));
    {
        let mut conn = diesel::SqliteConnection::establish(file.to_str().unwrap()).unwrap();
        // The last one to close the database may still be putting its log away.
        diesel::sql_query("PRAGMA busy_timeout = 10000").execute(&mut conn).unwrap();
        let vacuum = format!("VACUUM INTO '{}'", copy.display());
        diesel::sql_query(vacuum).execute(&mut conn).unwrap();
    }
    let export = ["export", "--newsletter", "lederweb", "--reason", "test"];
    let before = process::answer(&url, folder.path(), &export);
    assert!(before.contains(&address(0)) && before.contains(&address(2)), "{before}");
    {
        let now = Clock::real().now().utc().to_rfc3339_opts(SecondsFormat::Micros, true);
        let line =
            format!("\n{now} erased * {}", data_encoding::HEXLOWER.encode(&hash(&address(0))));
        std::fs::write(folder.path().join("withdrawals.log"), line).unwrap();
    }
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(folder.path().join(format!("lederbrev.db{end}")));
    }
    std::fs::rename(&copy, &file).unwrap();
    let after = process::answer(&url, folder.path(), &export);
    assert!(!after.contains(&address(0)) && after.contains(&address(2)), "{after}");
}
