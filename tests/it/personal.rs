//! One's own page: let in by a mailed link, choices, data, consents; and what a forwarded link may
//! not do.

use chrono::TimeDelta;
use lederbrev::links::Purpose;
use lederbrev::newsletters;
use lederbrev::personal::{ask, data};
use lederbrev::staff::Role;
use lederbrev::subscribers::store::{consents, register};
use lederbrev::subscribers::{EndReason, LeadershipGroup, SubscriptionState, suppression};
use lederbrev::web::Lang;
use reqwest::{Client, Response, StatusCode};
use serde_json::Value;

use crate::app::{TestApp, browser};
use crate::both;
use crate::signups::{behind_a_proxy, sector};

pub const ANNE: &str = "anne.holm@aarhus.example";
const DORTE: &str = "dorte@vejle.example";
pub const BO: &str = "bo@ringkøbing-skjern.example";

impl TestApp {
    /// Asks for a link to somebody's page and follows it, in a browser of their own.
    pub async fn own_page(&self, email: &str) -> Client {
        self.post("/my-page/link", &[("email", email)]).await;
        let link = self.mailed(email, "/my-page/enter/").await;
        let client = browser();
        let entered = client.post(self.url(&link)).send().await.unwrap();
        assert_eq!(entered.status(), StatusCode::SEE_OTHER);
        assert_eq!(entered.headers()["location"], "/my-page?lang=da");
        client
    }

    /// A second newsletter of the house.
    pub async fn another_newsletter(&self) -> i64 {
        let now = self.clock.now();
        self.app
            .db
            .write(move |conn| {
                let new = newsletters::store::NewNewsletter {
                    slug: "ledelse-nu",
                    title: "Ledelse nu",
                    description: "Kort nyt om ledelse.",
                    language: Lang::Da,
                    time_zone: "Europe/Copenhagen",
                    sender_name: "Væksthus for Ledelse",
                    sender_email: "nu@lederweb.example",
                    open_tracking: newsletters::Tracking::Off,
                    details: &Default::default(),
                };
                Ok(newsletters::store::insert(conn, &new, now)?)
            })
            .await
            .unwrap()
    }

    /// Presses a button of an own page.
    pub async fn press(&self, of: &Client, form: &[(&str, &str)]) -> Response {
        of.post(self.url("/my-page")).form(form).send().await.unwrap()
    }

    /// What an address shows to somebody.
    pub async fn seen(&self, by: &Client, path: &str) -> String {
        by.get(self.url(path)).send().await.unwrap().text().await.unwrap()
    }
}

