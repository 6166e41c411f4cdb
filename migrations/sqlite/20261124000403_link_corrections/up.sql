-- Where a link of an issue that was sent leads instead. The rendition stays as it was sent; clicks
-- follow issue_links, which has the corrected address as soon as a correction is confirmed.

CREATE TABLE link_corrections (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid BLOB NOT NULL UNIQUE,
    issue BIGINT NOT NULL REFERENCES issues (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    url_before TEXT NOT NULL,
    url_after TEXT NOT NULL,
    -- shown in the archive
    reason TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    -- null while a second person is waited for
    confirmed_by TEXT,
    at BIGINT
);
CREATE INDEX link_corrections_by_issue ON link_corrections (issue, id);
