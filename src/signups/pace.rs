//! How fast forms may make us write to people. What goes beyond is not refused: the mail waits for
//! its turn, so that a full hall behind one address of the network loses nobody; only what would
//! wait for half a day is a flood, and is not sent.
//!
//! Kept in memory, by each process for itself: a restart forgives.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use chrono::TimeDelta;

use crate::clock::Instant;
use crate::web::headers::network;

/// A mail that would wait longer is not sent.
const LONGEST: TimeDelta = TimeDelta::hours(12);
/// How long an allowance is for: all of it may be used at once.
const HOUR: TimeDelta = TimeDelta::hours(1);
/// A person asks for a newsletter so many times within an hour, with a slip of the finger and a mail that
/// did not come; who goes on is no person, and gets nothing more for a day. Far more than the three mails
/// of a day that are sent at all, and less than a flood needs to get the second of them.
const ASKS: u32 = 5;
/// For so long.
const SHUT: TimeDelta = TimeDelta::days(1);
/// From so many keys on, those that have nothing left to wait for are forgotten,
const MANY: usize = 20_000;
/// and from so many on, all networks: remembering them must not cost more than what they cost.
const TOO_MANY: usize = 500_000;
/// What a form without a good note costs.
pub const DOUBTFUL: u32 = 10;
/// Forms that one network may send in an hour, good or not.
const POSTS: u32 = 1_000;
/// Links to own pages that one network may ask for in an hour: a whole municipality may be one.
const LINKS: u32 = 300;

/// What is allowed in an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// Mails because of forms from one network.
    pub network: u32,
    /// Mails to one domain.
    pub domain: u32,
    /// Mails in all.
    pub all: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    All,
    Domain(String),
    Network(IpAddr),
    Posts(IpAddr),
    Links(IpAddr),
}

/// Who asks for which newsletter: its id and the keyed hash of the address.
type Asker = (i64, Vec<u8>);

/// How often an address was written into forms.
struct Asks {
    since: Instant,
    times: u32,
    /// Until when it gets nothing more.
    shut_until: Option<Instant>,
}

impl Asks {
    fn is_over(&self, now: Instant) -> bool {
        self.shut_until.unwrap_or(self.since + HOUR) <= now
    }
}

/// Remembers when each allowance is whole again (the generic cell rate algorithm, as in ATM's
/// traffic management).
#[derive(Default)]
pub struct Pace {
    whole_at: Mutex<WholeAt>,
    asks: Mutex<HashMap<Asker, Asks>>,
}

#[derive(Default)]
struct WholeAt {
    of: HashMap<Key, Instant>,
    /// How many keys are left of the last look for those that can be forgotten: the next one is when
    /// there are twice as many, so that a flood does not make every call look at all of them.
    left: usize,
}

impl WholeAt {
    fn forget_old(&mut self, now: Instant) {
        if self.of.len() <= MANY.max(2 * self.left).min(TOO_MANY) {
            return;
        }
        self.of.retain(|_, at| *at > now);
        if self.of.len() > TOO_MANY {
            self.of.retain(|key, _| matches!(key, Key::All));
        }
        self.left = self.of.len();
    }
}

impl Pace {
    /// Takes a mail out of the allowances: how long it has to wait, or none when it should not be
    /// sent. `cost` is 1, or [`DOUBTFUL`].
    pub fn mail(
        &self,
        allowance: &Allowance,
        (client, domain): (Option<IpAddr>, &str),
        cost: u32,
        now: Instant,
    ) -> Option<TimeDelta> {
        let mut keys = vec![
            (Key::All, allowance.all),
            (Key::Domain(domain.to_ascii_lowercase()), allowance.domain),
        ];
        if let Some(network) = client.and_then(network) {
            keys.push((Key::Network(network), allowance.network));
        }
        self.take(&keys, cost, LONGEST, now)
    }

    /// Whether one more form with an address may lead to a mail, wherever it came from. `hash` is the
    /// keyed one of the address.
    pub fn allows_ask(&self, newsletter: i64, hash: &[u8], now: Instant) -> bool {
        let mut asks = self.asks.lock().unwrap_or_else(PoisonError::into_inner);
        if asks.len() > TOO_MANY {
            asks.retain(|_, asks| !asks.is_over(now));
            if asks.len() > TOO_MANY {
                asks.clear();
            }
        }
        let new = || Asks { since: now, times: 0, shut_until: None };
        let of = asks.entry((newsletter, hash.to_vec())).or_insert_with(new);
        if of.is_over(now) {
            *of = new();
        }
        of.times += 1;
        if of.times > ASKS && of.shut_until.is_none() {
            of.shut_until = Some(now + SHUT);
        }
        of.shut_until.is_none()
    }

    /// Whether one more form of a client is looked at.
    pub fn allows_post(&self, client: Option<IpAddr>, now: Instant) -> bool {
        let Some(network) = client.and_then(network) else { return true };
        self.take(&[(Key::Posts(network), POSTS)], 1, TimeDelta::zero(), now).is_some()
    }

    /// Whether one more link to an own page is looked up for a client.
    pub fn allows_link(&self, client: Option<IpAddr>, now: Instant) -> bool {
        let Some(network) = client.and_then(network) else { return true };
        self.take(&[(Key::Links(network), LINKS)], 1, TimeDelta::zero(), now).is_some()
    }

