//! A newsletter is made and changed by administrators.

use diesel::prelude::*;
use lederbrev::db::Json;
use lederbrev::db::schema::audit_log;
use lederbrev::error::Error;
use lederbrev::newsletters::settings::{self, SettingsForm};
use lederbrev::newsletters::{Newsletter, Tracking, store};
use lederbrev::staff::Role;
use lederbrev::web::Lang;
use reqwest::StatusCode;

use crate::app::TestApp;
use crate::both;
use crate::browser::Browser;

/// The form as Væksthus for Ledelse would fill it.
fn form() -> SettingsForm {
    SettingsForm {
        title: "Nyhedsbrev fra Væksthus for Ledelse".to_owned(),
        sender_name: "Væksthus for Ledelse".to_owned(),
        sender_email: "nyhedsbrev@lederweb.example".to_owned(),
        organisation: "Væksthus for Ledelse".to_owned(),
        contact_email: "kontakt@lederweb.example".to_owned(),
        ..SettingsForm::empty(Lang::Da)
    }
}

async fn only_newsletter(app: &TestApp) -> Newsletter {
    let mut all = app.app.db.read(|conn| Ok(store::all(conn)?)).await.unwrap();
    assert_eq!(all.len(), 1);
    all.remove(0)
}

both! {
    async fn measuring_is_off_until_somebody_writes_down_why_it_is_allowed(app: TestApp) {
        let made = settings::create(&app.app, form(), "test").await.unwrap();
        assert_eq!(made.slug, "nyhedsbrev-fra-vaeksthus-for-ledelse");
        assert_eq!(made.open_tracking, Tracking::Off);
        let admin = app.signed_in(Role::Admin).await;
        let address = app.url(&format!("/admin/settings/{}", made.slug));
        let mut wish = SettingsForm { open_tracking: "aggregate".to_owned(), ..form() };
        let refused = admin.post(&address).form(&wish).send().await.unwrap();
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().await.unwrap().contains("Skriv, hvad I bygger målingen på"));
        assert_eq!(only_newsletter(&app).await.open_tracking, Tracking::Off);

        wish.tracking_basis = "Vurderet af DPO den 1. marts 2017".to_owned();
        let taken = admin.post(&address).form(&wish).send().await.unwrap();
        assert_eq!(taken.status(), StatusCode::SEE_OTHER);
        assert_eq!(only_newsletter(&app).await.open_tracking, Tracking::Aggregate);
        // Once allowed, other changes need no new basis; and off needs none.
        wish.tracking_basis.clear();
        wish.frequency = "cirka hver anden uge".to_owned();
        let again = admin.post(&address).form(&wish).send().await.unwrap();
        assert_eq!(again.status(), StatusCode::SEE_OTHER);
        assert_eq!(only_newsletter(&app).await.details().frequency, "cirka hver anden uge");

        let changes: Vec<Json> = app
            .app
            .db
            .read(|conn| {
                Ok(audit_log::table
                    .filter(audit_log::action.eq("newsletter.change"))
                    .order(audit_log::id)
                    .select(audit_log::details)
                    .load(conn)?)
            })
            .await
            .unwrap();
        assert_eq!(changes.len(), 2);
        assert_eq!(changes[0].0["tracking_basis"]["to"], "Vurderet af DPO den 1. marts 2017");
        assert_eq!(changes[0].0["open_tracking"]["from"], "off");
    }

    async fn a_form_with_many_mistakes_names_each_and_changes_nothing(app: TestApp) {
        let made = settings::create(&app.app, form(), "test").await.unwrap();
        let admin = app.signed_in(Role::Admin).await;
        let wrong = SettingsForm {
            title: "x".repeat(300),
            time_zone: "Europe/Randers".to_owned(),
            sender_name: "Ledelse\r\nBcc: alle@lederweb.example".to_owned(),
            sender_email: "ingen adresse".to_owned(),
            open_tracking: "alt".to_owned(),
            organisation: " ".to_owned(),
            cvr: "1234".to_owned(),
            site_url: "javascript:alert(1)".to_owned(),
            ..form()
        };
        let address = app.url(&format!("/admin/settings/{}", made.slug));
        let refused = admin.post(&address).form(&wrong).send().await.unwrap();
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let page = refused.text().await.unwrap();
        for field in ["title", "time_zone", "sender_email", "open_tracking", "organisation", "cvr", "site_url"] {
            assert!(page.contains(&format!("href=\"#{field}\"")), "the summary names {field}");
            assert!(page.contains(&format!("id=\"{field}-error\"")), "a finding beside {field}");
        }
        assert_eq!(SettingsForm::of(&only_newsletter(&app).await), SettingsForm::of(&made));
        // A line break is white space, and no second header.
        let form = SettingsForm { sender_name: wrong.sender_name, ..form() };
        settings::change(&app.app, &made.slug, form, "test").await.unwrap();
        let name = only_newsletter(&app).await.sender_name;
        assert_eq!(name, "Ledelse Bcc: alle@lederweb.example");
    }
}

both! {
    async fn an_address_that_few_servers_take_stands_in_no_message(app: TestApp) {
        let special = "særnummer@lederweb.example".to_owned();
        let sender = SettingsForm { sender_email: special.clone(), ..form() };
        let reply_to = SettingsForm { reply_to: special, ..form() };
        for (wish, field) in [(sender, "sender_email"), (reply_to, "reply_to")] {
            let refused = settings::create(&app.app, wish, "test").await;
            let Err(Error::Invalid(errors)) = refused else { panic!("{field} was taken") };
            assert_eq!((&*errors[0].field, errors[0].code), (field, "error-email-plain"));
        }
        // In the domain they have a form that everybody takes.
        let sender = "nyhedsbrev@væksthus.example".to_owned();
        let made = settings::create(&app.app, SettingsForm { sender_email: sender, ..form() }, "test");
        assert_eq!(made.await.unwrap().sender_email, "nyhedsbrev@væksthus.example");
    }
}

#[actix_web::test]
async fn a_fresh_installation_leads_to_its_first_newsletter() {
    let app = TestApp::sqlite().await;
    let browser = Browser::open(&app).await;
    browser.sign_in(Role::Admin).await;
    browser.console_errors().await;
    browser.goto("/admin/settings").await;
    browser.axe().await;
    browser.click(".empty .button").await;
    browser.axe().await;
    for (field, text) in [
        ("title", "Nyhedsbrev fra Væksthus for Ledelse"),
        ("slug", "Med Mellemrum"),
        ("sender_name", "Væksthus for Ledelse"),
        ("sender_email", "nyhedsbrev@lederweb.example"),
        ("organisation", "Væksthus for Ledelse"),
        ("contact_email", "kontakt@lederweb.example"),
    ] {
        browser.fill(&format!("#{field}"), text).await;
    }
    browser.click("main form .actions button").await;
    browser.wait_for(".error-summary a[href='#slug']").await;
    browser.axe().await;
    browser.fill("#slug", "lederbrev").await;
    browser.click("main form .actions button").await;
    browser.wait_for(".toast").await;
    assert_eq!(browser.text(".toast").await, "Nyhedsbrevet er oprettet.");
    browser.axe().await;
    browser.fits_a_narrow_screen().await;
    assert_eq!(only_newsletter(&app).await.slug, "lederbrev");
    browser.goto("/admin/sign-in").await;
    assert_eq!(browser.text(".brand").await, "Nyhedsbrev fra Væksthus for Ledelse");
    browser.close().await;
}
