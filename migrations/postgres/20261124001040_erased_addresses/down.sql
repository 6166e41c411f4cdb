DROP TABLE file_rewrites;
ALTER TABLE suppressions DROP COLUMN erased_at;
