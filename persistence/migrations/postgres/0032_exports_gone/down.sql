DROP INDEX kept_answers_by_export;
ALTER TABLE kept_answers DROP COLUMN export_id;
ALTER TABLE exports DROP COLUMN gone_at;