both! {
    async fn a_link_to_ones_own_page_is_used_once_by_a_button_and_soon(app: TestApp) {
        app.newsletter().await;
        app.subscribe(ANNE).await;
        app.post("/my-page/link", &[("email", ANNE)]).await;
        let link = app.mailed(ANNE, "/my-page/enter/").await;
        for _ in 0..5 {
            let page = app.get(&link).await;
            assert_eq!(page.status(), StatusCode::OK);
            let text = page.text().await.unwrap();
            assert_eq!(text.matches("<button").count(), 1, "one button and nothing else");
            assert!(text.contains("a…@aarhus.example") && !text.contains("anne.holm"));
        }
        let anne = browser();
        assert_eq!(anne.post(app.url(&link)).send().await.unwrap().status(), 303);
        let page = anne.get(app.url("/my-page")).send().await.unwrap();
        assert_eq!(page.headers()["cache-control"], "no-store");
        assert!(page.text().await.unwrap().contains(ANNE));
        // Used: neither a scanner nor whoever the mail was forwarded to gets in.
        for answer in [app.get(&link).await, app.post(&link, &[]).await] {
            assert_eq!(answer.status(), StatusCode::GONE);
            assert!(answer.text().await.unwrap().contains("href=\"/my-page?lang=da\""));
        }
        // The page closes by itself, and by its button.
        app.clock.advance(TimeDelta::minutes(31));
        assert!(!app.seen(&anne, "/my-page").await.contains(ANNE));
        let again = app.own_page(ANNE).await;
        assert!(app.seen(&again, "/my-page").await.contains(ANNE));
        again.post(app.url("/my-page/leave")).send().await.unwrap();
        assert!(!app.seen(&again, "/my-page").await.contains(ANNE));
        // A link that nobody used in time.
        app.clock.advance(TimeDelta::minutes(5));
        app.post("/my-page/link", &[("email", ANNE)]).await;
        let late = app.mailed(ANNE, "/my-page/enter/").await;
        app.clock.advance(TimeDelta::minutes(31));
        assert_eq!(app.post(&late, &[]).await.status(), StatusCode::GONE);
        assert_eq!(app.get("/my-page/enter/x").await.status(), StatusCode::NOT_FOUND);
    }

    async fn asking_for_a_link_is_answered_alike_for_every_address(app: TestApp) {
        app.newsletter().await;
        app.subscribe(ANNE).await;
        app.subscribe("dorte@vejle.example").await;
        let (dorte, _) = app.person("dorte@vejle.example").await;
        let now = app.clock.now();
        app.app
            .db
            .write(move |conn| {
                suppression::suppress(conn, &dorte, EndReason::Complained, "test", now)
            })
            .await
            .unwrap();
        let before = app.mails("dorte@vejle.example").await;
        let mut answers = Vec::new();
        for email in [ANNE, "dorte@vejle.example", "ukendt.leder@koege.example"] {
            let answer = app.post("/my-page/link", &[("email", email)]).await;
            let location = answer.headers()["location"].clone();
            answers.push((answer.status(), location, answer.text().await.unwrap()));
        }
        assert_eq!(answers[0], answers[1]);
        assert_eq!(answers[0], answers[2]);
        app.mailed(ANNE, "/my-page/enter/").await;
        assert_eq!(app.mails("dorte@vejle.example").await, before, "a suppressed address");
        assert_eq!(app.mails("ukendt.leder@koege.example").await, 0);
        // Many requests are few mails.
        let mails = app.mails(ANNE).await;
        for _ in 0..5 {
            app.post("/my-page/link", &[("email", ANNE)]).await;
            app.run_until_idle().await;
        }
        assert_eq!(app.mails(ANNE).await, mails);
        let wrong = app.post("/my-page/link", &[("email", "anne")]).await;
        assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text().await.unwrap().contains("id=\"email-error\""));
    }

    async fn who_has_never_confirmed_is_not_mailed_a_link(app: TestApp) {
        app.newsletter().await;
        app.ask(ANNE).await;
        let (mails, person) = (app.mails(ANNE).await, app.person(ANNE).await.0);
        app.post("/my-page/link", &[("email", ANNE)]).await;
        app.run_until_idle().await;
        ask::for_person(&app.app, person, None, None).await.unwrap();
        app.run_until_idle().await;
        assert_eq!(app.mails(ANNE).await, mails, "the one confirmation and no more");
        let confirm = app.mailed(ANNE, "/confirm/").await;
        app.post(&confirm, &[]).await;
        app.post("/my-page/link", &[("email", ANNE)]).await;
        app.mailed(ANNE, "/my-page/enter/").await;
    }

    async fn three_links_a_day_go_to_one_address_whoever_asks(app: TestApp) {
        app.newsletter().await;
        app.subscribe(ANNE).await;
        let mails = app.mails(ANNE).await;
        for _ in 0..6 {
            app.post("/my-page/link", &[("email", ANNE)]).await;
            app.run_until_idle().await;
            app.clock.advance(TimeDelta::hours(1));
        }
        assert_eq!(app.mails(ANNE).await, mails + 3);
    }

    async fn many_people_cannot_make_us_write_to_one_address_that_never_asked(app: TestApp) {
        app.newsletter().await;
        for at in 0..5 {
            let of = format!("leder{at}@odense.example");
            app.subscribe(&of).await;
            let page = app.own_page(&of).await;
            // Written as somebody would who looks for a way around.
            let to = [DORTE, "Dorte@VEJLE.example"][at % 2];
            let form = [("email", to)];
            page.post(app.url("/my-page/address")).form(&form).send().await.unwrap();
            app.run_until_idle().await;
        }
        assert_eq!(app.mails(DORTE).await, 3);
    }

    async fn a_forwarded_link_sends_the_rest_to_the_address_on_file(app: TestApp) {
        app.newsletter_that_measures().await;
        app.another_newsletter().await;
        app.subscribe(ANNE).await;
        let preferences = app.preferences(ANNE).await;
        let text = app.get(&preferences).await.text().await.unwrap();
        assert!(!text.contains("anne.holm") && !text.contains("name=\"language\""));
        for action in ["measure", "subscribe", "leave-all", "details", "erase"] {
            let form = [("action", action), ("newsletter", "lederweb"), ("language", "en")];
            let answer = app.post(&preferences, &form).await;
            assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{action}");
        }
        for path in ["/my-page/data", "/my-page/data.json", "/my-page/erase", "/my-page/address", "/my-page/receipt/1"] {
            let answer = app.get(path).await;
            assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{path}");
        }
        for path in ["/my-page", "/my-page/details", "/my-page/erase", "/my-page/address"] {
            assert_eq!(app.post(path, &[]).await.status(), StatusCode::SEE_OTHER, "{path}");
        }
        assert_eq!(app.state(ANNE).await, SubscriptionState::Active);
        // What it can do is ask.
        app.post(&format!("{preferences}/link"), &[]).await;
        let link = app.mailed(ANNE, "/my-page/enter/").await;
        assert_eq!(app.post(&link, &[]).await.status(), StatusCode::SEE_OTHER);
    }

    async fn leaving_everything_is_one_press_and_so_is_taking_it_back(app: TestApp) {
        let first = app.newsletter_that_measures().await;
        let second = app.another_newsletter().await;
        let form = [("email", ANNE), ("consent", "yes"), ("tracking_consent", "yes")];
        app.post("/subscribe/lederweb", &form).await;
        let confirm = app.mailed(ANNE, "/confirm/").await;
        app.post(&confirm, &[]).await;
        let anne = app.own_page(ANNE).await;
        let text = app.seen(&anne, "/my-page").await;
        assert!(text.contains("Ledelse nu") && text.contains("må sende mig Ledelse nu"));
        app.press(&anne, &[("action", "subscribe"), ("newsletter", "ledelse-nu")]).await;
        assert_eq!(app.count(second, "2017-03-24").await.0, Some(1));
        // From a link in an issue, which does not say what else there is.
        let leave = app.unsubscribe_path(ANNE).await;
        let done = app.post(&leave, &[("all", "yes")]).await;
        let to = done.headers()["location"].to_str().unwrap().to_owned();
        let text = app.get(&to).await.text().await.unwrap();
        assert!(text.contains("Du får ikke flere nyhedsbreve fra os"), "{text}");
        for newsletter in [first, second] {
            assert_eq!(app.count(newsletter, "2017-03-24").await.0, Some(0));
        }
        let page = to.split('?').next().unwrap();
        app.post(&format!("{page}/reason"), &[("reason", "too_many")]).await;
        app.clock.advance(TimeDelta::minutes(9));
        app.post(&format!("{page}/undo"), &[]).await;
        for newsletter in [first, second] {
            assert_eq!(app.count(newsletter, "2017-03-24").await.0, Some(1));
        }
        let (person, _) = app.person(ANNE).await;
        let stand = app.app.db.read(move |conn| Ok(consents::of(conn, person.id)?)).await.unwrap();
        assert!(stand.iter().all(|(consent, _)| consent.withdrawn_at.is_none()));
        assert_eq!(stand.len(), 3, "two newsletters, and being measured");
        // From the own page, one of them.
        let (_, subscription) = app.person(ANNE).await;
        let id = subscription.id.to_string();
        let done = app.press(&anne, &[("action", "leave"), ("subscription", &id)]).await;
        assert!(done.headers()["location"].to_str().unwrap().starts_with("/unsubscribed/"));
        assert_eq!(app.count(first, "2017-03-24").await.0, Some(0));
        assert_eq!(app.count(second, "2017-03-24").await.0, Some(1));
        assert_eq!(app.differences().await, [""; 0]);
    }

    async fn nobody_changes_the_subscription_of_somebody_else(app: TestApp) {
        app.newsletter().await;
        app.subscribe(ANNE).await;
        app.subscribe(BO).await;
        let (_, bos) = app.person(BO).await;
        let id = bos.id.to_string();
        let anne = app.own_page(ANNE).await;
        for form in [
            vec![("action", "leave"), ("subscription", &*id)],
            vec![("action", "pause"), ("subscription", &id), ("months", "3")],
            vec![("action", "scope"), ("subscription", &id), ("scope", "specials")],
        ] {
            assert_eq!(app.press(&anne, &form).await.status(), StatusCode::NOT_FOUND);
        }
        let after = app.person(BO).await.1;
        assert_eq!((after.state, after.scope), (bos.state, bos.scope));
        let bo = app.own_page(BO).await;
        let (bos, _) = app.person(BO).await;
        let theirs = app.app.db.read(move |conn| Ok(consents::of(conn, bos.id)?)).await.unwrap();
        let receipt = format!("/my-page/receipt/{}", theirs[0].0.id);
        assert!(app.seen(&bo, &receipt).await.contains("Kvittering for samtykke"));
        let answer = anne.get(app.url(&receipt)).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    }

    async fn measuring_is_agreed_to_by_its_text_and_stopped_by_a_press(app: TestApp) {
        let newsletter = app.newsletter_that_measures().await;
        app.subscribe(ANNE).await;
        let anne = app.own_page(ANNE).await;
        let shown = app.seen(&anne, "/my-page").await;
        let (person, _) = app.person(ANNE).await;
        let of = async || {
            let id = person.id;
            let all = app.app.db.read(move |conn| Ok(consents::of(conn, id)?)).await.unwrap();
            let of_measuring = all.into_iter().filter(|(c, _)| c.purpose.as_str() == "tracking");
            of_measuring.collect::<Vec<_>>()
        };
        assert!(of().await.is_empty());
        for _ in 0..2 {
            app.press(&anne, &[("action", "measure"), ("newsletter", "lederweb")]).await;
        }
        let given = of().await;
        let [(consent, text)] = &given[..] else { panic!("{} consents", given.len()) };
        assert!(shown.contains(text.as_str()), "{text} stood on the page");
        assert!(consent.measures(newsletter));
        assert_eq!(consent.form_address, app.url("/my-page"));
        assert_eq!(consent.request_ip.as_deref(), Some("127.0.0.1"));
        app.press(&anne, &[("action", "measure-not"), ("newsletter", "lederweb")]).await;
        let [(withdrawn, _)] = &of().await[..] else { panic!("one consent") };
        assert!(withdrawn.withdrawn_at.is_some());
        assert_eq!(withdrawn.withdrawal_channel.as_deref(), Some("own_page"));
        assert!(app.seen(&anne, "/my-page").await.contains(text.as_str()), "asked anew");
    }

    async fn what_somebody_says_about_themselves_moves_them_in_the_ledger(app: TestApp) {
        let newsletter = app.newsletter().await;
        app.subscribe(ANNE).await;
        let anne = app.own_page(ANNE).await;
        let form = [
            ("name", "Anne Holm"),
            ("organisation", "Aarhus Kommune"),
            ("sector", "kommune"),
            ("leadership_group", "2"),
            ("language", "en"),
        ];
        let url = app.url("/my-page/details");
        let saved = anne.post(&url).form(&form).send().await.unwrap();
        assert_eq!(saved.status(), StatusCode::SEE_OTHER);
        let (person, _) = app.person(ANNE).await;
        assert_eq!(person.name.as_deref(), Some("Anne Holm"));
        assert_eq!((person.leadership_group, person.language), (Some(LeadershipGroup::Two), Lang::En));
        assert_eq!(app.count(newsletter, "2017-03-24").await.0, Some(1));
        assert_eq!(app.shares().await, ["2/kommune +1"]);
        assert_eq!(app.differences().await, [""; 0]);
        let long = "x".repeat(100_000);
        for (field, value) in [("name", &*long), ("name", "Anne\r\nBcc: alle"), ("sector", "kirke")] {
            let wrong = anne.post(&url).form(&[(field, value)]).send().await.unwrap();
            assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY, "{field}");
            let text = wrong.text().await.unwrap();
            assert!(text.contains(&format!("href=\"#{field}\"")) && text.len() < 30_000);
        }
    }

    async fn all_that_is_kept_of_somebody_is_shown_and_can_be_taken_along(app: TestApp) {
        app.newsletter_that_measures().await;
        let form = [
            ("email", ANNE),
            ("name", "Anne <Holm>"),
            ("consent", "yes"),
            ("tracking_consent", "yes"),
        ];
        app.post("/subscribe/lederweb", &form).await;
        let confirm = app.mailed(ANNE, "/confirm/").await;
        app.post(&confirm, &[]).await;
        let anne = app.own_page(ANNE).await;
        let page = app.seen(&anne, "/my-page/data").await;
        assert!(page.contains("Anne &#60;Holm&#62;") && !page.contains("Anne <Holm>"));
        let file = anne.get(app.url("/my-page/data.json")).send().await.unwrap();
        assert_eq!(file.headers()["content-disposition"], "attachment; filename=\"my-data.json\"");
        assert_eq!(file.headers()["cache-control"], "no-store");
        let file: Value = file.json().await.unwrap();
        assert_eq!(file["person"]["email"], ANNE);
        assert_eq!(file["subscriptions"][0]["state"], "active");
        assert_eq!(file["consents"].as_array().unwrap().len(), 2);
        assert_eq!(file["ledger"].as_array().unwrap().len(), 2, "asked, confirmed");
        assert_eq!(file["mails"][0]["kind"], "own_page");
        for consent in file["consents"].as_array().unwrap() {
            assert!(page.contains(consent["text"].as_str().unwrap()));
            assert!(page.contains(consent["text_hash"].as_str().unwrap()));
        }
        for (_, place) in data::TABLES {
            assert!(file.get(place).is_some(), "{place}");
        }
    }

    async fn the_links_of_an_old_key_do_not_open_the_page_of_somebody_else(app: TestApp) {
        app.newsletter().await;
        app.subscribe(ANNE).await;
        app.post("/my-page/link", &[("email", ANNE)]).await;
        let link = app.mailed(ANNE, "/my-page/enter/").await;
        let (_, subscription) = app.person(ANNE).await;
        let links = &app.app.links;
        let ends = app.clock.now().seconds() + 60;
        for token in [
            links.token(Purpose::OwnPage, 1, ends, subscription.nonce),
            links.token(Purpose::NewAddress, 1, ends, 0),
            link.strip_prefix("/my-page/enter/").unwrap().chars().rev().collect(),
        ] {
            let answer = app.post(&format!("/my-page/enter/{token}"), &[]).await;
            assert_eq!(answer.status(), StatusCode::NOT_FOUND);
        }
        let token = link.strip_prefix("/my-page/enter/").unwrap();
        let answer = app.post(&format!("/my-page/address/{token}"), &[]).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    }

    async fn somebody_erases_themselves_and_gets_a_receipt(app: TestApp) {
        let newsletter = app.newsletter().await;
        app.subscribe(ANNE).await;
        app.clock.advance(TimeDelta::days(1));
        let anne = app.own_page(ANNE).await;
        let asked = app.seen(&anne, "/my-page/erase").await;
        assert!(asked.contains("Slet alt om mig") && asked.contains("5 år"));
        assert!(app.knows(ANNE).await);
        let done = anne.post(app.url("/my-page/erase")).send().await.unwrap();
        assert_eq!(done.headers()["location"], "/my-page/erased?lang=da");
        let receipt = app.seen(&anne, "/my-page/erased?lang=da").await;
        assert!(receipt.contains("Du er slettet") && receipt.contains("5 år"));
        assert!(!app.knows(ANNE).await);
        assert!(!app.seen(&anne, "/my-page").await.contains(ANNE));
        assert_eq!(app.count(newsletter, "2017-03-24").await.0, Some(1));
        assert_eq!(app.count(newsletter, "2017-03-25").await.0, Some(0));
        assert_eq!(app.differences().await, [""; 0]);
        // The hash has an end, also for the log beside the database.
        let hash = suppression::address_hash(&app.app.config.suppression_pepper, ANNE);
        let reason = async || {
            let hash = hash.clone();
            let find = move |conn: &mut lederbrev::db::DbConn| {
                Ok(lederbrev::subscribers::store::suppressions::reason(conn, &hash)?)
            };
            app.app.db.read(find).await.unwrap()
        };
        assert_eq!(reason().await, Some(EndReason::Erased));
        let log = || {
            let log = app.app.config.data_dir.join("withdrawals.log");
            std::fs::read_to_string(log).unwrap()
        };
        let word = data_encoding::HEXLOWER.encode(&hash);
        assert!(log().contains(&word));
        app.clock.advance(TimeDelta::days(5 * 366));
        app.run_until_idle().await;
        assert!(!log().contains(&word), "{}", log());
        lederbrev::subscribers::withdrawals::replay(&app.app).await.unwrap();
        assert_eq!(reason().await, None);
    }
}

