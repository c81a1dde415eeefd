-- A match may rest for several reasons at once, each of which ends by itself: the bits of the codes.
ALTER TABLE matches ADD COLUMN paused_for bigint NOT NULL DEFAULT 0;

UPDATE matches SET paused_for =
    (CASE paused_because WHEN 'parent-asked' THEN 1 WHEN 'buddy-asked' THEN 2 WHEN 'coordinator-asked' THEN 4 WHEN 'buddy-not-ready' THEN 8 WHEN 'new-tie' THEN 16 ELSE 0 END)
    | (CASE paused_before WHEN 'parent-asked' THEN 1 WHEN 'buddy-asked' THEN 2 WHEN 'coordinator-asked' THEN 4 WHEN 'buddy-not-ready' THEN 8 WHEN 'new-tie' THEN 16 ELSE 0 END)
WHERE state = 'paused';

ALTER TABLE matches DROP COLUMN paused_because;
ALTER TABLE matches DROP COLUMN paused_before;

-- Who asked goes on (L6); who does so in her place, once the school leader has said so.
ALTER TABLE conversations ADD COLUMN handed_to uuid REFERENCES people (id);
