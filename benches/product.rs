//! The product: `product DATABASE_URL FOLDER PORT CONNECTIONS COUNT`. It fills a database with so
//! many subscribers, schedules an issue of about 36 kB and writes its audience down; then it sends
//! it, and that is what is measured: mark, splice, send, record.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;

use actix_web::web::Data;
use diesel::prelude::*;
use lederbrev::app::App;
use lederbrev::clock::{Clock, Instant};
use lederbrev::config::Config;
use lederbrev::db::schema::{subscribers, subscriptions};
use lederbrev::db::{DbConn, Json, PublicId, migrate};
use lederbrev::deliveries::{fan_out, send_now, start};
use lederbrev::issues::compose::{self, NewIssue};
use lederbrev::issues::{self, Content, Issue, IssueKind};
use lederbrev::newsletters::{self, Newsletter, Tracking};
use lederbrev::on_both;
use lederbrev::staff::{Role, Staff};
use lederbrev::subscribers::{Scope, SubscriptionState};
use lederbrev::web::Lang;

use crate::measure;

pub fn run(words: &[String]) {
    let [url, folder, port, connections, count] = words else { panic!("{words:?}") };
    let count: usize = count.parse().unwrap();
    actix_web::rt::System::new().block_on(async {
        let app = app(url, folder, port, connections);
        let issue = prepare(&app, count).await;
        let before = measure::Before::now();
        send(&app, &issue, count).await;
        before.report();
    });
}

/// The product on a database, with its relay on a port.
pub fn app(url: &str, folder: &str, port: &str, connections: &str) -> Data<App> {
    let values = [
        ("DATABASE_URL", url),
        ("DATA_DIR", folder),
        ("MAIL_URL", &format!("smtp://127.0.0.1:{port}")),
        ("SECRET_KEY", "a secret key for benches, long enough to be one"),
        ("SUPPRESSION_PEPPER", "a pepper for benches, long enough to be one"),
        ("SEND_CONNECTIONS", connections),
    ];
    let values: BTreeMap<String, String> =
        values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let config = Config::from_values(values).unwrap();
    migrate::run(&config.database_url).unwrap();
    App::build(config, Clock::real()).unwrap()
}

/// Sends what was prepared, to everybody.
pub async fn send(app: &Data<App>, issue: &Issue, count: usize) {
    let equation = send_now::send_now(app, &issue.uuid.to_string()).await.unwrap();
    let equation = equation.to_string();
    let wanted = format!("audience {count} = accepted {count} + failed 0 + skipped 0");
    assert!(equation.starts_with(&wanted), "{equation}");
}

/// An issue and its audience, written down.
pub async fn prepare(app: &Data<App>, count: usize) -> Issue {
    let now = app.clock.now();
    let newsletter = app.db.write(move |conn| Ok(newsletter(conn, now)?)).await.unwrap();
    for from in (0..count).step_by(1_000) {
        let (id, to) = (newsletter.id, (from + 1_000).min(count));
        app.db.write(move |conn| Ok(insert(conn, id, from, to, now)?)).await.unwrap();
    }
    let editor = editor(app).await;
    let issue = draft(app, &newsletter, &editor).await;
    let plan = issues::schedule::Plan::at_once();
    let issue = issues::schedule::schedule(app, issue.uuid, &plan, &editor).await.unwrap();
    let app = app.clone().into_inner();
    actix_web::rt::task::spawn_blocking(move || {
        start::one(&app, &issue).unwrap();
        let issue = app.db.read_blocking(|conn| Ok(issues::store::find(conn, issue.id)?)).unwrap();
        fan_out::run(&app, &issue, &AtomicBool::new(false)).unwrap();
        app.db.read_blocking(|conn| Ok(issues::store::find(conn, issue.id)?)).unwrap()
    })
    .await
    .unwrap()
}

/// The special edition, written.
pub async fn draft(app: &App, newsletter: &Newsletter, editor: &Staff) -> Issue {
    let new = NewIssue { newsletter: newsletter.id, kind: IssueKind::Special, content: content() };
    compose::create(app, new, &editor.actor()).await.unwrap()
}

/// The demo's special edition without its last blocks, so that a message is about 36 kB.
fn content() -> Content {
    let mut content: serde_json::Value =
        serde_json::from_str(include_str!("../assets/demo/special_kerneopgaven.json")).unwrap();
    content["subject"] = "Særnummer om kerneopgaven".into();
    content["blocks"].as_array_mut().unwrap().truncate(7);
    Content::read(&content).unwrap()
}

pub fn newsletter(conn: &mut DbConn, now: Instant) -> QueryResult<Newsletter> {
    let details = newsletters::Details {
        organisation: "Væksthus for Ledelse".to_owned(),
        postal_address: "Eksempelvej 1, 1000 København K".to_owned(),
        contact_email: "redaktion@lederweb.example".to_owned(),
        ..Default::default()
    };
    let new = newsletters::store::NewNewsletter {
        slug: "lederweb",
        title: "Nyt fra Lederweb",
        description: "Viden om god ledelse i kommuner og regioner.",
        language: Lang::Da,
        time_zone: "Europe/Copenhagen",
        sender_name: "Væksthus for Ledelse",
        sender_email: "nyhedsbrev@lederweb.example",
        open_tracking: Tracking::Aggregate,
        details: &details,
    };
    let id = newsletters::store::insert(conn, &new, now)?;
    newsletters::store::find(conn, id)
}

/// Who writes it.
pub async fn editor(app: &App) -> Staff {
    let email = "mette@lederweb.example";
    lederbrev::staff::add::add(app, email, "Mette Lund", Role::Editor, "bench").await.unwrap();
    let person = app.db.read(move |conn| Ok(lederbrev::staff::store::by_email(conn, email)?)).await;
    person.unwrap().unwrap().into()
}

const DOMAINS: [&str; 5] =
    ["aarhus.example", "odense.example", "kolding.example", "rm.example", "hillerod.example"];

fn insert(
    conn: &mut DbConn,
    newsletter: i64,
    from: usize,
    to: usize,
    now: Instant,
) -> QueryResult<()> {
    let people: Vec<_> = (from..to)
        .map(|at| {
            let email = format!("leder{at}@{}", DOMAINS[at % DOMAINS.len()]);
            (
                subscribers::id.eq(at as i64 + 1),
                subscribers::uuid.eq(PublicId::random()),
                subscribers::address_key.eq(email.clone()),
                subscribers::address_hash.eq(email.as_bytes().to_vec()),
                subscribers::email.eq(email),
                subscribers::name.eq((at % 2 == 0).then_some("Anne Holm")),
                subscribers::language.eq(Lang::Da),
                subscribers::attributes.eq(Json(serde_json::json!({}))),
                subscribers::created_at.eq(now),
            )
        })
        .collect();
    on_both!(conn, c => diesel::insert_into(subscribers::table).values(&people).execute(c))?;
    let wishes: Vec<_> = (from..to)
        .map(|at| {
            (
                subscriptions::subscriber.eq(at as i64 + 1),
                subscriptions::newsletter.eq(newsletter),
                subscriptions::state.eq(SubscriptionState::Active),
                subscriptions::scope.eq(Scope::All),
                subscriptions::source.eq("bench"),
                subscriptions::requested_at.eq(now),
                subscriptions::confirmed_at.eq(now),
                subscriptions::nonce.eq(at as i64),
            )
        })
        .collect();
    on_both!(conn, c => diesel::insert_into(subscriptions::table).values(&wishes).execute(c))?;
    Ok(())
}
