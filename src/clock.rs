//! The only reader of the time: [`Instant`] is a moment, [`Clock`] tells which one is now.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;

/// A moment in UTC, to the microsecond: the finest that both databases keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = crate::db::types::Moment)]
pub struct Instant(DateTime<Utc>);

impl Instant {
    /// The moment, with anything finer than a microsecond cut off.
    pub fn new(at: DateTime<Utc>) -> Self {
        Self::from_micros(at.timestamp_micros())
    }

    /// A count of microseconds since 1970; what lies outside chrono's range becomes 1970 itself.
    pub fn from_micros(micros: i64) -> Self {
        Self(DateTime::from_timestamp_micros(micros).unwrap_or_default())
    }

    /// Microseconds since 1970.
    pub fn micros(self) -> i64 {
        self.0.timestamp_micros()
    }

    /// Whole seconds since 1970.
    pub fn seconds(self) -> i64 {
        self.0.timestamp()
    }

    /// The same moment for chrono.
    pub fn utc(self) -> DateTime<Utc> {
        self.0
    }

    /// The moment on the clock of a time zone.
    pub fn in_zone(self, zone: Tz) -> DateTime<Tz> {
        self.0.with_timezone(&zone)
    }

    /// The calendar day in a time zone.
    pub fn day_in(self, zone: Tz) -> NaiveDate {
        self.in_zone(zone).date_naive()
    }

    /// The first moment of a day on the clock of a zone.
    pub fn first_of(day: NaiveDate, zone: Tz) -> Self {
        let midnight = day.and_time(NaiveTime::MIN);
        // Where the clock is put forward at midnight, the day begins an hour later.
        let first = [midnight, midnight + TimeDelta::hours(1)]
            .iter()
            .find_map(|local| zone.from_local_datetime(local).earliest());
        Self::new(first.map_or_else(|| midnight.and_utc(), |first| first.to_utc()))
    }

    /// The start of the UTC hour.
    pub fn hour(self) -> Self {
        let seconds = self.0.minute() * 60 + self.0.second();
        Self::new(self.0 - TimeDelta::seconds(seconds.into())).whole_second()
    }

    /// The start of the UTC day.
    pub fn start_of_day(self) -> Self {
        Self::from_micros(self.micros() - self.micros().rem_euclid(86_400_000_000))
    }

    /// Without the fraction of a second.
    pub fn whole_second(self) -> Self {
        Self::from_micros(self.0.timestamp() * 1_000_000)
    }
}

impl std::ops::Add<TimeDelta> for Instant {
    type Output = Self;
    fn add(self, by: TimeDelta) -> Self {
        Self(self.0 + by)
    }
}

impl std::ops::Sub<TimeDelta> for Instant {
    type Output = Self;
    fn sub(self, by: TimeDelta) -> Self {
        Self(self.0 - by)
    }
}

impl std::ops::Sub for Instant {
    type Output = TimeDelta;
    fn sub(self, earlier: Self) -> TimeDelta {
        self.0 - earlier.0
    }
}

impl serde::Serialize for Instant {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
    }
}

/// Tells the time: the machine's, or one that a test sets.
#[derive(Debug, Clone, Default)]
pub struct Clock(Option<Arc<AtomicI64>>);

impl Clock {
    /// The machine's clock.
    pub fn real() -> Self {
        Self(None)
    }

    /// A clock that stands still until it is told to move; clones share it.
    pub fn set(at: Instant) -> Self {
        Self(Some(Arc::new(AtomicI64::new(at.micros()))))
    }

    /// Now.
    pub fn now(&self) -> Instant {
        match &self.0 {
            None => Instant::new(Utc::now()),
            Some(micros) => Instant::from_micros(micros.load(Ordering::SeqCst)),
        }
    }

    /// Moves a set clock; the machine's clock does not move.
    pub fn advance(&self, by: TimeDelta) {
        if let Some(micros) = &self.0 {
            micros.fetch_add(by.num_microseconds().unwrap_or(0), Ordering::SeqCst);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hour_starts_on_the_hour() {
        let at = Instant::from_micros(1_490_346_061_234_567); // 24 March 2017 09:01:01.234567
        assert_eq!(at.hour().utc().to_rfc3339(), "2017-03-24T09:00:00+00:00");
    }

    #[test]
    fn a_day_belongs_to_its_zone() {
        // 23:30 UTC in summer is already the next day in Copenhagen.
        let at = Instant::new("2017-06-30T23:30:00Z".parse().unwrap_or_default());
        assert_eq!(at.day_in(chrono_tz::Europe::Copenhagen).to_string(), "2017-07-01");
    }
}
