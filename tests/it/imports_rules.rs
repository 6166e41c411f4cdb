//! What a list must say of people, what it may not bring, and that our own export comes back as it was.

use std::fmt::Write;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;

use lederbrev::people::export::file::ExportFile;
use lederbrev::people::export::{Column, Format, Plan};
use lederbrev::people::search::Query;
use lederbrev::staff::Role;
use lederbrev::subscribers::domains::{MoveState, Pair};
use lederbrev::subscribers::store::{consents, domains, suppressions};
use lederbrev::subscribers::{
    EndReason, LeadershipGroup, Scope, Sector, SubscriptionState, suppression,
};
use lederbrev::web::Lang;
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::both;
use crate::imports_pages::{form, upload};

const ANNE: &str = "anne.holm@aarhus.example";
const BO: &str = "bo@kolding.example";
const CARLA: &str = "carla@odense.example";

impl TestApp {
    /// Sends people as JSON.
    async fn send_people(&self, list: &Value) -> Response {
        let token = self.token(Role::Editor).await;
        let url = self.url("/api/v1/subscribers/import");
        self.client.post(url).bearer_auth(token).json(list).send().await.unwrap()
    }

    /// Why an address gets nothing.
    async fn why_suppressed(&self, email: &str) -> Option<EndReason> {
        let hash = suppression::address_hash(&self.app.config.suppression_pepper, email);
        self.app.db.read(move |conn| Ok(suppressions::reason(conn, &hash)?)).await.unwrap()
    }
}

