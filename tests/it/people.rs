//! The register by filters, and everything about one person: what went to them, and notes.

use chrono::TimeDelta;
use diesel::prelude::*;
use lederbrev::db::DbConn;
use lederbrev::db::schema::{subscriber_notes, subscribers};
use lederbrev::issues::IssueKind;
use lederbrev::mail::EmailAddress;
use lederbrev::staff::Role;
use lederbrev::subscribers::Sector;
use lederbrev::subscribers::store::register::SearchKeys;
use reqwest::StatusCode;

use crate::app::TestApp;
use crate::both;
use crate::browser::{Browser, PHONE, WIDE};
use crate::composer::{Editor, special_edition};
use crate::preflight::audited;
use crate::sending::{Reader, address};

/// Three leaders with names and workplaces.
async fn leaders(editor: &Editor<'_>) -> Vec<Reader> {
    let readers = editor.readers(3).await;
    let all = readers.clone();
    let said = [
        ("Anne Sofie Ærø-Holm", "Aarhus Kommune", Sector::Kommune),
        ("bo Krag", "Region Midtjylland", Sector::Region),
        ("Å 100% _Under", "Ældrecenter Ådalen", Sector::Kommune),
    ];
    let write = move |conn: &mut DbConn| {
        for (at, (reader, (name, organisation, sector))) in all.iter().zip(said).enumerate() {
            let address = EmailAddress::parse(&address(at)).unwrap();
            diesel::update(subscribers::table.find(reader.subscriber))
                .set((
                    subscribers::name.eq(name),
                    subscribers::organisation.eq(organisation),
                    subscribers::sector.eq(sector),
                    SearchKeys::of(&address, Some(name), Some(organisation)),
                ))
                .execute(conn)?;
        }
        Ok(())
    };
    editor.app.app.db.write(write).await.unwrap();
    readers
}

async fn page_of(editor: &Editor<'_>, reader: Reader) -> String {
    let read = move |conn: &mut DbConn| {
        let uuid = subscribers::table.find(reader.subscriber).select(subscribers::uuid);
        Ok(uuid.first::<lederbrev::db::PublicId>(conn)?)
    };
    let uuid = editor.app.app.db.read(read).await.unwrap();
    format!("/admin/subscribers/{uuid}")
}

