-- What the suppression pepper is known by: a keyed hash of fixed words, from which nobody learns it.
CREATE TABLE pepper (
    fingerprint BYTEA NOT NULL PRIMARY KEY,
    first_used_at TIMESTAMPTZ NOT NULL
);
