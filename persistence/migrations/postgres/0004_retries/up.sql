-- Answers that are kept so that a repeated call gets the first answer again. Nothing in a row says whose it is or what
-- it says: the key is a fingerprint, and the answer is sealed with what only the caller has.
CREATE TABLE kept_answers (
    slot bytea PRIMARY KEY,
    fingerprint bytea NOT NULL,
    sealed bytea NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX kept_answers_by_expiry ON kept_answers (expires_at);