both! {
    async fn the_register_is_narrowed_by_beginnings_and_by_filters(app: TestApp) {
        let editor = Editor::with(&app, IssueKind::Special, special_edition()).await;
        leaders(&editor).await;
        for (query, expected) in [
            ("", [true, true, true]),
            ("q=anne", [true, false, false]),
            ("q=%C3%86R%C3%98", [true, false, false]),
            ("q=KRAG", [false, true, false]),
            ("q=krag%20", [false, true, false]),
            ("q=sofie", [false, false, false]),
            ("q=region", [false, true, false]),
            ("q=%C3%A6ldre", [false, false, true]),
            ("q=A%CC%8A%20100%25", [false, false, true]),
            ("q=%25", [false, false, false]),
            ("q=_", [false, false, true]),
            ("q=leder2%40", [false, false, true]),
            ("sector=kommune", [true, false, true]),
            ("sector=kommune&q=anne", [true, false, false]),
            ("sector=none", [false, false, false]),
            ("domain=odense.example", [false, true, false]),
            ("tracking=no", [true, true, true]),
            ("tracking=yes", [false, false, false]),
            ("source=test&language=da&newsletter=lederweb", [true, true, true]),
            ("newsletter=findes-ikke", [false, false, false]),
            ("language=klingon", [true, true, true]),
        ] {
            let page = editor.browser.get(app.url(&format!("/admin/subscribers?{query}")));
            let page = page.send().await.unwrap().text().await.unwrap();
            let found = [0, 1, 2].map(|at| page.contains(&address(at)));
            assert_eq!(found, expected, "{query}");
        }
    }

    async fn the_register_is_read_from_either_end_page_by_page(app: TestApp) {
        let editor = Editor::with(&app, IssueKind::Special, special_edition()).await;
        editor.readers(53).await;
        for (order, first, last) in [("", 52, 0), ("order=oldest&", 0, 52)] {
            let mut query = order.to_owned();
            let mut seen = Vec::new();
            loop {
                let page = editor.browser.get(app.url(&format!("/admin/subscribers?{query}")));
                let page = page.send().await.unwrap().text().await.unwrap();
                // The link of a line is the address: "<a href=…>leder7@…</a>".
                let lines = page.split("/admin/subscribers/").filter_map(|part| part.split('>').nth(1));
                let lines = lines.filter_map(|text| text.split('<').next()).filter(|text| text.contains('@'));
                seen.extend(lines.map(str::to_owned));
                let Some(pages) = page.split("class=\"pages\"").nth(1) else { break };
                let next = pages.split("/admin/subscribers?").nth(1).unwrap().split('"').next().unwrap();
                let next = next.replace("&#38;", "&").replace("&amp;", "&");
                assert_ne!(next, query, "the next page is another one");
                query = next;
            }
            assert_eq!(seen.len(), 53, "{seen:?}");
            assert_eq!(seen.iter().collect::<std::collections::HashSet<_>>().len(), 53);
            assert_eq!([&seen[0], &seen[52]], [&address(first), &address(last)]);
        }
    }

    async fn filters_are_kept_under_a_name_without_what_was_searched_for(app: TestApp) {
        let editor = Editor::with(&app, IssueKind::Special, special_edition()).await;
        leaders(&editor).await;
        let path = app.url("/admin/subscribers/views");
        let keep = async |name: &str, filters: &str| {
            editor.browser.post(&path).form(&[("name", name), ("filters", filters)]).send().await.unwrap()
        };
        for (name, filters, said) in [
            (" ", "sector=kommune", "Giv visningen et navn."),
            ("Kommunerne", "q=anne", "Vælg mindst ét filter"),
            (&"K".repeat(61), "sector=kommune", "højst være på 60 tegn"),
        ] {
            let refused = keep(name, filters).await;
            assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY, "{name} {filters}");
            assert!(refused.text().await.unwrap().contains(said), "{said}");
        }
        let kept = keep("Kommunerne", "sector=kommune&q=anne.holm%40aarhus.example&order=oldest&after=7").await;
        assert_eq!(kept.status(), StatusCode::SEE_OTHER);
        let to = kept.headers()["location"].to_str().unwrap().to_owned();
        assert_eq!(to, "/admin/subscribers?sector=kommune&order=oldest&done=view-kept");
        let page = editor.browser.get(app.url(&to)).send().await.unwrap().text().await.unwrap();
        assert!(page.contains("aria-current=\"true\">Kommunerne</a>"), "{page}");
        let everything = app.app.db.read(|conn| Ok(lederbrev::people::store::views(conn)?)).await.unwrap();
        assert!(!format!("{everything:?}").contains("anne"), "{everything:?}");
        // The name cannot be used again, and an address in the wrong field is not kept.
        let twice = keep("Kommunerne", "sector=region").await;
        assert_eq!(twice.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(twice.text().await.unwrap().contains("Der er allerede en visning med det navn."));
        let wrong = "source=anne%40aarhus.example&newsletter=anne%40aarhus.example&state=ended";
        assert_eq!(keep("De ophørte", wrong).await.status(), StatusCode::SEE_OTHER);
        let views = app.app.db.read(|conn| Ok(lederbrev::people::store::views(conn)?)).await.unwrap();
        let kept: Vec<&str> = views.iter().map(|view| view.filters.as_str()).collect();
        assert_eq!(kept, ["state=ended", "sector=kommune&order=oldest"]);
        let remove = app.url(&format!("/admin/subscribers/views/{}", views[0].uuid));
        assert_eq!(editor.browser.post(&remove).send().await.unwrap().status(), StatusCode::SEE_OTHER);
        assert_eq!(editor.browser.post(&remove).send().await.unwrap().status(), StatusCode::NOT_FOUND);
        assert_eq!(audited(&app, "register.view-keep").await, 2);
        assert_eq!(audited(&app, "register.view-remove").await, 1);
    }

    async fn a_domain_stands_turned_round_as_the_migration_writes_it(app: TestApp) {
        let editor = Editor::with(&app, IssueKind::Special, special_edition()).await;
        leaders(&editor).await;
        let read = |conn: &mut DbConn| {
            let all = subscribers::table.order(subscribers::id);
            Ok(all.select(subscribers::domain_key).load::<String>(conn)?)
        };
        let written = app.app.db.read(read).await.unwrap();
        assert_eq!(written[1], "example.odense.", "{written:?}");
        app.app.db.write(|conn| {
            diesel::update(subscribers::table).set(subscribers::domain_key.eq("")).execute(conn)?;
            let text = match conn {
                DbConn::Sqlite(_) => include_str!("../../migrations/sqlite/20261124001080_domain_keys/up.sql"),
                DbConn::Postgres(_) => include_str!("../../migrations/postgres/20261124001080_domain_keys/up.sql"),
            };
            let update = text.split_once("UPDATE").unwrap().1.split(';').next().unwrap();
            diesel::sql_query(format!("UPDATE{update}")).execute(conn)?;
            Ok(())
        }).await.unwrap();
        assert_eq!(app.app.db.read(read).await.unwrap(), written);
    }

    async fn a_persons_page_shows_what_went_to_them_and_what_staff_noted(app: TestApp) {
        let editor = Editor::with(&app, IssueKind::Special, special_edition()).await;
        let readers = leaders(&editor).await;
        let path = page_of(&editor, readers[0]).await;
        let get = async || editor.browser.get(app.url(&path)).send().await.unwrap().text().await.unwrap();
        assert!(get().await.contains("Der er ikke sendt nogen udgave til adressen endnu."));
        editor.act(&[("do", "send-now")]).await;
        app.clock.advance(TimeDelta::minutes(1));
        app.run_until_idle().await;
        let page = get().await;
        assert!(page.contains("Særnummer: Ledelse af kerneopgaven</a>") && page.contains("Taget imod af mailserveren"), "{page}");
        assert!(page.contains("gemmes ikke for denne person"), "without consent nothing is kept");

        let write = |note: &'static str| editor.browser.post(app.url(&format!("{path}/notes"))).form(&[("note", note)]).send();
        assert_eq!(write("  ").await.unwrap().status(), StatusCode::UNPROCESSABLE_ENTITY);
        let noted = write("Ringede: har skiftet job <script>alert(1)</script>").await.unwrap();
        assert_eq!(noted.status(), StatusCode::SEE_OTHER);
        let page = get().await;
        assert!(page.contains("har skiftet job &#60;script&#62;"), "{page}");
        let remove = page.split('"').find(|part| part.starts_with(&format!("{path}/notes/"))).unwrap().to_owned();
        let other = page_of(&editor, readers[1]).await;
        let note = remove.rsplit('/').next().unwrap();
        let stranger = editor.browser.post(app.url(&format!("{other}/notes/{note}")));
        assert_eq!(stranger.send().await.unwrap().status(), StatusCode::NOT_FOUND);
        let removed = editor.browser.post(app.url(&remove)).send().await.unwrap();
        assert_eq!(removed.status(), StatusCode::SEE_OTHER);
        assert!(!get().await.contains("har skiftet job"));
        assert_eq!(audited(&app, "subscriber.note").await, 1);
        assert_eq!(audited(&app, "subscriber.note-remove").await, 1);

        // Notes go with the person.
        write("Vil slettes").await.unwrap();
        let erased = editor.browser.post(app.url(&format!("{path}/erase"))).send().await.unwrap();
        assert_eq!(erased.status(), StatusCode::SEE_OTHER);
        let left = app.app.db.read(|conn| Ok(subscriber_notes::table.count().get_result::<i64>(conn)?));
        assert_eq!(left.await.unwrap(), 0);
    }
}

