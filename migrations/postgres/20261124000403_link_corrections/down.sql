DROP TABLE link_corrections;
