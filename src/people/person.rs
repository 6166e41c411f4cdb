//! Everything about one person, and what staff may do on that person's word.

use super::store::{Copy, History, Note, Reading};
use crate::app::App;
use crate::error::Result;
use crate::newsletters::{self, Newsletter};
use crate::staff::{self, Staff};
use crate::subscribers::withdrawals::{self, Event};
use crate::subscribers::{
    EndReason, Purpose, Subscriber, Subscription, SubscriptionState, end, erase, held, store,
    suppression,
};
use crate::text_enum;

text_enum! {
    /// What staff may do.
    pub enum Action {
        /// End every subscription.
        End = "end",
        /// Measure the person no more.
        StopMeasuring = "stop-measuring",
        /// Send nothing to the address any more.
        Suppress = "suppress",
        /// The same, because the person complained.
        Complained = "complained",
        /// Let the address in again.
        Lift = "lift",
        /// Erase the person.
        Erase = "erase",
    }
}

/// Does it, and writes down who did. Lifting a suppression asks why.
pub async fn act(
    app: &App,
    person: Subscriber,
    action: Action,
    why: &str,
    staff: &Staff,
) -> Result<()> {
    if action == Action::Lift {
        return held::lift(app, &person, why, staff).await;
    }
    let now = app.clock.now();
    let event = match action {
        Action::End => Some(Event::Unsubscribed),
        Action::Suppress => Some(Event::Suppressed),
        Action::Complained => Some(Event::Complained),
        Action::StopMeasuring => Some(Event::Unmeasured),
        // They write their own line.
        Action::Erase | Action::Lift => None,
    };
    if let Some(event) = event {
        withdrawals::append(app, event, None, &person.address_hash, now).await?;
    }
    let (actor, subject) = (staff.actor(), format!("subscriber {}", person.uuid));
    if action == Action::Erase {
        erase::erase(app, person.clone()).await?;
    }
    app.db
        .write(move |conn| {
            match action {
                Action::End => end::end_all(conn, &person, EndReason::Staff, CHANNEL, now)?,
                Action::StopMeasuring => {
                    let purposes = [Purpose::Tracking];
                    for (_, newsletter) in store::register::subscriptions_of(conn, person.id)? {
                        let id = newsletter.id;
                        store::consents::withdraw(conn, person.id, id, &purposes, CHANNEL, now)?;
                    }
                }
                Action::Suppress => {
                    suppression::suppress(conn, &person, EndReason::Staff, CHANNEL, now)?;
                }
                Action::Complained => {
                    suppression::suppress(conn, &person, EndReason::Complained, CHANNEL, now)?;
                }
                Action::Erase | Action::Lift => {}
            }
            let action = format!("subscriber.{action}");
            staff::store::audit(conn, &actor, &action, &subject, serde_json::json!({}), now)?;
            Ok(())
        })
        .await
}

/// Issues that the page of a person shows.
const COPIES: usize = 100;
/// How the ledger and the consents call it.
const CHANNEL: &str = "staff";

/// Everything about one person.
pub struct Everything {
    /// The person.
    pub person: Subscriber,
    /// The newsletters of the house.
    pub newsletters: Vec<Newsletter>,
    /// What they subscribe to, or did.
    pub subscriptions: Vec<(Subscription, Newsletter)>,
    /// What they consented to, with the texts.
    pub consents: Vec<(store::consents::Consent, String)>,
    /// Their entries of the ledger.
    pub history: Vec<History>,
    /// The issues that went to them, or would have, the newest first.
    pub copies: Vec<(Copy, Reading)>,
    /// There are older ones.
    pub more_copies: bool,
    /// What staff have noted, the newest first.
    pub notes: Vec<Note>,
    /// Why their address is suppressed, if it is.
    pub suppressed: Option<EndReason>,
}

impl Everything {
    /// What a newsletter is called.
    pub fn title(&self, newsletter: &i64) -> &str {
        let of_it = self.newsletters.iter().find(|known| known.id == *newsletter);
        of_it.map_or("", |known| known.title.as_str())
    }

    /// What else lists brought: the name and what stands there.
    pub fn attributes(&self) -> Vec<(&str, String)> {
        let all = self.person.attributes.0.as_object().into_iter().flatten();
        all.map(|(name, value)| {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            (name.as_str(), text)
        })
        .collect()
    }

    /// What makes sense to do.
    pub fn actions(&self) -> Vec<Action> {
        let lives = self.subscriptions.iter().any(|(s, _)| s.state != SubscriptionState::Ended);
        let measured = self.consents.iter().any(|(consent, _)| {
            consent.purpose == Purpose::Tracking && consent.withdrawn_at.is_none()
        });
        Action::ALL
            .iter()
            .copied()
            .filter(|action| match action {
                Action::End => lives,
                Action::StopMeasuring => measured,
                // A reason that a sign-up lifts can be made one that only staff lift.
                Action::Suppress => {
                    !matches!(self.suppressed, Some(EndReason::Staff | EndReason::Complained))
                }
                Action::Complained => self.suppressed != Some(EndReason::Complained),
                Action::Lift => self.suppressed.is_some_and(held::can_be_lifted),
                Action::Erase => true,
            })
            .collect()
    }
}

/// Reads it.
pub async fn everything(app: &App, uuid: crate::db::PublicId) -> Result<Everything> {
    app.db
        .read(move |conn| {
            let person = store::register::by_uuid(conn, uuid)?;
            let mut notes = super::store::notes(conn, person.id)?;
            for note in &mut notes {
                note.written_by = staff::store::name_of(conn, &note.written_by)?;
            }
            let mut copies = super::store::copies(conn, person.id, COPIES as i64 + 1)?;
            let more_copies = copies.len() > COPIES;
            copies.truncate(COPIES);
            Ok(Everything {
                newsletters: newsletters::store::all(conn)?,
                subscriptions: store::register::subscriptions_of(conn, person.id)?,
                consents: store::consents::of(conn, person.id)?,
                history: super::store::history(conn, person.uuid)?,
                copies,
                more_copies,
                notes,
                suppressed: store::suppressions::reason(conn, &person.address_hash)?,
                person,
            })
        })
        .await
}
