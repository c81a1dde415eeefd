-- The consent register. A row is a consent in the words that were shown; what happens to it later is added once and never
-- changed: that it was confirmed, that it lapsed, that it was taken back.
CREATE TABLE consent_register (
    programme_id uuid NOT NULL,
    id uuid NOT NULL,
    request_id uuid NOT NULL,
    kind text NOT NULL,
    -- what it is about: the request itself, an announcement, a pool
    subject_id uuid NOT NULL,
    text_version text NOT NULL,
    language text NOT NULL,
    text_hash text NOT NULL,
    how text NOT NULL CHECK (how IN ('own-login', 'one-time-code', 'reported-by-staff')),
    -- who sent it; nobody for a pupil, who has no account
    recorded_by uuid,
    given_at timestamptz NOT NULL,
    valid_until date,
    -- of the code by which the parent confirms what somebody heard her say
    confirmation_hash bytea,
    confirmed_at timestamptz,
    withdrawn_at timestamptz,
    lapsed_at timestamptz,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, request_id) REFERENCES support_requests (programme_id, id)
);
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
CREATE FUNCTION a_consent_is_not_rewritten() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a consent is not rewritten';
END $$;
CREATE TRIGGER consents_are_facts BEFORE UPDATE ON consents FOR EACH ROW WHEN (
    NEW.programme_id IS DISTINCT FROM OLD.programme_id OR NEW.id IS DISTINCT FROM OLD.id
    OR NEW.request_id IS DISTINCT FROM OLD.request_id OR NEW.kind IS DISTINCT FROM OLD.kind
    OR NEW.subject_id IS DISTINCT FROM OLD.subject_id OR NEW.text_version IS DISTINCT FROM OLD.text_version
    OR NEW.language IS DISTINCT FROM OLD.language OR NEW.text_hash IS DISTINCT FROM OLD.text_hash
    OR NEW.how IS DISTINCT FROM OLD.how OR NEW.given_at IS DISTINCT FROM OLD.given_at
    OR NEW.valid_until IS DISTINCT FROM OLD.valid_until
    OR NEW.confirmation_hash IS DISTINCT FROM OLD.confirmation_hash
    OR (OLD.confirmed_at IS NOT NULL AND NEW.confirmed_at IS DISTINCT FROM OLD.confirmed_at)
    OR (OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS DISTINCT FROM OLD.withdrawn_at)
    OR (OLD.lapsed_at IS NOT NULL AND NEW.lapsed_at IS DISTINCT FROM OLD.lapsed_at)
    OR (OLD.withdrawn_at IS NOT NULL AND NEW.confirmed_at IS DISTINCT FROM OLD.confirmed_at)
) EXECUTE FUNCTION a_consent_is_not_rewritten();

-- The code by which a pupil of 16 or older decides on the data on her own health. She has no account, and no name here.
CREATE TABLE pupil_codes (
    programme_id uuid NOT NULL,
    request_id uuid NOT NULL,
    code_hash bytea NOT NULL,
    made_at timestamptz NOT NULL,
    PRIMARY KEY (programme_id, code_hash),
    FOREIGN KEY (programme_id, request_id) REFERENCES support_requests (programme_id, id)
);
CREATE UNIQUE INDEX pupil_codes_by_hash ON pupil_codes (code_hash);
CREATE INDEX pupil_codes_by_request ON pupil_codes (programme_id, request_id);

-- What a recipient is told when a consent is taken back, and whether it said that nothing is kept.
CREATE TABLE withdrawal_notices (
    programme_id uuid NOT NULL,
    id uuid NOT NULL,
    request_id uuid NOT NULL,
    recipient_kind text NOT NULL CHECK (recipient_kind IN ('programme', 'buddy', 'school', 'pool')),
    -- the id of the programme, buddy or pool, or the location code of the school
    recipient text NOT NULL,
    -- the kinds of consent that were taken back, as bits
    kinds bigint NOT NULL,
    state text NOT NULL CHECK (state IN ('pending', 'confirmed', 'shown-cancelled', 'not-needed')),
    told_at timestamptz NOT NULL,
    confirmed_at timestamptz,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, request_id) REFERENCES support_requests (programme_id, id)
);
CREATE INDEX withdrawal_notices_by_id ON withdrawal_notices (id);
CREATE INDEX withdrawal_notices_by_request ON withdrawal_notices (programme_id, request_id);
CREATE INDEX withdrawal_notices_by_recipient ON withdrawal_notices (recipient_kind, recipient, told_at, id);
