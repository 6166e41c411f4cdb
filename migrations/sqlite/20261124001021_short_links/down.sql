DROP TABLE short_link_counts;
DROP TABLE short_links;
