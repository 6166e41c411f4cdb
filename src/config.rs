//! Every setting, and the only reader of the environment.
//!
//! A setting `NAME` is read from `LEDERBREV_NAME` in the environment, else from `name` in the TOML
//! file given by `--config`, else it is the default in [`SETTINGS`].

mod network;

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use chrono::TimeDelta;
use url::Url;

use crate::db::DatabaseUrl;
use crate::mail::MailUrl;
use crate::mail::dkim::KeyFolder;
pub use network::Network;

/// One setting, for the README and `lederbrev settings`.
pub struct Setting {
    /// The name, without `LEDERBREV_`.
    pub name: &'static str,
    /// What it is when nobody says otherwise; a word in parentheses describes a computed default.
    pub default: &'static str,
    /// What it means.
    pub doc: &'static str,
}

macro_rules! settings {
    ($($name:ident = $default:literal, $doc:literal;)*) => {
        /// All settings, in the order of the README.
        pub const SETTINGS: &[Setting] =
            &[$(Setting { name: stringify!($name), default: $default, doc: $doc }),*];
    };
}

settings! {
    DATABASE_URL = "sqlite://data/lederbrev.db", "Where the data is: sqlite://PATH or postgres://USER:PASSWORD@HOST/NAME.";
    BIND = "127.0.0.1:8080", "Address and port to listen on. Put a proxy that speaks TLS in front.";
    PUBLIC_URL = "(http:// + BIND)", "The address that readers see; every link in a mail begins with it.";
    MAIL_URL = "catcher:", "Where mail goes: catcher: keeps it here for a look at /outbox; smtp://[USER:PASSWORD@]HOST[:PORT], with ?tls=required for STARTTLS; smtps:// for TLS from the start.";
    SECRET_KEY = "(made on first run)", "At least 32 characters that sign links and sessions. It is made and kept in secret.key in DATA_DIR; on PostgreSQL with a real relay it must be given, because several machines may share it.";
    SECRET_KEYS_OLD = "", "Earlier secret keys, separated by commas: links signed with them still work.";
    SUPPRESSION_PEPPER = "(made on first run)", "At least 32 characters that key the hashes of suppressed addresses. Never change it: the suppressions would be lost. Made and kept in suppression.pepper, or given, as SECRET_KEY is.";
    BOUNCE_DOMAIN = "(the sender's domain)", "Domain of the envelope sender, bounce+TAG@DOMAIN, to which bounces come back.";
    DKIM = "auto", "auto signs every message while there are keys in DKIM_DIR; off signs nothing, because the relay signs.";
    DKIM_DIR = "(dkim in DATA_DIR)", "Folder of the DKIM keys, which `lederbrev dkim new` makes. It is as secret as SECRET_KEY.";
    DKIM_SELECTOR = "(what `lederbrev dkim use` chose)", "The selector that signs, where several machines must agree on it.";
    SENDING_ADDRESSES = "", "IP addresses, separated by commas, from which the relay sends to the world: `lederbrev check dns` looks whether SPF allows them and whether their names lead back to them.";
    DNS_SERVER = "(the system's)", "ADDRESS:PORT of the DNS server that `lederbrev check dns` asks.";
    TRUSTED_PROXIES = "", "Addresses or networks (10.0.0.0/8), separated by commas, whose X-Forwarded-For header is believed. Forwarded (RFC 7239) is not read: who sends one of the two often passes the other on from the client.";
    METRICS_TOKEN = "", "Bearer token for /metrics; without it only loopback is answered.";
    DATA_DIR = "(the folder of the database; data)", "Folder for the outbox, the withdrawals log and the made secrets.";
    TRACKING_DAYS = "396", "Days that the opens and clicks of persons who consented to them are kept: 13 months. The counts of an issue stay.";
    SEND_CONNECTIONS = "8", "SMTP connections at once for an issue.";
    SEND_WINDOW = "8", "Messages that a connection marks as under way in one write. Connections times window is the most that a crash can send twice.";
    SEND_PER_MINUTE = "", "Messages of issues a minute in all, as the relay allows; without it, as many as it takes. Each process counts for itself.";
    SEND_PER_DAY = "", "Messages of issues in 24 hours, as the relay allows. An issue that cannot be out before SEND_DEADLINE is refused when it is scheduled.";
    SEND_RAMP_UP = "0", "Minutes in which an issue grows from a tenth of SEND_PER_MINUTE to all of it: a relay that has heard nothing for weeks distrusts a flood.";
    SEND_DEADLINE = "24", "Hours from the beginning of an issue in which a recipient who cannot take it now is tried again: an issue of the day before is worth less than none.";
    SEND_LATE = "2", "Hours by which an issue may be overdue and still go out by itself. A later one is held and asked about: after an outage its day may be over, and a restored backup must not send again what went out before.";
    SEND_UNCERTAIN = "resend", "What becomes of a copy of which nobody knows whether it went out, because the program was killed or the line broke at its end: resend sends it once more, hold leaves it to a person.";
    SEND_FAILURES = "5", "Per cent of the first 500 recipients that may be refused for good before an issue is paused: so many mean a bad list or a bad name, and going on would make both worse.";
    WORKER_NAME = "(the host's name)", "Name of this process among those that send on one PostgreSQL database.";
    LOG = "info", "What is logged, in the syntax of tracing's EnvFilter (for example lederbrev=debug).";
    LOG_FORMAT = "text", "text or json.";
}

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
    /// `TRUSTED_PROXIES`
    pub trusted_proxies: Vec<Network>,
    /// `METRICS_TOKEN`
    pub metrics_token: Option<Secret>,
    /// `DATA_DIR`
    pub data_dir: PathBuf,
    /// `TRACKING_DAYS`
    pub tracking_kept: TimeDelta,
    /// `SEND_CONNECTIONS`
    pub send_connections: usize,
    /// `SEND_WINDOW`
    pub send_window: usize,
    /// `SEND_PER_MINUTE`
    pub send_per_minute: Option<usize>,
    /// `SEND_PER_DAY`
    pub send_per_day: Option<usize>,
    /// `SEND_RAMP_UP`
    pub send_ramp_up: TimeDelta,
    /// `SEND_DEADLINE`
    pub send_deadline: TimeDelta,
    /// `SEND_LATE`
    pub send_late: TimeDelta,
    /// `SEND_UNCERTAIN` is `resend`
    pub resend_uncertain: bool,
    /// `SEND_FAILURES`
    pub send_failures: usize,
    /// `WORKER_NAME`
    pub worker_name: String,
    /// `LOG`
    pub log: String,
    /// `LOG_FORMAT` is `json`
    pub log_json: bool,
}

