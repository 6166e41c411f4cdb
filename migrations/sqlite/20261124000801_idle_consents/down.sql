DROP TABLE idle_consents;
