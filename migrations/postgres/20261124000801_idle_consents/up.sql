-- How many consents nothing has been sent under for ten months; counted once a day, shown to staff.
CREATE TABLE idle_consents (
    newsletter BIGINT NOT NULL PRIMARY KEY REFERENCES newsletters (id),
    people BIGINT NOT NULL,
    counted_at TIMESTAMPTZ NOT NULL
);
