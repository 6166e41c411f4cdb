-- Hits of people who consent are judged once more when what came around them is known, and again
-- when the rules change. How far that is, and by which rules.
CREATE TABLE judged_hits (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    rule_version INTEGER NOT NULL,
    -- all hits before it have been judged
    until TIMESTAMPTZ NOT NULL
);
INSERT INTO judged_hits (id, rule_version, until) VALUES (1, 0, '1970-01-01T00:00:00Z');

CREATE INDEX opens_by_time ON opens (at);
CREATE INDEX clicks_by_time ON clicks (at);

-- A hit that is judged otherwise is counted otherwise.
CREATE FUNCTION opens_turn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE open_counts SET opens = opens - 1, personal = personal - 1
    WHERE issue = (SELECT issue FROM deliveries WHERE id = OLD.delivery)
        AND hour = date_trunc('hour', OLD.at, 'UTC') AND verdict = OLD.verdict;
    INSERT INTO open_counts (issue, hour, verdict, opens, personal)
    SELECT issue, date_trunc('hour', OLD.at, 'UTC'), NEW.verdict, 1, 1
    FROM deliveries WHERE id = OLD.delivery
    ON CONFLICT (issue, hour, verdict) DO UPDATE
    SET opens = open_counts.opens + 1, personal = open_counts.personal + 1;
    RETURN NULL;
END $$;
CREATE TRIGGER opens_turn AFTER UPDATE OF verdict ON opens
FOR EACH ROW WHEN (NEW.verdict <> OLD.verdict) EXECUTE FUNCTION opens_turn();

CREATE FUNCTION clicks_turn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE click_counts SET clicks = clicks - 1, personal = personal - 1
    WHERE issue = (SELECT issue FROM deliveries WHERE id = OLD.delivery)
        AND link = OLD.link AND hour = date_trunc('hour', OLD.at, 'UTC') AND verdict = OLD.verdict;
    INSERT INTO click_counts (issue, link, hour, verdict, clicks, personal)
    SELECT issue, OLD.link, date_trunc('hour', OLD.at, 'UTC'), NEW.verdict, 1, 1
    FROM deliveries WHERE id = OLD.delivery
    ON CONFLICT (issue, link, hour, verdict) DO UPDATE
    SET clicks = click_counts.clicks + 1, personal = click_counts.personal + 1;
    RETURN NULL;
END $$;
CREATE TRIGGER clicks_turn AFTER UPDATE OF verdict ON clicks
FOR EACH ROW WHEN (NEW.verdict <> OLD.verdict) EXECUTE FUNCTION clicks_turn();
