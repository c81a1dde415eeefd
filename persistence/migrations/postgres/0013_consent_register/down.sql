DROP TABLE withdrawal_notices;
DROP TABLE pupil_codes;
CREATE TABLE consents_before (
    programme_id uuid NOT NULL,
    id uuid NOT NULL,
    request_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('referral', 'request', 'child-health-data')),
    text_version text NOT NULL,
    language text NOT NULL,
    text_hash text NOT NULL,
    given_at timestamptz NOT NULL,
    withdrawn_at timestamptz,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, request_id) REFERENCES support_requests (programme_id, id)
);
INSERT INTO consents_before
    SELECT programme_id, id, request_id, kind, text_version, language, text_hash, given_at, coalesce(withdrawn_at, lapsed_at)
    FROM consents WHERE kind IN ('referral', 'request', 'child-health-data') AND (how <> 'reported-by-staff' OR confirmed_at IS NOT NULL);
DROP TABLE consents;
DROP FUNCTION a_consent_is_not_rewritten();
ALTER TABLE consents_before RENAME TO consents;
CREATE INDEX consents_by_request ON consents (programme_id, request_id);
CREATE UNIQUE INDEX consents_in_force ON consents (programme_id, request_id, kind) WHERE withdrawn_at IS NULL;
