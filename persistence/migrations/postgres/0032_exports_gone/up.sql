-- An export goes when something in it is taken back: then it says when it went, and what was answered with it is not given again.
ALTER TABLE exports ADD COLUMN gone_at timestamptz;
ALTER TABLE kept_answers ADD COLUMN export_id uuid;
CREATE INDEX kept_answers_by_export ON kept_answers (export_id);
