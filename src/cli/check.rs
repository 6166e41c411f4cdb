//! `lederbrev check`: counting again, and looking up what the world sees.

use std::path::Path;

use clap::Subcommand;

use super::{explain, say, start_tracing};
use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::mail::MailUrl;
use crate::{db, newsletters, operations, subscribers, tracking};

/// What can be checked.
#[derive(Subcommand)]
pub(super) enum CheckCommand {
    /// The ledger against its sums and against the subscriptions.
    Ledger,
    /// What the world sees of the sender: SPF, DKIM (every key here), DMARC, MX, PTR and the TLS
    /// of the relay; what was found, and what to publish.
    Dns,
    /// The ledger, the opens and clicks of every issue against their rows, the age of the accessibility
    /// statement, and DNS where mail leaves this machine.
    All,
}

/// Runs it; an error when something is not well.
pub(super) fn run(file: Option<&Path>, command: &CheckCommand) -> anyhow::Result<()> {
    let config = Config::load(file)?;
    start_tracing(&config)?;
    db::migrate::run_if_new(&config.database_url)?;
    actix_web::rt::System::new().block_on(async {
        let app = App::build(config, Clock::real()).map_err(explain)?;
        let leaves = app.config.mail_url != MailUrl::Catcher;
        let mut well = true;
        if matches!(command, CheckCommand::Ledger | CheckCommand::All) {
            well &= sums(&app, command).await?;
        }
        if matches!(command, CheckCommand::All) {
            well &= statement(&app)?;
        }
        match command {
            CheckCommand::Dns => well &= dns(&app).await?,
            CheckCommand::All if leaves => well &= dns(&app).await?,
            CheckCommand::All => say("DNS is not looked at: mail is caught on this machine")?,
            CheckCommand::Ledger => {}
        }
        anyhow::ensure!(well, "not all is well");
        Ok(())
    })
}

/// Counts again what is kept as sums.
async fn sums(app: &App, command: &CheckCommand) -> anyhow::Result<bool> {
    let mut differences = app.db.read(subscribers::ledger::check).await.map_err(explain)?;
    let mut agree = "the ledger, its sums and the subscriptions agree".to_owned();
    if matches!(command, CheckCommand::All) {
        differences.extend(app.db.read(tracking::check::all).await.map_err(explain)?);
        agree.push_str("; the counts of opens and clicks agree with their rows");
    }
    if differences.is_empty() {
        say(&agree)?;
    } else {
        say(&format!("there are differences:\n{}", differences.join("\n")))?;
    }
    Ok(differences.is_empty())
}

/// The accessibility statement is looked through once a year (webtilgængelighedsloven). While nobody has
/// said when that was, this says so and is no fault: a trial has none.
fn statement(app: &App) -> anyhow::Result<bool> {
    let Some(day) = app.config.accessibility_statement else {
        say("nobody has said when the accessibility statement was last looked through: \
             LEDERBREV_ACCESSIBILITY_STATEMENT_DATE")?;
        return Ok(true);
    };
    let today = app.clock.now().day_in(chrono_tz::UTC);
    if (today - day).num_days() <= 366 {
        say(&format!("the accessibility statement is of {day}, less than a year ago"))?;
        return Ok(true);
    }
    say(&format!(
        "the accessibility statement is of {day}, more than a year ago: look through it, publish it, \
         and set LEDERBREV_ACCESSIBILITY_STATEMENT_DATE to the new day"
    ))?;
    Ok(false)
}

async fn dns(app: &App) -> anyhow::Result<bool> {
    let domains =
        app.db.read(|conn| Ok(newsletters::store::sender_domains(conn)?)).await.map_err(explain)?;
    anyhow::ensure!(!domains.is_empty(), "there is no newsletter yet, so no sender to look up");
    let findings = operations::dns::check(&app.config, &domains).await?;
    for finding in &findings {
        say(&finding.to_string())?;
    }
    Ok(findings.iter().all(|finding| finding.verdict.is_well()))
}
