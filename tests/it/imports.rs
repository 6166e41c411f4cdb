//! Lists from spreadsheets and from other systems, on their way into the register.

use lederbrev::imports::api::ImportView;
use lederbrev::staff::Role;
use lederbrev::subscribers::ledger::Basis;
use lederbrev::subscribers::{Scope, SubscriptionState};
use reqwest::{Response, StatusCode};

use crate::app::TestApp;
use crate::both;

const ANNE: &str = "anne.holm@aarhus.example";
const BO: &str = "bo@kolding.example";

impl TestApp {
    /// Sends a file to be imported, with words of the query.
    pub async fn send_list(&self, words: &str, file: impl Into<Vec<u8>>) -> Response {
        let token = self.token(Role::Editor).await;
        let basis = if words.contains("basis=") { "" } else { "basis=papir&" };
        let day = if words.contains("consented_on=") { "" } else { "consented_on=2017-03-01&" };
        let query = format!("newsletter=lederweb&{basis}{day}{words}");
        self.client
            .post(self.url(&format!("/api/v1/subscribers/import?{query}")))
            .bearer_auth(token)
            .header("content-type", "application/octet-stream")
            .body(file.into())
            .send()
            .await
            .unwrap()
    }

    /// Imports a file; returns what became of it.
    pub async fn import(&self, words: &str, file: impl Into<Vec<u8>>) -> ImportView {
        let answer = self.send_list(words, file).await;
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert_eq!(status, StatusCode::OK, "{text}");
        serde_json::from_str(&text).unwrap()
    }

    /// GET from the API.
    pub async fn api(&self, path: &str) -> Response {
        let token = self.token(Role::Editor).await;
        self.client.get(self.url(path)).bearer_auth(token).send().await.unwrap()
    }

    /// POST to the API without a body.
    pub async fn api_post(&self, path: &str) -> Response {
        let token = self.token(Role::Editor).await;
        self.client.post(self.url(path)).bearer_auth(token).send().await.unwrap()
    }
}

/// Line, verdict, field and reason of what changed nothing.
fn findings(view: &ImportView) -> Vec<String> {
    let word = |word: &Option<String>| word.clone().unwrap_or("-".to_owned());
    let finding = view.findings.iter().map(|finding| {
        let (field, reason) = (word(&finding.field), word(&finding.reason));
        format!("{} {} {field} {reason}", finding.line, finding.verdict)
    });
    finding.collect()
}

