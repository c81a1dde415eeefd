-- The consent register. A row is a consent in the words that were shown; what happens to it later is added once and never
-- changed: that it was confirmed, that it lapsed, that it was taken back.
CREATE TABLE consent_register (
    programme_id TEXT NOT NULL,
    id TEXT NOT NULL,
    request_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    -- what it is about: the request itself, an announcement, a pool
    subject_id TEXT NOT NULL,
    text_version TEXT NOT NULL,
    language TEXT NOT NULL,
    text_hash TEXT NOT NULL,
    how TEXT NOT NULL CHECK (how IN ('own-login', 'one-time-code', 'reported-by-staff')),
    -- who sent it; nobody for a pupil, who has no account
    recorded_by TEXT,
    given_at TEXT NOT NULL,
    valid_until TEXT,
    -- of the code by which the parent confirms what somebody heard her say
    confirmation_hash BLOB,
    confirmed_at TEXT,
    withdrawn_at TEXT,
    lapsed_at TEXT,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, request_id) REFERENCES support_requests (programme_id, id)
) STRICT;
INSERT INTO consent_register (programme_id, id, request_id, kind, subject_id, text_version, language, text_hash, how, given_at, withdrawn_at)
    SELECT programme_id, id, request_id, kind, request_id, text_version, language, text_hash, 'own-login', given_at, withdrawn_at
    FROM consents;
DROP TABLE consents;
ALTER TABLE consent_register RENAME TO consents;
CREATE INDEX consents_by_request ON consents (programme_id, request_id);
CREATE UNIQUE INDEX consents_in_force ON consents (programme_id, request_id, kind, subject_id)
    WHERE withdrawn_at IS NULL AND lapsed_at IS NULL;
CREATE UNIQUE INDEX consents_by_confirmation ON consents (confirmation_hash) WHERE confirmation_hash IS NOT NULL;

-- what was said is not rewritten, and what was taken back does not come back
CREATE TRIGGER consents_are_facts BEFORE UPDATE ON consents WHEN
    NEW.programme_id IS NOT OLD.programme_id OR NEW.id IS NOT OLD.id OR NEW.request_id IS NOT OLD.request_id
    OR NEW.kind IS NOT OLD.kind OR NEW.subject_id IS NOT OLD.subject_id
    OR NEW.text_version IS NOT OLD.text_version OR NEW.language IS NOT OLD.language
    OR NEW.text_hash IS NOT OLD.text_hash OR NEW.how IS NOT OLD.how OR NEW.given_at IS NOT OLD.given_at
    OR NEW.valid_until IS NOT OLD.valid_until OR NEW.confirmation_hash IS NOT OLD.confirmation_hash
    OR (OLD.confirmed_at IS NOT NULL AND NEW.confirmed_at IS NOT OLD.confirmed_at)
    OR (OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS NOT OLD.withdrawn_at)
    OR (OLD.lapsed_at IS NOT NULL AND NEW.lapsed_at IS NOT OLD.lapsed_at)
    OR (OLD.withdrawn_at IS NOT NULL AND NEW.confirmed_at IS NOT OLD.confirmed_at)
BEGIN
    SELECT RAISE(ABORT, 'a consent is not rewritten');
END;

-- The code by which a pupil of 16 or older decides on the data on her own health. She has no account, and no name here.
CREATE TABLE pupil_codes (
    programme_id TEXT NOT NULL,
    request_id TEXT NOT NULL,
    code_hash BLOB NOT NULL,
    made_at TEXT NOT NULL,
    PRIMARY KEY (programme_id, code_hash),
    FOREIGN KEY (programme_id, request_id) REFERENCES support_requests (programme_id, id)
) STRICT;
CREATE UNIQUE INDEX pupil_codes_by_hash ON pupil_codes (code_hash);
CREATE INDEX pupil_codes_by_request ON pupil_codes (programme_id, request_id);

-- What a recipient is told when a consent is taken back, and whether it said that nothing is kept.
CREATE TABLE withdrawal_notices (
    programme_id TEXT NOT NULL,
    id TEXT NOT NULL,
    request_id TEXT NOT NULL,
    recipient_kind TEXT NOT NULL CHECK (recipient_kind IN ('programme', 'buddy', 'school', 'pool')),
    -- the id of the programme, buddy or pool, or the location code of the school
    recipient TEXT NOT NULL,
    -- the kinds of consent that were taken back, as bits
    kinds INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'confirmed', 'shown-cancelled', 'not-needed')),
    told_at TEXT NOT NULL,
    confirmed_at TEXT,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, request_id) REFERENCES support_requests (programme_id, id)
) STRICT;
CREATE INDEX withdrawal_notices_by_id ON withdrawal_notices (id);
CREATE INDEX withdrawal_notices_by_request ON withdrawal_notices (programme_id, request_id);
CREATE INDEX withdrawal_notices_by_recipient ON withdrawal_notices (recipient_kind, recipient, told_at, id);
