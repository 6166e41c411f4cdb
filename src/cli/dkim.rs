//! `lederbrev dkim`: the keys that sign, and what to publish about them.

use std::path::Path;

use anyhow::{Context, bail};
use clap::Subcommand;

use super::{say, start_tracing};
use crate::config::Config;
use crate::db::Db;
use crate::mail::EmailAddress;
use crate::mail::dkim::Keys;
use crate::newsletters;

/// What can be done with the keys.
#[derive(Subcommand)]
pub(super) enum DkimCommand {
    /// Make a pair of keys (RSA-2048 and Ed25519) and print the DNS records to publish. The first
    /// pair signs from the next start on; a second one waits, published, until `dkim use` switches
    /// to it. Nothing is ever overwritten.
    New {
        /// A name of your own: a to z, 0 to 9, hyphens inside. Without it lb1, then lb2, …
        #[arg(long, value_name = "NAME")]
        selector: Option<String>,
        /// The domain of the sender's address; it can be given several times. Without it, those of
        /// the newsletters in the database.
        #[arg(long, value_name = "DOMAIN")]
        domain: Vec<String>,
    },
    /// Print again which keys there are and what to publish.
    Show {
        /// The domain of the sender's address; without it, those of the newsletters.
        #[arg(long, value_name = "DOMAIN")]
        domain: Vec<String>,
    },
    /// Let another pair sign from the next start on. The one before is kept as `….pem.old`.
    Use {
        /// The selector, as `dkim new` or `dkim show` printed it.
        selector: String,
    },
}

/// Runs it.
pub(super) fn run(file: Option<&Path>, command: DkimCommand) -> anyhow::Result<()> {
    let config = Config::load(file)?;
    start_tracing(&config)?;
    match command {
        DkimCommand::New { selector, domain } => new(&config, selector.as_deref(), domain),
        DkimCommand::Show { domain } => show(&config, domain),
        DkimCommand::Use { selector } => choose(&config, &selector),
    }
}

fn new(config: &Config, selector: Option<&str>, domains: Vec<String>) -> anyhow::Result<()> {
    let domains = domains_or_ours(config, domains)?;
    let keys = config.dkim_keys.make(selector)?;
    let name = keys.selector();
    say(&format!("The keys of the selector {name} are made. Publish these records:\n"))?;
    say_records(&keys, &domains)?;
    let signs = config.dkim_keys.signing()?.is_some_and(|signing| signing.selector() == name);
    say(&if signs {
        "What to do next:\n\
         1. Give the records to whoever runs the DNS of the domain.\n\
         2. Run `lederbrev check dns` until it finds them: after minutes, sometimes hours.\n\
         3. Restart the service. From then on it signs everything with both keys.\n\
         4. Back the folder of the keys up with the rest of the data, as a secret."
            .to_owned()
    } else {
        format!(
            "What to do next:\n\
             1. Give the records to whoever runs the DNS of the domain; leave the present ones there.\n\
             2. Run `lederbrev check dns` until it finds them; wait a day, for caches.\n\
             3. Run `lederbrev dkim use {name}` and restart the service.\n\
             4. A week later, when no mail with the old signature is on its way any more, take the\n   \
             old records out of DNS and delete the old files."
        )
    })?;
    if !config.dkim_signs {
        say("\nLEDERBREV_DKIM is off: nothing is signed until it is auto.")?;
    }
    Ok(())
}

fn show(config: &Config, domains: Vec<String>) -> anyhow::Result<()> {
    let domains = domains_or_ours(config, domains)?;
    let overview = config.dkim_keys.overview()?;
    let Some(signing) = &overview.signing else {
        return say("There are no keys. `lederbrev dkim new` makes them.");
    };
    let off = if config.dkim_signs { "" } else { " (but LEDERBREV_DKIM is off)" };
    say(&format!("The selector {} signs{off}. Its records:\n", signing.selector()))?;
    say_records(signing, &domains)?;
    for next in &overview.next {
        say(&format!("The selector {} waits for `dkim use`. Its records:\n", next.selector()))?;
        say_records(next, &domains)?;
    }
    for retired in &overview.retired {
        say(&format!("The selector {retired} is retired."))?;
    }
    Ok(())
}

fn choose(config: &Config, selector: &str) -> anyhow::Result<()> {
    let before = config.dkim_keys.choose(selector)?;
    say(&format!("The selector {selector} signs as soon as the service is restarted."))?;
    if let Some(before) = before {
        say(&format!(
            "Leave the records of {before} in DNS for a week: mail that it signed is still on its \
             way. Then delete them, and the files {before}-*.pem.old. To go back: \
             `lederbrev dkim use {before}`."
        ))?;
    }
    Ok(())
}

fn say_records(keys: &Keys, domains: &[String]) -> anyhow::Result<()> {
    for domain in domains {
        for record in keys.records()? {
            say(&format!("name:  {}\ntype:  TXT", record.name(domain)))?;
            say(&format!("value: {}", record.value))?;
            let strings = record.quoted();
            if record.value.len() > 255 {
                say(&format!(
                    "value for a zone file, in strings of 255 at most:\n       {strings}"
                ))?;
            }
            say("")?;
        }
    }
    Ok(())
}

/// The domains that were given, or those of the newsletters' senders.
fn domains_or_ours(config: &Config, given: Vec<String>) -> anyhow::Result<Vec<String>> {
    if !given.is_empty() {
        return given
            .iter()
            .map(|domain| {
                let address = EmailAddress::parse(&format!("postmaster@{domain}"))
                    .with_context(|| format!("{domain:?} is no domain"))?;
                Ok(address.domain().to_owned())
            })
            .collect();
    }
    let ours = match config.database_url.may_be_there() {
        true => Db::connect(&config.database_url)?
            .read_blocking(|conn| Ok(newsletters::store::sender_domains(conn)?))
            .context("reading the newsletters; --domain DOMAIN does without")?,
        false => vec![],
    };
    if ours.is_empty() {
        bail!("there is no newsletter yet: name the domain of its sender, --domain DOMAIN");
    }
    Ok(ours)
}
