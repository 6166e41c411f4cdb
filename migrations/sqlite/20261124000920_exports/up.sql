-- What somebody may fetch from the register for some minutes. Who asked, and why, stands in the audit log.
CREATE TABLE exports (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    -- whom it is about, which columns, as what
    plan TEXT NOT NULL,
    ends_at BIGINT NOT NULL
);
