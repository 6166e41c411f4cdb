//! The library: items, their addresses, search, and where they are used.

use diesel::prelude::*;
use lederbrev::db::schema::{issue_links, issues, newsletters};
use lederbrev::db::{DbConn, Json, PublicId};
use lederbrev::library::store::Search;
use lederbrev::library::{self, Details, ItemKind, NewItem, Precision};
use lederbrev::staff::Role;
use lederbrev::web::Lang;
use reqwest::StatusCode;

use crate::app::{TestApp, start_of_test};
use crate::both;

const PODCAST: &str = "https://lederweb.dk/dig-selv/lederrollen/artikel/153607/podcast-nar-jorden-brander-under-lederen";

fn item(kind: ItemKind, title: &str, addresses: &[&str]) -> NewItem {
    NewItem {
        details: Details {
            kind,
            title: title.to_owned(),
            summary: String::new(),
            language: Lang::Da,
            published_on: None,
            published_precision: None,
            series: None,
            number: None,
            leadership_groups: String::new(),
            image_url: None,
            place: None,
            valid_until: None,
        },
        addresses: addresses.iter().map(|address| (*address).to_owned()).collect(),
    }
}

async fn titles(app: &TestApp, search: Search) -> Vec<String> {
    let search = Search { limit: 50, ..search };
    let found = app.app.db.read(move |conn| Ok(library::store::search(conn, &search)?)).await;
    found.unwrap().into_iter().map(|item| item.details.title).collect()
}

fn link_in_an_issue(conn: &mut DbConn, url: &str) -> QueryResult<PublicId> {
    let (uuid, now) = (PublicId::random(), start_of_test());
    let newsletter: i64 = diesel::insert_into(newsletters::table)
        .values((
            newsletters::uuid.eq(PublicId::random()),
            newsletters::slug.eq("nyhedsbrev"),
            newsletters::title.eq("Nyhedsbrev"),
            newsletters::description.eq(""),
            newsletters::language.eq(Lang::Da),
            newsletters::time_zone.eq("Europe/Copenhagen"),
            newsletters::sender_name.eq("Væksthus for Ledelse"),
            newsletters::sender_email.eq("nyhedsbrev@lederweb.example"),
            newsletters::open_tracking.eq("off"),
            newsletters::settings.eq(Json(serde_json::json!({}))),
            newsletters::created_at.eq(now),
        ))
        .returning(newsletters::id)
        .get_result(conn)?;
    let issue: i64 = diesel::insert_into(issues::table)
        .values((
            issues::uuid.eq(uuid),
            issues::slug.eq("kerneopgaven"),
            issues::newsletter.eq(newsletter),
            issues::kind.eq("special"),
            issues::state.eq("sent"),
            issues::subject.eq("Særnummer om kerneopgaven"),
            issues::current_revision.eq(1),
            issues::time_zone.eq("Europe/Copenhagen"),
            issues::audience.eq(Json(serde_json::json!({}))),
            issues::created_by.eq("test"),
            issues::created_at.eq(now),
            issues::updated_at.eq(now),
        ))
        .returning(issues::id)
        .get_result(conn)?;
    for number in 1..=2 {
        diesel::insert_into(issue_links::table)
            .values((
                issue_links::issue.eq(issue),
                issue_links::number.eq(number),
                issue_links::url.eq(url),
            ))
            .execute(conn)?;
    }
    Ok(uuid)
}

