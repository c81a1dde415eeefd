DROP INDEX ties_by_about;
DROP INDEX support_requests_by_school;
