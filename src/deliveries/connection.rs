//! One connection: opens a session, takes rows and sends them until nothing is left.

use super::PauseReason;
use super::letter::Paper;
use super::mark::Marked;
use super::pace::Place;
use super::policy::{self, Verdict};
use super::send::Run;
use super::store::Record;
use crate::clock::Instant;
use crate::error::Result;
use crate::mail::{EmailAddress, OpenError, Outcome, Session, Timeouts, hello, without_addresses};

/// Connections that may be lost one after the other, with no answer to a message in between.
const MOST_LOSSES: u32 = 3;

struct Connection<'a> {
    run: &'a Run<'a>,
    hello: String,
    session: Option<Session>,
    losses: u32,
    /// Given up: no relay, or one that loses every connection.
    dead: bool,
    paper: Paper,
}

/// The life of a connection.
pub(super) fn work(run: &Run<'_>) -> Result<()> {
    let mut connection = Connection {
        run,
        hello: hello(run.app.links.base()),
        session: None,
        losses: 0,
        dead: false,
        paper: Paper::default(),
    };
    let mut done = None;
    let result = loop {
        // Nothing is marked before there is a way to send it.
        let is_ready = run.has_more() && connection.is_open();
        let row = match run.turn(done.take(), is_ready) {
            Ok(Some(row)) => row,
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        };
        let until = row.marked_at + policy::START_WITHIN;
        let is_late = run.app.clock.now() > until;
        done = Some(match !run.is_over() && !is_late && connection.is_open() {
            true => connection.send_in_turn(&row, until),
            false => policy::give_back(&row),
        });
    };
    if let Some(session) = connection.session {
        session.quit();
    }
    result
}

impl Connection<'_> {
    /// Whether there is a session; opens one if need be.
    fn is_open(&mut self) -> bool {
        if self.dead || self.session.as_ref().is_some_and(Session::is_usable) {
            return !self.dead;
        }
        let door = &self.run.app.door;
        let first = door.wait_blocking();
        if self.run.is_over() || door.closed().is_some() {
            self.dead = true;
            return false;
        }
        match Session::open(&self.run.app.relay, &self.hello, &Timeouts::default()) {
            Ok(session) => {
                door.tried();
                self.session = Some(session);
            }
            Err(error) => {
                self.dead = true;
                let why = explain(&error);
                match error.is_about_sign_in() {
                    true => door.close(&why),
                    false => door.tried(),
                }
                if error.is_our_fault() {
                    self.run.pause(PauseReason::SenderRefused, &why)
                } else {
                    self.run.give_up(why)
                }
            }
        }
        drop(first);
        !self.dead
    }

    /// Sends one message, or puts it off, as the pace allows; or gives it back, if its turn does not
    /// come by then.
    fn send_in_turn(&mut self, row: &Marked, until: Instant) -> Record {
        let (run, clock) = (self.run, &self.run.app.clock);
        let (pace, rules) = (&run.app.sender.pace, run.rules.sending);
        let mut place = match pace.place(row.domain(), rules, clock.now()) {
            Ok(place) => place,
            Err(wait) => return policy::put_off(row, &wait, &run.rules, clock.now()),
        };
        match run.await_turn(&mut place, until) {
            true => self.send(row, place),
            false => policy::give_back(row),
        }
    }

    /// Sends one message; the record says what became of it.
    fn send(&mut self, row: &Marked, place: Place<'_>) -> Record {
        let outcome = self.converse(row);
        let heard = place.heard(&outcome, self.run.rules.sending, self.run.app.clock.now());
        match &outcome {
            Outcome::NotSent(why) | Outcome::Uncertain(why) => {
                self.losses += 1;
                if self.losses == MOST_LOSSES {
                    self.dead = true;
                    self.run.give_up(format!("the connection is lost again and again: {why}"));
                }
            }
            _ => self.losses = 0,
        }
        if let Outcome::Failed(reply) = &outcome
            && reply.is_about_sign_in()
        {
            self.run.app.door.close(&without_addresses(&reply.to_string()));
        }
        match policy::judge(row, outcome, heard, &self.run.rules, self.run.app.clock.now()) {
            Verdict::Record(record) => record,
            Verdict::OurFault(record, why) => {
                self.run.pause(PauseReason::SenderRefused, &why);
                record
            }
        }
    }

    fn converse(&mut self, row: &Marked) -> Outcome {
        let (links, letter) = (&self.run.app.links, self.run.letter);
        let Some(session) = &mut self.session else {
            return Outcome::NotSent("no connection".to_owned());
        };
        // Addresses were parsed when they came in. Should one have become unusable since, it fails
        // alone and does not stop the issue.
        let Ok(to) = EmailAddress::parse(&row.email) else {
            return Outcome::Failed(policy::unusable_address());
        };
        let parts = match letter.message(links, row, &to, &mut self.paper) {
            Ok(parts) => parts,
            // A key that cannot sign fails for everybody, so somebody must look at it.
            Err(error) => {
                let why = format!("the message cannot be signed: {error}");
                self.run.pause(PauseReason::SenderRefused, &why);
                return Outcome::NotSent(why);
            }
        };
        let from = letter.envelope_sender(links, row.id);
        session.send(&from, &to.wire(), to.needs_smtputf8(), &parts)
    }
}

fn explain(error: &OpenError) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}
