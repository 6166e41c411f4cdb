//! Lists of other systems and of Excel, suppression lists, and imports that are taken back.

use std::io::{Cursor, Write};

use chrono::TimeDelta;
use lederbrev::imports::State;
use lederbrev::imports::api::ImportView;
use lederbrev::subscribers::{EndReason, SubscriptionState};
use reqwest::StatusCode;

use crate::app::TestApp;
use crate::both;

const ANNE: &str = "anne.holm@aarhus.example";
const BO: &str = "bo@kolding.example";

/// A spreadsheet as Excel saves it: a text is a number in the list of strings.
pub fn spreadsheet(rows: &[&[&str]], sheet_end: &str) -> Vec<u8> {
    let mut strings: Vec<&str> = Vec::new();
    let mut sheet = String::from("<worksheet><sheetData>");
    for (at, row) in rows.iter().enumerate() {
        sheet.push_str(&format!("<row r=\"{}\">", at + 1));
        for (column, cell) in row.iter().enumerate() {
            let name = format!("{}{}", char::from(b'A' + u8::try_from(column).unwrap()), at + 1);
            match cell.parse::<f64>() {
                Ok(number) => sheet.push_str(&format!("<c r=\"{name}\"><v>{number}</v></c>")),
                Err(_) if cell.is_empty() => {}
                Err(_) => {
                    sheet
                        .push_str(&format!("<c r=\"{name}\" t=\"s\"><v>{}</v></c>", strings.len()));
                    strings.push(cell);
                }
            }
        }
        sheet.push_str("</row>");
    }
    sheet.push_str(sheet_end);
    sheet.push_str("</sheetData></worksheet>");
    let strings: String = strings
        .iter()
        .map(|text| format!("<si><t>{}</t></si>", text.replace('&', "&amp;")))
        .collect();
    let parts = [
        (
            "xl/workbook.xml",
            "<workbook xmlns:r=\"r\"><sheets><sheet name=\"Skjult\" state=\"hidden\" r:id=\"rId9\"/>\
             <sheet name=\"Liste\" r:id=\"rId1\"/></sheets></workbook>"
                .to_owned(),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            "<Relationships><Relationship Id=\"rId1\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
                .to_owned(),
        ),
        ("xl/sharedStrings.xml", format!("<sst>{strings}</sst>")),
        ("xl/worksheets/sheet1.xml", sheet),
    ];
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated);
    for (name, text) in parts {
        zip.start_file(name, options).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

impl TestApp {
    /// Takes an import back.
    pub async fn undo_import(&self, view: &ImportView) -> ImportView {
        let answer = self.api_post(&format!("/api/v1/imports/{}/undo", view.id)).await;
        assert_eq!(answer.status(), StatusCode::OK);
        answer.json().await.unwrap()
    }
}

both! {
    async fn a_spreadsheet_is_read_with_its_gaps_dates_and_line_numbers(app: TestApp) {
        let newsletter = app.newsletter().await;
        let file = spreadsheet(
            &[
                &["Navn", "E-mail", "Arbejdsplads", "Tilmeldt den"],
                &["Anne Holm", ANNE, "Børn & Unge", "42736"],
                &[],
                &["", BO, "", "42766.5"],
                &["Carla", "ikke en adresse", "", ""],
            ],
            "",
        );
        let view = app.import("", file).await;
        assert_eq!((view.counts.created, view.counts.invalid), (2, 1));
        assert_eq!(view.findings[0].line, 5, "as Excel numbers them");
        let (anne, _) = app.person(ANNE).await;
        assert_eq!(anne.organisation.as_deref(), Some("Børn & Unge"));
        // 1 and 31 January 2017.
        assert_eq!(app.count(newsletter, "2017-01-30").await.0, Some(1));
        assert_eq!(app.count(newsletter, "2017-01-31").await.0, Some(2));
    }

    async fn a_spreadsheet_that_unpacks_to_far_too_much_is_refused(app: TestApp) {
        app.newsletter().await;
        let bomb = "<row><c><v>1</v></c></row>".repeat(500_000);
        let file = spreadsheet(&[&["email"], &[ANNE]], &bomb);
        assert!(file.len() < 300_000, "{}", file.len());
        let view = app.import("", file).await;
        assert_eq!(view.state, State::Failed);
        assert_eq!(view.problem.as_deref(), Some("error-list-bomb"));
        // One text of many megabytes is refused at once.
        let file = spreadsheet(&[&["email", &"x".repeat(2_000_000)]], "");
        let answer = app.send_list("", file).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    }

    async fn an_export_of_listmonk_is_known_with_its_states_and_attributes(app: TestApp) {
        let newsletter = app.newsletter().await;
        let file = format!(
            "uuid,email,name,attributes,status,created_at,updated_at\n\
             4f0a,{ANNE},Anne Holm,\"{{\"\"organisation\"\": \"\"Aarhus Kommune\"\", \"\"city\"\": \"\"Aarhus\"\"}}\",enabled,2016-05-01 10:00:00+00:00,2016-05-01 10:00:00+00:00\n\
             5f0a,{BO},Bo,{{}},blocklisted,2016-05-02T10:00:00.123456Z,\n\
             6f0a,carla@odense.example,Carla,\"{{\",enabled,,\n"
        );
        let view = app.import("", file).await;
        assert_eq!((view.counts.created, view.counts.left, view.counts.invalid), (2, 1, 1));
        assert_eq!(view.findings[0].field.as_deref(), Some("attributes"));
        let (anne, subscription) = app.person(ANNE).await;
        assert_eq!(anne.organisation.as_deref(), Some("Aarhus Kommune"));
        assert_eq!(anne.attributes.0, serde_json::json!({ "city": "Aarhus" }));
        assert_eq!(subscription.state, SubscriptionState::Active);
        assert_eq!(app.state(BO).await, SubscriptionState::Ended);
        assert_eq!(app.count(newsletter, "2016-05-02").await.0, Some(1));
        assert_eq!(app.differences().await, [""; 0]);
    }

    async fn the_three_exports_of_mailchimp_are_known(app: TestApp) {
        let newsletter = app.newsletter().await;
        let head = "\"Email Address\",\"First Name\",\"Last Name\",MEMBER_RATING,OPTIN_TIME,OPTIN_IP,\
                    CONFIRM_TIME,CONFIRM_IP";
        let tail = "LAST_CHANGED,LEID,EUID,TAGS";
        let since = "2,\"2016-05-01 10:00:00\",192.0.2.1,\"2016-05-01 10:05:00\",192.0.2.1";
        let end = "\"2016-05-02 10:00:00\",1,abc,\"\"\"Leder\"\",\"\"Aarhus\"\"\"";
        let left = format!(
            "{head},UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,{tail}\n\
             {BO},Bo,Kjær,{since},\"2016-06-01 10:00:00\",Nyt,{end}\n"
        );
        let cleaned = format!(
            "{head},CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,{tail}\n\
             carla@odense.example,Carla,,{since},\"2016-07-01 10:00:00\",Nyt,{end}\n"
        );
        assert_eq!(app.import("kind=suppressions", left.clone()).await.counts.created, 1);
        assert_eq!(app.import("kind=suppressions", cleaned).await.counts.created, 1);
        let subscribed = format!(
            "{head},{tail}\n{ANNE},Anne,Holm,{since},{end}\n{BO},Bo,,{since},{end}\n\
             carla@odense.example,,,{since},{end}\n"
        );
        let view = app.import("", subscribed).await;
        assert_eq!((view.counts.created, view.counts.suppressed), (1, 2), "nobody is woken");
        let (anne, _) = app.person(ANNE).await;
        assert_eq!(anne.name.as_deref(), Some("Anne Holm"));
        assert_eq!(anne.attributes.0["TAGS"], "\"Leder\",\"Aarhus\"");
        assert_eq!(app.count(newsletter, "2016-05-01").await.0, Some(1));
        let again = app.import("kind=suppressions", left).await;
        assert_eq!((again.counts.created, again.counts.unchanged), (0, 1));
    }

    async fn who_was_erased_or_left_before_a_backup_is_not_woken_by_an_old_list(app: TestApp) {
        app.newsletter().await;
        let list = format!("email,tilmeldt\n{ANNE},2016-05-01\n{BO},2016-05-01\n");
        app.import("", list.clone()).await;
        let (anne, _) = app.person(ANNE).await;
        lederbrev::subscribers::erase::erase(&app.app, anne).await.unwrap();
        let leave = app.unsubscribe_path(BO).await;
        app.post(&leave, &[]).await;
        let again = app.import("", list.clone()).await;
        assert_eq!((again.counts.created, again.counts.suppressed, again.counts.skipped), (0, 1, 1));
        // A backup from before both of them came: only the log of withdrawals knows them.
        app.app
            .db
            .write(|conn| {
                use diesel::connection::SimpleConnection;
                conn.batch_execute("DELETE FROM subscribers; DELETE FROM suppressions;")?;
                Ok(())
            })
            .await
            .unwrap();
        let restored = app.import("", list).await;
        assert_eq!((restored.counts.created, restored.counts.skipped), (0, 2));
    }

    async fn a_suppression_list_ends_who_subscribes_and_can_be_taken_back(app: TestApp) {
        let newsletter = app.newsletter().await;
        app.import("", format!("email,tilmeldt\n{ANNE},2016-05-01\n")).await;
        app.clock.advance(TimeDelta::days(3));
        let list = format!("email,status\n{ANNE},\n{BO},cleaned\ncarla@odense.example,subscribed\nx,\n");
        let checked = app.import("kind=suppressions&dry_run=true", list.clone()).await;
        assert_eq!(app.state(ANNE).await, SubscriptionState::Active);
        let view = app.import("kind=suppressions&reason=complained", list).await;
        assert_eq!(view.counts, checked.counts);
        let counts = &view.counts;
        assert_eq!((counts.created, counts.updated, counts.skipped, counts.invalid), (1, 0, 2, 1));
        let view = app.import("kind=suppressions&reason=complained", format!("email\n{ANNE}\n")).await;
        assert_eq!(view.counts.updated, 1);
        let (_, subscription) = app.person(ANNE).await;
        assert_eq!(subscription.end_reason, Some(EndReason::Complained));
        assert_eq!(app.count(newsletter, "2017-03-27").await.0, Some(0));
        app.clock.advance(TimeDelta::hours(23));
        let undone = app.undo_import(&view).await;
        assert_eq!((undone.state, undone.counts.undone), (State::Undone, 1));
        assert_eq!(app.state(ANNE).await, SubscriptionState::Active);
        assert_eq!(app.count(newsletter, "2017-03-27").await.0, Some(1));
        assert_eq!(app.differences().await, [""; 0]);
        // Nor does the log end them when the service starts again.
        assert_eq!(lederbrev::subscribers::withdrawals::replay(&app.app).await.unwrap(), 0);
    }

    async fn an_import_is_taken_back_but_for_those_who_did_something_since(app: TestApp) {
        let newsletter = app.newsletter().await;
        app.import("", format!("email,navn,gruppe\n{ANNE},Anne,1\n")).await;
        let file = format!(
            "email,navn,gruppe,tilmeldt,afmeldt,udgaver\n\
             {ANNE},Anne Holm,3,,,\n\
             {BO},Bo,2,2016-05-01,,særnumre\n\
             carla@odense.example,,,2016-05-01,2016-06-01,\n\
             dorte@odense.example,,,,afmeldt,\n\
             erik@odense.example,Erik,,2016-05-01,,\n\
             frida@odense.example,Frida,,2016-05-01,,\n"
        ).replace(",,,,afmeldt,", ",,,2016-05-01,2016-05-01,");
        let before = app.count(newsletter, "2017-03-24").await.0;
        let view = app.import("existing=overwrite", file).await;
        assert_eq!((view.counts.created, view.counts.left, view.counts.updated), (5, 2, 1));
        assert_eq!(app.count(newsletter, "2016-05-02").await.0, Some(4));
        // Two do something themselves.
        app.clock.advance(TimeDelta::hours(1));
        let leave = app.unsubscribe_path("erik@odense.example").await;
        app.post(&leave, &[]).await;
        let (_, subscription) = app.person("frida@odense.example").await;
        let choose = app.app.links.preferences(subscription.id, subscription.nonce);
        let choose = choose.strip_prefix(&app.base).unwrap().to_owned();
        app.post(&choose, &[("action", "pause"), ("months", "1")]).await;
        let undone = app.undo_import(&view).await;
        assert_eq!((undone.counts.undone, undone.counts.kept), (4, 2));
        assert_eq!(app.state("frida@odense.example").await, SubscriptionState::Paused);
        assert_eq!(app.person(ANNE).await.0.name.as_deref(), Some("Anne"));
        assert_eq!(app.count(newsletter, "2016-05-02").await.0, Some(2), "Erik and Frida");
        assert_eq!(app.count(newsletter, "2017-03-24").await.0, before.map(|before| before + 1));
        assert_eq!(app.differences().await, [""; 0]);
        let twice = app.api_post(&format!("/api/v1/imports/{}/undo", view.id)).await;
        assert_eq!(twice.status(), StatusCode::CONFLICT);
        // Who was taken out can be brought in again.
        assert_eq!(app.import("", format!("email\n{BO}\n")).await.counts.created, 1);
    }

    async fn after_a_day_an_import_can_no_longer_be_taken_back_and_its_rows_are_forgotten(app: TestApp) {
        app.newsletter().await;
        let view = app.import("", format!("email\n{ANNE}\nikke en adresse\n")).await;
        let waiting = app.import("dry_run=true", format!("email\n{BO}\n")).await;
        app.clock.advance(TimeDelta::hours(24) + TimeDelta::minutes(1));
        app.run_until_idle().await;
        let answer = app.api_post(&format!("/api/v1/imports/{}/undo", view.id)).await;
        assert_eq!(answer.status(), StatusCode::CONFLICT);
        let shown: ImportView =
            app.api(&format!("/api/v1/imports/{}", view.id)).await.json().await.unwrap();
        assert_eq!((shown.counts.created, shown.findings.len()), (1, 0));
        let gone = app.api(&format!("/api/v1/imports/{}", waiting.id)).await;
        assert_eq!(gone.status(), StatusCode::NOT_FOUND);
        let left = app
            .app
            .db
            .read(|conn| {
                use diesel::prelude::*;
                use lederbrev::db::schema::{import_parts, import_rows};
                let parts: i64 = import_parts::table.count().get_result(conn)?;
                let rows: i64 = import_rows::table.count().get_result(conn)?;
                Ok(parts + rows)
            })
            .await
            .unwrap();
        assert_eq!(left, 0);
    }

    async fn an_answer_that_does_not_wait_says_where_to_look(app: TestApp) {
        app.newsletter().await;
        let answer = app.send_list("wait=false", format!("email\n{ANNE}\n")).await;
        assert_eq!(answer.status(), StatusCode::ACCEPTED);
        let place = answer.headers()["location"].to_str().unwrap().to_owned();
        app.run_until_idle().await;
        let view: ImportView = app.api(&place).await.json().await.unwrap();
        assert_eq!((view.state, view.counts.created), (State::Done, 1));
    }
}
