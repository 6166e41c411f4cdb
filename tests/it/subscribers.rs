//! From the form to the ledger: subscribing, confirming, leaving.

use lederbrev::links::Purpose;
use lederbrev::newsletters::{self, Tracking};
use lederbrev::signups;
use lederbrev::subscribers::ledger::{self, Basis};
use lederbrev::subscribers::store::register;
use lederbrev::subscribers::{
    Subscriber, Subscription, SubscriptionState, suppression, unsubscribe,
};
use reqwest::{Response, StatusCode};

use crate::app::TestApp;
use crate::both;
use crate::receiver::Play;
use crate::sending::Sending;

const ANNE: &str = "anne.holm@aarhus.example";
const BO: &str = "bo@ringkøbing-skjern.example";

impl TestApp {
    /// The newsletter of the tests, in which persons who consent to it are measured.
    pub async fn newsletter_that_measures(&self) -> i64 {
        let id = self.newsletter().await;
        self.app
            .db
            .write(move |conn| {
                let mut newsletter = newsletters::store::find(conn, id)?;
                newsletter.open_tracking = Tracking::Consented;
                newsletters::store::update(conn, &newsletter)?;
                Ok(id)
            })
            .await
            .unwrap()
    }

    /// Fills in the form.
    pub async fn ask(&self, email: &str) -> Response {
        let answer =
            self.post("/subscribe/lederweb", &[("email", email), ("consent", "yes")]).await;
        self.look_up_signups().await;
        answer
    }

    /// Looks up who signed up, and sends nothing yet.
    pub async fn look_up_signups(&self) {
        signups::receive::look_up(&self.app).await.unwrap();
    }

    /// The path in the newest mail to somebody that begins so.
    pub async fn mailed(&self, email: &str, path: &str) -> String {
        self.run_until_idle().await;
        let wire = lederbrev::mail::EmailAddress::parse(email).unwrap().wire();
        let mails = self.mails_to(&wire);
        let text = mails.first().and_then(|mail| mail.text.clone()).expect("a mail");
        let (_, rest) = text.split_once(&self.base).expect("a link");
        let link = rest.split_whitespace().next().unwrap().to_owned();
        assert!(link.starts_with(path), "{link}");
        link
    }

    /// How many mails somebody got.
    pub async fn mails(&self, email: &str) -> usize {
        self.run_until_idle().await;
        self.mails_to(email).len()
    }

    /// Asks and confirms.
    pub async fn subscribe(&self, email: &str) {
        self.ask(email).await;
        let confirm = self.mailed(email, "/confirm/").await;
        let answer = self.post(&confirm, &[]).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        assert!(answer.headers()["location"].to_str().unwrap().contains("/welcome"));
    }

    /// A person and their subscription.
    pub async fn person(&self, email: &str) -> (Subscriber, Subscription) {
        let key = lederbrev::mail::EmailAddress::parse(email).unwrap().key();
        self.app
            .db
            .read(move |conn| {
                let person = register::by_key(conn, &key)?.expect("somebody");
                let (subscription, _) = register::subscriptions_of(conn, person.id)?.remove(0);
                Ok((person, subscription))
            })
            .await
            .unwrap()
    }

    /// What the subscription of somebody is.
    pub async fn state(&self, email: &str) -> SubscriptionState {
        self.person(email).await.1.state
    }

    /// The link in an issue that ends a subscription, as a path.
    pub async fn unsubscribe_path(&self, email: &str) -> String {
        let (_, subscription) = self.person(email).await;
        let link = self.app.links.unsubscribe(subscription.id, subscription.nonce);
        link.strip_prefix(&self.base).unwrap().to_owned()
    }

    /// How many subscribers on a day.
    pub async fn count(&self, newsletter: i64, day: &str) -> (Option<i64>, Basis) {
        let day = day.parse().unwrap();
        let count =
            self.app.db.read(move |conn| ledger::count_on(conn, newsletter, day)).await.unwrap();
        (count.subscribers, count.basis)
    }

    /// What a recount finds.
    pub async fn differences(&self) -> Vec<String> {
        self.app.db.read(ledger::check).await.unwrap()
    }
}

