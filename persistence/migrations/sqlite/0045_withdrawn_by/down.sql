ALTER TABLE support_requests DROP COLUMN withdrawn_by;
