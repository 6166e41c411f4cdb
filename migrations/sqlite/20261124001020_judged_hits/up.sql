-- Hits of people who consent are judged once more when what came around them is known, and again
-- when the rules change. How far that is, and by which rules.
CREATE TABLE judged_hits (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    rule_version INTEGER NOT NULL,
    -- all hits before it have been judged
    until BIGINT NOT NULL
);
INSERT INTO judged_hits (id, rule_version, until) VALUES (1, 0, 0);

CREATE INDEX opens_by_time ON opens (at);
CREATE INDEX clicks_by_time ON clicks (at);

-- A hit that is judged otherwise is counted otherwise.
CREATE TRIGGER opens_turn AFTER UPDATE OF verdict ON opens WHEN NEW.verdict <> OLD.verdict BEGIN
    UPDATE open_counts SET opens = opens - 1, personal = personal - 1
    WHERE issue = (SELECT issue FROM deliveries WHERE id = OLD.delivery)
        AND hour = OLD.at - OLD.at % 3600000000 AND verdict = OLD.verdict;
    INSERT INTO open_counts (issue, hour, verdict, opens, personal)
    SELECT issue, OLD.at - OLD.at % 3600000000, NEW.verdict, 1, 1
    FROM deliveries WHERE id = OLD.delivery
    ON CONFLICT (issue, hour, verdict) DO UPDATE SET opens = opens + 1, personal = personal + 1;
END;
CREATE TRIGGER clicks_turn AFTER UPDATE OF verdict ON clicks WHEN NEW.verdict <> OLD.verdict BEGIN
    UPDATE click_counts SET clicks = clicks - 1, personal = personal - 1
    WHERE issue = (SELECT issue FROM deliveries WHERE id = OLD.delivery)
        AND link = OLD.link AND hour = OLD.at - OLD.at % 3600000000 AND verdict = OLD.verdict;
    INSERT INTO click_counts (issue, link, hour, verdict, clicks, personal)
    SELECT issue, OLD.link, OLD.at - OLD.at % 3600000000, NEW.verdict, 1, 1
    FROM deliveries WHERE id = OLD.delivery
    ON CONFLICT (issue, link, hour, verdict)
    DO UPDATE SET clicks = clicks + 1, personal = personal + 1;
END;
