-- When the words of a note were put in the place of others, which a change of its kind alone does not do: a backup that has the former ones is told by it.
-- Of a note that was changed before this migration only the last change is known. Without it the words are as old as the note.
ALTER TABLE private_entries ADD COLUMN words_at TEXT;
UPDATE private_entries SET words_at = changed_at;
