DROP INDEX kept_answers_by_subject;
ALTER TABLE kept_answers DROP COLUMN subject_id;
