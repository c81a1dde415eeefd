-- Facts that changed, of which the independence rules are still to be asked again for others than whoever the call was about. Without
-- a buddy: for everybody. Written with the fact, worked off by the server within a second, and gone when that is done.
CREATE TABLE reassessments (
    id TEXT PRIMARY KEY,
    buddy_id TEXT,
    asked_at TEXT NOT NULL
) STRICT;
