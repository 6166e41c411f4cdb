-- What the register is searched by: each begins with what is typed, in small letters, and bytes are
-- compared, so that a search is a stretch of an index. '' stands for "not stated".
-- the address as it was typed, where that is more than capitals away from address_key
ALTER TABLE subscribers ADD COLUMN email_key TEXT NOT NULL DEFAULT '';
ALTER TABLE subscribers ADD COLUMN name_key TEXT NOT NULL DEFAULT '';
ALTER TABLE subscribers ADD COLUMN surname_key TEXT NOT NULL DEFAULT '';
ALTER TABLE subscribers ADD COLUMN organisation_key TEXT NOT NULL DEFAULT '';
-- The program writes them; those who are there already are found by their address only, until they change.
CREATE INDEX subscribers_by_email ON subscribers (email_key);
CREATE INDEX subscribers_by_name ON subscribers (name_key);
CREATE INDEX subscribers_by_surname ON subscribers (surname_key);
CREATE INDEX subscribers_by_organisation ON subscribers (organisation_key);

-- What staff have noted about a person.
CREATE TABLE subscriber_notes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid BLOB NOT NULL UNIQUE,
    subscriber BIGINT NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
    body TEXT NOT NULL,
    written_by TEXT NOT NULL,
    written_at BIGINT NOT NULL
);
CREATE INDEX subscriber_notes_by_subscriber ON subscriber_notes (subscriber);
