DROP TRIGGER consents_are_facts;
ALTER TABLE consents DROP COLUMN withdrawn_by;
CREATE TRIGGER consents_are_facts BEFORE UPDATE ON consents WHEN
    NEW.programme_id IS NOT OLD.programme_id OR NEW.id IS NOT OLD.id OR NEW.request_id IS NOT OLD.request_id
    OR NEW.kind IS NOT OLD.kind OR NEW.subject_id IS NOT OLD.subject_id
    OR NEW.text_version IS NOT OLD.text_version OR NEW.language IS NOT OLD.language
    OR NEW.text_hash IS NOT OLD.text_hash OR NEW.how IS NOT OLD.how OR NEW.given_at IS NOT OLD.given_at
    OR NEW.programme_form IS NOT OLD.programme_form
    OR NEW.valid_until IS NOT OLD.valid_until OR NEW.confirmation_hash IS NOT OLD.confirmation_hash
    OR (OLD.confirmed_at IS NOT NULL AND NEW.confirmed_at IS NOT OLD.confirmed_at)
    OR (OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS NOT OLD.withdrawn_at)
    OR (OLD.lapsed_at IS NOT NULL AND NEW.lapsed_at IS NOT OLD.lapsed_at)
    OR (OLD.withdrawn_at IS NOT NULL AND NEW.confirmed_at IS NOT OLD.confirmed_at)
    -- what a confirmation says comes with it, whole, and is not rewritten
    OR (NEW.confirmed_at IS NOT OLD.confirmed_at AND (NEW.confirmed_how IS NULL OR NEW.confirmed_text_version IS NULL
        OR NEW.confirmed_language IS NULL OR NEW.confirmed_text_hash IS NULL))
    OR (NEW.confirmed_at IS OLD.confirmed_at AND (NEW.confirmed_how IS NOT OLD.confirmed_how
        OR NEW.confirmed_text_version IS NOT OLD.confirmed_text_version
        OR NEW.confirmed_language IS NOT OLD.confirmed_language OR NEW.confirmed_text_hash IS NOT OLD.confirmed_text_hash))
BEGIN
    SELECT RAISE(ABORT, 'a consent is not rewritten');
END;
