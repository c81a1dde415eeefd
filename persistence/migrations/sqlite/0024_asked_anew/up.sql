-- What a buddy was asked after when she declared her ties for a request: the school, its board and partnerships, and the kinds of tie.
-- Where it is not known, as of a declaration from before, she is asked anew.
ALTER TABLE proposals ADD COLUMN ties_declared_upon TEXT;

-- When a pupil first spoke with a code, and since when her last word with it is a no: from then on she decides, and not her parent. Of
-- before it is known that a pupil spoke, not with which code: where her last word was a no, it is that of every code.
ALTER TABLE pupil_codes ADD COLUMN used_at TEXT;
ALTER TABLE pupil_codes ADD COLUMN said_no_at TEXT;
UPDATE pupil_codes SET used_at = (SELECT min(c.given_at) FROM consents c
    WHERE c.programme_id = pupil_codes.programme_id AND c.request_id = pupil_codes.request_id AND c.kind = 'pupil-health-data');
UPDATE pupil_codes SET said_no_at = (SELECT max(c.withdrawn_at) FROM consents c
    WHERE c.programme_id = pupil_codes.programme_id AND c.request_id = pupil_codes.request_id AND c.kind = 'pupil-health-data'
    AND NOT EXISTS (SELECT 1 FROM consents d WHERE d.programme_id = c.programme_id AND d.request_id = c.request_id
        AND d.kind = c.kind AND d.withdrawn_at IS NULL));
