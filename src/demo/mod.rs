//! The example: the real newsletter's facts, made-up people, and one issue that is really sent.

pub mod people;
