//! Nobody who has not consented is tied to an open, a click, an IP address or a browser, in any table:
//! neither while hits come in, nor after a consent was withdrawn.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use lederbrev::db::DbConn;
use lederbrev::newsletters::Tracking;
use lederbrev::subscribers::store::{consents, register};
use lederbrev::subscribers::{Purpose, erase};
use reqwest::Method;
use reqwest::header::USER_AGENT;

use crate::reports::consent;
use crate::sending::{Sending, address};
use crate::sends;

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    text: String,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

fn lines(conn: &mut DbConn, query: &str) -> Vec<String> {
    let rows: Vec<Line> = diesel::sql_query(query).load(conn).unwrap();
    rows.into_iter().map(|row| row.text).collect()
}

/// The columns of every table, as the database itself tells them.
fn columns(conn: &mut DbConn) -> BTreeMap<String, Vec<String>> {
    let told = match conn {
        DbConn::Sqlite(_) => {
            "SELECT m.name || '.' || c.name AS text FROM sqlite_master m \
             JOIN pragma_table_info(m.name) c \
             WHERE m.type = 'table' AND m.sql NOT LIKE '%VIRTUAL%' ORDER BY m.name, c.cid"
        }
        DbConn::Postgres(_) => {
            "SELECT c.table_name || '.' || c.column_name AS text FROM information_schema.columns c \
             JOIN information_schema.tables t USING (table_schema, table_name) \
             WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' \
             ORDER BY c.table_name, c.ordinal_position"
        }
    };
    let mut all = BTreeMap::<String, Vec<String>>::new();
    for column in lines(conn, told) {
        let (table, name) = column.split_once('.').unwrap();
        all.entry(table.to_owned()).or_default().push(name.to_owned());
    }
    all
}

/// Every value of every table, as text; a table's lines in an order of their own.
pub fn tables(conn: &mut DbConn) -> BTreeMap<String, String> {
    let is_sqlite = matches!(conn, DbConn::Sqlite(_));
    let mut all = BTreeMap::new();
    for (table, columns) in columns(conn) {
        let mut rows = match is_sqlite {
            true => {
                let quoted = columns.iter().map(|column| format!("quote(\"{column}\")"));
                let row = quoted.collect::<Vec<_>>().join(" || '|' || ");
                lines(conn, &format!("SELECT {row} AS text FROM \"{table}\""))
            }
            false => lines(conn, &format!("SELECT to_jsonb(t)::text AS text FROM \"{table}\" t")),
        };
        rows.sort_unstable();
        all.insert(table, rows.join("\n"));
    }
    all
}

/// Whether a column says who somebody is.
fn names_somebody(column: &str) -> bool {
    ["subscri", "delivery", "email", "person"].iter().any(|word| column.contains(word))
        || column.starts_with("address")
}

/// Whether a column says what came of a mail, or from where and with what.
fn tells_of_a_hit(column: &str) -> bool {
    let words = [
        "ip", "agent", "network", "open", "opens", "opened", "click", "clicks", "clicked",
        "verdict", "link", "hour",
    ];
    column.split('_').any(|part| words.contains(&part))
}

/// The tables in which both stand in one row, and why that is right. A new one is looked at by a person
/// before it is written down here.
const TIES: &[(&str, &str)] = &[
    ("clicks", "of who consents; the test below goes through them"),
    ("opens", "of who consents; the test below goes through them"),
    ("click_counts", "`personal` is a number and no person"),
    ("open_counts", "`personal` is a number and no person"),
    (
        "consents",
        "the address from which a consent itself was given, which proves it and ends by IP_DAYS",
    ),
    ("import_rows", "the verdict on a line of a list"),
    ("newsletters", "the sender's own address, and what is measured at all"),
];

/// How somebody's browser calls itself: no other is called so.
fn agent(at: usize) -> String {
    format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Gecko/20100101 Leder{at}Browser/115.0")
}

/// The traces that only this reader's hits could leave.
fn traces(at: usize) -> [String; 2] {
    [format!("Leder{at}Browser"), format!("198.51.{}.", 100 + at)]
}

impl Sending {
    /// Opens and clicks by the shared links and by those of a copy, from a browser and a network of the
    /// reader's own.
    async fn hits_of(&self, at: usize, issue: i64, copy: i64) {
        let links = &self.app.app.links;
        let base = links.base().as_str();
        let urls = [
            links.open(issue),
            links.click(issue, 1),
            links.personal_open(copy),
            links.personal_click(copy, 1),
        ];
        for url in urls {
            for method in [Method::GET, Method::HEAD] {
                let url = self.app.url(&format!("/{}", url.strip_prefix(base).unwrap()));
                let request = self.app.client.request(method, url).header(USER_AGENT, agent(at));
                let from = format!("198.51.{}.77", 100 + at);
                let answer = request.header("x-forwarded-for", from).send().await.unwrap();
                assert!(answer.status().is_success() || answer.status().is_redirection());
            }
        }
        self.app.run_until_idle().await;
    }

    async fn tables(&self) -> BTreeMap<String, String> {
        self.write(|conn| Ok(tables(conn))).await
    }

