//! The subject of a prepared issue: "Nyt fra Lederweb, uge {uge}".

use chrono::Datelike;
use chrono_tz::Tz;

use crate::clock::Instant;
use crate::web::{Lang, format};

/// The places that are filled in, in Danish and in English.
pub const PLACES: [(&str, &str); 4] =
    [("{uge}", "{week}"), ("{dato}", "{date}"), ("{måned}", "{month}"), ("{år}", "{year}")];

/// Fills in the week, the day, the month and the year in which the issue is to go.
pub fn fill(pattern: &str, at: Instant, zone: Tz, lang: Lang) -> String {
    let day = at.day_in(zone);
    let values = [
        day.iso_week().week().to_string(),
        format::day(lang, day),
        format::month(lang, day.month()).to_owned(),
        day.year().to_string(),
    ];
    let mut subject = pattern.to_owned();
    for ((danish, english), value) in PLACES.iter().zip(values) {
        subject = subject.replace(danish, &value).replace(english, &value);
    }
    subject
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn week_day_month_and_year_are_filled_in_and_nothing_else() {
        let at = Instant::new("2017-04-06T07:00:00Z".parse().unwrap_or_default());
        let filled = |pattern| fill(pattern, at, chrono_tz::Europe::Copenhagen, Lang::Da);
        assert_eq!(filled("Nyt fra Lederweb, uge {uge}"), "Nyt fra Lederweb, uge 14");
        assert_eq!(filled("{dato} · {month} {år}"), "6. april 2017 · april 2017");
        assert_eq!(filled("Til {{navn|dig}} {andet}"), "Til {{navn|dig}} {andet}");
    }
}
