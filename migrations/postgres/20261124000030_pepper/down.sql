DROP TABLE pepper;
