//! Signing up under attack, and from the sources that staff make.

use chrono::TimeDelta;
use lederbrev::db::{DbConn, Json};
use lederbrev::newsletters;
use lederbrev::signups::{form_token, hold, store};
use lederbrev::staff::Role;
use lederbrev::subscribers::store::consents;
use lederbrev::subscribers::{Purpose, SubscriptionState, subscribe};
use lederbrev::web::Lang;
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};
use reqwest::{Response, StatusCode};
use serde_json::json;

use crate::app::{TestApp, browser, start_of_test};
use crate::both;
use crate::browser::Browser;
use crate::preflight::audited;

impl TestApp {
    /// Sends the form from a client behind the proxy, with the note of a form that was shown a
    /// while ago.
    pub async fn sign_up_from(&self, client: &str, email: &str, more: &[(&str, &str)]) -> Response {
        let id = self.only_newsletter().await.id;
        let shown = self.clock.now() - TimeDelta::minutes(1);
        let note = form_token::issue(&self.app.links, id, shown);
        let mut form = vec![("email", email), ("consent", "yes"), ("note", &note)];
        form.extend_from_slice(more);
        let request = self.client.post(self.url("/subscribe/lederweb")).form(&form);
        request.header("x-forwarded-for", client).send().await.unwrap()
    }

    async fn only_newsletter(&self) -> newsletters::Newsletter {
        let read = |conn: &mut DbConn| Ok(newsletters::store::by_slug(conn, "lederweb")?);
        self.app.db.read(read).await.unwrap()
    }

    /// The hash of the text that the form shows now.
    async fn shown_text(&self) -> String {
        let page = self.get("/subscribe/lederweb").await.text().await.unwrap();
        let (_, text) = page.split_once("name=\"text\" value=\"").unwrap();
        text.split('"').next().unwrap().to_owned()
    }

    /// The newsletter under another name.
    async fn renamed(&self, title: &str) {
        let (mut newsletter, title) = (self.only_newsletter().await, title.to_owned());
        let rename = move |conn: &mut DbConn| {
            newsletter.title = title;
            Ok(newsletters::store::update(conn, &newsletter)?)
        };
        self.app.db.write(rename).await.unwrap();
    }

    async fn consent_of(&self, email: &str) -> (consents::Consent, String) {
        let (person, _) = self.person(email).await;
        let read = move |conn: &mut DbConn| Ok(consents::of(conn, person.id)?.remove(0));
        self.app.db.read(read).await.unwrap()
    }

    async fn waiting(&self) -> usize {
        self.app.db.read(|conn| Ok(store::waiting(conn, 0, 1_000)?.len())).await.unwrap()
    }
}

const BEHIND_A_PROXY: &[(&str, &str)] = &[("TRUSTED_PROXIES", "127.0.0.1")];

pub async fn behind_a_proxy(settings: &[(&str, &str)]) -> TestApp {
    let settings = [BEHIND_A_PROXY, settings].concat();
    let app = TestApp::start(crate::app::sqlite_in, &settings).await;
    app.newsletter().await;
    app
}

pub fn sector(at: usize) -> String {
    format!("leder{at}@kommune{}.example", at % 98)
}

/// What somebody is answered: status, headers and body.
type Answer = (StatusCode, Vec<(String, String)>, String);

/// Ten thousand forms for five hundred addresses from fifty networks.
#[actix_web::test]
async fn a_flood_of_forms_sends_each_address_one_mail_and_gets_one_answer() {
    let mut app = behind_a_proxy(&[]).await;
    let mut answers: Vec<Answer> = Vec::new();
    for round in 0..20 {
        // The server may have closed what was idle while the mails went.
        app.client = browser();
        let post = async |at| {
            let client = format!("192.0.2.{}", at % 50);
            let answer = app.sign_up_from(&client, &sector(at), &[]).await;
            let headers = answer.headers().iter().filter(|(name, _)| *name != "date");
            let mut headers: Vec<(String, String)> = headers
                .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
                .collect();
            headers.sort();
            (answer.status(), headers, answer.text().await.unwrap())
        };
        // Fifty at once: on a busy machine the server gives up connections on which nothing comes.
        for first in (0..500).step_by(50) {
            let posts = (first..first + 50).map(&post);
            for answer in futures_util::future::join_all(posts).await {
                if !answers.contains(&answer) {
                    answers.push(answer);
                }
            }
        }
        if round == 9 {
            app.run_until_idle().await;
        }
    }
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert_eq!(answers[0].0, StatusCode::SEE_OTHER);
    app.run_until_idle().await;
    app.clock.advance(TimeDelta::minutes(5));
    app.run_until_idle().await;
    for at in 0..500 {
        assert_eq!(app.mails_to(&sector(at)).len(), 1, "{}", sector(at));
    }
    assert_eq!(app.waiting().await, 0);
}

