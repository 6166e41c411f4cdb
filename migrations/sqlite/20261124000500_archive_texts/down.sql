DROP TABLE old_addresses;
DROP TABLE archive_texts;
