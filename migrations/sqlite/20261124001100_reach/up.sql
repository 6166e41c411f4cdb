-- Segments are counted from one index: beside each subscription stands what segments ask of its person. The
-- person's row is the truth; these follow it, whoever writes.
ALTER TABLE subscriptions ADD COLUMN leadership_group TEXT;
ALTER TABLE subscriptions ADD COLUMN sector TEXT;
ALTER TABLE subscriptions ADD COLUMN language TEXT NOT NULL DEFAULT 'da';
UPDATE subscriptions SET (leadership_group, sector, language) = (
    SELECT leadership_group, sector, language FROM subscribers WHERE id = subscriptions.subscriber
);
DROP INDEX subscriptions_by_newsletter;
CREATE INDEX subscriptions_reach ON subscriptions (
    newsletter, state, leadership_group, sector, paused_until, language, scope, subscriber, confirmed_at, source,
    nonce
);

CREATE TRIGGER subscriptions_follow_new AFTER INSERT ON subscriptions BEGIN
    UPDATE subscriptions SET (leadership_group, sector, language) = (
        SELECT leadership_group, sector, language FROM subscribers WHERE id = NEW.subscriber
    ) WHERE id = NEW.id;
END;
CREATE TRIGGER subscriptions_follow_merged AFTER UPDATE OF subscriber ON subscriptions BEGIN
    UPDATE subscriptions SET (leadership_group, sector, language) = (
        SELECT leadership_group, sector, language FROM subscribers WHERE id = NEW.subscriber
    ) WHERE id = NEW.id;
END;
CREATE TRIGGER subscriptions_follow_changed AFTER UPDATE OF leadership_group, sector, language ON subscribers
WHEN NEW.leadership_group IS NOT OLD.leadership_group OR NEW.sector IS NOT OLD.sector
    OR NEW.language <> OLD.language
BEGIN
    UPDATE subscriptions SET leadership_group = NEW.leadership_group, sector = NEW.sector, language = NEW.language
    WHERE subscriber = NEW.id;
END;

-- How many there were on a day, and how they divided, is read from an index, too.
CREATE INDEX growth_sums ON growth (newsletter, day, leadership_group, sector, change);
