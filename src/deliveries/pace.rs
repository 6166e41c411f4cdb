//! How fast: in all, as the relay allows, and to each provider, as it bears.
//!
//! A provider that says "not so fast" (421, 4.7.x) gets half the rate and half the messages at
//! once from then on, and a little more again every minute in which it does not say so. Who has to
//! wait for a provider is put off, one behind the other, and does not hold the others up. The rate
//! in all is a pause in every connection. One that refuses us by its policy (5.7.x) too often gets
//! nothing for a while.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::policy;
use super::provider::{Provider, Wait, most_refusals, set_rate};
use crate::clock::Instant;
use crate::config::SendingRules;
use crate::mail::{Meaning, Outcome, Stage, provider_of, without_addresses};

/// The pace of this process, over all issues.
#[derive(Debug, Default)]
pub struct Pace(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// The relay itself.
    all: Provider,
    providers: Vec<Provider>,
    /// Where each is in the list.
    names: HashMap<String, usize>,
    /// Of the last answers, which were refusals by policy, and whose.
    answers: VecDeque<Option<usize>>,
    answered_at: Option<Instant>,
}

/// A message's place on the line; free again when it is dropped.
#[derive(Debug)]
pub struct Place<'a> {
    pace: &'a Pace,
    provider: usize,
    /// Whether its turn in all has come.
    has_turn: bool,
}

/// What the answer to a message means for those that follow.
#[derive(Debug, PartialEq, Eq)]
pub enum Heard {
    /// Nothing more than the answer says itself.
    Plain,
    /// Its provider refuses us too often: nobody there gets more for a while, this one included.
    Stopped(Wait),
    /// So many providers refuse us that the fault is ours; these are the words for a person.
    Everywhere(String),
}

impl Pace {
    /// A place on the line for a message to a domain; else when to ask again. Who has a place must
    /// wait for its turn in all.
    pub fn place(
        &self,
        domain: &str,
        rules: &SendingRules,
        now: Instant,
    ) -> Result<Place<'_>, Wait> {
        let name = provider_of(domain);
        let mut state = self.state();
        let known = state.names.get(name.as_ref()).copied();
        let provider = known.unwrap_or_else(|| state.add(name.into_owned()));
        state.providers[provider].ask(rules, now)?;
        state.providers[provider].on_line += 1;
        Ok(Place { pace: self, provider, has_turn: false })
    }

    /// The providers that get nothing just now: which, until when, and why.
    pub fn stopped(&self) -> Vec<(String, Instant)> {
        let state = self.state();
        let stopped = |provider: &Provider| Some((provider.name.clone(), provider.stopped()?));
        state.providers.iter().filter_map(stopped).collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place<'_> {
    /// Whether it may go now, at a rate in all in messages a second, if one is set; else when.
    pub fn turn(
        &mut self,
        rate: Option<f64>,
        rules: &SendingRules,
        now: Instant,
    ) -> Result<(), Instant> {
        let mut state = self.pace.state();
        state.all.ask_for_all(rate, rules, now)?;
        state.all.on_line += 1;
        self.has_turn = true;
        Ok(())
    }

    /// Learns from what became of the message, and gives the place back.
    pub fn heard(self, outcome: &Outcome, rules: &SendingRules, now: Instant) -> Heard {
        let mut state = self.pace.state();
        let heard = match outcome {
            Outcome::Deferred(reply) if policy::is_too_fast(reply) => {
                match reply.stage {
                    // Said before the recipient was named, it is the relay that gets too much.
                    Stage::Connection | Stage::SignIn | Stage::Sender => {
                        let set = rules.per_minute.map(|most| most as f64 / 60.0);
                        state.all.slow_down(set, rules, now);
                    }
                    Stage::Recipient | Stage::Message => {
                        let set = set_rate(rules);
                        state.providers[self.provider].slow_down(set, rules, now);
                    }
                }
                Heard::Plain
            }
            Outcome::Failed(reply) if reply.meaning() == Meaning::Policy => {
                let reply = without_addresses(&reply.to_string());
                state.refused(self.provider, &reply, rules, now)
            }
            Outcome::Accepted(_) | Outcome::Failed(_) => {
                state.note(None, rules, now);
                state.providers[self.provider].note(rules, None, now);
                Heard::Plain
            }
            Outcome::Deferred(_) | Outcome::NotSent(_) | Outcome::Uncertain(_) => Heard::Plain,
        };
        drop(state);
        heard
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut state = self.pace.state();
        state.providers[self.provider].on_line -= 1;
        if self.has_turn {
            state.all.on_line -= 1;
        }
    }
}

