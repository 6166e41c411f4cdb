-- What was found before an issue went out, and who has seen which warning. A warning is seen for one
-- revision: any edit makes another, for which nobody has seen anything.

CREATE TABLE preflight_overrides (
    issue BIGINT NOT NULL REFERENCES issues (id) ON DELETE CASCADE,
    revision INTEGER NOT NULL,
    -- the finding: its code, its field and the values in its text
    finding TEXT NOT NULL,
    code TEXT NOT NULL,
    block BLOB,
    seen_by TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (issue, revision, finding)
);

-- what was found when it was last approved or scheduled: revision, by, at, and each finding
ALTER TABLE issues ADD COLUMN preflight TEXT;
-- the revision of the last test send
ALTER TABLE issues ADD COLUMN tested_revision INTEGER;
