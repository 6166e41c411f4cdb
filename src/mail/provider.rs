//! Whose servers a domain has, as far as its name tells: the domains of one house share their
//! limits and their opinion of us.

use std::borrow::Cow;

/// The name of the provider of a domain, in lower case.
pub fn provider_of(domain: &str) -> Cow<'_, str> {
    let domain = match domain.bytes().any(|byte| byte.is_ascii_uppercase()) {
        true => Cow::Owned(domain.to_ascii_lowercase()),
        false => Cow::Borrowed(domain),
    };
    match family(&domain) {
        Some(family) => Cow::Borrowed(family),
        None => domain,
    }
}

/// Houses whose many domains have the same servers. Mail through a relay shows no MX, so of the
/// domains that a house runs for others nothing is known, and each counts for itself.
fn family(domain: &str) -> Option<&'static str> {
    match domain {
        "googlemail.com" => Some("gmail.com"),
        "me.com" | "mac.com" => Some("icloud.com"),
        "msn.com" | "passport.com" => Some("outlook.com"),
        "ymail.com" | "rocketmail.com" | "aol.com" => Some("yahoo.com"),
        _ => {
            let (house, country) = domain.split_once('.')?;
            let is_country = matches!(
                country,
                "com"
                    | "dk"
                    | "no"
                    | "se"
                    | "fi"
                    | "de"
                    | "fr"
                    | "it"
                    | "es"
                    | "nl"
                    | "be"
                    | "at"
                    | "ch"
                    | "ie"
                    | "co.uk"
            );
            match house {
                "outlook" | "hotmail" | "live" if is_country => Some("outlook.com"),
                "yahoo" | "ymail" if is_country => Some("yahoo.com"),
                _ => None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_domains_of_one_house_are_one_provider() {
        for (domain, name) in [
            ("GoogleMail.com", "gmail.com"),
            ("hotmail.dk", "outlook.com"),
            ("live.co.uk", "outlook.com"),
            ("msn.com", "outlook.com"),
            ("yahoo.dk", "yahoo.com"),
            ("me.com", "icloud.com"),
            ("live.aarhus.example", "live.aarhus.example"),
            ("Aarhus.example", "aarhus.example"),
        ] {
            assert_eq!(provider_of(domain), name);
        }
    }
}