/// The same addresses again and again for three minutes, and one who is a person.
#[actix_web::test]
async fn a_flood_that_lasts_sends_each_address_one_mail_and_who_asks_once_more_gets_it() {
    let app = behind_a_proxy(&[]).await;
    for round in 0..20 {
        for at in 0..5 {
            app.sign_up_from(&format!("192.0.2.{at}"), &sector(at), &[]).await;
        }
        if [0, 8, 16].contains(&round) {
            app.sign_up_from("192.0.2.77", &sector(7), &[]).await;
        }
        app.look_up_signups().await;
        app.run_until_idle().await;
        app.clock.advance(TimeDelta::seconds(9));
    }
    app.clock.advance(TimeDelta::hours(2));
    for at in 0..5 {
        app.sign_up_from(&format!("192.0.2.{at}"), &sector(at), &[]).await;
    }
    app.run_until_idle().await;
    for at in 0..5 {
        assert_eq!(app.mails_to(&sector(at)).len(), 1, "{}", sector(at));
    }
    assert_eq!(app.mails_to(&sector(7)).len(), 3, "a mail that did not come");
    app.clock.advance(TimeDelta::days(1));
    app.sign_up_from("192.0.2.1", &sector(1), &[]).await;
    app.run_until_idle().await;
    assert_eq!(app.mails_to(&sector(1)).len(), 2, "another day");
}

#[actix_web::test]
async fn one_network_waits_for_its_turn_and_another_does_not() {
    let app = behind_a_proxy(&[("SIGNUPS_PER_NETWORK", "3")]).await;
    for at in 0..5 {
        app.sign_up_from("2001:db8:1:2::1", &sector(at), &[]).await;
    }
    // The same 64 bits.
    app.sign_up_from("2001:db8:1:2:ffff::9", &sector(5), &[]).await;
    app.sign_up_from("2001:db8:1:3::1", &sector(6), &[]).await;
    app.run_until_idle().await;
    let mailed = || (0..7).filter(|at| !app.mails_to(&sector(*at)).is_empty()).collect::<Vec<_>>();
    assert_eq!(mailed(), [0, 1, 2, 6]);
    app.clock.advance(TimeDelta::minutes(20));
    app.run_until_idle().await;
    assert_eq!(mailed(), [0, 1, 2, 3, 6]);
    app.clock.advance(TimeDelta::minutes(40));
    app.run_until_idle().await;
    assert_eq!(mailed(), [0, 1, 2, 3, 4, 5, 6]);
}

#[actix_web::test]
async fn a_form_that_carries_no_note_of_ours_costs_ten_and_a_forged_one_is_a_machines() {
    let app = behind_a_proxy(&[("SIGNUPS_PER_NETWORK", "20")]).await;
    let post = async |note: &str, email: &str| {
        let form = [("email", email), ("consent", "yes"), ("note", note)];
        let request = app.client.post(app.url("/subscribe/lederweb")).form(&form);
        request.header("x-forwarded-for", "192.0.2.7").send().await.unwrap()
    };
    let forged = post("AAAAAAAAAAAAAAAAAAAAAAAAAAAA", &sector(0)).await;
    for at in 1..=3 {
        let bare = post("", &sector(at)).await;
        assert_eq!(bare.headers()["location"], forged.headers()["location"]);
    }
    app.run_until_idle().await;
    let mailed: Vec<_> = (0..4).filter(|at| !app.mails_to(&sector(*at)).is_empty()).collect();
    assert_eq!(mailed, [1, 2]);
}

