DROP INDEX growth_sums;
DROP TRIGGER subscriptions_follow_changed;
DROP TRIGGER subscriptions_follow_merged;
DROP TRIGGER subscriptions_follow_new;
DROP INDEX subscriptions_reach;
CREATE INDEX subscriptions_by_newsletter ON subscriptions (newsletter, state);
ALTER TABLE subscriptions DROP COLUMN language;
ALTER TABLE subscriptions DROP COLUMN sector;
ALTER TABLE subscriptions DROP COLUMN leadership_group;
