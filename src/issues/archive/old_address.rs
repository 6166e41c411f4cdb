//! Where an issue stood before it came here: a path of this host that is not ours.

use crate::links::Links;

/// Longest old address, in bytes.
const LONGEST: usize = 500;
/// The first parts of our own paths; some of them have no route of their own.
const OURS: [&str; 18] = [
    "",
    "admin",
    "api",
    "archive",
    "assets",
    "c",
    "confirm",
    "healthz",
    "images",
    "metrics",
    "o",
    "outbox",
    "p",
    "preferences",
    "privacy",
    "readyz",
    "subscribe",
    "was",
];

/// Reads an old address as it is typed; nothing when nothing is typed.
///
/// # Errors
/// The code of what is wrong with it.
pub fn read(links: &Links, typed: &str) -> Result<Option<String>, &'static str> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    let base = links.base();
    let url = base.join(typed).map_err(|_| "error-import-address")?;
    if url.host_str() != base.host_str()
        || url.port_or_known_default() != base.port_or_known_default()
    {
        return Err("error-import-address-host");
    }
    if url.path().len() + url.query().map_or(0, str::len) > LONGEST {
        return Err("error-import-address");
    }
    if is_ours(url.path()) {
        return Err("error-import-address-ours");
    }
    Ok(Some(form(url.path(), url.query())))
}

/// Whether a path is one of the program's own.
pub fn is_ours(path: &str) -> bool {
    let first = first(path);
    OURS.contains(&first)
        || crate::app::ROUTES.iter().any(|route| self::first(route.pattern) == first)
}

fn first(path: &str) -> &str {
    path.trim_start_matches('/').split('/').next().unwrap_or_default()
}

/// The one form in which an old address is kept and looked up: without slashes at its end, and with
/// what is percent-encoded in capitals, so that `/nyt/%c3%b8/` is `/nyt/%C3%B8` (RFC 3986, 6.2.2.1).
pub fn form(path: &str, query: Option<&str>) -> String {
    let mut whole = path.trim_end_matches('/').to_owned();
    if let Some(query) = query.filter(|query| !query.is_empty()) {
        whole.push('?');
        whole.push_str(query);
    }
    let mut form = String::with_capacity(whole.len());
    let mut capitals = 0;
    for letter in whole.chars() {
        let is_escaped = capitals > 0;
        capitals = if letter == '%' { 2 } else { capitals - i32::from(is_escaped) };
        form.push(if is_escaped { letter.to_ascii_uppercase() } else { letter });
    }
    form
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_found_however_it_is_written() {
        for (path, query, expected) in [
            ("/nyt/%c3%b8l/", None, "/nyt/%C3%B8l"),
            ("/nyt/%C3%B8l", Some(""), "/nyt/%C3%B8l"),
            ("/a%2fb", Some("id=%c3%a5&x=abc"), "/a%2Fb?id=%C3%A5&x=abc"),
            ("/100%", None, "/100%"),
        ] {
            assert_eq!(form(path, query), expected);
        }
    }

    #[test]
    fn only_whole_parts_of_a_path_are_ours() {
        for ours in ["/", "/admin", "/admin/issues", "/c/x", "/api/v1"] {
            assert!(is_ours(ours), "{ours}");
        }
        for theirs in ["/administration/nyt", "/apiguide", "/archived", "/nyt"] {
            assert!(!is_ours(theirs), "{theirs}");
        }
    }
}
