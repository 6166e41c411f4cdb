//! Opens and clicks: what is answered, what is counted, and what is stored about whom.

use std::collections::BTreeMap;
use std::io::Read;
use std::process::{Command, Stdio};

use chrono::TimeDelta;
use diesel::prelude::*;
use diesel::sql_types::Text;
use lederbrev::app::App;
use lederbrev::clock::Clock;
use lederbrev::config::Config;
use lederbrev::db::schema::{
    click_counts, clicks, deliveries, issue_links, issues, judged_hits, newsletters, open_counts,
    opens,
};
use lederbrev::db::{DatabaseUrl, DbConn, migrate};
use lederbrev::issues::Issue;
use lederbrev::newsletters::Tracking;
use lederbrev::subscribers::Purpose;
use lederbrev::subscribers::store::{consents, register};
use lederbrev::tracking::buffer::Count;
use lederbrev::tracking::verdict::RULE_VERSION;
use lederbrev::tracking::{self, Verdict};
use reqwest::header::USER_AGENT;
use reqwest::{Method, Response, StatusCode};

use crate::reports::consent;
use crate::sending::{Reader, Sending};
use crate::sends;

const BROWSER: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Gecko/20100101 Firefox/115.0";
const DESTINATION: &str = "https://lederweb.example/undgaa";

/// What is counted of an issue's opens or clicks, by verdict.
type Counts = BTreeMap<Verdict, i64>;
/// A row of a count.
type Counted = (Verdict, i64);

impl Sending {
    pub async fn measure(&self, mode: Tracking) {
        let id = self.newsletter;
        self.write(move |conn| {
            diesel::update(newsletters::table.find(id))
                .set(newsletters::open_tracking.eq(mode))
                .execute(conn)
        })
        .await;
    }

    /// A request as a mail program makes it, from an address of its own.
    pub async fn hit(&self, method: Method, url: &str, agent: &str) -> Response {
        let request = self.app.client.request(method, self.here(url)).header(USER_AGENT, agent);
        request.header("x-forwarded-for", "203.0.113.77").send().await.unwrap()
    }

    /// A public address, at the port of this test.
    fn here(&self, url: &str) -> String {
        let base = self.app.app.links.base().as_str();
        self.app.url(&format!("/{}", url.strip_prefix(base).unwrap()))
    }

    async fn counted(&self, issue: &Issue) -> (Counts, Counts) {
        self.app.run_until_idle().await;
        let id = issue.id;
        let (opened, clicked): (Vec<Counted>, Vec<Counted>) = self
            .write(move |conn| {
                let opened = open_counts::table
                    .filter(open_counts::issue.eq(id))
                    .select((open_counts::verdict, open_counts::opens))
                    .load(conn)?;
                let clicked = click_counts::table
                    .filter(click_counts::issue.eq(id))
                    .select((click_counts::verdict, click_counts::clicks))
                    .load(conn)?;
                Ok((opened, clicked))
            })
            .await;
        let sum = |hits: Vec<Counted>| {
            let mut counts = Counts::new();
            for (verdict, number) in hits {
                *counts.entry(verdict).or_default() += number;
            }
            counts
        };
        (sum(opened), sum(clicked))
    }

    /// Sends an issue to as many people; the first of them consents to being measured.
    pub async fn sent_issue(&self, people: usize) -> (Issue, Vec<i64>, Vec<Reader>) {
        let readers = self.readers(people).await;
        let (newsletter, now, first) = (self.newsletter, self.app.clock.now(), readers[0]);
        self.write(move |conn| {
            consents::insert(conn, &consent(first.subscriber, newsletter, now), now)
        })
        .await;
        let issue = self.due_issue().await;
        self.run_to_the_end(&issue).await;
        let id = issue.id;
        let copies = self
            .write(move |conn| {
                deliveries::table
                    .filter(deliveries::issue.eq(id))
                    .order(deliveries::id)
                    .select(deliveries::id)
                    .load(conn)
            })
            .await;
        (issue, copies, readers)
    }

