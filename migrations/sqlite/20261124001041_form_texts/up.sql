-- The texts of consents that a newsletter's forms have shown, here or on other sites: only to one of these
-- can somebody have said yes.
CREATE TABLE form_texts (
    newsletter BIGINT NOT NULL REFERENCES newsletters (id) ON DELETE CASCADE,
    text_hash TEXT NOT NULL REFERENCES consent_texts (hash),
    shown_at BIGINT NOT NULL,
    PRIMARY KEY (newsletter, text_hash)
);
