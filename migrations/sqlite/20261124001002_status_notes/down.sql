DROP TABLE status_notes;
DROP TABLE status_note_drafts;
