//! What the machine's own watchmen ask: is it alive, is it ready, how much goes through it.

pub mod health;
pub mod metrics;
pub mod routes;
mod store;

pub use health::Health;
pub use metrics::Metrics;