#[actix_web::test]
async fn the_register_and_a_persons_page_are_accessible_and_fit_every_screen() {
    let app = TestApp::sqlite().await;
    let editor = Editor::with(&app, IssueKind::Special, special_edition()).await;
    let readers = leaders(&editor).await;
    editor.act(&[("do", "send-now")]).await;
    app.clock.advance(TimeDelta::minutes(1));
    app.run_until_idle().await;
    let person = page_of(&editor, readers[1]).await;
    let note = [("note", "Ringede den 24. marts og bad om kun at få særnumre.")];
    editor.browser.post(app.url(&format!("{person}/notes"))).form(&note).send().await.unwrap();
    let browser = Browser::open(&app).await;
    browser.sign_in(Role::Editor).await;
    for dark in [false, true] {
        browser.dark(dark).await;
        for (width, name) in [(WIDE, "wide"), (PHONE, "phone")] {
            browser.resize(width).await;
            for (at, page) in
                ["/admin/subscribers", "/admin/subscribers?sector=kommune&q=a", &person]
                    .into_iter()
                    .enumerate()
            {
                browser.goto(page).await;
                browser.axe().await;
                browser.fits_a_narrow_screen().await;
                browser.screenshot(&format!("people-{at}-{name}-{dark}")).await;
            }
        }
    }
    // What is found follows what is typed, and the address with it; the field keeps what is typed.
    browser.resize(WIDE).await;
    browser.goto("/admin/subscribers").await;
    browser.fill("#q", "krag").await;
    browser.wait_for("#found[data-status='Der vises én abonnent.']").await;
    assert_eq!(browser.text("#found tbody tr th").await, address(1));
    assert_eq!(browser.run("return document.querySelector('#q').value").await, "krag");
    assert_eq!(browser.run("return location.search").await, "?q=krag&order=newest");
    assert_eq!(browser.text("#while-typing").await, "Der vises én abonnent.");
    // What can be done with what is found is about the same people, and what is typed elsewhere stays.
    browser
        .run("document.querySelector('form[action$=views]').closest('details').open = true")
        .await;
    browser.fill("#name", "Kommunerne").await;
    let choose = "document.querySelector('#q').value = ''; \
                  const sector = document.querySelector('#sector'); sector.value = 'kommune'; \
                  sector.dispatchEvent(new Event('input', { bubbles: true }))";
    browser.run(choose).await;
    browser.wait_for("#actions a[href='/admin/subscribers/export?sector=kommune']").await;
    assert_eq!(browser.run("return document.querySelector('#name').value").await, "Kommunerne");
    browser.axe().await;
    browser.click("form[action$=views] button").await;
    browser.wait_for(".views a[aria-current]").await;
    for (dark, width) in [(false, WIDE), (true, PHONE)] {
        browser.dark(dark).await;
        browser.resize(width).await;
        browser.axe().await;
        browser.fits_a_narrow_screen().await;
        browser.screenshot(&format!("people-view-{width}")).await;
    }
    browser.no_console_errors().await;
    browser.close().await;
}
