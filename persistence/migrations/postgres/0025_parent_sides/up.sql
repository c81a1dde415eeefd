-- The invitation that a parent has exchanged, so that exchanging it again is answered alike: school kept it, and must not learn by
-- sending it whether somebody used it. Who exchanges it again gets a side of her own, which shows nothing of the first.
ALTER TABLE conversations ADD COLUMN invitation_hash bytea;
CREATE UNIQUE INDEX conversations_by_invitation ON conversations (invitation_hash);

CREATE TABLE parent_sides (
    conversation_id uuid NOT NULL REFERENCES conversations (id),
    code_hash bytea NOT NULL,
    state text NOT NULL,
    answered_at timestamptz,
    PRIMARY KEY (conversation_id, code_hash)
);
CREATE UNIQUE INDEX parent_sides_by_code ON parent_sides (code_hash);

-- Of which case an answer is, and to whom it was given: when the case is withdrawn or erased, or the person is, nobody reads it again.
ALTER TABLE kept_answers ADD COLUMN request_id uuid;
ALTER TABLE kept_answers ADD COLUMN person_id uuid;
CREATE INDEX kept_answers_by_request ON kept_answers (request_id);
CREATE INDEX kept_answers_by_person ON kept_answers (person_id);
