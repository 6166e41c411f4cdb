-- Who sends, and who works here.
-- The same stamp and the same names stand in both migration folders; only the column types differ
-- (src/db/types.rs). The words in CHECKs are those of the enums in the code.

CREATE TABLE newsletters (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid BLOB NOT NULL UNIQUE,
    slug TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    language TEXT NOT NULL CHECK (language IN ('da', 'en')),
    time_zone TEXT NOT NULL,
    sender_name TEXT NOT NULL,
    sender_email TEXT NOT NULL,
    reply_to TEXT,
    -- off: nothing is measured; aggregate: counts only; consented: persons who said yes to it
    open_tracking TEXT NOT NULL DEFAULT 'off' CHECK (open_tracking IN ('off', 'aggregate', 'consented')),
    approval_required BOOLEAN NOT NULL DEFAULT FALSE,
    -- what the footer, the frame and the legal pages say: postal address, CVR, contact, site, ...
    settings TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE staff (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid BLOB NOT NULL UNIQUE,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('admin', 'editor', 'operator', 'reader')),
    language TEXT NOT NULL CHECK (language IN ('da', 'en')),
    password_hash TEXT,
    -- part of every sign-in link; changed when one is used, so that each works once
    nonce BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    disabled_at BIGINT
);

CREATE TABLE sessions (
    token_hash BLOB NOT NULL PRIMARY KEY,
    staff BIGINT NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_staff ON sessions (staff);

CREATE TABLE api_tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('admin', 'editor', 'operator', 'reader')),
    token_hash BLOB NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    used_at BIGINT,
    revoked_at BIGINT
);

-- Append-only: who did what. The actor is text so that the entry outlives the account.
CREATE TABLE audit_log (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    details TEXT NOT NULL
);

-- Answers to API requests that carried an Idempotency-Key, kept for a day.
CREATE TABLE idempotency_keys (
    api_token BIGINT NOT NULL REFERENCES api_tokens (id) ON DELETE CASCADE,
    idempotency_key TEXT NOT NULL,
    request_hash BLOB NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (api_token, idempotency_key)
);
