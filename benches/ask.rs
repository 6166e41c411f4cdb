//! What people ask of the register and wait for: how many there were on a day, how many a segment
//! has, whose address begins so, and an issue's report. At the size of this newsletter and at a
//! million subscribers with a hundred issues: nobody should wait, and the time should grow slower
//! than the data.

use std::hint::black_box;
use std::time::Instant as Watch;

use actix_web::web::Data;
use chrono::{Days, NaiveDate, TimeDelta};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use lederbrev::app::App;
use lederbrev::clock::Instant;
use lederbrev::db::schema::{
    click_counts, clicks, consent_texts, consents, deliveries, delivery_counts, delivery_domains,
    growth, issue_links, issues, open_counts, opens,
};
use lederbrev::db::{DbConn, Json, PublicId};
use lederbrev::imports::run;
use lederbrev::issues::Issue;
use lederbrev::newsletters::Newsletter;
use lederbrev::people::search::Query;
use lederbrev::people::store as people;
use lederbrev::segments::store::{self as segments, AsOf};
use lederbrev::segments::{Condition, Field, Rules};
use lederbrev::subscribers::ledger;
use lederbrev::{on_both, reports};

use crate::import::{app, insert, newsletter};
use crate::measure::{median, role};
use crate::postgres;

/// Subscribers and issues: this newsletter, and what others claim.
const SIZES: [(usize, usize); 2] = [(27_699, 10), (1_000_000, 100)];
/// In milliseconds.
const GOAL: f64 = 100.0;
const ROUNDS: usize = 15;
const LINKS: i32 = 30;
/// One in so many has consented to being measured.
const CONSENTING: usize = 10;
const QUESTIONS: [&str; 4] =
    ["count on a day", "count of a segment", "search by a beginning", "report of an issue"];

/// On SQLite.
pub fn sqlite() {
    at_both_sizes("ask", |folder| format!("sqlite://{}/lederbrev.db", folder.display()));
}

/// On PostgreSQL.
pub fn postgres() {
    at_both_sizes("ask_postgres", |_| postgres::new_database());
}

fn at_both_sizes(name: &str, url: impl Fn(&std::path::Path) -> String) {
    let [small, large] = SIZES.map(|(people, sent)| {
        let folder = tempfile::tempdir().unwrap();
        let (url, place) = (url(folder.path()), folder.path().to_str().unwrap().to_owned());
        let words = ["ask", &url, &place, &people.to_string(), &sent.to_string()];
        let output = role(&words).stderr(std::process::Stdio::inherit()).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{text}");
        let numbers = text.lines().find_map(|line| line.strip_prefix("TIMES ")).unwrap();
        numbers.split(' ').map(|number| number.parse::<f64>().unwrap()).collect::<Vec<_>>()
    });
    for (question, (small, large)) in QUESTIONS.iter().zip(small.iter().zip(&large)) {
        println!("{question:<22} {small:>9.2} ms {large:>9.2} ms");
    }
    let slowest = large.into_iter().fold(0.0, f64::max);
    println!("RESULT {name} {slowest:.1} goal <{GOAL}");
}

/// `ask DATABASE_URL FOLDER SUBSCRIBERS ISSUES`: fills a database and asks.
pub fn ask(words: &[String]) {
    let [url, folder, count, sent] = words else { panic!("{words:?}") };
    let (count, sent) = (count.parse().unwrap(), sent.parse().unwrap());
    actix_web::rt::System::new().block_on(async {
        let app = app(url, folder);
        let newsletter = newsletter(&app).await;
        let issue = fill(&app, &newsletter, count, sent).await;
        // As the job does, every twenty minutes.
        reports::readers::keep(&app).await.unwrap();
        if url.starts_with("postgres") {
            // As autovacuum has left it by the time that somebody asks.
            let mut conn = PgConnection::establish(url).unwrap();
            conn.batch_execute("VACUUM ANALYZE").unwrap();
        }
        let mut times = Vec::new();
        for question in 0..QUESTIONS.len() {
            let (newsletter, issue) = (newsletter.clone(), issue.clone());
            let now = app.clock.now();
            // The first is asked of a cold cache and is not counted.
            let mut taken = Vec::new();
            for round in 0..=ROUNDS {
                let (newsletter, issue) = (newsletter.clone(), issue.clone());
                let from = Watch::now();
                app.db
                    .read(move |conn| {
                        black_box(answer(conn, question, round, &newsletter, &issue, now));
                        Ok(())
                    })
                    .await
                    .unwrap();
                taken.push(from.elapsed().as_secs_f64() * 1_000.0);
            }
            times.push(format!("{:.3}", median(taken.split_off(1))));
        }
        println!("TIMES {}", times.join(" "));
    });
}

