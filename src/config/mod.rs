//! Every setting, and the only reader of the environment.
//!
//! A setting `NAME` is read from `LEDERBREV_NAME` in the environment, else from `name` in the TOML
//! file given by `--config`, else it is the default in [`SETTINGS`].

mod network;
mod secret;
mod sending;
mod settings;
mod values;

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use chrono::{NaiveDate, TimeDelta};
use url::Url;

use crate::db::DatabaseUrl;
use crate::mail::MailUrl;
use crate::mail::dkim::KeyFolder;
use crate::privacy::{Kept, Retention};
use crate::signups::pace::Allowance;
pub use network::Network;
use secret::made_secret;
pub use secret::{PRIVATE, Secret, private_folder};
pub use sending::SendingRules;
pub use settings::{SETTINGS, Setting};
use values::Values;

/// The settings, checked.
#[derive(Clone)]
pub struct Config {
    /// `DATABASE_URL`
    pub database_url: DatabaseUrl,
    /// `BIND`
    pub bind: String,
    /// `PUBLIC_URL`, ends with a slash
    pub public_url: Url,
    /// `MAIL_URL`
    pub mail_url: MailUrl,
    /// `SECRET_KEY`, then `SECRET_KEYS_OLD`
    pub secret_keys: Vec<Secret>,
    /// `SUPPRESSION_PEPPER`
    pub suppression_pepper: Secret,
    /// `BOUNCE_DOMAIN`
    pub bounce_domain: Option<String>,
    /// `DKIM` is `auto`
    pub dkim_signs: bool,
    /// `DKIM_DIR` and `DKIM_SELECTOR`
    pub dkim_keys: KeyFolder,
    /// `SENDING_ADDRESSES`
    pub sending_addresses: Vec<IpAddr>,
    /// `DNS_SERVER`
    pub dns_server: Option<SocketAddr>,
    /// `FETCH_ALLOW`
    pub fetch_allow: Vec<String>,
    /// `LINK_CHECKS` is `on`
    pub link_checks: bool,
    /// `TRUSTED_PROXIES`
    pub trusted_proxies: Vec<Network>,
    /// `METRICS_TOKEN`
    pub metrics_token: Option<Secret>,
    /// `ACCESSIBILITY_STATEMENT_DATE`
    pub accessibility_statement: Option<NaiveDate>,
    /// `DATA_DIR`
    pub data_dir: PathBuf,
    /// `…_DAYS`, `ERASED_YEARS`
    pub retention: Retention,
    /// `SIGNUPS_…`
    pub signups: Allowance,
    /// `SEND_…`
    pub sending: SendingRules,
    /// `WORKER_NAME`
    pub worker_name: String,
    /// `LOG`
    pub log: String,
    /// `LOG_FORMAT` is `json`
    pub log_json: bool,
}

/// Nobody needs more sign-ups an hour.
const MOST_SIGNUPS: usize = 1_000_000;

impl Config {
    /// Reads the environment and the file.
    pub fn load(file: Option<&Path>) -> anyhow::Result<Self> {
        Self::load_with(file, &[])
    }

