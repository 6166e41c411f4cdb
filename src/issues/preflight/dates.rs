//! Days as people write them: "24. marts 2017", "24.-25. april 2017", "24/3 2017", "2017-03-24".

use chrono::NaiveDate;

use crate::web::{Lang, format};

/// The last whole day that a text names; none when it names none with its year, because nobody
/// can tell whether that has passed.
pub(super) fn last(text: &str) -> Option<NaiveDate> {
    let text = text.to_lowercase();
    let words: Vec<&str> =
        text.split(|letter: char| !letter.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    words.windows(3).filter_map(day).max()
}

fn day(words: &[&str]) -> Option<NaiveDate> {
    let [first, second, third] = words else { return None };
    let (day, month, year) = match first.len() {
        4 => (third, second.parse().ok()?, first),
        _ => (first, month(second)?, third),
    };
    // A year of two digits could as well be an hour.
    let year = (year.len() == 4).then(|| year.parse().ok()).flatten()?;
    NaiveDate::from_ymd_opt(year, month, day.parse().ok()?)
}

fn month(word: &str) -> Option<u32> {
    word.parse().ok().or_else(|| {
        (1..=12).find(|&month| {
            [Lang::Da, Lang::En].into_iter().any(|lang| {
                let name = format::month(lang, month).to_lowercase();
                name == word || (word.len() == 3 && name.starts_with(word))
            })
        })
    })
}
