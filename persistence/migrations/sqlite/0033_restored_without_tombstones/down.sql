ALTER TABLE restorations DROP COLUMN tombstones_missing;