/// Asks a question; the rounds ask it of other days, values and beginnings.
fn answer(
    conn: &mut DbConn,
    question: usize,
    round: usize,
    newsletter: &Newsletter,
    issue: &Issue,
    now: Instant,
) -> i64 {
    let as_of = AsOf { now, zone: newsletter.zone() };
    match question {
        0 => {
            let day = first_day() + Days::new(200 * round as u64);
            ledger::count_on(conn, newsletter.id, day).unwrap().subscribers.unwrap_or(-1)
        }
        1 => {
            let values = vec![["1", "2", "3"][round % 3].to_owned()];
            let condition = Condition { field: Field::LeadershipGroup, not: false, values };
            segments::size(conn, newsletter.id, &Rules(vec![vec![condition]]), as_of).unwrap()
        }
        2 => {
            let query = Query { q: format!("leder{}", 1_000 + round), ..Query::default() };
            people::find(conn, &query.search(), as_of, 50).unwrap().len() as i64
        }
        _ => reports::issue::for_issue(conn, issue, now, now - TimeDelta::days(396))
            .unwrap()
            .links
            .len() as i64,
    }
}

fn first_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2008, 1, 1).unwrap()
}

/// Ten years of a register and of issues; the newest one has a row for each recipient.
async fn fill(app: &Data<App>, newsletter: &Newsletter, count: usize, sent: usize) -> Issue {
    let (id, now) = (newsletter.id, app.clock.now());
    for from in (0..count).step_by(run::CHUNK) {
        let to = count.min(from + run::CHUNK);
        app.db.write(move |conn| Ok(insert(conn, id, from..to, now)?)).await.unwrap();
    }
    // The ledger's sums: ten years of days, with a dozen groups, sectors and sources each.
    for year in 0..10u64 {
        let rows: Vec<_> = (year * 365..(year + 1) * 365)
            .flat_map(|day| (0..12).map(move |part| (day, part)))
            .map(|(day, part): (u64, usize)| {
                (
                    growth::newsletter.eq(id),
                    growth::day.eq(first_day() + Days::new(day)),
                    growth::kind.eq(if part < 9 { "confirmed" } else { "ended" }),
                    growth::cause.eq(if part < 9 { "" } else { "unsubscribed" }),
                    growth::leadership_group.eq(["1", "2", "3"][part % 3]),
                    growth::sector.eq(if part % 2 == 0 { "kommune" } else { "region" }),
                    growth::source.eq(format!("kilde {}", part / 3)),
                    growth::rows.eq(1i64),
                    growth::change.eq(if part < 9 { 1i64 } else { -1 }),
                )
            })
            .collect();
        app.db
            .write(move |conn| {
                for rows in rows.chunks(1_000) {
                    on_both!(&mut *conn, c => diesel::insert_into(growth::table)
                        .values(rows)
                        .on_conflict_do_nothing()
                        .execute(c))?;
                }
                Ok(())
            })
            .await
            .unwrap();
    }
    let mut last = None;
    for nth in 0..sent {
        let ended = now - TimeDelta::days(14 * (sent - nth) as i64);
        let is_last = nth + 1 == sent;
        let made = app.db.write(move |conn| Ok(sent_issue(conn, id, count, ended, is_last)?)).await;
        last = Some(made.unwrap());
    }
    let issue = last.unwrap();
    let (of, finished) = (issue.id, issue.finished_at.unwrap());
    for from in (0..count).step_by(run::CHUNK) {
        let to = count.min(from + run::CHUNK);
        app.db
            .write(move |conn| {
                let rows: Vec<_> = (from..to)
                    .map(|at| {
                        (
                            deliveries::issue.eq(of),
                            deliveries::subscriber.eq(at as i64 + 1),
                            deliveries::domain.eq("aarhus.example"),
                            deliveries::state.eq("accepted"),
                            deliveries::attempts.eq(1),
                            deliveries::uncertain.eq(0),
                            deliveries::variant.eq(match at % CONSENTING {
                                0 => "personal",
                                _ => "aggregate",
                            }),
                            deliveries::finished_at.eq(finished),
                        )
                    })
                    .collect();
                on_both!(conn, c => diesel::insert_into(deliveries::table).values(&rows).execute(c))?;
                Ok(())
            })
            .await
            .unwrap();
    }
    app.db.write(move |conn| Ok(readers(conn, id, of, count, finished)?)).await.unwrap();
    issue
}