both! {
    async fn a_confirmation_fetched_ten_times_confirms_nobody_and_one_post_does(app: TestApp) {
        let newsletter = app.newsletter().await;
        app.ask(ANNE).await;
        let confirm = app.mailed(ANNE, "/confirm/").await;
        for _ in 0..10 {
            let page = app.get(&confirm).await;
            assert_eq!(page.status(), StatusCode::OK);
            let text = page.text().await.unwrap();
            assert_eq!(text.matches("<button").count(), 1, "one button and nothing else");
        }
        assert_eq!(app.state(ANNE).await, SubscriptionState::Pending);
        assert_eq!(app.count(newsletter, "2017-03-24").await, (Some(0), Basis::Counted));
        let answer = app.post(&confirm, &[]).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        let welcome = answer.headers()["location"].to_str().unwrap().to_owned();
        assert!(app.get(&welcome).await.text().await.unwrap().contains("Velkommen"));
        assert_eq!(app.state(ANNE).await, SubscriptionState::Active);
        assert_eq!(app.count(newsletter, "2017-03-24").await, (Some(1), Basis::Counted));
        // Pressed again, and a year later: it says so and changes nothing.
        for days in [0, 365] {
            app.clock.advance(chrono::TimeDelta::days(days));
            let again = app.post(&confirm, &[]).await;
            let to = again.headers()["location"].to_str().unwrap().to_owned();
            let text = app.get(&to).await.text().await.unwrap();
            assert!(text.contains("allerede bekræftet"), "{text}");
        }
        assert_eq!(app.count(newsletter, "2018-03-24").await, (Some(1), Basis::Counted));
        assert_eq!(app.differences().await, [""; 0]);
    }

    async fn the_consent_is_kept_with_the_text_that_was_shown_and_the_mail_that_asked(app: TestApp) {
        app.newsletter_that_measures().await;
        let page = app.get("/subscribe").await.text().await.unwrap();
        let form = [("email", ANNE), ("consent", "yes"), ("tracking_consent", "yes")];
        app.post("/subscribe?lang=da", &form).await;
        app.run_until_idle().await;
        let confirm = app.mailed(ANNE, "/confirm/").await;
        app.post(&confirm, &[]).await;
        let (person, _) = app.person(ANNE).await;
        let consents = app
            .app
            .db
            .read(move |conn| Ok(lederbrev::subscribers::store::consents::of(conn, person.id)?))
            .await
            .unwrap();
        let mail = app.mails_to(ANNE).remove(0);
        assert_eq!(consents.len(), 2);
        for (consent, text) in consents {
            assert!(page.contains(&text), "{text} stands on the page");
            assert_eq!(consent.form_address, app.url("/subscribe/lederweb"));
            let message_id = format!("<{}>", mail.header("Message-ID").unwrap());
            assert_eq!(consent.confirmation_message_id, Some(message_id));
            assert_eq!(consent.request_ip.as_deref(), Some("127.0.0.1"));
            assert_eq!(consent.confirm_ip.as_deref(), Some("127.0.0.1"));
            assert!(consent.confirmed_at.is_some() && consent.withdrawn_at.is_none());
        }
    }

    async fn a_stranger_who_fills_in_the_form_again_slips_no_consent_under_the_first_mail(app: TestApp) {
        app.newsletter_that_measures().await;
        app.ask(ANNE).await;
        let first = app.mailed(ANNE, "/confirm/").await;
        assert!(!app.get(&first).await.text().await.unwrap().contains("måle"));
        app.clock.advance(chrono::TimeDelta::minutes(11));
        let forged = [
            ("email", ANNE),
            ("name", "En Fremmed"),
            ("consent", "yes"),
            ("tracking_consent", "yes"),
        ];
        app.post("/subscribe/lederweb", &forged).await;
        app.look_up_signups().await;
        for answer in [app.get(&first).await, app.post(&first, &[]).await] {
            assert_eq!(answer.status(), StatusCode::GONE);
            assert!(answer.text().await.unwrap().contains("nyere mail"));
        }
        assert_eq!(app.state(ANNE).await, SubscriptionState::Pending);
        // The newest mail, and the page behind it, say what else is confirmed, in the words of the form.
        let second = app.mailed(ANNE, "/confirm/").await;
        assert_ne!(first, second);
        let text = app.mails_to(ANNE)[0].text.clone().unwrap();
        let whole = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let measure = "Væksthus for Ledelse må også måle, om jeg åbner nyhedsbrevet";
        assert!(whole.contains(measure), "{whole}");
        assert!(app.get(&second).await.text().await.unwrap().contains(measure));
        assert_eq!(app.post(&second, &[]).await.status(), StatusCode::SEE_OTHER);
        assert_eq!(app.state(ANNE).await, SubscriptionState::Active);
    }

    async fn the_answer_is_the_same_for_every_address(app: TestApp) {
        app.newsletter().await;
        app.subscribe(ANNE).await;
        app.subscribe(BO).await;
        let leave = app.unsubscribe_path(BO).await;
        app.post(&leave, &[]).await;
        app.ask("carla@odense.example").await;
        let pepper = &app.app.config.suppression_pepper;
        let complained = suppression::address_hash(pepper, "dorte@vejle.example");
        let now = app.clock.now();
        app.app
            .db
            .write(move |conn| {
                let reason = lederbrev::subscribers::EndReason::Complained;
                lederbrev::subscribers::store::suppressions::put(conn, &complained, reason, "test", now)?;
                Ok(())
            })
            .await
            .unwrap();
        app.clock.advance(chrono::TimeDelta::days(2));
        let mut answers = Vec::new();
        for email in [
            ANNE,
            BO,
            "carla@odense.example",
            "dorte@vejle.example",
            "ny@koege.example",
        ] {
            let answer = app.ask(email).await;
            let status = answer.status();
            let mut headers: Vec<_> = answer
                .headers()
                .iter()
                .filter(|(name, _)| *name != "date")
                .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
                .collect();
            headers.sort();
            answers.push((status, headers, answer.text().await.unwrap()));
        }
        assert_eq!(answers[0].0, StatusCode::SEE_OTHER);
        for answer in &answers[1..] {
            assert_eq!(answer, &answers[0]);
        }
        // What they got differs.
        app.mailed(ANNE, "/preferences/").await;
        app.mailed(BO, "/confirm/").await;
        assert_eq!(app.mails("dorte@vejle.example").await, 0, "staff decide");
    }

    async fn an_address_gets_no_more_mails_than_it_can_have_asked_for(app: TestApp) {
        app.newsletter().await;
        for _ in 0..2 {
            app.ask(ANNE).await;
        }
        assert_eq!(app.mails(ANNE).await, 1);
        for _ in 0..3 {
            app.clock.advance(chrono::TimeDelta::minutes(11));
            app.ask("Anne.Holm@AARHUS.example").await;
            app.run_until_idle().await;
        }
        assert_eq!(app.mails(ANNE).await, 3);
        let confirm = app.mailed(ANNE, "/confirm/").await;
        app.post(&confirm, &[]).await;
        for hours in [1, 1, 25, 1] {
            app.clock.advance(chrono::TimeDelta::hours(hours));
            app.ask(ANNE).await;
            app.run_until_idle().await;
        }
        assert_eq!(app.mails(ANNE).await - 3, 2, "once a day");
    }

    async fn a_form_never_edits_somebody_who_is_confirmed(app: TestApp) {
        app.newsletter().await;
        app.subscribe(ANNE).await;
        app.clock.advance(chrono::TimeDelta::days(1));
        let form = [("email", "ANNE.holm@aarhus.example"), ("name", "En anden"), ("consent", "yes")];
        app.post("/subscribe/lederweb", &form).await;
        app.run_until_idle().await;
        let (person, subscription) = app.person(ANNE).await;
        assert_eq!((person.name, person.email.as_str()), (None, ANNE));
        assert_eq!(subscription.state, SubscriptionState::Active);
    }

    async fn what_cannot_be_taken_is_said_beside_its_field_and_nothing_is_kept(app: TestApp) {
        app.newsletter().await;
        let long = "x".repeat(1_000_000);
        for (field, value) in [
            ("email", "anne"),
            ("email", ""),
            ("email", "anne@aarhus.example\r\nBcc: alle@aarhus.example"),
            ("email", long.as_str()),
            ("name", long.as_str()),
            ("name", "Anne\r\nBcc: alle@aarhus.example"),
            ("organisation", long.as_str()),
            ("sector", "kirke"),
            ("leadership_group", "4"),
            ("language", "se"),
            ("consent", ""),
        ] {
            let mut form = vec![("email", ANNE), ("consent", "yes"), ("name", "<script>")];
            form.retain(|(name, _)| *name != field);
            form.push((field, value));
            let answer = app.post("/subscribe/lederweb", &form).await;
            assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{field}");
            let text = answer.text().await.unwrap();
            assert!(text.contains(&format!("href=\"#{field}\"")), "{field}");
            assert!(text.contains(&format!("id=\"{field}-error\"")), "{field}");
            assert!(!text.contains("<script>") && text.len() < 20_000);
        }
        app.run_until_idle().await;
        let key = ANNE.to_owned();
        let found = app.app.db.read(move |conn| Ok(register::by_key(conn, &key)?)).await.unwrap();
        assert!(found.is_none());
    }

    async fn a_machine_that_fills_in_the_trap_gets_the_same_answer_and_nothing_more(app: TestApp) {
        app.newsletter().await;
        let form = [("email", ANNE), ("consent", "yes"), ("leave_empty", "https://ond.example")];
        let answer = app.post("/subscribe/lederweb", &form).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        assert_eq!(app.mails(ANNE).await, 0);
    }

    async fn an_international_domain_goes_all_the_way(app: TestApp) {
        let newsletter = app.newsletter().await;
        app.subscribe(BO).await;
        let leave = app.unsubscribe_path(BO).await;
        let page = app.get(&leave).await.text().await.unwrap();
        assert!(page.contains("b…@ringkøbing-skjern.example"), "as Bo knows it");
        let (bo, _) = app.person("BO@xn--ringkbing-skjern-pxb.example").await;
        assert_eq!(bo.email, BO);
        assert_eq!(app.count(newsletter, "2017-03-24").await.0, Some(1));
    }

    async fn wrong_old_and_foreign_links_confirm_nothing(app: TestApp) {
        app.newsletter().await;
        app.ask(ANNE).await;
        let confirm = app.mailed(ANNE, "/confirm/").await;
        let (_, subscription) = app.person(ANNE).await;
        let unsubscribe = app.unsubscribe_path(ANNE).await;
        let foreign = lederbrev::links::Links::new(
            app.app.config.public_url.clone(),
            &[lederbrev::config::Secret::new("a key of somebody else, long enough")],
        );
        let foreign = foreign.confirm(subscription.id, subscription.requested_at, subscription.nonce);
        let unknown = app.app.links.confirm(subscription.id + 1000, subscription.requested_at, subscription.nonce);
        for wrong in [
            foreign.as_str(),
            unknown.as_str(),
            &unsubscribe.replace("unsubscribe", "confirm"),
            &confirm[..confirm.len() - 2],
            "/confirm/x",
        ] {
            assert_eq!(app.get(wrong).await.status(), StatusCode::NOT_FOUND, "{wrong}");
            assert_eq!(app.post(wrong, &[]).await.status(), StatusCode::NOT_FOUND, "{wrong}");
        }
        app.clock.advance(chrono::TimeDelta::days(7) + chrono::TimeDelta::seconds(1));
        assert_eq!(app.get(&confirm).await.status(), StatusCode::GONE);
        let gone = app.post(&confirm, &[]).await;
        assert_eq!(gone.status(), StatusCode::GONE);
        assert!(gone.text().await.unwrap().contains("href=\"/subscribe/lederweb?lang=da\""));
        assert_eq!(app.state(ANNE).await, SubscriptionState::Pending);
        // A new one works.
        app.subscribe(ANNE).await;
    }

    async fn an_unsubscribe_link_shows_a_masked_address_and_ends_only_by_post(app: TestApp) {
        let newsletter = app.newsletter().await;
        app.subscribe(ANNE).await;
        let leave = app.unsubscribe_path(ANNE).await;
        let page = app.get(&leave).await.text().await.unwrap();
        assert!(page.contains("a…@aarhus.example") && !page.contains("anne.holm"));
        assert_eq!(app.state(ANNE).await, SubscriptionState::Active);
        app.clock.advance(chrono::TimeDelta::days(1));
        let done = app.post(&leave, &[]).await;
        let to = done.headers()["location"].to_str().unwrap().to_owned();
        assert!(app.get(&to).await.text().await.unwrap().contains("Du er afmeldt"));
        assert_eq!(app.state(ANNE).await, SubscriptionState::Ended);
        let undo = to.split('?').next().unwrap().to_owned();
        app.post(&format!("{undo}/reason"), &[("reason", "too_many")]).await;
        app.post(&leave, &[]).await;
        assert_eq!(app.count(newsletter, "2017-03-24").await.0, Some(1));
        assert_eq!(app.count(newsletter, "2017-03-25").await.0, Some(0));

        app.clock.advance(chrono::TimeDelta::minutes(9));
        app.post(&format!("{undo}/undo"), &[]).await;
        assert_eq!(app.state(ANNE).await, SubscriptionState::Active);
        assert_eq!(app.count(newsletter, "2017-03-25").await.0, Some(1));
        app.post(&leave, &[]).await;
        app.clock.advance(chrono::TimeDelta::minutes(11));
        assert_eq!(app.post(&format!("{undo}/undo"), &[]).await.status(), StatusCode::GONE);
        assert_eq!(app.state(ANNE).await, SubscriptionState::Ended);
        assert_eq!(app.differences().await, [""; 0]);
    }

    async fn an_old_link_and_a_form_bring_nobody_back_who_does_not_confirm(app: TestApp) {
        let newsletter = app.newsletter_that_measures().await;
        app.subscribe(ANNE).await;
        let leave = app.unsubscribe_path(ANNE).await;
        app.post(&leave, &[]).await;
        app.clock.advance(chrono::TimeDelta::days(30));
        // A stranger with an issue that was forwarded fills in the form for her, ends what was
        // asked for, and takes the end back.
        app.ask(ANNE).await;
        app.clock.advance(chrono::TimeDelta::minutes(1));
        let done = app.post(&leave, &[]).await;
        let to = done.headers()["location"].to_str().unwrap().to_owned();
        assert!(!app.get(&to).await.text().await.unwrap().contains("/undo"));
        let (_, subscription) = app.person(ANNE).await;
        let ends = (subscription.ended_at.unwrap() + unsubscribe::UNDO).seconds();
        let links = &app.app.links;
        let undo = links.token(Purpose::Undo, subscription.id, ends, subscription.nonce);
        let answer = app.post(&format!("/unsubscribed/{undo}/undo"), &[]).await;
        assert_eq!(answer.status(), StatusCode::GONE);
        assert_eq!(app.state(ANNE).await, SubscriptionState::Ended);
        assert_eq!(app.count(newsletter, "2017-04-23").await.0, Some(0));
        assert_eq!(app.differences().await, [""; 0]);
        // She herself still can: she confirms, leaves, and takes it back.
        app.clock.advance(chrono::TimeDelta::days(1));
        app.subscribe(ANNE).await;
        let done = app.post(&leave, &[]).await;
        let to = done.headers()["location"].to_str().unwrap().to_owned();
        let undo = to.split('?').next().unwrap();
        app.post(&format!("{undo}/undo"), &[]).await;
        assert_eq!(app.state(ANNE).await, SubscriptionState::Active);
    }

    async fn one_click_ends_at_once_in_both_encodings(app: TestApp) {
        app.newsletter().await;
        app.subscribe(ANNE).await;
        app.subscribe(BO).await;
        let leave = app.unsubscribe_path(ANNE).await;
        for _ in 0..2 {
            let answer = app.post(&leave, &[("List-Unsubscribe", "One-Click")]).await;
            assert_eq!(answer.status(), StatusCode::OK);
        }
        assert_eq!(app.state(ANNE).await, SubscriptionState::Ended);
        let leave = app.unsubscribe_path(BO).await;
        let body = "--grænse\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\n\
                    One-Click\r\n--grænse--\r\n";
        let request = app
            .client
            .post(app.url(&leave))
            .header("content-type", "multipart/form-data; boundary=\"grænse\"".as_bytes())
            .body(body);
        assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);
        assert_eq!(app.state(BO).await, SubscriptionState::Ended);
    }
}

/// Each in turn: no service at all, our address is blocked, our relay does not know us.
#[actix_web::test]
async fn a_relay_that_refuses_us_costs_nobody_their_confirmation() {
    let sending = Sending::sqlite().await;
    let app = &sending.app;
    app.ask(ANNE).await;
    for refusal in ["550 5.7.1 your address is blocked", "554 5.7.1 Relay access denied", "554 no"]
    {
        sending.relay.plays(move |_, _| Play::RefuseRecipient(refusal));
        app.run_until_idle().await;
        app.clock.advance(chrono::TimeDelta::hours(1));
    }
    sending.relay.plays(|_, _| Play::Accept);
    app.run_until_idle().await;
    assert_eq!(sending.relay.count(), 1);
}
