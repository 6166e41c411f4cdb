//! The real app on a port of its own, with its own database and a clock that the test sets.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::LazyLock;

use actix_web::web::Data;
use diesel::QueryResult;
use lederbrev::app::{self, App};
use lederbrev::clock::{Clock, Instant};
use lederbrev::config::Config;
use lederbrev::db::{DatabaseUrl, DbConn, migrate};
use lederbrev::jobs;
use lederbrev::mail::Caught;
use lederbrev::newsletters;
use lederbrev::staff::{self, Role};
use lederbrev::web::Lang;
use reqwest::{Client, Response, StatusCode};

use crate::postgres;

/// Runs a test on both databases: `both! { async fn a_sentence(app: TestApp) { … } }`.
#[macro_export]
macro_rules! both {
    ($(async fn $name:ident($app:ident: TestApp) $body:block)*) => {$(
        mod $name {
            use super::*;

            async fn test($app: $crate::app::TestApp) $body

            #[actix_web::test]
            async fn on_sqlite() {
                test($crate::app::TestApp::sqlite().await).await;
            }

            #[actix_web::test]
            async fn on_postgres() {
                test($crate::app::TestApp::postgres().await).await;
            }
        }
    )*};
}

/// The day on which tests begin: the morning of the special edition on the core task.
pub fn start_of_test() -> Instant {
    Instant::new("2017-03-24T07:00:00Z".parse().unwrap())
}

/// A running app.
pub struct TestApp {
    /// What the server shares.
    pub app: Data<App>,
    /// The test's clock; moving it moves the app's.
    pub clock: Clock,
    /// A browser without cookies.
    pub client: Client,
    /// `http://127.0.0.1:port`
    pub base: String,
    server: actix_web::dev::ServerHandle,
    _folder: tempfile::TempDir,
}

impl Drop for TestApp {
    fn drop(&mut self) {
        drop(self.server.stop(false));
    }
}

/// A SQLite database in a folder, with all its tables: a copy of one that was made once, because
/// making them takes longer than most tests.
pub fn sqlite_in(folder: &Path) -> String {
    static MADE: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("lederbrev.db");
        let url = format!("sqlite://{}", file.display());
        migrate::run(&DatabaseUrl::parse(&url).unwrap()).unwrap();
        std::fs::read(file).unwrap()
    });
    let file = folder.join("lederbrev.db");
    std::fs::write(&file, &*MADE).unwrap();
    format!("sqlite://{}", file.display())
}

/// The same on the suite's PostgreSQL.
pub fn migrated_postgres() -> String {
    static MADE: LazyLock<String> = LazyLock::new(|| {
        let name = postgres::new_name();
        let url = postgres::server().new_database(&name, "template1");
        migrate::run(&DatabaseUrl::parse(&url).unwrap()).unwrap();
        name
    });
    postgres::server().new_database(&postgres::new_name(), &MADE)
}

impl TestApp {
    /// The program itself with some arguments, on the database of this app.
    pub fn command(&self, arguments: &[&str]) -> Output {
        let folder = tempfile::tempdir().unwrap();
        let url = match &self.app.config.database_url {
            DatabaseUrl::Sqlite(path) => format!("sqlite://{}", path.display()),
            DatabaseUrl::Postgres(url) => url.clone(),
        };
        Command::new(env!("CARGO_BIN_EXE_lederbrev"))
            .args(arguments)
            .env("LEDERBREV_DATABASE_URL", url)
            .env("LEDERBREV_DATA_DIR", folder.path())
            .env("LEDERBREV_SECRET_KEY", "a secret key for tests, long enough to be one")
            .env("LEDERBREV_SUPPRESSION_PEPPER", "a pepper for tests, also long enough to be one")
            .output()
            .unwrap()
    }

    /// On a SQLite database in a folder of its own.
    pub async fn sqlite() -> Self {
        Self::start(sqlite_in, &[]).await
    }

    /// On a database of its own in the suite's PostgreSQL.
    pub async fn postgres() -> Self {
        Self::start(|_| migrated_postgres(), &[]).await
    }

