//! What is kept ends when the page says so, and what staff decide about who is shut out.

use chrono::TimeDelta;
use diesel::prelude::*;
use lederbrev::db::DbConn;
use lederbrev::db::schema::{deliveries, issues, subscriptions};
use lederbrev::deliveries::store::outcome;
use lederbrev::issues::{self as letters, IssueState};
use lederbrev::newsletters::{self, Tracking};
use lederbrev::people::person::Action;
use lederbrev::privacy::{Kept, clear};
use lederbrev::staff::Role;
use lederbrev::subscribers::store::{mails, published};
use lederbrev::subscribers::{EndReason, PersonalMail, SubscriptionState};
use reqwest::StatusCode;

use crate::app::{TestApp, sqlite_in};
use crate::browser::Browser;
use crate::nameless::tables;
use crate::personal::{ANNE, BO};
use crate::preflight::audited;
use crate::sending::due_issue;
use crate::{both, sends};

/// Every value of every table, as text.
fn everything(conn: &mut DbConn) -> lederbrev::error::Result<String> {
    Ok(tables(conn).into_values().collect::<Vec<_>>().join("\n"))
}

sends! {
    async fn an_issue_that_is_paused_for_ever_is_cleared_all_the_same(sending: Sending) {
        sending.readers(3).await;
        let issue = sending.due_issue().await;
        sending.fan_out(&issue).await;
        sending.act(&issue, "pause").await;
        let id = issue.id;
        sending.write(move |conn| {
            let first = deliveries::table.filter(deliveries::issue.eq(id)).select(deliveries::id);
            let first: i64 = first.order(deliveries::id).first(conn)?;
            diesel::update(deliveries::table.find(first))
                .set((deliveries::state.eq("failed"), deliveries::reply_text.eq("<anne> is away")))
                .execute(conn)
        }).await;
        let said = |conn: &mut DbConn| {
            let said = deliveries::table.filter(deliveries::reply_text.is_not_null());
            said.count().get_result::<i64>(conn)
        };
        sending.app.clock.advance(TimeDelta::days(89));
        sending.app.run_until_idle().await;
        assert_eq!(sending.write(said).await, 1);
        sending.app.clock.advance(TimeDelta::days(2));
        sending.app.run_until_idle().await;
        assert_eq!(sending.write(said).await, 0);
        assert_eq!(sending.look(&issue).await.0.state, IssueState::Paused, "it can still be sent");
        sending.app.clock.advance(TimeDelta::days(310));
        sending.app.run_until_idle().await;
        let rows = |conn: &mut DbConn| deliveries::table.count().get_result::<i64>(conn);
        assert_eq!(sending.write(rows).await, 0);
        let (after, _) = sending.look(&issue).await;
        assert_eq!(after.state, IssueState::Cancelled);
        let counts = sending.write(move |conn| outcome(conn, id)).await.counts;
        assert_eq!(after.audience_count, Some(counts.accepted + counts.failed + counts.skipped));
        assert_eq!((counts.failed, counts.skipped), (1, 2));
    }

    async fn what_servers_say_when_some_are_tried_again_has_its_own_time(sending: Sending) {
        let (issue, ..) = sending.sent_issue(2).await;
        sending.app.clock.advance(TimeDelta::days(91));
        sending.app.run_until_idle().await;
        let id = issue.id;
        let cleared = move |conn: &mut DbConn| {
            let of = issues::table.find(id).select(issues::replies_cleared_at.is_not_null());
            of.first::<bool>(conn)
        };
        assert!(sending.write(cleared).await);
        let now = sending.app.clock.now();
        sending.write(move |conn| letters::store::reopen(conn, id, now)).await;
        assert!(!sending.write(cleared).await);
    }

    async fn a_segment_keeps_an_issue_that_is_older_than_the_newest_fifty(sending: Sending) {
        let (newsletter, now) = (sending.newsletter, sending.app.clock.now());
        let mut first = None;
        for at in 0..52 {
            let begun = now - TimeDelta::days(60 - at);
            let uuid = sending.write(move |conn| {
                let issue = due_issue(conn, newsletter, now)?;
                diesel::update(issues::table.find(issue.id))
                    .set((issues::state.eq("sent"), issues::started_at.eq(begun)))
                    .execute(conn)?;
                Ok(issue.uuid)
            }).await;
            first = first.or(Some(uuid));
        }
        let first = first.unwrap().to_string();
        let editor = sending.app.signed_in(Role::Editor).await;
        let form = [("name", "Fik det første"), ("version", "0"), ("c.0.0.field", "received"),
            ("c.0.0.not", "is"), ("c.0.0.value", &first), ("do", "save")];
        let made = editor.post(sending.app.url("/admin/segments/new")).form(&form).send().await;
        let made = made.unwrap();
        assert_eq!(made.status(), StatusCode::SEE_OTHER);
        let path = made.headers()["location"].to_str().unwrap().to_owned();
        let page = editor.get(sending.app.url(&path)).send().await.unwrap().text().await.unwrap();
        assert!(page.contains(&format!("value=\"{first}\" checked")), "{page}");
        assert_eq!(page.matches("name=\"c.0.0.value\"").count(), 51);
    }

    async fn a_newcomer_is_offered_what_went_to_all(sending: Sending) {
        let (newsletter, now) = (sending.newsletter, sending.app.clock.now());
        let make = async |slug: &'static str, day: &str, state: &'static str, audience: &str| {
            let day: chrono::NaiveDate = day.parse().unwrap();
            let audience = lederbrev::db::Json(serde_json::from_str(audience).unwrap());
            sending.write(move |conn| {
                let issue = due_issue(conn, newsletter, now)?;
                diesel::update(issues::table.find(issue.id))
                    .set((
                        issues::slug.eq(slug),
                        issues::state.eq(state),
                        issues::published_on.eq(day),
                        issues::audience.eq(audience),
                    ))
                    .execute(conn)
            }).await;
        };
        make("til-alle", "2017-03-01", "sent", "{}").await;
        make("rettelse", "2017-03-10", "sent", r#"{"sent":"0b7b1c6e-8f5a-4d0e-9d3e-3f8f3a1f7a11"}"#).await;
        make("kun-kommuner", "2017-03-11", "sent", r#"{"only":[{"id":"0b7b1c6e-8f5a-4d0e-9d3e-3f8f3a1f7a11","name":"Kommuner","rules":[]}]}"#).await;
        make("annulleret", "2017-03-12", "cancelled", "{}").await;
        make("sat-paa-pause", "2017-03-13", "paused", "{}").await;
        for special in [false, true] {
            let latest = sending.write(move |conn| published::latest(conn, newsletter, special)).await;
            assert_eq!(latest.map(|issue| issue.slug).as_deref(), Some("til-alle"));
        }
        let form = sending.app.get("/subscribe/lederweb").await.text().await.unwrap();
        assert!(form.contains("/archive/til-alle"), "{form}");
    }
}

both! {
    async fn who_has_left_everything_is_erased_half_a_year_later(app: TestApp) {
        let newsletter = app.newsletter().await;
        app.subscribe(ANNE).await;
        app.subscribe(BO).await;
        app.clock.advance(TimeDelta::days(1));
        let leave = app.unsubscribe_path(ANNE).await;
        app.post(&leave, &[]).await;
        let due = async || {
            let due = clear::due(&app.app).await.unwrap();
            due.into_iter().find(|(kept, _)| *kept == Kept::Ended).unwrap().1
        };
        app.clock.advance(TimeDelta::days(182));
        assert_eq!(due().await, 0);
        app.run_until_idle().await;
        assert!(app.knows(ANNE).await);
        app.clock.advance(TimeDelta::days(2));
        assert_eq!(due().await, 1, "the page says so before");
        app.run_until_idle().await;
        assert_eq!(due().await, 0);
        assert!(!app.knows(ANNE).await && app.knows(BO).await);
        assert_eq!(app.count(newsletter, "2017-03-24").await.0, Some(2));
        assert_eq!(app.count(newsletter, "2017-03-25").await.0, Some(1));
        assert_eq!(app.differences().await, [""; 0]);
        assert_eq!(app.reason(ANNE).await, Some(EndReason::Erased), "no old list brings her back");
        assert!(app.log().iter().any(|line| line.contains(" erased * ")));
        // She may come back herself.
        app.subscribe(ANNE).await;
        assert_eq!(app.state(ANNE).await, SubscriptionState::Active);
        assert_eq!(app.reason(ANNE).await, None);
    }

    async fn nothing_is_left_in_any_table_of_somebody_who_was_erased(app: TestApp) {
        app.newsletter().await;
        let (name, place) = ("Anne Prøveholm", "Forvaltningen for Prøvesager");
        let form = [("email", ANNE), ("name", name), ("organisation", place), ("consent", "yes")];
        app.post("/subscribe/lederweb", &form).await;
        let confirm = app.mailed(ANNE, "/confirm/").await;
        app.post(&confirm, &[]).await;
        let own = app.own_page(ANNE).await;
        own.post(app.url("/my-page/address")).form(&[("email", "anne.proeveholm@odense.example")])
            .send().await.unwrap();
        app.run_until_idle().await;
        // Staff look for her, take her along in a file, and write about her.
        let editor = app.signed_in(Role::Editor).await;
        let (person, _) = app.person(ANNE).await;
        let note = app.url(&format!("/admin/subscribers/{}/notes", person.uuid));
        editor.post(note).form(&[("note", "Anne Prøveholm ringede.")]).send().await.unwrap();
        for q in ["Anne+Pr%C3%B8veholm", "anne.holm@aarhus.example", "Forvaltningen"] {
            let export = app.url(&format!("/admin/subscribers/export?q={q}"));
            let form = [("reason", "Invitation"), ("format", "csv"), ("columns", "email"), ("columns", "name")];
            let ready = editor.post(export).form(&form).send().await.unwrap();
            assert_eq!(ready.status(), StatusCode::SEE_OTHER, "{}", ready.text().await.unwrap());
            let ready = ready.headers()["location"].to_str().unwrap().to_owned();
            let file = editor.get(app.url(&format!("{ready}/file"))).send().await.unwrap();
            assert!(file.text().await.unwrap().contains(ANNE));
        }
        let handout = app.url(&format!("/admin/subscribers/{}/data", person.uuid));
        let why = [("reason", "Anne Prøveholm bad om indsigt i et brev.")];
        assert_eq!(editor.post(handout).form(&why).send().await.unwrap().status(), StatusCode::OK);
        app.staff_do(ANNE, Action::Complained).await;
        let needles = ["anne.holm", "anne.proeveholm", "prøveholm", "prøvesager", "proevesager"];
        let left = async || {
            let text = app.app.db.read(everything).await.unwrap().to_lowercase();
            needles.into_iter().filter(|needle| text.contains(needle)).collect::<Vec<_>>()
        };
        assert_eq!(left().await, needles[..4], "before");
        app.erase(ANNE).await;
        app.clock.advance(TimeDelta::hours(2));
        app.run_until_idle().await;
        assert_eq!(left().await, [""; 0]);
    }

    async fn a_welcome_that_is_no_longer_wanted_is_not_said_to_have_been_sent(app: TestApp) {
        let newsletter = app.newsletter().await;
        app.app.db.write(move |conn| {
            let mut newsletter = newsletters::store::find(conn, newsletter)?;
            let mut details = newsletter.details();
            details.welcome_mail = true;
            newsletter.settings = newsletters::store::to_json(&details);
            Ok(newsletters::store::update(conn, &newsletter)?)
        }).await.unwrap();
        app.ask(ANNE).await;
        let confirm = app.mailed(ANNE, "/confirm/").await;
        app.post(&confirm, &[]).await;
        app.app.db.write(|conn| {
            let pause = subscriptions::state.eq(SubscriptionState::Paused);
            Ok(diesel::update(subscriptions::table).set(pause).execute(conn)?)
        }).await.unwrap();
        assert_eq!(app.mails(ANNE).await, 1, "the confirmation");
        let (person, _) = app.person(ANNE).await;
        let all = app.app.db.read(move |conn| Ok(mails::of(conn, person.id)?)).await.unwrap();
        let welcome = all.iter().find(|mail| mail.kind == PersonalMail::Welcome).unwrap();
        assert_eq!(welcome.sent_at, None);
    }

    async fn staff_see_who_is_held_and_decide(app: TestApp) {
        app.newsletter().await;
        app.subscribe(ANNE).await;
        app.subscribe(BO).await;
        let bo = lederbrev::mail::EmailAddress::parse(BO).unwrap().key();
        for email in [ANNE, BO] {
            app.staff_do(email, Action::Complained).await;
        }
        let editor = app.signed_in(Role::Editor).await;
        let page = async |path: &str| {
            editor.get(app.url(path)).send().await.unwrap().text().await.unwrap()
        };
        assert!(!page("/admin").await.contains("/admin/subscribers/held"));
        app.ask(ANNE).await;
        app.post("/my-page/link", &[("email", BO)]).await;
        app.run_until_idle().await;
        let desk = page("/admin").await;
        assert!(desk.contains("2, hvis adresser er spærret, har bedt om noget"), "{desk}");
        let list = page("/admin/subscribers/held").await;
        assert!(list.contains(ANNE) && list.contains("At få nyhedsbrevet"), "{list}");
        assert!(list.contains(BO) && list.contains("Et link til sin egen side"), "{list}");
        // One of them stays out.
        let (person, _) = app.person(BO).await;
        let subject = format!("subscriber {}", person.uuid);
        let form = [("do", "keep"), ("subject", &*subject)];
        let held = app.url("/admin/subscribers/held");
        for status in [StatusCode::SEE_OTHER, StatusCode::NOT_FOUND] {
            assert_eq!(editor.post(&held).form(&form).send().await.unwrap().status(), status);
        }
        assert!(!page("/admin/subscribers/held").await.contains(BO));
        assert_eq!(app.reason(&bo).await, Some(EndReason::Complained));
        // The other comes back, with a reason.
        let (person, _) = app.person(ANNE).await;
        let lift = app.url(&format!("/admin/subscribers/{}/lift", person.uuid));
        let ask = async |reason: &str| {
            editor.post(&lift).form(&[("reason", reason)]).send().await.unwrap()
        };
        let refused = ask("  ").await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().await.unwrap().contains("Skriv, hvorfor spærringen skal ophæves"));
        assert_eq!(app.reason(ANNE).await, Some(EndReason::Complained));
        assert_eq!(ask("Har ringet og bedt om det.").await.status(), StatusCode::SEE_OTHER);
        assert_eq!(app.reason(ANNE).await, None);
        assert_eq!(audited(&app, "subscriber.lift").await, 1);
        assert!(app.log().last().unwrap().contains(" undone * "), "{:?}", app.log());
        assert!(!page("/admin").await.contains("/admin/subscribers/held"));
        assert_eq!(app.state(ANNE).await, SubscriptionState::Ended, "they subscribe themselves");
        app.clock.advance(TimeDelta::hours(1));
        app.subscribe(ANNE).await;
        assert_eq!(app.state(ANNE).await, SubscriptionState::Active);
        assert_eq!(lederbrev::subscribers::withdrawals::replay(&app.app).await.unwrap(), 0);
        // Erased: what staff wrote about her goes too.
        app.erase(ANNE).await;
        let words = |conn: &mut DbConn| {
            use lederbrev::db::schema::audit_log;
            let lifts = audit_log::table.filter(audit_log::action.eq("subscriber.lift"));
            Ok(lifts.select(audit_log::details).first::<lederbrev::db::Json>(conn)?)
        };
        assert_eq!(app.app.db.read(words).await.unwrap().0, serde_json::json!({}));
    }

    async fn an_address_that_nobody_has_is_let_in_by_typing_it(app: TestApp) {
        app.newsletter().await;
        app.subscribe(ANNE).await;
        app.staff_do(ANNE, Action::Suppress).await;
        app.erase(ANNE).await;
        app.ask(ANNE).await;
        let editor = app.signed_in(Role::Editor).await;
        let held = app.url("/admin/subscribers/held");
        let list = editor.get(&held).send().await.unwrap().text().await.unwrap();
        assert!(list.contains("En adresse, der ikke står i registret") && !list.contains(ANNE), "{list}");
        for (email, reason, words) in [
            ("anne", "Har skrevet.", "gyldig"),
            ("ukendt@odense.example", "Har skrevet.", "Adressen er ikke spærret"),
            (ANNE, "", "Skriv, hvorfor"),
        ] {
            let form = [("do", "lift"), ("email", email), ("reason", reason)];
            let refused = editor.post(&held).form(&form).send().await.unwrap();
            assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY, "{email}");
            let refused = refused.text().await.unwrap();
            assert!(refused.contains(words), "{refused}");
        }
        let form = [("do", "lift"), ("email", ANNE), ("reason", "Har skrevet og bedt om det.")];
        let lifted = editor.post(&held).form(&form).send().await.unwrap();
        assert_eq!(lifted.status(), StatusCode::SEE_OTHER);
        let list = editor.get(&held).send().await.unwrap().text().await.unwrap();
        assert!(list.contains("Ingen venter på jer"), "{list}");
        app.clock.advance(TimeDelta::hours(1));
        app.subscribe(ANNE).await;
    }

    async fn the_page_for_readers_says_what_each_newsletter_measures(app: TestApp) {
        app.newsletter_that_measures().await;
        let second = app.another_newsletter().await;
        let page = app.get("/privacy").await.text().await.unwrap();
        assert!(page.contains("<b>Nyt fra Lederweb:</b> Kun hvis du har givet"), "{page}");
        assert!(page.contains("<b>Ledelse nu:</b> Nej. Der er ingen målepixel"), "{page}");
        assert!(page.contains("sektor, ledelsesniveau"), "{page}");
        app.app.db.write(move |conn| {
            let mut newsletter = newsletters::store::find(conn, second)?;
            newsletter.open_tracking = Tracking::Consented;
            Ok(newsletters::store::update(conn, &newsletter)?)
        }).await.unwrap();
        let page = app.get("/privacy").await.text().await.unwrap();
        assert!(page.contains("<p>Kun hvis du har givet"), "the same in all: {page}");
    }
}

