//! What staff see of the register, and what they may do to it.

use chrono::TimeDelta;
use lederbrev::staff::Role;
use lederbrev::subscribers::{SubscriptionState, store::suppressions};
use reqwest::StatusCode;

use crate::both;

const ANNE: &str = "anne.holm@aarhus.example";
const BO: &str = "bo@ringkøbing-skjern.example";

both! {
    async fn the_register_is_searched_by_the_beginning_of_address_or_name(app: TestApp) {
        app.newsletter().await;
        let form = [("email", ANNE), ("name", "Åse Holm <b>"), ("consent", "yes")];
        app.post("/subscribe/lederweb", &form).await;
        app.subscribe(BO).await;
        let desk = app.signed_in(Role::Operator).await;
        for (query, anne, bo) in [
            ("", true, true),
            ("q=ANNE.h", true, false),
            ("q=%C3%85se", true, false),
            ("q=holm", false, false),
            ("q=%25", false, false),
            ("q=bo%40ringk", false, true),
            ("q=bo%40xn--", false, true),
            ("state=active", false, true),
            ("state=pending", true, false),
            ("state=nonsense", true, true),
        ] {
            let path = app.url(&format!("/admin/subscribers?{query}"));
            let page = desk.get(path).send().await.unwrap().text().await.unwrap();
            assert_eq!((page.contains(ANNE), page.contains(BO)), (anne, bo), "{query}");
            assert!(!page.contains("Holm <b>"), "text from outside is text");
        }
    }

    async fn a_page_of_the_list_leads_to_the_next(app: TestApp) {
        app.newsletter().await;
        for number in 0..51 {
            app.ask(&format!("leder{number}@aarhus.example")).await;
        }
        let desk = app.signed_in(Role::Editor).await;
        let get = async |path: &str| {
            desk.get(app.url(path)).send().await.unwrap().text().await.unwrap()
        };
        let first = get("/admin/subscribers").await;
        assert_eq!(first.matches("@aarhus.example").count(), 50);
        let (_, rest) = first.split_once("class=\"pages\"").expect("a way on");
        let next = rest.split('"').find(|part| part.starts_with("/admin/subscribers?")).unwrap();
        let second = get(&next.replace("&#38;", "&").replace("&amp;", "&")).await;
        assert_eq!(second.matches("@aarhus.example").count(), 1);
        assert!(second.contains("leder0@aarhus.example") && !second.contains("class=\"pages\""));
    }

    async fn staff_see_why_and_say_what_they_do_before_they_do_it(app: TestApp) {
        let newsletter = app.newsletter_that_measures().await;
        let form = [("email", ANNE), ("consent", "yes"), ("tracking_consent", "yes")];
        app.post("/subscribe/lederweb", &form).await;
        let confirm = app.mailed(ANNE, "/confirm/").await;
        app.post(&confirm, &[]).await;
        app.subscribe(BO).await;
        let desk = app.signed_in(Role::Editor).await;
        let get = async |path: &str| {
            let answer = desk.get(app.url(path)).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::OK, "{path}");
            answer.text().await.unwrap()
        };
        let post = async |path: &str| desk.post(app.url(path)).send().await.unwrap();
        let (anne, _) = app.person(ANNE).await;
        let path = format!("/admin/subscribers/{}", anne.uuid);
        let page = get(&path).await;
        assert!(page.contains("hvilke links jeg klikker på"), "the consent with its text");
        assert!(page.contains("Stop måling") && page.contains("Bekræftede"));
        post(&format!("{path}/stop-measuring")).await;
        assert!(!get(&path).await.contains("Stop måling"));
        for action in ["end", "suppress", "complained", "erase"] {
            get(&format!("{path}/{action}")).await;
        }
        assert_eq!(app.state(ANNE).await, SubscriptionState::Active, "only asked");
        assert_eq!(post(&format!("{path}/delete")).await.status(), StatusCode::NOT_FOUND);
        app.clock.advance(TimeDelta::days(1));
        post(&format!("{path}/complained")).await;
        assert!(get(&path).await.contains("har klaget"));
        assert_eq!(app.state(ANNE).await, SubscriptionState::Ended);
        let mails = app.mails(ANNE).await;
        app.ask(ANNE).await;
        assert_eq!(app.mails(ANNE).await, mails, "no mail after a complaint");

        let (bo, _) = app.person(BO).await;
        let erased = post(&format!("/admin/subscribers/{}/erase", bo.uuid)).await;
        let to = erased.headers()["location"].to_str().unwrap().to_owned();
        assert!(get(&to).await.contains("Personen er slettet"));
        let gone = post(&format!("/admin/subscribers/{}/erase", bo.uuid)).await;
        assert_eq!(gone.status(), StatusCode::NOT_FOUND);
        let reason = app
            .app
            .db
            .read(move |conn| Ok(suppressions::reason(conn, &bo.address_hash)?))
            .await
            .unwrap();
        assert!(reason.is_some());
        assert_eq!(app.count(newsletter, "2017-03-24").await.0, Some(2));
        assert_eq!(app.count(newsletter, "2017-03-25").await.0, Some(0));
        assert_eq!(app.differences().await, [""; 0]);
    }

    async fn a_reader_gets_counts_and_no_names(app: TestApp) {
        app.newsletter().await;
        app.subscribe(ANNE).await;
        app.clock.advance(TimeDelta::days(60));
        app.subscribe(BO).await;
        let reader = app.signed_in(Role::Reader).await;
        let get = async |path: &str| {
            let answer = reader.get(app.url(path)).send().await.unwrap();
            (answer.status(), answer.text().await.unwrap())
        };
        assert_eq!(get("/admin/subscribers").await.0, StatusCode::FORBIDDEN);
        let (status, page) = get("/admin/growth?on=2017-03-24").await;
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains("1 abonnent den 24. marts 2017") && page.contains("Optalt"));
        assert!(!page.contains("anne") && !page.contains("@"));
        assert_eq!(page.matches("<rect").count(), 3, "a month without a change has its bar");
        assert!(page.contains("marts 2017") && page.contains("maj 2017"));
        assert!(!page.contains("april 2017"), "and no row");
        let (_, before) = get("/admin/growth?on=2016-10-14").await;
        assert!(before.contains("Vi ved ikke"));
        for wrong in ["2018-01-01", "i går"] {
            let (status, page) = get(&format!("/admin/growth?on={wrong}")).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(page.contains("on-error"));
        }
    }
}
