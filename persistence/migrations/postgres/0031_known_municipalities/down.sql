DROP INDEX schools_by_municipality;