    /// [`Config::load`], with defaults of the caller's own that come before those of [`SETTINGS`].
    pub fn load_with(file: Option<&Path>, defaults: &[(&str, &str)]) -> anyhow::Result<Self> {
        let mut values: BTreeMap<String, String> = defaults
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        if let Some(path) = file {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("reading the settings in {}", path.display()))?;
            let table: toml::Table = text.parse().with_context(|| format!("{}", path.display()))?;
            for (name, value) in table {
                let value = match value {
                    toml::Value::String(text) => text,
                    toml::Value::Array(items) => items
                        .iter()
                        .map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned))
                        .collect::<Vec<_>>()
                        .join(","),
                    other => other.to_string(),
                };
                values.insert(name.to_uppercase(), value);
            }
        }
        for (name, value) in std::env::vars() {
            if let Some(name) = name.strip_prefix("LEDERBREV_") {
                values.insert(name.to_owned(), value);
            }
        }
        Self::from_values(values)
    }

    /// From names (as in [`SETTINGS`]) and values.
    pub fn from_values(values: BTreeMap<String, String>) -> anyhow::Result<Self> {
        let values = Values::new(values)?;
        let database_url = DatabaseUrl::parse(&values.must("DATABASE_URL")?)
            .map_err(|why| anyhow::anyhow!("LEDERBREV_DATABASE_URL: {why}"))?;
        let data_dir =
            values.get("DATA_DIR").map_or_else(|| database_url.default_folder(), PathBuf::from);
        private_folder(&data_dir)
            .with_context(|| format!("making the folder {}", data_dir.display()))?;

        let bind = values.must("BIND")?;
        let port = bind.rsplit_once(':').filter(|(host, _)| !host.is_empty()).map(|(_, port)| port);
        if port.is_none_or(|port| port.parse::<u16>().is_err()) {
            bail!("LEDERBREV_BIND must be ADDRESS:PORT, such as 127.0.0.1:8080, and not {bind}");
        }
        let mut public_url =
            Url::parse(&values.get("PUBLIC_URL").unwrap_or(format!("http://{bind}")))
                .context("LEDERBREV_PUBLIC_URL is not an address such as https://nyt.example.dk")?;
        if !matches!(public_url.scheme(), "http" | "https") || public_url.host_str().is_none() {
            bail!("LEDERBREV_PUBLIC_URL must begin with https:// or http:// and name a host");
        }
        let is_more = public_url.query().is_some() || public_url.fragment().is_some();
        if is_more || !public_url.username().is_empty() || public_url.password().is_some() {
            bail!(
                "LEDERBREV_PUBLIC_URL must end with the path: links are made by adding to it, so \
                 nothing may follow after ? or #, and no user be named"
            );
        }
        if !public_url.path().ends_with('/') {
            let path = format!("{}/", public_url.path());
            public_url.set_path(&path);
        }

        let mail_url = MailUrl::parse(&values.must("MAIL_URL")?)
            .map_err(|why| anyhow::anyhow!("LEDERBREV_MAIL_URL: {why}"))?;
        // While mail is caught nobody else has a link that it signed.
        let may_make = database_url.is_our_own() || mail_url == MailUrl::Catcher;
        let secret = |name: &str, file: &str| -> anyhow::Result<Secret> {
            let secret = match values.get(name) {
                Some(given) => given,
                None if may_make => made_secret(&data_dir.join(file))?,
                None => bail!(
                    "LEDERBREV_{name} must be given with PostgreSQL and a relay: what was made for a \
                     trial is in {}; else at least 32 random characters, for example from `openssl \
                     rand -base64 32`. Keep it as safe as the database",
                    data_dir.join(file).display()
                ),
            };
            if secret.len() < 32 {
                bail!("LEDERBREV_{name} is too short: 32 characters at least");
            }
            Ok(Secret::new(secret))
        };
        let mut secret_keys = vec![secret("SECRET_KEY", "secret.key")?];
        for old in values.list("SECRET_KEYS_OLD") {
            if old.len() < 32 {
                bail!("LEDERBREV_SECRET_KEYS_OLD: a key is too short: 32 characters at least");
            }
            secret_keys.push(Secret::new(old));
        }
        let bounce_domain = values
            .get("BOUNCE_DOMAIN")
            .map(|domain| {
                let address = crate::mail::EmailAddress::parse(&format!("bounce@{domain}"));
                let address =
                    address.ok().filter(|address| address.as_typed().matches('@').count() == 1);
                address.map(|address| address.domain().to_owned()).with_context(|| {
                    format!("LEDERBREV_BOUNCE_DOMAIN is no domain such as nyt.example.dk: {domain}")
                })
            })
            .transpose()?;
        Ok(Self {
            mail_url,
            suppression_pepper: secret("SUPPRESSION_PEPPER", "suppression.pepper")?,
            bounce_domain,
            dkim_signs: values.is_first("DKIM", ["auto", "off"])?,
            dkim_keys: KeyFolder::new(
                values.get("DKIM_DIR").map_or_else(|| data_dir.join("dkim"), PathBuf::from),
                values.get("DKIM_SELECTOR"),
            ),
            sending_addresses: values
                .list("SENDING_ADDRESSES")
                .iter()
                .map(|item| {
                    item.parse().with_context(|| format!("LEDERBREV_SENDING_ADDRESSES: {item}"))
                })
                .collect::<anyhow::Result<_>>()?,
            dns_server: values
                .get("DNS_SERVER")
                .map(|text| text.parse().context("LEDERBREV_DNS_SERVER is no ADDRESS:PORT"))
                .transpose()?,
            fetch_allow: values.list("FETCH_ALLOW"),
            link_checks: values.is_first("LINK_CHECKS", ["on", "off"])?,
            trusted_proxies: values
                .list("TRUSTED_PROXIES")
                .iter()
                .map(|item| {
                    Network::parse(item)
                        .with_context(|| format!("LEDERBREV_TRUSTED_PROXIES: {item}"))
                })
                .collect::<anyhow::Result<_>>()?,
            accessibility_statement: values
                .get("ACCESSIBILITY_STATEMENT_DATE")
                .map(|text| {
                    text.parse().with_context(|| {
                        format!("LEDERBREV_ACCESSIBILITY_STATEMENT_DATE is no day such as 2026-09-23: {text}")
                    })
                })
                .transpose()?,
            metrics_token: values.get("METRICS_TOKEN").map(Secret::new),
            retention: retention(&values)?,
            signups: Allowance {
                network: values.number("SIGNUPS_PER_NETWORK", 1, MOST_SIGNUPS)? as u32,
                domain: values.number("SIGNUPS_PER_DOMAIN", 1, MOST_SIGNUPS)? as u32,
                all: values.number("SIGNUPS_PER_HOUR", 1, MOST_SIGNUPS)? as u32,
            },
            sending: SendingRules::read(&values)?,
            worker_name: values.get("WORKER_NAME").unwrap_or_else(host_name),
            log: values.must("LOG")?,
            log_json: !values.is_first("LOG_FORMAT", ["text", "json"])?,
            database_url,
            bind,
            public_url,
            secret_keys,
            data_dir,
        })
    }

    /// Whether only this machine can reach the service: what the catcher's outbox asks for. A
    /// proxy on this machine that says nothing of itself is betrayed by the address that readers
    /// see.
    pub fn on_loopback(&self) -> bool {
        let bind = self.bind.rsplit_once(':').map_or(self.bind.as_str(), |(host, _)| host);
        is_loopback(bind) && self.public_url.host_str().is_some_and(is_loopback)
    }
}

