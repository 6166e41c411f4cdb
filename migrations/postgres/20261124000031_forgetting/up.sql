-- What is forgotten with a person, whoever erases: a delivery that loses its person loses what
-- servers said, because they repeat addresses, and who opened and clicked; and so does a person who
-- withdraws the consent to being measured. The counts of an issue stay; only how many of their hits
-- still have a row goes down with the rows.

CREATE FUNCTION opens_go_down() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE open_counts SET personal = personal - 1
    WHERE issue = (SELECT issue FROM deliveries WHERE id = OLD.delivery)
        AND hour = date_trunc('hour', OLD.at, 'UTC') AND verdict = OLD.verdict;
    RETURN NULL;
END $$;
CREATE TRIGGER opens_go_down AFTER DELETE ON opens
FOR EACH ROW EXECUTE FUNCTION opens_go_down();

CREATE FUNCTION clicks_go_down() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE click_counts SET personal = personal - 1
    WHERE issue = (SELECT issue FROM deliveries WHERE id = OLD.delivery)
        AND link = OLD.link AND hour = date_trunc('hour', OLD.at, 'UTC') AND verdict = OLD.verdict;
    RETURN NULL;
END $$;
CREATE TRIGGER clicks_go_down AFTER DELETE ON clicks
FOR EACH ROW EXECUTE FUNCTION clicks_go_down();

CREATE FUNCTION deliveries_forget() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.reply_text := NULL;
    DELETE FROM opens WHERE delivery = NEW.id;
    DELETE FROM clicks WHERE delivery = NEW.id;
    RETURN NEW;
END $$;
CREATE TRIGGER deliveries_forget BEFORE UPDATE OF subscriber ON deliveries
FOR EACH ROW WHEN (NEW.subscriber IS NULL AND OLD.subscriber IS NOT NULL)
EXECUTE FUNCTION deliveries_forget();

CREATE FUNCTION consents_forget() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM opens WHERE delivery IN (
        SELECT deliveries.id FROM deliveries JOIN issues ON issues.id = deliveries.issue
        WHERE deliveries.subscriber = NEW.subscriber AND issues.newsletter = NEW.newsletter
    );
    DELETE FROM clicks WHERE delivery IN (
        SELECT deliveries.id FROM deliveries JOIN issues ON issues.id = deliveries.issue
        WHERE deliveries.subscriber = NEW.subscriber AND issues.newsletter = NEW.newsletter
    );
    RETURN NULL;
END $$;
CREATE TRIGGER consents_forget AFTER UPDATE OF withdrawn_at ON consents
FOR EACH ROW WHEN (NEW.purpose = 'tracking' AND NEW.withdrawn_at IS NOT NULL AND OLD.withdrawn_at IS NULL)
EXECUTE FUNCTION consents_forget();

-- Those who were erased, or withdrew it, before this.
DELETE FROM opens WHERE delivery IN (SELECT id FROM deliveries WHERE subscriber IS NULL);
DELETE FROM clicks WHERE delivery IN (SELECT id FROM deliveries WHERE subscriber IS NULL);
DELETE FROM opens WHERE delivery IN (
    SELECT deliveries.id FROM deliveries JOIN issues ON issues.id = deliveries.issue
    WHERE NOT EXISTS (
        SELECT 1 FROM consents
        WHERE consents.subscriber = deliveries.subscriber AND consents.newsletter = issues.newsletter
            AND purpose = 'tracking' AND confirmed_at IS NOT NULL AND withdrawn_at IS NULL
    )
);
DELETE FROM clicks WHERE delivery IN (
    SELECT deliveries.id FROM deliveries JOIN issues ON issues.id = deliveries.issue
    WHERE NOT EXISTS (
        SELECT 1 FROM consents
        WHERE consents.subscriber = deliveries.subscriber AND consents.newsletter = issues.newsletter
            AND purpose = 'tracking' AND confirmed_at IS NOT NULL AND withdrawn_at IS NULL
    )
);
