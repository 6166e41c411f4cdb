ALTER TABLE issues DROP COLUMN unsubscribed;
ALTER TABLE issues DROP COLUMN measured;