    /// Sends an issue to somebody who consents and opens it once and clicks twice, in two hours.
    async fn measured(&self) -> (i64, i64) {
        self.measure(Tracking::Consented).await;
        let (_, copies, _) = self.sent_issue(2).await;
        let links = &self.app.app.links;
        let click = links.personal_click(copies[0], 1);
        self.hit(Method::GET, &links.personal_open(copies[0]), BROWSER).await;
        self.hit(Method::GET, &click, BROWSER).await;
        self.app.clock.advance(TimeDelta::minutes(75));
        self.hit(Method::GET, &click, BROWSER).await;
        assert_eq!(self.rows().await, (1, 2));
        self.all_counted().await
    }

    /// How many opens and clicks are counted in all.
    async fn all_counted(&self) -> (i64, i64) {
        let (opened, clicked): (Vec<i64>, Vec<i64>) = self
            .write(|conn| {
                let opened = open_counts::table.select(open_counts::opens).load(conn)?;
                Ok((opened, click_counts::table.select(click_counts::clicks).load(conn)?))
            })
            .await;
        (opened.iter().sum(), clicked.iter().sum())
    }

    async fn rows(&self) -> (i64, i64) {
        self.app.run_until_idle().await;
        self.write(|conn| {
            Ok((opens::table.count().get_result(conn)?, clicks::table.count().get_result(conn)?))
        })
        .await
    }
}

