ALTER TABLE issues DROP COLUMN tested_revision;
ALTER TABLE issues DROP COLUMN preflight;
DROP TABLE preflight_overrides;
