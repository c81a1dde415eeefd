ALTER TABLE schools DROP COLUMN beside;
