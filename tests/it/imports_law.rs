//! Lists and what is kept of people: a night changes nothing that a list says, and what is over goes.

use chrono::TimeDelta;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use lederbrev::db::schema::imports;
use lederbrev::db::{DbConn, Json};
use lederbrev::staff::Role;
use lederbrev::subscribers::ledger::Basis;
use lederbrev::subscribers::{EndReason, SubscriptionState, withdrawals};

use crate::app::{TestApp, insert_newsletter_called};
use crate::both;

const ANNE: &str = "anne.holm@aarhus.example";
const BO: &str = "bo@kolding.example";
const CARLA: &str = "carla@odense.example";
const OLD: &str = "dorte@regionsjaelland.example";
const NEW: &str = "dorte@regionoest.example";

impl TestApp {
    /// What the columns of all imports are called, and their files.
    async fn names_of_lists(&self) -> String {
        let read = |conn: &mut DbConn| {
            let all = imports::table.select((imports::plan, imports::file_name));
            let all: Vec<(Json, String)> = all.load(conn)?;
            let names = all.iter().map(|(plan, name)| format!("{} {name}", plan.0["columns"]));
            Ok(names.collect::<Vec<_>>().join("\n"))
        };
        self.app.db.read(read).await.unwrap()
    }
}

both! {
    async fn a_check_says_of_every_row_what_would_become_of_it(app: TestApp) {
        app.newsletter().await;
        app.subscribe(ANNE).await;
        app.subscribe(BO).await;
        let list = format!(
            "email,navn\n{ANNE},Anne Holm\n{BO},\n{CARLA},Carla\nikke en adresse,\n{CARLA},Carla\n"
        );
        let view = app.import("dry_run=true&existing=fill", list.clone()).await;
        let editor = app.signed_in(Role::Editor).await;
        let path = app.url(&format!("/admin/imports/{}/errors?all=true", view.id));
        let page = editor.get(app.url(&format!("/admin/imports/{}", view.id))).send().await.unwrap();
        assert!(page.text().await.unwrap().contains("/errors?all=true"));
        let file = editor.get(&path).send().await.unwrap().text().await.unwrap();
        let file = file.replace('"', "");
        let rows: Vec<&str> = file.lines().skip(1).collect();
        assert_eq!(rows.len(), 5, "{file}");
        for (row, start) in rows.iter().zip(["2;Ændres;", "3;Uændret;", "4;Ny;", "5;Fejl;", "6;Sprunget over;"]) {
            assert!(row.starts_with(start), "{row}");
        }
        for (row, email) in rows.iter().zip([ANNE, BO, CARLA]) {
            assert!(row.ends_with(email), "{row}");
        }
        assert!(!app.knows(CARLA).await, "nothing is written");
        let run = app.import("existing=fill", list).await;
        let path = app.url(&format!("/admin/imports/{}/errors?all=true", run.id));
        assert_eq!(editor.get(&path).send().await.unwrap().status(), reqwest::StatusCode::CONFLICT);
    }

    async fn who_left_an_old_system_long_ago_is_not_woken_after_the_night(app: TestApp) {
        app.newsletter().await;
        let list = format!("email,afmeldt\n{ANNE},2010-05-01\n");
        assert_eq!(app.import("kind=suppressions", list).await.counts.created, 1);
        app.clock.advance(TimeDelta::days(1));
        app.run_until_idle().await;
        let view = app.import("", format!("email\n{ANNE}\n{BO}\n")).await;
        assert_eq!((view.counts.created, view.counts.suppressed), (1, 1));
        assert!(!app.knows(ANNE).await);
    }

    async fn who_came_as_somebody_who_had_left_goes_when_the_list_can_no_longer_be_undone(app: TestApp) {
        let newsletter = app.newsletter().await;
        let list = format!("email,tilmeldt,afmeldt\n{ANNE},2015-01-01,2016-01-01\n{BO},2015-01-01,\n");
        let view = app.import("", list.clone()).await;
        assert_eq!((view.counts.created, view.counts.left), (2, 1));
        app.clock.advance(TimeDelta::hours(12));
        app.run_until_idle().await;
        assert!(app.knows(ANNE).await);
        let undone = app.undo_import(&view).await;
        assert_eq!((undone.counts.undone, undone.counts.kept), (2, 0));
        assert_eq!(app.count(newsletter, "2015-06-01").await, (None, Basis::Unknown));
        assert_eq!(app.differences().await, [""; 0]);
        app.import("", list).await;
        for _ in 0..2 {
            app.clock.advance(TimeDelta::days(1) + TimeDelta::minutes(1));
            app.run_until_idle().await;
        }
        assert!(!app.knows(ANNE).await && app.knows(BO).await);
        assert_eq!(app.count(newsletter, "2015-06-01").await, (Some(2), Basis::Counted));
        assert_eq!(app.count(newsletter, "2016-06-01").await.0, Some(1));
        assert_eq!(app.differences().await, [""; 0]);
    }

    async fn a_list_with_the_old_address_shuts_out_who_was_moved_with_the_whole_domain(app: TestApp) {
        app.newsletter().await;
        app.subscribe(OLD).await;
        app.subscribe(ANNE).await;
        app.clock.advance(TimeDelta::days(1));
        app.begin_move("regionsjaelland.example", "regionoest.example", "", false).await;
        app.run_until_idle().await;
        assert!(app.knows(NEW).await);
        app.clock.advance(TimeDelta::minutes(1));
        let list = format!("email\n{OLD}\n");
        let view = app.import("kind=suppressions&reason=complained", list.clone()).await;
        assert_eq!((view.counts.updated, view.counts.unchanged), (1, 0));
        assert_eq!(app.state(NEW).await, SubscriptionState::Ended);
        assert_eq!(app.reason(NEW).await, Some(EndReason::Complained));
        assert_eq!(app.reason(OLD).await, Some(EndReason::Complained));
        assert_eq!(app.state(ANNE).await, SubscriptionState::Active);
        assert!(app.log().iter().any(|line| line.contains(" complained * ")), "a backup hears of it");
        assert_eq!(app.differences().await, [""; 0]);
        let again = app.import("kind=suppressions&reason=complained", list).await;
        assert_eq!(again.counts.updated, 0, "{:?}", again.counts);
        app.clock.advance(TimeDelta::minutes(1));
        app.undo_import(&view).await;
        assert_eq!(app.state(NEW).await, SubscriptionState::Active);
        assert_eq!(app.reason(NEW).await, None);
        assert_eq!(app.reason(OLD).await, Some(EndReason::Unsubscribed), "as the move left it");
        assert_eq!(withdrawals::replay(&app.app).await.unwrap(), 0);
        assert_eq!(app.differences().await, [""; 0]);
    }

    async fn who_complained_where_the_list_comes_from_is_let_in_by_staff_only(app: TestApp) {
        app.newsletter().await;
        let list = format!(
            "email,status,tilmeldt\n{ANNE},complained,2016-05-01\n{BO},blocklisted,2016-05-01\n\
             {CARLA},afmeldt,2016-05-01\n"
        );
        let view = app.import("", list).await;
        assert_eq!((view.counts.created, view.counts.left), (3, 3));
        assert_eq!(app.reason(ANNE).await, Some(EndReason::Complained));
        assert_eq!(app.reason(BO).await, Some(EndReason::Staff));
        assert_eq!(app.reason(CARLA).await, None, "she may come back herself");
        for (email, mails) in [(ANNE, 0), (BO, 0), (CARLA, 1)] {
            app.ask(email).await;
            assert_eq!(app.mails(email).await, mails, "{email}");
        }
        let undone = app.undo_import(&view).await;
        assert_eq!((undone.counts.undone, undone.counts.kept), (2, 1), "Carla has asked since");
        assert_eq!((app.reason(ANNE).await, app.reason(BO).await), (None, None));
        assert!(!app.knows(ANNE).await && !app.knows(BO).await);
    }

    async fn who_reads_another_newsletter_is_not_shut_out_by_a_list_for_this_one(app: TestApp) {
        app.newsletter().await;
        let now = app.clock.now();
        app.app.db.write(move |conn| Ok(insert_newsletter_called(conn, "tillid", now)?)).await.unwrap();
        let token = app.token(Role::Editor).await;
        let path = "/api/v1/subscribers/import?newsletter=tillid&basis=papir&consented_on=2017-03-02";
        let request = app.client.post(app.url(path)).bearer_auth(token);
        let answer = request
            .header("content-type", "application/octet-stream")
            .body(format!("email\n{BO}\n"))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), reqwest::StatusCode::OK, "{}", answer.text().await.unwrap());
        let list = format!("email,status,tilmeldt\n{BO},complained,2016-05-01\n");
        app.import("", list).await;
        assert_eq!(app.reason(BO).await, None, "what he reads goes on");
        assert_eq!(app.differences().await, [""; 0]);
    }

    async fn what_columns_and_files_are_called_is_forgotten_when_nobody_can_undo_it(app: TestApp) {
        app.newsletter().await;
        app.import("", format!("email,titel\n{ANNE},Chef\n")).await;
        let rename = "UPDATE imports SET file_name = 'liste fra anne.holm@aarhus.example 2017'";
        app.app.db.write(move |conn| Ok(conn.batch_execute(rename)?)).await.unwrap();
        app.clock.advance(TimeDelta::hours(23));
        app.run_until_idle().await;
        let before = app.names_of_lists().await;
        assert!(before.contains("titel") && before.contains("anne.holm"), "{before}");
        app.clock.advance(TimeDelta::hours(2));
        app.run_until_idle().await;
        assert_eq!(app.names_of_lists().await, "[\"\",\"\"] liste fra … 2017");
        // The page of the import is still there.
        let all = app.api("/api/v1/imports").await;
        assert_eq!(all.status(), reqwest::StatusCode::OK);
    }

    async fn an_import_is_undone_to_its_end_also_when_somebody_goes_with_it(app: TestApp) {
        app.newsletter().await;
        let now = app.clock.now();
        app.app.db.write(move |conn| Ok(insert_newsletter_called(conn, "tillid", now)?)).await.unwrap();
        // Bo asked for another newsletter once, and is forgotten there while the import can be undone.
        app.post("/subscribe/tillid", &[("email", BO), ("consent", "yes")]).await;
        app.look_up_signups().await;
        app.clock.advance(TimeDelta::days(13) + TimeDelta::hours(20));
        app.run_until_idle().await;
        let view = app.import("existing=overwrite", format!("email,navn\n{BO},Bo Kjær\n")).await;
        assert_eq!(view.counts.created, 1);
        app.clock.advance(TimeDelta::hours(8));
        app.run_until_idle().await;
        let undone = app.undo_import(&view).await;
        assert_eq!((undone.counts.undone, undone.counts.kept), (1, 0));
        assert!(!app.knows(BO).await);
        assert_eq!(app.differences().await, [""; 0]);
    }
}

#[actix_web::test]
async fn an_old_list_leaves_no_address_of_who_was_erased_in_the_log_of_the_database() {
    let app = TestApp::sqlite().await;
    app.newsletter().await;
    let list = format!("email\n{ANNE}\n{BO}\n");
    app.import("", list.clone()).await;
    app.erase(ANNE).await;
    app.run_until_idle().await;
    let log = || {
        let log = std::fs::read(app.app.config.data_dir.join("lederbrev.db-wal"));
        let log = log.unwrap_or_default();
        memchr::memmem::find(&log, b"anne.holm").is_some()
    };
    assert!(!log());
    assert_eq!(app.import("", list).await.counts.suppressed, 1);
    app.run_until_idle().await;
    assert!(!log(), "the file of the list was forgotten");
}
