-- Lists that are imported: the file, how it is read, how far it is, and what it did, line by line.

CREATE TABLE imports (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid BLOB NOT NULL UNIQUE,
    newsletter BIGINT NOT NULL REFERENCES newsletters (id),
    kind TEXT NOT NULL CHECK (kind IN ('subscribers', 'suppressions')),
    state TEXT NOT NULL CHECK (state IN ('uploaded', 'checking', 'checked', 'running', 'done', 'undoing', 'undone', 'failed')),
    file_name TEXT NOT NULL,
    -- bytes of the file
    size BIGINT NOT NULL,
    -- how the file is read and what the list rests on
    plan TEXT NOT NULL,
    -- what became of the rows that have been read
    counts TEXT NOT NULL,
    -- rows that have been read; while it is undone, the line up to which it has been
    cursor BIGINT NOT NULL,
    -- rows of the file, once it was read to its end
    rows BIGINT,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    started_at BIGINT,
    finished_at BIGINT,
    -- which process goes through it, and when that last wrote something down
    taken_by BLOB,
    taken_at BIGINT,
    -- why the file could not be read to its end
    problem TEXT
);
CREATE INDEX imports_under_way ON imports (state) WHERE state IN ('checking', 'running', 'undoing');

-- The file, in pieces, as long as it is needed.
CREATE TABLE import_parts (
    import BIGINT NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
    part INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (import, part)
);

-- What became of a row, and what is needed to undo it; rows that changed nothing and are in order have none.
CREATE TABLE import_rows (
    import BIGINT NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
    -- the line of the file, from 1
    line BIGINT NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('create', 'update', 'unchanged', 'skipped', 'suppressed', 'invalid')),
    -- which field it is about
    field TEXT,
    reason TEXT,
    subscriber BIGINT REFERENCES subscribers (id) ON DELETE CASCADE,
    -- of a suppression
    address_hash BLOB,
    -- what it was before, as far as it was changed
    earlier TEXT,
    PRIMARY KEY (import, line)
) WITHOUT ROWID;
CREATE INDEX import_rows_by_subscriber ON import_rows (subscriber) WHERE subscriber IS NOT NULL;

-- Which column is what, by the names in the header, to be used again.
CREATE TABLE import_mappings (
    name TEXT NOT NULL PRIMARY KEY,
    mapping TEXT NOT NULL,
    saved_by TEXT NOT NULL,
    saved_at BIGINT NOT NULL
);
