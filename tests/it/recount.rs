//! Every sum on the report of an issue, counted once more from the rows by SQL of the test's own.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use lederbrev::clock::Instant;
use lederbrev::db::PublicId;
use lederbrev::db::schema::{clicks, deliveries, issue_links, issues, opens, subscribers};
use lederbrev::issues::{Issue, IssueKind};
use lederbrev::newsletters::Tracking;
use lederbrev::reports::issue::{Ordinary, Verdicts};
use lederbrev::reports::leavers;
use lederbrev::reports::readers::{By, Reached};
use lederbrev::staff::Role;
use lederbrev::subscribers::store::consents;
use lederbrev::tracking::Verdict;
use reqwest::Method;

use crate::receiver::Play;
use crate::reports::consent;
use crate::sending::Sending;
use crate::sends;

const BROWSER: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Gecko/20100101 Firefox/115.0";
const ROBOT: &str = "curl/8.5.0";
const APPLE: &str = "Mozilla/5.0";
/// One key for everybody.
const ALL: &str = "CASE WHEN d.id > 0 THEN 'all' ELSE '' END";

#[derive(QueryableByName)]
struct Sum {
    #[diesel(sql_type = Text)]
    key: String,
    #[diesel(sql_type = BigInt)]
    number: i64,
}

impl Sending {
    /// What a query counts under each key.
    async fn recount(&self, query: String) -> BTreeMap<String, i64> {
        let rows: Vec<Sum> = self.write(move |conn| diesel::sql_query(query).load(conn)).await;
        rows.into_iter().map(|row| (row.key, row.number)).collect()
    }

    /// Gives an issue two more links in one block and one in another, beside the one of the introduction.
    async fn with_blocks(&self, issue: &Issue) {
        let (id, first, second) = (issue.id, PublicId::random(), PublicId::random());
        self.write(move |conn| {
            for (number, block) in [(2, first), (3, first), (4, second)] {
                diesel::insert_into(issue_links::table)
                    .values((
                        issue_links::issue.eq(id),
                        issue_links::number.eq(number),
                        issue_links::block.eq(block),
                        issue_links::url.eq(format!("https://lederweb.example/artikel/{number}")),
                    ))
                    .execute(conn)?;
            }
            Ok(())
        })
        .await;
    }
}

fn verdicts(counted: &BTreeMap<String, i64>) -> Verdicts {
    let of = |verdict: &str| counted.get(verdict).copied().unwrap_or_default();
    Verdicts { human: of("human"), machine: of("machine"), unknown: of("unknown") }
}

/// The hits on a report's line, among which so many by people were not personal.
fn with_shared(counted: &BTreeMap<String, i64>, human: i64) -> Verdicts {
    verdicts(counted).plus(Verdicts { human, ..Verdicts::default() })
}

