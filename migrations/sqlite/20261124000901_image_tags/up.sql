-- The words by which a picture is found, as library_tags has them for items.

CREATE TABLE image_tags (
    image BIGINT NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    tag TEXT NOT NULL,
    PRIMARY KEY (image, tag)
);
CREATE INDEX image_tags_by_tag ON image_tags (tag);
