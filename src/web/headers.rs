//! Security headers on every answer, who is asking, and what is logged of a request.

use std::net::IpAddr;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpRequest};
use tracing::Span;
use tracing_actix_web::{DefaultRootSpanBuilder, RootSpanBuilder};

use crate::config::Network;

/// Everything from ourselves, nothing inline, and images from anywhere that speaks TLS (the
/// library's pictures live on the organisation's own site).
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     img-src 'self' https: data:; font-src 'self'; connect-src 'self'; frame-src 'self'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'self'; manifest-src 'self'";

/// Sets the headers that an answer has not set itself.
pub async fn secure(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let staff = request.path().starts_with("/admin") || request.path().starts_with("/outbox");
    let mut response = next.call(request).await?;
    put(response.headers_mut());
    if staff && !response.headers().contains_key(header::CACHE_CONTROL) {
        let no_store = HeaderValue::from_static("no-store");
        response.headers_mut().insert(header::CACHE_CONTROL, no_store);
    }
    Ok(response)
}

/// Puts in those that are not there.
pub fn put(headers: &mut HeaderMap) {
    let mut default = |name: HeaderName, value: &'static str| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    default(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY);
    default(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    // With "no-referrer" browsers send `Origin: null`, and the check of forms' origin would fail.
    default(header::REFERRER_POLICY, "same-origin");
    default(header::X_FRAME_OPTIONS, "SAMEORIGIN");
    default(
        HeaderName::from_static("permissions-policy"),
        "camera=(), microphone=(), geolocation=(), browsing-topics=()",
    );
    default(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
}

/// The address of the client: the peer, or, when the peer is a trusted proxy, the nearest address
/// in `X-Forwarded-For` (read from the right) that is none.
pub fn client_ip(request: &HttpRequest, trusted: &[Network]) -> Option<IpAddr> {
    let is_trusted = |ip: IpAddr| trusted.iter().any(|network| network.contains(ip));
    let mut client = request.peer_addr()?.ip();
    if !is_trusted(client) {
        return Some(client);
    }
    let forwarded: Vec<&str> = request
        .headers()
        .get_all("x-forwarded-for")
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    for hop in forwarded.iter().rev() {
        let Ok(ip) = hop.trim().trim_matches(['[', ']']).parse() else { break };
        client = ip;
        if !is_trusted(ip) {
            break;
        }
    }
    Some(client)
}

/// Whose address it is, as far as a network hands them out: one IPv4 address, 64 bits of an IPv6
/// one (RFC 6177). None for this machine's own: that is a proxy that tells nobody apart.
pub fn network(client: IpAddr) -> Option<IpAddr> {
    match client.to_canonical() {
        ip if ip.is_loopback() => None,
        IpAddr::V6(ip) => {
            let [a, b, c, d, ..] = ip.segments();
            Some(IpAddr::from([a, b, c, d, 0, 0, 0, 0]))
        }
        ip => Some(ip),
    }
}

/// The network from which a request comes, as a word; this machine's own address is one of its own.
pub fn network_of(request: &HttpRequest, trusted: &[Network]) -> String {
    let client = client_ip(request, trusted);
    client.map(|ip| network(ip).unwrap_or(ip).to_string()).unwrap_or_default()
}

/// What a proxy adds to a request that it passes on.
const PASSED_ON: [&str; 6] =
    ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via"];

/// Whether a proxy says that it passed the request on. One that says nothing cannot be told from
/// a browser on this machine.
pub fn is_passed_on(request: &HttpRequest) -> bool {
    PASSED_ON.iter().any(|name| request.headers().contains_key(*name))
}

/// The span of a request: method, route and request id. Not the path, because tokens are in it,
/// and neither address nor agent.
pub struct RequestSpan;

impl RootSpanBuilder for RequestSpan {
    fn on_request_start(request: &ServiceRequest) -> Span {
        use actix_web::HttpMessage;
        let route = request.match_pattern().unwrap_or_else(|| "unknown".to_owned());
        let id = request.extensions().get::<tracing_actix_web::RequestId>().copied();
        let id = id.map(|id| id.to_string()).unwrap_or_default();
        tracing::info_span!(
            "request",
            method = %request.method(),
            %route,
            request_id = %id,
            http.status_code = tracing::field::Empty,
            otel.status_code = tracing::field::Empty,
            exception.message = tracing::field::Empty,
            exception.details = tracing::field::Empty,
        )
    }

    fn on_request_end<B: MessageBody>(span: Span, outcome: &Result<ServiceResponse<B>, Error>) {
        DefaultRootSpanBuilder::on_request_end(span, outcome);
    }
}