sends! {
    async fn every_sum_of_a_report_is_what_the_rows_add_up_to(sending: Sending) {
        const READERS: usize = 60;
        sending.measure(Tracking::Consented).await;
        let readers = sending.readers(READERS).await;
        let (newsletter, now, all) = (sending.newsletter, sending.app.clock.now(), readers.clone());
        sending
            .write(move |conn| {
                for (at, reader) in all.iter().enumerate() {
                    let level = ["1", "2", "3"][at / 20];
                    let sector = (at % 5 != 0).then_some(if at % 2 == 0 { "kommune" } else { "region" });
                    diesel::update(subscribers::table.find(reader.subscriber))
                        .set((subscribers::leadership_group.eq(level), subscribers::sector.eq(sector)))
                        .execute(conn)?;
                    // Three of four consent.
                    if at % 4 != 3 {
                        consents::insert(conn, &consent(reader.subscriber, newsletter, now), now)?;
                    }
                }
                Ok(())
            })
            .await;
        let issue = sending.due_issue().await;
        sending.with_blocks(&issue).await;
        sending.fan_out(&issue).await;
        sending.leave(readers[7], sending.app.clock.now()).await;
        sending.relay.plays(|to, _| match to {
            "leder1@odense.example" => Play::RefuseMessage("554 5.7.1 looks like spam"),
            "leder2@kolding.example" => Play::RefuseRecipient("550 5.1.1 no such user"),
            _ => Play::Accept,
        });
        sending.run_to_the_end(&issue).await;
        let id = issue.id;
        let copies: Vec<(i64, String)> = sending
            .write(move |conn| {
                let of_it = deliveries::table.filter(deliveries::issue.eq(id));
                of_it.order(deliveries::subscriber).select((deliveries::id, deliveries::state)).load(conn)
            })
            .await;
        assert_eq!(copies.len(), READERS);
        // Hits of every kind over some hours, each from a network of its own.
        let links = &sending.app.app.links;
        for (at, (copy, state)) in copies.iter().enumerate() {
            if at % 4 == 3 || state != "accepted" {
                continue;
            }
            sending.app.clock.advance(TimeDelta::minutes(7));
            let agent = [BROWSER, BROWSER, APPLE, BROWSER, ROBOT][at % 5];
            for _ in 0..at % 3 {
                sending.hit(Method::GET, &links.personal_open(*copy), agent).await;
            }
            if at % 6 != 0 {
                let link = i32::try_from(at / 4 % 4 + 1).unwrap();
                sending.hit(Method::GET, &links.personal_click(*copy, link), agent).await;
            }
        }
        // And of those of whom nothing is known.
        sending.count(&issue, None, Verdict::Human, 11).await;
        sending.count(&issue, Some(3), Verdict::Human, 5).await;
        for at in [3, 11] {
            sending.leave(readers[at], sending.app.clock.now()).await;
        }
        sending.app.clock.advance(TimeDelta::hours(1));
        sending.app.run_until_idle().await;
        let report = sending.report(&issue).await;

        // The equation.
        let states = sending
            .recount(format!("SELECT state AS key, COUNT(*) AS number FROM deliveries WHERE issue = {id} GROUP BY state"))
            .await;
        let delivery = &report.numbers.delivery;
        let said = [("accepted", delivery.accepted), ("failed", delivery.failed), ("skipped", delivery.skipped)];
        assert_eq!(states, said.map(|(state, number)| (state.to_owned(), number)).into());
        assert_eq!((delivery.failed, delivery.skipped, delivery.audience), (2, 1, 60));
        assert_eq!(delivery.audience, states.values().sum::<i64>());
        let reasons = sending
            .recount(format!(
                "SELECT skip_reason AS key, COUNT(*) AS number FROM deliveries \
                 WHERE issue = {id} AND state = 'skipped' GROUP BY skip_reason"
            ))
            .await;
        let said = delivery.skipped_by_reason.iter().map(|s| (s.reason.to_string(), s.recipients));
        assert_eq!(reasons, said.collect());
        let left = sending
            .recount(format!(
                "SELECT 'left' AS key, COUNT(*) AS number FROM deliveries d \
                 JOIN subscriptions s ON s.subscriber = d.subscriber WHERE d.issue = {id} \
                 AND d.state = 'accepted' AND s.state = 'ended' AND s.end_reason = 'unsubscribed'"
            ))
            .await;
        assert_eq!((report.numbers.unsubscribed, left["left"]), (Some(2), 2));

        // Opens and clicks by verdict.
        let hits = |table: &str, more: &str| {
            format!(
                "SELECT h.verdict AS key, COUNT(*) AS number FROM {table} h \
                 JOIN deliveries d ON d.id = h.delivery WHERE d.issue = {id} {more} GROUP BY h.verdict"
            )
        };
        let opened = sending.recount(hits("opens", "")).await;
        assert_eq!(opened.len(), 3, "of each kind: {opened:?}");
        assert_eq!(report.numbers.loads, with_shared(&opened, 11));
        let clicked = sending.recount(hits("clicks", "")).await;
        assert_eq!(report.numbers.clicks, with_shared(&clicked, 5));
        // By link, and by block.
        for link in &report.links {
            let rows = sending.recount(hits("clicks", &format!("AND h.link = {}", link.number))).await;
            assert_eq!(link.clicks, with_shared(&rows, if link.number == 3 { 5 } else { 0 }), "{}", link.number);
        }
        assert_eq!(report.blocks.iter().map(|block| block.links).collect::<Vec<_>>(), [1, 2, 1]);
        for (block, numbers) in report.blocks.iter().zip(["1", "2, 3", "4"]) {
            let rows = sending.recount(hits("clicks", &format!("AND h.link IN ({numbers})"))).await;
            assert!(!rows.is_empty(), "{numbers}");
            assert_eq!(block.clicks, with_shared(&rows, if numbers == "2, 3" { 5 } else { 0 }), "{numbers}");
        }
        // By hour.
        type Hit = (Instant, Verdict);
        type Sums = BTreeMap<String, i64>;
        let (opened_at, clicked_at): (Vec<Hit>, Vec<Hit>) = sending
            .write(|conn| {
                let opened = opens::table.select((opens::at, opens::verdict)).load(conn)?;
                Ok((opened, clicks::table.select((clicks::at, clicks::verdict)).load(conn)?))
            })
            .await;
        let mut hours: BTreeMap<Instant, (Sums, Sums)> = BTreeMap::new();
        for (at, verdict) in opened_at {
            *hours.entry(at.hour()).or_default().0.entry(verdict.to_string()).or_default() += 1;
        }
        for (at, verdict) in clicked_at {
            *hours.entry(at.hour()).or_default().1.entry(verdict.to_string()).or_default() += 1;
        }
        assert!(hours.len() > 3, "{hours:?}");
        // The hits that are not personal came in the last of those hours, or in the one after it.
        let (mut loads, mut links) = (0, 0);
        for hour in &report.hours {
            let (opened, clicked) = hours.remove(&hour.start).unwrap_or_default();
            loads += hour.loads.human - verdicts(&opened).human;
            links += hour.clicks.human - verdicts(&clicked).human;
            let others = |hits: &Verdicts| (hits.machine, hits.unknown);
            assert_eq!(others(&hour.loads), others(&verdicts(&opened)), "{:?}", hour.start);
            assert_eq!(others(&hour.clicks), others(&verdicts(&clicked)), "{:?}", hour.start);
        }
        assert!(hours.is_empty(), "an hour is missing: {hours:?}");
        assert_eq!((loads, links), (11, 5));

        // By domain.
        let by_domain = |more: &str| {
            format!("SELECT domain AS key, COUNT(*) AS number FROM deliveries WHERE issue = {id} {more} GROUP BY domain")
        };
        let said = |of: fn(&lederbrev::reports::issue::Domain) -> i64| {
            let all = report.domains.iter().map(|domain| (domain.name.clone(), of(domain)));
            all.filter(|(_, number)| *number > 0).collect::<BTreeMap<_, _>>()
        };
        assert_eq!(sending.recount(by_domain("")).await, said(|domain| domain.recipients));
        assert_eq!(sending.recount(by_domain("AND state = 'accepted'")).await, said(|domain| domain.accepted));
        assert_eq!(sending.recount(by_domain("AND state = 'failed'")).await, said(|domain| domain.failed));

        // Those who consented: in all, by level, by sector, by domain.
        let readers = report.readers.as_ref().unwrap();
        let consenting = format!(
            "d.issue = {id} AND d.state = 'accepted' AND EXISTS (SELECT 1 FROM consents c \
             WHERE c.subscriber = s.id AND c.newsletter = {newsletter} AND c.purpose = 'tracking' \
             AND c.confirmed_at IS NOT NULL AND c.withdrawn_at IS NULL)"
        );
        let people = |key: &str| {
            format!(
                "SELECT {key} AS key, COUNT(*) AS number FROM deliveries d \
                 JOIN subscribers s ON s.id = d.subscriber WHERE {consenting} GROUP BY {key}"
            )
        };
        let reached = |key: &str, hits: &str, verdicts: &str| {
            format!(
                "SELECT {key} AS key, COUNT(DISTINCT d.id) AS number FROM ({hits}) h \
                 JOIN deliveries d ON d.id = h.delivery JOIN subscribers s ON s.id = d.subscriber \
                 WHERE {consenting} AND h.verdict IN ({verdicts}) GROUP BY {key}"
            )
        };
        let clicks = "SELECT delivery, verdict FROM clicks";
        let opens = "SELECT delivery, verdict FROM opens UNION ALL SELECT delivery, verdict FROM clicks";
        let counted = async |key: &str, hits: &str| {
            let human = sending.recount(reached(key, hits, "'human'")).await;
            let most = sending.recount(reached(key, hits, "'human', 'unknown'")).await;
            let any = sending.recount(reached(key, hits, "'human', 'unknown', 'machine'")).await;
            let of = |counts: &BTreeMap<String, i64>, key: &String| counts.get(key).copied().unwrap_or_default();
            let one = |key: &String| Reached {
                human: of(&human, key),
                human_at_most: of(&most, key),
                machine: of(&any, key) - of(&most, key),
            };
            any.keys().map(|key| (key.clone(), one(key))).collect::<BTreeMap<_, _>>()
        };
        let everybody = sending.recount(people(ALL)).await;
        assert_eq!(readers.consenting, everybody["all"]);
        assert_eq!(readers.opened, counted(ALL, opens).await["all"]);
        assert_eq!(readers.clicked, counted(ALL, clicks).await["all"]);
        assert!(readers.opened.human > 0 && readers.opened.machine > 0 && readers.opened.human_at_most > readers.opened.human);
        for (by, key, parts) in [
            (By::LeadershipGroup, "COALESCE(s.leadership_group, '')", 3),
            (By::Sector, "COALESCE(s.sector, '')", 3),
            (By::Domain, "d.domain", 5),
        ] {
            let portions: Vec<_> = readers.portions.iter().filter(|portion| portion.by == by).collect();
            assert_eq!(portions.len(), parts, "{by}");
            let name = |portion: &lederbrev::reports::readers::Portion| portion.value.clone().unwrap();
            let said = portions.iter().map(|portion| (name(portion), portion.consenting));
            assert_eq!(sending.recount(people(key)).await, said.collect(), "{by}");
            let (opened, clicked) = (counted(key, opens).await, counted(key, clicks).await);
            for portion in portions {
                let of = |all: &BTreeMap<String, Reached>| all.get(&name(portion)).copied().unwrap_or_default();
                assert_eq!((portion.opened, portion.clicked), (of(&opened), of(&clicked)), "{by} {portion:?}");
            }
        }
    }

    async fn a_special_edition_is_put_beside_the_ordinary_issues_of_its_year(sending: Sending) {
        let app = &sending.app;
        let readers = sending.readers(8).await;
        let ordinary = async || {
            let issue = sending.due_issue().await;
            let id = issue.id;
            sending
                .write(move |conn| {
                    diesel::update(issues::table.find(id)).set(issues::kind.eq(IssueKind::Ordinary)).execute(conn)
                })
                .await;
            sending.run_to_the_end(&issue).await;
            issue
        };
        // One that is more than a year old by then is not compared.
        let old = ordinary().await;
        sending.count(&old, Some(1), Verdict::Human, 1_000).await;
        app.clock.advance(TimeDelta::days(250));
        let first = ordinary().await;
        sending.count(&first, Some(1), Verdict::Human, 3).await;
        sending.count(&first, Some(1), Verdict::Unknown, 2).await;
        sending.leave(readers[7], app.clock.now() + TimeDelta::hours(1)).await;
        app.clock.advance(TimeDelta::days(8));
        leavers::write_down(&app.app).await.unwrap();
        app.clock.advance(TimeDelta::days(52));
        let second = ordinary().await;
        sending.count(&second, Some(1), Verdict::Human, 4).await;
        sending.count(&second, Some(1), Verdict::Machine, 9).await;
        app.clock.advance(TimeDelta::days(8));
        leavers::write_down(&app.app).await.unwrap();
        app.clock.advance(TimeDelta::days(82));
        let special = sending.due_issue().await;
        sending.run_to_the_end(&special).await;
        sending.count(&special, Some(1), Verdict::Human, 6).await;

        let report = sending.report(&special).await;
        let expected = Ordinary {
            issues: 2,
            accepted: 15,
            measured: 15,
            clicks: Verdicts { human: 7, machine: 9, unknown: 2 },
            unsubscribed: Some(1),
        };
        assert_eq!(report.ordinary, Some(expected));
        assert_eq!(sending.report(&second).await.ordinary, None, "an ordinary issue has nothing to be compared with");
        let editor = app.signed_in(Role::Editor).await;
        let get = async |path: &str| {
            let url = app.url(&format!("/admin/issues/{}/report{path}", special.uuid));
            editor.get(url).send().await.unwrap().text().await.unwrap()
        };
        let page = get("").await;
        // Clicks and unsubscribes of a thousand copies: 6 of 7, against 7 to 9 of 15; none, against 1 of 15.
        for cell in ["<td class=\"number\">857,1</td>", "<td class=\"number\">466,7–600,0</td>", "<td class=\"number\">66,7</td>"] {
            assert!(page.contains(cell), "{cell}: {page}");
        }
        let file = get(".csv").await;
        assert!(file.contains(";\"15\"") && file.contains(";\"Mennesker\";\"7\""), "{file}");
    }
}
