//! Many items at once: tags, relations, import from a spreadsheet, and addresses that moved.

use chrono::TimeDelta;
use lederbrev::library::Item;
use lederbrev::library::store::{self, Search};
use lederbrev::staff::Role;
use lederbrev::web::Lang;
use reqwest::{Client, StatusCode};
use serde_json::Value;

use crate::app::TestApp;
use crate::both;
use crate::browser::{Browser, PHONE, WIDE};
use crate::composer::Editor;

async fn items(app: &TestApp) -> Vec<Item> {
    let search = Search { limit: 500, archived: true, ..Search::default() };
    app.app.db.read(move |conn| Ok(store::search(conn, &search)?)).await.unwrap()
}

async fn titled(app: &TestApp, title: &str) -> Item {
    items(app).await.into_iter().find(|item| item.details.title == title).unwrap()
}

async fn post(
    app: &TestApp,
    editor: &Client,
    path: &str,
    form: &[(&str, &str)],
) -> (StatusCode, String) {
    let answer = editor.post(app.url(path)).form(form).send().await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

async fn get(app: &TestApp, editor: &Client, path: &str) -> String {
    editor.get(app.url(path)).send().await.unwrap().text().await.unwrap()
}

async fn add(app: &TestApp, editor: &Client, title: &str, more: &[(&str, &str)]) -> Item {
    let form = [&[("kind", "article"), ("title", title)], more].concat();
    assert_eq!(
        post(app, editor, "/admin/library", &form).await.0,
        StatusCode::SEE_OTHER,
        "{title}"
    );
    titled(app, title).await
}

const ROWS: &str = "kind;title;url;published_on;groups;tags;valid_until\n\
    podcast;Når jorden brænder;https://lederweb.example/9?utm_source=x;2017-10;2,3;pres;\n\
    artikel;Værdiløs kompetenceudvikling;http://lederweb.example/1/;25-08-2017;;;\n\
    ;Uden adresse;;;;;2017-01-01\n\
    rum;;javascript:alert(1);;;;\n\
    podcast;Igen;https://lederweb.example/9;;;;\n";

both! {
    async fn items_are_found_by_their_tags_and_keep_them(app: TestApp) {
        let editor = app.signed_in(Role::Editor).await;
        let tags = [("tags", "Kerneopgaven, LEDELSE;kerneopgaven")];
        let item = add(&app, &editor, "Første", &tags).await;
        assert_eq!(item.tags, ["kerneopgaven", "ledelse"]);
        add(&app, &editor, "Anden", &[]).await;
        let list = get(&app, &editor, "/admin/library?tag=ledelse").await;
        assert!(list.contains("Første") && !list.contains(">Anden</a>"), "{list}");
        assert!(get(&app, &editor, "/admin/library?q=KERNEOPG").await.contains(">Første</a>"));
        // A change of something else leaves the search alone.
        let path = format!("/admin/library/{}", item.uuid);
        let form = [("kind", "article"), ("title", "Ny titel"), ("tags", "ledelse")];
        post(&app, &editor, &path, &form).await;
        assert!(!get(&app, &editor, "/admin/library?q=kerneopg").await.contains(">Ny titel</a>"));
        assert!(get(&app, &editor, "/admin/library?q=ledelse+ny").await.contains(">Ny titel</a>"));
        let many = (0..21).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
        let form = [("kind", "article"), ("title", "Ny titel"), ("tags", &*many)];
        let (status, page) = post(&app, &editor, &path, &form).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("plads til 20 emneord"), "{page}");
    }

    async fn the_library_is_looked_through_by_language(app: TestApp) {
        let editor = Editor::new(&app).await;
        add(&app, &editor.browser, "Ledelse tæt på", &[]).await;
        let rows = "title;url;language\nLeadership Pipeline;https://lederweb.example/lp;en\n";
        let form = [("rows", rows), ("do", "import")];
        post(&app, &editor.browser, "/admin/library/import", &form).await;
        let list = get(&app, &editor.browser, "/admin/library?language=en").await;
        assert!(list.contains(" lang=\"en\">Leadership Pipeline</a>"), "{list}");
        assert!(!list.contains("Ledelse tæt på"), "{list}");
        assert!(list.contains("<option value=\"en\" selected>Engelsk</option>"), "{list}");
        let list = get(&app, &editor.browser, "/admin/library?language=da").await;
        assert!(list.contains("Ledelse tæt på") && !list.contains("Leadership Pipeline"), "{list}");
        let all = get(&app, &editor.browser, "/admin/library?language=").await;
        assert!(all.contains("Ledelse tæt på") && all.contains("Leadership Pipeline"), "{all}");
        let offered = editor.get("/library?language=en").await.text().await.unwrap();
        assert!(offered.contains("Leadership Pipeline") && !offered.contains("Ledelse tæt på"), "{offered}");
        // A list without the column says nothing of the language, and takes none away.
        let rows = "title;url\nLeadership Pipeline 2;https://lederweb.example/lp\n";
        let form = [("rows", rows), ("do", "import"), ("update", "on")];
        post(&app, &editor.browser, "/admin/library/import", &form).await;
        assert_eq!(titled(&app, "Leadership Pipeline 2").await.details.language, Lang::En);
        let token = app.token(Role::Editor).await;
        let url = app.url("/api/v1/library?language=en");
        let found: Value =
            app.client.get(url).bearer_auth(&token).send().await.unwrap().json().await.unwrap();
        assert_eq!(found["items"].as_array().unwrap().len(), 1);
        assert_eq!(found["items"][0]["title"], "Leadership Pipeline 2");
    }

    async fn a_list_in_one_language_goes_on_in_it(app: TestApp) {
        let editor = app.signed_in(Role::Editor).await;
        let rows: String = (0..51).map(|n| format!("Chapter {n};https://lederweb.example/{n};en\n")).collect();
        let rows = format!("title;url;language\n{rows}");
        let form = [("rows", &*rows), ("do", "import")];
        post(&app, &editor, "/admin/library/import", &form).await;
        add(&app, &editor, "Ledelse tæt på", &[]).await;
        let list = get(&app, &editor, "/admin/library?language=en").await;
        let next = list.split("<a href=\"").find(|rest| rest.contains("rel=\"next\""));
        let next = next.unwrap().split('"').next().unwrap().replace("&#38;", "&");
        let list = get(&app, &editor, &next).await;
        assert!(list.contains("Chapter 0<") && !list.contains("Ledelse tæt på"), "{list}");
    }

    async fn no_tag_turns_the_direction_of_what_stands_behind_it(app: TestApp) {
        let editor = app.signed_in(Role::Editor).await;
        let marked = "\u{202E}pres\u{202C}, \u{2066}ledelse\u{2069}, \u{2067}";
        let item = add(&app, &editor, "Første", &[("tags", marked)]).await;
        assert_eq!(item.tags, ["ledelse", "pres"]);
        let list = get(&app, &editor, "/admin/library").await;
        assert!(!list.contains(['\u{202E}', '\u{2066}', '\u{2067}', '\u{2069}']), "{list}");
    }

    async fn an_article_about_a_publication_shows_on_both(app: TestApp) {
        let editor = app.signed_in(Role::Editor).await;
        let publication =
            add(&app, &editor, "Ledelse tæt på", &[("addresses", "https://lederweb.example/u")]).await;
        let article = add(&app, &editor, "Om bogen", &[]).await;
        let about = format!("/admin/library/{}/about", article.uuid);
        for (name, words) in [
            ("", "Feltet skal udfyldes"),
            ("Findes ikke", "ikke i biblioteket"),
            ("Om bogen", "ikke i biblioteket"),
        ] {
            let (status, page) = post(&app, &editor, &about, &[("about", name)]).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
            assert!(page.contains(words) && page.contains("about-error"), "{name}: {page}");
        }
        for name in ["http://lederweb.example/u/?utm_source=x", "Ledelse tæt på"] {
            let (status, _) = post(&app, &editor, &about, &[("about", name)]).await;
            assert_eq!(status, StatusCode::SEE_OTHER, "{name}");
        }
        let page = get(&app, &editor, &format!("/admin/library/{}", article.uuid)).await;
        assert!(page.contains("<h3>Handler om</h3>") && page.contains("Ledelse tæt på"), "{page}");
        let page = get(&app, &editor, &format!("/admin/library/{}", publication.uuid)).await;
        assert!(page.contains("<h3>Omtales i</h3>") && page.contains("Om bogen"), "{page}");
        // Taken back from either side.
        let remove = format!("/admin/library/{}/unrelate", publication.uuid);
        let other = [("other", &*article.uuid.to_string())];
        assert_eq!(post(&app, &editor, &remove, &other).await.0, StatusCode::SEE_OTHER);
        let page = get(&app, &editor, &format!("/admin/library/{}", article.uuid)).await;
        assert!(!page.contains("<h3>"), "{page}");
    }

    async fn what_has_expired_is_marked_and_not_offered(app: TestApp) {
        let editor = Editor::new(&app).await;
        let old = add(&app, &editor.browser, "Udløbet", &[("valid_until", "2017-03-23")]).await;
        add(&app, &editor.browser, "Sidste dag", &[("valid_until", "2017-03-24")]).await;
        add(&app, &editor.browser, "Altid", &[]).await;
        let offered = editor.get("/library").await.text().await.unwrap();
        assert!(offered.contains("Sidste dag") && offered.contains(">Altid<"), "{offered}");
        assert!(!offered.contains(">Udløbet</b>"), "{offered}");
        let all = editor.get("/library?outdated=on").await.text().await.unwrap();
        assert!(all.contains(">Udløbet</b> <span class=\"chip\">Udløbet</span>"), "{all}");
        let page = get(&app, &editor.browser, &format!("/admin/library/{}", old.uuid)).await;
        assert!(page.contains("foreslås derfor ikke"), "{page}");
    }

    async fn a_spreadsheet_is_judged_line_by_line_and_then_taken(app: TestApp) {
        let editor = app.signed_in(Role::Editor).await;
        add(&app, &editor, "Kendt", &[("addresses", "https://lederweb.example/1")]).await;
        let (status, page) =
            post(&app, &editor, "/admin/library/import", &[("rows", ROWS), ("do", "check")]).await;
        assert_eq!(status, StatusCode::OK, "{page}");
        for words in ["5 linjer", "2 kan bruges", "røres ikke", "stod på en linje før", "Typen kendes ikke"] {
            assert!(page.contains(words), "{words}: {page}");
        }
        assert_eq!(items(&app).await.len(), 1, "only looked at");
        let (_, page) =
            post(&app, &editor, "/admin/library/import", &[("rows", ROWS), ("do", "import")]).await;
        assert!(page.contains("2 er importeret"), "{page}");
        let podcast = titled(&app, "Når jorden brænder").await;
        assert_eq!(podcast.addresses, ["https://lederweb.example/9"]);
        assert_eq!((podcast.tags, podcast.details.groups()), (vec!["pres".to_owned()], vec![2, 3]));
        titled(&app, "Kendt").await;
        // Once more changes nothing; ticked, what is known is given what the line says.
        let form = [("rows", ROWS), ("do", "import")];
        post(&app, &editor, "/admin/library/import", &form).await;
        assert_eq!(items(&app).await.iter().filter(|i| i.details.title == "Når jorden brænder").count(), 1);
        let form = [("rows", ROWS), ("do", "import"), ("update", "on")];
        post(&app, &editor, "/admin/library/import", &form).await;
        let known = titled(&app, "Værdiløs kompetenceudvikling").await;
        assert_eq!(known.addresses, ["https://lederweb.example/1"], "it keeps its address");
        let (status, page) = post(&app, &editor, "/admin/library/import", &[("rows", "navn\nx")]).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("overskriften title") && page.contains("rows-error"), "{page}");
    }

    async fn the_api_takes_a_spreadsheet_of_an_old_machine(app: TestApp) {
        let token = app.token(Role::Editor).await;
        let send = async |query: &str, body: Vec<u8>| {
            let url = app.url(&format!("/api/v1/library/import{query}"));
            let request = app.client.post(url).bearer_auth(&token).header("content-type", "text/csv");
            let answer = request.body(body).send().await.unwrap();
            (answer.status(), answer.json::<Value>().await.unwrap())
        };
        let latin = b"title;url\r\nBl\xe5b\xe6r;https://lederweb.example/b\r\n".to_vec();
        let (status, view) = send("?dry_run=true", latin.clone()).await;
        assert_eq!((status, &view["taken"]), (StatusCode::OK, &1.into()), "{view}");
        assert!(items(&app).await.is_empty());
        let (_, view) = send("", latin.clone()).await;
        assert_eq!(view["lines"][0]["outcome"], "new");
        titled(&app, "Blåbær").await;
        let (_, view) = send("", latin).await;
        assert_eq!((&view["taken"], &view["lines"][0]["outcome"]), (&0.into(), &"known".into()));
        let (status, problem) = send("", b"navn\nx".to_vec()).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(problem["errors"][0]["field"], "rows");
    }

    async fn a_site_that_moved_is_moved_and_moved_back(app: TestApp) {
        let editor = app.signed_in(Role::Editor).await;
        for (title, addresses) in [
            ("Én", "http://gammel.example/artikel/1\nhttps://andet.example/1"),
            ("To", "http://gammel.example/artikel/2"),
            ("Serie", "http://gammel.example/artikelserie"),
            ("Optaget", "https://ny.example/viden/2"),
        ] {
            add(&app, &editor, title, &[("addresses", addresses)]).await;
        }
        let rule = [("old", "http://gammel.example/artikel"), ("new", "https://ny.example/viden")];
        let (status, page) =
            post(&app, &editor, "/admin/library/move", &[&rule[..], &[("do", "preview")]].concat()).await;
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains("Ét sted i biblioteket") && page.contains("Én ny adresse hører"), "{page}");
        assert_eq!(titled(&app, "Én").await.addresses[0], "http://gammel.example/artikel/1");
        let go = [&rule[..], &[("do", "move")]].concat();
        assert_eq!(post(&app, &editor, "/admin/library/move", &go).await.0, StatusCode::SEE_OTHER);
        assert_eq!(titled(&app, "Én").await.addresses, [
            "https://ny.example/viden/1",
            "https://andet.example/1",
            "http://gammel.example/artikel/1",
        ]);
        assert_eq!(titled(&app, "To").await.addresses, ["http://gammel.example/artikel/2"]);
        // Once more there is nothing to do: the old address is kept on purpose.
        let page = post(&app, &editor, "/admin/library/move", &[("old", ""), ("new", "")]).await.1;
        assert!(page.contains("old-error") && page.contains("new-error"), "{page}");
        let page = get(&app, &editor, "/admin/library/move").await;
        let undo = page.split("action=\"").find(|rest| rest.contains("/undo\"")).unwrap();
        let undo = undo.split('"').next().unwrap().to_owned();
        assert_eq!(post(&app, &editor, &undo, &[]).await.0, StatusCode::SEE_OTHER);
        assert_eq!(titled(&app, "Én").await.addresses, [
            "http://gammel.example/artikel/1",
            "https://andet.example/1",
        ]);
        assert_eq!(post(&app, &editor, &undo, &[]).await.0, StatusCode::CONFLICT);
        // A list of redirects, and what is older than a month cannot be undone.
        let map = "gammel;ny\nhttp://gammel.example/artikel/2;https://ny.example/to\nhttp://x.example/;http://y.example/";
        let (_, page) = post(&app, &editor, "/admin/library/move", &[("map", map)]).await;
        assert!(page.contains("Én adresse på listen findes ikke"), "{page}");
        post(&app, &editor, "/admin/library/move", &[("map", map), ("do", "move")]).await;
        assert_eq!(titled(&app, "To").await.addresses[0], "https://ny.example/to");
        app.clock.advance(TimeDelta::days(31));
        app.run_until_idle().await;
        assert!(!get(&app, &editor, "/admin/library/move").await.contains("/undo\""));
    }
}

