//! How long a sending takes at the rates that the settings allow.

use chrono::TimeDelta;

use crate::config::Config;

/// The least that a sending to so many takes; `None` when nothing but the machine limits it.
pub fn duration(config: &Config, audience: i64) -> Option<TimeDelta> {
    let by_minute = config.sending.per_minute.map(|rate| {
        // While it grows evenly from a tenth, the rate is a little over half of what it will be.
        let lost = config.sending.ramp_up.num_minutes() * 45 / 100;
        TimeDelta::minutes(audience.div_euclid(rate as i64) + 1 + lost)
    });
    // What exceeds a day's quota waits for the next day.
    let by_day =
        config.sending.per_day.map(|quota| TimeDelta::days((audience - 1).max(0) / quota as i64));
    by_minute.into_iter().chain(by_day.filter(|days| *days > TimeDelta::zero())).max()
}
