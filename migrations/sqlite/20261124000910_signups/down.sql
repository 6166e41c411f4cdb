DROP INDEX consents_by_form;
DROP TABLE signup_holds;
DROP TABLE signup_sources;
DROP TABLE signup_requests;
