-- Opens and clicks.

CREATE TABLE open_counts (
    issue BIGINT NOT NULL REFERENCES issues (id) ON DELETE CASCADE,
    hour BIGINT NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('human', 'machine', 'unknown')),
    -- all of them, and those among them that have a row in opens (by consent)
    opens BIGINT NOT NULL,
    personal BIGINT NOT NULL,
    PRIMARY KEY (issue, hour, verdict)
);

CREATE TABLE click_counts (
    issue BIGINT NOT NULL REFERENCES issues (id) ON DELETE CASCADE,
    link INTEGER NOT NULL,
    hour BIGINT NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('human', 'machine', 'unknown')),
    -- all of them, and those among them that have a row in clicks (by consent)
    clicks BIGINT NOT NULL,
    personal BIGINT NOT NULL,
    PRIMARY KEY (issue, link, hour, verdict)
);

-- Only of persons who consented to be measured.
CREATE TABLE opens (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    delivery BIGINT NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    at BIGINT NOT NULL,
    agent TEXT NOT NULL,
    network TEXT NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('human', 'machine', 'unknown')),
    reason TEXT NOT NULL,
    rule_version INTEGER NOT NULL
);
CREATE INDEX opens_by_delivery ON opens (delivery);

CREATE TABLE clicks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    delivery BIGINT NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    link INTEGER NOT NULL,
    at BIGINT NOT NULL,
    agent TEXT NOT NULL,
    network TEXT NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('human', 'machine', 'unknown')),
    reason TEXT NOT NULL,
    rule_version INTEGER NOT NULL
);
CREATE INDEX clicks_by_delivery ON clicks (delivery);
