//! How many there were on a day, why the number changed, and the numbers that were only stated.

use std::collections::BTreeMap;

use diesel::prelude::*;
use lederbrev::db::schema::growth;
use lederbrev::newsletters;
use lederbrev::staff::Role;
use lederbrev::subscribers::ledger::Basis;
use lederbrev::subscribers::{EndReason, end};
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
    /// Ends somebody's subscription for a reason.
    pub async fn end(&self, email: &str, reason: EndReason) {
        let ((person, subscription), now) = (self.person(email).await, self.clock.now());
        self.app
            .db
            .write(move |conn| {
                let newsletter = newsletters::store::find(conn, subscription.newsletter)?;
                end::end(conn, &newsletter, &person, &subscription, reason, "test", now)
            })
            .await
            .unwrap();
    }

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
        assert!(page.contains("Forskel: +1 (+100,0 %)"), "{page}");
        assert!(page.contains("Der er 10 dage mellem de to datoer."), "{page}");
        assert!(page.contains("/admin/growth/days?newsletter=lederweb&amp;from=2017-03-24&amp;on=2017-04-03"));
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

both! {
    async fn every_day_says_what_it_brought_and_took_and_the_days_add_up(app: TestApp) {
        let newsletter = app.newsletter().await;
        app.subscribe(ANNE).await;
        app.subscribe("chef@viborg.example").await;
        app.at("2017-03-26T07:00:00Z");
        app.subscribe(BO).await;
        app.subscribe("kit@randers.example").await;
        app.subscribe("lis@varde.example").await;
        app.erase(ANNE).await;
        app.at("2017-03-28T07:00:00Z");
        app.end(BO, EndReason::Bounced).await;
        app.end("kit@randers.example", EndReason::Unsubscribed).await;
        app.end("lis@varde.example", EndReason::Complained).await;
        app.at("2017-03-29T07:00:00Z");

        let token = app.token(Role::Reader).await;
        let ask = async |query: &str| {
            let url = app.url(&format!("/api/v1/newsletters/lederweb/growth?{query}"));
            let answer = app.client.get(url).bearer_auth(&token).send().await.unwrap();
            (answer.status(), answer.json::<Value>().await.unwrap())
        };
        let (status, said) = ask("from=2017-03-24&to=2017-03-29").await;
        assert_eq!((status, &said["days_between"]), (StatusCode::OK, &json!(5)), "{said}");
        let days = said["days"].as_array().unwrap();
        let told = |day: &Value| {
            let of = |word: &str| day[word].as_i64().unwrap();
            (of("came"), of("left"), of("bounced"), of("erased"), of("net"), of("subscribers"))
        };
        let expected = [(0, 0, 0, 0, 0, 2), (3, 0, 0, 1, 2, 4), (0, 0, 0, 0, 0, 4), (0, 2, 1, 0, -3, 1), (0, 0, 0, 0, 0, 1)];
        assert_eq!(days.iter().map(told).collect::<Vec<_>>(), expected);
        // Each day ends with what the question for that day is answered, and the days with the sum.
        for day in days {
            let on = day["day"].as_str().unwrap();
            assert_eq!(app.count(newsletter, on).await.0, day["subscribers"].as_i64(), "{on}");
        }
        assert_eq!((&said["from"]["subscribers"], &said["to"]["subscribers"]), (&json!(2), &json!(1)));
        assert_eq!(said["all"], json!({ "came": 3, "left": 2, "bounced": 1, "erased": 1, "net": -1 }));
        assert_eq!(said["sources"], json!([{ "source": "form", "came": 3 }]));
        // Before the register begins nobody knows what a day changed; the first day it knows is its first.
        let (_, said) = ask("from=2016-10-14&to=2017-03-26").await;
        assert_eq!((&said["begins"], &said["from"]["basis"]), (&json!("2017-03-24"), &json!("unknown")));
        assert_eq!(told(&said["days"][0]), (2, 0, 0, 0, 2, 2));
        let (_, said) = ask("from=2016-10-14&to=2017-03-23").await;
        assert_eq!(said["days"], json!([]), "nothing is no number");

        let board = app.signed_in(Role::Reader).await;
        let get = async |path: &str| {
            let answer = board.get(app.url(path)).send().await.unwrap();
            (answer.status(), answer.text().await.unwrap())
        };
        let (status, page) = get("/admin/growth/days?from=2017-03-24&on=2017-03-29").await;
        assert_eq!(status, StatusCode::OK);
        let facts = "<dt>24. marts 2017</dt><dd>2</dd></div>\n  <div><dt>29. marts 2017</dt><dd>1</dd></div>\n  \
                     <div><dt>Forskel</dt><dd>−1 <small>−50,0 %</small></dd></div>\n  <div><dt>Dage imellem</dt><dd>5</dd>";
        assert!(page.contains(facts) && !page.contains('@'), "{page}");
        let row = page.split("<tr").find(|row| row.contains("28. marts 2017")).unwrap();
        let cells: Vec<&str> = row.split("number\">").skip(1).map(|cell| cell.split('<').next().unwrap()).collect();
        assert_eq!(cells, ["0", "2", "1", "0", "−3", "1"]);
        let (_, file) = get("/admin/growth/days.csv?from=2017-03-24&on=2017-03-29").await;
        let rows: Vec<&str> = file.lines().skip(1).collect();
        assert_eq!(rows[1], "2017-03-26;3;0;0;1;2;4");
        assert_eq!((rows.len(), rows[3]), (5, "2017-03-28;0;2;1;0;-3;1"));
        for (wrong, words) in [
            ("from=2017-03-29&on=2017-03-24", "Vælg en dag, der ligger før den anden"),
            ("from=2017-03-24", "Vælg begge dage"),
            ("from=i+går&on=2017-03-24", "Skriv datoen som"),
            ("from=1917-03-24&on=2017-03-24", "højst ti år"),
        ] {
            let (status, page) = get(&format!("/admin/growth/days?{wrong}")).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
            assert!(page.contains(words), "{wrong}: {page}");
        }
        assert!(get("/admin/growth").await.1.contains("href=\"/admin/growth/days?newsletter=lederweb\""));
        assert_eq!(get("/admin/growth/days").await.0, StatusCode::OK, "the past month");
        assert_eq!(ask("from=2017-03-24&to=2099-01-01").await.0, StatusCode::UNPROCESSABLE_ENTITY);
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
    for (name, query) in [
        ("growth", ""),
        ("growth-why", "?from=2016-10-14&on=2017-04-03"),
        ("growth-days", "/days?from=2016-10-14&on=2017-04-03"),
    ] {
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
    browser.goto("/admin/growth").await;
    browser.fill("#subscribers", "mange").await;
    browser.click("button[value=state]").await;
    browser.wait_for(".error-summary").await;
    browser.axe().await;
    browser.screenshot("growth-refused").await;
    let complaints = browser.console_errors().await;
    assert!(complaints.iter().all(|why| why.contains("422")), "{complaints:?}");
    browser.close().await;
}