sends! {
    async fn a_thousand_hits_are_counted_exactly(sending: Sending) {
        let issue = sending.due_issue().await;
        let open = sending.app.app.links.open(issue.id);
        let click = sending.app.app.links.click(issue.id, 1);
        let kinds = [
            (Method::GET, BROWSER, 600),
            (Method::GET, "curl/8.5.0", 200),
            (Method::HEAD, BROWSER, 100),
            (Method::GET, "Mozilla/5.0", 100),
        ];
        let hits = kinds.iter().flat_map(|(method, agent, number)| {
            (0..*number).map(move |_| (method.clone(), *agent))
        });
        let all: Vec<_> = hits.map(|(method, agent)| sending.hit(method, &open, agent)).collect();
        futures_util::future::join_all(all).await;
        for _ in 0..10 {
            sending.hit(Method::GET, &click, BROWSER).await;
        }
        sending.hit(Method::HEAD, &click, BROWSER).await;
        let (opened, clicked) = sending.counted(&issue).await;
        let expected = [(Verdict::Human, 600), (Verdict::Machine, 300), (Verdict::Unknown, 100)];
        assert_eq!(opened, Counts::from(expected));
        assert_eq!(clicked, Counts::from([(Verdict::Human, 10), (Verdict::Machine, 1)]));
        assert_eq!(sending.rows().await, (0, 0), "nobody has consented");
    }

    async fn a_newsletter_that_measures_nothing_still_leads_on(sending: Sending) {
        let issue = sending.due_issue().await;
        sending.measure(Tracking::Off).await;
        let links = &sending.app.app.links;
        sending.hit(Method::GET, &links.open(issue.id), BROWSER).await;
        let answer = sending.hit(Method::GET, &links.click(issue.id, 1), BROWSER).await;
        assert_eq!(answer.headers()["location"], DESTINATION);
        assert_eq!(sending.counted(&issue).await, (Counts::new(), Counts::new()));
    }

    async fn hits_by_the_hour_are_not_mixed(sending: Sending) {
        let issue = sending.due_issue().await;
        let open = sending.app.app.links.open(issue.id);
        for _ in 0..3 {
            sending.hit(Method::GET, &open, BROWSER).await;
            sending.app.clock.advance(TimeDelta::minutes(45));
        }
        sending.app.run_until_idle().await;
        let hours: Vec<i64> = sending
            .write(|conn| {
                open_counts::table.order(open_counts::hour).select(open_counts::opens).load(conn)
            })
            .await;
        // 07.00 and 07.45, then 08.30.
        assert_eq!(hours, [2, 1]);
    }

    async fn only_who_consents_gets_rows_and_the_counts_are_what_they_add_up_to(sending: Sending) {
        sending.measure(Tracking::Consented).await;
        let (issue, copies, _) = sending.sent_issue(2).await;
        let links = &sending.app.app.links;
        // What was really sent: a link of one's own to the first, the shared one to the second.
        let mail = |to: &str| {
            let copies = sending.relay.received();
            let copy = copies.into_iter().find(|copy| copy.to == to).unwrap();
            copy.data.replace("=\r\n", "")
        };
        assert!(mail("leder0@aarhus.example").contains(&links.personal_open(copies[0])));
        assert!(mail("leder1@odense.example").contains(&links.open(issue.id)));

        sending.app.clock.advance(TimeDelta::seconds(5));
        let click = links.personal_click(copies[0], 1);
        let answer = sending.hit(Method::GET, &click, BROWSER).await;
        assert_eq!(answer.headers()["location"], DESTINATION);
        sending.app.clock.advance(TimeDelta::hours(2));
        sending.hit(Method::GET, &click, BROWSER).await;
        sending.hit(Method::GET, &links.personal_open(copies[0]), BROWSER).await;
        sending.hit(Method::GET, &links.open(issue.id), BROWSER).await;
        // A personal link of somebody who never consented stores nothing.
        sending.hit(Method::GET, &links.personal_open(copies[1]), BROWSER).await;
        assert_eq!(sending.rows().await, (1, 2));
        let (opened, clicked) = sending.counted(&issue).await;
        assert_eq!(opened, Counts::from([(Verdict::Human, 2)]));
        assert_eq!(clicked, Counts::from([(Verdict::Human, 1), (Verdict::Unknown, 1)]));
        let stored: (i64, String, String, String) = sending
            .write(|conn| {
                opens::table
                    .select((opens::delivery, opens::agent, opens::network, opens::reason))
                    .first(conn)
            })
            .await;
        let network = "203.0.113.0/24".to_owned();
        assert_eq!(stored, (copies[0], BROWSER.to_owned(), network, "ordinary".to_owned()));
        let id = issue.id;
        let differences = sending.write(move |conn| tracking::check::issue(conn, id)).await;
        assert_eq!(differences, []);
        let all = async || sending.app.app.db.read(tracking::check::all).await.unwrap();
        assert_eq!(all().await, [""; 0]);
        // A count that says more than there is.
        sending
            .write(|conn| {
                diesel::update(open_counts::table.filter(open_counts::personal.gt(0)))
                    .set(open_counts::personal.eq(2))
                    .execute(conn)
            })
            .await;
        let differences = sending.write(move |conn| tracking::check::issue(conn, id)).await;
        assert_eq!((differences[0].counted, differences[0].rows), (2, 1));
        assert_eq!(all().await.len(), 1);
    }

    async fn what_was_measured_of_a_person_goes_with_the_person_and_the_counts_stay(sending: Sending) {
        let counted = sending.measured().await;
        let find = |conn: &mut _| register::by_key(conn, "leder0@aarhus.example");
        let person = sending.write(find).await.unwrap();
        lederbrev::subscribers::erase::erase(&sending.app.app, person).await.unwrap();
        assert_eq!(sending.rows().await, (0, 0));
        assert_eq!(sending.all_counted().await, counted);
        assert_eq!(sending.app.app.db.read(tracking::check::all).await.unwrap(), [""; 0]);
    }

    async fn what_was_measured_of_a_person_is_gone_after_the_days_that_the_page_says(sending: Sending) {
        let counted = sending.measured().await;
        let page = sending.app.get("/privacy").await.text().await.unwrap();
        assert!(page.contains("13 måneder"), "{page}");
        sending.app.clock.advance(TimeDelta::days(395));
        assert_eq!(sending.rows().await, (1, 2));
        sending.app.clock.advance(TimeDelta::days(2));
        assert_eq!(sending.rows().await, (0, 0));
        assert_eq!(sending.all_counted().await, counted);
        assert_eq!(sending.app.app.db.read(tracking::check::all).await.unwrap(), [""; 0]);
    }

    async fn after_a_withdrawal_mail_that_was_sent_before_it_stores_nothing(sending: Sending) {
        sending.measure(Tracking::Consented).await;
        let (issue, copies, readers) = sending.sent_issue(1).await;
        let links = &sending.app.app.links;
        let (open, click) = (links.personal_open(copies[0]), links.personal_click(copies[0], 1));
        let before = sending.hit(Method::GET, &open, BROWSER).await.bytes().await.unwrap();
        assert_eq!(sending.rows().await, (1, 0));
        let counted = sending.counted(&issue).await;
        // It is asked when the hit is written down, so a hit that still waits counts nothing either.
        sending.hit(Method::GET, &open, BROWSER).await;
        let (newsletter, now) = (sending.newsletter, sending.app.clock.now());
        sending
            .write(move |conn| {
                let purposes = [Purpose::Tracking];
                let subscriber = readers[0].subscriber;
                consents::withdraw(conn, subscriber, newsletter, &purposes, "preferences", now)
            })
            .await;
        let after = sending.hit(Method::GET, &open, BROWSER).await.bytes().await.unwrap();
        assert_eq!(before, after, "the answer tells nothing");
        let answer = sending.hit(Method::GET, &click, BROWSER).await;
        assert_eq!(answer.headers()["location"], DESTINATION);
        assert_eq!(sending.rows().await, (0, 0), "what was stored before goes with the consent");
        assert_eq!(sending.counted(&issue).await, counted);
        assert_eq!(sending.app.app.db.read(tracking::check::all).await.unwrap(), [""; 0]);
    }

    async fn a_scanner_that_follows_every_link_is_seen_when_its_burst_is_over(sending: Sending) {
        sending.measure(Tracking::Consented).await;
        let (issue, copies, _) = sending.sent_issue(2).await;
        let id = issue.id;
        sending
            .write(move |conn| {
                for number in 2..=6 {
                    let url = format!("https://lederweb.example/artikel/{number}");
                    diesel::insert_into(issue_links::table)
                        .values((
                            issue_links::issue.eq(id),
                            issue_links::number.eq(number),
                            issue_links::url.eq(url),
                        ))
                        .execute(conn)?;
                }
                Ok(())
            })
            .await;
        let links = &sending.app.app.links;
        sending.app.clock.advance(TimeDelta::minutes(2));
        sending.hit(Method::GET, &links.personal_open(copies[0]), BROWSER).await;
        for link in [1, 3, 5] {
            sending.hit(Method::GET, &links.personal_click(copies[0], link), BROWSER).await;
        }
        // The reader comes later.
        sending.app.clock.advance(TimeDelta::minutes(5));
        sending.hit(Method::GET, &links.personal_click(copies[0], 3), BROWSER).await;
        let human = |hits| Counts::from([(Verdict::Human, hits)]);
        assert_eq!(sending.counted(&issue).await, (human(1), human(4)), "each alone is a person's");
        sending.app.clock.advance(TimeDelta::minutes(15));
        let (opened, clicked) = sending.counted(&issue).await;
        let zero_and = |machine, human| {
            Counts::from([(Verdict::Human, human), (Verdict::Machine, machine)])
        };
        assert_eq!((opened, clicked), (zero_and(1, 0), zero_and(3, 1)));
        let reasons = async || -> Vec<(String, i32)> {
            let read = clicks::table.order(clicks::id).select((clicks::reason, clicks::rule_version));
            sending.write(move |conn| read.load(conn)).await
        };
        let judged = reasons().await;
        let words: Vec<&str> = judged.iter().map(|(reason, _)| reason.as_str()).collect();
        assert_eq!(words, ["burst", "burst", "burst", "ordinary"]);
        assert!(judged.iter().all(|(_, version)| *version == RULE_VERSION));
        assert_eq!(sending.app.app.db.read(tracking::check::all).await.unwrap(), [""; 0]);

        // By older rules everything was a person's; by these it is judged again, to the same end.
        sending
            .write(|conn| {
                diesel::update(clicks::table)
                    .set((clicks::verdict.eq("human"), clicks::reason.eq("ordinary")))
                    .execute(conn)?;
                diesel::update(judged_hits::table)
                    .set(judged_hits::rule_version.eq(RULE_VERSION - 1))
                    .execute(conn)
            })
            .await;
        assert_eq!(sending.counted(&issue).await.1, zero_and(3, 1));
        assert_eq!(reasons().await, judged);
        assert_eq!(sending.app.app.db.read(tracking::check::all).await.unwrap(), [""; 0]);

        // Whoever withdraws takes the rows along, and no count with them.
        let (open, click) = sending.all_counted().await;
        let find = |conn: &mut _| register::by_key(conn, "leder0@aarhus.example");
        let person = sending.write(find).await.unwrap();
        lederbrev::subscribers::erase::erase(&sending.app.app, person).await.unwrap();
        assert_eq!((sending.rows().await, sending.all_counted().await), ((0, 0), (open, click)));
        assert_eq!(sending.app.app.db.read(tracking::check::all).await.unwrap(), [""; 0]);
    }

    async fn without_consent_no_table_knows_the_reader(sending: Sending) {
        let (issue, copies, _) = sending.sent_issue(2).await;
        let links = &sending.app.app.links;
        let agent = "Mozilla/5.0 (Windows NT 10.0) Egenskab/42.17";
        for mode in [Tracking::Off, Tracking::Aggregate, Tracking::Consented] {
            sending.measure(mode).await;
            for url in [
                links.open(issue.id),
                links.click(issue.id, 1),
                links.personal_open(copies[1]),
                links.personal_click(copies[1], 1),
            ] {
                sending.hit(Method::GET, &url, agent).await;
            }
            sending.app.run_until_idle().await;
        }
        let everything = everything(&sending).await;
        assert!(everything.contains("leder1@odense.example"), "the search sees the tables");
        for trace in ["Egenskab/42.17", "203.0.113", "203, 0, 113"] {
            assert!(!everything.contains(trace), "{trace} is in a table");
        }
    }
}