#[actix_web::test]
async fn a_network_that_sends_forms_without_end_is_told_to_come_back_later() {
    let app = behind_a_proxy(&[]).await;
    for _ in 0..1_000 {
        app.app.pace.allows_post("192.0.2.7".parse().ok(), app.clock.now());
    }
    let refused = app.sign_up_from("192.0.2.7", &sector(1), &[]).await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    let other = app.sign_up_from("192.0.2.8", &sector(1), &[]).await;
    assert_eq!(other.status(), StatusCode::SEE_OTHER);
}

both! {
    async fn a_form_is_one_row_for_every_address_until_it_is_looked_up(app: TestApp) {
        app.newsletter().await;
        app.subscribe(&sector(1)).await;
        for email in [sector(1), sector(2)] {
            app.sign_up_from("192.0.2.7", &email, &[]).await;
        }
        assert_eq!(app.waiting().await, 2);
        app.run_until_idle().await;
        assert_eq!(app.waiting().await, 0);
        assert_eq!(app.state(&sector(2)).await, SubscriptionState::Pending);
        assert_eq!(app.state(&sector(1)).await, SubscriptionState::Active);
    }

    async fn a_form_that_cannot_be_read_any_more_holds_up_nobody(app: TestApp) {
        app.newsletter().await;
        let (id, now) = (app.only_newsletter().await.id, app.clock.now());
        let old = Json(json!({ "form": "of another version" }));
        app.app.db.write(move |conn| Ok(store::put(conn, id, old, now)?)).await.unwrap();
        app.ask("anne.holm@aarhus.example").await;
        assert_eq!(app.state("anne.holm@aarhus.example").await, SubscriptionState::Pending);
        assert_eq!(app.waiting().await, 0);
    }

    async fn confirmations_are_held_back_when_almost_nobody_confirms(app: TestApp) {
        app.newsletter().await;
        for at in 0..200 {
            app.sign_up_from(&format!("192.0.2.{at}"), &sector(at), &[]).await;
        }
        app.run_until_idle().await;
        assert!(app.app.db.read(hold::current).await.unwrap().is_none(), "give them an hour");
        app.clock.advance(TimeDelta::hours(2));
        app.run_until_idle().await;
        let held = app.app.db.read(hold::current).await.unwrap().unwrap();
        assert_eq!((held.asked, held.confirmed), (200, 0));
        assert_eq!(audited(&app, "signups.hold").await, 1);
        app.ask("anne.holm@aarhus.example").await;
        app.run_until_idle().await;
        assert_eq!(app.mails_to("anne.holm@aarhus.example").len(), 0);
        // Who subscribes already is told so all the same.
        let editor = app.signed_in(Role::Editor).await;
        let page = editor.get(app.url("/admin/signups")).send().await.unwrap().text().await.unwrap();
        assert!(page.contains("På et døgn blev formularen sendt 200 gange"), "{page}");
        assert!(page.contains("Lige nu venter én mail"), "{page}");
        let desk = editor.get(app.url("/admin")).send().await.unwrap().text().await.unwrap();
        assert!(desk.contains("Bekræftelser af tilmeldinger er holdt tilbage siden"), "{desk}");
        let metrics = app.get("/metrics").await.text().await.unwrap();
        assert!(metrics.contains("lederbrev_held{what=\"confirmations\"} 1"), "{metrics}");
        let release = editor.post(app.url("/admin/signups")).form(&[("do", "release")]);
        assert_eq!(release.send().await.unwrap().status(), StatusCode::SEE_OTHER);
        app.run_until_idle().await;
        assert_eq!(app.mails_to("anne.holm@aarhus.example").len(), 1);
        assert!(app.app.db.read(hold::current).await.unwrap().is_none(), "trusted for a day");
        let again = editor.post(app.url("/admin/signups")).form(&[("do", "release")]);
        assert_eq!(again.send().await.unwrap().status(), StatusCode::CONFLICT);
    }

    async fn a_flood_that_goes_on_is_held_back_on_and_its_mails_are_never_sent(app: TestApp) {
        app.newsletter().await;
        let flood = async |from: usize, until: usize| {
            for at in from..until {
                app.sign_up_from(&format!("192.0.2.{}", at % 250), &sector(at), &[]).await;
            }
            app.run_until_idle().await;
        };
        flood(0, 200).await;
        app.clock.advance(TimeDelta::hours(2));
        app.run_until_idle().await;
        // A day and a half of it.
        for step in 0..6 {
            flood(200 + step * 60, 260 + step * 60).await;
            app.clock.advance(TimeDelta::hours(6));
            app.run_until_idle().await;
            assert!(app.app.db.read(hold::current).await.unwrap().is_some(), "{step}");
        }
        app.clock.advance(TimeDelta::hours(26));
        app.run_until_idle().await;
        assert!(app.app.db.read(hold::current).await.unwrap().is_none(), "it is over");
        for at in 200..560 {
            assert_eq!(app.mails_to(&sector(at)).len(), 0, "{}", sector(at));
        }
        // That it ended by itself says nothing of the next one.
        flood(600, 800).await;
        app.clock.advance(TimeDelta::hours(2));
        app.run_until_idle().await;
        assert!(app.app.db.read(hold::current).await.unwrap().is_some());
    }

    async fn what_is_held_back_can_be_discarded_and_is_counted(app: TestApp) {
        app.newsletter().await;
        let now = app.clock.now();
        app.app.db.write(move |conn| Ok(store::begin_hold(conn, (312, 4), now)?)).await.unwrap();
        for at in 0..260 {
            app.sign_up_from("192.0.2.7", &sector(at), &[]).await;
        }
        // More than a flood needs, because one that a busy server turns away is looked up a pass later.
        app.clock.advance(TimeDelta::minutes(1));
        app.run_until_idle().await;
        let editor = app.signed_in(Role::Editor).await;
        let page = editor.get(app.url("/admin/signups")).send().await.unwrap().text().await.unwrap();
        assert!(page.contains("Lige nu venter 260 mails"), "{page}");
        let discard = async || {
            let discard = editor.post(app.url("/admin/signups")).form(&[("do", "discard")]);
            discard.send().await.unwrap().status()
        };
        assert_eq!(discard().await, StatusCode::SEE_OTHER);
        assert_eq!(audited(&app, "signups.discard").await, 1);
        let page = editor.get(app.url("/admin/signups")).send().await.unwrap().text().await.unwrap();
        assert!(page.contains("Lige nu venter 0 mails"), "{page}");
        let release = editor.post(app.url("/admin/signups")).form(&[("do", "release")]);
        assert_eq!(release.send().await.unwrap().status(), StatusCode::SEE_OTHER);
        app.run_until_idle().await;
        for at in 0..260 {
            assert_eq!(app.mails_to(&sector(at)).len(), 0, "{}", sector(at));
        }
        assert_eq!(discard().await, StatusCode::CONFLICT);
    }

    async fn who_never_confirmed_is_counted_also_when_they_are_forgotten(app: TestApp) {
        let newsletter = app.newsletter().await;
        for at in 0..4 {
            app.sign_up_from("192.0.2.7", &sector(at), &[]).await;
        }
        let confirm = app.mailed(&sector(0), "/confirm/").await;
        app.post(&confirm, &[]).await;
        app.clock.advance(TimeDelta::days(20));
        app.run_until_idle().await;
        assert!(!app.knows(&sector(1)).await);
        let from = start_of_test().day_in(chrono_tz::Europe::Copenhagen);
        let came = app.app.db.read(move |conn| Ok(store::came(conn, newsletter, from)?)).await;
        let form = store::Came { source: "form".to_owned(), asked: 4, confirmed: 1 };
        assert_eq!(came.unwrap(), [form]);
    }

    async fn a_consent_says_on_which_site_it_was_given_and_to_which_text(app: TestApp) {
        app.newsletter().await;
        let editor = app.signed_in(Role::Editor).await;
        let form = [("do", "create"), ("newsletter", "lederweb"), ("title", "Lederweb"),
            ("origins", "https://www.lederweb.example")];
        let made = editor.post(app.url("/admin/signups")).form(&form).send().await.unwrap();
        let path = made.headers()["location"].to_str().unwrap().to_owned();
        let snippet = editor.get(app.url(&path)).send().await.unwrap().text().await.unwrap();
        let (_, text) = snippet.split_once("name=&#34;text&#34; value=&#34;").unwrap();
        let text = text.split("&#34;").next().unwrap().to_owned();
        let post = async |email: &str, text: &str| {
            let form = [("email", email), ("consent", "yes"), ("source", "lederweb"), ("text", text)];
            let request = app.client.post(app.url("/subscribe/lederweb")).form(&form);
            request.header("origin", "https://www.lederweb.example").send().await.unwrap()
        };
        assert_eq!(post(&sector(1), &text).await.status(), StatusCode::SEE_OTHER);
        // The name changes before the request is looked up, and while the form is on the other site.
        app.renamed("Nyt om ledelse").await;
        assert_eq!(post(&sector(2), &text).await.status(), StatusCode::SEE_OTHER);
        app.run_until_idle().await;
        for at in [1, 2] {
            let (consent, words) = app.consent_of(&sector(at)).await;
            assert_eq!(consent.form_address, "https://www.lederweb.example");
            assert_eq!(consent.text_hash, text);
            assert!(words.contains("Nyt fra Lederweb"), "{words}");
        }
        // A text that was never shown, that of something else, and none at all.
        let tracking = {
            let newsletter = app.only_newsletter().await;
            let body = subscribe::consent_text(Lang::Da.texts(), &newsletter, Purpose::Tracking);
            consents::ConsentText { purpose: Purpose::Tracking, language: Lang::Da, body }.hash()
        };
        for text in ["0123", &tracking, ""] {
            let refused = post(&sector(3), text).await;
            assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY, "{text}");
            let words = refused.text().await.unwrap();
            assert!(words.contains("er ændret, siden du åbnede formularen"), "{words}");
            assert!(words.contains("Nyt om ledelse") && words.contains(&sector(3)), "{words}");
            assert!(!words.contains("name=\"consent\" value=\"yes\" required checked"), "{words}");
        }
        assert_eq!(app.waiting().await, 0);
    }

    async fn a_form_of_ours_that_was_open_while_its_text_changed_is_for_what_it_showed(app: TestApp) {
        app.newsletter().await;
        let text = app.shown_text().await;
        app.renamed("Nyt om ledelse").await;
        let now = app.shown_text().await;
        assert_ne!(text, now);
        for (at, text) in [(1, &text), (2, &now)] {
            app.sign_up_from("192.0.2.7", &sector(at), &[("text", text)]).await;
        }
        // By hand, as the documentation has it.
        app.sign_up_from("192.0.2.7", &sector(3), &[]).await;
        app.run_until_idle().await;
        for (at, title) in [(1, "Nyt fra Lederweb"), (2, "Nyt om ledelse"), (3, "Nyt om ledelse")] {
            let (consent, words) = app.consent_of(&sector(at)).await;
            assert!(words.contains(title), "{words}");
            assert_eq!(consent.form_address, app.url("/subscribe/lederweb"));
        }
    }

    async fn a_source_that_was_put_away_still_takes_who_comes_by_it(app: TestApp) {
        app.newsletter().await;
        let editor = app.signed_in(Role::Editor).await;
        let form = [("do", "create"), ("newsletter", "lederweb"), ("title", "Lederweb"),
            ("origins", "https://www.lederweb.example")];
        let made = editor.post(app.url("/admin/signups")).form(&form).send().await.unwrap();
        let path = made.headers()["location"].to_str().unwrap().to_owned();
        editor.post(app.url(&path)).form(&[("do", "archive")]).send().await.unwrap();
        let text = app.shown_text().await;
        let form = [("email", "anne.holm@aarhus.example"), ("consent", "yes"), ("source", "lederweb"),
            ("text", &text)];
        let request = app.client.post(app.url("/subscribe/lederweb")).form(&form);
        let taken = request.header("origin", "https://www.lederweb.example").send().await.unwrap();
        assert_eq!(taken.status(), StatusCode::SEE_OTHER);
        app.run_until_idle().await;
        assert_eq!(app.person("anne.holm@aarhus.example").await.1.source, "lederweb");
    }

    async fn who_comes_by_a_source_is_counted_under_it(app: TestApp) {
        app.newsletter().await;
        let editor = app.signed_in(Role::Editor).await;
        let form = [("do", "create"), ("newsletter", "lederweb"), ("title", "Stand på Lederdagen"),
            ("origins", "https://www.lederweb.example/nyt")];
        let made = editor.post(app.url("/admin/signups")).form(&form).send().await.unwrap();
        assert_eq!(made.status(), StatusCode::SEE_OTHER);
        let path = made.headers()["location"].to_str().unwrap().to_owned();
        let page = editor.get(app.url(&path)).send().await.unwrap().text().await.unwrap();
        assert!(page.contains("/subscribe/lederweb?source=stand-paa-lederdagen"), "{page}");
        assert!(page.contains("name=&#34;source&#34; value=&#34;stand-paa-lederdagen&#34;"), "{page}");

        let sheet = editor.get(app.url(&format!("{path}/print"))).send().await.unwrap();
        let sheet = sheet.text().await.unwrap();
        let (_, typed) = sheet.split_once("<p class=\"address\">").unwrap();
        let typed = typed.split('<').next().unwrap();
        assert!(typed.ends_with("/subscribe/lederweb?source=stand-paa-lederdagen"), "{typed}");
        assert!(!typed.contains("http"), "as people type it: {typed}");

        let shown = app.get("/subscribe/lederweb?source=stand-paa-lederdagen").await;
        let shown = shown.text().await.unwrap();
        assert!(shown.contains("name=\"source\" value=\"stand-paa-lederdagen\""), "{shown}");
        let source = [("source", "stand-paa-lederdagen")];
        for at in [1, 2] {
            app.sign_up_from("192.0.2.7", &sector(at), &source).await;
        }
        app.sign_up_from("192.0.2.7", &sector(3), &[("source", "findes-ikke")]).await;
        let confirm = app.mailed(&sector(1), "/confirm/").await;
        app.post(&confirm, &[]).await;
        let (_, subscription) = app.person(&sector(1)).await;
        assert_eq!(subscription.source, "stand-paa-lederdagen");
        assert_eq!(app.person(&sector(3)).await.1.source, "form");
        let list = editor.get(app.url("/admin/signups")).send().await.unwrap().text().await.unwrap();
        let (_, row) = list.split_once("Stand på Lederdagen</a>").unwrap();
        let row: String = row.split("</tr>").next().unwrap().split_whitespace().collect();
        assert!(row.contains(">1</td>") && row.contains(">2</td>") && row.contains("50%"), "{row}");
        // Who leaves is counted out again.
        let leave = app.unsubscribe_path(&sector(1)).await;
        app.post(&leave, &[]).await;
        let id = app.only_newsletter().await.id;
        let (now, came) = app.app.db.read(move |conn| {
            Ok((store::subscribers_by_source(conn, id)?, store::came_by_source(conn, id)?))
        }).await.unwrap();
        assert_eq!(now, []);
        assert_eq!(came, [("stand-paa-lederdagen".to_owned(), 1)]);
    }

    async fn a_form_on_another_site_is_taken_from_where_its_source_allows(app: TestApp) {
        app.newsletter().await;
        let editor = app.signed_in(Role::Editor).await;
        let form = [("do", "create"), ("newsletter", "lederweb"), ("title", "Lederweb"),
            ("origins", "https://www.lederweb.example")];
        editor.post(app.url("/admin/signups")).form(&form).send().await.unwrap();
        let text = app.shown_text().await;
        let post = async |origin: &str, source: &str, email: &str| {
            let form = [("email", email), ("consent", "yes"), ("source", source), ("text", &text)];
            let request = app.client.post(app.url("/subscribe/lederweb")).form(&form);
            request.header("origin", origin).send().await.unwrap()
        };
        let taken = post("https://www.lederweb.example", "lederweb", &sector(1)).await;
        assert_eq!(taken.status(), StatusCode::SEE_OTHER);
        for (origin, source) in [
            ("https://www.lederweb.example.evil.example", "lederweb"),
            ("https://www.lederweb.example", "form"),
            ("null", "lederweb"),
        ] {
            let refused = post(origin, source, &sector(2)).await;
            assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY, "{origin}");
            let words = refused.text().await.unwrap();
            assert!(words.contains("kan ikke bruges") && words.contains(&sector(2)), "{words}");
        }
        let ours = post(&app.base, "", &sector(3)).await;
        assert_eq!(ours.status(), StatusCode::SEE_OTHER);
        assert_eq!(app.waiting().await, 2);
    }

    async fn a_source_that_cannot_be_taken_is_told_with_what_was_typed(app: TestApp) {
        app.newsletter().await;
        let editor = app.signed_in(Role::Editor).await;
        let form = [("do", "create"), ("newsletter", "lederweb"), ("title", " "), ("origins", "lederweb.dk")];
        let answer = editor.post(app.url("/admin/signups")).form(&form).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let words = answer.text().await.unwrap();
        assert!(words.contains("Giv kilden et navn") && words.contains("»lederweb.dk« er ikke"), "{words}");
        let reader = app.signed_in(Role::Reader).await;
        let refused = reader.get(app.url("/admin/signups")).send().await.unwrap();
        assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    }
}

