//! Every request that this service makes to the web outside, on behalf of somebody who typed an
//! address: the one place that must not become a way into the network behind us.
//!
//! - Only `http` and `https`, on their own ports, without a user in the address.
//! - Every address that the name has is looked at, and what was looked at is what is connected to:
//!   the name is not asked for a second time, so that it cannot answer otherwise (DNS rebinding).
//!   No proxy of the environment is used either.
//! - Redirects are followed by hand, and each goes through the same checks.
//! - No cookies, no credentials, no compression (a small answer stays small), and limits to time
//!   and size.
//!
//! The hosts in `FETCH_ALLOW` are an intranet's, or a test's: their addresses and ports are not
//! looked at.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use http_body_util::{BodyExt, Empty};
use hyper::Request;
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;
use url::{Host, Position, Url};

use crate::mail::Trust;

/// The most that is read of a page, in bytes.
const MOST_BYTES: usize = 2 * 1024 * 1024;
/// The most redirects that are followed.
const MOST_REDIRECTS: usize = 5;
/// For everything together: the name, the connections, the redirects, the page.
const PATIENCE: Duration = Duration::from_secs(10);
/// Who asks.
const USER_AGENT: &str = concat!("Lederbrev/", env!("CARGO_PKG_VERSION"), " (newsletter editor)");

/// Why there is no page.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutsideError {
    /// We do not go there.
    #[error("refused: {0:?}")]
    Refused(Refusal),
    /// Nobody answers, or not as the web does.
    #[error("unreachable: {0}")]
    Unreachable(String),
    /// It took longer than ten seconds.
    #[error("too slow")]
    TooSlow,
    /// More than 2 MB.
    #[error("too large")]
    TooLarge,
    /// Something else than a page.
    #[error("not HTML but {0}")]
    NotHtml(String),
    /// The server has no page for us.
    #[error("status {0}")]
    Status(u16),
    /// It leads on and on.
    #[error("too many redirects")]
    TooManyRedirects,
}

/// Why an address is not asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// No address of the web.
    Address,
    /// It names a user.
    Credentials,
    /// Neither 80 nor 443.
    Port,
    /// It leads to this machine, to a network behind us or to nowhere.
    Inside,
}

/// A page as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// Where it was found in the end.
    pub url: Url,
    /// Its HTML.
    pub html: String,
}

/// The way out.
#[derive(Debug, Clone)]
pub struct Outside {
    allowed: Vec<String>,
    patience: Duration,
}

trait Line: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Line for T {}

impl Outside {
    /// With the hosts of `FETCH_ALLOW`.
    pub fn new(allowed: &[String]) -> Self {
        let allowed = allowed.iter().map(|host| host.to_ascii_lowercase()).collect();
        Self { allowed, patience: PATIENCE }
    }

    /// With another patience, for tests.
    pub fn patient(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Fetches a page.
    ///
    /// # Errors
    /// [`OutsideError`] says why there is none.
    pub async fn page(&self, address: &str) -> Result<Fetched, OutsideError> {
        let url = Url::parse(address).map_err(|_| OutsideError::Refused(Refusal::Address))?;
        tokio::time::timeout(self.patience, self.follow(url))
            .await
            .unwrap_or(Err(OutsideError::TooSlow))
    }

    async fn follow(&self, mut url: Url) -> Result<Fetched, OutsideError> {
        for _ in 0..=MOST_REDIRECTS {
            url.set_fragment(None);
            // Dropped, and with it the connection, when this round is over.
            let mut line = JoinSet::new();
            let response = self.ask(&url, &mut line).await?;
            let status = response.status();
            if matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
                let place = response.headers().get(header::LOCATION);
                let place = place.and_then(|place| std::str::from_utf8(place.as_bytes()).ok());
                let next = place.and_then(|place| url.join(place).ok());
                url = next.ok_or(OutsideError::Status(status.as_u16()))?;
                continue;
            }
            if !status.is_success() {
                return Err(OutsideError::Status(status.as_u16()));
            }
            let html = read(response).await?;
            return Ok(Fetched { url, html });
        }
        Err(OutsideError::TooManyRedirects)
    }

