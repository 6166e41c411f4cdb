-- Lederbrev's tables. The same stamp and the same names stand in both migration folders; only the
-- column types differ (see src/db/types.rs). Words in CHECKs are those of the enums in the code.

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
    -- part of the HMAC of every link to this subscription
    nonce BIGINT NOT NULL,
    -- The queue of the mails to this person: the row is the queue, a job sends what is due.
    mail TEXT CHECK (mail IN ('confirm', 'already_subscribed')),
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

CREATE TABLE library_items (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid BLOB NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('article', 'publication', 'podcast', 'event', 'ecourse', 'tool', 'project')),
    title TEXT NOT NULL,
    summary TEXT NOT NULL,
    language TEXT NOT NULL CHECK (language IN ('da', 'en')),
    published_on DATE,
    published_precision TEXT CHECK (published_precision IN ('day', 'month', 'year')),
    series TEXT,
    number INTEGER,
    -- the leadership groups it is for: a comma-separated subset of 1,2,3
    leadership_groups TEXT NOT NULL DEFAULT '',
    image_url TEXT,
    -- where an event is held
    place TEXT,
    valid_until DATE,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    archived_at BIGINT
);
CREATE INDEX library_items_by_kind ON library_items (kind, published_on);

-- An item has one identity and may have many addresses; position 0 is the one that is linked.
CREATE TABLE library_addresses (
    url TEXT NOT NULL PRIMARY KEY,
    item BIGINT NOT NULL REFERENCES library_items (id) ON DELETE CASCADE,
    position INTEGER NOT NULL
);
CREATE INDEX library_addresses_by_item ON library_addresses (item);

CREATE TABLE issues (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid BLOB NOT NULL UNIQUE,
    slug TEXT NOT NULL UNIQUE,
    newsletter BIGINT NOT NULL REFERENCES newsletters (id),
    kind TEXT NOT NULL CHECK (kind IN ('ordinary', 'special')),
    series_number INTEGER,
    state TEXT NOT NULL CHECK (state IN ('draft', 'in_review', 'approved', 'scheduled', 'preparing', 'sending', 'paused', 'sent', 'cancelled')),
    pause_reason TEXT,
    -- imported: brought into the archive as history, never sent from here
    origin TEXT NOT NULL DEFAULT 'here' CHECK (origin IN ('here', 'imported')),
    -- words shown with an imported issue, such as "genskabt eksempel"
    origin_note TEXT,
    subject TEXT NOT NULL,
    current_revision INTEGER NOT NULL,
    approved_revision INTEGER,
    approved_by TEXT,
    -- the rendition that was approved, and from fan-out on the one that is sent
    rendition TEXT,
    send_at_local TEXT,
    time_zone TEXT NOT NULL,
    send_at BIGINT,
    audience TEXT NOT NULL,
    -- the number that the equation must give, stored at fan-out
    audience_count BIGINT,
    -- how far fan-out has come: the last subscription that was looked at
    fan_out_cursor BIGINT NOT NULL DEFAULT 0,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    started_at BIGINT,
    finished_at BIGINT,
    -- the day it is shown under in the archive; null until it is public
    published_on DATE
);
CREATE INDEX issues_by_state ON issues (state, send_at);
CREATE INDEX issues_published ON issues (newsletter, published_on);

