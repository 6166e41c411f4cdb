-- What is forgotten with a person, whoever erases: a delivery that loses its person loses what
-- servers said, because they repeat addresses, and who opened and clicked; and so does a person who
-- withdraws the consent to being measured. The counts of an issue stay; only how many of their hits
-- still have a row goes down with the rows.

CREATE TRIGGER opens_go_down AFTER DELETE ON opens BEGIN
    UPDATE open_counts SET personal = personal - 1
    WHERE issue = (SELECT issue FROM deliveries WHERE id = OLD.delivery)
        AND hour = OLD.at - OLD.at % 3600000000 AND verdict = OLD.verdict;
END;
CREATE TRIGGER clicks_go_down AFTER DELETE ON clicks BEGIN
    UPDATE click_counts SET personal = personal - 1
    WHERE issue = (SELECT issue FROM deliveries WHERE id = OLD.delivery)
        AND link = OLD.link AND hour = OLD.at - OLD.at % 3600000000 AND verdict = OLD.verdict;
END;

CREATE TRIGGER deliveries_forget AFTER UPDATE OF subscriber ON deliveries
WHEN NEW.subscriber IS NULL AND OLD.subscriber IS NOT NULL BEGIN
    UPDATE deliveries SET reply_text = NULL WHERE id = NEW.id;
    DELETE FROM opens WHERE delivery = NEW.id;
    DELETE FROM clicks WHERE delivery = NEW.id;
END;

CREATE TRIGGER consents_forget AFTER UPDATE OF withdrawn_at ON consents
WHEN NEW.purpose = 'tracking' AND NEW.withdrawn_at IS NOT NULL AND OLD.withdrawn_at IS NULL BEGIN
    DELETE FROM opens WHERE delivery IN (
        SELECT deliveries.id FROM deliveries JOIN issues ON issues.id = deliveries.issue
        WHERE deliveries.subscriber = NEW.subscriber AND issues.newsletter = NEW.newsletter
    );
    DELETE FROM clicks WHERE delivery IN (
        SELECT deliveries.id FROM deliveries JOIN issues ON issues.id = deliveries.issue
        WHERE deliveries.subscriber = NEW.subscriber AND issues.newsletter = NEW.newsletter
    );
END;

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