both! {
    async fn the_counts_on_two_days_a_year_apart_come_out_of_a_list_with_dates(app: TestApp) {
        let newsletter = app.newsletter().await;
        app.at("2017-12-01T08:00:00Z");
        let mut file = "Navn;E-mail;Sektor;Ledelsesniveau;Tilmeldt den;Afmeldt den\r\n".to_owned();
        for person in lederbrev::demo::people::all() {
            let left = person.left.map_or(String::new(), |day| day.format("%d.%m.%Y").to_string());
            let joined = person.joined.format("%d-%m-%Y");
            let (sector, group) = (person.sector, person.leadership_group);
            let line = format!("{};{};{sector};{group};{joined};{left}\r\n", person.name, person.email);
            file.push_str(&line);
        }
        let (file, ..) = encoding_rs::WINDOWS_1252.encode(&file);
        let checked = app.import("dry_run=true", file.to_vec()).await;
        assert_eq!(app.count(newsletter, "2017-10-26").await, (None, Basis::Unknown));
        let view = app.import("", file.to_vec()).await;
        assert_eq!(view.counts, checked.counts, "a check says what a run does");
        assert_eq!(view.counts.errors(), 0, "{:?}", findings(&view));
        assert_eq!(view.counts.first_day.unwrap().to_string(), "2016-01-04");
        assert_eq!(app.count(newsletter, "2016-10-14").await, (Some(26_420), Basis::Counted));
        assert_eq!(app.count(newsletter, "2017-10-26").await, (Some(27_699), Basis::Counted));
        assert_eq!(app.differences().await, [""; 0]);
    }

    async fn every_row_has_a_verdict_and_a_check_writes_nothing_in_the_register(app: TestApp) {
        let newsletter = app.newsletter().await;
        app.subscribe(ANNE).await;
        app.subscribe(BO).await;
        let leave = app.unsubscribe_path(BO).await;
        app.post(&leave, &[]).await;
        app.ask("carla@odense.example").await;
        let long = "x".repeat(70_000);
        let wide = ";".repeat(101);
        let file = format!(
            "email;navn;sektor;status;tilmeldt;afmeldt\n\
             {ANNE};Anne Holm;kommune;;;\n\
             {BO};Bo;;;;\n\
             carla@odense.example;;;;;\n\
             dorte@odense.example;Dorte;region;aktiv;01.02.2017;\n\
             DORTE@ODENSE.example;;;;;\n\
             \"dorte@odense.example\";;;;;\n\
             erik@ringkøbing-skjern.example;;;;;\n\
             erik@xn--ringkbing-skjern-pxb.example;;;;;\n\
             ;Uden adresse;;;;\n\
             ikke en adresse;;;;;\n\
             frida@odense.example;;bageri;;;\n\
             gert@odense.example;;;;32.13.2016;\n\
             hans@odense.example;;;;01.02.2027;\n\
             ida@odense.example;;;;01.02.2017;01.01.2017\n\
             \"jens@odense.example;;;;;\n\
             {long}@odense.example;;;;;\n\
             kaj@odense.example{wide}\n\
             lis@odense.example;;;unconfirmed;;\n\
             {ANNE};;;;;\n\
             mads@odense.example;;;afmeldt;01.02.2017;01.03.2017\n\
             nora@odense.example;;;afmeldt;;\n"
        );
        let checked = app.import("dry_run=true", file.clone()).await;
        assert!(checked.dry_run);
        assert_eq!(app.count(newsletter, "2017-03-24").await.0, Some(1));
        assert_eq!(
            findings(&checked),
            [
                "3 skipped - left",
                "4 skipped - pending",
                "6 skipped email duplicate",
                "7 skipped email duplicate",
                "9 skipped email duplicate",
                "10 invalid email no_address",
                "11 invalid email bad_address",
                "12 invalid sector choice",
                "13 invalid confirmed_on day",
                "14 invalid confirmed_on future",
                "15 invalid ended_on order",
                "16 invalid - quote",
                "17 invalid - long_cell",
                "18 invalid - columns",
                "19 skipped state unconfirmed",
                "20 skipped email duplicate",
            ]
        );
        let view = app.import("", file).await;
        assert_eq!((&view.counts, &view.findings), (&checked.counts, &checked.findings));
        let counts = &view.counts;
        assert_eq!((counts.created, counts.left, counts.unchanged), (4, 2, 1));
        // Who was there before the ledger's own first day is counted from the day that is stated.
        let days = ["2017-01-31", "2017-02-01", "2017-03-01", "2017-03-24"];
        let mut numbers = Vec::new();
        for day in days {
            numbers.push(app.count(newsletter, day).await.0);
        }
        assert_eq!(numbers, [None, Some(2), Some(1), Some(3)]);
        assert_eq!(app.state("mads@odense.example").await, SubscriptionState::Ended);
        assert_eq!(app.differences().await, [""; 0]);
    }

    async fn people_who_are_there_are_left_filled_in_or_overwritten_as_is_chosen(app: TestApp) {
        app.newsletter().await;
        app.import("", format!("email;navn\n{ANNE};Anne Holm\n")).await;
        let file = format!("email;navn;arbejdsplads;gruppe;titel\n{ANNE};A. Holm;Aarhus;3;Chef\n");
        let leave = app.import("", file.clone()).await;
        assert_eq!((leave.counts.unchanged, leave.counts.updated), (1, 0));
        let fill = app.import("existing=fill", file.clone()).await;
        assert_eq!(fill.counts.updated, 1);
        let (person, _) = app.person(ANNE).await;
        assert_eq!(person.name.as_deref(), Some("Anne Holm"));
        assert_eq!(person.organisation.as_deref(), Some("Aarhus"));
        assert_eq!(person.attributes.0["titel"], "Chef");
        let again = app.import("existing=fill", file.clone()).await;
        assert_eq!(again.counts.unchanged, 1);
        assert_eq!(app.import("existing=overwrite", file).await.counts.updated, 1);
        assert_eq!(app.shares().await, ["3/ +1"], "who moves to a group is counted there");
        assert_eq!(app.person(ANNE).await.0.name.as_deref(), Some("A. Holm"));
        assert_eq!(app.differences().await, [""; 0]);
    }

    async fn an_import_without_a_basis_an_address_or_a_table_is_refused(app: TestApp) {
        app.newsletter().await;
        for (words, file, field) in [
            ("basis=", "email\nanne@x.example\n", "basis"),
            ("consented_on=2027-01-01", "email\nanne@x.example\n", "consented_on"),
            ("", "navn\nAnne\n", "mapping"),
            ("", "", "file"),
            ("", "\n \n", "file"),
            ("", "PK\u{3}\u{4}og ikke mere", "file"),
            ("existing=maybe", "email\nanne@x.example\n", "existing"),
            ("mapping=ukendt", "email\nanne@x.example\n", "mapping"),
        ] {
            let answer = app.send_list(words, file).await;
            assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{words} {file}");
            let problem: serde_json::Value = answer.json().await.unwrap();
            assert_eq!(problem["errors"][0]["field"], field, "{problem}");
        }
        let kept: serde_json::Value = app.api("/api/v1/imports").await.json().await.unwrap();
        assert_eq!(kept["items"], serde_json::json!([]), "nothing is kept of what is refused");
    }

    async fn the_file_of_errors_can_be_mended_and_is_no_formula(app: TestApp) {
        app.newsletter().await;
        let file = "email,navn\nanne@x.example,Anne\n,\"=HYPERLINK(\"\"http://x\"\")\"\nbo,@SUM(1)\n";
        let checked = app.import("dry_run=true", file).await;
        let path = format!("/api/v1/imports/{}/errors", checked.id);
        let answer = app.api(&path).await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("text/csv"));
        let text = answer.text().await.unwrap();
        assert_eq!(
            text.lines().collect::<Vec<_>>(),
            [
                "\u{feff}\"Linje\";\"Resultat\";\"Felt\";\"Årsag\";\"email\";\"navn\"",
                "\"3\";\"Fejl\";\"E-mailadresse\";\"Der er ingen adresse. Skriv en i filen, eller slet rækken.\";\"\";\"'=HYPERLINK(\"\"http://x\"\")\"",
                "\"4\";\"Fejl\";\"E-mailadresse\";\"Det er ikke en e-mailadresse. Skriv den som navn@kommune.dk.\";\"bo\";\"'@SUM(1)\"",
            ]
        );
    }

    async fn a_scope_a_language_and_a_source_come_with_the_list(app: TestApp) {
        app.newsletter().await;
        let file = format!("email,sprog,udgaver,kilde\n{ANNE},engelsk,særnumre,ledertræf 2016\n{BO},,,\n");
        app.import("source=gammelt+system&consented_on=2016-05-01", file).await;
        let (person, subscription) = app.person(ANNE).await;
        assert_eq!((person.language.as_str(), subscription.scope), ("en", Scope::Specials));
        assert_eq!(subscription.source, "ledertræf 2016");
        let (_, subscription) = app.person(BO).await;
        assert_eq!(subscription.source, "gammelt system");
        assert_eq!(subscription.confirmed_at.unwrap().utc().to_rfc3339(), "2016-05-01T10:00:00+00:00");
    }
}
