//! The suite: the real app, both databases, real SMTP, a real browser.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod api;
mod app;
mod archive;
mod browser;
mod browser_pages;
mod check_dns;
mod clock_jumps;
mod composer;
mod composer_browser;
mod deliveries;
mod deliveries_control;
mod deliveries_policy;
mod deliveries_sign_in;
mod disk_full;
mod dkim;
mod dkim_verifier;
mod frozen;
mod import;
mod invariants;
mod kill;
mod kill_points;
mod library;
mod mail_catcher;
mod mail_faults;
mod mail_letters;
mod mail_outbox;
mod mail_session;
mod migrations;
mod newsletter_settings;
mod operations;
mod postgres;
mod postgres_killed;
mod process;
mod receiver;
mod relay_faults;
mod reports;
mod schedule;
mod sending;
mod staff;
mod subscribers;
mod subscribers_desk;
mod subscribers_ledger;
mod texts;
mod tracking;
