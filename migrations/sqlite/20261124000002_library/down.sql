DROP TABLE library_addresses;
DROP TABLE library_items;
