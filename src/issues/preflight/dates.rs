//! Days as people write them: "24. marts 2017", "24.-25. april 2017", "24/3 2017", "2017-03-24".

use chrono::{Months, NaiveDate};

use crate::web::{Lang, format};

/// The last day that a text names, or of a month that it names; none when it names none with its
/// year, because nobody can tell whether that has passed.
pub(super) fn last(text: &str) -> Option<NaiveDate> {
    let text = text.to_lowercase();
    let words: Vec<&str> =
        text.split(|letter: char| !letter.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    let days = words.windows(3).filter_map(day).max();
    // "Oktober 2017" lasts until its end.
    days.or_else(|| words.windows(2).filter_map(end_of_month).max())
}

fn end_of_month(words: &[&str]) -> Option<NaiveDate> {
    let [month_of, year] = words else { return None };
    // Two numbers say too little.
    let month = month(month_of).filter(|_| month_of.parse::<u32>().is_err())?;
    let year = (year.len() == 4).then(|| year.parse().ok()).flatten()?;
    NaiveDate::from_ymd_opt(year, month, 1)?.checked_add_months(Months::new(1))?.pred_opt()
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
