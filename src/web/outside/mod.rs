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

mod public;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Empty};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::{Method, Request, header};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;
use url::{Host, Position, Url};

use crate::mail::Trust;
pub use public::is_public;

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
    /// Something else than what was asked for: a page is HTML.
    #[error("another kind of thing: {0}")]
    WrongKind(String),
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

/// By what a server knows which version of a file one has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Version {
    /// `ETag`
    pub etag: Option<String>,
    /// `Last-Modified`
    pub last_modified: Option<String>,
}

/// A file as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Where it was found in the end.
    pub url: Url,
    /// What it says it is, without parameters, in lower case.
    pub kind: String,
    /// All of it.
    pub bytes: Vec<u8>,
    /// Which version it is.
    pub version: Version,
}

/// What a server says of an address, without the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// `Content-Length`, when it says it.
    pub bytes: Option<i64>,
}

impl Answer {
    fn of(response: &hyper::Response<Incoming>) -> Self {
        let length = response.headers().get(header::CONTENT_LENGTH);
        let bytes = length.and_then(|length| length.to_str().ok()?.parse().ok());
        Self { status: response.status().as_u16(), bytes }
    }
}

/// What is asked for.
struct Ask<'a> {
    method: Method,
    accept: &'static str,
    known: Option<&'a Version>,
}

impl Ask<'_> {
    const fn new(method: Method, accept: &'static str) -> Self {
        Self { method, accept, known: None }
    }
}

/// Asks the name system for the addresses of a name.
type Names = Arc<dyn Fn(&str) -> Vec<IpAddr> + Send + Sync>;

/// The way out.
#[derive(Clone)]
pub struct Outside {
    allowed: Vec<String>,
    patience: Duration,
    trust: Trust,
    names: Option<Names>,
}

trait Line: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Line for T {}

/// An answer, and the connection that its body comes by: it is dropped with this.
struct Response {
    url: Url,
    response: hyper::Response<Incoming>,
    _line: JoinSet<hyper::Result<()>>,
}

impl Outside {
    /// With the hosts of `FETCH_ALLOW`.
    pub fn new(allowed: &[String]) -> Self {
        let allowed = allowed.iter().map(|host| host.to_ascii_lowercase()).collect();
        Self { allowed, patience: PATIENCE, trust: Trust::System, names: None }
    }

