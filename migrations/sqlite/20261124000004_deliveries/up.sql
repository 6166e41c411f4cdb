-- One row a recipient and issue.

-- One row a recipient and issue: the queue, the record and the equation.
CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    issue BIGINT NOT NULL REFERENCES issues (id),
    -- null after erasure; the row stays so that the equation does
    subscriber BIGINT REFERENCES subscribers (id) ON DELETE SET NULL,
    domain TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'in_data', 'accepted', 'deferred', 'failed', 'skipped')),
    skip_reason TEXT CHECK (skip_reason IN ('unsubscribed', 'paused', 'suppressed', 'scope', 'erased', 'cancelled')),
    -- how its links and image were written, read at the last mark: plain, aggregate or personal
    variant TEXT CHECK (variant IN ('plain', 'aggregate', 'personal')),
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at BIGINT,
    worker TEXT,
    lease_until BIGINT,
    -- how often it may have gone out without our knowing: 1 is sent once more, 2 is held for a person
    uncertain INTEGER NOT NULL DEFAULT 0,
    reply_code INTEGER,
    reply_status TEXT,
    reply_text TEXT,
    finished_at BIGINT,
    UNIQUE (issue, subscriber)
);
-- First tries go by an id cursor over (issue, id); only what waits for another try has an index of its own.
CREATE INDEX deliveries_by_issue ON deliveries (issue, id);
CREATE INDEX deliveries_deferred ON deliveries (issue, due_at) WHERE state = 'deferred';
CREATE INDEX deliveries_in_data ON deliveries (worker) WHERE state = 'in_data';
CREATE INDEX deliveries_by_subscriber ON deliveries (subscriber);
