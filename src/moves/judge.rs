//! What a move does with each person.

use std::collections::{HashMap, HashSet};

use super::rule::Rule;
use crate::app::App;
use crate::db::DbConn;
use crate::error::Result;
use crate::mail::{EmailAddress, shown_domain};
use crate::newsletters;
use crate::subscribers::domains::{MoveCounts, domain_of};
use crate::subscribers::store::batch;
use crate::subscribers::suppression::Hasher;
use crate::subscribers::{EndReason, Subscriber, SubscriptionState, withdrawals};
use crate::text_enum;

text_enum! {
    /// What becomes of somebody.
    pub enum Verdict {
        /// They get the new address.
        Moved = "moved",
        /// They become one with who has it already.
        Merged = "merged",
        /// They stay: the old address is shut out.
        Suppressed = "suppressed",
        /// They stay: the new address is shut out.
        Shut = "shut",
        /// They stay: somebody has left at the new address.
        Left = "left",
        /// They stay: somebody at another old domain would get the same address.
        Double = "double",
        /// They stay: they have not confirmed.
        Pending = "pending",
        /// They stay: the new address would be none.
        Invalid = "invalid",
    }
}

impl Verdict {
    /// Whether somebody gets another address.
    pub fn is_change(self) -> bool {
        matches!(self, Self::Moved | Self::Merged)
    }

    /// How many there are of it.
    pub fn of(self, counts: &MoveCounts) -> u64 {
        match self {
            Self::Moved => counts.moved,
            Self::Merged => counts.merged,
            Self::Suppressed => counts.suppressed,
            Self::Shut => counts.shut,
            Self::Left => counts.left,
            Self::Double => counts.double,
            Self::Pending => counts.pending,
            Self::Invalid => counts.invalid,
        }
    }

    /// One more of it.
    pub fn count(self, counts: &mut MoveCounts) {
        *match self {
            Self::Moved => &mut counts.moved,
            Self::Merged => &mut counts.merged,
            Self::Suppressed => &mut counts.suppressed,
            Self::Shut => &mut counts.shut,
            Self::Left => &mut counts.left,
            Self::Double => &mut counts.double,
            Self::Pending => &mut counts.pending,
            Self::Invalid => &mut counts.invalid,
        } += 1;
    }
}

/// What does not change while people are judged: the rule, and what is said outside of the database.
pub struct Judge {
    /// The rule.
    pub rule: Rule,
    hasher: Hasher,
    /// Who has left which newsletter, as `withdrawals.log` says.
    left: HashMap<i64, HashSet<Vec<u8>>>,
    /// What newsletters are called in it.
    slugs: HashMap<i64, String>,
}

/// Somebody, and what becomes of them.
#[derive(Debug, Clone)]
pub struct Judged {
    /// Who.
    pub person: Subscriber,
    /// The new address and its hash; none when it would be none.
    pub to: Option<(EmailAddress, Vec<u8>)>,
    /// What.
    pub verdict: Verdict,
    /// Why the old address is shut out.
    pub reason: Option<EndReason>,
    /// The newsletters to which who has the new address subscribes.
    pub subscribed_there: Vec<i64>,
}

impl Judge {
    /// Reads what there is to know. For a thread that may wait.
    pub fn load(app: &App, rule: Rule) -> Result<Self> {
        let all = app.db.read_blocking(|conn| Ok(newsletters::store::all(conn)?))?;
        let mut left = HashMap::new();
        for newsletter in &all {
            left.insert(newsletter.id, withdrawals::left(app, newsletter)?);
        }
        let slugs = all.into_iter().map(|newsletter| (newsletter.id, newsletter.slug)).collect();
        Ok(Self { rule, hasher: Hasher::new(&app.config.suppression_pepper), left, slugs })
    }

    /// What a newsletter is called in addresses.
    pub fn slug(&self, newsletter: i64) -> Option<&str> {
        self.slugs.get(&newsletter).map(String::as_str)
    }

    /// The address at the new domain of somebody with one at an old domain.
    pub fn to(&self, person: &Subscriber) -> Option<(EmailAddress, Vec<u8>)> {
        let address = self.address(&person.email)?;
        let hash = self.hash(&address);
        Some((address, hash))
    }

    /// The hash of an address.
    pub fn hash(&self, address: &EmailAddress) -> Vec<u8> {
        self.hasher.hash(&address.key())
    }

    /// What an address becomes.
    pub fn address(&self, old: &str) -> Option<EmailAddress> {
        let old = EmailAddress::parse(old).ok()?;
        let new = self.rule.new_of(old.domain())?;
        let (local, _) = old.as_typed().rsplit_once('@')?;
        EmailAddress::parse(&format!("{local}@{}", shown_domain(new))).ok()
    }

