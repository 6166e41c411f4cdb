//! Two who change the same row at one moment: what each of them has read is asked again when it is
//! written.

use std::sync::mpsc;

use chrono::TimeDelta;
use lederbrev::db;
use lederbrev::personal::choices::{self, DetailsForm};
use lederbrev::subscribers::ledger::{self, Entry, LedgerKind};
use lederbrev::subscribers::store::{pauses, register, unconfirmed};
use lederbrev::subscribers::{Sector, Subscriber, SubscriptionState};

use crate::both;

const ANNE: &str = "anne.holm@aarhus.example";

both! {
    async fn who_leaves_while_the_pause_ends_is_not_woken(app: TestApp) {
        app.newsletter().await;
        app.subscribe(ANNE).await;
        let (_, subscription) = app.person(ANNE).await;
        let (id, now) = (subscription.id, app.clock.now());
        let pause = move |conn: &mut db::DbConn| Ok(pauses::pause(conn, id, SubscriptionState::Active, now)?);
        assert!(app.app.db.write(pause).await.unwrap());
        // The job has read that the pause is over; then she leaves, then the job writes.
        let over = app.app.db.read(move |conn| Ok(pauses::over(conn, now, 10)?)).await.unwrap();
        assert_eq!(over.len(), 1);
        let leave = app.unsubscribe_path(ANNE).await;
        app.post(&leave, &[]).await;
        let woken = move |conn: &mut db::DbConn| {
            Ok((
                pauses::resume_due(conn, id, now)?,
                pauses::resume(conn, id)?,
                pauses::pause(conn, id, SubscriptionState::Active, now)?,
                register::set_scope(conn, id, lederbrev::subscribers::Scope::Specials)?,
            ))
        };
        assert_eq!(app.app.db.write(woken).await.unwrap(), (false, false, false, false));
        assert_eq!(app.state(ANNE).await, SubscriptionState::Ended);
    }

    async fn a_pause_that_is_made_longer_while_it_ends_goes_on(app: TestApp) {
        app.newsletter().await;
        app.subscribe(ANNE).await;
        let (_, subscription) = app.person(ANNE).await;
        let (id, now) = (subscription.id, app.clock.now());
        let longer = now + TimeDelta::days(30);
        let ended = move |conn: &mut db::DbConn| {
            pauses::pause(conn, id, SubscriptionState::Active, now)?;
            pauses::pause(conn, id, SubscriptionState::Paused, longer)?;
            Ok(pauses::resume_due(conn, id, now)?)
        };
        assert!(!app.app.db.write(ended).await.unwrap());
        assert_eq!(app.state(ANNE).await, SubscriptionState::Paused);
    }

    async fn who_asks_again_while_an_old_sign_up_is_forgotten_still_gets_a_confirmation(app: TestApp) {
        app.newsletter().await;
        app.ask(ANNE).await;
        let (_, subscription) = app.person(ANNE).await;
        let (id, asked) = (subscription.id, subscription.requested_at);
        let before = asked + TimeDelta::days(14);
        let again = asked + TimeDelta::days(15);
        let forgotten = move |conn: &mut db::DbConn| {
            // The job has read the old row; then she asks again, then the job writes.
            let old = unconfirmed::since(conn, before, 10)?.len();
            register::ask_again(conn, id, "form", again)?;
            unconfirmed::delete(conn, id, before)?;
            unconfirmed::back_to_ended(conn, id, before)?;
            Ok(old)
        };
        assert_eq!(app.app.db.write(forgotten).await.unwrap(), 1);
        assert_eq!(app.state(ANNE).await, SubscriptionState::Pending);
    }

    async fn two_who_move_somebody_at_once_take_her_out_of_her_old_group_once(app: TestApp) {
        app.newsletter().await;
        app.subscribe(ANNE).await;
        let (person, subscription) = app.person(ANNE).await;
        let (in_the_middle, middle) = mpsc::channel();
        let (go_on, wait) = mpsc::channel::<()>();
        // Staff have begun to set her sector,
        let (db, id, now) = (app.app.db.clone(), person.id, app.clock.now());
        let staff = std::thread::spawn(move || {
            db.write_blocking(move |conn| {
                db::hold_person(conn, id)?;
                let (_, before, newsletter) = register::with_owner(conn, subscription.id)?.unwrap();
                in_the_middle.send(()).unwrap();
                wait.recv().unwrap();
                let after = Subscriber { sector: Some(Sector::Region), ..before.clone() };
                lederbrev::people::bulk::store::set_sector(conn, id, after.sector)?;
                let entry = |who, change| {
                    Entry::now(&newsletter, who, LedgerKind::Moved, change, "staff", now)
                };
                ledger::record(conn, &[entry(&before, -1), entry(&after, 1)])
            })
        });
        middle.recv().unwrap();
        // and she says another one herself.
        let (own, data) = (person.clone(), app.app.clone());
        let herself = actix_web::rt::spawn(async move {
            let form = DetailsForm { sector: "kommune".to_owned(), ..DetailsForm::of(&own) };
            choices::describe(&data, &own, &form).await
        });
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        go_on.send(()).unwrap();
        herself.await.unwrap().unwrap();
        staff.join().unwrap().unwrap();
        assert_eq!(app.shares().await, ["/kommune +1"]);
        assert_eq!(app.differences().await, [""; 0]);
    }
}
