-- What issues are filled from.

CREATE TABLE library_items (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid BLOB NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('article', 'publication', 'podcast', 'event', 'ecourse', 'tool', 'project')),
    title TEXT NOT NULL,
    summary TEXT NOT NULL,
    language TEXT NOT NULL CHECK (language IN ('da', 'en')),
    published_on DATE,
    published_precision TEXT CHECK (published_precision IN ('day', 'month', 'year')),
    series TEXT,
    number INTEGER,
    -- the leadership groups it is for: a comma-separated subset of 1,2,3
    leadership_groups TEXT NOT NULL DEFAULT '',
    image_url TEXT,
    -- where an event is held
    place TEXT,
    valid_until DATE,
    -- title, summary, series and place in lower case, written by the program: SQLite's lower() knows
    -- ASCII only, and æ, ø and å are to be found too
    search_text TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    archived_at BIGINT
);
CREATE INDEX library_items_by_kind ON library_items (kind, published_on);

-- An item has one identity and may have many addresses; position 0 is the one that is linked.
CREATE TABLE library_addresses (
    url TEXT NOT NULL PRIMARY KEY,
    item BIGINT NOT NULL REFERENCES library_items (id) ON DELETE CASCADE,
    position INTEGER NOT NULL
);
CREATE INDEX library_addresses_by_item ON library_addresses (item);
