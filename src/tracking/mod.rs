//! Opens and clicks: counted per issue, or per person by that person's own consent.
//!
//! A hit is answered at once and waits in the [`buffer`]; [`write_down`] stores what waits every
//! second, and once more when the program stops. What is stored depends on the newsletter at that
//! moment:
//!
//! - **off**: nothing.
//! - **aggregate**: counts per issue or link, UTC hour and [`Verdict`]. No address, agent or
//!   cookie is kept, not even for a moment: the agent is judged while the request is answered.
//! - **consented**: the same counts; and for those who have consented, and have not withdrawn it,
//!   a row a hit. A personal link of somebody who does not consent now stores nothing at all. The
//!   rows go when the consent is withdrawn, with the person, or when they are too old
//!   ([`crate::privacy`]).
//!
//! A hit that has a row is judged alone at first, and once more when what came around it is known
//! ([`settle()`]): by rules about several hits, which only rows allow.
//!
//! A short link ([`short`]) leads to a library item from anywhere, a poster or a post: it is no
//! one's, and is counted apart from the links of issues.
//!
//! A hit is answered the same way in every case. `OPTIONS` is not answered, so it is not counted.

pub mod at_once;
pub mod buffer;
pub mod check;
pub mod judge;
pub mod routes;
mod settle;
pub mod short;
pub mod store;
pub mod verdict;
pub mod write;

pub use buffer::Buffer;
pub use settle::settle;
pub use verdict::Verdict;
pub use write::write_down;
