-- What is kept for a time, and when the last of it was cleared; and of which issues it is gone.
CREATE TABLE retention_runs (
    kept TEXT PRIMARY KEY,
    at TIMESTAMPTZ NOT NULL,
    cleared BIGINT NOT NULL
);
ALTER TABLE issues ADD COLUMN replies_cleared_at TIMESTAMPTZ;
ALTER TABLE issues ADD COLUMN deliveries_cleared_at TIMESTAMPTZ;
