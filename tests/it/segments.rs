//! Segments: what their rules pick, that an issue is counted and sent by them, and their pages.

use chrono::TimeDelta;
use diesel::prelude::*;
use lederbrev::clock::Instant;
use lederbrev::db::schema::{
    clicks, consent_texts, consents, deliveries, newsletters as newsletter_rows, subscribers,
    subscriptions,
};
use lederbrev::db::{DbConn, Json, PublicId};
use lederbrev::issues::{IssueKind, IssueState, store as issue_store};
use lederbrev::mail::EmailAddress;
use lederbrev::newsletters;
use lederbrev::segments::store::{self, AsOf, Over};
use lederbrev::segments::{Condition, Field, Rules, Segment};
use lederbrev::staff::Role;
use lederbrev::subscribers::store::register::SearchKeys;
use lederbrev::subscribers::{
    ConsentMethod, EndReason, LeadershipGroup, Purpose, Sector, SubscriptionState, suppression,
};
use lederbrev::tracking::Verdict;
use lederbrev::web::Lang;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::both;
use crate::browser::{Browser, PHONE, WIDE};
use crate::composer::{Editor, special_edition};
use crate::preflight::audited;
use crate::sending::{Reader, address};

fn condition(field: Field, values: &[&str]) -> Condition {
    Condition { field, not: false, values: values.iter().map(|it| (*it).to_owned()).collect() }
}

fn not(condition: Condition) -> Condition {
    Condition { not: !condition.not, ..condition }
}

/// Six leaders, told apart by what they say and when they came.
async fn leaders(editor: &Editor<'_>) -> Vec<Reader> {
    let readers = editor.readers(6).await;
    let (all, now) = (readers.clone(), editor.app.clock.now());
    let said = [
        (Some(Sector::Kommune), Some(LeadershipGroup::One), Some("Aarhus Kommune"), 400),
        (Some(Sector::Region), Some(LeadershipGroup::Two), Some("Region Midtjylland"), 40),
        (Some(Sector::Kommune), None, Some("ÅRHUS KOMMUNE, BØRN OG UNGE"), 3),
        (None, Some(LeadershipGroup::Three), None, 0),
        (Some(Sector::Stat), None, Some("100 % ledelse"), 0),
        (Some(Sector::Region), Some(LeadershipGroup::Two), Some("Region Nordjylland"), 0),
    ];
    let write = move |conn: &mut DbConn| {
        for (at, (reader, (sector, group, organisation, days))) in all.iter().zip(said).enumerate()
        {
            let address = EmailAddress::parse(&address(at)).unwrap();
            diesel::update(subscribers::table.find(reader.subscriber))
                .set((
                    subscribers::sector.eq(sector),
                    subscribers::leadership_group.eq(group),
                    subscribers::organisation.eq(organisation),
                    SearchKeys::of(&address, None, organisation),
                ))
                .execute(conn)?;
            diesel::update(subscriptions::table.find(reader.subscription))
                .set(subscriptions::confirmed_at.eq(now - TimeDelta::days(days)))
                .execute(conn)?;
        }
        let teknik = EmailAddress::parse("ny@teknik.odense.example").unwrap();
        let special = (
            subscribers::email.eq("ny@teknik.odense.example"),
            subscribers::address_key.eq(teknik.key()),
            subscribers::attributes.eq(Json(json!({ "Uddannelse": "HD", "1. år": "2017 \"ja\"" }))),
            SearchKeys::of(&teknik, None, None),
        );
        diesel::update(subscribers::table.find(all[3].subscriber)).set(special).execute(conn)?;
        diesel::update(subscribers::table.find(all[4].subscriber))
            .set(subscribers::language.eq(Lang::En))
            .execute(conn)?;
        diesel::update(subscriptions::table.find(all[5].subscription))
            .set(subscriptions::source.eq("messe-2017"))
            .execute(conn)?;
        Ok(())
    };
    editor.app.app.db.write(write).await.unwrap();
    readers
}

