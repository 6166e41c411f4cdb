ALTER TABLE issues DROP COLUMN approved_frame;
ALTER TABLE issues DROP COLUMN approved_audience;
DROP TABLE issue_reviews;