    /// With settings of the test's own.
    pub async fn start(
        database_url: impl FnOnce(&Path) -> String,
        settings: &[(&str, &str)],
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let mut values: std::collections::BTreeMap<String, String> = [
            ("DATABASE_URL", database_url(folder.path())),
            ("BIND", address.clone()),
            // Where tests have sites of their own; 127.0.0.1 is behind us for them, too.
            ("FETCH_ALLOW", "localhost".to_owned()),
            ("LINK_CHECKS", "off".to_owned()),
            ("DATA_DIR", folder.path().display().to_string()),
            ("SECRET_KEY", "a secret key for tests, long enough to be one".to_owned()),
            ("SUPPRESSION_PEPPER", "a pepper for tests, also long enough to be one".to_owned()),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
        values.extend(settings.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())));
        let config = Config::from_values(values).unwrap();
        let clock = Clock::set(start_of_test());
        migrate::run(&config.database_url).unwrap();
        let app = App::build(config, clock.clone()).unwrap();
        let server = app::serve(app.clone(), listener).unwrap();
        let handle = server.handle();
        actix_web::rt::spawn(server);
        Self {
            app,
            clock,
            client: browser(),
            base: format!("http://{address}"),
            server: handle,
            _folder: folder,
        }
    }

    /// Runs every job until none has anything left to do.
    pub async fn run_until_idle(&self) {
        jobs::run_until_idle(&self.app).await.unwrap();
    }

    /// The newsletter of the tests, which is the real one; returns its id.
    pub async fn newsletter(&self) -> i64 {
        let now = self.clock.now();
        self.app.db.write(move |conn| Ok(insert_newsletter(conn, now)?)).await.unwrap()
    }

    /// The mails that have been caught for an address, the newest first.
    pub fn mails_to(&self, address: &str) -> Vec<Caught> {
        self.app.catcher.as_ref().unwrap().outbox().to(address).unwrap()
    }

    /// The newest mail for an address; waits for it a little, because mail goes on its own.
    pub async fn mail_to(&self, address: &str) -> Caught {
        for _ in 0..200 {
            if let Some(mail) = self.mails_to(address).into_iter().next() {
                return mail;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        panic!("no mail came for {address}");
    }

    /// The address of a path.
    pub fn url(&self, path: &str) -> String {
        if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.base) }
    }

    /// GET without signing in.
    pub async fn get(&self, path: &str) -> Response {
        self.client.get(self.url(path)).send().await.unwrap()
    }

    /// POST of a form without signing in.
    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Response {
        self.client.post(self.url(path)).form(form).send().await.unwrap()
    }

    /// A browser in which somebody with this role is signed in.
    pub async fn signed_in(&self, role: Role) -> Client {
        let email = format!("{role}@lederweb.example");
        let added = staff::add::add(&self.app, &email, "Mette Lund", role, "test").await.unwrap();
        let browser = browser();
        let response = browser.post(added.link).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::SEE_OTHER);
        browser
    }

    /// An API token with this role.
    pub async fn token(&self, role: Role) -> String {
        staff::tokens::create(&self.app, "test", role, "test").await.unwrap()
    }
}

/// Adds the newsletter of the tests, which is the real one.
pub fn insert_newsletter(conn: &mut DbConn, now: Instant) -> QueryResult<i64> {
    insert_newsletter_called(conn, "lederweb", now)
}

/// The same under another name in addresses.
pub fn insert_newsletter_called(conn: &mut DbConn, slug: &str, now: Instant) -> QueryResult<i64> {
    let details = newsletters::Details {
        organisation: "Væksthus for Ledelse".to_owned(),
        postal_address: "Eksempelvej 1, 1000 København K".to_owned(),
        cvr: "00000000".to_owned(),
        contact_email: "redaktionen@lederweb.example".to_owned(),
        site_url: "https://www.lederweb.example".to_owned(),
        frequency: "cirka hver anden uge".to_owned(),
        ..Default::default()
    };
    let newsletter = newsletters::store::NewNewsletter {
        slug,
        title: "Nyt fra Lederweb",
        description: "Viden om god ledelse i kommuner og regioner.",
        language: Lang::Da,
        time_zone: "Europe/Copenhagen",
        sender_name: "Væksthus for Ledelse",
        sender_email: "nyhedsbrev@lederweb.example",
        open_tracking: newsletters::Tracking::Aggregate,
        details: &details,
    };
    newsletters::store::insert(conn, &newsletter, now)
}

/// A browser with cookies of its own that does not follow redirects and asks for Danish.
pub fn browser() -> Client {
    let headers = [("accept-language".parse().unwrap(), "da-DK,da;q=0.9".parse().unwrap())];
    Client::builder()
        .cookie_store(true)
        .redirect(reqwest::redirect::Policy::none())
        .default_headers(headers.into_iter().collect())
        .build()
        .unwrap()
}
