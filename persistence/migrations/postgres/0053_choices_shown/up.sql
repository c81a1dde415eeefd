-- Which programmes a parent was shown, and how that was said, where she had to be shown another than the one that a school runs: when she consented,
-- when it was heard of her, when she confirmed that, and when she named another school. Of before nobody knows more than that it was asked.
CREATE TABLE choices_shown (
    programme_id uuid NOT NULL,
    request_id uuid NOT NULL,
    said_at timestamptz NOT NULL,
    shown_programme_id uuid NOT NULL,
    how text NOT NULL CHECK (how IN ('own-login', 'one-time-code', 'reported-by-staff')),
    PRIMARY KEY (programme_id, request_id, said_at, shown_programme_id),
    FOREIGN KEY (programme_id, request_id) REFERENCES support_requests (programme_id, id)
);
CREATE TRIGGER choices_shown_are_facts BEFORE UPDATE ON choices_shown FOR EACH ROW EXECUTE FUNCTION a_consent_is_not_rewritten();
