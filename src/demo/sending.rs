//! The special edition on the core task: once as history, and once really sent.

use std::collections::HashSet;
use std::io::{BufRead, BufReader};
use std::time::Duration;

use actix_web::web::Data;
use chrono::{Datelike, NaiveDate};

use super::{ACTOR, STAFF, sign_in_links};
use crate::app::App;
use crate::db::PublicId;
use crate::deliveries::finish::adds_up;
use crate::deliveries::store::{Counts, counts};
use crate::error::Result;
use crate::issues::archive::{self, Historical};
use crate::issues::compose::{self, NewIssue};
use crate::issues::content::{Block, Theme};
use crate::issues::schedule::{self, Plan};
use crate::issues::store::Filter;
use crate::issues::{self, Content, Issue, IssueKind, IssueState, Origin};
use crate::mail::RECEIPTS;
use crate::newsletters::Newsletter;
use crate::staff::{self, Role, Staff};
use crate::web::format;

/// The content, with titles of the real library and texts of our own.
const CONTENT: &str = include_str!("../../assets/demo/special_kerneopgaven.json");

/// In the archive the event is where it was; a new issue must not invite to what is over.
fn content(subject: &str, event: Option<&str>) -> Result<Content> {
    let mut json: serde_json::Value = serde_json::from_str(CONTENT).map_err(anyhow::Error::new)?;
    json["subject"] = subject.into();
    for block in json["blocks"].as_array_mut().into_iter().flatten() {
        if let Some(date) = event.filter(|_| block["kind"] == "event") {
            block["date"] = date.into();
        }
    }
    Content::read(&json).map_err(crate::error::Error::Invalid)
}

/// Puts the special edition of 24 March 2017 into the archive. Its real text is not known, and the
/// page says so; nothing is made up about its delivery.
pub async fn bring_in_history(app: &App, newsletter: &Newsletter) -> Result<()> {
    let old = Historical {
        newsletter: newsletter.id,
        kind: IssueKind::Special,
        content: content("Særnummer om kerneopgaven", None)?,
        day: NaiveDate::from_ymd_opt(2017, 3, 24).unwrap_or_default(),
        note: Some("genskabt eksempel".to_owned()),
        old_address: None,
    };
    archive::bring_in(app, old, ACTOR).await.map(drop)
}

/// Whether the special edition is in the archive.
pub(super) async fn has_history(app: &App) -> Result<bool> {
    Ok(!with_origin(app, Origin::Imported).await?.is_empty())
}

async fn with_origin(app: &App, origin: Origin) -> Result<Vec<Issue>> {
    let mut all =
        app.db.read(|conn| Ok(issues::store::list(conn, &Filter::default(), 1_000)?)).await?;
    all.retain(|issue| issue.origin == origin && issue.created_by == ACTOR);
    Ok(all)
}

/// Makes the new special edition and schedules it for now; the one that is there already, if it is.
pub async fn send(app: &Data<App>, newsletter: &Newsletter, say: impl Fn(&str)) -> Result<Issue> {
    let known = with_origin(app, Origin::Here).await?.pop();
    let issue = match known {
        Some(issue) => issue,
        None => {
            let today = app.clock.now().day_in(newsletter.zone());
            let year = if today.month() < 10 { today.year() } else { today.year() + 1 };
            let event = format!("Oktober {year}");
            let mut content = content("Særnummer: Ledelse af kerneopgaven", Some(&event))?;
            // The old one's number is not known; the numbers begin with this one.
            content.theme = content.theme.map(|theme| Theme { number: Some(1), ..theme });
            content.blocks = content.blocks.into_iter().map(|b| Block::new(b.kind)).collect();
            let new = NewIssue { newsletter: newsletter.id, kind: IssueKind::Special, content };
            compose::create(app, new, ACTOR).await?
        }
    };
    if issue.state != IssueState::Draft {
        say("going on with the special edition that is there");
        return Ok(issue);
    }
    say("sending a special edition on the core task to everyone, over SMTP");
    schedule::schedule(app, issue.uuid, &Plan::at_once(), &editor(app).await?).await
}

