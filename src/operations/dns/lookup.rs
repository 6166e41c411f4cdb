//! Asking DNS. What is not there is an empty answer; a server that does not answer is an error.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use anyhow::Context;
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::{RData, RecordType};

/// The server gave no answer, so that nothing can be said.
#[derive(Debug, thiserror::Error)]
#[error("the DNS server gives no answer about {name}: {why}")]
pub(super) struct NoAnswer {
    name: String,
    why: String,
}

/// A resolver.
pub(super) struct Dns(TokioResolver);

impl Dns {
    /// That of the system, or one server.
    pub(super) fn new(server: Option<SocketAddr>) -> anyhow::Result<Self> {
        let mut builder = match server {
            Some(server) => {
                let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()];
                let connections = connections.map(|mut connection| {
                    connection.port = server.port();
                    connection
                });
                let server = NameServerConfig::new(server.ip(), true, connections.into());
                let config = ResolverConfig::from_name_servers(vec![server]);
                TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
            }
            None => TokioResolver::builder_tokio().context("reading /etc/resolv.conf")?,
        };
        builder.options_mut().timeout = Duration::from_secs(4);
        Ok(Self(builder.build().context("starting the DNS client")?))
    }

    async fn ask(&self, name: &str, kind: RecordType) -> Result<Vec<RData>, NoAnswer> {
        // With the last dot no search list of this machine is tried.
        match self.0.lookup(format!("{}.", name.trim_end_matches('.')), kind).await {
            Ok(lookup) => Ok(lookup.answers().iter().map(|record| record.data.clone()).collect()),
            Err(error) if error.is_no_records_found() => Ok(vec![]),
            Err(error) => Err(no_answer(name, &error)),
        }
    }

    /// Texts, each of its strings joined.
    pub(super) async fn txt(&self, name: &str) -> Result<Vec<String>, NoAnswer> {
        let texts = self.ask(name, RecordType::TXT).await?.into_iter().filter_map(|data| {
            let RData::TXT(txt) = data else { return None };
            Some(String::from_utf8_lossy(&txt.txt_data.concat()).into_owned())
        });
        Ok(texts.collect())
    }

    /// Both kinds of addresses.
    pub(super) async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, NoAnswer> {
        let mut all = self.ask(name, RecordType::A).await?;
        all.extend(self.ask(name, RecordType::AAAA).await?);
        let addresses = all.into_iter().filter_map(|data| match data {
            RData::A(a) => Some(IpAddr::V4(a.0)),
            RData::AAAA(aaaa) => Some(IpAddr::V6(aaaa.0)),
            _ => None,
        });
        Ok(addresses.collect())
    }

    /// Mail servers, the preferred one first; the name of "takes no mail" (RFC 7505) is empty.
    pub(super) async fn mx(&self, name: &str) -> Result<Vec<String>, NoAnswer> {
        let all = self.ask(name, RecordType::MX).await?.into_iter();
        let mut servers: Vec<(u16, String)> = all
            .filter_map(|data| match data {
                RData::MX(mx) => Some((mx.preference, plain(&mx.exchange.to_ascii()))),
                _ => None,
            })
            .collect();
        servers.sort();
        Ok(servers.into_iter().map(|(_, name)| name).collect())
    }

    /// The names of an address.
    pub(super) async fn names(&self, address: IpAddr) -> Result<Vec<String>, NoAnswer> {
        match self.0.reverse_lookup(address).await {
            Ok(lookup) => Ok(lookup
                .answers()
                .iter()
                .filter_map(|record| match &record.data {
                    RData::PTR(name) => Some(plain(&name.0.to_ascii())),
                    _ => None,
                })
                .collect()),
            Err(error) if error.is_no_records_found() => Ok(vec![]),
            Err(error) => Err(no_answer(&address.to_string(), &error)),
        }
    }
}

fn no_answer(name: &str, error: &NetError) -> NoAnswer {
    NoAnswer { name: name.to_owned(), why: error.to_string() }
}

fn plain(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}
