//! `/privacy`, `/admin/privacy` and `/admin/privacy/record`.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::store::Run;
use super::{Kept, Retention, clear, store};
use crate::app::App;
use crate::config::Config;
use crate::error::Result;
use crate::mail::MailUrl;
use crate::newsletters::{self, Details, Newsletter, Tracking};
use crate::web::{Page, html};

#[derive(Template)]
#[template(path = "privacy/pages/public.html")]
struct PublicPage {
    page: Page,
    details: Details,
    /// What is measured, and in which newsletters.
    measured: Vec<(Tracking, Vec<String>)>,
    retention: Retention,
}

/// `GET /privacy`: what the settings say, the sender's of the first newsletter and what is measured in
/// any of them.
pub async fn public(request: HttpRequest, app: web::Data<App>) -> Result<HttpResponse> {
    let newsletters = app.db.read(|conn| Ok(newsletters::store::all(conn)?)).await?;
    let first = newsletters.first();
    let details = first.map(Newsletter::details).unwrap_or_default();
    let retention = app.config.retention;
    let page = Page::new(&request);
    let mut measured: Vec<(Tracking, Vec<String>)> = Vec::new();
    for newsletter in &newsletters {
        match measured.iter_mut().find(|(way, _)| *way == newsletter.open_tracking) {
            Some((_, titles)) => titles.push(newsletter.title.clone()),
            None => measured.push((newsletter.open_tracking, vec![newsletter.title.clone()])),
        }
    }
    html(&PublicPage { page, details, measured, retention })
}

impl PublicPage {
    /// What is kept for a time, as far as it can be here at all.
    fn kept(&self) -> Vec<Kept> {
        let measures = self.measured.iter().any(|(way, _)| *way == Tracking::Consented);
        Kept::ALL
            .iter()
            .copied()
            .filter(|kept| measures || *kept != Kept::Measured)
            .filter(|kept| !self.retention.is_for_ever(*kept))
            .collect()
    }
    /// What is measured in which newsletters; their names where it is not the same in all.
    fn measures(&self) -> Vec<(String, String)> {
        let several = self.measured.len() > 1;
        let names = |titles: &[String]| if several { titles.join(", ") } else { String::new() };
        let words = |way: &Tracking| self.page.t(format!("privacy-measure-{}", way.as_str()));
        match self.measured.is_empty() {
            true => vec![(String::new(), words(&Tracking::Off))],
            false => self.measured.iter().map(|(way, of)| (names(of), words(way))).collect(),
        }
    }
    /// What is kept of who subscribes.
    fn kept_as_long_as(&self) -> String {
        let for_ever = self.retention.is_for_ever(Kept::Ended);
        self.page.t(if for_ever { "privacy-keep-until-asked" } else { "privacy-keep-subscription" })
    }
    /// "IP-adresser: 6 måneder."
    fn sentence(&self, kept: &Kept) -> String {
        let texts = self.page.texts();
        let time = self.retention.words(*kept, texts);
        texts.with(&format!("privacy-keep-{kept}"), &[("time", &time)])
    }
}

#[derive(Template)]
#[template(path = "privacy/pages/retention.html")]
struct RetentionPage {
    page: Page,
    retention: Retention,
    /// What is kept, how many of it the next night clears, and when there were last any.
    rows: Vec<(Kept, i64, Option<Run>)>,
}

/// `GET /admin/privacy`: what is kept for how long, and what goes next.
pub async fn retention(request: HttpRequest, app: web::Data<App>) -> Result<HttpResponse> {
    let due = clear::due(&app).await?;
    let runs = app.db.read(|conn| Ok(store::runs(conn)?)).await?;
    let run = |kept| runs.iter().find(|run| run.kept == kept).copied();
    let rows = due.into_iter().map(|(kept, due)| (kept, due, run(kept))).collect();
    html(&RetentionPage { page: Page::new(&request), retention: app.config.retention, rows })
}

impl RetentionPage {
    fn time(&self, kept: &Kept) -> String {
        self.retention.words(*kept, self.page.texts())
    }
    fn last(&self, run: &Run) -> String {
        let day = self.page.time(&run.at, &chrono_tz::Europe::Copenhagen);
        self.page.t2("retention-last", "number", self.page.number(&run.cleared), "day", day)
    }
}

/// A newsletter in the record.
struct Processing {
    title: String,
    sender: String,
    tracking: Tracking,
}

#[derive(Template)]
#[template(path = "privacy/pages/record.html")]
struct RecordPage {
    page: Page,
    /// Who answers for it.
    details: Details,
    newsletters: Vec<Processing>,
    retention: Retention,
    /// The server that mail is handed to; none while it is kept here for a look.
    relay: Option<String>,
    /// The data is in a file here, and not on a server that others may run.
    is_here: bool,
    day: String,
}

/// `GET /admin/privacy/record`: the record of processing activities (GDPR article 30), as far as
/// the settings know.
pub async fn record(request: HttpRequest, app: web::Data<App>) -> Result<HttpResponse> {
    let all = app.db.read(|conn| Ok(newsletters::store::all(conn)?)).await?;
    let page = Page::new(&request);
    let zone = all.first().map_or(chrono_tz::UTC, Newsletter::zone);
    let newsletters = all.iter().map(|newsletter| Processing {
        title: newsletter.title.clone(),
        sender: newsletter.sender_email.clone(),
        tracking: newsletter.open_tracking,
    });
    let Config { mail_url, database_url, retention, .. } = &app.config;
    html(&RecordPage {
        details: all.first().map(Newsletter::details).unwrap_or_default(),
        newsletters: newsletters.collect(),
        retention: *retention,
        relay: match mail_url {
            MailUrl::Smtp(relay) => Some(relay.host.clone()),
            MailUrl::Catcher => None,
        },
        is_here: database_url.is_our_own(),
        day: page.day(&app.clock.now().day_in(zone)),
        page,
    })
}

impl RecordPage {
    fn time(&self, kept: &Kept) -> String {
        self.retention.words(*kept, self.page.texts())
    }
    /// Who opens and clicks is measured for some.
    fn measures(&self) -> bool {
        self.newsletters.iter().any(|newsletter| newsletter.tracking == Tracking::Consented)
    }
    /// What a data protection officer would miss: the fields of the settings that are empty.
    fn missing(&self) -> Vec<&'static str> {
        let Details { organisation, postal_address, cvr, contact_email, dpo_email, .. } =
            &self.details;
        let fields = [
            ("organisation", organisation),
            ("postal_address", postal_address),
            ("cvr", cvr),
            ("contact_email", contact_email),
            ("dpo_email", dpo_email),
        ];
        fields.into_iter().filter(|(_, text)| text.is_empty()).map(|(name, _)| name).collect()
    }
}
