//! Stylesheets that people write: declarations of a few properties without anything that is
//! fetched or computed, and rules for their own classes only, so that none can reach our footer.

/// How the classes of our own parts begin.
pub(super) const OURS: &str = "lb-";

/// The properties, or how they begin.
const PROPERTIES: [&str; 30] = [
    "background",
    "background-color",
    "border",
    "border-",
    "color",
    "display",
    "font",
    "font-",
    "height",
    "hyphens",
    "letter-spacing",
    "line-height",
    "list-style",
    "list-style-type",
    "margin",
    "margin-",
    "max-width",
    "min-width",
    "mso-",
    "overflow-wrap",
    "padding",
    "padding-",
    "text-align",
    "text-decoration",
    "text-indent",
    "text-transform",
    "vertical-align",
    "white-space",
    "width",
    "word-break",
];

/// A colour: `#0b4f5c`, a word, `rgb(…)`.
pub(super) fn is_colour(value: &str) -> bool {
    if let Some(hex) = value.strip_prefix('#') {
        return matches!(hex.len(), 3 | 6) && hex.bytes().all(|b| b.is_ascii_hexdigit());
    }
    let is_word = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphabetic());
    let rgb = value.strip_prefix("rgb(").or_else(|| value.strip_prefix("rgba("));
    match rgb.and_then(|rgb| rgb.strip_suffix(')')) {
        Some(parts) => {
            let is_part = |c: char| c.is_ascii_digit() || matches!(c, ',' | ' ' | '.' | '%');
            !parts.is_empty() && parts.len() < 40 && parts.chars().all(is_part)
        }
        None => value.len() <= 25 && is_word(value),
    }
}

/// Whether a text is declarations, such as `color:red;margin:0`.
pub(super) fn is_declarations(text: &str) -> bool {
    text.split(';').map(str::trim).filter(|one| !one.is_empty()).all(is_declaration)
}

/// The value that declarations give a property; the last one counts.
pub(super) fn value<'d>(declarations: &'d str, property: &str) -> Option<&'d str> {
    declarations.split(';').rev().find_map(|declaration| {
        let (name, value) = declaration.split_once(':')?;
        let value = value.trim();
        let value = value.strip_suffix("!important").unwrap_or(value).trim();
        (name.trim() == property).then_some(value)
    })
}

fn is_declaration(text: &str) -> bool {
    let Some((name, value)) = text.split_once(':') else { return false };
    let name = name.trim();
    let is_known = PROPERTIES.iter().any(|known| {
        *known == name
            || known.ends_with('-') && name.len() > known.len() && name.starts_with(known)
    });
    let is_name = name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    let value = value.trim();
    let value = value.strip_suffix("!important").unwrap_or(value).trim();
    let is_plain = |text: &str| {
        text.chars().all(|c| {
            c.is_ascii_alphanumeric() || matches!(c, ' ' | '#' | '%' | '.' | ',' | '-' | '\'' | '"')
        })
    };
    is_known && is_name && !value.is_empty() && (is_colour(value) || is_plain(value))
}

/// The first thing in a stylesheet that cannot be taken.
pub(super) fn wrong(css: &str) -> Option<&str> {
    let mut rest = css;
    let mut is_in_media = false;
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return is_in_media.then_some(css);
        }
        if let Some(after) = rest.strip_prefix("/*") {
            let Some(end) = after.find("*/") else { return Some(rest) };
            rest = &after[end + 2..];
            continue;
        }
        if is_in_media && let Some(after) = rest.strip_prefix('}') {
            (rest, is_in_media) = (after, false);
            continue;
        }
        let Some((head, after)) = rest.split_once('{') else { return Some(rest) };
        if let Some(condition) = head.strip_prefix("@media") {
            let is_plain = condition.chars().all(|c| {
                c.is_ascii_alphanumeric() || matches!(c, ' ' | '\n' | '(' | ')' | ':' | '-' | ',')
            });
            if is_in_media || !is_plain {
                return Some(head);
            }
            (rest, is_in_media) = (after, true);
            continue;
        }
        if !head.split(',').all(|selector| is_own(selector.trim())) {
            return Some(head.trim());
        }
        let Some((declarations, after)) = after.split_once('}') else { return Some(rest) };
        let wrong = declarations.split(';').map(str::trim);
        let wrong = wrong.filter(|one| !one.is_empty()).find(|one| !is_declaration(one));
        if wrong.is_some() {
            return wrong;
        }
        rest = after;
    }
}

/// Whether a selector can only hit what has a class of the writer's own.
fn is_own(selector: &str) -> bool {
    let is_plain = selector
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ' | '>' | ':' | '*'));
    is_plain
        && selector.strip_prefix('.').is_some_and(|name| {
            name.starts_with(|c: char| c.is_ascii_alphabetic()) && !name.starts_with(OURS)
        })
        && !selector.contains(&format!(".{OURS}"))
}
