//! Subscribe, confirm, unsubscribe, preferences, the ledger, suppression.

pub mod admit;
pub mod api;
pub mod api_growth;
pub mod confirm;
pub mod domains;
pub mod end;
pub mod erase;
pub mod growth;
pub mod growth_by_day;
pub mod held;
pub mod idle;
pub mod ledger;
pub mod link;
pub mod pepper;
pub mod preferences;
pub mod retention;
pub mod routes;
pub mod send_mail;
pub mod shown;
pub mod stated;
pub mod store;
pub mod subscribe;
pub mod suppression;
pub mod unsubscribe;
pub mod withdrawals;
pub mod withdrawals_end;

use diesel::prelude::*;

use crate::clock::Instant;
use crate::db::schema::{subscribers, subscriptions};
use crate::db::{Json, PublicId};
use crate::text_enum;
use crate::web::Lang;

text_enum! {
    /// What a subscription is.
    pub enum SubscriptionState {
        /// Asked for, not confirmed.
        Pending = "pending",
        /// Gets the newsletter.
        Active = "active",
        /// Subscribes, and gets nothing until a day.
        Paused = "paused",
        /// Over.
        Ended = "ended",
    }
}

text_enum! {
    /// Which issues somebody wants.
    pub enum Scope {
        /// All.
        All = "all",
        /// Ordinary ones only.
        Ordinary = "ordinary",
        /// Special editions only.
        Specials = "specials",
    }
}

text_enum! {
    /// Why a subscription is over, and why an address is suppressed.
    pub enum EndReason {
        /// The person said so.
        Unsubscribed = "unsubscribed",
        /// The address does not take mail.
        Bounced = "bounced",
        /// The person called it spam.
        Complained = "complained",
        /// The person was erased.
        Erased = "erased",
        /// Staff ended it.
        Staff = "staff",
    }
}

text_enum! {
    /// Where somebody works.
    pub enum Sector {
        /// A municipality.
        Kommune = "kommune",
        /// A region.
        Region = "region",
        /// The state.
        Stat = "stat",
        /// Elsewhere.
        Anden = "anden",
    }
}

text_enum! {
    /// At which level somebody leads: the three groups of Væksthus for Ledelse.
    pub enum LeadershipGroup {
        /// Top leaders (topledere).
        One = "1",
        /// Managers of managers (chefer).
        Two = "2",
        /// Front-line leaders (ledere).
        Three = "3",
        /// Another.
        Other = "andet",
    }
}

text_enum! {
    /// What somebody consents to.
    pub enum Purpose {
        /// To get the newsletter.
        Newsletter = "newsletter",
        /// To be measured as a person.
        Tracking = "tracking",
    }
}

text_enum! {
    /// How a consent was given.
    pub enum ConsentMethod {
        /// In the form, and confirmed by mail.
        Form = "form",
        /// On the page of preferences.
        Preferences = "preferences",
        /// With an import that states its evidence.
        Import = "import",
        /// By staff, on the person's word.
        Staff = "staff",
    }
}

text_enum! {
    /// A mail that waits in the row of a subscription.
    pub enum Mail {
        /// Asks for the confirmation.
        Confirm = "confirm",
        /// Says to somebody who subscribes that they do.
        AlreadySubscribed = "already_subscribed",
    }
}

text_enum! {
    /// A mail to one person that is no answer to the form.
    pub enum PersonalMail {
        /// Leads to the person's own page, once.
        OwnPage = "own_page",
        /// Asks a new address for its confirmation.
        NewAddress = "new_address",
        /// Tells the old address that there is a new one.
        AddressChanged = "address_changed",
        /// Welcomes somebody who has confirmed.
        Welcome = "welcome",
    }
}

text_enum! {
    /// Why somebody left, if they say so.
    pub enum ReasonGiven {
        /// Too much mail.
        TooMany = "too_many",
        /// The contents are not for them.
        NotRelevant = "not_relevant",
        /// They work elsewhere now.
        NewJob = "new_job",
        /// They never asked for it.
        NotMe = "not_me",
        /// Something else.
        Other = "other",
    }
}

/// A person in the register.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = subscribers)]
pub struct Subscriber {
    /// Inside.
    pub id: i64,
    /// Outside.
    pub uuid: PublicId,
    /// For comparing addresses.
    pub address_key: String,
    /// HMAC of `address_key`, for suppressions.
    pub address_hash: Vec<u8>,
    /// The address as it was typed.
    pub email: String,
    /// The name.
    pub name: Option<String>,
    /// The workplace.
    pub organisation: Option<String>,
    /// Where.
    pub sector: Option<Sector>,
    /// At which level.
    pub leadership_group: Option<LeadershipGroup>,
    /// The language of pages and service mails.
    pub language: Lang,
    /// Anything else an import brought.
    pub attributes: Json,
    /// When the row was made.
    pub created_at: Instant,
}

/// What ties a person to a newsletter.
///
/// `Pending` → `Active` ⇄ `Paused` → `Ended`, and from `Ended` again to `Pending`.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = subscriptions)]
pub struct Subscription {
    /// Inside.
    pub id: i64,
    /// Whose.
    pub subscriber: i64,
    /// To which newsletter.
    pub newsletter: i64,
    /// What it is.
    pub state: SubscriptionState,
    /// Which issues.
    pub scope: Scope,
    /// Until when, if paused.
    pub paused_until: Option<Instant>,
    /// Where it came from: `form`, `import`, a named source.
    pub source: String,
    /// When it was asked for last.
    pub requested_at: Instant,
    /// When it was confirmed.
    pub confirmed_at: Option<Instant>,
    /// When it ended.
    pub ended_at: Option<Instant>,
    /// Why it ended.
    pub end_reason: Option<EndReason>,
    /// Why the person left, in their own words' place.
    pub reason_given: Option<ReasonGiven>,
    /// Part of its links.
    pub nonce: i64,
}

impl Subscription {
    /// Whether it counts: active or paused.
    pub fn counts(&self) -> bool {
        matches!(self.state, SubscriptionState::Active | SubscriptionState::Paused)
    }

    /// Whether it counts, or did once: somebody said yes to mail from us by it.
    pub fn has_counted(&self) -> bool {
        self.counts() || self.confirmed_at.is_some()
    }
}
