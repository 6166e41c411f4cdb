-- The register: people, subscriptions, consents, the ledger and what it sums to, suppressions.

CREATE TABLE subscribers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid BLOB NOT NULL UNIQUE,
    -- the address for comparing: NFC, local part unquoted and lower-cased, domain as A-labels
    address_key TEXT NOT NULL UNIQUE,
    -- the suppression hash of address_key
    address_hash BLOB NOT NULL,
    -- the address as it was typed, used for sending
    email TEXT NOT NULL,
    name TEXT,
    organisation TEXT,
    sector TEXT CHECK (sector IN ('kommune', 'region', 'stat', 'anden')),
    leadership_group TEXT CHECK (leadership_group IN ('1', '2', '3', 'andet')),
    language TEXT NOT NULL CHECK (language IN ('da', 'en')),
    attributes TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX subscribers_by_hash ON subscribers (address_hash);

CREATE TABLE subscriptions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    subscriber BIGINT NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
    newsletter BIGINT NOT NULL REFERENCES newsletters (id),
    state TEXT NOT NULL CHECK (state IN ('pending', 'active', 'paused', 'ended')),
    scope TEXT NOT NULL DEFAULT 'all' CHECK (scope IN ('all', 'ordinary', 'specials')),
    paused_until BIGINT,
    source TEXT NOT NULL,
    requested_at BIGINT NOT NULL,
    confirmed_at BIGINT,
    ended_at BIGINT,
    end_reason TEXT CHECK (end_reason IN ('unsubscribed', 'bounced', 'complained', 'erased', 'staff')),
    -- what the person said when they were asked why
    reason_given TEXT CHECK (reason_given IN ('too_many', 'not_relevant', 'new_job', 'not_me', 'other')),
    -- part of the HMAC of every link to this subscription
    nonce BIGINT NOT NULL,
    -- The queue of the mails to this person: the row is the queue, a job sends what is due.
    mail TEXT CHECK (mail IN ('confirm', 'already_subscribed')),
    -- part of the mail's Message-ID and its Date, so that a retry is the same mail
    mail_queued_at BIGINT,
    mail_due_at BIGINT,
    mail_sent_at BIGINT,
    mail_attempts INTEGER NOT NULL DEFAULT 0,
    UNIQUE (subscriber, newsletter)
);
CREATE INDEX subscriptions_by_newsletter ON subscriptions (newsletter, state);
CREATE INDEX subscriptions_mail_due ON subscriptions (mail_due_at) WHERE mail IS NOT NULL;

CREATE TABLE consent_texts (
    hash TEXT NOT NULL PRIMARY KEY,
    purpose TEXT NOT NULL CHECK (purpose IN ('newsletter', 'tracking')),
    language TEXT NOT NULL CHECK (language IN ('da', 'en')),
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE consents (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    subscriber BIGINT NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
    newsletter BIGINT NOT NULL REFERENCES newsletters (id),
    purpose TEXT NOT NULL CHECK (purpose IN ('newsletter', 'tracking')),
    text_hash TEXT NOT NULL REFERENCES consent_texts (hash),
    language TEXT NOT NULL CHECK (language IN ('da', 'en')),
    method TEXT NOT NULL CHECK (method IN ('form', 'preferences', 'import', 'staff')),
    form_address TEXT NOT NULL,
    source TEXT NOT NULL,
    requested_at BIGINT NOT NULL,
    request_ip TEXT,
    confirm_ip TEXT,
    -- Message-ID of the mail that asked for the confirmation
    confirmation_message_id TEXT,
    confirmed_at BIGINT,
    withdrawn_at BIGINT,
    withdrawal_channel TEXT
);
CREATE INDEX consents_by_subscriber ON consents (subscriber);

-- Append-only. The only update ever: on erasure subscriber_uuid becomes null and recorded_at is cut to the day.
CREATE TABLE ledger (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    newsletter BIGINT NOT NULL REFERENCES newsletters (id),
    -- the day it counts for, in the newsletter's time zone
    day DATE NOT NULL,
    recorded_at BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('requested', 'confirmed', 'paused', 'resumed', 'ended', 'imported', 'moved')),
    change INTEGER NOT NULL CHECK (change IN (-1, 0, 1)),
    leadership_group TEXT,
    sector TEXT,
    cause TEXT,
    source TEXT NOT NULL,
    subscriber_uuid BLOB
);
CREATE INDEX ledger_by_day ON ledger (newsletter, day);
CREATE INDEX ledger_by_subscriber ON ledger (subscriber_uuid);

-- The ledger's sums, kept in the same transaction; `check ledger` recounts them. '' stands for "not stated".
CREATE TABLE growth (
    newsletter BIGINT NOT NULL REFERENCES newsletters (id),
    day DATE NOT NULL,
    kind TEXT NOT NULL,
    cause TEXT NOT NULL,
    leadership_group TEXT NOT NULL,
    sector TEXT NOT NULL,
    source TEXT NOT NULL,
    rows BIGINT NOT NULL,
    change BIGINT NOT NULL,
    PRIMARY KEY (newsletter, day, kind, cause, leadership_group, sector, source)
);

-- Numbers for days before the ledger begins, as somebody stated them.
CREATE TABLE stated_counts (
    newsletter BIGINT NOT NULL REFERENCES newsletters (id),
    day DATE NOT NULL,
    subscribers BIGINT NOT NULL,
    source TEXT NOT NULL,
    stated_by TEXT NOT NULL,
    stated_at BIGINT NOT NULL,
    PRIMARY KEY (newsletter, day)
);

-- HMAC of an address to which nothing is sent any more.
CREATE TABLE suppressions (
    address_hash BLOB NOT NULL PRIMARY KEY,
    reason TEXT NOT NULL CHECK (reason IN ('unsubscribed', 'bounced', 'complained', 'erased', 'staff')),
    at BIGINT NOT NULL,
    source TEXT NOT NULL
);
