//! Opens and clicks: counted per issue, or per person by that person's own consent.
