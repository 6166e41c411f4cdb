-- Pictures that were uploaded, made anew for the mail and the web. The file that was sent is not kept:
-- it says where and with what it was taken.

CREATE TABLE images (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    -- SHA-256 of the file that was sent, in lower-case hex: the same file twice is one picture
    hash TEXT NOT NULL UNIQUE,
    -- the file's name as it was sent: text for people, never a path
    name TEXT NOT NULL,
    media_type TEXT NOT NULL CHECK (media_type IN ('image/jpeg', 'image/png')),
    -- of the largest file
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    -- what it shows, in words; empty while nobody has said, or on purpose when it is decorative
    alt TEXT NOT NULL,
    decorative BOOLEAN NOT NULL,
    -- name and alt in lower case, written by the program
    search_text TEXT NOT NULL,
    uploaded_by TEXT NOT NULL,
    uploaded_at BIGINT NOT NULL,
    archived_at BIGINT
);

-- Its files: as wide as the mail's column at most (600 pixels), and twice that. In the database, so that
-- all processes have them and a backup is whole.
CREATE TABLE image_files (
    image BIGINT NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    -- the number of bytes, so that it can be asked without reading them
    size INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (image, width)
);
