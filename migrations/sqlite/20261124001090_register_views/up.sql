-- Filters of the register that staff have given a name. What was typed to search for people is not among
-- them: it may be a name or an address, and must not outlive the person.
CREATE TABLE register_views (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL UNIQUE,
    -- the query of an address: state=ended&sector=region
    filters TEXT NOT NULL,
    saved_by TEXT NOT NULL,
    saved_at BIGINT NOT NULL
);