#[actix_web::test]
async fn an_editor_keeps_the_library_in_a_browser() {
    let app = TestApp::sqlite().await;
    let editor = app.signed_in(Role::Admin).await;
    let more = [
        ("addresses", "http://gammel.example/1\nhttps://lederweb.example/artikel/153607"),
        ("tags", "kerneopgaven, ledelse"),
        ("valid_until", "2016-10-31"),
    ];
    let item = add(&app, &editor, "Når jorden brænder under lederen", &more).await;
    add(&app, &editor, "Ledelse tæt på", &[("tags", "ledelse")]).await;
    let about = format!("/admin/library/{}/about", item.uuid);
    post(&app, &editor, &about, &[("about", "Ledelse tæt på")]).await;
    let browser = Browser::open(&app).await;
    browser.sign_in(Role::Editor).await;
    browser.console_errors().await;
    for (path, name) in [
        ("/admin/library".to_owned(), "library-list"),
        (format!("/admin/library/{}", item.uuid), "library-item"),
        ("/admin/library/import".to_owned(), "library-import"),
        ("/admin/library/move".to_owned(), "library-move"),
    ] {
        browser.goto(&path).await;
        browser.axe().await;
        browser.screenshot(name).await;
        browser.dark(true).await;
        browser.resize(PHONE).await;
        browser.axe().await;
        browser.screenshot(&format!("{name}-phone-dark")).await;
        browser.dark(false).await;
        browser.fits_a_narrow_screen().await;
        browser.resize(WIDE).await;
    }
    browser.goto("/admin/library/import").await;
    browser.run(&format!("document.getElementById('rows').value = {ROWS:?}")).await;
    browser.click("button[value=check]").await;
    browser.wait_for("#verdicts").await;
    browser.axe().await;
    browser.screenshot("library-import-verdicts").await;
    browser.click("button[value=import]").await;
    browser.wait_for(".notice.done").await;
    browser.goto("/admin/library/move").await;
    browser.fill("#old", "http://gammel.example").await;
    browser.fill("#new", "https://lederweb.example/ny").await;
    browser.click("button[value=preview]").await;
    browser.wait_for("button[value=move]").await;
    browser.axe().await;
    browser.screenshot("library-move-plan").await;
    browser.click("button[value=move]").await;
    browser.wait_for(".toast").await;
    browser.axe().await;
    browser.no_console_errors().await;
    browser.close().await;
}
