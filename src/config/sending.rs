//! The settings of sending.

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
    /// `SEND_RAMP_UP`
    pub ramp_up: TimeDelta,
    /// `SEND_DEADLINE`
    pub deadline: TimeDelta,
    /// `SEND_LATE`
    pub late: TimeDelta,
    /// `SEND_UNCERTAIN` is `resend`
    pub resend_uncertain: bool,
    /// `SEND_FAILURES`, per cent
    pub failures: usize,
}

impl SendingRules {
    /// Reads them.
    pub(super) fn read(values: &Values) -> anyhow::Result<Self> {
        let hours = |name| anyhow::Ok(TimeDelta::hours(values.number(name, 1, 24 * 7)? as i64));
        Ok(Self {
            connections: values.number("SEND_CONNECTIONS", 1, 512)?,
            window: values.number("SEND_WINDOW", 1, 1000)?,
            per_minute: values.limit("SEND_PER_MINUTE")?,
            per_day: values.limit("SEND_PER_DAY")?,
            ramp_up: TimeDelta::minutes(values.number("SEND_RAMP_UP", 0, 24 * 60)? as i64),
            deadline: hours("SEND_DEADLINE")?,
            late: hours("SEND_LATE")?,
            resend_uncertain: values.is_first("SEND_UNCERTAIN", ["resend", "hold"])?,
            failures: values.number("SEND_FAILURES", 1, 100)?,
        })
    }
}
