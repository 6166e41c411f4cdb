DROP TABLE subscriber_notes;
DROP INDEX subscribers_by_organisation;
DROP INDEX subscribers_by_surname;
DROP INDEX subscribers_by_name;
DROP INDEX subscribers_by_email;
ALTER TABLE subscribers DROP COLUMN organisation_key;
ALTER TABLE subscribers DROP COLUMN surname_key;
ALTER TABLE subscribers DROP COLUMN name_key;
ALTER TABLE subscribers DROP COLUMN email_key;
