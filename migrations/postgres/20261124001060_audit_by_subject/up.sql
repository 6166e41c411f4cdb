-- What is said of a person is forgotten with the person: the log must not be read whole for that.
CREATE INDEX audit_log_by_subject ON audit_log (subject, id);
