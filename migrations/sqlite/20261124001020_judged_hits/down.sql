DROP TRIGGER clicks_turn;
DROP TRIGGER opens_turn;
DROP INDEX clicks_by_time;
DROP INDEX opens_by_time;
DROP TABLE judged_hits;
