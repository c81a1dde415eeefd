-- When a match rested, so that whoever notes a contact of an earlier day is asked whether it ran on that day. What for is not kept here.
CREATE TABLE match_pauses (
    programme_id uuid NOT NULL,
    match_id uuid NOT NULL,
    paused_at timestamptz NOT NULL,
    resumed_at timestamptz,
    PRIMARY KEY (programme_id, match_id, paused_at),
    FOREIGN KEY (programme_id, match_id) REFERENCES matches (programme_id, id)
);

-- Of before, the journal knows each coming to rest and each going on.
INSERT INTO match_pauses (programme_id, match_id, paused_at, resumed_at)
    SELECT m.programme_id, m.id, p.at, min(r.at) FROM matches m
    JOIN journal p ON p.chain = m.programme_id AND p.object_id = CAST(m.id AS text) AND p.action = 'match.paused'
    LEFT JOIN journal r ON r.chain = p.chain AND r.object_id = p.object_id AND r.action = 'match.resumed' AND r.seq > p.seq
    GROUP BY m.programme_id, m.id, p.at;

-- A match that rests without such a row is taken to have rested since it began: as before, nothing is noted of it.
INSERT INTO match_pauses (programme_id, match_id, paused_at)
    SELECT m.programme_id, m.id, m.started_at FROM matches m WHERE m.state = 'paused' AND NOT EXISTS
        (SELECT 1 FROM match_pauses p WHERE p.programme_id = m.programme_id AND p.match_id = m.id AND p.resumed_at IS NULL);
