-- Why and when a proposal was cancelled: the coordinator took it back, or the rules ended it. Of before, nobody knows.
ALTER TABLE proposals ADD COLUMN cancelled_because TEXT;
ALTER TABLE proposals ADD COLUMN cancelled_at TEXT;

-- Of a buddy who has no place left nobody waits for an answer any more: the rules are asked again, and end what stood open.
INSERT INTO reassessments (id, buddy_id, asked_at)
SELECT p.id, NULL, p.created_at FROM proposals p
JOIN buddies b ON b.programme_id = p.programme_id AND b.id = p.buddy_id
WHERE p.state = 'open' AND b.matches >= b.capacity LIMIT 1;
