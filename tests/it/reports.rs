//! The report of an issue, and the figures of the other channels.

use chrono::TimeDelta;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use lederbrev::clock::Instant;
use lederbrev::db::Json;
use lederbrev::db::schema::{deliveries, issues, reader_sums, subscribers, subscriptions};
use lederbrev::deliveries::SkipReason;
use lederbrev::issues::Issue;
use lederbrev::newsletters::Tracking;
use lederbrev::reports::issue::{Skipped, Verdicts};
use lederbrev::reports::leavers;
use lederbrev::reports::readers::{By, Reached};
use lederbrev::reports::{IssueReport, for_issue};
use lederbrev::staff::Role;
use lederbrev::subscribers::store::{consents, stated};
use lederbrev::subscribers::{ConsentMethod, EndReason, Purpose, SubscriptionState};
use lederbrev::tracking::Verdict;
use lederbrev::tracking::buffer::Count;
use lederbrev::web::Lang;
use reqwest::StatusCode;

use crate::app::TestApp;
use crate::receiver::Play;
use crate::sending::{Reader, Sending};
use crate::{both, sends};

impl Sending {
    /// The report of an issue.
    pub async fn report(&self, issue: &Issue) -> IssueReport {
        let (id, now) = (issue.id, self.app.clock.now());
        self.write(move |conn| {
            let issue = lederbrev::issues::store::find(conn, id)?;
            for_issue(conn, &issue, now, now - TimeDelta::days(396))
        })
        .await
    }

    /// Counts hits as if they had come just now.
    pub async fn count(&self, issue: &Issue, link: Option<i32>, verdict: Verdict, hits: usize) {
        let hour = self.app.clock.now().hour();
        for _ in 0..hits {
            self.app.app.hits.count(Count { issue: issue.id, link, hour, verdict });
        }
        self.app.run_until_idle().await;
    }

    /// An issue that went to so many, of whom the first ones consent to being measured; with the
    /// copies in the order of the readers.
    async fn measured_issue(
        &self,
        count: usize,
        consenting: usize,
    ) -> (Issue, Vec<i64>, Vec<Reader>) {
        let readers = self.readers(count).await;
        let (newsletter, now, all) = (self.newsletter, self.app.clock.now(), readers.clone());
        self.write(move |conn| {
            for reader in &all[..consenting] {
                consents::insert(conn, &consent(reader.subscriber, newsletter, now), now)?;
            }
            Ok(())
        })
        .await;
        let issue = self.due_issue().await;
        self.run_to_the_end(&issue).await;
        let id = issue.id;
        let copies = self
            .write(move |conn| {
                let of_it = deliveries::table.filter(deliveries::issue.eq(id));
                of_it.order(deliveries::subscriber).select(deliveries::id).load(conn)
            })
            .await;
        (issue, copies, readers)
    }

    /// Somebody leaves of their own accord.
    pub async fn leave(&self, reader: Reader, at: Instant) {
        self.write(move |conn| {
            diesel::update(subscriptions::table.find(reader.subscription))
                .set((
                    subscriptions::state.eq(SubscriptionState::Ended),
                    subscriptions::end_reason.eq(EndReason::Unsubscribed),
                    subscriptions::ended_at.eq(at),
                ))
                .execute(conn)
        })
        .await;
    }
}

fn verdicts(human: i64, machine: i64, unknown: i64) -> Verdicts {
    Verdicts { human, machine, unknown }
}

