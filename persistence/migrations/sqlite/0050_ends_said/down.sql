DROP INDEX coordinator_ties_by_about;
ALTER TABLE ties DROP COLUMN ended_on;