#[actix_web::test]
async fn who_has_left_can_be_kept_until_they_ask_and_the_page_says_so() {
    let app = TestApp::start(sqlite_in, &[("ENDED_DAYS", "0")]).await;
    app.newsletter().await;
    app.subscribe(ANNE).await;
    let leave = app.unsubscribe_path(ANNE).await;
    app.post(&leave, &[]).await;
    app.clock.advance(TimeDelta::days(1_000));
    app.run_until_idle().await;
    assert!(app.knows(ANNE).await);
    let page = app.get("/privacy").await.text().await.unwrap();
    assert!(page.contains("indtil du beder os om at slette dem"), "{page}");
    assert!(!page.contains("Når du har afmeldt alle vores nyhedsbreve"), "{page}");
    let admin = app.signed_in(Role::Admin).await;
    let page = admin.get(app.url("/admin/privacy")).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("Til abonnenten beder om at blive slettet"), "{page}");
}

#[actix_web::test]
async fn a_copy_that_the_program_made_of_the_database_is_removed_after_thirty_days() {
    let app = TestApp::sqlite().await;
    let file = |name: &str, days: i64| {
        let path = app.app.config.data_dir.join(name);
        let made = app.clock.now() - TimeDelta::days(days);
        std::fs::write(&path, "a copy").unwrap();
        let file = std::fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(made.utc().into()).unwrap();
        path
    };
    let old = file("lederbrev.db.before-20261124000950", 31);
    let new = file("lederbrev.db.before-20261124001020", 29);
    let other = file("another.db.before-20261124000950", 31);
    app.run_until_idle().await;
    assert!(!old.exists() && new.exists() && other.exists());
    let admin = app.signed_in(Role::Admin).await;
    let page = admin.get(app.url("/admin/privacy")).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("før en ny version ændrer den: 30 dage"), "{page}");
}

#[actix_web::test]
async fn the_page_of_who_is_held_is_accessible_and_fits_every_screen() {
    let app = TestApp::sqlite().await;
    app.newsletter().await;
    app.subscribe(ANNE).await;
    app.staff_do(ANNE, Action::Complained).await;
    app.ask(ANNE).await;
    let (person, _) = app.person(ANNE).await;
    let browser = Browser::open(&app).await;
    browser.sign_in(Role::Editor).await;
    let lift = format!("/admin/subscribers/{}/lift", person.uuid);
    for (page, path) in [("held", "/admin/subscribers/held"), ("lift", &lift), ("desk", "/admin")] {
        browser.goto(path).await;
        browser.is_accessible_everywhere(&format!("law-{page}")).await;
    }
    browser.no_console_errors().await;
    browser.close().await;
}