#[actix_web::test]
async fn the_qr_code_is_a_picture_of_the_address() {
    let app = TestApp::sqlite().await;
    app.newsletter().await;
    let editor = app.signed_in(Role::Editor).await;
    let form =
        [("do", "create"), ("newsletter", "lederweb"), ("title", "Annonce i Offentlig Ledelse")];
    let made = editor.post(app.url("/admin/signups")).form(&form).send().await.unwrap();
    let path = made.headers()["location"].to_str().unwrap().to_owned();
    let drawn = editor.get(app.url(&format!("{path}/qr.svg"))).send().await.unwrap();
    assert_eq!(drawn.headers()["content-type"], "image/svg+xml");
    let drawn = drawn.text().await.unwrap();
    // Drawn once more from the address that stands below it.
    let address = app.url("/subscribe/lederweb?source=annonce-i-offentlig-ledelse");
    let code = QrCode::with_error_correction_level(&address, EcLevel::Q).unwrap();
    let expected = code.render::<svg::Color<'_>>().module_dimensions(8, 8).build();
    assert_eq!(drawn, expected);
    let other = QrCode::with_error_correction_level(app.url("/subscribe"), EcLevel::Q).unwrap();
    assert_ne!(drawn, other.render::<svg::Color<'_>>().module_dimensions(8, 8).build());
    let anonymous = app.get(&format!("{path}/qr.svg")).await;
    assert_ne!(anonymous.status(), StatusCode::OK);
}

#[actix_web::test]
async fn the_pages_of_sign_up_are_accessible_and_fit_every_screen() {
    let app = TestApp::sqlite().await;
    app.newsletter().await;
    let editor = app.signed_in(Role::Editor).await;
    let form = [
        ("do", "create"),
        ("newsletter", "lederweb"),
        ("title", "Stand på Lederdagen"),
        ("origins", "https://www.lederweb.example"),
    ];
    let made = editor.post(app.url("/admin/signups")).form(&form).send().await.unwrap();
    let path = made.headers()["location"].to_str().unwrap().to_owned();
    let now = app.clock.now();
    app.app.db.write(move |conn| Ok(store::begin_hold(conn, (312, 4), now)?)).await.unwrap();
    let browser = Browser::open(&app).await;
    browser.sign_in(Role::Editor).await;
    let print = format!("{path}/print");
    for (page, path) in [("list", "/admin/signups"), ("source", &path), ("print", &print)] {
        browser.goto(path).await;
        browser.is_accessible_everywhere(&format!("signups-{page}")).await;
    }
    // The picture is drawn, not broken.
    browser.goto(&path).await;
    let width = browser.run("return document.querySelector('img').naturalWidth").await;
    assert!(width.as_u64().is_some_and(|width| width > 100), "{width}");
    browser.no_console_errors().await;
    browser.close().await;
}
