DROP TABLE issue_links;
DROP TABLE renditions;
DROP TABLE issue_revisions;
DROP TABLE issues;
