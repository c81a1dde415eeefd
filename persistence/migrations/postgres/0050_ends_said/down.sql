DROP INDEX conversations_by_holder;
DROP INDEX conversations_by_opener;
DROP INDEX certificates_by_who_saw;
DROP INDEX assessments_by_buddy;
DROP INDEX people_without_a_name;
DROP INDEX buddies_without_a_file;
DROP INDEX coordinator_ties_by_about;
ALTER TABLE ties DROP COLUMN ended_on;
