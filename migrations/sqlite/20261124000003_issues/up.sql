-- Issues, their revisions, what was approved, and their links.

CREATE TABLE issues (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid BLOB NOT NULL UNIQUE,
    slug TEXT NOT NULL UNIQUE,
    newsletter BIGINT NOT NULL REFERENCES newsletters (id),
    kind TEXT NOT NULL CHECK (kind IN ('ordinary', 'special')),
    series_number INTEGER,
    state TEXT NOT NULL CHECK (state IN ('draft', 'in_review', 'approved', 'scheduled', 'preparing', 'sending', 'paused', 'sent', 'cancelled')),
    pause_reason TEXT,
    -- imported: brought into the archive as history, never sent from here
    origin TEXT NOT NULL DEFAULT 'here' CHECK (origin IN ('here', 'imported')),
    -- words shown with an imported issue, such as "genskabt eksempel"
    origin_note TEXT,
    subject TEXT NOT NULL,
    current_revision INTEGER NOT NULL,
    approved_revision INTEGER,
    approved_by TEXT,
    -- the rendition that was approved, and from fan-out on the one that is sent
    rendition TEXT,
    send_at_local TEXT,
    time_zone TEXT NOT NULL,
    send_at BIGINT,
    audience TEXT NOT NULL,
    -- the number that the equation must give, stored at fan-out
    audience_count BIGINT,
    -- how far fan-out has come: the last subscription that was looked at
    fan_out_cursor BIGINT NOT NULL DEFAULT 0,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    started_at BIGINT,
    finished_at BIGINT,
    -- the day it is shown under in the archive; null until it is public
    published_on DATE
);
CREATE INDEX issues_by_state ON issues (state, send_at);
CREATE INDEX issues_published ON issues (newsletter, published_on);

CREATE TABLE issue_revisions (
    issue BIGINT NOT NULL REFERENCES issues (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    content TEXT NOT NULL,
    hash TEXT NOT NULL,
    autosave BOOLEAN NOT NULL,
    saved_by TEXT NOT NULL,
    saved_at BIGINT NOT NULL,
    PRIMARY KEY (issue, number)
);

-- What was approved, byte for byte; a sent issue keeps it and the archive serves it.
CREATE TABLE renditions (
    hash TEXT NOT NULL PRIMARY KEY,
    subject TEXT NOT NULL,
    preheader TEXT NOT NULL,
    html TEXT NOT NULL,
    plain_text TEXT NOT NULL,
    web TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE issue_links (
    issue BIGINT NOT NULL REFERENCES issues (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    block BLOB,
    url TEXT NOT NULL,
    library_item BIGINT REFERENCES library_items (id) ON DELETE SET NULL,
    PRIMARY KEY (issue, number)
);
