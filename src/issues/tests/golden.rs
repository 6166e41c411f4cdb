//! Our MJML as mrml renders it, against the official MJML, which `make golden` runs and whose
//! output is committed. Every difference that is left stands in `tests/golden/accepted.txt` with
//! the reason why it does no harm.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{Token, Tokenizer};
use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use super::{TestResult, frame, read};
use crate::issues::content::BlockKind;
use crate::issues::fields::{self, Field, Widget};
use crate::issues::{Content, Frame, IssueKind, form, mail_html, render};
use crate::newsletters::Details;

/// The golden issues; together they hold every block in every variant.
const GOLDEN: [&str; 5] = ["ordinary", "special", "special_bare", "special_plain", "whole"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

fn content(name: &str) -> TestResult<Content> {
    let json = std::fs::read_to_string(folder().join(format!("{name}.json")))?;
    read(&serde_json::from_str(&json)?)
}

fn golden_frame(name: &str) -> Frame {
    match name {
        "ordinary" => {
            Frame { kind: IssueKind::Ordinary, series_number: Some(3), note: None, ..frame() }
        }
        "special" | "special_bare" => frame(),
        "whole" => Frame { kind: IssueKind::Ordinary, note: None, ..frame() },
        _ => Frame { details: Details::default(), ..frame() },
    }
}

fn mjml(name: &str) -> TestResult<String> {
    let (content, frame) = (content(name)?, golden_frame(name));
    let links = render::number_links(&content);
    Ok(mail_html::mjml(&content, &frame, &links)? + "\n")
}

/// What `make golden` calls: the MJML that the official program is to render.
#[test]
#[ignore = "writes into the checkout; `make golden` calls it"]
fn write_the_mjml() -> TestResult {
    for name in GOLDEN {
        std::fs::write(folder().join(format!("{name}.mjml")), mjml(name)?)?;
    }
    Ok(())
}

/// Writes `differences.tmp`: `accepted.txt` as it would have to be, with `?` for reasons.
#[test]
#[ignore = "writes into the checkout; for who edits `accepted.txt`"]
fn write_the_differences() -> TestResult {
    let accepted: BTreeMap<String, String> = accepted()?;
    let mut out = String::new();
    for (hunk, count) in differences()? {
        let reason = accepted.get(&hunk).cloned().unwrap_or_else(|| "# ?".to_owned());
        out.push_str(&format!("{reason}\n{count}\n{hunk}\n"));
    }
    std::fs::write(folder().join("differences.tmp"), out)?;
    Ok(())
}

#[test]
fn the_official_output_was_made_from_the_mjml_of_today() -> TestResult {
    for name in GOLDEN {
        let committed = std::fs::read_to_string(folder().join(format!("{name}.mjml")))?;
        assert!(committed == mjml(name)?, "the templates changed: run `make golden` ({name})");
    }
    Ok(())
}

#[test]
fn mrml_differs_from_the_official_mjml_only_where_it_is_known_to_do_no_harm() -> TestResult {
    let (found, accepted) = (differences()?, accepted_counts()?);
    let mut wrong = String::new();
    for (hunk, count) in &found {
        let known = accepted.get(hunk).copied().unwrap_or_default();
        if known != *count {
            wrong.push_str(&format!("{count} times, {known} accepted:\n{hunk}\n"));
        }
    }
    for hunk in accepted.keys().filter(|hunk| !found.contains_key(*hunk)) {
        wrong.push_str(&format!("not there any more:\n{hunk}\n"));
    }
    assert!(wrong.is_empty(), "see tests/golden/accepted.txt\n\n{wrong}");
    Ok(())
}

/// The accepted differences, each with its reason in lines that begin with `#`.
fn accepted() -> TestResult<BTreeMap<String, String>> {
    let mut accepted = BTreeMap::new();
    for entry in entries()? {
        let reason: Vec<&str> = entry.lines().filter(|line| line.starts_with('#')).collect();
        let hunk: Vec<&str> = entry.lines().filter(|line| line.starts_with(['-', '+'])).collect();
        accepted.insert(hunk.join("\n") + "\n", reason.join("\n"));
    }
    Ok(accepted)
}

fn entries() -> TestResult<Vec<String>> {
    let text = std::fs::read_to_string(folder().join("accepted.txt"))?;
    let entries = text.split("\n\n").map(|entry| entry.trim().to_owned());
    Ok(entries.filter(|entry| entry.lines().any(|line| line.starts_with(['-', '+']))).collect())
}

/// How often each accepted difference is there.
fn accepted_counts() -> TestResult<BTreeMap<String, usize>> {
    let mut counts = BTreeMap::new();
    for entry in entries()? {
        let reason = entry.lines().find_map(|line| line.strip_prefix("# ")).unwrap_or_default();
        assert!(reason.len() > 10, "a difference without a reason:\n{entry}");
        let count = entry.lines().find_map(|line| line.parse().ok()).ok_or("no number")?;
        let hunk: Vec<&str> = entry.lines().filter(|line| line.starts_with(['-', '+'])).collect();
        counts.insert(hunk.join("\n") + "\n", count);
    }
    Ok(counts)
}

/// Every difference in all golden issues, and how often it is there.
fn differences() -> TestResult<BTreeMap<String, usize>> {
    let mut found = BTreeMap::new();
    for name in GOLDEN {
        let official = std::fs::read_to_string(folder().join(format!("{name}.html")))?;
        let ours = render::render(&content(name)?, &golden_frame(name))?.html;
        let (official, ours) = (normal(&official), normal(&ours));
        let mut hunk = String::new();
        for change in TextDiff::from_lines(&official, &ours).iter_all_changes() {
            let sign = match change.tag() {
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
                ChangeTag::Equal => {
                    count(&mut found, &mut hunk);
                    continue;
                }
            };
            hunk.push(sign);
            hunk.push_str(change.value());
        }
        count(&mut found, &mut hunk);
    }
    Ok(found)
}

fn count(found: &mut BTreeMap<String, usize>, hunk: &mut String) {
    if !hunk.is_empty() {
        *found.entry(std::mem::take(hunk)).or_default() += 1;
    }
}

/// HTML with one tag or text a line: blanks, the order of attributes and of the properties of a
/// style, and how comments are cut are made the same.
fn normal(html: &str) -> String {
    let mut lines = Vec::new();
    add_lines(html, "", &mut lines);
    let mut joined: Vec<String> = Vec::new();
    for line in lines {
        // The end of what is for Outlook only, and at once a beginning of the same.
        let is_seam = joined.last().is_some_and(|last| last == "<![endif]-->")
            && line == "<!--[if mso | IE]>";
        if is_seam {
            joined.pop();
        } else {
            joined.push(line);
        }
    }
    joined.iter().map(|line| format!("{line}\n")).collect()
}

fn add_lines(html: &str, before: &str, lines: &mut Vec<String>) {
    let mut emitter = DefaultEmitter::<()>::default();
    emitter.naively_switch_states(true);
    let mut is_style = false;
    for token in Tokenizer::new_with_emitter(html, emitter) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) => {
                let name = text(&tag.name);
                is_style = name == "style";
                let mut line = format!("{before}<{name}");
                for (name, value) in &tag.attributes {
                    let (name, value) = (text(name), text(value));
                    // No class is no class, and no style no style.
                    if value.is_empty() && (name == "class" || name == "style") {
                        continue;
                    }
                    line.push_str(&format!(" {name}=\"{}\"", attribute(&name, &value)));
                }
                lines.push(line + ">");
            }
            Token::EndTag(tag) => lines.push(format!("{before}</{}>", text(&tag.name))),
            Token::String(words) => {
                let words = text(&words);
                let words = words.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
                if is_style {
                    lines.extend(rules(&words).into_iter().map(|rule| format!("{before}{rule}")));
                } else if !words.is_empty() {
                    lines.push(format!("{before}{words}"));
                }
            }
            Token::Comment(comment) => {
                let comment = text(&comment);
                let comment = comment.trim();
                let inside = comment.strip_suffix("<![endif]").and_then(|c| c.split_once("]>"));
                match inside {
                    Some((condition, inside)) => {
                        lines.push(format!("<!--{condition}]>"));
                        add_lines(inside, "mso ", lines);
                        lines.push("<![endif]-->".to_owned());
                    }
                    None => lines.push(format!("<!--{comment}-->")),
                }
            }
            Token::Doctype(_) => lines.push("<!doctype html>".to_owned()),
            Token::Error(_) => {}
        }
    }
}

