//! The values of attributes: each kind takes few characters, so that none can end its attribute,
//! its style or its address.

use super::style;
use crate::issues::text::{self, Target};

/// Addresses that each recipient has of their own, as they are written in `href`.
pub(super) const UNSUBSCRIBE: &str = "{{afmeld}}";
/// The page of preferences.
pub(super) const PREFERENCES: &str = "{{indstillinger}}";
/// The web version, the same for all.
pub(super) const WEB_VERSION: &str = "{{webudgave}}";

/// Why a value cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrong {
    /// An address of another scheme, or none.
    Address,
    /// A picture's address.
    Picture,
    /// A stylesheet.
    Style,
    /// Anything else.
    Value,
}

/// Looks at the decoded value of an attribute.
pub(super) fn check(tag: &str, name: &str, value: &str) -> Result<(), Wrong> {
    let all = |is: fn(char) -> bool, most: usize| {
        if value.len() <= most && value.chars().all(is) { Ok(()) } else { Err(Wrong::Value) }
    };
    match name {
        "href" => match value {
            UNSUBSCRIBE | PREFERENCES | WEB_VERSION => Ok(()),
            _ => text::address(value, Target::WebOrMail)
                .filter(|address| *address == value)
                .map(drop)
                .ok_or(Wrong::Address),
        },
        "src" => text::address(value, Target::Image)
            .filter(|address| *address == value)
            .map(drop)
            .ok_or(Wrong::Picture),
        "alt" | "title" if !value.contains("{{") && value.chars().count() <= 500 => Ok(()),
        "style" if style::is_declarations(value) => Ok(()),
        "style" => Err(Wrong::Style),
        "css-class" | "class" => {
            all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '_'), 100)?;
            let is_ours = |class: &str| class.starts_with(style::OURS);
            if value.split(' ').any(is_ours) { Err(Wrong::Value) } else { Ok(()) }
        }
        "mj-class" | "name" => {
            all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '_'), 100)
        }
        "target" if value == "_blank" => Ok(()),
        "lang" => all(|c| c.is_ascii_alphabetic() || c == '-', 12),
        "font-family" => {
            all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | ',' | '\''), 200)
        }
        "color"
        | "background-color"
        | "border-color"
        | "inner-background-color"
        | "container-background-color"
            if style::is_colour(value) =>
        {
            Ok(())
        }
        "border" | "border-top" | "border-right" | "border-bottom" | "border-left"
        | "inner-border"
            if is_border(value) =>
        {
            Ok(())
        }
        "width" if tag == "mj-body" || tag == "mj-breakpoint" => {
            if is_between(value, 200, 1000) {
                Ok(())
            } else {
                Err(Wrong::Value)
            }
        }
        "width" | "height" | "font-size" | "border-width" if is_size(value, &["px", "%"], 0) => {
            Ok(())
        }
        "width" if value == "auto" && matches!(tag, "mj-table" | "th" | "td") => Ok(()),
        "height" if value == "auto" && tag == "mj-image" => Ok(()),
        "letter-spacing" if is_size(value.trim_start_matches('-'), &["px", "em"], 0) => Ok(()),
        "line-height" if is_size(value, &["px", "%", ""], 0) => Ok(()),
        "padding" | "inner-padding" | "border-radius" | "inner-border-radius" => {
            let sizes: Vec<&str> = value.split(' ').collect();
            let is_each = sizes.iter().all(|size| *size == "0" || is_size(size, &["px", "%"], 0));
            if sizes.len() <= 4 && is_each { Ok(()) } else { Err(Wrong::Value) }
        }
        "padding-top" | "padding-right" | "padding-bottom" | "padding-left"
            if value == "0" || is_size(value, &["px", "%"], 0) =>
        {
            Ok(())
        }
        "colspan" | "rowspan" | "cellpadding" | "cellspacing" if is_size(value, &[""], 0) => Ok(()),
        _ => match words(name) {
            Some(words) if words.contains(&value) => Ok(()),
            _ => Err(Wrong::Value),
        },
    }
}

/// The words that an attribute takes.
fn words(name: &str) -> Option<&'static [&'static str]> {
    Some(match name {
        "align" => &["left", "center", "right"],
        "text-align" => &["left", "center", "right", "justify"],
        "vertical-align" | "valign" => &["top", "middle", "bottom"],
        "direction" => &["ltr", "rtl"],
        "full-width" => &["full-width"],
        "fluid-on-mobile" => &["true"],
        "table-layout" => &["auto", "fixed"],
        "font-style" => &["normal", "italic"],
        "font-weight" => {
            &["normal", "bold", "100", "200", "300", "400", "500", "600", "700", "800", "900"]
        }
        "text-decoration" => &["none", "underline", "line-through"],
        "text-transform" => &["none", "uppercase", "lowercase", "capitalize"],
        "border-style" => &["solid", "dashed", "dotted"],
        "scope" => &["row", "col"],
        _ => return None,
    })
}

/// A number with one of some units behind it, four digits at most before the point.
fn is_size(value: &str, units: &[&str], least: u32) -> bool {
    let end = value.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(value.len());
    let (number, unit) = value.split_at(end);
    let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    is_digits(whole)
        && is_digits(part)
        && whole.len() <= 4
        && part.len() <= 3
        && whole.parse::<u32>().is_ok_and(|number| number >= least)
        && units.contains(&unit)
}

fn is_between(value: &str, least: u32, most: u32) -> bool {
    let number = value.strip_suffix("px").and_then(|number| number.parse::<u32>().ok());
    number.is_some_and(|number| (least..=most).contains(&number))
}

/// "1px solid #d5dce1", or none.
fn is_border(value: &str) -> bool {
    let mut parts = value.split(' ');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some("none" | "0"), None, ..) => true,
        (Some(size), Some("solid" | "dashed" | "dotted"), Some(colour), None) => {
            is_size(size, &["px"], 0) && style::is_colour(colour)
        }
        _ => false,
    }
}
