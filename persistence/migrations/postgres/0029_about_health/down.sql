ALTER TABLE private_entries DROP COLUMN about_health;