CREATE TABLE issue_revisions (
    issue BIGINT NOT NULL REFERENCES issues (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    content TEXT NOT NULL,
    hash TEXT NOT NULL,
    autosave BOOLEAN NOT NULL,
    saved_by TEXT NOT NULL,
    saved_at BIGINT NOT NULL,
    PRIMARY KEY (issue, number)
);

-- What was approved, byte for byte; a sent issue keeps it and the archive serves it.
CREATE TABLE renditions (
    hash TEXT NOT NULL PRIMARY KEY,
    subject TEXT NOT NULL,
    preheader TEXT NOT NULL,
    html TEXT NOT NULL,
    plain_text TEXT NOT NULL,
    web TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE issue_links (
    issue BIGINT NOT NULL REFERENCES issues (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    block BLOB,
    url TEXT NOT NULL,
    library_item BIGINT REFERENCES library_items (id) ON DELETE SET NULL,
    PRIMARY KEY (issue, number)
);

-- One row a recipient and issue: the queue, the record and the equation.
CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    issue BIGINT NOT NULL REFERENCES issues (id),
    -- null after erasure; the row stays so that the equation does
    subscriber BIGINT REFERENCES subscribers (id) ON DELETE SET NULL,
    domain TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'in_data', 'accepted', 'deferred', 'failed', 'skipped')),
    skip_reason TEXT CHECK (skip_reason IN ('unsubscribed', 'paused', 'suppressed', 'scope', 'erased', 'cancelled')),
    -- how its links and image were written, read at the last mark: plain, aggregate or personal
    variant TEXT CHECK (variant IN ('plain', 'aggregate', 'personal')),
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at BIGINT,
    worker TEXT,
    lease_until BIGINT,
    -- how often it may have gone out without our knowing: 1 is sent once more, 2 is held for a person
    uncertain INTEGER NOT NULL DEFAULT 0,
    reply_code INTEGER,
    reply_status TEXT,
    reply_text TEXT,
    finished_at BIGINT,
    UNIQUE (issue, subscriber)
);
-- First tries go by an id cursor over (issue, id); only what waits for another try has an index of its own.
CREATE INDEX deliveries_by_issue ON deliveries (issue, id);
CREATE INDEX deliveries_deferred ON deliveries (issue, due_at) WHERE state = 'deferred';
CREATE INDEX deliveries_in_data ON deliveries (worker) WHERE state = 'in_data';
CREATE INDEX deliveries_by_subscriber ON deliveries (subscriber);

CREATE TABLE open_counts (
    issue BIGINT NOT NULL REFERENCES issues (id) ON DELETE CASCADE,
    hour BIGINT NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('human', 'machine', 'unknown')),
    opens BIGINT NOT NULL,
    PRIMARY KEY (issue, hour, verdict)
);

CREATE TABLE click_counts (
    issue BIGINT NOT NULL REFERENCES issues (id) ON DELETE CASCADE,
    link INTEGER NOT NULL,
    hour BIGINT NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('human', 'machine', 'unknown')),
    clicks BIGINT NOT NULL,
    PRIMARY KEY (issue, link, hour, verdict)
);

-- Only of persons who consented to be measured.
CREATE TABLE opens (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    delivery BIGINT NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    at BIGINT NOT NULL,
    agent TEXT NOT NULL,
    network TEXT NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('human', 'machine', 'unknown')),
    reason TEXT NOT NULL,
    rule_version INTEGER NOT NULL
);
CREATE INDEX opens_by_delivery ON opens (delivery);

CREATE TABLE clicks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    delivery BIGINT NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    link INTEGER NOT NULL,
    at BIGINT NOT NULL,
    agent TEXT NOT NULL,
    network TEXT NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('human', 'machine', 'unknown')),
    reason TEXT NOT NULL,
    rule_version INTEGER NOT NULL
);
CREATE INDEX clicks_by_delivery ON clicks (delivery);

-- Numbers of the other channels, entered by hand and dated.
CREATE TABLE figures (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid BLOB NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    -- the day it was true, or the last day of the period
    day DATE NOT NULL,
    period_start DATE,
    value BIGINT NOT NULL,
    unit TEXT NOT NULL,
    qualifier TEXT NOT NULL CHECK (qualifier IN ('exact', 'about', 'more_than')),
    definition TEXT NOT NULL DEFAULT '',
    source TEXT NOT NULL,
    entered_by TEXT NOT NULL,
    entered_at BIGINT NOT NULL
);
CREATE INDEX figures_by_kind ON figures (kind, day);
