DROP TABLE suppressions;
DROP TABLE stated_counts;
DROP TABLE growth;
DROP TABLE ledger;
DROP TABLE consents;
DROP TABLE consent_texts;
DROP TABLE subscriptions;
DROP TABLE subscribers;
