//! What the tests of sending share: an app with a scripted relay, people, and an issue that is due.

use diesel::prelude::*;
use lederbrev::clock::Instant;
use lederbrev::config::Secret;
use lederbrev::db::schema::{
    deliveries, issue_links, issues, renditions, subscribers, subscriptions,
};
use lederbrev::db::{DbConn, Json, PublicId};
use lederbrev::deliveries::store::{self, Counts};
use lederbrev::deliveries::{DeliveryState, SkipReason};
use lederbrev::issues::splice::{Splice, name_marker};
use lederbrev::issues::{Issue, IssueKind, IssueState, Origin};
use lederbrev::mail::EmailAddress;
use lederbrev::on_both;
use lederbrev::staff::Role;
use lederbrev::subscribers::store::register::SearchKeys;
use lederbrev::subscribers::{Scope, SubscriptionState, suppression};
use lederbrev::web::Lang;

use crate::app::{TestApp, migrated_postgres, sqlite_in};
use crate::receiver::Receiver;

/// Runs a test on both databases: `sends! { async fn a_sentence(sending: Sending) { … } }`.
#[macro_export]
macro_rules! sends {
    ($(async fn $name:ident($sending:ident: Sending) $body:block)*) => {$(
        mod $name {
            use super::*;

            async fn test($sending: $crate::sending::Sending) $body

            #[actix_web::test]
            async fn on_sqlite() {
                test($crate::sending::Sending::sqlite().await).await;
            }

            #[actix_web::test]
            async fn on_postgres() {
                test($crate::sending::Sending::postgres().await).await;
            }
        }
    )*};
}

/// An app whose relay plays by a script.
pub struct Sending {
    /// The app.
    pub app: TestApp,
    /// Its relay.
    pub relay: Receiver,
    /// The newsletter's row.
    pub newsletter: i64,
}

/// A person of the tests.
#[derive(Debug, Clone, Copy)]
pub struct Reader {
    /// The subscriber's row.
    pub subscriber: i64,
    /// The subscription's row.
    pub subscription: i64,
}

impl Sending {
    pub async fn sqlite() -> Self {
        Self::with(&[]).await
    }

    /// On SQLite, with settings of its own.
    pub async fn with(settings: &[(&str, &str)]) -> Self {
        Self::start(sqlite_in, settings).await
    }

    pub async fn postgres() -> Self {
        Self::start(|_| migrated_postgres(), &[]).await
    }

    pub async fn start(
        database: impl FnOnce(&std::path::Path) -> String,
        more: &[(&str, &str)],
    ) -> Self {
        let relay = Receiver::start();
        let settings = [
            ("MAIL_URL", relay.url()),
            ("SEND_CONNECTIONS", "2".to_owned()),
            ("SEND_WINDOW", "4".to_owned()),
            // So that a test can come from any address.
            ("TRUSTED_PROXIES", "127.0.0.1".to_owned()),
        ];
        let settings = settings.iter().map(|(name, value)| (*name, value.as_str()));
        let settings: Vec<_> = settings.chain(more.iter().copied()).collect();
        let app = TestApp::start(database, &settings).await;
        let newsletter = app.newsletter().await;
        Self { app, relay, newsletter }
    }

    /// Adds active subscribers: `leder0@aarhus.example`, `leder1@odense.example`, …
    pub async fn readers(&self, count: usize) -> Vec<Reader> {
        let (newsletter, now) = (self.newsletter, self.app.clock.now());
        self.write(move |conn| readers(conn, newsletter, count, now)).await
    }

    /// Schedules a special edition for now; returns its row.
    pub async fn due_issue(&self) -> Issue {
        let (newsletter, now) = (self.newsletter, self.app.clock.now());
        self.write(move |conn| due_issue(conn, newsletter, now)).await
    }

    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut DbConn) -> QueryResult<T> + Send + 'static,
    ) -> T {
        self.app.app.db.write(move |conn| Ok(work(conn)?)).await.unwrap()
    }

    /// The issue as it is now, and its rows counted.
    pub async fn look(&self, issue: &Issue) -> (Issue, Counts) {
        let id = issue.id;
        self.app
            .app
            .db
            .read(move |conn| {
                Ok((lederbrev::issues::store::find(conn, id)?, store::counts(conn, id)?))
            })
            .await
            .unwrap()
    }

    /// Writes the audience of an issue down, and sends nothing.
    pub async fn fan_out(&self, issue: &Issue) {
        let (app, id, now) = (self.app.app.clone(), issue.id, self.app.clock.now());
        let from = IssueState::Scheduled;
        self.write(move |conn| lederbrev::issues::store::begin_fan_out(conn, id, from, now)).await;
        let (begun, _) = self.look(issue).await;
        let run = move || lederbrev::deliveries::fan_out::run(&app, &begun, &false.into()).unwrap();
        tokio::task::spawn_blocking(run).await.unwrap();
    }

    /// Runs the jobs and holds the equation against what the relay has heard.
    pub async fn run_to_the_end(&self, issue: &Issue) -> Counts {
        self.app.run_until_idle().await;
        let (issue, counts) = self.look(issue).await;
        assert_eq!(issue.state, IssueState::Sent, "{:?} {counts:?}", issue.pause_reason);
        assert_eq!(issue.audience_count, Some(counts.accepted + counts.failed + counts.skipped));
        assert_eq!((counts.queued, counts.in_data, counts.deferred), (0, 0, 0));
        let kept = self.write(move |conn| store::outcome(conn, issue.id)).await.counts;
        assert_eq!(kept, counts, "what is written down at the end is what the rows say");
        counts
    }

    /// Has an operator do something to an issue, such as `resume`.
    pub async fn act(&self, issue: &Issue, action: &str) {
        let operator = self.app.signed_in(Role::Operator).await;
        let url = self.app.url(&format!("/admin/deliveries/{}/{action}", issue.uuid));
        assert_eq!(operator.post(url).send().await.unwrap().status(), 303);
    }

    /// Why an issue is paused, which it must be.
    pub async fn paused_because(&self, issue: &Issue) -> Option<String> {
        let (issue, _) = self.look(issue).await;
        assert_eq!(issue.state, IssueState::Paused);
        issue.pause_reason
    }

    /// Why rows were skipped, in the order of the rows.
    pub async fn skipped(&self, issue: &Issue) -> Vec<Option<SkipReason>> {
        let id = issue.id;
        self.write(move |conn| {
            deliveries::table
                .filter(deliveries::issue.eq(id))
                .filter(deliveries::state.eq(DeliveryState::Skipped))
                .order(deliveries::id)
                .select(deliveries::skip_reason)
                .load(conn)
        })
        .await
    }
}