/// All that the database holds, as text.
async fn everything(sending: &Sending) -> String {
    if let DatabaseUrl::Sqlite(path) = &sending.app.app.config.database_url {
        let mut bytes = Vec::new();
        for end in ["", "-wal"] {
            let name = format!("{}{end}", path.display());
            std::fs::File::open(name).unwrap().read_to_end(&mut bytes).unwrap();
        }
        return String::from_utf8_lossy(&bytes).into_owned();
    }
    #[derive(diesel::QueryableByName)]
    struct Line {
        #[diesel(sql_type = Text)]
        line: String,
    }
    let lines = |conn: &mut DbConn, sql: &str| -> QueryResult<Vec<String>> {
        let lines: Vec<Line> = diesel::sql_query(sql).load(conn)?;
        Ok(lines.into_iter().map(|line| line.line).collect())
    };
    sending
        .write(move |conn| {
            let tables = lines(
                conn,
                "SELECT tablename::text AS line FROM pg_tables WHERE schemaname = 'public'",
            )?;
            let mut all = String::new();
            for table in tables {
                let rows = lines(conn, &format!("SELECT t::text AS line FROM \"{table}\" AS t"))?;
                all.push_str(&rows.join("\n"));
            }
            Ok(all)
        })
        .await
}

#[actix_web::test]
async fn the_image_is_the_same_for_every_token_and_never_kept() {
    let sending = Sending::sqlite().await;
    let issue = sending.due_issue().await;
    let links = &sending.app.app.links;
    let good = links.open(issue.id);
    let wrong_purpose = links.url(&format!("o/{}.gif", good_token(&links.click(issue.id, 1))));
    let mut bodies = Vec::new();
    let paths = ["o/opdigtet.gif", "o/AAAA.gif", "o/%FF.gif"].map(|path| links.url(path));
    for url in paths.iter().chain([&good, &wrong_purpose]) {
        let answer = sending.app.client.get(sending.here(url)).header("accept-encoding", "gzip");
        let answer = answer.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{url}");
        assert_eq!(answer.headers()["content-type"], "image/gif");
        assert_eq!(answer.headers()["cache-control"], "no-store");
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
        assert!(answer.headers().get("set-cookie").is_none());
        assert!(answer.headers().get("content-encoding").is_none());
        bodies.push(answer.bytes().await.unwrap());
    }
    assert!(bodies.iter().all(|body| body.len() == 43 && body == &bodies[0]));
    assert!(bodies[0].starts_with(b"GIF89a"));
    let head = sending.hit(Method::HEAD, &good, BROWSER).await;
    assert_eq!(
        (head.status(), &head.headers()["content-length"]),
        (StatusCode::OK, &"43".parse().unwrap())
    );
    let (opened, _) = sending.counted(&issue).await;
    assert_eq!(opened.values().sum::<i64>(), 2, "one good GET, one HEAD");
}

