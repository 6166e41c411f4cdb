//! Templates, recurring issues, and the numbers of special editions.

use chrono::TimeDelta;
use lederbrev::issues::compose::{self, NewIssue};
use lederbrev::issues::{Content, Issue, IssueKind, IssueState, store, templates};
use lederbrev::library::{self, Details, ItemKind, NewItem};
use lederbrev::recurring::{self, Change, NewSeries, Rule, Start, Weeks, prepare};
use lederbrev::staff::Role;
use lederbrev::web::Lang;
use reqwest::StatusCode;

use crate::app::TestApp;
use crate::both;
use crate::browser::{Browser, PHONE, WIDE};
use crate::composer::special_edition;
use crate::sending::readers;

pub fn thursdays(newsletter: i64) -> NewSeries {
    NewSeries {
        newsletter,
        name: "Nyt fra Lederweb".to_owned(),
        rule: Rule::Weeks(Weeks {
            weekdays: vec!["thu".to_owned()],
            every: 2,
            starts_on: "2017-04-06".parse().unwrap(),
            time: "09:00".to_owned(),
        }),
        start: Start::Empty,
        template: None,
        subject: "Nyt fra Lederweb, uge {uge}".to_owned(),
        kinds: ItemKind::ALL.to_vec(),
        lead_days: 3,
    }
}

async fn add(app: &TestApp, kind: ItemKind, title: &str, more: impl FnOnce(&mut Details)) {
    let mut details = Details {
        kind,
        title: title.to_owned(),
        summary: "Kort fortalt.".to_owned(),
        language: Lang::Da,
        published_on: None,
        published_precision: None,
        series: None,
        number: None,
        leadership_groups: String::new(),
        image_url: None,
        place: None,
        valid_until: None,
    };
    more(&mut details);
    let address = format!("https://lederweb.example/{}", title.replace(' ', "-"));
    let item = NewItem { details, addresses: vec![address] };
    let now = app.clock.now();
    app.app.db.write(move |conn| Ok(library::store::insert(conn, &item, now)?)).await.unwrap();
}

async fn drafts(app: &TestApp) -> Vec<Issue> {
    let filter =
        store::Filter { states: Some(vec![IssueState::Draft]), ..store::Filter::default() };
    app.app.db.read(move |conn| Ok(store::list(conn, &filter, 50)?)).await.unwrap()
}

async fn content(app: &TestApp, issue: &Issue) -> Content {
    let id = issue.uuid;
    app.app.db.read(move |conn| Ok(compose::open(conn, id)?.content)).await.unwrap()
}

