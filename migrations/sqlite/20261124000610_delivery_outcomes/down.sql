DROP INDEX subscriptions_by_end;
DROP TABLE delivery_domains;
DROP TABLE delivery_counts;
