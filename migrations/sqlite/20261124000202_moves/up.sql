-- Addresses that were changed in bulk, kept for a month so that it can be undone.

CREATE TABLE library_moves (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid BLOB NOT NULL UNIQUE,
    -- what changed into what, in words
    rule TEXT NOT NULL,
    items INTEGER NOT NULL,
    -- every item with its addresses before and after
    changes TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    undone_at BIGINT
);
