//! What crosses the nouns for one person or many: looking through the register, taking it
//! along as a file, and everything about one person.

pub mod bulk;
pub mod export;
pub mod notes;
pub mod person;
pub mod routes;
pub mod search;
pub mod store;
pub mod views;
