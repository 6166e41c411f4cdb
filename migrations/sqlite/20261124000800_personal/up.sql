-- What a person may see and do themselves, after a link that was mailed to the address on file.

-- Mails to one person, besides issues and what asks for a confirmation: the row is the queue, and the link in the mail.
CREATE TABLE subscriber_mails (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    subscriber BIGINT NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
    -- whom it is from
    newsletter BIGINT NOT NULL REFERENCES newsletters (id),
    kind TEXT NOT NULL CHECK (kind IN ('own_page', 'new_address', 'address_changed', 'welcome')),
    -- where it goes, when not to the address on file
    to_email TEXT,
    -- part of the HMAC of the link in it
    nonce BIGINT NOT NULL,
    -- part of the Message-ID and the Date, so that a retry is the same mail
    queued_at BIGINT NOT NULL,
    -- null when it waits no more
    due_at BIGINT,
    attempts INTEGER NOT NULL DEFAULT 0,
    sent_at BIGINT,
    -- when the link in it was used, or made void by a newer one
    used_at BIGINT
);
CREATE INDEX subscriber_mails_due ON subscriber_mails (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX subscriber_mails_by_subscriber ON subscriber_mails (subscriber, kind, queued_at);
-- Nobody is welcomed twice.
CREATE UNIQUE INDEX subscriber_mails_welcome ON subscriber_mails (subscriber, newsletter) WHERE kind = 'welcome';

-- Somebody who looks at their own page.
CREATE TABLE own_sessions (
    token_hash BLOB NOT NULL PRIMARY KEY,
    subscriber BIGINT NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
    ends_at BIGINT NOT NULL
);

-- Subscriptions that became part of another one when a person changed address: links to them live on.
CREATE TABLE merged_subscriptions (
    former BIGINT NOT NULL PRIMARY KEY,
    nonce BIGINT NOT NULL,
    subscription BIGINT NOT NULL REFERENCES subscriptions (id) ON DELETE CASCADE
);
