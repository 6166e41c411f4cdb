//! Searching the archive: what fits, how many there are of each kind, and the words around a hit.

use chrono::{Datelike, NaiveDate};

use super::stems::{self, Asked};
use crate::db::DbConn;
use crate::error::Result;
use crate::issues::html::Html;
use crate::issues::store::{self, ArchiveEntry};
use crate::issues::{Issue, IssueKind};
use crate::web::Lang;

/// Issues on a page.
pub const PAGE: usize = 30;
/// Characters before a hit and after it.
const AROUND: usize = 90;

/// What the archive's list shows.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// Words that must all be found; the last one may be a beginning.
    pub words: String,
    /// Ordinary ones or special editions only.
    pub kind: Option<IssueKind>,
    /// Of one year only.
    pub year: Option<i32>,
    /// With one theme only.
    pub theme: String,
    /// The page, from 1.
    pub page: usize,
}

/// An issue in the list.
pub struct Hit {
    /// The issue.
    pub issue: Issue,
    /// Its day.
    pub day: NaiveDate,
    /// The words around the first one that was asked for.
    pub snippet: Option<Html>,
}

/// What was found.
pub struct Found {
    /// The issues of the page, by year.
    pub years: Vec<(i32, Vec<Hit>)>,
    /// How many there are on all pages.
    pub count: usize,
    /// How many pages there are.
    pub pages: usize,
    /// The page that is shown.
    pub page: usize,
    /// The years that there are and how many fit in each, whatever year was chosen.
    pub by_year: Vec<(i32, usize)>,
    /// The same by theme.
    pub by_theme: Vec<(String, usize)>,
    /// The same by kind.
    pub by_kind: Vec<(IssueKind, usize)>,
}

/// Looks for issues, the newest first.
pub fn search(conn: &mut DbConn, search: &Search) -> Result<Found> {
    let asked = stems::asked(&search.words);
    let all = store::archived(conn, &asked)?;
    let of_kind = |entry: &&ArchiveEntry| search.kind.is_none_or(|kind| entry.kind == kind);
    let of_year = |entry: &&ArchiveEntry| search.year.is_none_or(|year| entry.day.year() == year);
    let of_theme = |entry: &&ArchiveEntry| search.theme.is_empty() || entry.theme == search.theme;
    let fit: Vec<&ArchiveEntry> =
        all.iter().filter(of_kind).filter(of_year).filter(of_theme).collect();
    let mut by_theme = counted(all.iter().filter(of_kind).filter(of_year).map(|e| e.theme.clone()));
    by_theme.retain(|(theme, _)| !theme.is_empty());
    by_theme.sort();
    let pages = fit.len().div_ceil(PAGE).max(1);
    let page = search.page.clamp(1, pages);
    let shown: Vec<i64> = fit.iter().skip((page - 1) * PAGE).take(PAGE).map(|e| e.issue).collect();
    let mut years: Vec<(i32, Vec<Hit>)> = Vec::new();
    for (issue, plain) in store::archived_whole(conn, &shown)? {
        let Some(day) = issue.published_on else { continue };
        let snippet = plain.and_then(|plain| snippet(&plain, &asked));
        let hit = Hit { issue, day, snippet };
        match years.last_mut() {
            Some((year, hits)) if *year == day.year() => hits.push(hit),
            _ => years.push((day.year(), vec![hit])),
        }
    }
    Ok(Found {
        years,
        count: fit.len(),
        pages,
        page,
        by_year: counted(all.iter().filter(of_kind).filter(of_theme).map(|e| e.day.year())),
        by_theme,
        by_kind: counted(all.iter().filter(of_year).filter(of_theme).map(|e| e.kind)),
    })
}

/// How often each is there, in the order of their first.
fn counted<T: PartialEq>(all: impl Iterator<Item = T>) -> Vec<(T, usize)> {
    let mut counts: Vec<(T, usize)> = Vec::new();
    for one in all {
        match counts.iter_mut().find(|(known, _)| *known == one) {
            Some((_, count)) => *count += 1,
            None => counts.push((one, 1)),
        }
    }
    counts
}

/// The words around the first one that was asked for, with all of them marked.
fn snippet(text: &str, asked: &[Asked]) -> Option<Html> {
    let is_hit = |word: &stems::Word| {
        Lang::ALL.iter().any(|lang| {
            let stem = stems::stem(&word.plain, *lang);
            asked.iter().any(|asked| asked.fits(&word.plain, &stem))
        })
    };
    let words = stems::words(text);
    let first = words.iter().find(|word| is_hit(word))?;
    let before = text[..first.start].char_indices().rev().take(AROUND).last();
    let start = match before {
        Some((at, _)) if at > 0 => text[at..].find(' ').map_or(at, |gap| at + gap + 1),
        _ => 0,
    };
    let start = start.min(first.start);
    let after = text[first.end..].char_indices().nth(AROUND).map(|(at, _)| first.end + at);
    let end = after.map_or(text.len(), |at| text[..at].rfind(' ').unwrap_or(at).max(first.end));
    let mut html = Html::default();
    html.text(if start > 0 { "… " } else { "" });
    let mut at = start;
    for word in words.iter().filter(|word| word.start >= start && word.end <= end) {
        if is_hit(word) {
            html.text(&text[at..word.start]).markup("<mark>");
            html.text(&text[word.start..word.end]).markup("</mark>");
            at = word.end;
        }
    }
    html.text(&text[at..end]).text(if end < text.len() { " …" } else { "" });
    Some(html)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snippet_marks_what_was_asked_for_and_shows_text_as_text() {
        let text = format!(
            "{} Om <b>ledelsens</b> opgave & ledelse {}",
            "før ".repeat(60),
            "efter ".repeat(60)
        );
        let html = snippet(&text, &stems::asked("ledelse")).map(Html::into_string);
        let html = html.unwrap_or_default();
        assert!(
            html.contains(
                "&#60;b&#62;<mark>ledelsens</mark>&#60;/b&#62; opgave &#38; <mark>ledelse</mark>"
            ),
            "{html}"
        );
        assert!(html.starts_with("… før") && html.ends_with("efter …"), "{html}");
        assert!(snippet(&text, &stems::asked("findesikke")).is_none());
        assert!(snippet("æ", &stems::asked("æ")).is_some());
        assert!(snippet("", &stems::asked("")).is_none());
    }
}