const DOMAINS: [&str; 5] = [
    "aarhus.example",
    "odense.example",
    "kolding.example",
    "rm.example",
    "xn--ringkbing-skjern-pxb.example",
];

/// The address of the nth reader.
pub fn address(at: usize) -> String {
    format!("leder{at}@{}", DOMAINS[at % DOMAINS.len()])
}

pub fn readers(
    conn: &mut DbConn,
    newsletter: i64,
    count: usize,
    now: Instant,
) -> QueryResult<Vec<Reader>> {
    let mut readers = Vec::with_capacity(count);
    for at in 0..count {
        let email = address(at);
        let subscriber = diesel::insert_into(subscribers::table)
            .values((
                subscribers::uuid.eq(PublicId::random()),
                subscribers::address_key.eq(&email),
                subscribers::address_hash.eq(hash(&email)),
                subscribers::email.eq(&email),
                subscribers::name.eq((at % 2 == 0).then_some("Anne Holm")),
                subscribers::language.eq(Lang::Da),
                subscribers::attributes.eq(Json(serde_json::json!({}))),
                subscribers::created_at.eq(now),
                SearchKeys::of(&EmailAddress::parse(&email).unwrap(), None, None),
            ))
            .returning(subscribers::id)
            .get_result(conn)?;
        let subscription = diesel::insert_into(subscriptions::table)
            .values((
                subscriptions::subscriber.eq(subscriber),
                subscriptions::newsletter.eq(newsletter),
                subscriptions::state.eq(SubscriptionState::Active),
                subscriptions::scope.eq(Scope::All),
                subscriptions::source.eq("test"),
                subscriptions::requested_at.eq(now),
                subscriptions::confirmed_at.eq(now),
                subscriptions::nonce.eq(7),
            ))
            .returning(subscriptions::id)
            .get_result(conn)?;
        readers.push(Reader { subscriber, subscription });
    }
    Ok(readers)
}

/// What an address is kept as; the program looks whether its pepper made it.
pub fn hash(address: &str) -> Vec<u8> {
    let pepper = Secret::new("a pepper for tests, also long enough to be one");
    suppression::address_hash(&pepper, address)
}

pub fn due_issue(conn: &mut DbConn, newsletter: i64, now: Instant) -> QueryResult<Issue> {
    let rendition = format!("rendition {}", PublicId::random());
    let html = format!(
        "<p>Kære {}</p><p><a href=\"{}\">Undgå værdiløs kompetenceudvikling</a></p>{}\
         <p><a href=\"{}\">Afmeld</a></p>",
        name_marker("leder"),
        Splice::Link(1).marker(),
        Splice::Image.marker(),
        Splice::Unsubscribe.marker(),
    );
    let text =
        format!("Kære {}\n\nAfmeld: {}\n", name_marker("leder"), Splice::Unsubscribe.marker());
    diesel::insert_into(renditions::table)
        .values((
            renditions::hash.eq(&rendition),
            renditions::subject.eq("Særnummer om kerneopgaven"),
            renditions::preheader.eq("Om at lede kerneopgaven"),
            renditions::html.eq(html),
            renditions::plain_text.eq(text),
            renditions::web.eq(""),
            renditions::created_at.eq(now),
        ))
        .execute(conn)?;
    let id: i64 = diesel::insert_into(issues::table)
        .values((
            issues::uuid.eq(PublicId::random()),
            issues::slug.eq(PublicId::random().to_string()),
            issues::newsletter.eq(newsletter),
            issues::kind.eq(IssueKind::Special),
            issues::state.eq(IssueState::Scheduled),
            issues::origin.eq(Origin::Here),
            issues::subject.eq("Særnummer om kerneopgaven"),
            issues::current_revision.eq(1),
            issues::approved_revision.eq(1),
            issues::rendition.eq(&rendition),
            issues::time_zone.eq("Europe/Copenhagen"),
            issues::send_at.eq(now),
            issues::audience.eq(Json(serde_json::json!({}))),
            issues::created_by.eq("mette@lederweb.example"),
            issues::created_at.eq(now),
            issues::updated_at.eq(now),
        ))
        .returning(issues::id)
        .get_result(conn)?;
    let link = (
        issue_links::issue.eq(id),
        issue_links::number.eq(1),
        issue_links::url.eq("https://lederweb.example/undgaa"),
    );
    on_both!(conn, c => diesel::insert_into(issue_links::table).values(&link).execute(c))?;
    lederbrev::issues::store::find(conn, id)
}