/// The made-up editor.
async fn editor(app: &App) -> Result<Staff> {
    sign_in_links(app).await?;
    let email =
        STAFF.iter().find(|(role, ..)| *role == Role::Editor).map_or("", |(_, email, _)| email);
    let person = app.db.read(move |conn| Ok(staff::store::by_email(conn, email)?)).await?;
    Ok(person.ok_or(crate::error::Error::NotFound)?.into())
}

async fn stands(app: &App, issue: PublicId) -> Result<(Issue, Counts)> {
    app.db
        .read(move |conn| {
            let issue = issues::store::by_uuid(conn, issue)?;
            let counts = counts(conn, issue.id)?;
            Ok((issue, counts))
        })
        .await
}

/// Tells how far the sending is until it is over or waits for a person.
pub async fn watch(app: &App, issue: &Issue, say: impl Fn(&str)) -> Result<()> {
    let mut last = 0;
    loop {
        let (issue, counts) = stands(app, issue.uuid).await?;
        match issue.state {
            IssueState::Scheduled | IssueState::Preparing | IssueState::Sending => {}
            _ => return Ok(()),
        }
        if counts.done() > last {
            last = counts.done();
            say(&format!("  {last} of {} sent", issue.audience_count.unwrap_or_default()));
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
}

/// How an issue adds up.
pub struct Equation {
    /// In words.
    pub text: String,
    /// Whether both sides are equal, and the receipts agree.
    pub adds_up: bool,
}

/// The equation of an issue on one side, the receiver's receipts on the other.
pub async fn equation(app: &App, issue: &Issue) -> Result<Equation> {
    let (issue, counts) = stands(app, issue.uuid).await?;
    let number = |number: i64| format::number(crate::web::Lang::En, number);
    let audience = issue.audience_count.unwrap_or_default();
    let mut text = format!(
        "{}: audience {} = accepted {} + failed {} + skipped {}; {} may have gone twice",
        issue.subject,
        number(audience),
        number(counts.accepted),
        number(counts.failed),
        number(counts.skipped),
        number(counts.uncertain),
    );
    let mut agrees = adds_up(&issue, &counts) && issue.state == IssueState::Sent;
    if let Some(catcher) = &app.catcher {
        let path = catcher.folder().join(RECEIPTS);
        let start = format!("<{}.", issue.uuid);
        let received = tokio::task::spawn_blocking(move || distinct_recipients(&path, &start))
            .await
            .map_err(anyhow::Error::from)?
            .map_err(anyhow::Error::from)?;
        text.push_str(&format!("\nreceipts: {} distinct recipients", number(received)));
        agrees &= received == counts.accepted;
    }
    text.push_str(if agrees { "\nit adds up" } else { "\nit does not add up" });
    Ok(Equation { text, adds_up: agrees })
}

/// Recipients in the receipt log of messages whose Message-ID begins so.
fn distinct_recipients(path: &std::path::Path, start: &str) -> std::io::Result<i64> {
    let mut recipients = HashSet::new();
    for line in BufReader::new(std::fs::File::open(path)?).lines() {
        let line = line?;
        let mut fields = line.split('\t').skip(1);
        if fields.next().is_some_and(|id| id.starts_with(start)) {
            recipients.extend(fields.nth(1).map(str::to_owned));
        }
    }
    Ok(i64::try_from(recipients.len()).unwrap_or(i64::MAX))
}

/// Where to look, and a link that signs in for each role.
pub async fn welcome(app: &App, issue: &Issue) -> Result<String> {
    let at = |path: &str| app.links.url(path);
    let mut text = format!(
        "\nLederbrev is running.\n\n  subscribe          {}\n  archive            {}\n  caught mail        {}\n  this delivery      {}\n\nSign in once as\n",
        at("subscribe"),
        at("archive"),
        at("outbox"),
        at(&format!("admin/deliveries/{}", issue.uuid)),
    );
    for (role, link) in sign_in_links(app).await? {
        text.push_str(&format!("  {:<18} {link}\n", role.as_str()));
    }
    text.push_str("\nStop with Ctrl+C; the next start goes on with what is there.\n");
    Ok(text)
}
