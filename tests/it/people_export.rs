//! The register as a file for a spreadsheet.

use std::collections::HashSet;
use std::io::{Cursor, Read};
use std::os::unix::fs::PermissionsExt;

use chrono::TimeDelta;
use diesel::prelude::*;
use lederbrev::db::schema::{audit_log, exports, subscribers, subscriptions};
use lederbrev::db::{DbConn, Json};
use lederbrev::people::export::file::ExportFile;
use lederbrev::people::export::{Column, Format, Plan};
use lederbrev::people::search::Query;
use lederbrev::staff::Role;
use lederbrev::subscribers::{LeadershipGroup, Sector, SubscriptionState};
use lederbrev::web::Lang;
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::both;
use crate::browser::Browser;
use crate::sending::{address, readers};

const FORM: &str = "/admin/subscribers/export";
const REASON: (&str, &str) = ("reason", "Invitation til Ledertræf 2017");

/// Names by which somebody would harm whoever opens the file.
const HOSTILE: [&str; 8] = [
    "=HYPERLINK(\"https://ond.example\";\"Klik her\")",
    "+4570101010",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(A1:A9)",
    "\t=1+1",
    "\r=1+1",
    "Anne; \"Holm\", lektor\nog =leder",
    "O'Brien-Krag & <b>søn</b>",
];

/// People of the register, with these names.
async fn people(app: &TestApp, names: &[&str]) {
    let newsletter = app.newsletter().await;
    let (now, names) = (app.clock.now(), names.iter().map(|name| (*name).to_owned()));
    let names: Vec<String> = names.collect();
    let write = move |conn: &mut DbConn| {
        let made = readers(conn, newsletter, names.len(), now)?;
        for (reader, name) in made.iter().zip(&names) {
            diesel::update(subscribers::table.find(reader.subscriber))
                .set(subscribers::name.eq(name))
                .execute(conn)?;
        }
        Ok(())
    };
    app.app.db.write(write).await.unwrap();
}

async fn post(app: &TestApp, staff: &Client, query: &str, form: &[(&str, &str)]) -> Response {
    staff.post(app.url(&format!("{FORM}?{query}"))).form(form).send().await.unwrap()
}

/// The path of the link that is made for these columns.
async fn link(app: &TestApp, staff: &Client, query: &str, form: &[(&str, &str)]) -> String {
    let answer = post(app, staff, query, form).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    let ready = answer.headers()["location"].to_str().unwrap().to_owned();
    let page = staff.get(app.url(&ready)).send().await.unwrap();
    assert_eq!(page.status(), StatusCode::OK);
    let path = format!("{ready}/file");
    assert!(page.text().await.unwrap().contains(&path));
    path
}

async fn get(app: &TestApp, staff: &Client, path: &str) -> Response {
    staff.get(app.url(path)).send().await.unwrap()
}

/// The rows of a file as a reader of CSV sees them, the heading first.
fn rows(file: &[u8], separator: u8) -> Vec<Vec<String>> {
    let file = file.strip_prefix("\u{feff}".as_bytes()).expect("a mark that it is UTF-8");
    csv::ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .from_reader(file)
        .records()
        .map(|record| record.unwrap().iter().map(str::to_owned).collect())
        .collect()
}

/// What the audit log says of exports: action, who and details, in order.
async fn noted(app: &TestApp) -> Vec<(String, String, Value)> {
    let read = |conn: &mut DbConn| {
        Ok(audit_log::table
            .filter(audit_log::action.like("subscribers.export%"))
            .order(audit_log::id)
            .select((audit_log::action, audit_log::actor, audit_log::details))
            .load::<(String, String, Json)>(conn)?)
    };
    let found = app.app.db.read(read).await.unwrap();
    found.into_iter().map(|(action, actor, Json(details))| (action, actor, details)).collect()
}

