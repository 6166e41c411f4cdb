//! Numbers and dates as the reader's language writes them.

use chrono::{Datelike, NaiveDate, Timelike};
use chrono_tz::Tz;

use super::language::Lang;
use crate::clock::Instant;

/// 27.699 in Danish, 27,699 in English.
pub fn number(lang: Lang, number: i64) -> String {
    let separator = match lang {
        Lang::Da => '.',
        Lang::En => ',',
    };
    let digits = number.unsigned_abs().to_string();
    let mut out = String::with_capacity(digits.len() + 4);
    if number < 0 {
        out.push('−');
    }
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(separator);
        }
        out.push(digit);
    }
    out
}

/// A share as "4,8 %" in Danish and "4.8%" in English; "–" of nothing.
pub fn percent(lang: Lang, part: i64, whole: i64) -> String {
    if whole == 0 {
        return "–".to_owned();
    }
    #[expect(clippy::cast_precision_loss, reason = "one decimal is shown")]
    let share = format!("{:.1}", part as f64 * 100.0 / whole as f64);
    match lang {
        Lang::Da => format!("{} %", share.replace('.', ",")),
        Lang::En => format!("{share}%"),
    }
}

/// A change with its sign: "+1.279", "−5", "0".
pub fn signed(lang: Lang, change: i64) -> String {
    let digits = number(lang, change);
    if change > 0 { format!("+{digits}") } else { digits }
}

/// A change as a share of what was before, with its sign: "+4,8 %".
pub fn signed_percent(lang: Lang, change: i64, before: i64) -> String {
    let share = percent(lang, change.saturating_abs(), before);
    match change {
        _ if before == 0 => share,
        1.. => format!("+{share}"),
        0 => share,
        _ => format!("−{share}"),
    }
}

const MONTHS_DA: [&str; 12] = [
    "januar",
    "februar",
    "marts",
    "april",
    "maj",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "december",
];
const MONTHS_EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The name of a month, 1 to 12.
pub fn month(lang: Lang, month: u32) -> &'static str {
    let names = match lang {
        Lang::Da => &MONTHS_DA,
        Lang::En => &MONTHS_EN,
    };
    names.get(month.saturating_sub(1) as usize).copied().unwrap_or_default()
}

/// "24. marts 2017", "24 March 2017".
pub fn day(lang: Lang, day: NaiveDate) -> String {
    let dot = if lang == Lang::Da { "." } else { "" };
    format!("{}{dot} {} {}", day.day(), month(lang, day.month()), day.year())
}

/// "24. marts 2017 kl. 9.00", "24 March 2017 at 09:00".
pub fn time(lang: Lang, at: Instant, zone: Tz) -> String {
    let local = at.in_zone(zone);
    let day = day(lang, local.date_naive());
    match lang {
        Lang::Da => format!("{day} kl. {}.{:02}", local.hour(), local.minute()),
        Lang::En => format!("{day} at {:02}:{:02}", local.hour(), local.minute()),
    }
}

/// "fredag den 24. marts 2017 kl. 9.00", "Friday 24 March 2017 at 09:00".
pub fn weekday_time(lang: Lang, at: Instant, zone: Tz) -> String {
    const DA: [&str; 7] = ["mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag"];
    const EN: [&str; 7] =
        ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    let weekday = at.in_zone(zone).weekday().num_days_from_monday() as usize;
    let name = |names: &[&'static str; 7]| names.get(weekday).copied().unwrap_or_default();
    let time = time(lang, at, zone);
    match lang {
        Lang::Da => format!("{} den {time}", name(&DA)),
        Lang::En => format!("{} {time}", name(&EN)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_shares_are_written_as_the_language_does() {
        assert_eq!(number(Lang::Da, 27_699), "27.699");
        assert_eq!(number(Lang::En, 1_000_000), "1,000,000");
        assert_eq!(number(Lang::Da, -5), "−5");
        assert_eq!(number(Lang::Da, 999), "999");
        assert_eq!(percent(Lang::Da, 1279, 26_420), "4,8 %");
        assert_eq!(percent(Lang::Da, 1, 0), "–");
        assert_eq!(signed(Lang::Da, 1_279), "+1.279");
        assert_eq!(signed(Lang::Da, -1_279), "−1.279");
        assert_eq!(signed_percent(Lang::Da, 1_279, 26_420), "+4,8 %");
        assert_eq!(signed_percent(Lang::En, -5, 100), "−5.0%");
        assert_eq!(signed_percent(Lang::Da, 1, 0), "–");
    }

    #[test]
    fn a_moment_is_written_in_its_zone() {
        let at = Instant::new("2017-03-24T08:00:00Z".parse().unwrap_or_default());
        let zone = chrono_tz::Europe::Copenhagen;
        assert_eq!(time(Lang::Da, at, zone), "24. marts 2017 kl. 9.00");
        assert_eq!(time(Lang::En, at, zone), "24 March 2017 at 09:00");
        assert_eq!(weekday_time(Lang::Da, at, zone), "fredag den 24. marts 2017 kl. 9.00");
        assert_eq!(weekday_time(Lang::En, at, zone), "Friday 24 March 2017 at 09:00");
    }
}
