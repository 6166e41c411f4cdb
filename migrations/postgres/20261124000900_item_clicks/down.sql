DROP INDEX issue_links_by_url;
DROP INDEX issue_links_by_item;
