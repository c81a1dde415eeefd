DROP TRIGGER consents_are_facts ON consents;
DROP INDEX consents_in_force;
-- of what stands beside each other for two forms, the latest stays
UPDATE consents SET lapsed_at = given_at WHERE withdrawn_at IS NULL AND lapsed_at IS NULL AND EXISTS
    (SELECT 1 FROM consents later WHERE later.programme_id = consents.programme_id AND later.request_id = consents.request_id
        AND later.kind = consents.kind AND later.subject_id = consents.subject_id AND later.withdrawn_at IS NULL
        AND later.lapsed_at IS NULL AND later.given_at > consents.given_at);
CREATE UNIQUE INDEX consents_in_force ON consents (programme_id, request_id, kind, subject_id)
    WHERE withdrawn_at IS NULL AND lapsed_at IS NULL;
ALTER TABLE consents DROP COLUMN programme_form;
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
    -- what a confirmation says comes with it, whole, and is not rewritten
    OR (NEW.confirmed_at IS DISTINCT FROM OLD.confirmed_at AND (NEW.confirmed_how IS NULL OR NEW.confirmed_text_version IS NULL
        OR NEW.confirmed_language IS NULL OR NEW.confirmed_text_hash IS NULL))
    OR (NEW.confirmed_at IS NOT DISTINCT FROM OLD.confirmed_at AND (NEW.confirmed_how IS DISTINCT FROM OLD.confirmed_how
        OR NEW.confirmed_text_version IS DISTINCT FROM OLD.confirmed_text_version
        OR NEW.confirmed_language IS DISTINCT FROM OLD.confirmed_language OR NEW.confirmed_text_hash IS DISTINCT FROM OLD.confirmed_text_hash))
) EXECUTE FUNCTION a_consent_is_not_rewritten();
