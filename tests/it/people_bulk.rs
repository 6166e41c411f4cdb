//! Changes of many: counted, confirmed, done a chunk at a time, and taken back.

use chrono::TimeDelta;
use diesel::prelude::*;
use lederbrev::db::schema::{bulk_changes, bulk_rows, consents, subscribers, subscriptions};
use lederbrev::staff::Role;
use lederbrev::subscribers::store::register;
use lederbrev::subscribers::{EndReason, Sector, SubscriptionState, ledger};
use reqwest::{Client, StatusCode};

use crate::app::TestApp;
use crate::browser::{Browser, PHONE, WIDE};
use crate::sending::{Reader, Sending, address};
use crate::sends;

/// More than one chunk.
const MANY: usize = 450;

/// Chooses what happens to whom a search finds; returns the answer's status and where it leads.
async fn choose(
    app: &TestApp,
    who: &Client,
    search: &str,
    act: &str,
    number: &str,
) -> (StatusCode, String) {
    let url = app.url(&format!("/admin/subscribers/bulk?{search}"));
    let answer = who.post(url).form(&[("act", act), ("number", number)]).send().await.unwrap();
    let to = answer.headers().get("location").map(|to| to.to_str().unwrap().to_owned());
    (answer.status(), to.unwrap_or(answer.text().await.unwrap()))
}

impl TestApp {
    /// Somebody subscribes and confirms, and no job runs meanwhile.
    async fn subscribe_without_jobs(&self, email: &str) {
        self.ask(email).await;
        let (_, subscription) = self.person(email).await;
        let now = self.clock.now();
        let activate = move |conn: &mut lederbrev::db::DbConn| {
            Ok(lederbrev::subscribers::store::register::activate(conn, subscription.id, now)?)
        };
        assert!(self.app.db.write(activate).await.unwrap());
    }
}

async fn page(app: &TestApp, who: &Client, path: &str) -> String {
    who.get(app.url(path)).send().await.unwrap().text().await.unwrap()
}

async fn states(sending: &Sending) -> Vec<(SubscriptionState, i64)> {
    sending
        .write(|conn| {
            subscriptions::table
                .group_by(subscriptions::state)
                .order(subscriptions::state)
                .select((subscriptions::state, diesel::dsl::count_star()))
                .load(conn)
        })
        .await
}

async fn differences(sending: &Sending) -> Vec<String> {
    sending.app.app.db.read(ledger::check).await.unwrap()
}

/// Somebody works in another sector now, as the register and the ledger have it when they say so.
async fn works_in(sending: &Sending, person: i64, sector: Sector) {
    let (newsletter, now) = (sending.newsletter, sending.app.clock.now());
    let write = move |conn: &mut lederbrev::db::DbConn| {
        let newsletter = lederbrev::newsletters::store::find(conn, newsletter)?;
        let before = register::by_id(conn, person)?;
        lederbrev::people::bulk::store::set_sector(conn, person, Some(sector))?;
        let after = register::by_id(conn, person)?;
        let entries = [(&before, -1), (&after, 1)].map(|(who, change)| {
            ledger::Entry::now(&newsletter, who, ledger::LedgerKind::Moved, change, "test", now)
        });
        ledger::record(conn, &entries)
    };
    sending.app.app.db.write(write).await.unwrap();
}

/// Readers who are counted, as everybody is who has come in by a form or a list.
async fn counted_readers(sending: &Sending, count: usize) -> Vec<Reader> {
    let readers = sending.readers(count).await;
    let newsletter = sending.newsletter;
    let now = sending.app.clock.now();
    sending
        .app
        .app
        .db
        .write(move |conn| {
            let newsletter = lederbrev::newsletters::store::find(conn, newsletter)?;
            let people: Vec<lederbrev::subscribers::Subscriber> = subscribers::table
                .select(lederbrev::subscribers::Subscriber::as_select())
                .load(conn)?;
            let entry = |person| {
                let kind = ledger::LedgerKind::Imported;
                ledger::Entry::now(&newsletter, person, kind, 1, "import", now)
            };
            ledger::record(conn, &people.iter().map(entry).collect::<Vec<_>>())
        })
        .await
        .unwrap();
    readers
}