    /// In how many rows of opens and clicks somebody stands who does not consent now, or nobody does; and
    /// how many rows there are.
    async fn tied(&self) -> (i64, i64) {
        self.write(|conn| {
            let mut found = (0, 0);
            for table in ["opens", "clicks"] {
                let rows = format!("SELECT COUNT(*) AS number FROM {table}");
                let tied = format!(
                    "SELECT COUNT(*) AS number FROM {table} h JOIN deliveries d ON d.id = h.delivery \
                     JOIN issues i ON i.id = d.issue WHERE NOT EXISTS (SELECT 1 FROM consents c \
                     WHERE c.subscriber = d.subscriber AND c.newsletter = i.newsletter \
                     AND c.purpose = 'tracking' AND c.confirmed_at IS NOT NULL \
                     AND c.withdrawn_at IS NULL)"
                );
                found.0 += diesel::sql_query(tied).get_result::<Number>(conn)?.number;
                found.1 += diesel::sql_query(rows).get_result::<Number>(conn)?.number;
            }
            Ok(found)
        })
        .await
    }

    /// Whose traces stand anywhere.
    async fn traced(&self, readers: usize) -> Vec<usize> {
        let all = self.tables().await.into_values().collect::<Vec<_>>().join("\n");
        (0..readers).filter(|at| traces(*at).iter().any(|trace| all.contains(trace))).collect()
    }
}

sends! {
    async fn no_table_can_tie_somebody_to_a_hit_but_those_that_are_known(sending: Sending) {
        let found: BTreeSet<String> = sending
            .write(|conn| Ok(columns(conn)))
            .await
            .into_iter()
            .filter(|(_, columns)| {
                columns.iter().any(|c| names_somebody(c)) && columns.iter().any(|c| tells_of_a_hit(c))
            })
            .map(|(table, _)| table)
            .collect();
        assert_eq!(found, TIES.iter().map(|(table, _)| (*table).to_owned()).collect());
    }

    async fn who_does_not_consent_leaves_no_row_and_who_withdraws_takes_theirs_along(sending: Sending) {
        const READERS: usize = 6;
        sending.measure(Tracking::Consented).await;
        let readers = sending.readers(READERS).await;
        let (newsletter, now, all) = (sending.newsletter, sending.app.clock.now(), readers.clone());
        // The first four consent, the last two never do.
        sending
            .write(move |conn| {
                for reader in &all[..4] {
                    consents::insert(conn, &consent(reader.subscriber, newsletter, now), now)?;
                }
                Ok(())
            })
            .await;
        let issue = sending.due_issue().await;
        sending.run_to_the_end(&issue).await;
        let id = issue.id;
        let copies: Vec<i64> = sending
            .write(move |conn| {
                use lederbrev::db::schema::deliveries;
                let of_it = deliveries::table.filter(deliveries::issue.eq(id));
                of_it.order(deliveries::subscriber).select(deliveries::id).load(conn)
            })
            .await;

        // Who never consented: not a byte changes in a table that knows anybody, also when somebody makes up
        // links of their own for them.
        let before = sending.tables().await;
        for at in [4, 5] {
            sending.hits_of(at, id, copies[at]).await;
        }
        let after = sending.tables().await;
        let changed: BTreeSet<&str> =
            after.iter().filter(|(table, rows)| before[*table] != **rows).map(|(table, _)| table.as_str()).collect();
        assert_eq!(changed, ["click_counts", "open_counts"].into());
        assert_eq!((sending.tied().await, sending.traced(READERS).await), ((0, 0), vec![]));

        // A running mix, with withdrawals of every kind between.
        for round in 0..3 {
            sending.app.clock.advance(TimeDelta::minutes(20));
            for (at, copy) in copies.iter().enumerate().take(READERS) {
                sending.hits_of(at, id, *copy).await;
            }
            let (tied, rows) = sending.tied().await;
            assert_eq!(tied, 0, "round {round}");
            assert!(rows > 0, "round {round}");
            let standing: Vec<usize> = (0..4 - round).collect();
            assert_eq!(sending.traced(READERS).await, standing, "round {round}");
            match round {
                0 => {
                    let (subscriber, now) = (readers[3].subscriber, sending.app.clock.now());
                    sending
                        .write(move |conn| {
                            let purposes = [Purpose::Tracking];
                            consents::withdraw(conn, subscriber, newsletter, &purposes, "preferences", now)
                        })
                        .await;
                }
                1 => {
                    let find = |conn: &mut DbConn| register::by_key(conn, &address(2));
                    let person = sending.write(find).await.unwrap();
                    erase::erase(&sending.app.app, person).await.unwrap();
                }
                _ => {
                    let (person, subscription) = sending.app.person(&address(1)).await;
                    let now = sending.app.clock.now();
                    sending
                        .app
                        .app
                        .db
                        .write(move |conn| {
                            let newsletter = lederbrev::newsletters::store::find(conn, newsletter)?;
                            lederbrev::subscribers::end::leave(conn, &newsletter, &person, &subscription, "link", now)
                        })
                        .await
                        .unwrap();
                }
            }
            assert_eq!(sending.traced(READERS).await, (0..3 - round).collect::<Vec<_>>(), "what stood before goes at once");
        }
        // Old links of those who are gone count nothing, for anybody.
        let sums = async || {
            let all = sending.tables().await;
            (all["open_counts"].clone(), all["click_counts"].clone())
        };
        let counted = sums().await;
        for at in [1, 2, 3] {
            let links = &sending.app.app.links;
            sending.hit(Method::GET, &links.personal_open(copies[at]), &agent(at)).await;
            sending.hit(Method::GET, &links.personal_click(copies[at], 1), &agent(at)).await;
        }
        sending.app.run_until_idle().await;
        assert_eq!(sums().await, counted);
        assert_eq!((sending.tied().await.0, sending.traced(READERS).await), (0, vec![0]));
    }
}
