-- What the partnership of one school can touch is found by the school: the requests that name it, and the ties with it.
CREATE INDEX support_requests_by_school ON support_requests (location_code) WHERE location_code IS NOT NULL;
CREATE INDEX ties_by_about ON ties (about);
