-- Changes of many whom a search of the register found.
CREATE TABLE bulk_changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid BLOB NOT NULL UNIQUE,
    state TEXT NOT NULL CHECK (state IN ('running', 'done', 'undoing', 'undone')),
    act TEXT NOT NULL,
    -- whom the search asks for; emptied when it is done, because it may name a person
    query TEXT NOT NULL,
    subscriptions BIGINT NOT NULL,
    passed BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    -- the last subscription that was looked at
    cursor BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    finished_at BIGINT
);
CREATE INDEX bulk_changes_under_way ON bulk_changes (id) WHERE state IN ('running', 'undoing');

-- What was there before, as long as it can be taken back.
CREATE TABLE bulk_rows (
    bulk_change BIGINT NOT NULL REFERENCES bulk_changes (id) ON DELETE CASCADE,
    subscription BIGINT NOT NULL REFERENCES subscriptions (id) ON DELETE CASCADE,
    before TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (bulk_change, subscription)
);
CREATE INDEX bulk_rows_by_subscription ON bulk_rows (subscription);
