-- An item's page asks which issues link it, by the item and, where nobody wrote that down, by its
-- addresses; so do the page of dead links and the drafts that prepare themselves.

-- Only where one is known: those without are found by their address, and never by this.
CREATE INDEX issue_links_by_item ON issue_links (library_item) WHERE library_item IS NOT NULL;
CREATE INDEX issue_links_by_url ON issue_links (url);
