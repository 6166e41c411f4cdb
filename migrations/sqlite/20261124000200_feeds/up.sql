-- Feeds of others that are read regularly. The rows are the queue: read when due_at has come.

CREATE TABLE feeds (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid BLOB NOT NULL UNIQUE,
    url TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    -- what its entries become
    kind TEXT NOT NULL CHECK (kind IN ('article', 'publication', 'podcast', 'event', 'ecourse', 'tool', 'project')),
    language TEXT NOT NULL CHECK (language IN ('da', 'en')),
    etag TEXT,
    last_modified TEXT,
    last_read_at BIGINT,
    -- a message of the pages, and a value for it
    last_error TEXT,
    last_error_value TEXT,
    -- in a row
    failures INTEGER NOT NULL,
    due_at BIGINT NOT NULL,
    active BOOLEAN NOT NULL,
    made_by TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX feeds_by_due ON feeds (due_at);

-- The feed that an item came from, and whether no person has looked at it since.
ALTER TABLE library_items ADD COLUMN feed BIGINT;
ALTER TABLE library_items ADD COLUMN is_new BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX library_items_by_feed ON library_items (feed) WHERE feed IS NOT NULL;
