-- The short address of a library item, for use outside of issues, and how often it is followed.
CREATE TABLE short_links (
    library_item BIGINT PRIMARY KEY REFERENCES library_items (id) ON DELETE CASCADE,
    slug TEXT NOT NULL UNIQUE,
    made_by TEXT NOT NULL,
    made_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE short_link_counts (
    library_item BIGINT NOT NULL REFERENCES short_links (library_item) ON DELETE CASCADE,
    hour TIMESTAMPTZ NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('human', 'machine', 'unknown')),
    clicks BIGINT NOT NULL,
    PRIMARY KEY (library_item, hour, verdict)
);
