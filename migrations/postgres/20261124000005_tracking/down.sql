DROP TABLE clicks;
DROP TABLE opens;
DROP TABLE click_counts;
DROP TABLE open_counts;
