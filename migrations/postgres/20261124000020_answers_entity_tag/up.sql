-- The entity tag of a kept answer: the next edit needs it.
ALTER TABLE idempotency_keys ADD COLUMN etag TEXT;
