DROP INDEX support_requests_matched_by_school;
ALTER TABLE proposals DROP COLUMN ties_declared_on;
