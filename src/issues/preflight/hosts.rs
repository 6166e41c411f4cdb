//! Hosts that only some networks know: what works at the editor's desk and nowhere else.

use std::net::{Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// Endings that the public name system does not have (RFC 6762 with its appendix G, RFC 8375,
/// and `internal`, which ICANN has set aside).
const INSIDE: [&str; 9] =
    ["local", "localhost", "localdomain", "internal", "intranet", "lan", "home", "corp", "private"];

/// The host of an address when readers elsewhere cannot reach it.
pub(in crate::issues) fn unreachable(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let is_inside = match url.host()? {
        Host::Domain(name) => is_inside(name.trim_end_matches('.')),
        Host::Ipv4(address) => is_private(address),
        Host::Ipv6(address) => is_private_v6(address),
    };
    is_inside.then(|| url.host_str().unwrap_or_default().to_owned())
}

fn is_inside(name: &str) -> bool {
    match name.rsplit_once('.') {
        None => true,
        Some((_, ending)) => INSIDE.contains(&ending) || name.ends_with(".home.arpa"),
    }
}

fn is_private(address: Ipv4Addr) -> bool {
    let [a, b, ..] = address.octets();
    address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || a == 0
        // Shared between a provider and its customers (RFC 6598).
        || (a == 100 && (64..128).contains(&b))
        // Groups, and what is set aside.
        || a >= 224
}

fn is_private_v6(address: Ipv6Addr) -> bool {
    if let Some(mapped) = address.to_ipv4_mapped() {
        return is_private(mapped);
    }
    let first = address.segments()[0];
    address.is_loopback()
        || address.is_unspecified()
        // Groups (RFC 4291, 2.7).
        || first & 0xff00 == 0xff00
        || first & 0xfe00 == 0xfc00
        || first & 0xffc0 == 0xfe80
}