/// What many at one network may ask for, and when it is sent.
#[actix_web::test]
async fn links_wait_for_their_turn_and_a_network_without_end_is_told_to_come_back_later() {
    let app = behind_a_proxy(&[("SIGNUPS_PER_NETWORK", "2")]).await;
    for at in 0..3 {
        let (of, client) = (sector(at), format!("198.51.100.{at}"));
        app.sign_up_from(&client, &of, &[]).await;
        let confirm = app.mailed(&of, "/confirm/").await;
        app.post(&confirm, &[]).await;
    }
    let ask = async |client: &str, email: &str| {
        let request = app.client.post(app.url("/my-page/link")).form(&[("email", email)]);
        request.header("x-forwarded-for", client).send().await.unwrap().status()
    };
    let mails = async |at| app.mails(&sector(at)).await;
    let before = [mails(0).await, mails(1).await, mails(2).await];
    for at in 0..3 {
        assert_eq!(ask("2001:db8:1:2::7", &sector(at)).await, StatusCode::SEE_OTHER);
        app.run_until_idle().await;
    }
    let sent = async || {
        let now = [mails(0).await, mails(1).await, mails(2).await];
        [now[0] - before[0], now[1] - before[1], now[2] - before[2]]
    };
    assert_eq!(sent().await, [1, 1, 0]);
    app.clock.advance(TimeDelta::minutes(31));
    app.run_until_idle().await;
    assert_eq!(sent().await, [1, 1, 1]);
    // Its half hour begins when it goes.
    let late = app.mailed(&sector(2), "/my-page/enter/").await;
    assert_eq!(app.post(&late, &[]).await.status(), StatusCode::SEE_OTHER);
    let mut last = StatusCode::OK;
    for at in 0..400 {
        let email = format!("ukendt{at}@odense.example");
        last = ask(&format!("2001:db8:1:2::{at:x}"), &email).await;
        if last == StatusCode::TOO_MANY_REQUESTS {
            assert!(at > 200, "a municipality behind one address is let in: {at}");
            break;
        }
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(ask("2001:db8:1:3::7", "ukendt@odense.example").await, StatusCode::SEE_OTHER);
    // Staff sign in all the same.
    app.signed_in(Role::Editor).await;
}

both! {
    async fn staff_hand_out_what_is_kept_of_somebody_and_say_why(app: TestApp) {
        app.newsletter().await;
        app.subscribe(ANNE).await;
        let (person, _) = app.person(ANNE).await;
        let path = format!("/admin/subscribers/{}/data", person.uuid);
        let editor = app.signed_in(Role::Editor).await;
        let page = editor.get(app.url(&format!("/admin/subscribers/{}", person.uuid))).send().await.unwrap();
        assert!(page.text().await.unwrap().contains(&path), "the way there");
        let asked = editor.get(app.url(&path)).send().await.unwrap();
        assert!(asked.text().await.unwrap().contains("Hvorfor udleverer du oplysningerne?"));
        let without = editor.post(app.url(&path)).form(&[("reason", " ")]).send().await.unwrap();
        assert_eq!(without.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let form = [("reason", "Anne bad om indsigt i telefonen den 24. marts")];
        let file = editor.post(app.url(&path)).form(&form).send().await.unwrap();
        assert_eq!(file.status(), StatusCode::OK);
        assert_eq!(file.headers()["cache-control"], "no-store");
        let file: Value = file.json().await.unwrap();
        assert_eq!(file["person"]["email"], ANNE);
        assert_eq!(file["subscriptions"][0]["state"], "active");
        assert_eq!(file["staff"][0]["action"], "subscriber.handout", "and so it is in it");
        for role in [Role::Reader, Role::Operator] {
            let who = app.signed_in(role).await;
            let refused = who.post(app.url(&path)).form(&form).send().await.unwrap();
            assert_eq!(refused.status(), StatusCode::FORBIDDEN, "{role}");
        }
    }
}

/// Every table with a column that says whose row it is.
#[test]
fn no_table_with_something_of_a_person_is_left_out_of_what_they_are_shown() {
    let schema = include_str!("../../src/db/schema.rs");
    let mut found = Vec::new();
    for table in schema.split("diesel::table! {").skip(1) {
        let body = table.split("\n}\n").next().unwrap();
        let name = body.lines().find(|line| line.ends_with(") {")).unwrap().trim();
        let name = name.split(' ').next().unwrap();
        let whose = [
            "subscriber ->",
            "subscription ->",
            "subscriber_uuid ->",
            "address_hash ->",
            "delivery ->",
        ];
        if whose.iter().any(|column| body.contains(&format!("        {column}"))) {
            found.push(name);
        }
    }
    let missing: Vec<&&str> = found
        .iter()
        .filter(|table| !data::TABLES.iter().any(|(known, _)| known == *table))
        // One row a key and no person.
        .filter(|table| !["merged_subscriptions"].contains(table))
        .collect();
    assert_eq!(missing, Vec::<&&str>::new());
    assert!(found.contains(&"deliveries") && found.contains(&"subscriptions"));
}

both! {
    async fn an_ended_subscription_is_chosen_again_and_counts(app: TestApp) {
        let newsletter = app.newsletter().await;
        app.subscribe(ANNE).await;
        let leave = app.unsubscribe_path(ANNE).await;
        app.post(&leave, &[]).await;
        app.clock.advance(TimeDelta::days(1));
        let anne = app.own_page(ANNE).await;
        app.press(&anne, &[("action", "subscribe"), ("newsletter", "lederweb")]).await;
        app.press(&anne, &[("action", "subscribe"), ("newsletter", "lederweb")]).await;
        assert_eq!(app.state(ANNE).await, SubscriptionState::Active);
        assert_eq!(app.count(newsletter, "2017-03-24").await.0, Some(0));
        assert_eq!(app.count(newsletter, "2017-03-25").await.0, Some(1));
        assert_eq!(lederbrev::subscribers::withdrawals::replay(&app.app).await.unwrap(), 0);
        let key = ANNE.to_owned();
        let consents = app
            .app
            .db
            .read(move |conn| {
                let person = register::by_key(conn, &key)?.unwrap();
                Ok(consents::of(conn, person.id)?)
            })
            .await
            .unwrap();
        assert_eq!(consents[0].0.method.as_str(), "preferences");
        assert_eq!(app.differences().await, [""; 0]);
    }
}
