DROP TABLE merged_subscriptions;
DROP TABLE own_sessions;
DROP TABLE subscriber_mails;