    /// How long one more has to wait; none, and nothing is taken, when that is longer than `most`.
    fn take(
        &self,
        keys: &[(Key, u32)],
        cost: u32,
        most: TimeDelta,
        now: Instant,
    ) -> Option<TimeDelta> {
        let mut whole_at = self.whole_at.lock().unwrap_or_else(PoisonError::into_inner);
        whole_at.forget_old(now);
        let mut wait = TimeDelta::zero();
        let mut next = Vec::with_capacity(keys.len());
        for (key, an_hour) in keys {
            let each = HOUR / i32::try_from((*an_hour).max(1)).unwrap_or(i32::MAX);
            let whole = whole_at.of.get(key).copied().unwrap_or(now).max(now);
            let after = whole + each * i32::try_from(cost).unwrap_or(i32::MAX);
            wait = wait.max(after - now - HOUR);
            next.push((key, after));
        }
        // A flood does not fill what it was not let in for.
        if wait > most {
            return None;
        }
        for (key, after) in next {
            whole_at.of.insert(key.clone(), after);
        }
        Some(wait.max(TimeDelta::zero()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALLOWANCE: Allowance = Allowance { network: 60, domain: 120, all: 1_000 };

    fn ip(text: &str) -> Option<IpAddr> {
        text.parse().ok()
    }

    fn at(seconds: i64) -> Instant {
        Instant::from_micros(1_490_346_000_000_000) + TimeDelta::seconds(seconds)
    }

    #[test]
    fn a_full_hall_goes_at_once_and_what_is_more_waits_its_turn() {
        let pace = Pace::default();
        let mail = |at| pace.mail(&ALLOWANCE, (ip("192.0.2.7"), "aarhus.example"), 1, at);
        for _ in 0..60 {
            assert_eq!(mail(at(0)), Some(TimeDelta::zero()));
        }
        assert_eq!(mail(at(0)), Some(TimeDelta::minutes(1)));
        assert_eq!(mail(at(0)), Some(TimeDelta::minutes(2)));
        assert_eq!(mail(at(180)), Some(TimeDelta::zero()), "time passes");
    }

    #[test]
    fn a_flood_is_not_sent_and_costs_others_nothing() {
        let pace = Pace::default();
        let from = |client| pace.mail(&ALLOWANCE, (ip(client), "aarhus.example"), 1, at(0));
        let sent = (0..10_000).filter(|_| from("192.0.2.7").is_some()).count();
        // The hour's allowance, and that of the half day that a mail may wait.
        assert_eq!(sent, 60 * 13);
        let other = pace.mail(&ALLOWANCE, (ip("192.0.2.8"), "odense.example"), 1, at(0));
        assert_eq!(other, Some(TimeDelta::zero()));
    }

    #[test]
    fn a_form_without_a_good_note_costs_ten() {
        let pace = Pace::default();
        let mail = || pace.mail(&ALLOWANCE, (ip("192.0.2.7"), "odense.example"), DOUBTFUL, at(0));
        for _ in 0..6 {
            assert_eq!(mail(), Some(TimeDelta::zero()));
        }
        assert_eq!(mail(), Some(TimeDelta::minutes(10)));
    }

    #[test]
    fn a_house_with_many_addresses_of_ipv6_is_one_network() {
        assert_eq!(network_of("2001:db8:1:2:aaaa::1"), network_of("2001:db8:1:2:bbbb::2"));
        assert_ne!(network_of("2001:db8:1:2::1"), network_of("2001:db8:1:3::1"));
        assert_ne!(network_of("192.0.2.7"), network_of("192.0.2.8"));
        assert_eq!(network_of("::ffff:192.0.2.7"), network_of("192.0.2.7"));
        assert_eq!(network_of("127.0.0.1"), None);
        assert_eq!(network_of("::1"), None);
    }

    fn network_of(text: &str) -> Option<IpAddr> {
        ip(text).and_then(network)
    }

    #[test]
    fn one_network_may_send_a_thousand_forms_an_hour() {
        let pace = Pace::default();
        let posts = (0..2_000).filter(|_| pace.allows_post(ip("192.0.2.7"), at(0))).count();
        assert_eq!(posts, 1_000);
        assert!(pace.allows_post(ip("192.0.2.8"), at(0)));
        assert!(pace.allows_post(None, at(0)));
        assert!(pace.allows_post(ip("192.0.2.7"), at(3_600)));
    }

    #[test]
    fn who_asks_without_end_gets_nothing_for_a_day_and_who_asks_again_gets_it() {
        let pace = Pace::default();
        let ask = |hash: &[u8], seconds| pace.allows_ask(1, hash, at(seconds));
        let allowed = (0..20).filter(|round| ask(b"anne", round * 9)).count();
        assert_eq!(allowed, 5);
        assert!(ask(b"bo", 180) && pace.allows_ask(2, b"anne", at(180)), "others, and elsewhere");
        assert!(!ask(b"anne", 23 * 3_600));
        assert!(ask(b"anne", 25 * 3_600));
        // Whoever waits for the mail and tries again, all day long.
        assert!((0..24).all(|round| ask(b"carla", round * 1_200)));
    }

    #[test]
    fn networks_without_end_are_forgotten_and_the_whole_is_not() {
        let pace = Pace::default();
        let now = at(0);
        for number in 0..(TOO_MANY as u32 + 10) {
            pace.allows_post(Some(IpAddr::from(number.to_be_bytes())), now);
        }
        assert!(
            pace.whole_at.lock().unwrap_or_else(PoisonError::into_inner).of.len() <= TOO_MANY + 1
        );
        for _ in 0..LINKS {
            assert!(pace.allows_link(ip("192.0.2.7"), now));
        }
        assert!(!pace.allows_link(ip("192.0.2.7"), now));
        assert!(pace.allows_link(ip("192.0.2.8"), now) && pace.allows_link(None, now));
    }
}
