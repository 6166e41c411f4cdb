//! The clicks on an item of the library: of all its addresses, over all issues, people and machines
//! apart.

use chrono::TimeDelta;
use diesel::prelude::*;
use lederbrev::db::schema::{issue_links, issues};
use lederbrev::issues::render::IssueLink;
use lederbrev::issues::{Issue, Origin, store};
use lederbrev::library::{self, Item, ItemKind, NewItem};
use lederbrev::newsletters::Tracking;
use lederbrev::reports::catalogue::{self, Year};
use lederbrev::reports::issue::Verdicts;
use lederbrev::reports::{ItemReport, for_item};
use lederbrev::staff::Role;
use lederbrev::tracking::Verdict;
use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::app::TestApp;
use crate::browser::{Browser, PHONE};
use crate::sending::Sending;
use crate::sends;

/// Where the link of an issue of the tests leads.
const PAGE: &str = "https://lederweb.example/undgaa";
const FILE: &str = "https://lederweb.example/undgaa.pdf";
const CAMPAIGN: &str = "https://lederweb.example/undgaa?kampagne=2018";

async fn publication(app: &TestApp, title: &str, addresses: &[&str]) -> Item {
    let details = library::form::ItemForm { title: title.to_owned(), ..Default::default() };
    let mut new = details.read().unwrap();
    new.details.kind = ItemKind::Publication;
    new.addresses = addresses.iter().map(|address| (*address).to_owned()).collect();
    library::save(&app.app, None, new, "test").await.unwrap()
}

async fn report(app: &TestApp, item: &Item) -> ItemReport {
    let item = item.clone();
    app.app.db.read(move |conn| Ok(for_item(conn, &item)?)).await.unwrap()
}

fn verdicts(human: i64, machine: i64, unknown: i64) -> Verdicts {
    Verdicts { human, machine, unknown }
}

impl Sending {
    /// A sent issue whose links lead there, in this order.
    async fn sent_with(&self, links: &[&str]) -> Issue {
        let issue = self.due_issue().await;
        let (id, links) = (issue.id, numbered(links));
        self.write(move |conn| store::replace_links(conn, id, &links)).await;
        self.run_to_the_end(&issue).await;
        self.app.clock.advance(TimeDelta::days(14));
        issue
    }
}

fn numbered(links: &[&str]) -> Vec<IssueLink> {
    let link = |(url, number): (&&str, i32)| IssueLink {
        number,
        block: None,
        url: (*url).to_owned(),
        library_item: None,
    };
    links.iter().zip(1..).map(link).collect()
}

