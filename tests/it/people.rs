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
    browser.sign_in(Role::Operator).await;
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
    browser.no_console_errors().await;
    browser.close().await;
}
