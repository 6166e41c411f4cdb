//! Who may open what: a second table, written by hand, beside that of the program. A route that is new or
//! gets another right is refused or let in here only when it is written down here, too.

use std::collections::{BTreeSet, VecDeque};

use lederbrev::app::ROUTES;
use lederbrev::newsletters;
use lederbrev::reports::note::draft;
use lederbrev::reports::note::freeze;
use lederbrev::reports::note::plan::Period;
use lederbrev::staff::Role;
use lederbrev::web::Lang;
use reqwest::{Client, Method, StatusCode};

use crate::app::TestApp;
use crate::browser::{Browser, PHONE, WIDE};
use crate::browser_pages::pattern;
use crate::sending::Sending;
use crate::{both, sends};

/// What needs no account although it lies where staff work.
const PUBLIC: &[&str] = &[
    "GET /admin/sign-in",
    "POST /admin/sign-in",
    "POST /admin/sign-in/link",
    "GET /admin/sign-in/{token}",
    "POST /admin/sign-in/{token}",
    "GET /api/v1/openapi.json",
];

/// What the board may: growth, finished status notes, and its own account.
const BOARD: &[&str] = &[
    "GET /admin",
    "POST /admin/sign-out",
    "GET /admin/account",
    "POST /admin/account",
    "GET /admin/growth",
    "GET /admin/growth/days",
    "GET /admin/growth/days.csv",
    "GET /admin/status-notes",
    "GET /admin/status-notes/{id}",
    "GET /admin/status-notes/{id}/file",
    "GET /admin/status-notes/{id}/difference",
    "GET /api/v1/newsletters",
    "GET /api/v1/newsletters/{id}/count",
    "GET /api/v1/newsletters/{id}/growth",
];

/// What operators may besides: the sending, what became of it, and who asks for help.
const OPERATORS: &[&str] = &[
    "GET /admin/subscribers",
    "GET /admin/subscribers/held",
    "POST /admin/subscribers/held",
    "POST /admin/subscribers/views",
    "POST /admin/subscribers/views/{id}",
    "GET /admin/subscribers/{id}",
    "POST /admin/subscribers/{id}/notes",
    "POST /admin/subscribers/{id}/notes/{note}",
    "GET /admin/subscribers/{id}/{action}",
    "POST /admin/subscribers/{id}/{action}",
    "GET /admin/deliveries",
    "GET /admin/deliveries/{id}",
    "GET /admin/deliveries/{id}/live",
    "GET /admin/deliveries/{id}/{action}",
    "POST /admin/deliveries/{id}/{action}",
    "POST /admin/relay/try-again",
    "GET /admin/verdicts",
    "GET /admin/issues/{id}/report",
    "GET /admin/issues/{id}/report.csv",
    "GET /admin/issues/{id}/report/clicks",
    "GET /admin/issues/{id}/schedule",
    "GET /admin/calendar",
    "GET /admin/issues",
    "GET /admin/issues/{id}",
    "GET /admin/issues/{id}/preview",
    "GET /admin/issues/{id}/preview/{form}",
    "GET /api/v1/issues",
    "GET /api/v1/issues/{id}",
    "GET /api/v1/issues/{id}/report",
    "POST /api/v1/issues/{id}/pause",
    "POST /api/v1/issues/{id}/resume",
    "POST /api/v1/issues/{id}/cancel",
    "GET /api/v1/deliveries",
    "GET /api/v1/subscribers",
    "GET /api/v1/subscribers/{id}",
];

/// What editors may not: everything else is theirs.
const ADMINISTRATORS: &[&str] = &[
    "GET /admin/privacy",
    "GET /admin/privacy/record",
    "GET /admin/settings",
    "POST /admin/settings",
    "GET /admin/settings/new",
    "POST /admin/settings/{newsletter}",
    "GET /admin/staff",
    "POST /admin/staff",
    "POST /admin/staff/{id}",
    "POST /admin/tokens",
    "POST /admin/tokens/{id}/revoke",
];

/// Whether somebody may use a route, given as its method and its pattern.
fn may(role: Role, route: &str) -> bool {
    let is_in = |list: &[&str]| list.contains(&route);
    match role {
        Role::Admin => true,
        Role::Editor => !is_in(ADMINISTRATORS),
        Role::Operator => is_in(BOARD) || is_in(OPERATORS),
        Role::Reader => is_in(BOARD),
    }
}

/// A path that a pattern stands for, of things that do not exist.
fn path(pattern: &str) -> String {
    let parts = pattern.split('/').map(|part| match part.starts_with('{') {
        true => "00000000-0000-4000-8000-000000000000",
        false => part,
    });
    parts.collect::<Vec<_>>().join("/")
}