both! {
    async fn nobody_comes_in_without_a_day_on_which_they_consented(app: TestApp) {
        let newsletter = app.newsletter().await;
        let token = app.token(Role::Editor).await;
        let undated = async |more: &str, file: String| {
            let query = format!("newsletter=lederweb&basis=papir{more}");
            let answer = app
                .client
                .post(app.url(&format!("/api/v1/subscribers/import?{query}")))
                .bearer_auth(&token)
                .header("content-type", "text/csv")
                .body(file)
                .send()
                .await
                .unwrap();
            (answer.status(), answer.json::<Value>().await.unwrap())
        };
        let (status, problem) = undated("", format!("email\n{ANNE}\n")).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(problem["errors"][0]["field"], "consented_on", "{problem}");
        let json = json!({ "newsletter": "lederweb", "basis": "papir", "subscribers": [{ "email": ANNE }] });
        assert_eq!(app.send_people(&json).await.status(), StatusCode::UNPROCESSABLE_ENTITY);
        // Where some rows have a date, the dry run says which have none. Who has left needs none.
        let list = format!("email,tilmeldt,status\n{ANNE},2016-05-01,\n{BO},,\n{CARLA},,afmeldt\n");
        for dry in ["&dry_run=true", ""] {
            let (status, view) = undated(dry, list.clone()).await;
            assert_eq!(status, StatusCode::OK, "{view}");
            assert_eq!((&view["created"], &view["invalid"]), (&json!(2), &json!(1)), "{view}");
            let finding = &view["findings"][0];
            assert_eq!((&finding["line"], &finding["reason"]), (&json!(3), &json!("no_date")));
        }
        let consent = async |email: &'static str| {
            let (person, subscription) = app.person(email).await;
            let all = app.app.db.read(move |conn| Ok(consents::of(conn, person.id)?)).await.unwrap();
            (all.len(), subscription.confirmed_at.map(|at| at.utc().to_rfc3339()))
        };
        assert_eq!(consent(ANNE).await, (1, Some("2016-05-01T10:00:00+00:00".to_owned())));
        assert_eq!(consent(CARLA).await, (0, None), "nobody invents one");
        // A list that only says more of people who are there needs no day.
        let list = format!("email,navn\n{ANNE},Anne Holm\n{BO},Bo\n");
        let (status, view) = undated("&existing=fill", list).await;
        assert_eq!((status, &view["updated"], &view["invalid"]), (StatusCode::OK, &json!(1), &json!(1)));
        assert_eq!(app.count(newsletter, "2017-03-24").await.0, Some(1));
        assert_eq!(app.differences().await, [""; 0]);
    }

    async fn people_in_json_say_what_they_are_and_nothing_that_is_not_understood(app: TestApp) {
        app.newsletter().await;
        let list = |subscribers: Value| {
            json!({
                "newsletter": "lederweb", "basis": "papir", "consented_on": "2017-03-02",
                "subscribers": subscribers,
            })
        };
        let refused = app.send_people(&list(json!([{ "email": ANNE, "has_left": true }]))).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY, "{refused:?}");
        let taken = app
            .send_people(&list(json!([
                { "email": ANNE, "state": "active", "requested_on": "2016-05-01" },
                { "email": BO, "state": "ended" },
                { "email": CARLA, "state": "paused" },
            ])))
            .await;
        assert_eq!(taken.status(), StatusCode::OK);
        let view: Value = taken.json().await.unwrap();
        assert_eq!((&view["created"], &view["left"], &view["skipped"]), (&json!(2), &json!(1), &json!(1)));
        assert_eq!(view["findings"][0]["reason"], "paused", "who makes a pause gets no mail");
        assert_eq!(app.state(ANNE).await, SubscriptionState::Active);
        assert_eq!(app.state(BO).await, SubscriptionState::Ended);
        // Suppressions need no word for what somebody is.
        let mut addresses = list(json!([{ "email": "dorte@odense.example" }]));
        addresses["kind"] = json!("suppressions");
        let view: Value = app.send_people(&addresses).await.json().await.unwrap();
        assert_eq!((&view["created"], &view["skipped"]), (&json!(1), &json!(0)), "{view}");
    }

    async fn a_source_is_no_person_and_a_list_has_not_one_for_each_row(app: TestApp) {
        app.newsletter().await;
        let list = format!("email,kilde\n{ANNE},mette@kl.example\n{BO},Ledertræf 2017\n");
        let view = app.import("", list).await;
        assert_eq!((view.counts.created, view.counts.invalid), (1, 1));
        assert_eq!(view.findings[0].reason.as_deref(), Some("personal"));
        let refused = app.send_list("source=mette%40kl.example", format!("email\n{ANNE}\n")).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let mut list = String::from("email,kilde\n");
        for at in 0..203 {
            writeln!(list, "leder{at}@aarhus.example,Møde {}", at.min(201)).unwrap();
        }
        writeln!(list, "sidste@aarhus.example,Møde 7").unwrap();
        let view = app.import("dry_run=true", list).await;
        assert_eq!((view.counts.created, view.counts.invalid), (201, 3));
        assert_eq!(view.findings[0].reason.as_deref(), Some("sources"));
    }

    async fn our_own_export_comes_back_as_it_was_in_both_languages_and_formats(app: TestApp) {
        let newsletter = app.newsletter().await;
        let list = format!(
            "email;navn;arbejdsplads;sektor;gruppe;sprog;udgaver;kilde;oprettet;bekræftet;afmeldt\n\
             {ANNE};Anne Holm;Aarhus Kommune;kommune;2;da;særnumre;Ledertræf 2016;2016-05-01;2016-05-02;\n\
             {BO};Bo Kjær;Region Midt;anden;andet;en;almindelige;Ledertræf 2016;2016-05-03;2016-05-03;\n\
             {CARLA};Carla;;;;da;;;2016-05-04;2016-05-04;2016-06-01\n\
             dorte@odense.example;Dorte;;;3;da;;;2016-05-04;2016-05-04;\n"
        );
        assert_eq!(app.import("", list).await.counts.created, 4);
        let (_, dorte) = app.person("dorte@odense.example").await;
        let until = app.clock.now() + chrono::TimeDelta::days(20);
        app.app
            .db
            .write(move |conn| {
                let active = SubscriptionState::Active;
                Ok(lederbrev::subscribers::store::pauses::pause(conn, dorte.id, active, until)?)
            })
            .await
            .unwrap();
        let counted = app.shares().await;
        for (language, format) in [(Lang::Da, Format::Csv), (Lang::En, Format::Csv), (Lang::Da, Format::Xlsx)] {
            let plan = Plan { query: Query::default(), columns: Column::ALL.to_vec(), format, language };
            let source = app.app.clone();
            let file = tokio::task::spawn_blocking(move || {
                let mut export = ExportFile::new(source.into_inner(), plan).unwrap();
                let mut file = Vec::new();
                while let Some(piece) = export.next_piece().unwrap() {
                    file.extend(piece);
                }
                file
            })
            .await
            .unwrap();
            let other = TestApp::sqlite().await;
            let there = other.newsletter().await;
            let view = other.import("", file).await;
            assert_eq!((view.counts.created, view.counts.left), (3, 1), "{language} {:?}", view.findings);
            let why: Vec<_> = view.findings.iter().map(|it| it.reason.clone().unwrap()).collect();
            assert_eq!(why, ["paused"], "Dorte makes a pause");
            let (anne, subscription) = other.person(ANNE).await;
            assert_eq!(anne.organisation.as_deref(), Some("Aarhus Kommune"));
            assert_eq!((anne.sector, anne.leadership_group), (Some(Sector::Kommune), Some(LeadershipGroup::Two)));
            assert_eq!((subscription.scope, &*subscription.source), (Scope::Specials, "Ledertræf 2016"));
            let days = [subscription.requested_at, subscription.confirmed_at.unwrap()];
            let days = days.map(|at| at.utc().to_rfc3339());
            assert_eq!(days, ["2016-05-01T10:00:00+00:00", "2016-05-02T10:00:00+00:00"]);
            let (bo, subscription) = other.person(BO).await;
            assert_eq!((bo.sector, bo.leadership_group), (Some(Sector::Anden), Some(LeadershipGroup::Other)));
            assert_eq!((bo.language, subscription.scope), (Lang::En, Scope::Ordinary));
            assert_eq!(other.state(CARLA).await, SubscriptionState::Ended);
            for day in ["2016-05-02", "2016-05-03", "2016-06-01"] {
                let dorte = i64::from(day >= "2016-05-04");
                let before = app.count(newsletter, day).await.0.map(|number| number - dorte);
                assert_eq!(other.count(there, day).await.0, before, "{day}");
            }
            assert_eq!(counted.len() - 1, other.shares().await.len(), "but for Dorte's group");
        }
    }

    async fn a_list_makes_a_suppression_stronger_but_never_weaker_and_that_is_taken_back(app: TestApp) {
        app.newsletter().await;
        app.import("kind=suppressions&reason=bounced", format!("email\n{ANNE}\n")).await;
        let list = format!("email\n{ANNE}\n");
        let view = app.import("kind=suppressions&reason=complained", list.clone()).await;
        assert_eq!((view.counts.updated, view.counts.unchanged), (1, 0));
        assert_eq!(app.why_suppressed(ANNE).await, Some(EndReason::Complained));
        let weaker = app.import("kind=suppressions&reason=unsubscribed", list).await;
        assert_eq!((weaker.counts.updated, weaker.counts.unchanged), (0, 1));
        assert_eq!(app.why_suppressed(ANNE).await, Some(EndReason::Complained));
        app.undo_import(&view).await;
        assert_eq!(app.why_suppressed(ANNE).await, Some(EndReason::Bounced), "as it was before");
    }

    async fn who_was_shut_out_before_the_domain_got_another_name_does_not_come_back_under_the_new_one(app: TestApp) {
        app.newsletter().await;
        app.import("kind=suppressions&reason=complained", "email\nanne.holm@amtet.example\n").await;
        // Whoever was moved is not shut out by that: they subscribe under the new name.
        let now = app.clock.now();
        let renamed = suppression::address_hash(&app.app.config.suppression_pepper, "bo@amtet.example");
        app.app
            .db
            .write(move |conn| {
                suppressions::put(conn, &renamed, EndReason::Unsubscribed, "domain", now)?;
                let pairs = [
                    Pair { old: "amtet.example".to_owned(), new: "region.example".to_owned() },
                    Pair { old: "region.example".to_owned(), new: "rm.example".to_owned() },
                ];
                let new = domains::NewMove { pairs: &pairs, on_bounce: false, people: 0, made_by: "test" };
                let uuid = domains::insert(conn, &new, now)?;
                let of = domains::by_uuid(conn, uuid)?;
                Ok(domains::turn(conn, of.id, MoveState::Running, MoveState::Done, Some(now))?)
            })
            .await
            .unwrap();
        let list = "email\nanne.holm@rm.example\nbo@rm.example\ncarla@rm.example\n";
        let view = app.import("", list).await;
        assert_eq!((view.counts.created, view.counts.suppressed), (2, 1));
        assert_eq!(view.findings[0].line, 2);
    }

    async fn a_suppression_list_is_never_one_of_people_who_were_erased(app: TestApp) {
        app.newsletter().await;
        let editor = app.signed_in(Role::Editor).await;
        let list = format!("email\n{ANNE}\n");
        let body = form(&[("kind", "suppressions")], Some(("liste.csv", list.as_bytes())));
        let answer = upload(&app, &editor, body).await;
        let place = answer.headers()["location"].to_str().unwrap().to_owned();
        let words = [("do", "check"), ("has_header", "on"), ("reason", "erased")];
        let answer = editor.post(app.url(&place)).form(&words).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    }

    async fn the_command_line_asks_for_a_basis_and_a_day_and_keeps_its_file_of_errors_private(app: TestApp) {
        app.newsletter().await;
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        let (list, errors) = (path("liste.csv"), path("fejl.csv"));
        std::fs::write(&list, format!("email\n{ANNE}\nikke en adresse\n")).unwrap();
        // One that is there already, and that everybody may read.
        std::fs::write(&errors, "").unwrap();
        std::fs::set_permissions(&errors, Permissions::from_mode(0o644)).unwrap();
        let words = ["import", &list, "--newsletter", "lederweb", "--errors", &errors];
        let out = app.command(&words);
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        assert!(!out.status.success() && said.contains("basis:") && said.contains("consented_on:"), "{said}");
        let more = ["--basis", "Papir", "--consented-on", "2017-03-01"];
        let out = app.command(&[&words[..], &more].concat());
        assert!(out.status.success(), "{out:?}");
        assert!(std::fs::read_to_string(&errors).unwrap().contains("ikke en e-mailadresse"));
        let mode = std::fs::metadata(&errors).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let erased = ["import", &list, "--newsletter", "lederweb", "--kind", "suppressions", "--reason", "erased"];
        assert!(!app.command(&erased).status.success());
    }
}
