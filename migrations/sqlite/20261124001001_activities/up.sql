-- What was done beside the newsletter: mentions in media, adverts, conferences, meetings; entered by
-- hand. A row is never changed: a correction is a row of its own that names the one it corrects.
CREATE TABLE activities (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid BLOB NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('media', 'advert', 'conference', 'meeting')),
    title TEXT NOT NULL,
    -- "kronik", "stand"; may be empty
    sort TEXT NOT NULL,
    -- the medium or the place; may be empty
    place TEXT NOT NULL,
    -- the first day of what is known of its date
    day DATE NOT NULL,
    precision TEXT NOT NULL CHECK (precision IN ('day', 'month', 'year')),
    url TEXT NOT NULL,
    source TEXT NOT NULL,
    corrects BIGINT REFERENCES activities (id),
    taken_back BOOLEAN NOT NULL,
    entered_by TEXT NOT NULL,
    entered_at BIGINT NOT NULL
);
CREATE INDEX activities_by_day ON activities (day);
CREATE UNIQUE INDEX activities_by_corrected ON activities (corrects);
