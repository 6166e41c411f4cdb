ALTER TABLE issues DROP COLUMN deliveries_cleared_at;
ALTER TABLE issues DROP COLUMN replies_cleared_at;
DROP TABLE retention_runs;
