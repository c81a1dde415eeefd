CREATE INDEX organisations_by_school ON organisations (location_code);
DROP INDEX organisations_one_per_partnership;
DROP INDEX organisations_one_per_board;
DROP INDEX organisations_one_per_school;