sends! {
    async fn a_report_says_what_the_receiver_and_the_counts_say(sending: Sending) {
        let readers = sending.readers(20).await;
        let issue = sending.due_issue().await;
        sending.run_to_the_end(&issue).await;
        sending.app.clock.advance(TimeDelta::minutes(30));
        sending.count(&issue, None, Verdict::Human, 12).await;
        sending.count(&issue, None, Verdict::Machine, 30).await;
        sending.count(&issue, None, Verdict::Unknown, 4).await;
        sending.app.clock.advance(TimeDelta::hours(1));
        sending.count(&issue, None, Verdict::Human, 3).await;
        sending.count(&issue, Some(1), Verdict::Human, 5).await;
        sending.leave(readers[3], sending.app.clock.now()).await;

        let report = sending.report(&issue).await;
        let delivery = &report.numbers.delivery;
        assert_eq!(delivery.accepted, sending.relay.count() as i64);
        assert_eq!((delivery.audience, delivery.failed, delivery.skipped), (20, 0, 0));
        assert!(delivery.adds_up && delivery.provisional_until.is_some());
        assert_eq!(delivery.bounced, None, "not counted is not zero");
        assert_eq!(report.numbers.loads, verdicts(15, 30, 4));
        assert_eq!(report.numbers.clicks, verdicts(5, 0, 0));
        assert_eq!(report.links[0].clicks, verdicts(5, 0, 0));
        assert_eq!(report.links[0].url, "https://lederweb.example/undgaa");
        let hours: Vec<(i64, i64)> =
            report.hours.iter().map(|hour| (hour.loads.all(), hour.clicks.all())).collect();
        assert_eq!(hours, [(46, 0), (3, 5)]);
        assert_eq!(report.numbers.unsubscribed, Some(1));
        assert_eq!(report.domains.iter().map(|domain| domain.recipients).sum::<i64>(), 20);
        assert_eq!((report.readers, report.before.len()), (None, 0));

        sending.app.clock.advance(TimeDelta::days(8));
        let later = sending.report(&issue).await;
        assert_eq!(later.numbers.delivery.provisional_until, None);
    }

    async fn the_figures_of_an_issue_outlive_the_rows_of_its_recipients(sending: Sending) {
        let readers = sending.readers(6).await;
        let issue = sending.due_issue().await;
        sending.fan_out(&issue).await;
        sending.leave(readers[5], sending.app.clock.now()).await;
        sending.relay.plays(|to, _| match to {
            "leder1@odense.example" => Play::RefuseMessage("554 5.7.1 looks like spam"),
            _ => Play::Accept,
        });
        sending.run_to_the_end(&issue).await;
        let whole = sending.report(&issue).await;
        let delivery = &whole.numbers.delivery;
        assert_eq!((delivery.accepted, delivery.failed, delivery.skipped), (4, 1, 1));
        let reasons = [Skipped { reason: SkipReason::Unsubscribed, recipients: 1 }];
        assert_eq!(delivery.skipped_by_reason, reasons);

        // What is tried again is counted anew.
        sending.relay.plays(|_, _| Play::Accept);
        sending.act(&issue, "retry-failures").await;
        let between = sending.report(&issue).await.numbers.delivery;
        assert_eq!((between.accepted, between.failed, between.open), (4, 0, 1));
        sending.run_to_the_end(&issue).await;
        let whole = sending.report(&issue).await;
        assert_eq!((whole.numbers.delivery.accepted, whole.numbers.delivery.open), (5, 0));

        let id = issue.id;
        sending
            .write(move |conn| {
                diesel::delete(deliveries::table.filter(deliveries::issue.eq(id))).execute(conn)
            })
            .await;
        let later = sending.report(&issue).await;
        assert_eq!(later.numbers.delivery, whole.numbers.delivery);
        assert_eq!(later.domains, whole.domains);
    }

    async fn leaving_is_put_down_to_the_issue_that_came_last_before_it(sending: Sending) {
        let readers = sending.readers(6).await;
        let first = sending.due_issue().await;
        let began = sending.app.clock.now();
        sending.run_to_the_end(&first).await;
        sending.leave(readers[0], began + TimeDelta::days(1)).await;
        sending.app.clock.advance(TimeDelta::days(2));
        let second = sending.due_issue().await;
        sending.run_to_the_end(&second).await;
        sending.leave(readers[1], began + TimeDelta::days(3)).await;
        // More than a week after both.
        sending.leave(readers[2], began + TimeDelta::days(12)).await;
        sending.app.clock.advance(TimeDelta::days(20));
        assert_eq!(sending.report(&first).await.numbers.unsubscribed, Some(1));
        let report = sending.report(&second).await;
        assert_eq!(report.numbers.unsubscribed, Some(1));
        let before = &report.before[0];
        assert_eq!((before.id, before.numbers.delivery.audience), (first.uuid, 6));
        assert_eq!(before.numbers.unsubscribed, Some(1));
    }

    async fn how_many_left_is_known_when_who_left_is_long_forgotten(sending: Sending) {
        let readers = sending.readers(4).await;
        let issue = sending.due_issue().await;
        sending.run_to_the_end(&issue).await;
        sending.leave(readers[0], sending.app.clock.now() + TimeDelta::days(1)).await;
        sending.app.clock.advance(TimeDelta::days(8));
        leavers::write_down(&sending.app.app).await.unwrap();
        assert!(!leavers::write_down(&sending.app.app).await.unwrap(), "once is enough");
        let gone = readers[0].subscriber;
        let forgotten = move |conn: &mut _| {
            diesel::delete(subscribers::table.find(gone)).execute(conn)
        };
        sending.write(forgotten).await;
        sending.app.clock.advance(TimeDelta::days(200));
        assert_eq!(sending.report(&issue).await.numbers.unsubscribed, Some(1));

        // Where nobody wrote it down in time, it is not 0.
        sending
            .write(|conn| {
                diesel::update(issues::table).set(issues::unsubscribed.eq(None::<i64>)).execute(conn)
            })
            .await;
        assert_eq!(sending.report(&issue).await.numbers.unsubscribed, None);
        let editor = sending.app.signed_in(Role::Editor).await;
        let page = sending.app.url(&format!("/admin/issues/{}/report", issue.uuid));
        let page = editor.get(page).send().await.unwrap().text().await.unwrap();
        assert!(page.contains("ikke opgjort"), "{page}");
    }

    async fn what_was_not_measured_is_not_zero_when_the_newsletter_begins_to_measure(
        sending: Sending
    ) {
        sending.measure(Tracking::Off).await;
        sending.readers(3).await;
        let first = sending.due_issue().await;
        sending.run_to_the_end(&first).await;
        sending.measure(Tracking::Aggregate).await;
        sending.app.clock.advance(TimeDelta::days(14));
        let second = sending.due_issue().await;
        sending.run_to_the_end(&second).await;

        let report = sending.report(&second).await;
        assert_eq!(report.measured, Tracking::Aggregate);
        assert_eq!(report.before[0].numbers.measured, Tracking::Off);
        assert_eq!(sending.report(&first).await.measured, Tracking::Off);
        let editor = sending.app.signed_in(Role::Editor).await;
        let page = sending.app.url(&format!("/admin/issues/{}/report", second.uuid));
        let page = editor.get(page).send().await.unwrap().text().await.unwrap();
        let before = page.split_once(&format!("/admin/issues/{}/report", first.uuid)).unwrap().1;
        let row = before.split_once("</tr>").unwrap().0;
        assert_eq!(row.matches("ikke opgjort").count(), 3, "loads, clicks and their share: {row}");
    }

    async fn people_who_consented_are_counted_once_with_an_upper_end(sending: Sending) {
        sending.measure(Tracking::Consented).await;
        let (issue, copies, readers) = sending.measured_issue(7, 6).await;
        let links = &sending.app.app.links;
        let browser = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)";
        let get = reqwest::Method::GET;
        for _ in 0..3 {
            sending.hit(get.clone(), &links.personal_open(copies[0]), "Mozilla/5.0").await;
        }
        sending.app.run_until_idle().await;
        let people = sending.report(&issue).await.readers.unwrap();
        assert_eq!((people.consenting, people.withdrawn), (6, 0));
        assert_eq!(people.opened, Reached { human: 0, human_at_most: 1, machine: 0 });
        sending.app.clock.advance(TimeDelta::minutes(1));
        sending.hit(get.clone(), &links.personal_click(copies[0], 1), browser).await;
        sending.hit(get, &links.personal_click(copies[1], 1), "curl/8.5.0").await;
        sending.app.run_until_idle().await;
        let people = sending.report(&issue).await.readers.unwrap();
        let once = Reached { human: 1, human_at_most: 1, machine: 1 };
        assert_eq!((people.opened, people.clicked), (once, once), "a click is an open");

        // Whoever withdraws is in no number any more, neither above the line nor below it.
        let (newsletter, now) = (sending.newsletter, sending.app.clock.now());
        let withdraw = async |reader: Reader| {
            sending
                .write(move |conn| {
                    let of = (reader.subscriber, [Purpose::Tracking]);
                    consents::withdraw(conn, of.0, newsletter, &of.1, "preferences", now)
                })
                .await
        };
        withdraw(readers[0]).await;
        let people = sending.report(&issue).await.readers.unwrap();
        assert_eq!((people.consenting, people.withdrawn, people.opened.human), (5, 1, 0));
        withdraw(readers[1]).await;
        assert_eq!(sending.report(&issue).await.readers, None, "four are too few to be shown");
    }

    async fn what_is_added_up_of_a_large_issue_is_believed_until_something_changes(sending: Sending) {
        sending.measure(Tracking::Consented).await;
        let (issue, copies, readers) = sending.measured_issue(7, 7).await;
        let id = issue.id;
        // As if many had consented, of whom all but seven have withdrawn since.
        let large = "UPDATE delivery_counts SET personal = 20000 WHERE state = 'accepted'";
        sending.write(move |conn| conn.batch_execute(large)).await;
        let consenting = async || sending.report(&issue).await.readers.map(|all| (all.consenting, all.opened.human));
        assert_eq!(consenting().await, Some((7, 0)), "before it is added up it is read from the rows");
        sending.app.run_until_idle().await;
        let forge = async || {
            sending
                .write(move |conn| {
                    let kept = reader_sums::table.find(id);
                    let mut readers: Json =
                        kept.select(reader_sums::readers.assume_not_null()).first(conn)?;
                    readers.0["consenting"] = 77.into();
                    let set = diesel::update(kept).set(reader_sums::readers.eq(readers));
                    assert_eq!(set.execute(conn)?, 1);
                    Ok(())
                })
                .await;
        };
        forge().await;
        assert_eq!(consenting().await, Some((77, 0)), "what was added up is read");
        // A hit is seen at once, and so is somebody who withdraws.
        sending.app.clock.advance(TimeDelta::minutes(3));
        let open = sending.app.app.links.personal_open(copies[0]);
        sending.hit(reqwest::Method::GET, &open, "Mozilla/5.0 (X11)").await;
        lederbrev::tracking::write::write_down(&sending.app.app).await.unwrap();
        assert_eq!(consenting().await, Some((7, 1)));
        sending.app.run_until_idle().await;
        assert_eq!(consenting().await, Some((7, 1)));
        forge().await;
        assert_eq!(consenting().await, Some((77, 1)));
        let (newsletter, now, who) = (sending.newsletter, sending.app.clock.now(), readers[1].subscriber);
        sending
            .write(move |conn| {
                consents::withdraw(conn, who, newsletter, &[Purpose::Tracking], "preferences", now)
            })
            .await;
        assert_eq!(consenting().await, Some((6, 1)));
        // Nor is it believed when somebody has another level now, or a copy that had failed got there.
        sending.app.run_until_idle().await;
        forge().await;
        assert_eq!(consenting().await, Some((77, 1)));
        sending.write(move |conn| conn.batch_execute(
            "UPDATE delivery_counts SET personal = 20001 WHERE state = 'accepted'")).await;
        assert_eq!(consenting().await, Some((6, 1)));
        // It goes when what it was made of goes.
        sending.app.clock.advance(TimeDelta::days(800));
        sending.app.run_until_idle().await;
        let left = sending.write(|conn| reader_sums::table.count().get_result::<i64>(conn)).await;
        assert_eq!(left, 0);
    }

    async fn readers_are_put_together_by_level_sector_and_domain_and_never_singled_out(sending: Sending) {
        sending.measure(Tracking::Consented).await;
        let (issue, copies, readers) = sending.measured_issue(16, 16).await;
        sending
            .write(move |conn| {
                for (at, reader) in readers.iter().enumerate() {
                    let (level, sector) = (if at < 6 { "3" } else { "1" }, at < 14);
                    diesel::update(subscribers::table.find(reader.subscriber))
                        .set((
                            subscribers::leadership_group.eq(level),
                            subscribers::sector.eq(if sector { "kommune" } else { "region" }),
                        ))
                        .execute(conn)?;
                }
                Ok(())
            })
            .await;
        sending.app.clock.advance(TimeDelta::minutes(3));
        let (links, get) = (&sending.app.app.links, reqwest::Method::GET);
        for copy in [0, 1, 15] {
            sending.hit(get.clone(), &links.personal_click(copies[copy], 1), "Mozilla/5.0 (X11)").await;
        }
        sending.app.run_until_idle().await;
        let report = sending.report(&issue).await.readers.unwrap();
        assert_eq!((report.consenting, report.clicked.human), (16, 3));
        let numbers = |by: By| -> Vec<(Option<&str>, i64, i64)> {
            let all = report.portions.iter().filter(|portion| portion.by == by);
            let one = all.map(|of| (of.value.as_deref(), of.consenting, of.clicked.human));
            one.collect()
        };
        assert_eq!(numbers(By::LeadershipGroup), [(Some("1"), 10, 1), (Some("3"), 6, 2)]);
        // Two from regions could be told from the rest, so the smallest group goes with them.
        assert_eq!(numbers(By::Sector), []);
        assert!(report.portions.iter().all(|portion| portion.consenting >= 5));

        // What they did is forgotten after a time; then nothing is said, and not that nobody read it.
        sending.app.clock.advance(TimeDelta::days(397));
        assert_eq!(sending.report(&issue).await.readers, None);
    }
}