sends! {
    async fn many_are_ended_and_come_back_but_not_who_has_done_something_since(sending: Sending) {
        let readers = counted_readers(&sending, MANY).await;
        let app = &sending.app;
        let mette = app.signed_in(Role::Editor).await;
        let number = MANY.to_string();
        let asked = page(app, &mette, "/admin/subscribers/bulk").await;
        assert!(asked.contains("450 tilmeldinger passer") && asked.contains("alle i registret"), "{asked}");
        let (status, to) = choose(app, &mette, "", "end", &number).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{to}");
        app.run_until_idle().await;
        assert_eq!(states(&sending).await, [(SubscriptionState::Ended, MANY as i64)]);
        let before = app.count(sending.newsletter, "2017-03-24").await;
        assert_eq!(before.0, Some(0));
        assert_eq!(differences(&sending).await, [""; 0]);
        let shown = page(app, &mette, &to).await;
        assert!(shown.contains("450 er rettet.") && shown.contains("Fortryd rettelsen"), "{shown}");
        // One leaves by an old letter, and one calls it spam: nobody wakes them.
        app.clock.advance(TimeDelta::hours(1));
        let leave = app.unsubscribe_path(&address(0)).await;
        assert!(app.get(&leave).await.text().await.unwrap().contains("<button"));
        app.post(&leave, &[]).await;
        let (first, left) = app.person(&address(0)).await;
        assert_eq!(left.end_reason, Some(EndReason::Unsubscribed));
        let (second, _) = app.person(&address(1)).await;
        let complained = format!("/admin/subscribers/{}/complained", second.uuid);
        let answer = mette.post(app.url(&complained)).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        assert_eq!(first.id, readers[0].subscriber);
        let answer = mette.post(app.url(&to)).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        app.run_until_idle().await;
        assert_eq!(
            states(&sending).await,
            [(SubscriptionState::Active, MANY as i64 - 2), (SubscriptionState::Ended, 2)]
        );
        assert_eq!(app.count(sending.newsletter, "2017-03-24").await.0, Some(MANY as i64 - 2));
        assert_eq!(differences(&sending).await, [""; 0]);
        let shown = page(app, &mette, &to).await;
        assert!(shown.contains("2 er ændret siden") && !shown.contains("Fortryd rettelsen"), "{shown}");
        let withdrawn: i64 = sending
            .write(|conn| consents::table.filter(consents::withdrawn_at.is_not_null()).count().get_result(conn))
            .await;
        assert_eq!(withdrawn, 0);
        // What the log says ends nobody who has come back.
        lederbrev::subscribers::withdrawals::replay(&app.app).await.unwrap();
        assert_eq!(
            states(&sending).await,
            [(SubscriptionState::Active, MANY as i64 - 2), (SubscriptionState::Ended, 2)]
        );
        let again = mette.post(app.url(&to)).send().await.unwrap();
        assert_eq!(again.status(), StatusCode::CONFLICT);
    }

    async fn a_sector_is_set_for_those_of_a_domain_and_the_ledger_moves_them_there_and_back(sending: Sending) {
        let readers = counted_readers(&sending, 27).await;
        let app = &sending.app;
        let mette = app.signed_in(Role::Editor).await;
        let search = "domain=aarhus.example";
        let at_aarhus = |at: &usize| address(*at).ends_with("@aarhus.example");
        let fit: Vec<usize> = (0..readers.len()).filter(at_aarhus).collect();
        assert!(fit.len() > 2, "{fit:?}");
        let (status, page) = choose(app, &mette, search, "sector-kommune", "27").await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains(&format!("{} tilmeldinger passer til din søgning", fit.len())), "{page}");
        // One of them said before where he works.
        let with_sector = readers[fit[1]].subscriber;
        works_in(&sending, with_sector, Sector::Region).await;
        let number = fit.len().to_string();
        let (status, to) = choose(app, &mette, search, "sector-kommune", &number).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{to}");
        app.run_until_idle().await;
        let with = async |sector: Sector| {
            sending
                .write(move |conn| {
                    subscribers::table
                        .filter(subscribers::sector.eq(sector))
                        .count()
                        .get_result::<i64>(conn)
                })
                .await
        };
        assert_eq!(with(Sector::Kommune).await, fit.len() as i64);
        let moved = [format!("/ +{}", 27 - fit.len()), format!("/kommune +{}", fit.len())];
        assert_eq!(app.shares().await, moved);
        assert_eq!(differences(&sending).await, [""; 0]);
        // Who is erased meanwhile takes along what was there before; who moved again stays there.
        app.erase(&address(fit[0])).await;
        let moved_on = readers[fit[2]].subscriber;
        works_in(&sending, moved_on, Sector::Stat).await;
        mette.post(app.url(&to)).send().await.unwrap();
        app.run_until_idle().await;
        assert_eq!(with(Sector::Kommune).await, 0);
        assert_eq!((with(Sector::Region).await, with(Sector::Stat).await), (1, 1));
        // Who was erased is counted nowhere.
        assert_eq!(app.shares().await, ["/ +24", "/region +1", "/stat +1"]);
        assert_eq!(differences(&sending).await, [""; 0]);
    }

    async fn who_comes_after_the_number_was_typed_is_not_changed(sending: Sending) {
        counted_readers(&sending, 3).await;
        let app = &sending.app;
        let mette = app.signed_in(Role::Editor).await;
        let (status, to) = choose(app, &mette, "", "end", "3").await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{to}");
        app.subscribe_without_jobs("ny.leder@viborg.example").await;
        app.run_until_idle().await;
        assert_eq!(app.state("ny.leder@viborg.example").await, SubscriptionState::Active);
        assert!(page(app, &mette, &to).await.contains("3 er rettet."));
    }

    async fn nothing_happens_without_the_right_number_the_right_person_and_a_choice(sending: Sending) {
        counted_readers(&sending, 3).await;
        let app = &sending.app;
        let mette = app.signed_in(Role::Editor).await;
        for (search, act, number, words) in [
            ("", "end", "2", "3 tilmeldinger passer til søgningen. Kontrollér"),
            ("", "end", "", "3 tilmeldinger passer til søgningen. Kontrollér"),
            ("", "end", "tre", "3 tilmeldinger passer til søgningen. Kontrollér"),
            ("", "", "3", "Vælg, hvad der skal ske"),
            ("", "sector-himlen", "3", "Vælg, hvad der skal ske"),
            ("q=findes-ikke", "end", "0", "Ingen passer"),
        ] {
            let (status, page) = choose(app, &mette, search, act, number).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{act} {number}");
            assert!(page.contains(words), "{words}: {page}");
        }
        for role in [Role::Reader, Role::Operator] {
            let who = app.signed_in(role).await;
            assert_eq!(choose(app, &who, "", "end", "3").await.0, StatusCode::FORBIDDEN, "{role}");
        }
        app.run_until_idle().await;
        assert_eq!(states(&sending).await, [(SubscriptionState::Active, 3)]);
    }

    async fn whom_was_asked_for_is_forgotten_at_once_and_after_a_day_it_is_for_good(sending: Sending) {
        counted_readers(&sending, 3).await;
        let app = &sending.app;
        let mette = app.signed_in(Role::Editor).await;
        let search = format!("q={}", address(0).replace('@', "%40"));
        let (_, to) = choose(app, &mette, &search, "end", "1").await;
        let kept = async || {
            sending
            .write(|conn| {
                let rows = bulk_rows::table.count().get_result(conn)?;
                let query: lederbrev::db::Json =
                    bulk_changes::table.select(bulk_changes::query).first(conn)?;
                Ok::<(i64, String), diesel::result::Error>((rows, query.0.to_string()))
            })
            .await
        };
        assert!(kept().await.1.contains("aarhus"));
        app.run_until_idle().await;
        assert_eq!(kept().await, (1, "{}".to_owned()));
        app.clock.advance(TimeDelta::hours(25));
        app.run_until_idle().await;
        assert_eq!(kept().await, (0, "{}".to_owned()));
        let mette = app.signed_in(Role::Editor).await;
        assert_eq!(mette.post(app.url(&to)).send().await.unwrap().status(), StatusCode::CONFLICT);
        assert_eq!(
            states(&sending).await,
            [(SubscriptionState::Active, 2), (SubscriptionState::Ended, 1)]
        );
    }
}

