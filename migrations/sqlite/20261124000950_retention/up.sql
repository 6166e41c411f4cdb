-- What is kept for a time, and when the last of it was cleared; and of which issues it is gone.
CREATE TABLE retention_runs (
    kept TEXT PRIMARY KEY,
    at BIGINT NOT NULL,
    cleared BIGINT NOT NULL
);
ALTER TABLE issues ADD COLUMN replies_cleared_at BIGINT;
ALTER TABLE issues ADD COLUMN deliveries_cleared_at BIGINT;
