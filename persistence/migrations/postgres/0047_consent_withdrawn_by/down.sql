DROP TRIGGER consents_are_facts ON consents;
ALTER TABLE consents DROP COLUMN withdrawn_by;
CREATE TRIGGER consents_are_facts BEFORE UPDATE ON consents FOR EACH ROW WHEN (
    NEW.programme_id IS DISTINCT FROM OLD.programme_id OR NEW.id IS DISTINCT FROM OLD.id
    OR NEW.request_id IS DISTINCT FROM OLD.request_id OR NEW.kind IS DISTINCT FROM OLD.kind
    OR NEW.subject_id IS DISTINCT FROM OLD.subject_id OR NEW.text_version IS DISTINCT FROM OLD.text_version
    OR NEW.language IS DISTINCT FROM OLD.language OR NEW.text_hash IS DISTINCT FROM OLD.text_hash
    OR NEW.how IS DISTINCT FROM OLD.how OR NEW.given_at IS DISTINCT FROM OLD.given_at
    OR NEW.programme_form IS DISTINCT FROM OLD.programme_form
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
