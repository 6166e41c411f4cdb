DROP INDEX subscribers_by_domain;
ALTER TABLE subscribers DROP COLUMN domain_key;
