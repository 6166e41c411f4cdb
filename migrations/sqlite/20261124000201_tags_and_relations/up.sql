-- Words by which items are found, and items that belong together.

CREATE TABLE library_tags (
    item BIGINT NOT NULL REFERENCES library_items (id) ON DELETE CASCADE,
    tag TEXT NOT NULL,
    PRIMARY KEY (item, tag)
);
CREATE INDEX library_tags_by_tag ON library_tags (tag);

-- An item is about another one: an article about a publication.
CREATE TABLE library_relations (
    item BIGINT NOT NULL REFERENCES library_items (id) ON DELETE CASCADE,
    about BIGINT NOT NULL REFERENCES library_items (id) ON DELETE CASCADE,
    PRIMARY KEY (item, about),
    CHECK (item <> about)
);
CREATE INDEX library_relations_by_about ON library_relations (about);
