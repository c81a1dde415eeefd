-- A municipality is known by the schools in it: a code that nobody has is told whoever sends it.
CREATE INDEX schools_by_municipality ON schools (municipality_code);