/// Every route behind the guard, as its method and its pattern.
fn guarded() -> Vec<(String, Method, &'static str)> {
    let inside = |pattern: &str| pattern.starts_with("/api/") || pattern.starts_with("/admin");
    let all = ROUTES.iter().filter(|route| inside(route.pattern));
    let named = all.map(|route| {
        let name = format!("{} {}", route.method, route.pattern);
        (name, route.method.parse().unwrap(), route.pattern)
    });
    named.filter(|(name, ..)| !PUBLIC.contains(&&**name)).collect()
}

#[test]
fn what_is_written_down_about_rights_is_there() {
    let routes: BTreeSet<String> =
        ROUTES.iter().map(|route| format!("{} {}", route.method, route.pattern)).collect();
    for list in [PUBLIC, BOARD, OPERATORS, ADMINISTRATORS] {
        for route in list {
            assert!(routes.contains(*route), "{route} is no route any more");
        }
    }
}

both! {
    async fn each_role_may_what_is_written_down_for_it_and_is_told_what_to_do_about_the_rest(app: TestApp) {
        app.newsletter().await;
        for role in [Role::Reader, Role::Operator, Role::Editor] {
            let (browser, token) = (app.signed_in(role).await, app.token(role).await);
            for (name, method, pattern) in guarded() {
                if name == "POST /admin/sign-out" {
                    continue;
                }
                let is_api = pattern.starts_with("/api/");
                let request = browser.request(method, app.url(&path(pattern)));
                let request = if is_api { request.bearer_auth(&token) } else { request };
                let answer = request.send().await.unwrap();
                let status = answer.status();
                let to = answer.headers().get("location").and_then(|to| to.to_str().ok());
                assert!(!to.is_some_and(|to| to.starts_with("/admin/sign-in")), "{role}: {name}");
                if may(role, &name) {
                    assert_ne!(status, StatusCode::FORBIDDEN, "{role}: {name}");
                    continue;
                }
                assert_eq!(status, StatusCode::FORBIDDEN, "{role}: {name}");
                let words = answer.text().await.unwrap();
                let told = match is_api {
                    true => words.contains("API-nøglens rolle giver ikke adgang hertil. Brug en nøgle"),
                    false => {
                        words.contains("Spørg en administrator, hvis du mangler adgangen")
                            && words.contains("href=\"/admin\"")
                    }
                };
                assert!(told, "{role}: {name}: {words}");
            }
            let out = browser.post(app.url("/admin/sign-out")).send().await.unwrap();
            assert_eq!(out.status(), StatusCode::SEE_OTHER, "{role}");
        }
    }
}

/// A house in which something has happened: an issue that went out, a draft, a library, figures, a note
/// that is written on and one that is frozen.
async fn lived_in(sending: &Sending) {
    let app = &sending.app;
    sending.readers(6).await;
    let issue = sending.due_issue().await;
    sending.run_to_the_end(&issue).await;
    let editor = app.signed_in(Role::Editor).await;
    let post = async |path: &str, form: &[(&str, &str)]| {
        let answer = editor.post(app.url(path)).form(form).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{path}");
    };
    post("/admin/issues", &[("newsletter", "lederweb"), ("from", "ordinary")]).await;
    post("/admin/library", &[("kind", "podcast"), ("title", "Når jorden brænder under lederen")])
        .await;
    let figure = [
        ("kind", "Følgere på Facebook"),
        ("day", "2017-01-01"),
        ("value", "4.544"),
        ("qualifier", "exact"),
        ("unit", "følgere"),
        ("source", "statusnotat 2017"),
    ];
    post("/admin/figures", &figure).await;
    note(app, "2016", true).await;
    note(app, "2015", false).await;
}

/// A note about a year, frozen or not; its address.
async fn note(app: &TestApp, year: &str, is_frozen: bool) -> String {
    let newsletter =
        app.app.db.read(|conn| Ok(newsletters::store::by_slug(conn, "lederweb")?)).await.unwrap();
    let day = |text: String| text.parse().unwrap();
    let before = year.parse::<i32>().unwrap() - 1;
    let period = Period::new(
        day(format!("{year}-01-01")),
        day(format!("{year}-12-31")),
        day(format!("{before}-12-31")),
    );
    let id = draft::begin(&app.app, &newsletter, period.unwrap(), Lang::Da, "test").await.unwrap();
    if is_frozen {
        freeze::freeze(&app.app, id, "test").await.unwrap();
    }
    format!("/admin/status-notes/{id}")
}

