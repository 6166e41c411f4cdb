-- Saved groups of addresses that get a test of an issue.

CREATE TABLE test_groups (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid BLOB NOT NULL UNIQUE,
    newsletter BIGINT NOT NULL REFERENCES newsletters (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    -- the addresses as they were typed, a list
    addresses TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (newsletter, name)
);
