DROP INDEX library_items_by_feed;
ALTER TABLE library_items DROP COLUMN is_new;
ALTER TABLE library_items DROP COLUMN feed;
DROP TABLE feeds;
