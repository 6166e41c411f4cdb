-- A status note that is being written: what an editor says of its sections. Its numbers are read anew
-- each time.
CREATE TABLE status_note_drafts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid BLOB NOT NULL UNIQUE,
    newsletter BIGINT NOT NULL REFERENCES newsletters (id),
    language TEXT NOT NULL,
    period_start DATE NOT NULL,
    period_end DATE NOT NULL,
    compared_with DATE NOT NULL,
    -- words and a period of its own for each section
    sections TEXT NOT NULL,
    -- rises with every save, by which two editors notice each other
    revision INTEGER NOT NULL,
    changed_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (newsletter, language, period_start, period_end, compared_with)
);

-- A note as it was at a moment: all of it, numbers and words. Rows are only added.
CREATE TABLE status_notes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid BLOB NOT NULL UNIQUE,
    draft BIGINT NOT NULL REFERENCES status_note_drafts (id),
    -- 1, 2, … for each draft
    number INTEGER NOT NULL,
    period_start DATE NOT NULL,
    period_end DATE NOT NULL,
    compared_with DATE NOT NULL,
    frozen TEXT NOT NULL,
    -- SHA-256 of the frozen document
    hash TEXT NOT NULL,
    frozen_by TEXT NOT NULL,
    frozen_at BIGINT NOT NULL,
    UNIQUE (draft, number)
);
