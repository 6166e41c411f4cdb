ALTER TABLE figures DROP COLUMN taken_back;
ALTER TABLE figures DROP COLUMN series_break;
ALTER TABLE figures DROP COLUMN channel;