/// Something that is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps it.
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    /// The secret itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

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
        for name in values.keys() {
            if !SETTINGS.iter().any(|setting| setting.name == name) {
                bail!("there is no setting {name}; `lederbrev settings` lists them all");
            }
        }
        // An empty value is as good as none; a default in parentheses is computed below.
        let given = |name: &str| values.get(name).map(|v| v.trim()).filter(|v| !v.is_empty());
        let value = |name: &str| {
            given(name).map(str::to_owned).or_else(|| {
                let setting = SETTINGS.iter().find(|setting| setting.name == name)?;
                Some(setting.default.to_owned())
                    .filter(|default| !default.is_empty() && !default.starts_with('('))
            })
        };
        let must = |name: &str| value(name).with_context(|| format!("LEDERBREV_{name} is missing"));

        let database_url = DatabaseUrl::parse(&must("DATABASE_URL")?)
            .map_err(|why| anyhow::anyhow!("LEDERBREV_DATABASE_URL: {why}"))?;
        let data_dir =
            value("DATA_DIR").map_or_else(|| database_url.default_folder(), PathBuf::from);
        private_folder(&data_dir)
            .with_context(|| format!("making the folder {}", data_dir.display()))?;

        let bind = must("BIND")?;
        let port = bind.rsplit_once(':').filter(|(host, _)| !host.is_empty()).map(|(_, port)| port);
        if port.is_none_or(|port| port.parse::<u16>().is_err()) {
            bail!("LEDERBREV_BIND must be ADDRESS:PORT, such as 127.0.0.1:8080, and not {bind}");
        }
        let mut public_url =
            Url::parse(&value("PUBLIC_URL").unwrap_or(format!("http://{bind}")))
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

        let mail_url = MailUrl::parse(&must("MAIL_URL")?)
            .map_err(|why| anyhow::anyhow!("LEDERBREV_MAIL_URL: {why}"))?;
        // While mail is caught nobody else has a link that it signed.
        let may_make =
            matches!(database_url, DatabaseUrl::Sqlite(_)) || mail_url == MailUrl::Catcher;
        let secret = |name: &str, file: &str| -> anyhow::Result<Secret> {
            let secret = match value(name) {
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
            Ok(Secret(secret))
        };
        let list = |name: &str| -> Vec<String> {
            value(name)
                .unwrap_or_default()
                .split(',')
                .map(|item| item.trim().to_owned())
                .filter(|item| !item.is_empty())
                .collect()
        };
        let number = |name: &str, most: usize| -> anyhow::Result<usize> {
            let text = must(name)?;
            text.parse()
                .ok()
                .filter(|n| (1..=most).contains(n))
                .with_context(|| format!("LEDERBREV_{name} must be a number from 1 to {most}"))
        };

        let limit = |name: &str| value(name).map(|_| number(name, 1_000_000_000)).transpose();

        let mut secret_keys = vec![secret("SECRET_KEY", "secret.key")?];
        for old in list("SECRET_KEYS_OLD") {
            if old.len() < 32 {
                bail!("LEDERBREV_SECRET_KEYS_OLD: a key is too short: 32 characters at least");
            }
            secret_keys.push(Secret(old));
        }
        let bounce_domain = value("BOUNCE_DOMAIN")
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
            dkim_signs: match must("DKIM")?.as_str() {
                "auto" => true,
                "off" => false,
                other => bail!("LEDERBREV_DKIM is auto or off, not {other}"),
            },
            dkim_keys: KeyFolder::new(
                value("DKIM_DIR").map_or_else(|| data_dir.join("dkim"), PathBuf::from),
                value("DKIM_SELECTOR"),
            ),
            sending_addresses: list("SENDING_ADDRESSES")
                .iter()
                .map(|item| {
                    item.parse().with_context(|| format!("LEDERBREV_SENDING_ADDRESSES: {item}"))
                })
                .collect::<anyhow::Result<_>>()?,
            dns_server: value("DNS_SERVER")
                .map(|text| text.parse().context("LEDERBREV_DNS_SERVER is no ADDRESS:PORT"))
                .transpose()?,
            trusted_proxies: list("TRUSTED_PROXIES")
                .iter()
                .map(|item| {
                    Network::parse(item)
                        .with_context(|| format!("LEDERBREV_TRUSTED_PROXIES: {item}"))
                })
                .collect::<anyhow::Result<_>>()?,
            metrics_token: value("METRICS_TOKEN").map(Secret),
            tracking_kept: TimeDelta::days(number("TRACKING_DAYS", 3650)? as i64),
            send_connections: number("SEND_CONNECTIONS", 512)?,
            send_window: number("SEND_WINDOW", 1000)?,
            send_per_minute: limit("SEND_PER_MINUTE")?,
            send_per_day: limit("SEND_PER_DAY")?,
            send_ramp_up: match must("SEND_RAMP_UP")?.as_str() {
                "0" => TimeDelta::zero(),
                _ => TimeDelta::minutes(number("SEND_RAMP_UP", 24 * 60)? as i64),
            },
            send_deadline: TimeDelta::hours(number("SEND_DEADLINE", 24 * 7)? as i64),
            send_late: TimeDelta::hours(number("SEND_LATE", 24 * 7)? as i64),
            resend_uncertain: match must("SEND_UNCERTAIN")?.as_str() {
                "resend" => true,
                "hold" => false,
                other => bail!("LEDERBREV_SEND_UNCERTAIN is resend or hold, not {other}"),
            },
            send_failures: number("SEND_FAILURES", 100)?,
            worker_name: value("WORKER_NAME").unwrap_or_else(host_name),
            log: must("LOG")?,
            log_json: match must("LOG_FORMAT")?.as_str() {
                "text" => false,
                "json" => true,
                other => bail!("LEDERBREV_LOG_FORMAT is text or json, not {other}"),
            },
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

/// Makes a folder, and those above it, that only the owner may look into: what lies there is about
/// people. One that is there already stays as the owner has set it.
pub fn private_folder(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(PRIVATE | 0o100).create(path)
}

/// The mode of files that only the owner may read and write.
pub const PRIVATE: u32 = 0o600;

/// Reads the secret in a file, or makes one that only the owner can read.
fn made_secret(path: &Path) -> anyhow::Result<String> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    if let Ok(text) = std::fs::read_to_string(path) {
        return Ok(text.trim().to_owned());
    }
    let mut bytes = [0; 32];
    aws_lc_rs::rand::fill(&mut bytes).context("no random numbers")?;
    let secret = data_encoding::BASE64URL_NOPAD.encode(&bytes);
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(PRIVATE)
        .open(path)
        .with_context(|| format!("making {}", path.display()))?;
    writeln!(file, "{secret}")?;
    file.sync_all()?;
    Ok(secret)
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
        ] {
            let Err(error) = with(name, value) else { bail!("taken: {name}={value}") };
            assert!(format!("{error:#}").contains(&format!("LEDERBREV_{name}")), "{error:#}");
        }
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