both! {
    async fn a_draft_is_prepared_three_days_before_with_what_is_new_and_is_never_sent(app: TestApp) {
        let newsletter = app.newsletter().await;
        add(&app, ItemKind::Article, "Kære leder", |_| {}).await;
        add(&app, ItemKind::Podcast, "Hvad hvis der ingen ledelse var?", |_| {}).await;
        add(&app, ItemKind::Article, "Udløbet", |details| {
            details.valid_until = Some("2017-04-05".parse().unwrap());
        }).await;
        recurring::save(&app.app, None, thursdays(newsletter), "test").await.unwrap();
        let now = app.clock.now();
        app.app.db.write(move |conn| Ok(readers(conn, newsletter, 1, now)?)).await.unwrap();
        // Monday 3 April at 9.00: 7.00 UTC.
        app.clock.advance(TimeDelta::days(10) - TimeDelta::minutes(1));
        app.run_until_idle().await;
        assert_eq!(drafts(&app).await.len(), 0);
        app.clock.advance(TimeDelta::minutes(1));
        app.run_until_idle().await;
        let made = drafts(&app).await;
        assert_eq!(made.len(), 1);
        let draft = &made[0];
        assert_eq!(draft.subject, "Nyt fra Lederweb, uge 14");
        assert_eq!(draft.proposed_at_local.as_deref(), Some("2017-04-06T09:00"));
        assert!(draft.is_prepared());
        let titles: Vec<String> =
            content(&app, draft).await.blocks.iter().map(|block| block.kind.title()).collect();
        let expected = ["Artikler", "Kære leder", "Podcast", "Hvad hvis der ingen ledelse var?"];
        assert_eq!(titles, expected);

        let editor = app.signed_in(Role::Editor).await;
        let page = async |path: &str| {
            editor.get(app.url(path)).send().await.unwrap().text().await.unwrap()
        };
        assert!(page("/admin").await.contains("Kladde klar"));
        let schedule = page(&format!("/admin/issues/{}/schedule", draft.uuid)).await;
        assert!(schedule.contains("value=\"2017-04-06T09:00\""), "{schedule}");
        let calendar = page("/admin/calendar?month=2017-04").await;
        assert!(calendar.contains("Nyt fra Lederweb, uge 14"), "{calendar}");
        assert!(page("/admin/recurring").await.contains("20. april 2017"));

        // Its time passes, and nothing goes. The next draft does not have the same once more.
        add(&app, ItemKind::Tool, "Samtaleværktøj", |_| {}).await;
        app.clock.advance(TimeDelta::days(14));
        app.run_until_idle().await;
        let made = drafts(&app).await;
        assert_eq!(made.len(), 2);
        assert_eq!(made[0].subject, "Nyt fra Lederweb, uge 16");
        let titles: Vec<String> =
            content(&app, &made[0]).await.blocks.iter().map(|b| b.kind.title()).collect();
        assert_eq!(titles, ["Værktøjer", "Samtaleværktøj"]);
    }

    async fn what_was_missed_in_a_week_makes_one_draft(app: TestApp) {
        let newsletter = app.newsletter().await;
        let daily = NewSeries {
            rule: Rule::Cron("0 9 * * *".to_owned()),
            lead_days: 1,
            ..thursdays(newsletter)
        };
        recurring::save(&app.app, None, daily, "test").await.unwrap();
        app.run_until_idle().await;
        let before = drafts(&app).await.len();
        app.clock.advance(TimeDelta::days(7) + TimeDelta::hours(3));
        app.run_until_idle().await;
        assert_eq!(drafts(&app).await.len() - before, 1);
    }

    async fn two_processes_make_one_draft(app: TestApp) {
        let newsletter = app.newsletter().await;
        recurring::save(&app.app, None, thursdays(newsletter), "test").await.unwrap();
        app.clock.advance(TimeDelta::days(10));
        let runs = (0..6).map(|_| prepare::prepare_due(&app.app));
        for run in futures_util::future::join_all(runs).await {
            run.unwrap();
        }
        assert_eq!(drafts(&app).await.len(), 1);
    }

    async fn a_series_is_paused_resumed_removed_and_brought_back(app: TestApp) {
        let newsletter = app.newsletter().await;
        let series = recurring::save(&app.app, None, thursdays(newsletter), "test").await.unwrap();
        let editor = app.signed_in(Role::Editor).await;
        let act = async |action: &str| {
            let address = app.url(&format!("/admin/recurring/{}/{action}", series.uuid));
            editor.post(address).send().await.unwrap().status()
        };
        // Days pass, and with them a session.
        let change = async |change: Change| {
            recurring::change(&app.app, series.uuid, change, "test").await.unwrap();
        };
        assert_eq!(act("explode").await, StatusCode::NOT_FOUND);
        assert_eq!(act("pause").await, StatusCode::SEE_OTHER);
        app.clock.advance(TimeDelta::days(20));
        app.run_until_idle().await;
        assert_eq!(drafts(&app).await.len(), 0);
        change(Change::Resume).await;
        app.run_until_idle().await;
        assert_eq!(drafts(&app).await.len(), 0, "the next one is a week ahead");
        change(Change::Remove).await;
        // Tuesday 18 April: its draft was due the day before.
        app.clock.advance(TimeDelta::days(5));
        app.run_until_idle().await;
        assert_eq!(drafts(&app).await.len(), 0);
        change(Change::Restore).await;
        app.run_until_idle().await;
        assert_eq!(drafts(&app).await.len(), 1);
    }

    async fn another_time_of_the_day_makes_no_second_draft_for_the_same_week(app: TestApp) {
        let newsletter = app.newsletter().await;
        let series = recurring::save(&app.app, None, thursdays(newsletter), "test").await.unwrap();
        app.clock.advance(TimeDelta::days(10));
        app.run_until_idle().await;
        assert_eq!(drafts(&app).await.len(), 1);
        let Rule::Weeks(weeks) = thursdays(newsletter).rule else { panic!("weeks") };
        for (time, day) in [("11:00", "thu"), ("09:00", "fri")] {
            let weeks = Weeks {
                time: time.to_owned(),
                weekdays: vec![day.to_owned()],
                ..weeks.clone()
            };
            let changed = NewSeries { rule: Rule::Weeks(weeks), ..thursdays(newsletter) };
            recurring::save(&app.app, Some(series.uuid), changed, "test").await.unwrap();
            app.run_until_idle().await;
            app.clock.advance(TimeDelta::hours(30));
            app.run_until_idle().await;
            assert_eq!(drafts(&app).await.len(), 1, "{day} {time}");
        }
    }

    async fn a_template_is_saved_used_with_new_blocks_renamed_removed_and_brought_back(app: TestApp) {
        let newsletter = app.newsletter().await;
        let new = NewIssue { newsletter, kind: IssueKind::Special, content: special_edition() };
        let issue = compose::create(&app.app, new, "test").await.unwrap();
        let editor = app.signed_in(Role::Editor).await;
        let post = async |path: &str, form: &[(&str, &str)]| {
            editor.post(app.url(path)).form(form).send().await.unwrap()
        };
        let ask = format!("/admin/issues/{}/template", issue.uuid);
        assert_eq!(post(&ask, &[("name", " ")]).await.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(post(&ask, &[("name", "Tema")]).await.status(), StatusCode::SEE_OTHER);
        let all = async || app.app.db.read(|conn| Ok(store::all_templates(conn)?)).await.unwrap();
        let template = all().await.remove(0);
        let made = templates::begin(&app.app, template.uuid, "test").await.unwrap();
        let (old, new) = (content(&app, &issue).await, content(&app, &made).await);
        assert_eq!(made.kind, IssueKind::Special);
        assert_eq!(old.blocks.len(), new.blocks.len());
        for (old, new) in old.blocks.iter().zip(&new.blocks) {
            assert_eq!(old.kind, new.kind);
            assert_ne!(old.id, new.id);
        }
        let page = editor.get(app.url("/admin/issues/new")).send().await.unwrap();
        assert!(page.text().await.unwrap().contains(&format!("template:{}", template.uuid)));
        let at = |action: &str| format!("/admin/templates/{}{action}", template.uuid);
        post(&at(""), &[("name", "Temanummer")]).await;
        assert_eq!(all().await[0].name, "Temanummer");
        post(&at("/remove"), &[]).await;
        assert!(all().await.is_empty());
        post(&at("/restore"), &[]).await;
        assert_eq!(all().await.len(), 1);
    }

    async fn special_editions_are_numbered_and_a_number_twice_is_a_warning(app: TestApp) {
        app.newsletter().await;
        let editor = app.signed_in(Role::Editor).await;
        let make = async |from: &str| {
            let answer = editor.post(app.url("/admin/issues")).form(&[("from", from)]);
            let answer = answer.send().await.unwrap();
            let place = answer.headers()["location"].to_str().unwrap().to_owned();
            let id = place.rsplit('/').next().unwrap().parse().unwrap();
            app.app.db.read(move |conn| Ok(store::by_uuid(conn, id)?)).await.unwrap()
        };
        let first = make("special").await;
        assert_eq!(first.series_number, Some(1));
        assert_eq!(make(&format!("copy:{}", first.uuid)).await.series_number, Some(2));
        let third = make("special").await;
        assert_eq!(third.series_number, Some(3));
        let mut changed = content(&app, &third).await;
        changed.theme.as_mut().unwrap().number = Some(1);
        let draft = compose::Draft { content: changed, based_on: 1, autosave: false };
        compose::save(&app.app, third.uuid, draft, "test").await.unwrap();
        let page = editor.get(app.url(&format!("/admin/issues/{}", third.uuid))).send().await.unwrap();
        let page = page.text().await.unwrap();
        assert!(page.contains("Et andet særnummer af nyhedsbrevet har samme nummer"), "{page}");
        assert!(page.contains("#f-theme-number"));
        let shown = format!("/admin/issues/{}/preview/web", third.uuid);
        let shown = editor.get(app.url(&shown)).send().await.unwrap().text().await.unwrap();
        assert!(shown.contains("Særnummer nr. 1"), "{shown}");
    }
}

#[actix_web::test]
async fn the_pages_of_templates_and_recurring_issues_are_accessible_and_fit_every_screen() {
    let app = TestApp::sqlite().await;
    let newsletter = app.newsletter().await;
    let new = NewIssue { newsletter, kind: IssueKind::Special, content: special_edition() };
    let issue = compose::create(&app.app, new, "test").await.unwrap();
    templates::save(&app.app, issue.uuid, "Temanummer", "test").await.unwrap();
    recurring::save(&app.app, None, thursdays(newsletter), "test").await.unwrap();
    add(&app, ItemKind::Article, "Kære leder", |_| {}).await;
    app.clock.advance(TimeDelta::days(10));
    app.run_until_idle().await;
    let browser = Browser::open(&app).await;
    browser.sign_in(Role::Editor).await;
    browser.console_errors().await;

    // "Every second Thursday at nine", by the form, in plain words.
    browser.goto("/admin/recurring/new").await;
    browser.fill("#name", "Særligt til chefer").await;
    browser.click("main form > button").await;
    browser.wait_for(".toast").await;
    assert!(browser.text("main").await.contains("Hver anden uge: torsdag kl. 09:00"));

    let here = format!("/admin/issues/{}", issue.uuid);
    let pages = [
        ("templates", "/admin/templates".to_owned()),
        ("template-new", format!("{here}/template")),
        ("recurring", "/admin/recurring".to_owned()),
        ("recurring-new", "/admin/recurring/new".to_owned()),
        ("new-issue", "/admin/issues/new".to_owned()),
        ("special-composer", format!("{here}?check=on")),
        ("desk-ready", "/admin".to_owned()),
    ];
    for (name, address) in pages {
        for dark in [false, true] {
            browser.dark(dark).await;
            browser.resize(WIDE).await;
            browser.goto(&address).await;
            browser.axe().await;
            browser.screenshot(&format!("{name}{}", if dark { "-in-dark" } else { "" })).await;
        }
        browser.dark(false).await;
        browser.resize(PHONE).await;
        browser.screenshot(&format!("{name}-phone")).await;
        browser.fits_a_narrow_screen().await;
        browser.no_console_errors().await;
    }
    browser.close().await;
}
