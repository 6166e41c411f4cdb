-- The domain of the address, its labels turned round and each with a dot: 'dk.aarhus.post.' So a domain with
-- all that are under it is a stretch of an index.
ALTER TABLE subscribers ADD COLUMN domain_key TEXT COLLATE "C" NOT NULL DEFAULT '';

-- What stands behind the last @ (a quoted local part may have one, too), label after label.
UPDATE subscribers SET domain_key = (
    SELECT string_agg(label || '.', '' ORDER BY nth DESC)
    FROM unnest(string_to_array(regexp_replace(address_key, '^.*@', ''), '.')) WITH ORDINALITY AS labels (label, nth)
);
CREATE INDEX subscribers_by_domain ON subscribers (domain_key);