both! {
    async fn hostile_names_come_back_from_a_reader_as_they_were_but_for_the_quote(app: TestApp) {
        people(&app, &HOSTILE).await;
        let editor = app.signed_in(Role::Editor).await;
        for (lang, separator, heading) in [("", b';', "Navn"), ("lang=en", b',', "Name")] {
            let form = [("columns", "name"), ("columns", "email"), REASON];
            let path = link(&app, &editor, lang, &form).await;
            let answer = get(&app, &editor, &path).await;
            assert_eq!(answer.headers()["content-type"], "text/csv; charset=utf-8");
            let named = answer.headers()["content-disposition"].to_str().unwrap();
            assert!(named.starts_with("attachment; filename=") && named.ends_with("2017-03-24.csv\""));
            let mut found = rows(&answer.bytes().await.unwrap(), separator);
            assert_eq!(found.remove(0)[1], heading);
            found.reverse();
            let expected: Vec<Vec<String>> = HOSTILE
                .iter()
                .enumerate()
                .map(|(at, name)| {
                    let quote = if at < 6 { "'" } else { "" };
                    vec![address(at), format!("{quote}{name}")]
                })
                .collect();
            assert_eq!(found, expected);
        }
    }

    async fn in_an_excel_file_every_cell_is_a_text(app: TestApp) {
        people(&app, &HOSTILE).await;
        let editor = app.signed_in(Role::Editor).await;
        let form = [("columns", "name"), ("columns", "email"), ("format", "xlsx"), REASON];
        let path = link(&app, &editor, "", &form).await;
        let file = get(&app, &editor, &path).await.bytes().await.unwrap();
        let mut zip = zip::ZipArchive::new(Cursor::new(file)).unwrap();
        let mut sheet = String::new();
        zip.by_name("xl/worksheets/sheet1.xml").unwrap().read_to_string(&mut sheet).unwrap();
        assert!(!sheet.contains("<f>") && !sheet.contains("<b>"), "{sheet}");
        assert_eq!(sheet.matches("<c ").count(), sheet.matches("t=\"inlineStr\"").count());
        assert!(sheet.contains("=HYPERLINK(&quot;https://ond.example&quot;"), "{sheet}");
        assert!(sheet.contains(">&#13;=1+1</t>") && sheet.contains("&lt;b&gt;søn"), "{sheet}");
    }

    async fn the_file_follows_the_search_and_says_what_is_known(app: TestApp) {
        people(&app, &["Anne Holm", "Bo Krag", "Åse Under"]).await;
        let now = app.clock.now();
        let change = move |conn: &mut DbConn| {
            let of = |at| {
                subscribers::table.filter(subscribers::email.eq(address(at))).select(subscribers::id)
            };
            let bo: i64 = of(1).first(conn)?;
            diesel::update(subscribers::table.find(bo))
                .set((
                    subscribers::organisation.eq("Region Midtjylland"),
                    subscribers::sector.eq(Sector::Region),
                    subscribers::leadership_group.eq(LeadershipGroup::Two),
                ))
                .execute(conn)?;
            diesel::update(subscriptions::table.filter(subscriptions::subscriber.eq(bo)))
                .set((
                    subscriptions::state.eq(SubscriptionState::Ended),
                    subscriptions::ended_at.eq(now),
                ))
                .execute(conn)?;
            Ok(())
        };
        app.app.db.write(change).await.unwrap();
        let editor = app.signed_in(Role::Editor).await;
        let register = get(&app, &editor, "/admin/subscribers?state=ended").await.text().await.unwrap();
        assert!(register.contains("/admin/subscribers/export?state=ended"), "{register}");
        let page = get(&app, &editor, &format!("{FORM}?state=ended&sector=region")).await;
        let page = page.text().await.unwrap();
        assert!(page.contains("Filen får én linje."), "{page}");
        assert!(page.contains("<li>Status: Ophørt</li>"), "{page}");

        let every: Vec<(&str, &str)> =
            Column::ALL.iter().map(|column| ("columns", column.as_str())).collect();
        let form = [every, vec![REASON]].concat();
        let path = link(&app, &editor, "state=ended&sector=region&after=1", &form).await;
        let file = get(&app, &editor, &path).await.bytes().await.unwrap();
        let found = rows(&file, b';');
        let bo = [
            &address(1), "Bo Krag", "Region Midtjylland", "Region", "Chef (leder af ledere)", "Dansk",
            "Nyt fra Lederweb", "Ophørt", "Alle udgaver, også særnumre", "test", "2017-03-24 08:00",
            "2017-03-24 08:00", "2017-03-24 08:00", "Nej", "",
        ];
        assert_eq!(found.len(), 2);
        assert_eq!(found[1], bo);
    }

    async fn what_else_a_list_brought_is_on_the_page_in_the_file_and_comes_back(app: TestApp) {
        app.newsletter().await;
        let anne = "anne.holm@aarhus.example";
        app.import("", format!("email;titel\n{anne};Chefkonsulent, HR\nbo@kolding.example;\n")).await;
        let editor = app.signed_in(Role::Editor).await;
        let (person, _) = app.person(anne).await;
        let page = get(&app, &editor, &format!("/admin/subscribers/{}", person.uuid)).await;
        let page = page.text().await.unwrap();
        assert!(page.contains("<dt>titel</dt>") && page.contains("Chefkonsulent, HR"), "{page}");
        let form = [("columns", "email"), ("columns", "attributes"), REASON];
        let path = link(&app, &editor, "", &form).await;
        let file = get(&app, &editor, &path).await.bytes().await.unwrap();
        let mut found = rows(&file, b';');
        found.sort();
        assert_eq!(found[0], ["E-mailadresse", "Egenskaber"]);
        assert_eq!(found[1], [anne, r#"{"titel":"Chefkonsulent, HR"}"#]);
        assert_eq!(found[2], ["bo@kolding.example", ""]);
        let other = TestApp::sqlite().await;
        other.newsletter().await;
        assert_eq!(other.import("", file.to_vec()).await.counts.created, 2);
        assert_eq!(other.person(anne).await.0.attributes.0, json!({ "titel": "Chefkonsulent, HR" }));
    }

    async fn without_a_reason_or_a_column_there_is_no_file(app: TestApp) {
        people(&app, &["Anne Holm"]).await;
        let editor = app.signed_in(Role::Editor).await;
        let answer = post(&app, &editor, "", &[("columns", "scope"), ("reason", " \n")]).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let page = answer.text().await.unwrap();
        assert!(page.contains("Skriv, hvad du skal bruge listen til."), "{page}");
        assert!(page.contains("value=\"scope\" checked") && !page.contains("value=\"name\" checked"));
        let answer = post(&app, &editor, "", &[("columns", "password"), REASON]).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let page = answer.text().await.unwrap();
        assert!(page.contains("Vælg mindst én kolonne.") && page.contains(REASON.1));
        let long = "ø".repeat(501);
        let answer = post(&app, &editor, "", &[("columns", "name"), ("reason", &long)]).await;
        assert!(answer.text().await.unwrap().contains("Begrundelsen er på 501 tegn."));
        assert!(noted(&app).await.is_empty());
    }

    async fn readers_and_operators_are_refused(app: TestApp) {
        people(&app, &["Anne Holm"]).await;
        let editor = app.signed_in(Role::Editor).await;
        let form = [("columns", "email"), REASON];
        let path = link(&app, &editor, "", &form).await;
        for role in [Role::Reader, Role::Operator] {
            let staff = app.signed_in(role).await;
            assert_eq!(get(&app, &staff, FORM).await.status(), StatusCode::FORBIDDEN, "{role}");
            assert_eq!(post(&app, &staff, "", &form).await.status(), StatusCode::FORBIDDEN, "{role}");
            assert_eq!(get(&app, &staff, &path).await.status(), StatusCode::FORBIDDEN, "{role}");
        }
        let operator = app.signed_in(Role::Operator).await;
        let register = get(&app, &operator, "/admin/subscribers").await.text().await.unwrap();
        assert!(!register.contains(FORM), "nobody is led to what they may not do");
        assert_eq!(app.get(&path).await.status(), StatusCode::SEE_OTHER, "signed out");
    }

    async fn a_link_works_for_who_asked_and_for_fifteen_minutes(app: TestApp) {
        people(&app, &["Anne Holm"]).await;
        let editor = app.signed_in(Role::Editor).await;
        let admin = app.signed_in(Role::Admin).await;
        let path = link(&app, &editor, "", &[("columns", "email"), REASON]).await;
        assert_eq!(get(&app, &admin, &path).await.status(), StatusCode::NOT_FOUND);
        let other = path.replace("export/A", "export/B");
        let forged = if other == path { path.replace("/file", "A/file") } else { other };
        assert_eq!(get(&app, &editor, &forged).await.status(), StatusCode::NOT_FOUND);
        app.clock.advance(TimeDelta::minutes(14));
        assert_eq!(get(&app, &editor, &path).await.status(), StatusCode::OK);
        app.clock.advance(TimeDelta::minutes(2));
        for path in [path.as_str(), path.strip_suffix("/file").unwrap()] {
            let answer = get(&app, &editor, path).await;
            assert_eq!(answer.status(), StatusCode::GONE);
            let page = answer.text().await.unwrap();
            assert!(page.contains("Gå til registret, og lav filen igen."), "{page}");
            assert!(!page.contains(&address(0)));
        }
        app.run_until_idle().await;
        let kept = |conn: &mut DbConn| Ok(exports::table.count().get_result::<i64>(conn)?);
        assert_eq!(app.app.db.read(kept).await.unwrap(), 0, "what was searched for is forgotten");
        assert_eq!(get(&app, &editor, &path).await.status(), StatusCode::GONE);
    }

    async fn the_audit_log_says_who_why_whom_and_how_many_but_no_address(app: TestApp) {
        people(&app, &["Anne Holm", "Bo Krag"]).await;
        let editor = app.signed_in(Role::Editor).await;
        let searched = format!("q={}&state=active", address(1).replace('@', "%40"));
        let path = link(&app, &editor, &searched, &[("columns", "name"), ("columns", "email"), REASON]).await;
        get(&app, &editor, &path).await.bytes().await.unwrap();
        // Who only asks what it would be has fetched nothing.
        let head = editor.head(app.url(&path)).send().await.unwrap();
        assert_eq!(head.headers()["content-type"], "text/csv; charset=utf-8");
        let all = noted(&app).await;
        let who = "editor@lederweb.example".to_owned();
        let asked = json!({
            "reason": REASON.1, "columns": ["email", "name"], "format": "csv",
            "filter": { "q": "…", "state": "active" },
        });
        let entry = |action: &str, details: Value| (action.to_owned(), who.clone(), details);
        let expected = [
            entry("subscribers.export", asked),
            entry("subscribers.export-file", json!({ "rows": 1, "whole": true })),
        ];
        assert_eq!(all, expected);
    }

    async fn who_goes_away_in_the_middle_is_written_down_with_the_rows_so_far(app: TestApp) {
        people(&app, &["Anne Holm"; 3_000]).await;
        // More than lies between a server and somebody who does not read.
        let long = "Ældrecenter Ådalen ".repeat(400);
        let write = move |conn: &mut DbConn| {
            let all = diesel::update(subscribers::table);
            Ok(all.set(subscribers::organisation.eq(&long)).execute(conn)?)
        };
        app.app.db.write(write).await.unwrap();
        let editor = app.signed_in(Role::Editor).await;
        let path = link(&app, &editor, "", &[("columns", "organisation"), REASON]).await;
        let mut answer = get(&app, &editor, &path).await;
        assert!(answer.chunk().await.unwrap().is_some());
        drop(answer);
        let mut all = noted(&app).await;
        for _ in 0..500 {
            if all.len() == 2 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            all = noted(&app).await;
        }
        let details = &all.get(1).expect("the end of the fetching").2;
        assert_eq!(details["whole"], false, "{details}");
        assert!(details["rows"].as_i64().is_some_and(|rows| rows < 3_000), "{details}");
    }

    async fn three_thousand_people_come_in_several_pages_and_each_of_them_once(app: TestApp) {
        people(&app, &["Anne Holm"; 3_000]).await;
        let editor = app.signed_in(Role::Editor).await;
        let path = link(&app, &editor, "", &[("columns", "email"), REASON]).await;
        let answer = get(&app, &editor, &path).await;
        assert!(!answer.headers().contains_key("content-length"), "it is sent while it is made");
        let found = rows(&answer.bytes().await.unwrap(), b';');
        let found: HashSet<String> = found.into_iter().skip(1).flatten().collect();
        let all: HashSet<String> = (0..3_000).map(address).collect();
        assert_eq!(found.len(), 3_000);
        assert!(found == all);
        assert_eq!(noted(&app).await[1].2, json!({ "rows": 3_000, "whole": true }));

        for format in [Format::Csv, Format::Xlsx] {
            let plan = Plan {
                query: Query::default(),
                columns: vec![Column::Email],
                format,
                language: Lang::Da,
            };
            let shared = app.app.clone().into_inner();
            let pages = tokio::task::spawn_blocking(move || {
                let mut file = ExportFile::new(shared, plan).unwrap();
                let mut pages = Vec::new();
                let mut before = 0;
                while file.next_piece().unwrap().is_some() {
                    pages.push(file.rows() - before);
                    before = file.rows();
                }
                pages
            });
            assert_eq!(pages.await.unwrap(), [1_000, 1_000, 1_000, 0]);
        }
    }

    async fn the_command_line_writes_the_same_file_and_gives_its_reason(app: TestApp) {
        people(&app, &HOSTILE).await;
        let (name, columns) = (["--newsletter", "lederweb"], ["--columns", "email,name"]);
        let out = app.command(&[&["export"][..], &name, &columns, &["--reason", "Sikkerhedskopi"]].concat());
        assert!(out.status.success(), "{out:?}");
        let found = rows(&out.stdout, b';');
        assert_eq!(found.len(), 1 + HOSTILE.len());
        assert_eq!(found[HOSTILE.len()], [address(0), format!("'{}", HOSTILE[0])]);
        let all = noted(&app).await;
        assert_eq!((&*all[0].1, &all[0].2["reason"]), ("command line", &json!("Sikkerhedskopi")));
        assert_eq!(all[1].2, json!({ "rows": HOSTILE.len(), "whole": true }));

        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("abonnenter.xlsx");
        let file = file.to_str().unwrap();
        let more = ["--reason", "Sikkerhedskopi", "--format", "xlsx", "--state", "active", file];
        let out = app.command(&[&["export"][..], &name, &more].concat());
        assert_eq!(String::from_utf8_lossy(&out.stdout), "rows: 8\n", "{out:?}");
        assert!(std::fs::read(file).unwrap().starts_with(b"PK"));
        let mode = std::fs::metadata(file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "nobody else on the machine reads it");
        let out = app.command(&[&["export"][..], &name, &["--reason", " "]].concat());
        assert!(!out.status.success() && out.stdout.is_empty());
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        assert!(said.contains("Write what you need the list for."), "{said}");
    }
}

#[actix_web::test]
async fn the_pages_of_an_export_are_accessible_and_fit_every_screen() {
    let app = TestApp::sqlite().await;
    people(&app, &HOSTILE).await;
    let browser = Browser::open(&app).await;
    browser.sign_in(Role::Editor).await;
    browser.goto(&format!("{FORM}?state=active&q=leder")).await;
    browser.is_accessible_everywhere("export-form").await;
    // The empty reason is said.
    browser.click("main form button").await;
    browser.wait_for(".error-summary").await;
    assert!(browser.text(".error-summary").await.contains("Skriv, hvad du skal bruge listen til."));
    browser.is_accessible_everywhere("export-wrong").await;
    browser.fill("#reason", REASON.1).await;
    browser.click("main form button").await;
    browser.wait_for("main a[href$='/file']").await;
    assert_eq!(browser.text("h1").await, "Filen er klar");
    browser.is_accessible_everywhere("export-ready").await;
    app.clock.advance(TimeDelta::minutes(16));
    let path = browser.run("return location.pathname").await;
    browser.goto(path.as_str().unwrap()).await;
    assert_eq!(browser.text("h1").await, "Linket er udløbet");
    browser.axe().await;
    browser.close().await;
}