/// Somebody's consent to being measured.
pub fn consent(subscriber: i64, newsletter: i64, now: Instant) -> consents::NewConsent<'static> {
    consents::NewConsent {
        subscriber,
        newsletter,
        purpose: Purpose::Tracking,
        text: "Ja, I må gerne måle, hvad jeg læser.",
        language: Lang::Da,
        method: ConsentMethod::Form,
        form_address: "",
        source: "test",
        request_ip: None,
        confirmed_at: Some(now),
    }
}

#[actix_web::test]
async fn the_page_shows_all_three_kinds_and_no_person() {
    let sending = Sending::sqlite().await;
    sending.readers(4).await;
    let issue = sending.due_issue().await;
    let reader = sending.app.signed_in(Role::Operator).await;
    let url = sending.app.url(&format!("/admin/issues/{}/report", issue.uuid));
    let page = async || reader.get(&url).send().await.unwrap().text().await.unwrap();
    assert!(page().await.contains("Udgaven er ikke sendt endnu"));
    sending.run_to_the_end(&issue).await;
    sending.count(&issue, None, Verdict::Human, 1_203).await;
    sending.count(&issue, None, Verdict::Machine, 7).await;
    sending.count(&issue, None, Verdict::Unknown, 107).await;
    let html = page().await;
    assert!(html.contains("1.203–1.310") && html.contains("1.317"), "{html}");
    assert!(html.contains("4 = 4 + 0 + 0"));
    // What nobody counts yet is said to be that, and not 0.
    for (what, number) in [
        ("Afvist endeligt af modtagerens mailserver", "0"),
        ("Kom retur", "ikke opgjort"),
        ("Klager over spam", "ikke opgjort"),
    ] {
        assert!(html.contains(&format!("<dt>{what}</dt><dd>{number}</dd>")), "{what}: {html}");
    }
    assert!(html.contains(r#"class="bar machine""#) && html.contains("<desc id="));
    assert!(
        !html.contains("style=") && !html.contains("leder0@") && !html.contains("åbningsrate:")
    );
    assert!(html.contains("aarhus.example"), "domains are no persons");

    let get = async |path: &str| {
        let url = sending.app.url(&format!("/admin/issues/{}/{path}", issue.uuid));
        reader.get(url).send().await.unwrap()
    };
    let file = get("report.csv").await;
    assert_eq!(file.headers()["content-type"], "text/csv; charset=utf-8");
    let file = file.text().await.unwrap();
    for row in [
        "\"Billedhentninger\";\"\";\"Mennesker\";\"1203\"",
        "\"Billedhentninger\";\"\";\"Maskiner\";\"7\"",
        "\"Levering\";\"\";\"Modtagere\";\"4\"",
        "\"Levering\";\"\";\"Kom retur\";\"ikke opgjort\"",
        "\"Levering\";\"\";\"Klager over spam\";\"ikke opgjort\"",
    ] {
        assert!(file.contains(row), "{row} in {file}");
    }
    sending.count(&issue, Some(1), Verdict::Human, 12).await;
    sending.count(&issue, Some(1), Verdict::Unknown, 2).await;
    let map = get("report/clicks").await;
    assert!(map.headers()["content-security-policy"].to_str().unwrap().contains("sandbox"));
    let map = map.text().await.unwrap();
    assert!(map.contains("12–14 klik</span></a>") && !map.contains("/c/"), "{map}");
    let rules = reader.get(sending.app.url("/admin/verdicts")).send().await.unwrap();
    let rules = rules.text().await.unwrap();
    assert!(rules.contains("Apple Mail") && rules.contains("Flere end 20 modtagere"), "{rules}");

    let token = sending.app.token(Role::Operator).await;
    let api = sending.app.url(&format!("/api/v1/issues/{}/report", issue.uuid));
    let json: serde_json::Value =
        sending.app.client.get(api).bearer_auth(token).send().await.unwrap().json().await.unwrap();
    assert_eq!(json["numbers"]["loads"]["unknown"], 107);
    assert_eq!(json["numbers"]["delivery"]["bounced"], serde_json::Value::Null);

    sending
        .write(|conn| {
            diesel::delete(deliveries::table).execute(conn)?;
            diesel::update(issues::table).set(issues::origin.eq("imported")).execute(conn)
        })
        .await;
    assert!(page().await.contains("Den er ikke sendt herfra"));
}

#[actix_web::test]
async fn each_role_finds_the_numbers_it_looks_for_on_its_desk() {
    let sending = Sending::sqlite().await;
    sending.readers(3).await;
    let (app, newsletter) = (&sending.app, sending.newsletter);
    let (by, now) = ("Statusnotat 2016", app.clock.now());
    let day = "2016-03-24".parse().unwrap();
    app.app
        .db
        .write(move |conn| Ok(stated::put(conn, newsletter, day, 26_420, by, "test", now)?))
        .await
        .unwrap();
    let issue = sending.due_issue().await;
    sending.run_to_the_end(&issue).await;
    sending.count(&issue, Some(1), Verdict::Human, 5).await;
    let desk = async |role| {
        let browser = app.signed_in(role).await;
        browser.get(app.url("/admin")).send().await.unwrap().text().await.unwrap()
    };
    for role in [Role::Reader, Role::Editor, Role::Operator] {
        let html = desk(role).await;
        assert!(html.contains("24. marts 2016") && html.contains("26.420"), "{html}");
        let sees_issues = role != Role::Reader;
        assert_eq!(html.contains("Seneste udsendelse"), sees_issues, "{html}");
        assert_eq!(html.contains("/report\""), sees_issues, "{html}");
        assert!(!html.contains("leder0@"), "no person stands there");
        let watches = matches!(role, Role::Operator);
        assert_eq!(html.contains("Mailserveren svarer"), watches, "{html}");
    }
}

both! {
    async fn a_figure_is_corrected_by_another_one_and_both_stay(app: TestApp) {
        let editor = app.signed_in(Role::Editor).await;
        let url = app.url("/admin/figures");
        let enter = async |value: &str, qualifier: &str| {
            let form = [
                ("kind", "Følgere på <b>LinkedIn</b>"),
                ("day", "2017-11-01"),
                ("value", value),
                ("qualifier", qualifier),
                ("unit", "følgere"),
                ("source", "statusnotat 2017"),
            ];
            editor.post(&url).form(&form).send().await.unwrap()
        };
        let wrong = enter("4,8", "sikkert").await;
        assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let page = wrong.text().await.unwrap();
        assert!(page.contains(r#"id="value-error""#) && page.contains("Skriv et helt tal"));
        assert_eq!(enter("8.759", "about").await.status(), StatusCode::SEE_OTHER);
        assert_eq!(enter("8.795", "exact").await.status(), StatusCode::SEE_OTHER);
        let page = editor.get(&url).send().await.unwrap().text().await.unwrap();
        let (new, old) = (page.find("8.795").unwrap(), page.find("<del>cirka 8.759</del>").unwrap());
        assert!(new < old);
        assert!(!page.contains("<b>LinkedIn"), "shown as text");
        for role in [Role::Reader, Role::Operator] {
            let other = app.signed_in(role).await;
            let refused = other.get(&url).send().await.unwrap();
            assert_eq!(refused.status(), StatusCode::FORBIDDEN, "{role}");
        }

        let token = app.token(Role::Editor).await;
        let api = app.url("/api/v1/figures");
        let body = serde_json::json!({
            "kind": "Podcast", "day": "2017-11-30", "value": 19_000, "unit": "afspilninger",
            "qualifier": "more_than", "source": "statusnotat 2017",
        });
        let made = app.client.post(&api).bearer_auth(&token).json(&body).send().await.unwrap();
        assert_eq!(made.status(), StatusCode::CREATED);
        let list: serde_json::Value =
            app.client.get(&api).bearer_auth(&token).send().await.unwrap().json().await.unwrap();
        assert_eq!(list["items"].as_array().unwrap().len(), 3);
        assert_eq!(list["items"][2]["qualifier"], "more_than");
    }
}

#[actix_web::test]
async fn the_library_can_be_filled_and_read_by_the_api() {
    let app = TestApp::sqlite().await;
    let token = app.token(Role::Editor).await;
    let api = app.url("/api/v1/library");
    let post = async |body: serde_json::Value| {
        app.client.post(&api).bearer_auth(&token).json(&body).send().await.unwrap()
    };
    let wrong = post(serde_json::json!({ "kind": "podcast", "published": "engang" })).await;
    assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let problem: serde_json::Value = wrong.json().await.unwrap();
    assert_eq!(problem["errors"].as_array().unwrap().len(), 2);
    let made = post(serde_json::json!({
        "kind": "podcast", "title": "Når jorden brænder under lederen", "published": "2017-10",
        "number": 9, "groups": [2, 3], "addresses": ["https://lederweb.dk/9"],
    }))
    .await;
    assert_eq!(made.status(), StatusCode::CREATED);
    let made: serde_json::Value = made.json().await.unwrap();
    let one = format!("{api}/{}", made["id"].as_str().unwrap());
    let found: serde_json::Value =
        app.client.get(one).bearer_auth(&token).send().await.unwrap().json().await.unwrap();
    assert_eq!(found, made);
    assert_eq!((&found["published"], &found["groups"][1]), (&"2017-10".into(), &3.into()));
}
