//! Where mail goes: the setting `MAIL_URL`.

use percent_encoding::percent_decode_str;

use crate::config::Secret;

/// `MAIL_URL`, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailUrl {
    /// To the SMTP server inside the program, which keeps mail for a look.
    Catcher,
    /// To a relay.
    Smtp(Relay),
}

/// An SMTP server that takes our mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relay {
    /// Name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// How the line is protected.
    pub tls: Tls,
    /// How we sign in, if at all.
    pub credentials: Option<Credentials>,
}

/// Name and password for AUTH.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The user's name.
    pub user: String,
    /// Its password.
    pub password: Secret,
}

/// How the line to a relay is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// STARTTLS when the relay offers it, and clear text when it does not.
    Opportunistic,
    /// STARTTLS, or nothing is sent (RFC 3207).
    Required,
    /// TLS from the first byte (RFC 8314).
    Implicit,
}

impl MailUrl {
    /// Reads `catcher:`, `smtp://[USER:PASSWORD@]HOST[:PORT][?tls=required]` or `smtps://…`. Ports
    /// are 587 with a password, else 25; 465 for `smtps`.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.trim_end_matches('/') == "catcher:" {
            return Ok(Self::Catcher);
        }
        // The error must not repeat the text: there may be a password in it.
        let url = ::url::Url::parse(text).map_err(|why| format!("not an address: {why}"))?;
        let implicit = match url.scheme() {
            "smtp" => false,
            "smtps" => true,
            _ => return Err("it must be catcher:, smtp://HOST or smtps://HOST".to_owned()),
        };
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or("the host is missing")?;
        let mut tls = if implicit { Tls::Implicit } else { Tls::Opportunistic };
        for (name, value) in url.query_pairs() {
            match (&*name, &*value) {
                ("tls", "required") if !implicit => tls = Tls::Required,
                ("tls", "required") => {}
                _ => return Err("the only option is tls=required".to_owned()),
            }
        }
        let decode = |part: &str| percent_decode_str(part).decode_utf8_lossy().into_owned();
        let credentials = (!url.username().is_empty()).then(|| Credentials {
            user: decode(url.username()),
            password: Secret::new(decode(url.password().unwrap_or_default())),
        });
        if credentials.is_some() && tls == Tls::Opportunistic && !is_loopback(host) {
            // Never send a password in clear because somebody on the way hides STARTTLS.
            tls = Tls::Required;
        }
        let port = url.port().unwrap_or(match (implicit, &credentials) {
            (true, _) => 465,
            (false, Some(_)) => 587,
            (false, None) => 25,
        });
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        Ok(Self::Smtp(Relay { host, port, tls, credentials }))
    }
}

impl Relay {
    /// Whether it is on this machine.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.host)
    }
}

fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// How we greet a relay: by the name that readers know us by, or its address in brackets
/// (RFC 5321, 4.1.4).
pub fn hello(public: &::url::Url) -> String {
    match public.host() {
        Some(::url::Host::Domain(name)) => name.to_owned(),
        Some(::url::Host::Ipv4(address)) => format!("[{address}]"),
        Some(::url::Host::Ipv6(address)) => format!("[IPv6:{address}]"),
        None => "localhost".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn relay(text: &str) -> Result<Relay, String> {
        match MailUrl::parse(text)? {
            MailUrl::Smtp(relay) => Ok(relay),
            MailUrl::Catcher => Err("the catcher".to_owned()),
        }
    }

    #[test]
    fn a_password_never_goes_in_clear_to_another_machine() -> Result<(), String> {
        let relay = relay("smtp://nyhedsbrev:hem%40lig@mail.lederweb.example")?;
        assert_eq!((relay.port, relay.tls), (587, Tls::Required));
        let password = relay.credentials.map(|c| c.password.expose().to_owned());
        assert_eq!(password.as_deref(), Some("hem@lig"));
        Ok(())
    }

    #[test]
    fn the_scheme_and_the_option_choose_the_protection() -> Result<(), String> {
        assert_eq!(relay("smtps://mail.lederweb.example")?.port, 465);
        assert_eq!(relay("smtp://mail.lederweb.example?tls=required")?.tls, Tls::Required);
        assert_eq!(relay("smtp://127.0.0.1:2525")?.tls, Tls::Opportunistic);
        assert!(MailUrl::parse("smtp://mail.lederweb.example?tls=maybe").is_err());
        assert!(MailUrl::parse("http://mail.lederweb.example").is_err());
        assert_eq!(MailUrl::parse("catcher:"), Ok(MailUrl::Catcher));
        Ok(())
    }
}
