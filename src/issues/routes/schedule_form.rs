//! The form of `/admin/issues/{id}/schedule`.

use crate::error::{Error, Result};
use crate::issues::form::Pairs;
use crate::issues::preflight::Seen;
use crate::issues::schedule::{At, Plan};
use crate::issues::test_send::To;
use crate::staff::Staff;

/// What is to be done.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    /// Say what would happen if it were sent at `at`, and ask.
    Look,
    /// The same for sending it at once.
    LookNow,
    /// Choose again.
    Choose,
    /// Send it at `at`.
    Schedule,
    /// Send it at once.
    SendNow,
    /// Ask for the second person.
    Submit,
    /// Make it a draft again.
    Unschedule,
    /// Send one copy to `to`.
    Test,
}

impl Step {
    /// Reads a button's value.
    pub(super) fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "look" => Self::Look,
            "look-now" => Self::LookNow,
            "choose" => Self::Choose,
            "schedule" => Self::Schedule,
            "send-now" => Self::SendNow,
            "submit" => Self::Submit,
            "unschedule" => Self::Unschedule,
            "test" => Self::Test,
            _ => return None,
        })
    }

    /// Whether it is about sending at once.
    pub(super) fn is_now(self) -> bool {
        matches!(self, Self::LookNow | Self::SendNow)
    }
}

/// The form of the page.
#[derive(Debug, Clone, Default)]
pub(super) struct Sent {
    /// It is about sending at once, whatever `at` is.
    pub(super) now: bool,
    pub(super) at: String,
    pub(super) offset: String,
    pub(super) to: String,
    /// Who gets a test: `me`, `other` for the address in `to`, or a group's id.
    pub(super) whom: String,
    /// The number of recipients as it was typed.
    pub(super) number: String,
    /// The keys of the warnings that are ticked.
    pub(super) seen: Vec<String>,
    /// What was shown when they were asked; empty when nobody was.
    pub(super) looked_at: String,
}

impl Sent {
    pub(super) fn of(pairs: Pairs) -> Self {
        let mut sent = Self::default();
        for (name, value) in pairs {
            match name.as_str() {
                "at" => sent.at = value,
                "offset" => sent.offset = value,
                "to" => sent.to = value,
                "whom" => sent.whom = value,
                "number" => sent.number = value,
                "seen" => sent.seen.push(value),
                "looked_at" => sent.looked_at = value,
                _ => {}
            }
        }
        sent
    }

    /// The time that was chosen.
    pub(super) fn chosen(&self) -> Option<At<'_>> {
        let offset = Some(self.offset.as_str()).filter(|offset| !offset.is_empty());
        match self.now {
            true => Some(At::Soon),
            false => (!self.at.is_empty()).then_some(At::Local(&self.at, offset)),
        }
    }

    /// What is wanted. A form without a time has an empty one.
    pub(super) fn plan(&self) -> Plan<'_> {
        let at = self.chosen().unwrap_or(At::Local("", None));
        let looked_at = Some(self.looked_at.as_str()).filter(|mark| !mark.is_empty());
        Plan { at, seen: Seen::Keys(self.seen.clone()), typed: Some(&self.number), looked_at }
    }

    /// Who gets a test. A form without the choice has an address.
    pub(super) fn test_to(&self, staff: &Staff) -> Result<To> {
        Ok(match self.whom.as_str() {
            "me" => To::Address(staff.email.clone()),
            "" | "other" => To::Address(self.to.clone()),
            group => To::Group(group.parse().map_err(|_| Error::NotFound)?),
        })
    }
}