/// One in ten consents; half of them open the last issue, and a tenth of them click.
fn readers(
    conn: &mut DbConn,
    newsletter: i64,
    issue: i64,
    count: usize,
    finished: Instant,
) -> QueryResult<()> {
    diesel::insert_into(consent_texts::table)
        .values((
            consent_texts::hash.eq("bench"),
            consent_texts::purpose.eq("tracking"),
            consent_texts::language.eq("da"),
            consent_texts::body.eq("Ja tak"),
            consent_texts::created_at.eq(finished),
        ))
        .execute(conn)?;
    let copies: Vec<(i64, Option<i64>)> = deliveries::table
        .filter(deliveries::issue.eq(issue))
        .filter(deliveries::variant.eq("personal"))
        .order(deliveries::id)
        .select((deliveries::id, deliveries::subscriber))
        .load(conn)?;
    assert_eq!(copies.len(), count.div_ceil(CONSENTING));
    let before = finished - TimeDelta::days(30);
    for copies in copies.chunks(run::CHUNK) {
        let agreed: Vec<_> = copies
            .iter()
            .map(|(_, subscriber)| {
                (
                    consents::subscriber.eq(subscriber.unwrap()),
                    consents::newsletter.eq(newsletter),
                    consents::purpose.eq("tracking"),
                    consents::text_hash.eq("bench"),
                    consents::language.eq("da"),
                    consents::method.eq("form"),
                    consents::form_address.eq(""),
                    consents::source.eq("bench"),
                    consents::requested_at.eq(before),
                    consents::confirmed_at.eq(before),
                )
            })
            .collect();
        on_both!(&mut *conn, c => diesel::insert_into(consents::table).values(&agreed).execute(c))?;
        let opened: Vec<_> = copies
            .iter()
            .step_by(2)
            .map(|(copy, _)| {
                (
                    opens::delivery.eq(*copy),
                    opens::at.eq(finished + TimeDelta::hours(1)),
                    opens::agent.eq("Mozilla/5.0 (Windows NT 10.0; Microsoft Outlook 16.0)"),
                    opens::network.eq("192.0.2.0/24"),
                    opens::verdict.eq("human"),
                    opens::reason.eq("ordinary"),
                    opens::rule_version.eq(2),
                )
            })
            .collect();
        on_both!(&mut *conn, c => diesel::insert_into(opens::table).values(&opened).execute(c))?;
        let clicked: Vec<_> = copies
            .iter()
            .step_by(10)
            .map(|(copy, _)| {
                (
                    clicks::delivery.eq(*copy),
                    clicks::link.eq(1),
                    clicks::at.eq(finished + TimeDelta::hours(2)),
                    clicks::agent.eq("Mozilla/5.0 (Windows NT 10.0; rv:128.0) Firefox/128.0"),
                    clicks::network.eq("192.0.2.0/24"),
                    clicks::verdict.eq("human"),
                    clicks::reason.eq("ordinary"),
                    clicks::rule_version.eq(2),
                )
            })
            .collect();
        on_both!(&mut *conn, c => diesel::insert_into(clicks::table).values(&clicked).execute(c))?;
    }
    Ok(())
}

