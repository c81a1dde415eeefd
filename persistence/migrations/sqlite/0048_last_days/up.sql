-- When the parent last said that her request goes on, who noted it, and when she was told that its last day is near, if she has said nothing since. Of
-- before it is when she last consented or confirmed that she did; without that it counts from the request itself.
ALTER TABLE support_requests ADD COLUMN continued_at TEXT;
ALTER TABLE support_requests ADD COLUMN continued_by TEXT CHECK (continued_by IN ('parent', 'coordinator'));
ALTER TABLE support_requests ADD COLUMN last_day_told_at TEXT;
UPDATE support_requests SET continued_by = 'parent', continued_at = (SELECT max(coalesce(c.confirmed_at, c.given_at)) FROM consents c
    WHERE c.programme_id = support_requests.programme_id AND c.request_id = support_requests.id AND c.kind = 'request'
    AND (c.how <> 'reported-by-staff' OR c.confirmed_at IS NOT NULL))
WHERE EXISTS (SELECT 1 FROM consents c
    WHERE c.programme_id = support_requests.programme_id AND c.request_id = support_requests.id AND c.kind = 'request'
    AND (c.how <> 'reported-by-staff' OR c.confirmed_at IS NOT NULL));
