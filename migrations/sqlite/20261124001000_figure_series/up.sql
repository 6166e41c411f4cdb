-- Where a figure stands in the status note; where its series breaks, in words (empty: nowhere); and
-- whether the row takes back the figure of the same kind and day instead of stating one.
ALTER TABLE figures ADD COLUMN channel TEXT NOT NULL DEFAULT 'other'
    CHECK (channel IN ('site', 'social', 'courses', 'podcasts', 'other'));
ALTER TABLE figures ADD COLUMN series_break TEXT NOT NULL DEFAULT '';
ALTER TABLE figures ADD COLUMN taken_back BOOLEAN NOT NULL DEFAULT FALSE;