/// An issue that was sent, as it is written down: three ends, two hundred domains, two days of
/// image downloads and of clicks on thirty links.
fn sent_issue(
    conn: &mut DbConn,
    newsletter: i64,
    count: usize,
    ended: Instant,
    is_last: bool,
) -> QueryResult<Issue> {
    let id: i64 = diesel::insert_into(issues::table)
        .values((
            issues::uuid.eq(PublicId::random()),
            issues::slug.eq(PublicId::random().to_string()),
            issues::newsletter.eq(newsletter),
            // The last one, a special edition, is compared with the ordinary ones of a year.
            issues::kind.eq(if is_last { "special" } else { "ordinary" }),
            issues::measured.eq("consented"),
            issues::state.eq("sent"),
            issues::origin.eq("here"),
            issues::subject.eq("Nyt fra Lederweb"),
            issues::current_revision.eq(1),
            issues::time_zone.eq("Europe/Copenhagen"),
            issues::audience.eq(Json(serde_json::json!({}))),
            issues::audience_count.eq(count as i64),
            issues::created_by.eq("bench"),
            issues::created_at.eq(ended),
            issues::updated_at.eq(ended),
            issues::started_at.eq(ended - TimeDelta::minutes(10)),
            issues::finished_at.eq(ended),
        ))
        .returning(issues::id)
        .get_result(conn)?;
    for (state, reason, part) in [("accepted", "", 97), ("failed", "", 1), ("skipped", "ended", 2)]
    {
        diesel::insert_into(delivery_counts::table)
            .values((
                delivery_counts::issue.eq(id),
                delivery_counts::state.eq(state),
                delivery_counts::skip_reason.eq(reason),
                delivery_counts::recipients.eq(count as i64 * part / 100),
                delivery_counts::uncertain.eq(0i64),
                delivery_counts::personal.eq((count / CONSENTING) as i64 * (part / 97)),
            ))
            .execute(conn)?;
    }
    let domains: Vec<_> = (0..200)
        .map(|nth| {
            (
                delivery_domains::issue.eq(id),
                delivery_domains::domain.eq(format!("kommune{nth}.example")),
                delivery_domains::recipients.eq(count as i64 / 200),
                delivery_domains::accepted.eq(count as i64 / 200),
                delivery_domains::failed.eq(0i64),
            )
        })
        .collect();
    on_both!(&mut *conn, c => diesel::insert_into(delivery_domains::table).values(&domains).execute(c))?;
    let links: Vec<_> = (1..=LINKS)
        .map(|number| {
            (
                issue_links::issue.eq(id),
                issue_links::number.eq(number),
                issue_links::url.eq(format!("https://lederweb.dk/artikler/{number}")),
            )
        })
        .collect();
    on_both!(&mut *conn, c => diesel::insert_into(issue_links::table).values(&links).execute(c))?;
    for hour in 0..48 {
        let hour = (ended + TimeDelta::hours(hour)).hour();
        for verdict in ["human", "machine", "unknown"] {
            diesel::insert_into(open_counts::table)
                .values((
                    open_counts::issue.eq(id),
                    open_counts::hour.eq(hour),
                    open_counts::verdict.eq(verdict),
                    open_counts::opens.eq(100i64),
                    open_counts::personal.eq(0i64),
                ))
                .execute(conn)?;
            let clicks: Vec<_> = (1..=LINKS)
                .map(|link| {
                    (
                        click_counts::issue.eq(id),
                        click_counts::link.eq(link),
                        click_counts::hour.eq(hour),
                        click_counts::verdict.eq(verdict),
                        click_counts::clicks.eq(10i64),
                        click_counts::personal.eq(0i64),
                    )
                })
                .collect();
            on_both!(&mut *conn, c => diesel::insert_into(click_counts::table)
                .values(&clicks)
                .execute(c))?;
        }
    }
    lederbrev::issues::store::find(conn, id)
}
