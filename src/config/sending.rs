//! The settings of sending.

use anyhow::Context;
use chrono::TimeDelta;

use super::values::Values;

/// How issues are sent.
#[derive(Debug, Clone)]
pub struct SendingRules {
    /// `SEND_CONNECTIONS`
    pub connections: usize,
    /// `SEND_WINDOW`
    pub window: usize,
    /// `SEND_PER_MINUTE`
    pub per_minute: Option<usize>,
    /// `SEND_PER_DAY`
    pub per_day: Option<usize>,
    /// `SEND_PROVIDER_CONNECTIONS`
    pub provider_connections: Option<usize>,
    /// `SEND_PROVIDER_PER_MINUTE`
    pub provider_per_minute: Option<usize>,
    /// `SEND_PROVIDER_SLOWEST`, messages a minute
    pub provider_slowest: usize,
    /// `SEND_PROVIDER_GROWTH`, per cent a minute
    pub provider_growth: usize,
    /// `SEND_PROVIDER_REFUSALS`, per cent
    pub provider_refusals: usize,
    /// `SEND_PROVIDER_SAMPLE`
    pub provider_sample: usize,
    /// `SEND_PROVIDER_PAUSE`
    pub provider_pause: TimeDelta,
    /// `SEND_RAMP_UP`
    pub ramp_up: TimeDelta,
    /// `SEND_DEADLINE`
    pub deadline: TimeDelta,
    /// `SEND_RETRY_PAUSES`
    pub retry_pauses: Vec<TimeDelta>,
    /// `SEND_LATE`
    pub late: TimeDelta,
    /// `SEND_GRACE`
    pub grace: TimeDelta,
    /// `SEND_UNCERTAIN` is `resend`
    pub resend_uncertain: bool,
    /// `SEND_FAILURES`, per cent
    pub failures: usize,
    /// `SEND_FAILURES_SAMPLE`
    pub failures_sample: usize,
    /// `SEND_GONE`, per cent
    pub gone: usize,
    /// `SEND_GONE_LEAST`
    pub gone_least: usize,
}

impl SendingRules {
    /// Reads them.
    pub(super) fn read(values: &Values) -> anyhow::Result<Self> {
        let hours = |name| anyhow::Ok(TimeDelta::hours(values.number(name, 1, 24 * 7)? as i64));
        let minutes = |name, least| {
            anyhow::Ok(TimeDelta::minutes(values.number(name, least, 24 * 60)? as i64))
        };
        Ok(Self {
            connections: values.number("SEND_CONNECTIONS", 1, 512)?,
            window: values.number("SEND_WINDOW", 1, 1000)?,
            per_minute: values.limit("SEND_PER_MINUTE")?,
            per_day: values.limit("SEND_PER_DAY")?,
            provider_connections: values.limit("SEND_PROVIDER_CONNECTIONS")?,
            provider_per_minute: values.limit("SEND_PROVIDER_PER_MINUTE")?,
            provider_slowest: values.number("SEND_PROVIDER_SLOWEST", 1, 1000)?,
            provider_growth: values.number("SEND_PROVIDER_GROWTH", 1, 1000)?,
            provider_refusals: values.number("SEND_PROVIDER_REFUSALS", 1, 100)?,
            provider_sample: values.number("SEND_PROVIDER_SAMPLE", 10, 10_000)?,
            provider_pause: minutes("SEND_PROVIDER_PAUSE", 1)?,
            ramp_up: minutes("SEND_RAMP_UP", 0)?,
            deadline: hours("SEND_DEADLINE")?,
            retry_pauses: retry_pauses(values)?,
            late: hours("SEND_LATE")?,
            grace: TimeDelta::seconds(values.number("SEND_GRACE", 0, 3600)? as i64),
            resend_uncertain: values.is_first("SEND_UNCERTAIN", ["resend", "hold"])?,
            failures: values.number("SEND_FAILURES", 1, 100)?,
            failures_sample: values.number("SEND_FAILURES_SAMPLE", 1, 1_000_000)?,
            gone: values.number("SEND_GONE", 1, 100)?,
            gone_least: values.number("SEND_GONE_LEAST", 0, 1_000_000)?,
        })
    }
}

#[cfg(test)]
impl SendingRules {
    /// The defaults but for some, for tests.
    pub(crate) fn of(settings: &[(&str, &str)]) -> Self {
        let given = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let read = Values::new(given.collect()).and_then(|values| Self::read(&values));
        read.unwrap_or_else(|error| panic!("{error:#}"))
    }
}

fn retry_pauses(values: &Values) -> anyhow::Result<Vec<TimeDelta>> {
    let read = |item: &String| {
        let minutes = item.parse().ok().filter(|minutes| (1..=7 * 24 * 60).contains(minutes));
        minutes.map(TimeDelta::minutes).with_context(|| {
            format!(
                "LEDERBREV_SEND_RETRY_PAUSES must be minutes separated by commas, such as \
                 5,15,60, each from 1 to 10080, and not {item}"
            )
        })
    };
    values.list("SEND_RETRY_PAUSES").iter().map(read).collect()
}
