//! What the machine's own watchmen ask: is it alive, is it ready, how much goes through it; and what the
//! world sees of the sender. And what staff see first.

mod board;
pub mod desk;
pub mod dns;
pub mod health;
pub mod metrics;
pub mod routes;
mod store;

pub use health::Health;
pub use metrics::Metrics;
