//! A form carries a signed note of when it was shown. A machine that only knows the address has
//! none, or one that is too young or too old; that is no crime (a password manager is fast, a page
//! may stand open over the weekend), so it only costs more of what may be sent ([`super::pace`]). A
//! note that we never signed is a machine's.

use chrono::TimeDelta;

use crate::clock::Instant;
use crate::links::{Links, Purpose};

/// Nobody fills in a form faster,
const YOUNGEST: TimeDelta = TimeDelta::seconds(2);
/// and few leave it open for longer.
const OLDEST: TimeDelta = TimeDelta::hours(24);

/// What the note on a form says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judgement {
    /// A person may have filled it in.
    Good,
    /// There is none, or it is too young or too old.
    Doubtful,
    /// It is not ours.
    Forged,
}

/// The note for a form of a newsletter that is shown now.
pub fn issue(links: &Links, newsletter: i64, now: Instant) -> String {
    links.token(Purpose::Form, newsletter, now.seconds(), 0)
}

/// Reads the note that came with a form.
pub fn judge(links: &Links, newsletter: i64, note: &str, now: Instant) -> Judgement {
    if note.is_empty() {
        return Judgement::Doubtful;
    }
    let Some(token) = links.read(note, Purpose::Form).filter(|token| token.id == newsletter) else {
        return Judgement::Forged;
    };
    let age = TimeDelta::seconds(now.seconds() - token.extra);
    if age < YOUNGEST || age > OLDEST { Judgement::Doubtful } else { Judgement::Good }
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;
    use crate::config::Secret;

    #[test]
    fn a_form_is_good_from_two_seconds_to_a_day_after_it_was_shown() {
        let base = Url::parse("https://nyt.lederweb.example/").unwrap_or_else(|_| unreachable!());
        let links = Links::new(base, &[Secret::new("a key of thirty-two characters or so")]);
        let shown = Instant::from_micros(1_490_346_000_000_000);
        let note = issue(&links, 1, shown);
        let after = |seconds| judge(&links, 1, &note, shown + TimeDelta::seconds(seconds));
        assert_eq!(after(1), Judgement::Doubtful);
        assert_eq!(after(2), Judgement::Good);
        assert_eq!(after(24 * 3600), Judgement::Good);
        assert_eq!(after(24 * 3600 + 1), Judgement::Doubtful);
        assert_eq!(after(-5), Judgement::Doubtful, "from the future");
        assert_eq!(judge(&links, 1, "", shown), Judgement::Doubtful);
        assert_eq!(judge(&links, 2, &note, shown), Judgement::Forged, "another newsletter's");
        let other = links.token(Purpose::Click, 1, shown.seconds(), 0);
        assert_eq!(judge(&links, 1, &other, shown), Judgement::Forged);
        assert_eq!(judge(&links, 1, "aaaa", shown), Judgement::Forged);
    }
}
