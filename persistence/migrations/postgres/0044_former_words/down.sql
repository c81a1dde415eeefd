ALTER TABLE private_entries DROP COLUMN words_at;
