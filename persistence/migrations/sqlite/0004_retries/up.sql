-- Answers that are kept so that a repeated call gets the first answer again. Nothing in a row says whose it is or what
-- it says: the key is a fingerprint, and the answer is sealed with what only the caller has.
CREATE TABLE kept_answers (
    slot BLOB PRIMARY KEY,
    fingerprint BLOB NOT NULL,
    sealed BLOB NOT NULL,
    expires_at TEXT NOT NULL
) STRICT;
CREATE INDEX kept_answers_by_expiry ON kept_answers (expires_at);
