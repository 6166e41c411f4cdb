-- Saved rules that pick some of a newsletter's subscribers.

CREATE TABLE segments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid BLOB NOT NULL UNIQUE,
    newsletter BIGINT NOT NULL REFERENCES newsletters (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    -- a list of requirements, each a list of conditions of which one must hold
    rules TEXT NOT NULL,
    version INTEGER NOT NULL,
    saved_by TEXT NOT NULL,
    saved_at BIGINT NOT NULL,
    UNIQUE (newsletter, name)
);

-- Which issues are for which segments. An issue has a copy of the rules, so this is only for looking.
CREATE TABLE issue_segments (
    issue BIGINT NOT NULL REFERENCES issues (id) ON DELETE CASCADE,
    segment BIGINT NOT NULL REFERENCES segments (id) ON DELETE CASCADE,
    PRIMARY KEY (issue, segment)
);
