//! How long a sending takes at the rates that the settings allow.
//!
//! What only shows on the way is not foreseen: a provider that complains or refuses us, and
//! how many messages at once it takes.

use chrono::TimeDelta;

use crate::config::SendingRules;

/// What an issue asks of the relay.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Load {
    /// How many recipients it has.
    pub audience: i64,
    /// How many of them are at the provider with the most; counted where that is limited.
    pub largest: i64,
    /// How much of the day's quota others have taken when it begins; counted where there is one.
    pub taken: i64,
}

/// The least that a sending takes; `None` when nothing but the machine limits it.
pub fn duration(rules: &SendingRules, load: &Load) -> Option<TimeDelta> {
    let by_minute = rules.per_minute.map(|rate| {
        // While it grows evenly from a tenth, the rate is a little over half of what it will be.
        let lost = rules.ramp_up.num_minutes() * 45 / 100;
        TimeDelta::minutes(load.audience.div_euclid(rate as i64) + 1 + lost)
    });
    let by_provider =
        rules.provider_per_minute.map(|rate| TimeDelta::minutes(load.largest / rate as i64 + 1));
    // What exceeds the quota of a day waits for the next one, behind the others.
    let by_day = rules
        .per_day
        .map(|quota| TimeDelta::days((load.taken + load.audience - 1).max(0) / quota as i64));
    let by_day = by_day.filter(|days| *days > TimeDelta::zero());
    by_minute.into_iter().chain(by_provider).chain(by_day).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn takes(settings: &[(&str, &str)], audience: i64, largest: i64, taken: i64) -> Option<i64> {
        let load = Load { audience, largest, taken };
        duration(&SendingRules::of(settings), &load).map(|time| time.num_minutes())
    }

    #[test]
    fn the_limit_that_binds_says_how_long_it_takes() {
        const DAY: i64 = 24 * 60;
        assert_eq!(takes(&[], 27_699, 8_000, 0), None);
        assert_eq!(takes(&[("SEND_PER_MINUTE", "600")], 27_699, 0, 0), Some(47));
        let day = [("SEND_PER_DAY", "10000")];
        assert_eq!(takes(&day, 10_000, 0, 0), None, "it does not bind");
        assert_eq!(takes(&day, 27_699, 0, 0), Some(2 * DAY));
        assert_eq!(takes(&day, 5_000, 0, 6_000), Some(DAY), "others were first");
        assert_eq!(takes(&day, 5_000, 0, 50_000), Some(5 * DAY));
        let both = [("SEND_PER_MINUTE", "600"), ("SEND_PROVIDER_PER_MINUTE", "100")];
        assert_eq!(takes(&both, 27_699, 8_000, 0), Some(81), "a third is at one provider");
        assert_eq!(takes(&both, 27_699, 800, 0), Some(47));
    }
}