impl State {
    fn add(&mut self, name: String) -> usize {
        let at = self.providers.len();
        self.names.insert(name.clone(), at);
        self.providers.push(Provider::named(name));
        at
    }

    fn note(&mut self, refused_by: Option<usize>, rules: &SendingRules, now: Instant) {
        // What was a day ago was another issue.
        if self.answered_at.is_some_and(|at| now - at > rules.deadline) {
            self.answers.clear();
        }
        self.answered_at = Some(now);
        self.answers.push_back(refused_by);
        if self.answers.len() > rules.provider_sample {
            self.answers.pop_front();
        }
    }

    fn refused(&mut self, by: usize, reply: &str, rules: &SendingRules, now: Instant) -> Heard {
        self.note(Some(by), rules, now);
        let mut who: Vec<usize> = self.answers.iter().copied().flatten().collect();
        who.sort_unstable();
        who.dedup();
        if who.len() > most_refusals(rules) {
            let why = format!(
                "{} providers among the last {} answers refused us by their policy, such as {reply}",
                who.len(),
                self.answers.len()
            );
            // A person is asked, and after that all begin anew.
            self.answers.clear();
            self.providers.iter_mut().for_each(Provider::forgive);
            return Heard::Everywhere(why);
        }
        match self.providers[by].note(rules, Some(reply), now) {
            Some(wait) => Heard::Stopped(wait),
            None => Heard::Plain,
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::super::provider::BURST;
    use super::*;
    use crate::mail::{EnhancedStatus, Reply};

    const AARHUS: &str = "aarhus.example";

    fn at(seconds: i64) -> Instant {
        Instant::from_micros(1_490_346_000_000_000) + TimeDelta::seconds(seconds)
    }

    fn reply(stage: Stage, code: u16, status: &str) -> Reply {
        Reply { stage, code, status: EnhancedStatus::parse(status), text: String::new() }
    }

    /// How many of so many messages may go one after the other.
    fn go(pace: &Pace, domain: &str, count: usize, rules: &SendingRules, now: Instant) -> usize {
        (0..count).filter(|_| pace.place(domain, rules, now).is_ok()).count()
    }

    /// A message that gets this answer.
    fn hear(pace: &Pace, to: &str, outcome: &Outcome, rules: &SendingRules, now: Instant) -> Heard {
        match pace.place(to, rules, now) {
            Ok(place) => place.heard(outcome, rules, now),
            Err(wait) => Heard::Stopped(wait),
        }
    }

    fn too_fast() -> Outcome {
        Outcome::Deferred(reply(Stage::Recipient, 421, "4.7.0"))
    }

    #[test]
    fn in_all_a_minute_brings_what_the_relay_allows() -> Result<(), Wait> {
        let (pace, rules) = (Pace::default(), SendingRules::of(&[]));
        let mut sent = 0;
        for tenth in 0..600 {
            let now = at(0) + TimeDelta::milliseconds(tenth * 100);
            let mut place = pace.place(AARHUS, &rules, now)?;
            sent += usize::from(place.turn(Some(2.0), &rules, now).is_ok());
        }
        assert!((120..=120 + BURST as usize).contains(&sent), "{sent}");
        Ok(())
    }

    #[test]
    fn a_relay_that_gets_too_much_gets_half_until_it_is_quiet() -> Result<(), Wait> {
        let (pace, rules) = (Pace::default(), SendingRules::of(&[]));
        let mut places = Vec::new();
        for _ in 0..8 {
            let mut place = pace.place(AARHUS, &rules, at(0))?;
            assert_eq!(place.turn(None, &rules, at(0)), Ok(()));
            places.push(place);
        }
        let answer = Outcome::Deferred(reply(Stage::Sender, 451, "4.7.0"));
        if let Some(place) = places.pop() {
            place.heard(&answer, &rules, at(1));
        }
        // Seven are on the line, and four may be.
        let mut next = pace.place("odense.example", &rules, at(2))?;
        assert!(next.turn(None, &rules, at(2)).is_err());
        places.clear();
        assert_eq!(next.turn(None, &rules, at(2)), Ok(()));
        drop(next);
        assert_eq!(go(&pace, AARHUS, 100, &rules, at(2)), 100, "no receiver has complained");
        Ok(())
    }

    #[test]
    fn a_provider_that_never_complained_is_not_held_up() {
        let (pace, rules) = (Pace::default(), SendingRules::of(&[]));
        let places: Vec<_> = (0..10_000).map(|_| pace.place(AARHUS, &rules, at(0))).collect();
        assert!(places.iter().all(Result::is_ok));
    }

    #[test]
    fn who_waits_for_a_provider_waits_one_behind_the_other_and_nobody_else_does() {
        let (pace, rules) = (Pace::default(), SendingRules::of(&[]));
        assert_eq!(go(&pace, AARHUS, 119, &rules, at(0)), 119);
        // 120 in a minute, so one a second from now on.
        hear(&pace, AARHUS, &too_fast(), &rules, at(60));
        let waits: Vec<_> =
            (0..10).filter_map(|_| Some(pace.place(AARHUS, &rules, at(60)).err()?.until)).collect();
        assert_eq!(waits.len(), 10);
        assert!(waits.is_sorted() && waits[9] - waits[0] == TimeDelta::seconds(9));
        assert_eq!(go(&pace, "odense.example", 100, &rules, at(60)), 100);
        // They come back when it is their turn, and then they may go.
        let came = (61..71).map(|second| go(&pace, "AARHUS.example", 1, &rules, at(second)));
        assert_eq!(came.sum::<usize>(), 10);
    }

    #[test]
    fn a_complaint_at_the_turn_of_a_minute_halves_what_was_in_force() {
        let (pace, rules) = (Pace::default(), SendingRules::of(&[]));
        for second in 0..=60 {
            assert_eq!(go(&pace, AARHUS, 10, &rules, at(second)), 10);
        }
        hear(&pace, AARHUS, &too_fast(), &rules, at(61));
        assert_eq!(go(&pace, AARHUS, 100, &rules, at(62)), 5);
    }

    #[test]
    fn a_provider_that_bears_it_gets_more_again() {
        let (pace, rules) = (Pace::default(), SendingRules::of(&[]));
        hear(&pace, AARHUS, &too_fast(), &rules, at(0));
        assert!(go(&pace, AARHUS, 100, &rules, at(1)) < 100);
        assert_eq!(go(&pace, AARHUS, 10_000, &rules, at(3 * 3600)), 10_000, "all is forgiven");
    }

    #[test]
    fn a_complaint_halves_what_is_on_the_line_at_once_and_quiet_minutes_bring_it_back() {
        // So that the rate is not what stops them.
        let (pace, rules) =
            (Pace::default(), SendingRules::of(&[("SEND_PROVIDER_SLOWEST", "1000")]));
        let line = |now: Instant| -> Vec<_> {
            (0..20).filter_map(|_| pace.place(AARHUS, &rules, now).ok()).collect()
        };
        let mut places: Vec<_> = line(at(0)).into_iter().take(8).collect();
        if let Some(place) = places.pop() {
            place.heard(&too_fast(), &rules, at(0));
        }
        drop(places);
        assert_eq!(line(at(30)).len(), 4);
        assert!(line(at(150)).len() > 4);
        assert_eq!(line(at(3600)).len(), 20);
    }

    #[test]
    fn a_limit_that_is_set_holds_for_each_provider_by_itself() {
        let (pace, rules) =
            (Pace::default(), SendingRules::of(&[("SEND_PROVIDER_CONNECTIONS", "2")]));
        let places: Vec<_> = (0..5).map(|_| pace.place(AARHUS, &rules, at(0))).collect();
        assert_eq!(places.iter().filter(|place| place.is_ok()).count(), 2);
        assert!(pace.place("odense.example", &rules, at(0)).is_ok());
        drop(places);
        assert!(pace.place(AARHUS, &rules, at(0)).is_ok());

        let (pace, rules) =
            (Pace::default(), SendingRules::of(&[("SEND_PROVIDER_PER_MINUTE", "60")]));
        assert_eq!(go(&pace, AARHUS, 100, &rules, at(0)), BURST as usize);
        assert_eq!(go(&pace, AARHUS, 100, &rules, at(4)), 4);
    }

    #[test]
    fn more_than_one_in_a_hundred_refused_stops_a_provider_until_a_probe_gets_through() {
        let (pace, rules) = (Pace::default(), SendingRules::of(&[]));
        let no = Outcome::Failed(reply(Stage::Message, 550, "5.7.1"));
        let yes = Outcome::Accepted(reply(Stage::Message, 250, "2.0.0"));
        let hear = |to, outcome, second| hear(&pace, to, outcome, &rules, at(second));
        (0..190).for_each(|_| drop(hear("gmail.com", &yes, 0)));
        assert_eq!(hear("gmail.com", &no, 1), Heard::Plain);
        assert_eq!(hear("googlemail.com", &no, 1), Heard::Plain);
        assert!(matches!(hear("gmail.com", &no, 1), Heard::Stopped(_)), "three of 193");
        let Err(wait) = pace.place("gmail.com", &rules, at(60)) else { panic!("it was let go") };
        assert_eq!(wait.until, at(3601));
        assert!(wait.why.is_some_and(|why| why.contains("550 5.7.1")));
        assert!(pace.place(AARHUS, &rules, at(60)).is_ok());
        assert!(matches!(hear("gmail.com", &no, 3601), Heard::Stopped(_)), "still");
        let probe = pace.place("gmail.com", &rules, at(7202));
        assert!(pace.place("gmail.com", &rules, at(7202)).is_err(), "one tries for all");
        assert_eq!(probe.map(|place| place.heard(&yes, &rules, at(7203))), Ok(Heard::Plain));
        assert_eq!(go(&pace, "gmail.com", 100, &rules, at(7203)), 100);
    }

    #[test]
    fn refused_by_many_providers_the_fault_is_ours() {
        let (pace, rules) = (Pace::default(), SendingRules::of(&[]));
        let no = Outcome::Failed(reply(Stage::Message, 550, "5.7.1"));
        assert_eq!(hear(&pace, AARHUS, &no, &rules, at(0)), Heard::Plain);
        assert_eq!(hear(&pace, "odense.example", &no, &rules, at(0)), Heard::Plain);
        let third = hear(&pace, "kolding.example", &no, &rules, at(0));
        assert!(matches!(third, Heard::Everywhere(_)), "{third:?}");
        let day = TimeDelta::days(1).num_seconds();
        assert_eq!(hear(&pace, AARHUS, &no, &rules, at(1)), Heard::Plain, "a person was asked");
        assert_eq!(hear(&pace, "odense.example", &no, &rules, at(2)), Heard::Plain);
        let later = hear(&pace, "kolding.example", &no, &rules, at(day + 3));
        assert_eq!(later, Heard::Plain, "what was a day ago counts no more");
    }

    #[test]
    fn a_clock_that_is_put_back_makes_no_pause_longer() {
        let (pace, rules) = (Pace::default(), SendingRules::of(&[]));
        assert_eq!(go(&pace, AARHUS, 60, &rules, at(0)), 60);
        hear(&pace, AARHUS, &too_fast(), &rules, at(30));
        let waits = |now: Instant| -> Vec<Instant> {
            let places = (0..10).map(|_| pace.place(AARHUS, &rules, now));
            places.filter_map(|place| place.err().map(|wait| wait.until)).collect()
        };
        let before = waits(at(31));
        assert_eq!(before.len(), 9, "one a second, and one is there");
        let hours = 5 * 3600;
        // Behind those that wait already, as far as without the jump.
        let last = before.iter().max().map(|until| *until - at(0));
        let first = waits(at(31 - hours)).first().map(|until| *until - at(-hours));
        assert!(first > last && first < last.map(|last| last + TimeDelta::seconds(10)));
        assert!(go(&pace, AARHUS, 1, &rules, at(3 * 3600 - hours)) == 1, "all is forgiven");
    }
}
