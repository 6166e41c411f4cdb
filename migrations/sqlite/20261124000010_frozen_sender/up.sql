-- Who an issue is from, as it stood when it was scheduled.
ALTER TABLE issues ADD COLUMN sender TEXT;