sends! {
    async fn a_link_with_what_a_campaign_adds_is_the_items_too(sending: Sending) {
        sending.readers(1).await;
        let item = publication(&sending.app, "Undgå værdiløs kompetenceudvikling", &[PAGE]).await;
        let with = format!("{PAGE}/?utm_source=nyhedsbrev&utm_medium=mail");
        let issue = sending.sent_with(&[&with, "https://lederweb.example/andet?utm_source=a"]).await;
        sending.count(&issue, Some(1), Verdict::Human, 3).await;
        sending.count(&issue, Some(2), Verdict::Human, 100).await;
        assert_eq!(report(&sending.app, &item).await.clicks, verdicts(3, 0, 0));
    }

    async fn a_publication_has_one_number_for_all_its_addresses_and_issues(sending: Sending) {
        let app = &sending.app;
        sending.readers(2).await;
        let item = publication(app, "Undgå værdiløs kompetenceudvikling", &[PAGE, FILE, CAMPAIGN]).await;
        assert_eq!(report(app, &item).await.clicks, verdicts(0, 0, 0));
        let first = sending.sent_with(&[PAGE, "https://kl.example/1"]).await;
        let second = sending.sent_with(&["https://kl.example/2", CAMPAIGN]).await;
        let third = sending.sent_with(&[FILE, PAGE]).await;
        sending.count(&first, Some(1), Verdict::Human, 5).await;
        sending.count(&first, Some(1), Verdict::Machine, 7).await;
        // An hour later is the same link.
        app.clock.advance(TimeDelta::hours(1));
        sending.count(&first, Some(1), Verdict::Human, 1).await;
        sending.count(&second, Some(2), Verdict::Unknown, 4).await;
        sending.count(&third, Some(1), Verdict::Human, 2).await;
        sending.count(&third, Some(2), Verdict::Human, 3).await;
        // What others are clicked, and who only looked, is not its own.
        sending.count(&first, Some(2), Verdict::Human, 100).await;
        sending.count(&second, Some(1), Verdict::Human, 100).await;
        sending.count(&third, None, Verdict::Human, 100).await;

        let found = report(app, &item).await;
        assert_eq!(found.clicks, verdicts(11, 7, 4));
        let issues: Vec<_> = found.issues.iter().map(|used| (used.issue, used.clicks)).collect();
        assert_eq!(issues, [
            (third.uuid, verdicts(5, 0, 0)),
            (second.uuid, verdicts(0, 0, 4)),
            (first.uuid, verdicts(6, 7, 0)),
        ]);
        let by_address: Vec<_> =
            found.addresses.iter().map(|address| (address.url.as_str(), address.clicks)).collect();
        assert_eq!(by_address, [
            (PAGE, verdicts(9, 7, 0)),
            (CAMPAIGN, verdicts(0, 0, 4)),
            (FILE, verdicts(2, 0, 0)),
        ]);
        // The report of the issue says the same of its link.
        let (id, now) = (first.id, app.clock.now());
        let whole = sending.write(move |conn| {
            let issue = store::find(conn, id)?;
            lederbrev::reports::for_issue(conn, &issue, now, now - TimeDelta::days(396))
        });
        assert_eq!(whole.await.links[0].clicks, found.issues[2].clicks);

        let editor = app.signed_in(Role::Editor).await;
        let page = editor.get(app.url(&format!("/admin/library/{}", item.uuid))).send().await.unwrap();
        let page = page.text().await.unwrap();
        assert!(page.contains("I alt i 3 udgaver") && page.contains("11–15"), "{page}");
        assert!(page.contains(&format!("/admin/issues/{}/report", second.uuid)), "{page}");
        assert!(page.contains("klik og ikke personer") && !page.contains("sagt ja"), "{page}");
        let token = app.token(Role::Editor).await;
        let api = app.url(&format!("/api/v1/library/{}/report", item.uuid));
        let json: Value =
            app.client.get(api).bearer_auth(token).send().await.unwrap().json().await.unwrap();
        assert_eq!((&json["clicks"]["human"], &json["clicks"]["machine"]), (&11.into(), &7.into()));
        assert_eq!(json["issues"][2]["clicks"]["human"], 6);
        assert_eq!(json["issues"][2]["measured"], "aggregate");
    }

    async fn clicks_stay_with_the_item_when_its_addresses_change(sending: Sending) {
        let app = &sending.app;
        sending.readers(1).await;
        let item = publication(app, "Undgå værdiløs kompetenceudvikling", &[PAGE]).await;
        let issue = sending.sent_with(&[PAGE]).await;
        sending.count(&issue, Some(1), Verdict::Human, 3).await;
        let new = NewItem { details: item.details.clone(), addresses: vec![FILE.to_owned()] };
        library::save(&app.app, Some(item.uuid), new, "test").await.unwrap();
        // Somebody else has the address now, and none of the clicks.
        let other = publication(app, "Ledelse tæt på", &[PAGE]).await;
        assert_eq!(report(app, &item).await.clicks, verdicts(3, 0, 0));
        assert_eq!(report(app, &other).await.issues, []);
        // A link that was corrected is still the item's.
        let id = issue.id;
        sending
            .write(move |conn| {
                diesel::update(issue_links::table.find((id, 1)))
                    .set(issue_links::url.eq("https://lederweb.example/rettet"))
                    .execute(conn)
            })
            .await;
        assert_eq!(report(app, &item).await.clicks, verdicts(3, 0, 0));
    }

    async fn a_link_of_an_item_is_its_own_however_it_was_put_in(sending: Sending) {
        let app = &sending.app;
        let item = publication(app, "Undgå værdiløs kompetenceudvikling", &[PAGE]).await;
        let other = publication(app, "Ledelse tæt på", &[FILE]).await;
        let issue = sending.due_issue().await;
        // Typed into a text; from the library, with an address of the campaign; from the library,
        // but with the address of another item typed over it.
        let mut links = numbered(&[PAGE, CAMPAIGN, FILE]);
        links[1].library_item = Some(item.uuid);
        links[2].library_item = Some(item.uuid);
        let id = issue.id;
        let stored: Vec<Option<i64>> = sending
            .write(move |conn| {
                store::replace_links(conn, id, &links)?;
                issue_links::table
                    .filter(issue_links::issue.eq(id))
                    .order(issue_links::number)
                    .select(issue_links::library_item)
                    .load(conn)
            })
            .await;
        assert_eq!(stored, [Some(item.id), Some(item.id), Some(other.id)]);
    }

    async fn a_short_link_leads_to_the_item_wherever_it_moves_and_is_counted_apart(sending: Sending) {
        let app = &sending.app;
        let item = publication(app, "Ledelse på Ærø", &[PAGE]).await;
        let other = publication(app, "Ledelse på Ærø", &[FILE]).await;
        let editor = app.signed_in(Role::Editor).await;
        for item in [&item, &item, &other] {
            let url = app.url(&format!("/admin/library/{}/short-link", item.uuid));
            assert_eq!(editor.post(url).send().await.unwrap().status(), StatusCode::SEE_OTHER);
        }
        let link = report(app, &item).await.short_link.unwrap();
        assert_eq!(link.slug, "ledelse-paa-aeroe");
        assert_eq!(report(app, &other).await.short_link.unwrap().slug, "ledelse-paa-aeroe-2");
        let follow = async |method: Method, path: &str, agent: &str| {
            let request = app.client.request(method, app.url(path));
            request.header("user-agent", agent).send().await.unwrap()
        };
        let (firefox, path) = ("Mozilla/5.0 (X11) Firefox/128.0", "/p/ledelse-paa-aeroe");
        let answer = follow(Method::GET, path, firefox).await;
        assert_eq!((answer.status(), &answer.headers()["location"]), (StatusCode::FOUND, &PAGE.parse().unwrap()));
        assert_eq!(answer.headers()["cache-control"], "no-store");
        assert!(!answer.headers().contains_key("set-cookie"));
        follow(Method::GET, &format!("{path}?to=https://ond.example"), firefox).await;
        follow(Method::HEAD, path, firefox).await;
        follow(Method::GET, path, "Mozilla/5.0").await;
        assert_eq!(follow(Method::GET, "/p/findes-ikke", firefox).await.status(), StatusCode::NOT_FOUND);
        app.run_until_idle().await;
        let found = report(app, &item).await;
        assert_eq!(found.short_link.unwrap().clicks, verdicts(2, 1, 1));
        assert_eq!(found.clicks, verdicts(0, 0, 0), "what is followed elsewhere is no click in an issue");

        let mut new = NewItem { details: item.details.clone(), addresses: vec![CAMPAIGN.to_owned()] };
        new.addresses.push(PAGE.to_owned());
        library::save(&app.app, Some(item.uuid), new, "test").await.unwrap();
        let answer = follow(Method::GET, path, firefox).await;
        assert_eq!(answer.headers()["location"], CAMPAIGN);
        let reader = app.signed_in(Role::Reader).await;
        let url = app.url(&format!("/admin/library/{}/short-link", item.uuid));
        assert_eq!(reader.post(url).send().await.unwrap().status(), StatusCode::FORBIDDEN);
    }

    async fn the_catalogue_adds_clicks_up_by_the_year_of_the_issue(sending: Sending) {
        let app = &sending.app;
        sending.readers(2).await;
        let item = publication(app, "Undgå værdiløs kompetenceudvikling", &[PAGE, FILE]).await;
        publication(app, "Katalog over udgivelser", &["https://lederweb.example/katalog"]).await;
        let first = sending.sent_with(&[PAGE, "https://lederweb.example/andet"]).await;
        sending.count(&first, Some(1), Verdict::Human, 10).await;
        sending.count(&first, Some(2), Verdict::Human, 99).await;
        app.clock.advance(TimeDelta::days(365));
        let second = sending.sent_with(&[FILE, PAGE]).await;
        sending.count(&second, Some(1), Verdict::Unknown, 4).await;
        sending.count(&second, Some(2), Verdict::Human, 3).await;
        let catalogue = app.app.db.read(|conn| Ok(catalogue::catalogue(conn, None)?)).await.unwrap();
        assert_eq!(catalogue.years, [2018, 2017]);
        let [most, other] = &catalogue.publications[..] else { panic!("{catalogue:?}") };
        assert_eq!(most.id, item.uuid);
        let year = |issues, human, unknown| Year { issues, clicks: Some(verdicts(human, 0, unknown)) };
        assert_eq!(most.by_year, [year(1, 3, 4), year(1, 10, 0)]);
        assert_eq!(most.all, year(2, 13, 4));
        assert_eq!((other.all, other.short_link), (Year::default(), None));
        let editor = app.signed_in(Role::Editor).await;
        let get = async |path: &str| {
            editor.get(app.url(path)).send().await.unwrap().text().await.unwrap()
        };
        let html = get("/admin/publications").await;
        assert!(html.contains("13–17") && html.contains("3–7"), "{html}");
        let file = get("/admin/publications.csv?kind=publication").await;
        let row = "\"Undgå værdiløs kompetenceudvikling\";\"Udgivelse\";\"2017\";\"10\";\"0\";\"0\"";
        assert!(file.contains(row), "{file}");
    }

    async fn what_is_not_counted_is_not_shown_as_nothing(sending: Sending) {
        let app = &sending.app;
        sending.readers(1).await;
        sending.measure(Tracking::Off).await;
        let item = publication(app, "Undgå værdiløs kompetenceudvikling", &[PAGE]).await;
        let editor = app.signed_in(Role::Editor).await;
        let url = app.url(&format!("/admin/library/{}", item.uuid));
        let page = async || editor.get(&url).send().await.unwrap().text().await.unwrap();
        assert!(page().await.contains("Ingen udgave linker til den endnu"));
        let issue = sending.due_issue().await;
        let text = page().await;
        assert!(text.contains("Ikke sendt endnu") && !text.contains("måler ikke"), "{text}");
        sending.run_to_the_end(&issue).await;
        let text = page().await;
        assert!(text.contains("Der blev ikke målt klik i udgaven") && text.contains("så der er ingen tal"), "{text}");
        assert!(!text.contains("<tfoot>"), "{text}");
        // Persons are counted of those who said yes, and the page says so.
        sending.measure(Tracking::Consented).await;
        let text = page().await;
        assert!(text.contains("Der blev ikke målt klik") && !text.contains("<tfoot>"), "{text}");
        let issue = sending.due_issue().await;
        sending.run_to_the_end(&issue).await;
        sending.count(&issue, Some(1), Verdict::Human, 2).await;
        let text = page().await;
        assert!(text.contains("I alt i én udgave") && text.contains("sagt ja til at blive målt"), "{text}");
        // What was counted before is still told when it is switched off.
        sending.measure(Tracking::Off).await;
        assert!(page().await.contains("I alt i én udgave"));
        sending
            .write(|conn| {
                diesel::update(issues::table).set(issues::origin.eq(Origin::Imported)).execute(conn)
            })
            .await;
        let text = page().await;
        assert!(text.contains("som historie, uden tal") && !text.contains("<tfoot>"), "{text}");
    }
}