fn good_token(url: &str) -> &str {
    url.rsplit_once('/').unwrap().1
}

#[actix_web::test]
async fn a_link_leads_where_the_issue_says_and_nowhere_else() {
    let sending = Sending::sqlite().await;
    let issue = sending.due_issue().await;
    let links = &sending.app.app.links;
    let good = links.click(issue.id, 1);
    for extra in ["", "?url=https://ond.example", "?to=//ond.example&redirect=x", "/"] {
        let answer = sending.hit(Method::GET, &format!("{good}{extra}"), BROWSER).await;
        assert_eq!(answer.status(), StatusCode::FOUND, "{extra}");
        assert_eq!(answer.headers()["location"], DESTINATION);
        assert_eq!(answer.headers()["cache-control"], "no-store");
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
    }
    let unknown = [
        links.click(issue.id, 2),
        links.click(issue.id + 1, 1),
        links.personal_click(1, 1),
        links.url("c/opdigtet"),
        links.url("c/https:%2F%2Fond.example"),
        links.url(&format!("c/{}", good_token(&links.open(issue.id)).trim_end_matches(".gif"))),
    ];
    for url in &unknown {
        let answer = sending.hit(Method::GET, url, BROWSER).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{url}");
        assert!(answer.headers().get("location").is_none());
    }
    let (_, clicked) = sending.counted(&issue).await;
    assert_eq!(clicked, Counts::from([(Verdict::Human, 4)]));
}