/// Which of the readers the rules pick, by their place.
async fn picked(editor: &Editor<'_>, readers: &[Reader], rules: Rules) -> Vec<usize> {
    let (newsletter, now) = (editor.issue.newsletter, editor.app.clock.now());
    let rules = rules.checked().unwrap();
    let zone = chrono_tz::Europe::Copenhagen;
    let as_of = AsOf { now, zone };
    let read = move |conn: &mut DbConn| {
        let [ids, alone]: [Vec<i64>; 2] = [Over::All, Over::Stretch].map(|over| {
            store::reachable(store::awake(newsletter, now))
                .filter(store::filter(&rules, as_of, over))
                .order(subscriptions::subscriber)
                .select(subscriptions::subscriber)
                .load(conn)
                .unwrap()
        });
        assert_eq!(ids, alone, "whichever way the database goes");
        assert_eq!(store::size(conn, newsletter, &rules, as_of)?, ids.len() as i64);
        Ok(ids)
    };
    let ids = editor.app.app.db.read(read).await.unwrap();
    ids.iter().filter_map(|id| readers.iter().position(|reader| reader.subscriber == *id)).collect()
}

fn one(condition: Condition) -> Rules {
    Rules(vec![vec![condition]])
}

async fn consent(editor: &Editor<'_>, reader: Reader) {
    let (newsletter, now) = (editor.issue.newsletter, editor.app.clock.now());
    let write = move |conn: &mut DbConn| {
        diesel::insert_into(consent_texts::table)
            .values((
                consent_texts::hash.eq("måling"),
                consent_texts::purpose.eq(Purpose::Tracking),
                consent_texts::language.eq(Lang::Da),
                consent_texts::body.eq("I må måle, hvad jeg læser."),
                consent_texts::created_at.eq(now),
            ))
            .execute(conn)?;
        diesel::insert_into(consents::table)
            .values((
                consents::subscriber.eq(reader.subscriber),
                consents::newsletter.eq(newsletter),
                consents::purpose.eq(Purpose::Tracking),
                consents::text_hash.eq("måling"),
                consents::language.eq(Lang::Da),
                consents::method.eq(ConsentMethod::Form),
                consents::form_address.eq("/subscribe"),
                consents::source.eq("form"),
                consents::requested_at.eq(now),
                consents::confirmed_at.eq(now),
            ))
            .execute(conn)?;
        Ok(())
    };
    editor.app.app.db.write(write).await.unwrap();
}

async fn saved(editor: &Editor<'_>, name: &str, rules: &Rules) -> Segment {
    let (newsletter, now) = (editor.issue.newsletter, editor.app.clock.now());
    let (name, rules) = (name.to_owned(), rules.clone());
    let write =
        move |conn: &mut DbConn| Ok(store::insert(conn, newsletter, (&name, &rules), "test", now)?);
    editor.app.app.db.write(write).await.unwrap()
}

async fn choose(editor: &Editor<'_>, form: &[(&str, &str)]) -> reqwest::Response {
    editor.browser.post(editor.path("/audience")).form(form).send().await.unwrap()
}

async fn state(editor: &Editor<'_>) -> IssueState {
    let id = editor.issue.id;
    editor.app.app.db.read(move |conn| Ok(issue_store::find(conn, id)?)).await.unwrap().state
}

