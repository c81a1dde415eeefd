-- Of whom an answer says something, where that is of no case: when she is erased, or what it says of her is taken out, nobody reads it again.
ALTER TABLE kept_answers ADD COLUMN subject_id uuid;
CREATE INDEX kept_answers_by_subject ON kept_answers (subject_id);
-- Of those that stand nobody knows of whom they say something: whoever calls again hears that the answer is gone.
UPDATE kept_answers SET sealed = '', person_id = NULL WHERE request_id IS NULL AND export_id IS NULL;
