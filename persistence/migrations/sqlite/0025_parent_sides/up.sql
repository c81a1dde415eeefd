-- The invitation that a parent has exchanged, so that exchanging it again is answered alike: school kept it, and must not learn by
-- sending it whether somebody used it. Who exchanges it again gets a side of her own, which shows nothing of the first.
ALTER TABLE conversations ADD COLUMN invitation_hash BLOB;
CREATE UNIQUE INDEX conversations_by_invitation ON conversations (invitation_hash);

CREATE TABLE parent_sides (
    conversation_id TEXT NOT NULL REFERENCES conversations (id),
    code_hash BLOB NOT NULL,
    state TEXT NOT NULL,
    answered_at TEXT,
    PRIMARY KEY (conversation_id, code_hash)
) STRICT;
CREATE UNIQUE INDEX parent_sides_by_code ON parent_sides (code_hash);

-- Of which case an answer is, and to whom it was given: when the case is withdrawn or erased, or the person is, nobody reads it again.
ALTER TABLE kept_answers ADD COLUMN request_id TEXT;
ALTER TABLE kept_answers ADD COLUMN person_id TEXT;
CREATE INDEX kept_answers_by_request ON kept_answers (request_id);
CREATE INDEX kept_answers_by_person ON kept_answers (person_id);