both! {
    async fn each_condition_picks_those_whom_it_says_and_turned_round_all_others(app: TestApp) {
        let editor = Editor::with(&app, IssueKind::Special, special_edition()).await;
        let readers = leaders(&editor).await;
        consent(&editor, readers[2]).await;
        for (condition, expected) in [
            (condition(Field::Sector, &["kommune"]), vec![0, 2]),
            (condition(Field::Sector, &["region", "none"]), vec![1, 3, 5]),
            (condition(Field::LeadershipGroup, &["2", "3"]), vec![1, 3, 5]),
            (condition(Field::LeadershipGroup, &["none"]), vec![2, 4]),
            (condition(Field::Language, &["en"]), vec![4]),
            (condition(Field::Organisation, &["århus kommune"]), vec![2]),
            (condition(Field::Organisation, &["0 %"]), vec![4]),
            (condition(Field::Organisation, &["_"]), vec![]),
            (condition(Field::Domain, &["odense.example"]), vec![1, 3]),
            (condition(Field::Domain, &["ense.example"]), vec![]),
            (condition(Field::Attribute, &["Uddannelse: HD"]), vec![3]),
            (condition(Field::Attribute, &["Uddannelse: MBA", "1. år: 2017 \"ja\""]), vec![3]),
            (condition(Field::Attribute, &["HD: Uddannelse", "' OR 1=1 --: x"]), vec![]),
            (condition(Field::Tracking, &[]), vec![2]),
            (condition(Field::Source, &["messe-2017"]), vec![5]),
            // The clock stands at 24 March 2017.
            (condition(Field::Before, &["2017-02-12"]), vec![0]),
            (condition(Field::Since, &["2017-02-12"]), vec![1, 2, 3, 4, 5]),
            (condition(Field::Within, &["3"]), vec![2, 3, 4, 5]),
        ] {
            let others: Vec<usize> = (0..6).filter(|at| !expected.contains(at)).collect();
            assert_eq!(picked(&editor, &readers, one(condition.clone())).await, expected, "{condition:?}");
            assert_eq!(picked(&editor, &readers, one(not(condition.clone()))).await, others, "not {condition:?}");
        }
        let kommune = condition(Field::Sector, &["kommune"]);
        let old = condition(Field::Before, &["2017-01-01"]);
        let english = condition(Field::Language, &["en"]);
        let either = Rules(vec![vec![kommune.clone(), english.clone()], vec![not(old.clone())]]);
        assert_eq!(picked(&editor, &readers, either).await, [2, 4]);
        assert_eq!(picked(&editor, &readers, Rules(vec![vec![kommune], vec![english]])).await, [] as [usize; 0]);
        // Who cannot be reached is in no segment.
        let gone = readers[4].subscription;
        app.app.db.write(move |conn| {
            let row = diesel::update(subscriptions::table.find(gone));
            Ok(row.set(subscriptions::state.eq(SubscriptionState::Ended)).execute(conn)?)
        }).await.unwrap();
        assert_eq!(picked(&editor, &readers, one(condition(Field::Language, &["en"]))).await, [] as [usize; 0]);
    }

    async fn a_segment_follows_whoever_changes_level_sector_or_language_or_becomes_another(app: TestApp) {
        let editor = Editor::with(&app, IssueKind::Special, special_edition()).await;
        let readers = leaders(&editor).await;
        let (anne, bo, gone) = (readers[0], readers[1], readers[5].subscriber);
        app.app.db.write(move |conn| {
            diesel::update(subscribers::table.find(anne.subscriber))
                .set((
                    subscribers::sector.eq(None::<Sector>),
                    subscribers::leadership_group.eq(LeadershipGroup::Three),
                    subscribers::language.eq(Lang::En),
                ))
                .execute(conn)?;
            // Two rows of one person become one: the subscription is the other person's now.
            diesel::delete(subscriptions::table.filter(subscriptions::subscriber.eq(gone))).execute(conn)?;
            diesel::update(subscriptions::table.find(bo.subscription))
                .set(subscriptions::subscriber.eq(gone))
                .execute(conn)?;
            diesel::update(subscribers::table.find(bo.subscriber))
                .set(subscribers::sector.eq(Sector::Anden))
                .execute(conn)?;
            Ok(())
        }).await.unwrap();
        for (condition, expected) in [
            (condition(Field::Sector, &["kommune"]), vec![2]),
            (condition(Field::Sector, &["none"]), vec![0, 3]),
            (condition(Field::LeadershipGroup, &["3"]), vec![0, 3]),
            (condition(Field::Language, &["en"]), vec![0, 4]),
            (condition(Field::Sector, &["anden"]), vec![]),
            (condition(Field::Sector, &["region"]), vec![5]),
        ] {
            assert_eq!(picked(&editor, &readers, one(condition.clone())).await, expected, "{condition:?}");
        }
    }

    async fn a_segment_is_counted_without_those_whose_address_is_suppressed(app: TestApp) {
        let editor = Editor::with(&app, IssueKind::Special, special_edition()).await;
        let readers = leaders(&editor).await;
        let (shut_out, now) = (readers[2].subscriber, app.clock.now());
        app.app.db.write(move |conn| {
            let hash: Vec<u8> =
                subscribers::table.find(shut_out).select(subscribers::address_hash).first(conn)?;
            suppression::keep(conn, &hash, EndReason::Complained, "test", now)
        }).await.unwrap();
        let kommune = one(condition(Field::Sector, &["kommune"]));
        assert_eq!(picked(&editor, &readers, kommune).await, [0]);
        let newsletter = editor.issue.newsletter;
        let all = app.app.db.read(move |conn| Ok(store::reachable_size(conn, newsletter, now)?)).await;
        assert_eq!(all.unwrap(), 5);
    }

    async fn who_got_an_issue_and_who_clicked_in_it_is_known_to_the_rules(app: TestApp) {
        let editor = Editor::with(&app, IssueKind::Special, special_edition()).await;
        let readers = leaders(&editor).await;
        assert_eq!(editor.act(&[("do", "send-now")]).await.status(), StatusCode::SEE_OTHER);
        app.clock.advance(TimeDelta::minutes(1));
        app.run_until_idle().await;
        let (issue, now) = (editor.issue.id, app.clock.now());
        let (clicker, other) = (readers[1].subscriber, readers[5].subscriber);
        app.app.db.write(move |conn| {
            let copy: i64 = deliveries::table
                .filter(deliveries::issue.eq(issue))
                .filter(deliveries::subscriber.eq(clicker))
                .select(deliveries::id)
                .first(conn)?;
            diesel::insert_into(clicks::table)
                .values((
                    clicks::delivery.eq(copy),
                    clicks::link.eq(1),
                    clicks::at.eq(now),
                    clicks::agent.eq("Firefox"),
                    clicks::network.eq("192.0.2.0"),
                    clicks::verdict.eq(Verdict::Human),
                    clicks::reason.eq("seen"),
                    clicks::rule_version.eq(1),
                ))
                .execute(conn)?;
            diesel::delete(deliveries::table.filter(deliveries::subscriber.eq(other)))
                .execute(conn)?;
            Ok(())
        }).await.unwrap();
        let id = editor.issue.uuid.to_string();
        let received = condition(Field::Received, &[&id]);
        assert_eq!(picked(&editor, &readers, one(received.clone())).await, [0, 1, 2, 3, 4]);
        assert_eq!(picked(&editor, &readers, one(not(received))).await, [5]);
        assert_eq!(picked(&editor, &readers, one(condition(Field::Clicked, &[&id]))).await, [1]);
        let nobody = PublicId::random().to_string();
        assert_eq!(picked(&editor, &readers, one(condition(Field::Received, &[&nobody]))).await, [] as [usize; 0]);
    }

    async fn an_issue_is_counted_and_sent_by_the_rules_that_were_chosen(app: TestApp) {
        let editor = Editor::with(&app, IssueKind::Special, special_edition()).await;
        leaders(&editor).await;
        let public = saved(&editor, "Kommuner og regioner", &one(condition(Field::Sector, &["kommune", "region"]))).await;
        let new = saved(&editor, "Nye", &one(condition(Field::Within, &["1"]))).await;
        let (only, except) = (public.uuid.to_string(), new.uuid.to_string());

        let both = choose(&editor, &[("only", &only), ("except", &only)]).await;
        assert_eq!(both.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let unknown = choose(&editor, &[("only", &PublicId::random().to_string())]).await;
        assert_eq!(unknown.status(), StatusCode::UNPROCESSABLE_ENTITY);

        assert_eq!(editor.act(&[("do", "submit")]).await.status(), StatusCode::SEE_OTHER);
        assert_eq!(state(&editor).await, IssueState::InReview);
        let chosen = choose(&editor, &[("only", &only), ("except", &except)]).await;
        assert_eq!(chosen.status(), StatusCode::SEE_OTHER);
        assert_eq!(state(&editor).await, IssueState::Draft, "other recipients are to be approved anew");
        let page = editor.get("/schedule").await.text().await.unwrap();
        assert!(page.contains("skal ud til 3 abonnenter"), "{page}");
        assert!(page.contains("Kun til »Kommuner og regioner«. Abonnenter, hvor sektoren er kommune eller region."), "{page}");
        assert!(page.contains("Ikke til »Nye«. Abonnenter, hvor tilmeldingen er højst 1 dag gammel."), "{page}");
        assert_eq!(audited(&app, "issue.audience").await, 1);
        assert_eq!(choose(&editor, &[("only", &only), ("except", &except)]).await.status(), StatusCode::SEE_OTHER);
        assert_eq!(audited(&app, "issue.audience").await, 1, "the same once more is no change");

        // A copy is for the same people.
        let copied = editor.browser.post(editor.path("/duplicate")).send().await.unwrap();
        let copy = copied.headers()["location"].to_str().unwrap().split('?').next().unwrap().to_owned();
        let page = editor.browser.get(app.url(&format!("{copy}/schedule"))).send().await.unwrap();
        assert!(page.text().await.unwrap().contains("skal ud til 3 abonnenter"), "{copy}");

        // The segment changes: the issue keeps what was chosen, and the editor is told.
        let changed = public.clone();
        let now = app.clock.now();
        app.app.db.write(move |conn| {
            let rules = one(condition(Field::Sector, &["stat"]));
            assert!(store::update(conn, &changed, ("Staten", &rules), "test", now)?);
            Ok(())
        }).await.unwrap();
        let page = editor.get("/schedule").await.text().await.unwrap();
        assert!(page.contains("Reglerne er ændret, siden de blev valgt: Kommuner og regioner."), "{page}");
        assert!(page.contains("skal ud til 3 abonnenter"));
        let segment = editor.browser.get(app.url(&format!("/admin/segments/{only}"))).send().await.unwrap();
        let segment = segment.text().await.unwrap();
        assert!(segment.contains(&format!("/admin/issues/{}/schedule", editor.issue.uuid)), "used by: {segment}");

        assert_eq!(editor.act(&[("do", "send-now")]).await.status(), StatusCode::SEE_OTHER);
        app.clock.advance(TimeDelta::minutes(1));
        app.run_until_idle().await;
        assert_eq!(state(&editor).await, IssueState::Sent);
        for (at, mails) in [(0, 1), (1, 1), (2, 1), (4, 0), (5, 0)] {
            assert_eq!(app.mails_to(&address(at)).len(), mails, "{}", address(at));
        }
        let late = choose(&editor, &[("only", &only)]).await;
        assert_eq!(late.status(), StatusCode::CONFLICT);
    }

    async fn an_issue_can_leave_out_those_who_get_another_newsletter(app: TestApp) {
        let editor = Editor::with(&app, IssueKind::Special, special_edition()).await;
        let readers = editor.readers(4).await;
        let now = app.clock.now();
        let other = app.app.db.write(move |conn| {
            let id = second_newsletter(conn)?;
            for (at, state) in [(0, SubscriptionState::Active), (1, SubscriptionState::Paused), (2, SubscriptionState::Ended)] {
                subscribe(conn, readers[at].subscriber, id, state, now)?;
            }
            let row = newsletters::store::find(conn, id)?;
            Ok(row.uuid.to_string())
        }).await.unwrap();
        for (field, left) in [("except_newsletters", "2 abonnenter"), ("only_newsletters", "2 abonnenter")] {
            assert_eq!(choose(&editor, &[(field, &other)]).await.status(), StatusCode::SEE_OTHER);
            let page = editor.get("/schedule").await.text().await.unwrap();
            assert!(page.contains(&format!("skal ud til {left}")), "{field}: {page}");
        }
        let page = editor.get("/schedule").await.text().await.unwrap();
        assert!(page.contains("Kun til dem, der også får »Nyt om digitalisering«."), "{page}");
        let own = editor.issue.newsletter;
        let own = app.app.db.read(move |conn| Ok(newsletters::store::find(conn, own)?.uuid)).await.unwrap();
        let refused = choose(&editor, &[("only_newsletters", &own.to_string())]).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    }

    async fn a_segment_is_made_changed_and_removed_on_its_page(app: TestApp) {
        let editor = Editor::with(&app, IssueKind::Special, special_edition()).await;
        leaders(&editor).await;
        let url = app.url("/admin/segments/new?newsletter=lederweb");
        let post = |form: Vec<(&'static str, String)>| editor.browser.post(&url).form(&form).send();
        let with = |button: &str, more: &[(&'static str, &str)]| {
            let mut form = vec![("name", "Chefer <b>i regionerne".to_owned()), ("do", button.to_owned())];
            form.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
            form
        };
        let page = post(with("and", &[("and", "sector")])).await.unwrap().text().await.unwrap();
        assert!(page.contains("name=\"c.0.0.field\" value=\"sector\""), "{page}");
        let empty = post(with("save", &[("c.0.0.field", "sector")])).await.unwrap();
        assert_eq!(empty.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(empty.text().await.unwrap().contains("href=\"#rules-0-0\""));
        let rules = [("c.0.0.field", "sector"), ("c.0.0.value", "region"), ("c.1.0.field", "leadership_group"), ("c.1.0.value", "2")];
        let page = post(with("look", &rules)).await.unwrap().text().await.unwrap();
        assert!(page.contains("2 abonnenter passer lige nu ud af 6"), "{page}");
        assert!(page.contains("Abonnenter, hvor sektoren er region, og ledelsesniveauet er chef"), "{page}");
        let made = post(with("save", &rules)).await.unwrap();
        assert_eq!(made.status(), StatusCode::SEE_OTHER);
        let there = app.url(made.headers()["location"].to_str().unwrap().split('?').next().unwrap());
        let twice = post(with("save", &rules)).await.unwrap();
        assert!(twice.text().await.unwrap().contains("Et andet segment har det navn"));
        let list = editor.browser.get(app.url("/admin/segments")).send().await.unwrap().text().await.unwrap();
        assert!(list.contains("Chefer &#60;b&#62;i regionerne") && list.contains("2 abonnenter"), "{list}");

        let save = |version: &'static str| {
            let form = [("name", "Regioner"), ("version", version), ("do", "save"), ("c.0.0.field", "sector"), ("c.0.0.value", "region")];
            editor.browser.post(&there).form(&form).send()
        };
        assert_eq!(save("1").await.unwrap().status(), StatusCode::SEE_OTHER);
        let stale = save("1").await.unwrap();
        assert_eq!(stale.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let stale = stale.text().await.unwrap();
        assert!(stale.contains("En anden har gemt") && stale.contains("name=\"version\" value=\"2\""));
        let removed = editor.browser.post(&there).form(&[("do", "remove")]).send().await.unwrap();
        assert_eq!(removed.status(), StatusCode::SEE_OTHER);
        assert_eq!(editor.browser.get(&there).send().await.unwrap().status(), StatusCode::NOT_FOUND);
        for action in ["segment.create", "segment.change", "segment.remove"] {
            assert_eq!(audited(&app, action).await, 1, "{action}");
        }
        let reader = app.signed_in(Role::Reader).await;
        assert_eq!(reader.get(app.url("/admin/segments")).send().await.unwrap().status(), StatusCode::FORBIDDEN);
    }

    async fn the_api_makes_and_counts_segments(app: TestApp) {
        let editor = Editor::with(&app, IssueKind::Special, special_edition()).await;
        leaders(&editor).await;
        let token = app.token(Role::Editor).await;
        let post = |body: Value| app.client.post(app.url("/api/v1/segments")).bearer_auth(&token).json(&body).send();
        let rules = json!([[{ "field": "sector", "not": true, "values": ["kommune"] }]]);
        let made = post(json!({ "newsletter": "lederweb", "name": "Andre", "rules": rules })).await.unwrap();
        assert_eq!(made.status(), StatusCode::CREATED);
        let made: Value = made.json().await.unwrap();
        assert_eq!((&made["subscribers"], &made["rules"]), (&json!(4), &rules));
        assert_eq!(made["sentence"], "Subscribers where the sector is not municipality.");
        let wrong = json!([[{ "field": "sector", "values": ["'; DROP TABLE subscribers"] }]]);
        let wrong = post(json!({ "newsletter": "lederweb", "name": "Nul", "rules": wrong })).await.unwrap();
        assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let wrong: Value = wrong.json().await.unwrap();
        assert_eq!(wrong["errors"][0]["field"], "rules.0.0");
        let all = app.client.get(app.url("/api/v1/segments")).bearer_auth(&token).send().await.unwrap();
        let all: Value = all.json().await.unwrap();
        assert_eq!(all["items"].as_array().unwrap().len(), 1);
    }
}

fn second_newsletter(conn: &mut DbConn) -> QueryResult<i64> {
    let first = newsletters::store::by_slug(conn, "lederweb")?;
    let id = crate::app::insert_newsletter_called(conn, "digital", first.created_at)?;
    diesel::update(newsletter_rows::table.find(id))
        .set(newsletter_rows::title.eq("Nyt om digitalisering"))
        .execute(conn)?;
    Ok(id)
}

fn subscribe(
    conn: &mut DbConn,
    subscriber: i64,
    newsletter: i64,
    state: SubscriptionState,
    now: Instant,
) -> QueryResult<()> {
    diesel::insert_into(subscriptions::table)
        .values((
            subscriptions::subscriber.eq(subscriber),
            subscriptions::newsletter.eq(newsletter),
            subscriptions::state.eq(state),
            subscriptions::source.eq("test"),
            subscriptions::requested_at.eq(now),
            subscriptions::confirmed_at.eq(now),
            subscriptions::nonce.eq(9),
        ))
        .execute(conn)
        .map(drop)
}

#[actix_web::test]
async fn the_pages_of_segments_are_accessible_and_fit_every_screen() {
    let app = TestApp::sqlite().await;
    let editor = Editor::with(&app, IssueKind::Special, special_edition()).await;
    leaders(&editor).await;
    let id = editor.issue.uuid.to_string();
    let rules = Rules(
        Field::ALL
            .iter()
            .map(|field| {
                let value = match field {
                    Field::Sector => "region",
                    Field::LeadershipGroup => "2",
                    Field::Language => "da",
                    Field::Domain => "aarhus.example",
                    Field::Before | Field::Since => "2017-03-24",
                    Field::Within => "30",
                    Field::Attribute => "Uddannelse: HD",
                    Field::Received | Field::Clicked => id.as_str(),
                    _ => "Region Midtjylland",
                };
                let values = if *field == Field::Tracking { vec![] } else { vec![value] };
                condition(*field, &values)
            })
            .map(|condition| vec![condition.clone(), not(condition)])
            .take(10)
            .collect(),
    );
    let segment = saved(&editor, "Alle slags regler på én gang", &rules).await;
    let pages = [
        "/admin/segments".to_owned(),
        "/admin/segments/new?newsletter=lederweb".to_owned(),
        format!("/admin/segments/{}", segment.uuid),
        format!("/admin/issues/{id}/audience"),
    ];
    let browser = Browser::open(&app).await;
    browser.sign_in(Role::Editor).await;
    for dark in [false, true] {
        browser.dark(dark).await;
        for (width, name) in [(WIDE, "wide"), (PHONE, "phone")] {
            browser.resize(width).await;
            for (at, page) in pages.iter().enumerate() {
                browser.goto(page).await;
                browser.axe().await;
                browser.fits_a_narrow_screen().await;
                browser.screenshot(&format!("segments-{at}-{name}-{dark}")).await;
            }
        }
    }
    browser.goto("/admin/segments/new?newsletter=lederweb").await;
    browser.fill("#name", "Regionerne").await;
    browser.click(".add button[value=and]").await;
    browser.wait_for("#rules-0-0").await;
    browser.click("button[value=save]").await;
    browser.wait_for(".error-summary").await;
    browser.axe().await;
    // That the page was refused is what was meant.
    browser.console_errors().await;
    // While rules are chosen, the number follows without a button.
    browser.goto("/admin/segments/new?newsletter=lederweb").await;
    browser.fill("#name", "Regionerne").await;
    browser.click(".add button[value=and]").await;
    browser.wait_for("#rules-0-0").await;
    browser.click("input[value=region]").await;
    browser.wait_for("#now[data-status^='2 abonnenter passer']").await;
    assert_eq!(browser.text("#now .words").await, "Abonnenter, hvor sektoren er region.");
    browser.axe().await;
    browser.click("button[value=save]").await;
    browser.wait_for(".toast").await;
    browser.no_console_errors().await;
    browser.close().await;
}
