-- Whether links still lead somewhere. The rows are the queue: looked at when due_at has come.

CREATE TABLE link_checks (
    url TEXT NOT NULL PRIMARY KEY,
    -- what the last look found; null before the first
    outcome TEXT CHECK (outcome IN ('ok', 'broken', 'unsure')),
    status INTEGER,
    checked_at BIGINT,
    broken_since BIGINT,
    -- broken twice, a day apart
    is_dead BOOLEAN NOT NULL,
    due_at BIGINT NOT NULL,
    queued_at BIGINT NOT NULL
);
CREATE INDEX link_checks_by_due ON link_checks (due_at);
