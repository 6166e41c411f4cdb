//! Imports that are taken back, stopped, or cannot go on: what stays, and who is left as they are.

use chrono::TimeDelta;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use lederbrev::db::DbConn;
use lederbrev::db::schema::subscribers;
use lederbrev::error::Error;
use lederbrev::imports::State;
use lederbrev::imports::api::ImportView;
use lederbrev::mail::EmailAddress;
use lederbrev::newsletters;
use lederbrev::staff::Role;
use lederbrev::subscribers::admit::{self, Admission};
use lederbrev::subscribers::ledger::{Basis, LedgerKind};
use lederbrev::subscribers::store::register::{self, Details};
use lederbrev::subscribers::{
    EndReason, Scope, Sector, Subscriber, SubscriptionState, suppression, withdrawals,
};
use reqwest::StatusCode;
use serde_json::json;

use crate::app::{TestApp, insert_newsletter_called};
use crate::both;
use crate::imports_sources::spreadsheet;

const ANNE: &str = "anne.holm@aarhus.example";
const BO: &str = "bo@kolding.example";
const CARLA: &str = "carla@odense.example";
const DORTE: &str = "dorte@odense.example";

impl TestApp {
    /// Begins an import and does not wait for it.
    async fn begin_import(&self, words: &str, file: impl Into<Vec<u8>>) -> ImportView {
        let answer = self.send_list(&format!("wait=false&{words}"), file).await;
        assert_eq!(answer.status(), StatusCode::ACCEPTED);
        answer.json().await.unwrap()
    }

    async fn shown_import(&self, of: &ImportView) -> ImportView {
        self.api(&format!("/api/v1/imports/{}", of.id)).await.json().await.unwrap()
    }

    /// Changes the tables themselves, as an administrator of the database can.
    async fn alter(&self, sql: &'static str) {
        self.app.db.write(move |conn| Ok(conn.batch_execute(sql)?)).await.unwrap();
    }
}

