-- Who handed an issue in, approved it or sent it back; and what an approval is of, beside the
-- rendition: the audience's definition, the sender and the frame.

CREATE TABLE issue_reviews (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    issue BIGINT NOT NULL REFERENCES issues (id) ON DELETE CASCADE,
    revision INTEGER NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('submitted', 'approved', 'returned')),
    actor TEXT NOT NULL,
    -- what the author is asked to do; empty but when it is sent back
    note TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX issue_reviews_by_issue ON issue_reviews (issue, id);

-- hash of the newsletter, the kind and the rules that were approved
ALTER TABLE issues ADD COLUMN approved_audience TEXT;
-- sender, title, language and footer as they were approved, to say what has changed
ALTER TABLE issues ADD COLUMN approved_frame TEXT;