/// A stylesheet with a rule a line; inside of a media query they are sorted, because each is for a
/// class of its own.
fn rules(css: &str) -> Vec<String> {
    let css = css.replace(": ", ":").replace("; ", ";").replace("{ ", "{").replace(" {", "{");
    let (mut rules, mut media): (Vec<String>, Vec<String>) = Default::default();
    let mut is_media = false;
    for rule in css.replace(";}", "}").split_inclusive('}') {
        let mut rule = rule.trim();
        if let Some((query, first)) = rule
            .split_once('{')
            .filter(|(query, rest)| query.starts_with('@') && rest.contains('{'))
        {
            rules.push(query.to_owned());
            (is_media, rule) = (true, first.trim());
        }
        if rule == "}" {
            media.sort();
            rules.append(&mut media);
            is_media = false;
        }
        if is_media { media.push(rule.to_owned()) } else { rules.push(rule.to_owned()) }
    }
    rules.retain(|rule| !rule.is_empty());
    // The same classes once more, for one mail program.
    if rules.iter().all(|rule| rule.starts_with(".moz-text-html")) {
        rules.sort();
    }
    rules
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn attribute(name: &str, value: &str) -> String {
    match name {
        "style" => {
            let mut properties: Vec<String> = value
                .split(';')
                .map(|property| property.split_ascii_whitespace().collect::<Vec<_>>().join(" "))
                .map(|property| property.replace(": ", ":"))
                .filter(|property| !property.is_empty())
                .collect();
            properties.sort();
            properties.join(";")
        }
        "class" => {
            let mut classes: Vec<&str> = value.split_ascii_whitespace().collect();
            classes.sort_unstable();
            classes.join(" ")
        }
        _ => value.to_owned(),
    }
}

/// The fields of a kind that have been seen filled in, and those seen empty.
#[derive(Default)]
struct Seen {
    filled: BTreeSet<String>,
    empty: BTreeSet<String>,
}

impl Seen {
    fn look(&mut self, kind: &str, fields: &[Field], value: &Value) {
        for field in fields {
            let typed = fields::get(value, field.path);
            let is_filled = match typed {
                Value::String(text) => !text.is_empty(),
                Value::Array(list) => !list.is_empty(),
                Value::Bool(flag) => *flag,
                Value::Number(number) if field.widget == Widget::Level => {
                    number.as_u64() == Some(3)
                }
                other => !other.is_null(),
            };
            let set = if is_filled { &mut self.filled } else { &mut self.empty };
            set.insert(format!("{kind}.{}", field.path));
        }
    }
}

#[test]
fn the_golden_issues_hold_every_block_in_every_variant() -> TestResult {
    let mut seen = Seen::default();
    for name in GOLDEN {
        let value = form::of(&content(name)?);
        if !value["theme"].is_null() {
            seen.look("theme", fields::THEME, &value["theme"]);
        }
        for block in value["blocks"].as_array().into_iter().flatten() {
            let kind = block["kind"].as_str().unwrap_or_default();
            seen.look(kind, &fields::of(kind), block);
            for project in block["projects"].as_array().into_iter().flatten() {
                seen.look("project", fields::PROJECT, project);
            }
        }
    }
    let mut lacking = Vec::new();
    let kinds = BlockKind::NAMES.iter().map(|kind| (*kind, fields::of(kind)));
    let others = [("theme", fields::THEME.to_vec()), ("project", fields::PROJECT.to_vec())];
    for (kind, fields) in kinds.chain(others) {
        for field in fields.iter().filter(|field| field.widget != Widget::Hidden) {
            let path = format!("{kind}.{}", field.path);
            if !seen.filled.contains(&path) {
                lacking.push(format!("{path}, filled in"));
            }
            let is_chosen = field.widget == Widget::Colour;
            if !is_required(kind, field.path) && !is_chosen && !seen.empty.contains(&path) {
                lacking.push(format!("{path}, empty"));
            }
        }
    }
    assert!(lacking.is_empty(), "not in tests/golden/*.json: {lacking:#?}");
    Ok(())
}

/// Whether an issue cannot be sent while this is empty.
fn is_required(kind: &str, path: &str) -> bool {
    let empty = match kind {
        "theme" => serde_json::json!({ "theme": {}, "blocks": [] }),
        "project" => {
            serde_json::json!({ "blocks": [{ "kind": "project_list", "projects": [{}] }] })
        }
        kind => serde_json::json!({ "blocks": [{ "kind": kind }] }),
    };
    let missing = read(&empty).map(|content| content.missing()).unwrap_or_default();
    missing.iter().any(|error| error.field.ends_with(&format!(".{path}")))
}
