-- Content that new issues begin with, and series of issues whose drafts are prepared.

CREATE TABLE templates (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid BLOB NOT NULL UNIQUE,
    newsletter BIGINT NOT NULL REFERENCES newsletters (id),
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('ordinary', 'special')),
    content TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    removed_at BIGINT
);

CREATE TABLE recurring (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid BLOB NOT NULL UNIQUE,
    newsletter BIGINT NOT NULL REFERENCES newsletters (id),
    name TEXT NOT NULL,
    -- days of the week every so many weeks, or a cron pattern; read on the newsletter's clock
    rule TEXT NOT NULL,
    start TEXT NOT NULL CHECK (start IN ('empty', 'template', 'last')),
    template BIGINT REFERENCES templates (id),
    subject TEXT NOT NULL,
    -- the kinds of library items that are filled in, with commas
    kinds TEXT NOT NULL,
    lead_days INTEGER NOT NULL,
    next_send_at BIGINT NOT NULL,
    -- the row is the queue: moved on in the write that makes the draft
    next_run_at BIGINT NOT NULL,
    active BOOLEAN NOT NULL,
    last_issue BIGINT REFERENCES issues (id),
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    removed_at BIGINT
);

-- When a prepared draft is meant to go; the schedule page has it filled in.
ALTER TABLE issues ADD COLUMN proposed_at_local TEXT;
