//! What crosses the nouns for one person or many: looking through the register, and everything
//! about one person.

pub mod notes;
pub mod person;
pub mod routes;
pub mod search;
pub mod store;
