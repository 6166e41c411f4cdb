//! Cleaning of text that comes from outside, and the checks of addresses and colours.

use url::Url;

use crate::web::direction;

/// Longest address, in characters.
pub const ADDRESS_LIMIT: usize = 2_000;

/// Whether a character may stand in an issue: no control characters, no private-use characters
/// (they mark the places that are filled in later), nothing that is no character (XML cannot hold
/// it) and no marks that turn the writing direction, with which a text can pretend to be another
/// one.
pub(super) fn is_clean(c: char) -> bool {
    !c.is_control()
        && !direction::turns(c)
        && !matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{FEFF}' | '\u{FFFE}'..='\u{FFFF}')
}

/// Several lines: line ends become `\n`, tabs become spaces, what is not clean goes.
pub fn lines(text: &str) -> String {
    text.replace("\r\n", "\n")
        .replace(['\r', '\u{2028}', '\u{2029}'], "\n")
        .replace('\t', " ")
        .chars()
        .filter(|&c| c == '\n' || is_clean(c))
        .collect()
}

/// One line: every stretch of blanks becomes one space, what is not clean goes.
pub fn line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    let mut is_gap = false;
    for letter in text.chars() {
        if matches!(letter, ' ' | '\t' | '\n' | '\r' | '\u{2028}' | '\u{2029}') {
            is_gap = !line.is_empty();
        } else if is_clean(letter) {
            if std::mem::take(&mut is_gap) {
                line.push(' ');
            }
            line.push(letter);
        }
    }
    line
}

/// Where an address may lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// `http` and `https`.
    Web,
    /// The web, or `mailto:`.
    WebOrMail,
    /// The web, or a path of this service that starts with a slash.
    Image,
}

/// An address without the blanks around it, otherwise byte for byte as it was given; `None` when
/// it is none of the target's. An address that carries a user name is none: it looks like one host
/// and leads to another.
pub fn address(text: &str, target: Target) -> Option<&str> {
    let text = text.trim();
    let plain = text
        .chars()
        .all(|c| is_clean(c) && !c.is_whitespace() && !matches!(c, '<' | '>' | '"' | '\\' | '`'));
    if !plain || text.chars().count() > ADDRESS_LIMIT {
        return None;
    }
    if target == Target::Image && text.starts_with('/') && !text.starts_with("//") {
        return Some(text);
    }
    let url = Url::parse(text).ok()?;
    let web = matches!(url.scheme(), "http" | "https")
        && text.get(url.scheme().len()..)?.starts_with("://")
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none();
    let mail = target == Target::WebOrMail && url.scheme() == "mailto" && url.path().contains('@');
    (web || mail).then_some(text)
}

/// Whether an address is one whose clicks can be counted.
pub fn is_web(address: &str) -> bool {
    self::address(address, Target::Web).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_kept_byte_for_byte_or_refused() {
        let kept = "https://lederweb.dk/søg?b=2&a=1&titel=n%C3%A5r#æble";
        assert_eq!(address(&format!(" {kept} "), Target::Web), Some(kept));
        for wrong in [
            "javascript:alert(1)",
            "JaVaScRiPt://lederweb.dk/%0aalert(1)",
            "data:text/html,x",
            "https:lederweb.dk",
            "//lederweb.dk",
            "lederweb.dk",
            "https://lederweb.dk@evil.example/",
            "https://lederweb.dk/a b",
            "https://lederweb.dk/\"onload=",
            "https://lederweb.dk/\u{E000}open\u{E002}",
            "mailto:info@lederweb.example",
            "",
        ] {
            assert_eq!(address(wrong, Target::Web), None, "{wrong}");
        }
        assert!(address("mailto:info@lederweb.example", Target::WebOrMail).is_some());
        assert!(address("/assets/demo/kerneopgaven.png", Target::Image).is_some());
        assert!(address("//evil.example/x.png", Target::Image).is_none());
    }

    #[test]
    fn marks_and_controls_never_get_in() {
        assert_eq!(line(" a\u{E000}open\u{E002}\r\n\tb\u{7}\u{202E} "), "aopen b");
        assert_eq!(lines("a\r\nb\u{0}\u{F8FF}"), "a\nb");
    }
}
