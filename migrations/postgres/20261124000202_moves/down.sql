DROP TABLE library_moves;
