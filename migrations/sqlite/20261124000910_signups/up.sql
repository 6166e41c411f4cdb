-- Requests to subscribe, before anybody has looked the address up: the answer to all of them is the same row.
CREATE TABLE signup_requests (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    newsletter BIGINT NOT NULL REFERENCES newsletters (id) ON DELETE CASCADE,
    -- what the form said, and where it came from
    request TEXT NOT NULL,
    at BIGINT NOT NULL
);

-- Where people are asked to subscribe: a stand, an advert, a form on another site.
CREATE TABLE signup_sources (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid BLOB NOT NULL UNIQUE,
    newsletter BIGINT NOT NULL REFERENCES newsletters (id) ON DELETE CASCADE,
    -- as it stands in addresses, subscriptions and the ledger
    slug TEXT NOT NULL,
    title TEXT NOT NULL,
    -- the sites whose own forms may use it, separated by blanks
    origins TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    archived_at BIGINT,
    UNIQUE (newsletter, slug)
);

-- When confirmations were held back because almost nobody confirmed.
CREATE TABLE signup_holds (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    since BIGINT NOT NULL,
    asked BIGINT NOT NULL,
    confirmed BIGINT NOT NULL,
    released_at BIGINT,
    -- who let them go; empty when it ended by itself
    released_by TEXT NOT NULL DEFAULT ''
);

-- What forms have asked for lately, and what came of it; what was imported is none of that.
CREATE INDEX consents_by_form ON consents (requested_at) WHERE method = 'form';
