-- What was measured of an issue, from when it began to go out: a newsletter may change its mind, and what
-- was not measured is not zero.
ALTER TABLE issues ADD COLUMN measured TEXT CHECK (measured IN ('off', 'aggregate', 'consented'));
-- How many left after it, written down when its week is over: rows of who left are deleted later.
ALTER TABLE issues ADD COLUMN unsubscribed BIGINT;

-- By what was counted: rows of recipients are many, and may be gone.
UPDATE issues SET measured = CASE
    WHEN EXISTS (SELECT 1 FROM delivery_counts WHERE delivery_counts.issue = issues.id AND personal > 0)
        THEN 'consented'
    WHEN EXISTS (SELECT 1 FROM open_counts WHERE open_counts.issue = issues.id)
        OR EXISTS (SELECT 1 FROM click_counts WHERE click_counts.issue = issues.id)
        THEN 'aggregate'
    ELSE 'off'
END
WHERE started_at IS NOT NULL;
