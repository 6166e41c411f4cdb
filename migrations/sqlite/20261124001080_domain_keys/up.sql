-- The domain of the address, its labels turned round and each with a dot: 'dk.aarhus.post.' So a domain with
-- all that are under it is a stretch of an index.
ALTER TABLE subscribers ADD COLUMN domain_key TEXT NOT NULL DEFAULT '';

-- What stands behind the last @ (a quoted local part may have one, too), label after label.
UPDATE subscribers SET domain_key = (
    WITH RECURSIVE labels (rest, turned) AS (
        SELECT substr(address_key, length(rtrim(address_key, replace(address_key, '@', ''))) + 1) || '.', ''
        UNION ALL
        SELECT substr(rest, instr(rest, '.') + 1), substr(rest, 1, instr(rest, '.')) || turned
        FROM labels WHERE rest <> ''
    )
    SELECT turned FROM labels WHERE rest = ''
);
CREATE INDEX subscribers_by_domain ON subscribers (domain_key);