#[actix_web::test]
async fn the_clicks_of_an_item_are_read_in_a_browser() {
    let sending = Sending::sqlite().await;
    let app = &sending.app;
    sending.readers(2).await;
    let item = publication(app, "Undgå værdiløs kompetenceudvikling", &[PAGE, FILE]).await;
    let first = sending.sent_with(&[PAGE]).await;
    let second = sending.sent_with(&[FILE]).await;
    sending.due_issue().await;
    sending.count(&first, Some(1), Verdict::Human, 1_203).await;
    sending.count(&first, Some(1), Verdict::Unknown, 107).await;
    sending.count(&second, Some(1), Verdict::Machine, 88).await;
    let browser = Browser::open(app).await;
    browser.sign_in(Role::Editor).await;
    browser.console_errors().await;
    browser.goto(&format!("/admin/library/{}", item.uuid)).await;
    browser.axe().await;
    browser.screenshot("library-clicks").await;
    browser.dark(true).await;
    browser.resize(PHONE).await;
    browser.axe().await;
    browser.screenshot("library-clicks-phone-dark").await;
    browser.fits_a_narrow_screen().await;
    for (path, name) in [
        ("/admin/publications".to_owned(), "publications"),
        ("/admin/verdicts".to_owned(), "verdicts"),
        (format!("/admin/issues/{}/report", second.uuid), "report"),
    ] {
        browser.goto(&path).await;
        browser.is_accessible_everywhere(name).await;
    }
    browser.no_console_errors().await;
    browser.close().await;
}
