//! What is kept of people, for how long, and what the law asks to be written down about it: the
//! page on privacy, the times after which things are cleared, and the record of processing.

pub mod clear;
pub mod routes;
pub mod store;

use chrono::TimeDelta;

use crate::clock::Instant;
use crate::text_enum;
use crate::web::language::Texts;

text_enum! {
    /// What is kept of people for a time, and then cleared.
    pub enum Kept {
        /// Sign-ups that nobody confirms.
        Unconfirmed = "unconfirmed",
        /// The IP addresses of a consent.
        IpAddresses = "ip_addresses",
        /// Consents, after they were withdrawn or asked for in vain.
        Consents = "consents",
        /// What mail servers said about a person's copy.
        Replies = "replies",
        /// Who got which issue. How many they were stays.
        Deliveries = "deliveries",
        /// Opens and clicks of those who have consented to them.
        Measured = "measured",
        /// What people said about themselves, after they have left everything.
        Ended = "ended",
        /// The keyed hash of somebody who was erased, and of an address that nobody here has.
        Erased = "erased",
    }
}

/// How long each is kept: the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// `UNCONFIRMED_DAYS`
    pub unconfirmed: TimeDelta,
    /// `IP_DAYS`
    pub ip_addresses: TimeDelta,
    /// `CONSENT_DAYS`
    pub consents: TimeDelta,
    /// `REPLY_DAYS`
    pub replies: TimeDelta,
    /// `DELIVERY_DAYS`
    pub deliveries: TimeDelta,
    /// `TRACKING_DAYS`
    pub measured: TimeDelta,
    /// `ENDED_DAYS`; 0 is for ever.
    pub ended: TimeDelta,
    /// `ERASED_YEARS`
    pub erased_years: i64,
}

impl Retention {
    /// How long something is kept.
    pub fn of(&self, kept: Kept) -> TimeDelta {
        match kept {
            Kept::Unconfirmed => self.unconfirmed,
            Kept::IpAddresses => self.ip_addresses,
            Kept::Consents => self.consents,
            Kept::Replies => self.replies,
            Kept::Deliveries => self.deliveries,
            Kept::Measured => self.measured,
            Kept::Ended => self.ended,
            Kept::Erased => TimeDelta::days(self.erased_years * 365 + self.erased_years / 4),
        }
    }

    /// The moment before which something is too old.
    pub fn before(&self, kept: Kept, now: Instant) -> Instant {
        now - self.of(kept)
    }

    /// Whether something is kept until somebody asks for it to be erased.
    pub fn is_for_ever(&self, kept: Kept) -> bool {
        self.of(kept).is_zero()
    }

    /// How long something is kept, in words: "14 dage", "6 måneder", "5 år".
    pub fn words(&self, kept: Kept, texts: Texts) -> String {
        let days = self.of(kept).num_days();
        let (key, number) = match days {
            0 => ("kept-until-asked", 0),
            // Within two days of a number of calendar months, as people count them.
            _ if kept == Kept::Erased => ("kept-years", self.erased_years),
            60.. if (days * 12 % 365).min(365 - days * 12 % 365) <= 24 => {
                ("kept-months", (days * 12 + 182) / 365)
            }
            _ => ("kept-days", days),
        };
        texts.with(key, &[("number", &number)])
    }
}

impl Kept {
    /// The setting that says how long.
    pub fn setting(self) -> &'static str {
        match self {
            Self::Unconfirmed => "UNCONFIRMED_DAYS",
            Self::IpAddresses => "IP_DAYS",
            Self::Consents => "CONSENT_DAYS",
            Self::Replies => "REPLY_DAYS",
            Self::Deliveries => "DELIVERY_DAYS",
            Self::Measured => "TRACKING_DAYS",
            Self::Ended => "ENDED_DAYS",
            Self::Erased => "ERASED_YEARS",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::Lang;

    #[test]
    fn a_time_is_said_as_people_say_it() {
        let days = |days| {
            let time = TimeDelta::days(days);
            let retention = Retention {
                unconfirmed: time,
                ip_addresses: time,
                consents: time,
                replies: time,
                deliveries: time,
                measured: time,
                ended: time,
                erased_years: 5,
            };
            retention.words(Kept::Replies, Lang::Da.texts())
        };
        for (number, words) in [
            (1, "1 dag"),
            (14, "14 dage"),
            (30, "30 dage"),
            (90, "3 måneder"),
            (100, "100 dage"),
            (183, "6 måneder"),
            (365, "12 måneder"),
            (396, "13 måneder"),
            (400, "400 dage"),
        ] {
            assert_eq!(days(number), words);
        }
    }
}
