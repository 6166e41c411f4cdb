-- What the archive is searched by, and where its issues stood before they came here.
CREATE TABLE archive_texts (
    issue BIGINT NOT NULL PRIMARY KEY REFERENCES issues (id) ON DELETE CASCADE,
    -- The version of the stems; another one is made anew.
    stemmer INTEGER NOT NULL,
    theme TEXT NOT NULL,
    plain TEXT NOT NULL,
    stems TEXT NOT NULL
);

CREATE TABLE old_addresses (
    path TEXT NOT NULL PRIMARY KEY,
    issue BIGINT NOT NULL REFERENCES issues (id) ON DELETE CASCADE
);
