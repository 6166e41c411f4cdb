-- How much is fetched there, as the server says: pictures on other sites are weighed by it.
ALTER TABLE link_checks ADD COLUMN bytes BIGINT;
