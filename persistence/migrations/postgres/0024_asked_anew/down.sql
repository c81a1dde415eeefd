ALTER TABLE pupil_codes DROP COLUMN said_no_at;
ALTER TABLE pupil_codes DROP COLUMN used_at;
ALTER TABLE proposals DROP COLUMN ties_declared_upon;
