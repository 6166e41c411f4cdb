//! Lederbrev: a self-hosted newsletter and subscriber management service.
//!
//! # The promises
//!
//! A test stands against each.
//!
//! 1. **Nobody is skipped, nobody is spammed.** Every person in the audience ends in exactly one
//!    final state per issue. A second copy is possible only when a crash or a lost connection falls
//!    between end-of-message and commit: per such event at most `SEND_CONNECTIONS` × `SEND_WINDOW`
//!    (64 by default), with the same Message-ID; an uncertain row is sent once more at most, then
//!    held for a person. `audience = accepted + failed + skipped`, with the audience's number
//!    stored at fan-out and not counted from the same rows.
//! 2. **Nothing changes on GET.** Confirm, unsubscribe, preferences and sign-in act on POST only.
//! 3. **"How many subscribers on that day" is answerable for ever**, and stays the same after
//!    people are erased: the ledger is append-only.
//! 4. **No per-person tracking without that person's own consent to it.** Without it, opens and
//!    clicks are counted per issue, and nothing personal is stored.
//! 5. **A suppressed, unsubscribed or paused person gets no mail from that moment**: read again
//!    when a row is marked for sending, the last step before SMTP.
//! 6. **The preview is the mail**: preview, test send and real send are one function.
//! 7. **Honest numbers**: human, machine and unknown side by side; never one filtered figure.
//! 8. **Text from outside is shown as text**, in every page.
//!
//! # The map, in reading order
//!
//! Knowledge points up this list, never down: what stands lower may use what stands above it.

pub mod clock;
pub mod error;

pub mod config;
pub mod db;
pub mod links;
pub mod mail;
pub mod web;

pub mod newsletters;

pub mod staff;

pub mod outbox;

pub mod subscribers;

pub mod imports;

pub mod pictures;
pub mod privacy;

pub mod segments;
pub mod signups;

pub mod library;

pub mod issues;

pub mod recurring;

pub mod deliveries;

pub mod tracking;

pub mod people;

pub mod personal;

pub mod moves;

pub mod reports;

pub mod operations;

pub mod demo;

pub mod openapi;

pub mod app;
pub mod cli;
pub mod jobs;
