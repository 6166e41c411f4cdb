-- Domains that change: whoever has an address at an old one gets the same at a new one.

CREATE TABLE domain_moves (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid BLOB NOT NULL UNIQUE,
    state TEXT NOT NULL CHECK (state IN ('running', 'waiting', 'done', 'undoing', 'undone')),
    -- old and new domains, as A-labels
    pairs TEXT NOT NULL,
    -- only who bounces at the old one is moved
    on_bounce BOOLEAN NOT NULL,
    -- how many had an address at an old one when it began
    people BIGINT NOT NULL,
    -- what became of them
    counts TEXT NOT NULL,
    -- the last person who has been looked at; while it is undone, the last one of its rows
    cursor BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    finished_at BIGINT
);
CREATE INDEX domain_moves_under_way ON domain_moves (state) WHERE state IN ('running', 'waiting', 'undoing');

-- What a move did, as long as it can be undone; and who has bounced and waits to be moved.
CREATE TABLE domain_move_rows (
    domain_move BIGINT NOT NULL REFERENCES domain_moves (id) ON DELETE CASCADE,
    subscriber BIGINT NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
    state TEXT NOT NULL CHECK (state IN ('queued', 'moved', 'shut')),
    -- of who was moved and can be moved back
    old_address TEXT,
    at BIGINT NOT NULL,
    PRIMARY KEY (domain_move, subscriber)
);
CREATE INDEX domain_move_rows_by_subscriber ON domain_move_rows (subscriber);
CREATE INDEX domain_move_rows_by_state ON domain_move_rows (state, domain_move, subscriber);