    async fn ask(
        &self,
        url: &Url,
        line: &mut JoinSet<hyper::Result<()>>,
    ) -> Result<hyper::Response<Incoming>, OutsideError> {
        let stream = connect(&self.checked(url).await?).await?;
        let stream: Box<dyn Line> = match url.scheme() {
            "https" => {
                let config = Trust::System.verified().map_err(unreachable)?;
                let host = url.host_str().unwrap_or_default();
                let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
                let name = ServerName::try_from(host).map_err(unreachable)?;
                Box::new(
                    TlsConnector::from(config).connect(name, stream).await.map_err(unreachable)?,
                )
            }
            _ => Box::new(stream),
        };
        let (mut sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(unreachable)?;
        line.spawn(connection);
        let request = Request::get(&url[Position::BeforePath..Position::AfterQuery])
            .header(header::HOST, &url[Position::BeforeHost..Position::AfterPort])
            .header(header::USER_AGENT, USER_AGENT)
            .header(header::ACCEPT, "text/html,application/xhtml+xml")
            .header(header::ACCEPT_ENCODING, "identity")
            .header(header::CONNECTION, "close")
            .body(Empty::<Bytes>::new())
            .map_err(unreachable)?;
        sender.send_request(request).await.map_err(unreachable)
    }

    /// The addresses of a host, all of which may be asked.
    async fn checked(&self, url: &Url) -> Result<Vec<SocketAddr>, OutsideError> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(OutsideError::Refused(Refusal::Address));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(OutsideError::Refused(Refusal::Credentials));
        }
        let host = url.host().ok_or(OutsideError::Refused(Refusal::Address))?;
        let port = url.port_or_known_default().unwrap_or_default();
        let is_allowed = self.allowed.iter().any(|allowed| *allowed == host.to_string());
        if !is_allowed && !matches!(port, 80 | 443) {
            return Err(OutsideError::Refused(Refusal::Port));
        }
        let addresses: Vec<SocketAddr> = match host {
            Host::Ipv4(ip) => vec![SocketAddr::from((ip, port))],
            Host::Ipv6(ip) => vec![SocketAddr::from((ip, port))],
            Host::Domain(name) => {
                tokio::net::lookup_host((name, port)).await.map_err(unreachable)?.collect()
            }
        };
        if !is_allowed && addresses.iter().any(|address| !is_public(address.ip())) {
            return Err(OutsideError::Refused(Refusal::Inside));
        }
        Ok(addresses)
    }
}

/// The first that answers.
async fn connect(addresses: &[SocketAddr]) -> Result<TcpStream, OutsideError> {
    let mut last = OutsideError::Unreachable("the name has no address".to_owned());
    for address in addresses {
        match TcpStream::connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(error) => last = unreachable(error),
        }
    }
    Err(last)
}

async fn read(response: hyper::Response<Incoming>) -> Result<String, OutsideError> {
    let word = |name: header::HeaderName| {
        let value = response.headers().get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().trim().to_ascii_lowercase()
    };
    let kind = word(header::CONTENT_TYPE);
    let kind = kind.split(';').next().unwrap_or_default().trim().to_owned();
    if !matches!(kind.as_str(), "text/html" | "application/xhtml+xml") {
        return Err(OutsideError::NotHtml(kind));
    }
    let encoding = word(header::CONTENT_ENCODING);
    if !matches!(encoding.as_str(), "" | "identity") {
        return Err(OutsideError::NotHtml(encoding));
    }
    let mut body = response.into_body();
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame.map_err(unreachable)?.into_data() {
            if bytes.len() + data.len() > MOST_BYTES {
                return Err(OutsideError::TooLarge);
            }
            bytes.extend_from_slice(&data);
        }
    }
    // What is no UTF-8 is an old page in Latin-1, whose bytes are the characters.
    Ok(String::from_utf8(bytes)
        .unwrap_or_else(|error| error.as_bytes().iter().map(|byte| char::from(*byte)).collect()))
}

fn unreachable(error: impl std::fmt::Display) -> OutsideError {
    OutsideError::Unreachable(error.to_string())
}