    /// Judges people with an address at an old domain, as the register says now.
    pub fn judge(&self, conn: &mut DbConn, people: Vec<Subscriber>) -> Result<Vec<Judged>> {
        let to: Vec<_> = people.iter().map(|person| self.to(person)).collect();
        let mut hashes: Vec<&[u8]> = people.iter().map(|p| p.address_hash.as_slice()).collect();
        hashes.extend(to.iter().flatten().map(|(_, hash)| hash.as_slice()));
        let reasons: HashMap<Vec<u8>, EndReason> =
            batch::reasons(conn, &hashes)?.into_iter().collect();

        let keys: Vec<String> = to.iter().flatten().map(|(address, _)| address.key()).collect();
        let there = by_key(conn, &keys)?;
        let siblings: Vec<Vec<String>> =
            people.iter().map(|person| self.siblings(&person.address_key)).collect();
        let doubles = by_key(conn, &siblings.concat())?;

        let mut ids: Vec<i64> = people.iter().map(|person| person.id).collect();
        ids.extend(there.values());
        let mut ties: HashMap<i64, Vec<(i64, SubscriptionState)>> = HashMap::new();
        for (person, newsletter, state) in batch::states(conn, &ids)? {
            ties.entry(person).or_default().push((newsletter, state));
        }
        let none = Vec::new();
        let judged = people.into_iter().zip(to).zip(siblings).map(|((person, to), siblings)| {
            let other = to.as_ref().and_then(|(address, _)| there.get(&address.key()));
            let own = ties.get(&person.id).unwrap_or(&none);
            let theirs = other.and_then(|other| ties.get(other)).unwrap_or(&none);
            let reason = reasons.get(&person.address_hash).copied();
            let verdict = match &to {
                None => Verdict::Invalid,
                _ if reason.is_some() => Verdict::Suppressed,
                Some((_, hash)) if reasons.contains_key(hash) => Verdict::Shut,
                Some(_) if siblings.iter().any(|key| doubles.contains_key(key)) => Verdict::Double,
                Some(_) if is_pending(own) => Verdict::Pending,
                Some((_, hash)) if self.has_left(own, theirs, hash) => Verdict::Left,
                Some(_) if other.is_some() => Verdict::Merged,
                Some(_) => Verdict::Moved,
            };
            let subscribed_there =
                theirs.iter().filter(|(_, state)| counts(*state)).map(|(n, _)| *n).collect();
            Judged { person, to, verdict, reason, subscribed_there }
        });
        Ok(judged.collect())
    }

    /// The keys that others would have to get the same address.
    fn siblings(&self, key: &str) -> Vec<String> {
        let Some((local, old)) = key.rsplit_once('@') else { return Vec::new() };
        let Some(new) = self.rule.new_of(old) else { return Vec::new() };
        self.rule.others(old, new).map(|other| format!("{local}@{other}")).collect()
    }

    /// Whether mail to the new address would reach somebody who has said that they want none: nobody
    /// has confirmed it.
    fn has_left(&self, own: &[Tie], theirs: &[Tie], hash: &[u8]) -> bool {
        own.iter().any(|(newsletter, state)| {
            let there = theirs.iter().find(|(of, _)| of == newsletter).map(|(_, state)| *state);
            match there {
                Some(there) if counts(there) => false,
                Some(SubscriptionState::Ended) => counts(*state),
                _ => self.left.get(newsletter).is_some_and(|left| left.contains(hash)),
            }
        })
    }
}

/// A newsletter, and what ties somebody to it.
type Tie = (i64, SubscriptionState);

fn counts(state: SubscriptionState) -> bool {
    matches!(state, SubscriptionState::Active | SubscriptionState::Paused)
}

fn is_pending(ties: &[Tie]) -> bool {
    !ties.is_empty() && ties.iter().all(|(_, state)| *state == SubscriptionState::Pending)
}

/// Who has these keys.
fn by_key(conn: &mut DbConn, keys: &[String]) -> Result<HashMap<String, i64>> {
    if keys.is_empty() {
        return Ok(HashMap::new());
    }
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    Ok(batch::ids(conn, &keys)?.into_iter().map(|(key, id, _)| (key, id)).collect())
}

/// Whether an address is at one of the old domains.
pub fn is_at_old(rule: &Rule, person: &Subscriber) -> bool {
    rule.new_of(domain_of(&person.address_key)).is_some()
}
