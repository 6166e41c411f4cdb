-- What a report of those who consent reads, of a million copies: theirs, their consents, and the verdicts
-- of what they did, each from an index alone.
CREATE INDEX deliveries_personal ON deliveries (issue, subscriber, domain, finished_at, state, variant, id)
    WHERE state = 'accepted' AND variant = 'personal';
CREATE INDEX consents_tracking ON consents (subscriber, newsletter, confirmed_at, purpose, withdrawn_at)
    WHERE purpose = 'tracking' AND withdrawn_at IS NULL;
DROP INDEX opens_by_delivery;
CREATE INDEX opens_by_delivery ON opens (delivery, verdict);
DROP INDEX clicks_by_delivery;
CREATE INDEX clicks_by_delivery ON clicks (delivery, verdict, reason);
-- The clicks of a year's issues are added up for one report.
CREATE INDEX click_sums ON click_counts (issue, verdict, clicks);

-- What came of those of a large issue, added up: it takes a second to read, and is read often. It is what it
-- was added up from as long as `basis` is what it would be now.
CREATE TABLE reader_sums (
    issue BIGINT NOT NULL PRIMARY KEY REFERENCES issues (id) ON DELETE CASCADE,
    basis TEXT NOT NULL,
    -- null when they are too few to be shown
    readers TEXT
);