both! {
    async fn danish_words_are_found_in_any_case_and_wildcards_are_words(app: TestApp) {
        for (kind, title) in [
            (ItemKind::Podcast, "Når jorden brænder under lederen"),
            (ItemKind::Article, "Undgå værdiløs kompetenceudvikling med ny metode"),
            (ItemKind::Tool, "100 % ledelse_nu"),
        ] {
            library::save(&app.app, None, item(kind, title, &[]), "test").await.unwrap();
        }
        let find = async |text: &str| {
            titles(&app, Search { text: text.to_owned(), ..Search::default() }).await
        };
        assert_eq!(find("BRÆNDER når").await, ["Når jorden brænder under lederen"]);
        assert_eq!(find("UNDGÅ").await, ["Undgå værdiløs kompetenceudvikling med ny metode"]);
        assert_eq!(find("na\u{30a}r").await, ["Når jorden brænder under lederen"]);
        assert_eq!(find("%").await, ["100 % ledelse_nu"]);
        assert_eq!(find("e_n").await, ["100 % ledelse_nu"]);
        assert_eq!(find("\\").await, Vec::<String>::new());
        let podcasts = Search { kind: Some(ItemKind::Podcast), ..Search::default() };
        assert_eq!(titles(&app, podcasts).await, ["Når jorden brænder under lederen"]);
    }

    async fn an_item_keeps_what_is_said_about_it_and_the_order_of_its_addresses(app: TestApp) {
        let mut new = item(ItemKind::Podcast, "Når jorden brænder under lederen", &[
            PODCAST,
            "https://lederweb.dk/artikel/153607",
            "http://a.lederweb.example/",
        ]);
        new.details.published_on = "2017-10-01".parse().ok();
        new.details.published_precision = Some(Precision::Month);
        new.details.leadership_groups = "2,3".to_owned();
        new.details.number = Some(9);
        let made = library::save(&app.app, None, new.clone(), "test").await.unwrap();
        let stored = app.app.db.read(move |conn| Ok(library::store::by_uuid(conn, made.uuid)?));
        let stored = stored.await.unwrap();
        assert_eq!((&stored.details, &stored.addresses), (&new.details, &new.addresses));
        assert_eq!(stored.address(), Some(PODCAST));
        assert_eq!(stored.details.groups(), [2, 3]);
        assert_eq!(stored.details.date(Lang::Da).unwrap(), "oktober 2017");
        new.addresses.remove(0);
        new.details.number = None;
        let changed = library::save(&app.app, Some(made.uuid), new, "test").await.unwrap();
        assert_eq!(changed.address(), Some("https://lederweb.dk/artikel/153607"));
        assert_eq!(changed.details.number, None);
        // The address that it gave up is free again.
        let other = item(ItemKind::Article, "En anden", &[PODCAST]);
        library::save(&app.app, None, other, "test").await.unwrap();
    }

    async fn an_item_says_which_issues_link_it(app: TestApp) {
        let first = item(ItemKind::Podcast, "Når jorden brænder under lederen", &[PODCAST]);
        let first = library::save(&app.app, None, first, "test").await.unwrap();
        let other = item(ItemKind::Article, "En anden", &["https://lederweb.dk/anden"]);
        library::save(&app.app, None, other, "test").await.unwrap();
        let issue = app.app.db.write(|conn| Ok(link_in_an_issue(conn, PODCAST)?)).await.unwrap();
        let id = first.id;
        let uses = app.app.db.read(move |conn| Ok(library::store::used_in(conn, &[id])?)).await;
        let uses = uses.unwrap();
        assert_eq!(uses.len(), 1, "one issue, however often it links");
        assert_eq!((uses[0].issue, uses[0].subject.as_str()), (issue, "Særnummer om kerneopgaven"));
        let editor = app.signed_in(Role::Editor).await;
        let page = editor.get(app.url(&format!("/admin/library/{}", first.uuid))).send().await;
        assert!(page.unwrap().text().await.unwrap().contains(&format!("/admin/issues/{issue}")));
    }
}

#[actix_web::test]
async fn an_editor_adds_an_item_by_the_form_and_puts_it_aside() {
    let app = TestApp::sqlite().await;
    let editor = app.signed_in(Role::Editor).await;
    let list = app.url("/admin/library");
    let empty = editor.get(&list).send().await.unwrap().text().await.unwrap();
    assert!(empty.contains("Biblioteket er tomt"));

    let title = "Værktøj <b>til</b> & fra";
    let wrong = [
        ("kind", "publication"),
        ("title", title),
        ("published", "engang"),
        ("addresses", "javascript:alert(1)"),
    ];
    let answer = editor.post(&list).form(&wrong).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = answer.text().await.unwrap();
    assert!(page.contains(r##"href="#published""##) && page.contains(r#"id="published-error""#));
    assert!(page.contains(r#"id="addresses-error""#) && page.contains("er ikke en webadresse"));
    assert!(page.contains("&#60;b&#62;til") && !page.contains("<b>til"), "shown as text");

    let form = [
        ("kind", "publication"),
        ("title", title),
        ("published", "2017"),
        ("group_2", "on"),
        ("addresses", "https://lederweb.dk/katalog\n\nhttps://lederweb.dk/katalog/"),
    ];
    let saved = editor.post(&list).form(&form).send().await.unwrap();
    assert_eq!(saved.status(), StatusCode::SEE_OTHER);
    let item = app.url(saved.headers()["location"].to_str().unwrap());
    let page = editor.get(&item).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("Gemt.") && page.contains(r#"name="group_2" checked"#));
    let twice = editor.post(&list).form(&form).send().await.unwrap();
    assert_eq!(twice.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(twice.text().await.unwrap().contains("hører allerede til"));

    let item = item.split('?').next().unwrap().to_owned();
    let aside = editor.post(format!("{item}/archive")).send().await.unwrap();
    assert_eq!(aside.status(), StatusCode::SEE_OTHER);
    let shown = async |query: &str| {
        let page = editor.get(format!("{list}{query}")).send().await.unwrap();
        page.text().await.unwrap().contains(&item[app.base.len()..])
    };
    assert!(!shown("").await);
    assert!(shown("?archived=on").await);
    editor.post(format!("{item}/restore")).send().await.unwrap();
    assert!(shown("?q=VÆRKTØJ").await);
    let reader = app.signed_in(Role::Reader).await;
    assert_eq!(reader.get(&list).send().await.unwrap().status(), StatusCode::FORBIDDEN);
}
