ALTER TABLE conversations DROP COLUMN handed_to;

ALTER TABLE matches ADD COLUMN paused_because TEXT;
ALTER TABLE matches ADD COLUMN paused_before TEXT;

UPDATE matches SET paused_because = CASE WHEN paused_for & 16 > 0 THEN 'new-tie' WHEN paused_for & 1 > 0 THEN 'parent-asked' WHEN paused_for & 8 > 0 THEN 'buddy-not-ready' WHEN paused_for & 2 > 0 THEN 'buddy-asked' ELSE 'coordinator-asked' END
WHERE state = 'paused';

ALTER TABLE matches DROP COLUMN paused_for;
