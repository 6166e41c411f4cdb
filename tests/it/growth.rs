//! How many there were on a day, why the number changed, and the numbers that were only stated.

use std::collections::BTreeMap;

use diesel::prelude::*;
use lederbrev::db::schema::growth;
use lederbrev::staff::Role;
use lederbrev::subscribers::ledger::Basis;
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::both;
use crate::browser::{Browser, PHONE, WIDE};

const ANNE: &str = "anne.holm@aarhus.example";
const BO: &str = "bo.krag@odense.example";

/// The count that a status note gave for the autumn before, as an editor writes it down.
const NOTE: [(&str, &str); 5] = [
    ("newsletter", "lederweb"),
    ("day", "2016-10-14"),
    ("subscribers", "26.420"),
    ("source", "Statusnotat 2016"),
    ("do", "state"),
];

impl TestApp {
    /// How many the sums of the ledger count in each group and sector: `2/kommune +1`.
    pub async fn shares(&self) -> Vec<String> {
        let rows: Vec<(String, String, i64)> = self
            .app
            .db
            .read(|conn| {
                let columns = (growth::leadership_group, growth::sector, growth::change);
                Ok(growth::table.select(columns).load(conn)?)
            })
            .await
            .unwrap();
        let mut sums = BTreeMap::<String, i64>::new();
        for (group, sector, change) in rows {
            *sums.entry(format!("{group}/{sector}")).or_default() += change;
        }
        sums.retain(|_, sum| *sum != 0);
        sums.into_iter().map(|(share, sum)| format!("{share} {sum:+}")).collect()
    }
}

