ALTER TABLE proposals DROP COLUMN cancelled_at;
ALTER TABLE proposals DROP COLUMN cancelled_because;