    /// With another patience, for tests.
    pub fn patient(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Believing other certificates, for tests.
    pub fn trusting(self, trust: Trust) -> Self {
        Self { trust, ..self }
    }

    /// With a name system of the caller's, for tests.
    pub fn resolving(self, names: impl Fn(&str) -> Vec<IpAddr> + Send + Sync + 'static) -> Self {
        Self { names: Some(Arc::new(names)), ..self }
    }

    /// Fetches a page.
    ///
    /// # Errors
    /// [`OutsideError`] says why there is none.
    pub async fn page(&self, address: &str) -> Result<Fetched, OutsideError> {
        let ask = Ask::new(Method::GET, "text/html,application/xhtml+xml");
        self.patiently(async {
            let response = self.follow(address, &ask).await?.successful()?;
            let kind = response.kind();
            if !matches!(kind.as_str(), "text/html" | "application/xhtml+xml") {
                return Err(OutsideError::WrongKind(kind));
            }
            let url = response.url.clone();
            // What is no UTF-8 is an old page in Latin-1, whose bytes are the characters.
            let html = String::from_utf8(response.read().await?).unwrap_or_else(|error| {
                error.as_bytes().iter().map(|byte| char::from(*byte)).collect()
            });
            Ok(Fetched { url, html })
        })
        .await
    }

    /// Fetches a file of any kind, and asks for kinds in the words of an `Accept`; `None` when it
    /// is still the known version.
    ///
    /// # Errors
    /// [`OutsideError`] says why there is none.
    pub async fn file(
        &self,
        address: &str,
        accept: &'static str,
        known: &Version,
    ) -> Result<Option<File>, OutsideError> {
        let ask = Ask { known: Some(known), ..Ask::new(Method::GET, accept) };
        self.patiently(async {
            let response = self.follow(address, &ask).await?;
            if response.response.status() == hyper::StatusCode::NOT_MODIFIED {
                return Ok(None);
            }
            let response = response.successful()?;
            let (url, kind) = (response.url.clone(), response.kind());
            let version = Version {
                etag: response.header(header::ETAG),
                last_modified: response.header(header::LAST_MODIFIED),
            };
            Ok(Some(File { url, kind, bytes: response.read().await?, version }))
        })
        .await
    }

    /// The status that an address has in the end, as HEAD tells it, or GET where servers do not
    /// know HEAD. Nothing of the body is read.
    ///
    /// # Errors
    /// [`OutsideError`] says why nobody can tell.
    pub async fn look(&self, address: &str) -> Result<Answer, OutsideError> {
        self.patiently(async {
            let head = self.follow(address, &Ask::new(Method::HEAD, "*/*")).await;
            match head.map(|answer| Answer::of(&answer.response)) {
                Ok(answer) if answer.status < 400 => Ok(answer),
                // Some refuse HEAD, and some do not even answer it.
                Ok(_) | Err(OutsideError::Unreachable(_)) => {
                    let answer = self.follow(address, &Ask::new(Method::GET, "*/*")).await?;
                    Ok(Answer::of(&answer.response))
                }
                Err(why) => Err(why),
            }
        })
        .await
    }

    async fn patiently<T>(
        &self,
        work: impl Future<Output = Result<T, OutsideError>>,
    ) -> Result<T, OutsideError> {
        tokio::time::timeout(self.patience, work).await.unwrap_or(Err(OutsideError::TooSlow))
    }

    async fn follow(&self, address: &str, ask: &Ask<'_>) -> Result<Response, OutsideError> {
        let mut url = Url::parse(address).map_err(|_| OutsideError::Refused(Refusal::Address))?;
        for _ in 0..=MOST_REDIRECTS {
            url.set_fragment(None);
            let answer = self.ask(&url, ask).await?;
            let status = answer.response.status().as_u16();
            if !matches!(status, 301 | 302 | 303 | 307 | 308) {
                return Ok(answer);
            }
            let place = answer.response.headers().get(header::LOCATION);
            let place = place.and_then(|place| std::str::from_utf8(place.as_bytes()).ok());
            let next = place.and_then(|place| url.join(place).ok());
            url = next.ok_or(OutsideError::Status(status))?;
        }
        Err(OutsideError::TooManyRedirects)
    }

    async fn ask(&self, url: &Url, ask: &Ask<'_>) -> Result<Response, OutsideError> {
        let stream = connect(&self.checked(url).await?).await?;
        let stream: Box<dyn Line> = match url.scheme() {
            "https" => {
                let config = self.trust.verified().map_err(unreachable)?;
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
        let mut line = JoinSet::new();
        line.spawn(connection);
        let mut request = Request::builder()
            .method(ask.method.clone())
            .uri(&url[Position::BeforePath..Position::AfterQuery])
            .header(header::HOST, &url[Position::BeforeHost..Position::AfterPort])
            .header(header::USER_AGENT, USER_AGENT)
            .header(header::ACCEPT, ask.accept)
            .header(header::ACCEPT_ENCODING, "identity")
            .header(header::CONNECTION, "close");
        if let Some(etag) = ask.known.and_then(|known| known.etag.as_deref()) {
            request = request.header(header::IF_NONE_MATCH, etag);
        }
        if let Some(at) = ask.known.and_then(|known| known.last_modified.as_deref()) {
            request = request.header(header::IF_MODIFIED_SINCE, at);
        }
        let request = request.body(Empty::<Bytes>::new()).map_err(unreachable)?;
        let response = sender.send_request(request).await.map_err(unreachable)?;
        Ok(Response { url: url.clone(), response, _line: line })
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
            Host::Domain(name) => match &self.names {
                Some(names) => {
                    names(name).into_iter().map(|ip| SocketAddr::from((ip, port))).collect()
                }
                None => tokio::net::lookup_host((name, port)).await.map_err(unreachable)?.collect(),
            },
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

impl Response {
    fn successful(self) -> Result<Self, OutsideError> {
        let status = self.response.status();
        if status.is_success() { Ok(self) } else { Err(OutsideError::Status(status.as_u16())) }
    }

    fn header(&self, name: header::HeaderName) -> Option<String> {
        self.response.headers().get(name)?.to_str().ok().map(|text| text.trim().to_owned())
    }

    fn kind(&self) -> String {
        let kind = self.header(header::CONTENT_TYPE).unwrap_or_default().to_ascii_lowercase();
        kind.split(';').next().unwrap_or_default().trim().to_owned()
    }

    async fn read(self) -> Result<Vec<u8>, OutsideError> {
        let encoding = self.header(header::CONTENT_ENCODING).unwrap_or_default();
        if !matches!(encoding.to_ascii_lowercase().as_str(), "" | "identity") {
            return Err(OutsideError::WrongKind(encoding));
        }
        let mut body = self.response.into_body();
        let mut bytes = Vec::new();
        while let Some(frame) = body.frame().await {
            if let Ok(data) = frame.map_err(unreachable)?.into_data() {
                if bytes.len() + data.len() > MOST_BYTES {
                    return Err(OutsideError::TooLarge);
                }
                bytes.extend_from_slice(&data);
            }
        }
        Ok(bytes)
    }
}

fn unreachable(error: impl std::fmt::Display) -> OutsideError {
    OutsideError::Unreachable(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

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