/// Whether a host is this machine.
fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn host_name() -> String {
    std::fs::read_to_string("/etc/hostname")
        .map(|name| name.trim().to_owned())
        .ok()
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "lederbrev".to_owned())
}

/// How long what is kept of people.
fn retention(values: &Values) -> anyhow::Result<Retention> {
    let days = |kept: Kept, least| -> anyhow::Result<TimeDelta> {
        Ok(TimeDelta::days(values.number(kept.setting(), least, 3650)? as i64))
    };
    Ok(Retention {
        unconfirmed: days(Kept::Unconfirmed, 1)?,
        ip_addresses: days(Kept::IpAddresses, 1)?,
        // Longer than a confirmation may take.
        consents: days(Kept::Consents, 30)?,
        replies: days(Kept::Replies, 1)?,
        // `subscribers::idle` looks back ten months.
        deliveries: days(Kept::Deliveries, 320)?,
        measured: days(Kept::Measured, 1)?,
        ended: days(Kept::Ended, 0)?,
        erased_years: values.number(Kept::Erased.setting(), 1, 100)? as i64,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_fail_later_is_refused_at_the_start_and_by_its_name() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let data_dir = folder.path().display().to_string();
        let with = |name: &str, value: &str| {
            let values = [("DATA_DIR", data_dir.as_str()), (name, value)];
            Config::from_values(values.map(|(n, v)| (n.to_owned(), v.to_owned())).into())
        };
        for (name, value) in [
            ("PUBLIC_URL", "https://nyt.lederweb.example/?a=b#c"),
            ("PUBLIC_URL", "https://nyt.lederweb.example/#c"),
            ("PUBLIC_URL", "https://anne:hemmeligt@nyt.lederweb.example/"),
            ("SECRET_KEYS_OLD", "short"),
            ("BOUNCE_DOMAIN", "not a domain"),
            ("BOUNCE_DOMAIN", "anne@lederweb.example"),
            ("BIND", "nonsense"),
            ("BIND", "127.0.0.1:99999"),
            ("BIND", ":8080"),
            ("SEND_RETRY_PAUSES", "5,soon"),
            ("SEND_RETRY_PAUSES", "5,0"),
            ("SEND_FAILURES_SAMPLE", "0"),
            ("SEND_GONE", "101"),
            ("SEND_GONE_LEAST", "-1"),
            ("SEND_PROVIDER_CONNECTIONS", "0"),
            ("SEND_PROVIDER_PER_MINUTE", "many"),
            ("SEND_PROVIDER_SLOWEST", "0.5"),
            ("SEND_PROVIDER_GROWTH", "0"),
            ("SEND_PROVIDER_REFUSALS", "0"),
            ("SEND_PROVIDER_SAMPLE", "5"),
            ("SEND_PROVIDER_PAUSE", "0"),
            ("SEND_UNCERTAIN", "perhaps"),
        ] {
            let Err(error) = with(name, value) else { bail!("taken: {name}={value}") };
            assert!(format!("{error:#}").contains(&format!("LEDERBREV_{name}")), "{error:#}");
        }
        let pauses = with("SEND_RETRY_PAUSES", "1, 30")?.sending.retry_pauses;
        assert_eq!(pauses, [TimeDelta::minutes(1), TimeDelta::minutes(30)]);
        let domain = with("BOUNCE_DOMAIN", "Ringkøbing-Skjern.example")?.bounce_domain;
        assert_eq!(domain.as_deref(), Some("xn--ringkbing-skjern-pxb.example"));
        assert!(with("BIND", "[::1]:8080")?.on_loopback());
        assert!(!with("PUBLIC_URL", "https://nyt.lederweb.example")?.on_loopback());
        Ok(())
    }

    #[test]
    fn a_trial_on_postgres_needs_one_setting_and_real_mail_needs_keys() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let mut values: BTreeMap<String, String> = BTreeMap::from([
            ("DATABASE_URL".to_owned(), "postgres://lederbrev@127.0.0.1/lederbrev".to_owned()),
            ("DATA_DIR".to_owned(), folder.path().display().to_string()),
        ]);
        let made = Config::from_values(values.clone())?;
        let again = Config::from_values(values.clone())?;
        assert_eq!(made.secret_keys[0].expose(), again.secret_keys[0].expose());
        values.insert("MAIL_URL".to_owned(), "smtp://relay.lederweb.example".to_owned());
        let Err(refused) = Config::from_values(values) else { bail!("taken without a key") };
        let words = refused.to_string();
        assert!(words.contains("LEDERBREV_SECRET_KEY") && words.contains("secret.key"), "{words}");
        Ok(())
    }
}
