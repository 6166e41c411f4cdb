DROP TABLE domain_move_rows;
DROP TABLE domain_moves;