/// The program ends when the last one is done, and takes with it what is on its way to the disk.
#[actix_web::test]
async fn who_writes_down_last_waits_for_who_has_not_finished() {
    let app = crate::app::TestApp::sqlite().await;
    let shared = app.app.clone();
    let hour = app.clock.now().hour();
    app.app.hits.count(Count { issue: 1, link: None, hour, verdict: Verdict::Human });
    // SQLite has one thread that writes: it is busy until it is let go.
    let (let_go, held) = std::sync::mpsc::channel::<()>();
    let busy = app.app.db.write(move |_| Ok(held.recv().is_ok()));
    let first = tracking::write_down(&shared);
    let last = tracking::write_down(&shared);
    let (mut busy, mut first, mut last) =
        (std::pin::pin!(busy), std::pin::pin!(first), std::pin::pin!(last));
    assert!(futures_util::poll!(&mut busy).is_pending());
    assert!(futures_util::poll!(&mut first).is_pending(), "it has taken what there was");
    assert!(futures_util::poll!(&mut last).is_pending(), "and the other has not seen it arrive");
    let_go.send(()).unwrap();
    let (_, first, last) = futures_util::join!(busy, first, last);
    assert_eq!((first.unwrap(), last.unwrap()), (true, false));
}

#[actix_web::test]
async fn what_waits_when_the_service_is_told_to_stop_is_written_down() {
    let folder = tempfile::tempdir().unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let settings: BTreeMap<String, String> = [
        ("DATABASE_URL", format!("sqlite://{}/lederbrev.db", folder.path().display())),
        ("DATA_DIR", folder.path().display().to_string()),
        ("BIND", format!("127.0.0.1:{port}")),
        ("SECRET_KEY", "a secret key for tests, long enough to be one".to_owned()),
        ("SUPPRESSION_PEPPER", "a pepper for tests, also long enough to be one".to_owned()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect();
    let config = Config::from_values(settings.clone()).unwrap();
    migrate::run(&config.database_url).unwrap();
    let app = App::build(config, Clock::real()).unwrap();
    let issue = app
        .db
        .write(|conn| {
            let now = crate::app::start_of_test();
            let newsletter = crate::app::insert_newsletter(conn, now)?;
            let issue = crate::sending::due_issue(conn, newsletter, now)?;
            // It is not to be sent here.
            diesel::update(issues::table.find(issue.id))
                .set(issues::state.eq("sent"))
                .execute(conn)?;
            Ok(issue)
        })
        .await
        .unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_lederbrev"));
    command.arg("serve").stderr(Stdio::null());
    for (name, value) in &settings {
        command.env(format!("LEDERBREV_{name}"), value);
    }
    let mut service = command.spawn().unwrap();
    let client = crate::app::browser();
    let open = app.links.open(issue.id);
    let mut sent = 0;
    for _ in 0..200 {
        match client.get(&open).header(USER_AGENT, BROWSER).send().await {
            Ok(_) => sent += 1,
            Err(_) => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
        }
    }
    assert!(sent > 0, "the service has answered");
    let stopped = Command::new("kill").arg(service.id().to_string()).status().unwrap();
    assert!(stopped.success());
    assert!(service.wait().unwrap().success());
    let counted: Vec<i64> = app
        .db
        .read(|conn| Ok(open_counts::table.select(open_counts::opens).load(conn)?))
        .await
        .unwrap();
    assert_eq!(counted.iter().sum::<i64>(), sent);
}