#[actix_web::test]
async fn changing_many_is_accessible_and_fits_every_screen() {
    let sending = Sending::sqlite().await;
    counted_readers(&sending, 27).await;
    let app = &sending.app;
    let browser = Browser::open(app).await;
    browser.sign_in(Role::Editor).await;
    browser.console_errors().await;
    browser.goto("/admin/subscribers?domain=aarhus.example").await;
    browser.click(".page-head a[href*='/bulk']").await;
    let look = async |name: &str, path: &str| {
        for (width, dark) in [(WIDE, false), (WIDE, true), (PHONE, false)] {
            browser.dark(dark).await;
            browser.resize(width).await;
            browser.goto(path).await;
            browser.axe().await;
            browser.screenshot(&format!("{name}-{width}{}", if dark { "-dark" } else { "" })).await;
        }
        browser.fits_a_narrow_screen().await;
        browser.resize(WIDE).await;
    };
    look("bulk", "/admin/subscribers/bulk?domain=aarhus.example").await;
    browser.click("main form button").await;
    browser.wait_for(".error-summary").await;
    browser.axe().await;
    browser.screenshot("bulk-refused").await;
    let number = browser.text(".lead").await;
    browser.run("document.getElementById('act').value = 'end'").await;
    browser.fill("#number", number.split(' ').next().unwrap()).await;
    browser.click("main form button").await;
    browser.wait_for("progress").await;
    browser.axe().await;
    app.run_until_idle().await;
    browser.wait_for("#undo").await;
    let here = browser.client.current_url().await.unwrap().path().to_owned();
    look("bulk-done", &here).await;
    browser.click("section button.danger").await;
    browser.wait_for("progress").await;
    app.run_until_idle().await;
    browser.goto(&here).await;
    assert!(browser.text("main").await.contains("Alt er, som det var."));
    let complaints = browser.console_errors().await;
    assert!(complaints.iter().all(|why| why.contains("422")), "{complaints:?}");
    browser.close().await;
}