async fn text(browser: &Client, url: String) -> (StatusCode, String) {
    let answer = browser.get(url).send().await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

/// What stands in an attribute, wherever it stands on a page.
fn attributes<'p>(page: &'p str, name: &str) -> impl Iterator<Item = String> + use<'p> {
    let marker = format!(" {name}=\"");
    let all: Vec<&str> = page.split(marker.as_str()).skip(1).collect();
    all.into_iter().map(|rest| rest.split('"').next().unwrap_or_default().replace("&amp;", "&"))
}

sends! {
    async fn nobody_is_shown_a_link_or_a_form_that_leads_to_a_refusal(sending: Sending) {
        lived_in(&sending).await;
        let app = &sending.app;
        let address = app.app.links.base().as_str().trim_end_matches('/').to_owned();
        for role in [Role::Reader, Role::Operator, Role::Editor] {
            let browser = app.signed_in(role).await;
            let (mut ahead, mut seen) = (VecDeque::from(["/admin".to_owned()]), BTreeSet::new());
            while let Some(place) = ahead.pop_front() {
                if seen.len() > 150 || !seen.insert(place.clone()) {
                    continue;
                }
                let (status, page) = text(&browser, app.url(&place)).await;
                // Not every row of these tests is whole enough to be shown; a refusal is another thing.
                assert_ne!(status, StatusCode::FORBIDDEN, "{role}: {place}");
                for link in attributes(&page, "href").chain(attributes(&page, "src")) {
                    let link = link.strip_prefix(&address).unwrap_or(&link).to_owned();
                    let link = link.split('#').next().unwrap_or_default();
                    let is_ours = link == "/admin" || link.starts_with("/admin/") || link.starts_with("/admin?");
                    // A file is handed on, and leads to all rows: the guard says who may see them.
                    let is_file = link.contains("/file?") || link.ends_with("/live");
                    if is_ours && !is_file && !link.contains("lang=") {
                        ahead.push_back(link.to_owned());
                    }
                }
                // A form that posts goes where the role may post to.
                for form in page.split("<form ").skip(1).filter(|form| form.starts_with("method=\"post\"")) {
                    let tag = form.split('>').next().unwrap_or_default();
                    let action = attributes(tag, "action").next().unwrap_or_default();
                    let routes = ROUTES.iter().filter(|route| route.method == "POST");
                    let fits = |pattern: &str| {
                        let (a, b): (Vec<_>, Vec<_>) = (pattern.split('/').collect(), action.split('/').collect());
                        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.starts_with('{') || *a == b)
                    };
                    let best = routes.filter(|route| fits(route.pattern)).min_by_key(|route| route.pattern.matches('{').count());
                    if let Some(route) = best.filter(|route| route.pattern.starts_with("/admin")) {
                        assert!(may(role, &format!("POST {}", route.pattern)), "{role}: {place} posts to {action}");
                    }
                }
            }
            let patterns: BTreeSet<_> =
                seen.iter().filter_map(|place| pattern(place.split('?').next().unwrap())).collect();
            let least = if role == Role::Reader { 6 } else { 12 };
            assert!(patterns.len() >= least, "{role} got only to {patterns:?}");
            assert!(patterns.iter().all(|pattern| may(role, &format!("GET {pattern}"))), "{role}: {patterns:?}");
        }
    }

    async fn the_menu_has_what_a_role_can_open_and_nothing_else(sending: Sending) {
        let app = &sending.app;
        let menu = async |role: Role| {
            let browser = app.signed_in(role).await;
            let (_, page) = text(&browser, app.url("/admin/account")).await;
            let menu = page.split_once("<nav").unwrap().1.split_once("</nav>").unwrap().0.to_owned();
            attributes(&menu, "href").collect::<Vec<_>>()
        };
        let board = ["/admin", "/admin/growth", "/admin/status-notes"];
        assert_eq!(menu(Role::Reader).await, board);
        let operators =
            ["/admin", "/admin/issues", "/admin/subscribers", "/admin/deliveries", "/admin/growth", "/admin/status-notes"];
        assert_eq!(menu(Role::Operator).await, operators);
        let editors = [
            "/admin", "/admin/issues", "/admin/library", "/admin/pictures", "/admin/subscribers", "/admin/deliveries",
            "/admin/growth", "/admin/status-notes",
        ];
        assert_eq!(menu(Role::Editor).await, editors);
    }

    async fn the_board_sees_how_many_there_are_and_the_finished_notes_and_nobody(sending: Sending) {
        lived_in(&sending).await;
        let app = &sending.app;
        let board = app.signed_in(Role::Reader).await;
        let (_, desk) = text(&board, app.url("/admin")).await;
        for words in ["Abonnenter på Nyt fra Lederweb", "24. marts 2017", "24. marts 2016", "<dt>Dage imellem</dt><dd>365</dd>"] {
            assert!(desk.contains(words), "{words}: {desk}");
        }
        let notes = attributes(&desk, "href").filter(|link| link.contains("/status-notes/")).collect::<Vec<_>>();
        // One link to the frozen note and one for each of its files, and none to the other one.
        assert_eq!(notes.len(), 5, "{notes:?}");
        assert!(notes.iter().all(|link| link.contains("version=1")), "{notes:?}");
        for format in ["html", "pdf", "docx", "csv"] {
            let link = notes.iter().find(|link| link.ends_with(&format!("format={format}"))).unwrap();
            let file = board.get(app.url(link)).send().await.unwrap();
            assert_eq!(file.status(), StatusCode::OK, "{format}");
            assert!(!file.bytes().await.unwrap().is_empty(), "{format}");
        }
        for word in ["leder0@", "Seneste udsendelse", "Kladder", "/admin/issues", "/admin/deliveries"] {
            assert!(!desk.contains(word), "{word}: {desk}");
        }
        for path in ["/admin/growth", "/admin/growth/days", "/admin/status-notes", notes[0].as_str()] {
            let (status, page) = text(&board, app.url(path)).await;
            assert_eq!(status, StatusCode::OK, "{path}");
            assert!(!page.contains('@'), "{path} names somebody: {page}");
        }
        let (_, list) = text(&board, app.url("/admin/status-notes")).await;
        assert!(list.contains("2016") && !list.contains("2015</a>"), "{list}");
    }

    async fn a_note_that_is_still_written_on_is_not_there_for_the_board(sending: Sending) {
        let app = &sending.app;
        let address = note(app, "2016", false).await;
        let (board, editor) = (app.signed_in(Role::Reader).await, app.signed_in(Role::Editor).await);
        let get = async |who: &Client, path: &str| text(who, app.url(&format!("{address}{path}"))).await;
        for path in ["", "?version=1", "/file?format=pdf", "/difference?first=1"] {
            assert_eq!(get(&board, path).await.0, StatusCode::NOT_FOUND, "{path}");
        }
        assert_eq!(get(&editor, "").await.0, StatusCode::OK);
        let (_, list) = text(&board, app.url("/admin/status-notes")).await;
        assert!(list.contains("Der er intet færdigt statusnotat endnu"), "{list}");
        let froze = editor.post(app.url(&format!("{address}/freeze"))).send().await.unwrap();
        assert_eq!(froze.status(), StatusCode::SEE_OTHER);
        // What is written from here on is the editors' until they freeze it again.
        let words = [("revision", "1"), ("words-main", "Endnu ikke til bestyrelsen.")];
        let saved = editor.post(app.url(&format!("{address}/words"))).form(&words).send().await.unwrap();
        assert_eq!(saved.status(), StatusCode::SEE_OTHER);
        assert!(get(&editor, "").await.1.contains("Endnu ikke til bestyrelsen."));
        for path in ["", "?version=1", "/file?format=html", "/difference?first=1"] {
            let (status, page) = get(&board, path).await;
            assert_eq!(status, StatusCode::OK, "{path}");
            assert!(!page.contains("Endnu ikke til bestyrelsen."), "{path}: {page}");
        }
        let (_, page) = get(&board, "").await;
        assert!(!page.contains("Se notatet med de nyeste tal") && !page.contains("til nu</a>"), "{page}");
    }
}

#[actix_web::test]
async fn the_desk_of_the_board_is_accessible_and_fits_every_screen() {
    let app = TestApp::sqlite().await;
    app.newsletter().await;
    app.subscribe("anne.holm@aarhus.example").await;
    note(&app, "2016", true).await;
    let browser = Browser::open(&app).await;
    browser.sign_in(Role::Reader).await;
    browser.console_errors().await;
    for (width, dark) in [(WIDE, false), (WIDE, true), (PHONE, false)] {
        browser.dark(dark).await;
        browser.resize(width).await;
        browser.goto("/admin").await;
        browser.axe().await;
        let name = format!("board-{width}{}", if dark { "-dark" } else { "" });
        browser.screenshot(&name).await;
    }
    browser.fits_a_narrow_screen().await;
    browser.no_console_errors().await;
    browser.close().await;
}
