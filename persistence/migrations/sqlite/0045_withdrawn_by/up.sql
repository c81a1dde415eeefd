-- Who withdrew a request: the parent, or the coordinator who heard that she stops. Of what was withdrawn before this migration it is not known.
ALTER TABLE support_requests ADD COLUMN withdrawn_by TEXT CHECK (withdrawn_by IN ('parent', 'coordinator'));
