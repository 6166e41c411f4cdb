-- Segments are counted from one index: beside each subscription stands what segments ask of its person. The
-- person's row is the truth; these follow it, whoever writes.
ALTER TABLE subscriptions ADD COLUMN leadership_group TEXT;
ALTER TABLE subscriptions ADD COLUMN sector TEXT;
ALTER TABLE subscriptions ADD COLUMN language TEXT NOT NULL DEFAULT 'da';
UPDATE subscriptions SET (leadership_group, sector, language) = (
    SELECT leadership_group, sector, language FROM subscribers WHERE id = subscriptions.subscriber
);
DROP INDEX subscriptions_by_newsletter;
-- Only columns that many have in common, so that equal entries are kept once: the index is a tenth of the table.
CREATE INDEX subscriptions_reach ON subscriptions (
    newsletter, state, leadership_group, sector, language, scope, source, paused_until
);

CREATE FUNCTION subscriptions_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Whoever changes the person at this moment is waited for.
    SELECT leadership_group, sector, language INTO NEW.leadership_group, NEW.sector, NEW.language
    FROM subscribers WHERE id = NEW.subscriber FOR NO KEY UPDATE;
    RETURN NEW;
END $$;
CREATE TRIGGER subscriptions_follow BEFORE INSERT OR UPDATE OF subscriber ON subscriptions
FOR EACH ROW EXECUTE FUNCTION subscriptions_follow();

CREATE FUNCTION subscriptions_follow_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE subscriptions
    SET leadership_group = NEW.leadership_group, sector = NEW.sector, language = NEW.language
    WHERE subscriber = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER subscriptions_follow_changed AFTER UPDATE OF leadership_group, sector, language ON subscribers
FOR EACH ROW WHEN (NEW.leadership_group IS DISTINCT FROM OLD.leadership_group
    OR NEW.sector IS DISTINCT FROM OLD.sector OR NEW.language <> OLD.language)
EXECUTE FUNCTION subscriptions_follow_changed();

-- How many there were on a day, and how they divided, is read from an index, too.
CREATE INDEX growth_sums ON growth (newsletter, day, leadership_group, sector, change);
