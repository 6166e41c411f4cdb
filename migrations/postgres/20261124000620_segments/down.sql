DROP TABLE issue_segments;
DROP TABLE segments;
