-- With her yes a buddy says that whatever ties her to this request is declared, as of that day (S2, asked for each match).
ALTER TABLE proposals ADD COLUMN ties_declared_on date;
-- Who else is supported at a school is asked whenever a buddy is assessed for a request that names it.
CREATE INDEX support_requests_matched_by_school ON support_requests (location_code) WHERE state = 'matched';
