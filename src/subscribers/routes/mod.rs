//! The pages of the register: public ones by path and by link, and those of staff.

pub mod by_link;
pub mod growth;
pub mod growth_by_day;
pub mod preferences;
pub mod public;
pub mod subscribe;
