ALTER TABLE issues DROP COLUMN proposed_at_local;
DROP TABLE recurring;
DROP TABLE templates;