/// What is not the public internet (IANA's special-purpose registries, RFC 6890).
const INSIDE: &[([u8; 4], u32)] = &[
    ([0, 0, 0, 0], 8),       // this network
    ([10, 0, 0, 0], 8),      // private
    ([100, 64, 0, 0], 10),   // behind a carrier's NAT
    ([127, 0, 0, 0], 8),     // this machine
    ([169, 254, 0, 0], 16),  // link-local; the metadata of clouds
    ([172, 16, 0, 0], 12),   // private
    ([192, 0, 0, 0], 24),    // protocol assignments
    ([192, 0, 2, 0], 24),    // documentation
    ([192, 88, 99, 0], 24),  // 6to4 relays
    ([192, 168, 0, 0], 16),  // private
    ([198, 18, 0, 0], 15),   // benchmarks
    ([198, 51, 100, 0], 24), // documentation
    ([203, 0, 113, 0], 24),  // documentation
    ([224, 0, 0, 0], 4),     // multicast
    ([240, 0, 0, 0], 4),     // reserved, broadcast
];

/// Whether an address is one of the public internet.
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => !INSIDE.iter().any(|(network, prefix)| {
            let apart = u32::from(ip) ^ u32::from_be_bytes(*network);
            apart >> (32 - prefix) == 0
        }),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let inner = || {
        let [.., a, b, c, d] = ip.octets();
        is_public(IpAddr::V4(Ipv4Addr::new(a, b, c, d)))
    };
    match ip.segments() {
        // An IPv4 address in another dress, and what a NAT64 makes one of.
        [0, 0, 0, 0, 0, 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => inner(),
        // Teredo, ORCHID and others; documentation; 6to4, which can hide any IPv4 address.
        [0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] | [0x2002, ..] => false,
        [0x3fff, 0..=0xfff, ..] => false,
        // Outside 2000::/3 nothing is global: ::1, fc00::/7, fe80::/10, ff00::/8.
        [first, ..] => first >> 13 == 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_public_internet_are_public() {
        for inside in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.9.9.9",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.9",
            "224.0.0.1",
            "239.255.255.250",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "2002:7f00:1::",
            "2001::1",
            "2001:db8::1",
            "3fff::1",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "100::1",
            "5f00::1",
        ] {
            assert!(inside.parse().is_ok_and(|ip| !is_public(ip)), "{inside}");
        }
        for public in [
            "1.1.1.1",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "185.15.72.1",
            "192.0.1.1",
            "198.17.0.1",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00:1450::1",
            "::ffff:1.1.1.1",
            "64:ff9b::101:101",
        ] {
            assert!(public.parse().is_ok_and(is_public), "{public}");
        }
    }

    #[actix_web::test]
    async fn no_address_leads_inside_however_it_is_written() {
        let inside = OutsideError::Refused(Refusal::Inside);
        let outside = Outside::new(&[]);
        for address in [
            "http://127.0.0.1/",
            "http://2130706433/",
            "http://0x7f000001/",
            "http://0177.0.0.1/",
            "http://127.1/",
            "http://0/",
            "http://localhost/",
            "http://LOCALHOST/",
            "http://[::1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[::ffff:7f00:1]/",
            "http://[64:ff9b::a00:1]/",
            "https://169.254.169.254/latest/meta-data/",
            "http://１２７.０.０.１/",
            "http://[fe80::1]/",
            "https://10.0.0.1/",
        ] {
            assert_eq!(outside.page(address).await.as_ref(), Err(&inside), "{address}");
        }
        for (address, why) in [
            ("ftp://lederweb.dk/", Refusal::Address),
            ("file:///etc/passwd", Refusal::Address),
            ("lederweb.dk", Refusal::Address),
            ("https://anne:hemmeligt@lederweb.dk/", Refusal::Credentials),
            ("https://lederweb.dk@127.0.0.1/", Refusal::Credentials),
            ("http://lederweb.dk:22/", Refusal::Port),
            ("http://127.0.0.1:8080/", Refusal::Port),
        ] {
            assert_eq!(outside.page(address).await, Err(OutsideError::Refused(why)), "{address}");
        }
    }
}
