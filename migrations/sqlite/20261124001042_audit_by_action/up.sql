-- What waits for staff is looked for by its action, each time that somebody opens their desk.
CREATE INDEX audit_log_by_action ON audit_log (action, id);
