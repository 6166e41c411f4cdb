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
