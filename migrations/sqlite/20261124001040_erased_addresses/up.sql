-- When the person of an address was erased, whatever the reason is for which nothing is sent to it: that
-- the address called us spam outlives the person, but not for ever.
ALTER TABLE suppressions ADD COLUMN erased_at BIGINT;
UPDATE suppressions SET erased_at = at WHERE reason = 'erased';

-- The file of the database is to be written anew, because unused parts of its pages may hold people who
-- were erased. Taken away when that has been done.
CREATE TABLE file_rewrites (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    wanted_at BIGINT NOT NULL
);
INSERT INTO file_rewrites (only_row, wanted_at)
SELECT 1, 0 WHERE EXISTS (SELECT 1 FROM suppressions WHERE reason = 'erased');
