ALTER TABLE link_checks DROP COLUMN bytes;