async fn post(app: &TestApp, who: &Client, form: &[(&str, &str)]) -> (StatusCode, String) {
    let answer = who.post(app.url("/admin/growth")).form(form).send().await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

both! {
    async fn an_editor_states_a_number_and_takes_it_back(app: TestApp) {
        let newsletter = app.newsletter().await;
        app.subscribe(ANNE).await;
        let mette = app.signed_in(Role::Editor).await;
        let (status, _) = post(&app, &mette, &NOTE).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        assert_eq!(app.count(newsletter, "2016-10-14").await, (Some(26_420), Basis::Stated));
        let page = mette.get(app.url("/admin/growth")).send().await.unwrap().text().await.unwrap();
        assert!(page.contains("26.420") && page.contains("Statusnotat 2016"), "{page}");
        // The day before it and what the ledger counts are not touched.
        assert_eq!(app.count(newsletter, "2016-10-13").await, (None, Basis::Unknown));
        assert_eq!(app.count(newsletter, "2017-03-24").await, (Some(1), Basis::Counted));
        let with = |name: &'static str, value: &'static str| {
            NOTE.map(|(field, said)| if field == name { (name, value) } else { (field, said) })
        };
        for (form, words) in [
            (with("day", "2017-03-24"), "Registret tæller selv fra den 2017-03-24"),
            (with("day", "i fjor"), "Skriv datoen som"),
            (with("subscribers", "mange"), "Skriv antallet med tal"),
            (with("subscribers", "-1"), "Skriv antallet med tal"),
            (with("source", " "), "Skriv, hvor tallet kommer fra"),
        ] {
            let (status, page) = post(&app, &mette, &form).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{form:?}");
            assert!(page.contains(words), "{words}: {page}");
        }
        assert_eq!(app.count(newsletter, "2016-10-14").await, (Some(26_420), Basis::Stated));
        let back = with("do", "take-back");
        assert_eq!(post(&app, &mette, &back).await.0, StatusCode::SEE_OTHER);
        assert_eq!(app.count(newsletter, "2016-10-14").await, (None, Basis::Unknown));
        assert_eq!(post(&app, &mette, &back).await.0, StatusCode::NOT_FOUND);
        for role in [Role::Reader, Role::Operator] {
            let who = app.signed_in(role).await;
            assert_eq!(post(&app, &who, &NOTE).await.0, StatusCode::FORBIDDEN, "{role}");
        }
    }

    async fn a_program_states_a_number_by_the_api(app: TestApp) {
        let newsletter = app.newsletter().await;
        app.subscribe(ANNE).await;
        let token = app.token(Role::Editor).await;
        let put = async |body: Value| {
            let url = app.url("/api/v1/newsletters/lederweb/count");
            let answer = app.client.put(url).bearer_auth(&token).json(&body).send().await.unwrap();
            (answer.status(), answer.json::<Value>().await.unwrap())
        };
        let said = json!({ "on": "2016-10-14", "subscribers": 26_420, "source": "Statusnotat 2016" });
        let (status, answer) = put(said.clone()).await;
        assert_eq!((status, &answer["basis"]), (StatusCode::OK, &json!("stated")), "{answer}");
        assert_eq!(app.count(newsletter, "2016-10-14").await, (Some(26_420), Basis::Stated));
        let mut late = said;
        late["on"] = json!("2017-03-24");
        let (status, answer) = put(late).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.to_string().contains("\"on\""), "{answer}");
    }

    async fn between_two_days_each_cause_and_each_group_has_its_number(app: TestApp) {
        app.newsletter().await;
        app.subscribe(ANNE).await;
        app.at("2017-04-03T07:00:00Z");
        let form =
            [("email", BO), ("consent", "yes"), ("sector", "region"), ("leadership_group", "2")];
        app.post("/subscribe/lederweb", &form).await;
        app.look_up_signups().await;
        let confirm = app.mailed(BO, "/confirm/").await;
        app.post(&confirm, &[]).await;
        app.subscribe("chef@viborg.example").await;
        app.erase(ANNE).await;
        assert_eq!(app.shares().await, ["/ +1", "2/region +1"]);
        let reader = app.signed_in(Role::Reader).await;
        let get = async |query: &str| {
            let answer = reader.get(app.url(&format!("/admin/growth?{query}"))).send().await.unwrap();
            (answer.status(), answer.text().await.unwrap())
        };
        let (status, page) = get("from=2017-03-24&on=2017-04-03").await;
        assert_eq!(status, StatusCode::OK);
        let rows: Vec<&str> = page.split("<tr>").collect();
        let row = |words: &str| *rows.iter().find(|row| row.contains(words)).unwrap_or(&"");
        assert!(row(">Bekræftede<").contains(">+2<"), "{page}");
        assert!(row("Blev slettet").contains(">−1<"), "{page}");
        assert!(page.contains("Forskel: +1"), "{page}");
        for share in [">Region<", ">Chef (leder af ledere)<"] {
            assert!(row(share).contains(">1<"), "{share}: {page}");
        }
        // On a day itself they divide by level and sector too, on the page and in the API.
        let (_, page) = get("on=2017-04-03").await;
        let rows: Vec<&str> = page.split("<tr>").collect();
        for (share, number) in [(">Region<", ">1<"), (">Kommune<", ">0<"), (">Chef (leder af ledere)<", ">1<")] {
            let row = rows.iter().find(|row| row.contains(share)).unwrap_or(&"");
            assert!(row.contains(number), "{share}: {page}");
        }
        let counted: Value = app
            .api("/api/v1/newsletters/lederweb/count?on=2017-04-03")
            .await
            .json()
            .await
            .unwrap();
        let of = |list: &str| {
            let shares = counted[list].as_array().unwrap().iter();
            let shares = shares.filter(|share| share["subscribers"] != 0);
            shares.map(|share| (share["of"].as_str(), share["subscribers"].as_i64().unwrap())).collect::<Vec<_>>()
        };
        assert_eq!(of("leadership_groups"), [(Some("2"), 1), (None, 1)]);
        assert_eq!(of("sectors"), [(Some("region"), 1), (None, 1)]);
        // Before the register began, the numbers are not mixed and the gap is said.
        let (_, page) = get("from=2016-10-14&on=2017-04-03").await;
        assert!(page.contains("Vi ved ikke, hvor mange") && page.contains("begynder den 24. marts 2017"), "{page}");
        assert!(!page.contains("Forskel:"), "{page}");
        for wrong in ["from=2017-04-03&on=2017-03-24", "from=i+fjor&on=2017-03-24", "from=2017-03-24&on=2099-01-01"] {
            assert_eq!(get(wrong).await.0, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        }
    }
}

#[actix_web::test]
async fn the_page_of_growth_is_accessible_and_fits_every_screen() {
    let app = TestApp::sqlite().await;
    app.newsletter().await;
    app.subscribe(ANNE).await;
    app.at("2017-04-03T07:00:00Z");
    app.subscribe(BO).await;
    app.erase(ANNE).await;
    let browser = Browser::open(&app).await;
    browser.sign_in(Role::Editor).await;
    browser.console_errors().await;
    browser.goto("/admin/growth").await;
    browser.run("document.getElementById('day').value = '2016-10-14'").await;
    browser.fill("#subscribers", "26.420").await;
    browser.fill("#source", "Statusnotat 2016").await;
    browser.click("button[value=state]").await;
    browser.wait_for(".toast").await;
    for (name, query) in [("growth", ""), ("growth-why", "?from=2016-10-14&on=2017-04-03")] {
        for (width, dark) in [(WIDE, false), (WIDE, true), (PHONE, false)] {
            browser.dark(dark).await;
            browser.resize(width).await;
            browser.goto(&format!("/admin/growth{query}")).await;
            browser.axe().await;
            browser.screenshot(&format!("{name}-{width}{}", if dark { "-dark" } else { "" })).await;
        }
        browser.fits_a_narrow_screen().await;
    }
    browser.resize(WIDE).await;
    browser.fill("#subscribers", "mange").await;
    browser.click("button[value=state]").await;
    browser.wait_for(".error-summary").await;
    browser.axe().await;
    browser.screenshot("growth-refused").await;
    let complaints = browser.console_errors().await;
    assert!(complaints.iter().all(|why| why.contains("422")), "{complaints:?}");
    browser.close().await;
}
