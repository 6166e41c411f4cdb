-- What became of an issue's recipients, written down when it ends: the reports of a year read these
-- few rows instead of counting a row a recipient each time, and they outlive those rows.
CREATE TABLE delivery_counts (
    issue BIGINT NOT NULL REFERENCES issues (id) ON DELETE CASCADE,
    -- accepted, failed or skipped
    state TEXT NOT NULL CHECK (state IN ('accepted', 'failed', 'skipped')),
    -- empty for those that were not skipped
    skip_reason TEXT NOT NULL,
    recipients BIGINT NOT NULL,
    -- of them, those that may have gone out without our knowing at least once
    uncertain BIGINT NOT NULL,
    -- of them, those who got a copy of their own, by consent
    personal BIGINT NOT NULL,
    PRIMARY KEY (issue, state, skip_reason)
);

-- The same for the largest domains.
CREATE TABLE delivery_domains (
    issue BIGINT NOT NULL REFERENCES issues (id) ON DELETE CASCADE,
    domain TEXT NOT NULL,
    recipients BIGINT NOT NULL,
    accepted BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    PRIMARY KEY (issue, domain)
);

-- Who left between two issues.
CREATE INDEX subscriptions_by_end ON subscriptions (newsletter, ended_at);