both! {
    async fn nobody_is_counted_where_they_were_when_they_have_moved_meanwhile(app: TestApp) {
        app.newsletter().await;
        app.subscribe(ANNE).await;
        let now = app.clock.now();
        let of = EmailAddress::parse(ANNE).unwrap();
        let key = of.key();
        let took = app.app.db.write(move |conn| {
            let id = insert_newsletter_called(conn, "digital", now)?;
            let newsletter = newsletters::store::find(conn, id)?;
            let read = register::by_key(conn, &key)?.unwrap();
            let take = |conn: &mut DbConn, person: &Subscriber| {
                let new = Admission {
                    address: &of,
                    hash: &person.address_hash,
                    person: Some(person),
                    details: Details {
                        name: None,
                        organisation: None,
                        sector: None,
                        leadership_group: None,
                        language: person.language,
                    },
                    attributes: serde_json::Map::new(),
                    scope: Scope::All,
                    day: Some(now.day_in(newsletter.zone())),
                    kind: LedgerKind::Imported,
                    requested_at: now,
                    consented_at: Some(now),
                    ended: None,
                    source: "import",
                };
                admit::admit(conn, &newsletter, "Lederweb", &[new], now)
            };
            // Somebody else has written down that she works for a region by now.
            let elsewhere = diesel::update(subscribers::table.find(read.id));
            elsewhere.set(subscribers::sector.eq(Sector::Region)).execute(conn)?;
            let stale = take(conn, &read);
            let now_there = register::by_key(conn, &read.address_key)?.unwrap();
            Ok((matches!(stale, Err(Error::Conflict(_))), take(conn, &now_there).is_ok()))
        }).await.unwrap();
        assert_eq!(took, (true, true));
    }

    async fn what_a_list_says_besides_can_be_asked_for_whatever_kind_it_was(app: TestApp) {
        app.newsletter().await;
        let attributes = r#""{""medlem"": true, ""år"": 2017, ""Uddannelse"": ""HD""}""#;
        app.import("", format!("email,tilmeldt,attributes\n{ANNE},2017-01-01,{attributes}\n{BO},2017-01-01,\n")).await;
        let token = app.token(Role::Editor).await;
        for (value, expected) in
            [("medlem: true", 1), ("år: 2017", 1), ("Uddannelse: HD", 1), ("medlem: false", 0), ("år: 20", 0)]
        {
            let body = json!({
                "newsletter": "lederweb",
                "name": value,
                "rules": [[{ "field": "attribute", "values": [value] }]],
            });
            let made = app.client.post(app.url("/api/v1/segments")).bearer_auth(&token).json(&body);
            let made: serde_json::Value = made.send().await.unwrap().json().await.unwrap();
            assert_eq!(made["subscribers"], expected, "{value}: {made}");
        }
    }

    async fn an_import_under_way_is_looked_at_again_without_a_script(app: TestApp) {
        app.newsletter().await;
        let of = app.begin_import("", format!("email\n{ANNE}\n{BO}\n")).await;
        let editor = app.signed_in(Role::Editor).await;
        let path = format!("/admin/imports/{}", of.id);
        let page = editor.get(app.url(&path)).send().await.unwrap().text().await.unwrap();
        let link = page.split("href=\"").filter_map(|part| part.split_once("\">"));
        let (again, _) = link.into_iter().find(|(_, text)| text.starts_with("Opdatér siden")).unwrap();
        assert_eq!(again, format!("{path}?lang=da"));
        app.run_until_idle().await;
        let done = editor.get(app.url(again)).send().await.unwrap();
        assert_eq!(done.status(), StatusCode::OK);
        assert!(!done.text().await.unwrap().contains("Opdatér siden"), "it is over");
    }

    async fn a_stated_number_is_there_again_when_the_import_that_hid_it_is_taken_back(app: TestApp) {
        let newsletter = app.newsletter().await;
        app.subscribe(ANNE).await;
        let token = app.token(Role::Editor).await;
        let said = json!({ "on": "2016-10-14", "subscribers": 26_420, "source": "Statusnotat 2016" });
        let url = app.url("/api/v1/newsletters/lederweb/count");
        app.client.put(url).bearer_auth(&token).json(&said).send().await.unwrap();
        let list = format!("email,tilmeldt\n{BO},1999-01-01\n");
        let checked = app.import("dry_run=true", list.clone()).await;
        let hidden: Vec<_> = checked.hidden_counts.iter().map(|it| (it.subscribers, &*it.source)).collect();
        assert_eq!(hidden, [(26_420, "Statusnotat 2016")], "a dry run says what it would hide");
        let editor = app.signed_in(Role::Editor).await;
        let page = editor.get(app.url(&format!("/admin/imports/{}", checked.id))).send().await.unwrap();
        let page = page.text().await.unwrap();
        assert!(page.contains("26.420") && page.contains("Statusnotat 2016"), "{page}");
        // One that begins later hides nothing.
        let later = app.import("dry_run=true", format!("email,tilmeldt\n{BO},2016-10-15\n")).await;
        assert!(later.hidden_counts.is_empty());
        let view = app.import("", list).await;
        assert_eq!(app.count(newsletter, "2016-10-14").await, (Some(1), Basis::Counted));
        app.undo_import(&view).await;
        assert_eq!(app.count(newsletter, "2016-10-14").await, (Some(26_420), Basis::Stated));
        assert_eq!(app.count(newsletter, "2005-01-01").await, (None, Basis::Unknown));
        assert_eq!(app.count(newsletter, "2017-03-24").await, (Some(1), Basis::Counted));
        let growth = editor.get(app.url("/admin/growth")).send().await.unwrap().text().await.unwrap();
        assert!(!growth.contains("1999"), "nobody was counted then");
        // And another number can be stated for that time.
        let said = json!({ "on": "2015-10-14", "subscribers": 25_100, "source": "Statusnotat 2015" });
        let url = app.url("/api/v1/newsletters/lederweb/count");
        let answer = app.client.put(url).bearer_auth(&token).json(&said).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(app.differences().await, [""; 0]);
    }

    async fn who_changed_a_name_or_was_noted_stays_and_who_changed_nothing_goes(app: TestApp) {
        app.newsletter().await;
        let now = app.clock.now();
        app.app.db.write(move |conn| Ok(insert_newsletter_called(conn, "tillid", now)?)).await.unwrap();
        // Bo reads another newsletter, and once asked for this one without confirming it.
        app.post("/subscribe/tillid", &[("email", BO), ("consent", "yes")]).await;
        app.look_up_signups().await;
        let confirm = app.mailed(BO, "/confirm/").await;
        app.post(&confirm, &[]).await;
        app.clock.advance(TimeDelta::days(1));
        app.ask(BO).await;
        app.clock.advance(TimeDelta::days(16));
        app.run_until_idle().await;
        let list = format!("email,navn\n{ANNE},Anne\n{BO},Bo\n{CARLA},Carla\n{DORTE},Dorte\n");
        let view = app.import("", list).await;
        assert_eq!(view.counts.created, 4);
        app.clock.advance(TimeDelta::hours(1));
        let anne = app.own_page(ANNE).await;
        let form = [("name", "Anne Holm"), ("language", "da")];
        let saved = anne.post(app.url("/my-page/details")).form(&form).send().await.unwrap();
        assert_eq!(saved.status(), StatusCode::SEE_OTHER);
        let editor = app.signed_in(Role::Editor).await;
        let (carla, _) = app.person(CARLA).await;
        let note = app.url(&format!("/admin/subscribers/{}/notes", carla.uuid));
        let noted = editor.post(note).form(&[("note", "Ringede om sin tilmelding")]).send().await.unwrap();
        assert_eq!(noted.status(), StatusCode::SEE_OTHER);
        let undone = app.undo_import(&view).await;
        assert_eq!((undone.counts.undone, undone.counts.kept), (2, 2));
        assert_eq!(app.state(ANNE).await, SubscriptionState::Active);
        assert_eq!(app.state(CARLA).await, SubscriptionState::Active);
        assert_eq!(app.differences().await, [""; 0]);
    }

    async fn a_complaint_after_a_suppression_list_outlives_its_undoing(app: TestApp) {
        app.newsletter().await;
        app.import("", format!("email\n{ANNE}\n{BO}\n")).await;
        app.clock.advance(TimeDelta::minutes(1));
        let view = app.import("kind=suppressions", format!("email\n{ANNE}\n{BO}\n")).await;
        assert_eq!(view.counts.updated, 2);
        app.clock.advance(TimeDelta::minutes(1));
        let (anne, _) = app.person(ANNE).await;
        let editor = app.signed_in(Role::Editor).await;
        let path = format!("/admin/subscribers/{}/complained", anne.uuid);
        assert_eq!(editor.post(app.url(&path)).send().await.unwrap().status(), StatusCode::SEE_OTHER);
        app.clock.advance(TimeDelta::minutes(1));
        let undone = app.undo_import(&view).await;
        assert_eq!((undone.counts.undone, undone.counts.kept), (1, 1));
        assert_eq!(app.state(BO).await, SubscriptionState::Active);
        assert_eq!(app.state(ANNE).await, SubscriptionState::Ended);
        // An older backup, in which Anne still subscribes, hears of it from the log.
        app.alter(
            "UPDATE subscriptions SET state = 'active', ended_at = NULL, end_reason = NULL \
             WHERE state = 'ended'; DELETE FROM suppressions;",
        )
        .await;
        assert_eq!(withdrawals::replay(&app.app).await.unwrap(), 1);
        let (_, subscription) = app.person(ANNE).await;
        assert_eq!(subscription.end_reason, Some(EndReason::Complained));
        assert_eq!(app.state(BO).await, SubscriptionState::Active);
    }

    async fn who_leaves_after_a_suppression_list_ended_them_is_not_woken_by_its_undoing(app: TestApp) {
        app.newsletter().await;
        app.import("", format!("email\n{ANNE}\n{BO}\n")).await;
        app.clock.advance(TimeDelta::minutes(1));
        let list = format!("email\n{ANNE}\n{BO}\n");
        let view = app.import("kind=suppressions&reason=staff", list).await;
        app.clock.advance(TimeDelta::minutes(1));
        let leave = app.unsubscribe_path(ANNE).await;
        assert!(app.get(&leave).await.text().await.unwrap().contains("<button"), "she can leave");
        let answer = app.post(&leave, &[]).await;
        // What staff ended is not taken back by whoever holds an old letter.
        assert!(!answer.headers()["location"].to_str().unwrap().contains("/unsubscribed/"));
        app.undo_import(&view).await;
        let (anne, subscription) = app.person(ANNE).await;
        assert_eq!(subscription.end_reason, Some(EndReason::Unsubscribed));
        assert_eq!(subscription.state, SubscriptionState::Ended);
        assert_eq!(app.state(BO).await, SubscriptionState::Active);
        assert_eq!(app.differences().await, [""; 0]);
        let hash = anne.address_hash.clone();
        let is_suppressed = app.app.db.read(move |conn| suppression::is_suppressed(conn, &hash)).await;
        assert!(!is_suppressed.unwrap(), "she may come back herself");
        assert_eq!(withdrawals::replay(&app.app).await.unwrap(), 0);
    }

    async fn a_spreadsheet_with_one_row_number_twice_is_read_to_its_end(app: TestApp) {
        app.newsletter().await;
        let twice = format!(
            "<row r=\"2\"><c t=\"inlineStr\"><is><t>{BO}</t></is></c></row>\
             <row r=\"99999999999\"><c t=\"inlineStr\"><is><t>ikke en adresse</t></is></c></row>\
             <row r=\"x\"><c t=\"inlineStr\"><is><t>heller ikke</t></is></c></row>"
        );
        let view = app.import("", spreadsheet(&[&["email"], &[ANNE]], &twice)).await;
        assert_eq!((view.state, view.counts.created, view.counts.invalid), (State::Done, 2, 2));
        let lines: Vec<i64> = view.findings.iter().map(|finding| finding.line).collect();
        assert_eq!(lines, [4, 5]);
    }

    async fn an_import_that_the_database_refuses_ends_with_a_reason_and_keeps_nobody_waiting(app: TestApp) {
        app.newsletter().await;
        // Something that no row of the list can do anything about.
        app.alter("CREATE UNIQUE INDEX broken ON consents (newsletter, requested_at)").await;
        let stuck = app
            .begin_import("", format!("email,tilmeldt\n{ANNE},2016-05-01\n{BO},2016-05-01\n"))
            .await;
        let behind = app.begin_import("", format!("email,tilmeldt\n{CARLA},2016-05-02\n")).await;
        app.run_until_idle().await;
        let stuck = app.shown_import(&stuck).await;
        assert_eq!((stuck.state, stuck.problem.as_deref()), (State::Failed, Some("error-list-broken")));
        let behind = app.shown_import(&behind).await;
        assert_eq!((behind.state, behind.counts.created), (State::Done, 1));
        assert_eq!(app.differences().await, [""; 0]);
    }

    async fn an_import_under_way_can_be_stopped(app: TestApp) {
        app.newsletter().await;
        let editor = app.signed_in(Role::Editor).await;
        let press = async |of: &ImportView, what: &str| {
            let path = format!("/admin/imports/{}/{what}", of.id);
            editor.post(app.url(&path)).send().await.unwrap().status()
        };
        let list = format!("email\n{ANNE}\n");
        let checking = app.begin_import("dry_run=true", list.clone()).await;
        assert_eq!(checking.state, State::Checking);
        let page = editor.get(app.url(&format!("/admin/imports/{}", checking.id))).send().await.unwrap();
        let page = page.text().await.unwrap();
        assert!(page.contains("Stop tjekket") && page.contains("Opdatér siden</a>"), "{page}");
        assert_eq!(press(&checking, "cancel").await, StatusCode::SEE_OTHER);
        assert_eq!(app.shown_import(&checking).await.state, State::Uploaded);
        let running = app.begin_import("", list).await;
        let stopped = app.api_post(&format!("/api/v1/imports/{}/cancel", running.id)).await;
        assert_eq!(stopped.status(), StatusCode::OK);
        app.run_until_idle().await;
        let stopped = app.shown_import(&running).await;
        assert_eq!(stopped.state, State::Failed);
        assert_eq!(stopped.problem.as_deref(), Some("error-list-cancelled"));
        let again = app.api_post(&format!("/api/v1/imports/{}/cancel", running.id)).await;
        assert_eq!(again.status(), StatusCode::CONFLICT, "nothing is under way");
        let page = editor.get(app.url(&format!("/admin/imports/{}", running.id))).send().await.unwrap();
        assert!(page.text().await.unwrap().contains("Importen blev standset"));
        assert_eq!(press(&running, "undo").await, StatusCode::SEE_OTHER);
        app.run_until_idle().await;
        assert_eq!(app.shown_import(&running).await.state, State::Undone);
    }

    async fn a_check_that_nobody_ends_is_forgotten_after_a_day(app: TestApp) {
        app.newsletter().await;
        let checking = app.begin_import("dry_run=true", format!("email\n{ANNE}\n")).await;
        app.clock.advance(TimeDelta::hours(24) + TimeDelta::minutes(1));
        lederbrev::imports::forget::old(&app.app).await.unwrap();
        let gone = app.api(&format!("/api/v1/imports/{}", checking.id)).await;
        assert_eq!(gone.status(), StatusCode::NOT_FOUND);
    }
}
