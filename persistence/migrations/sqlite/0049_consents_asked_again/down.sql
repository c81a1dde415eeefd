ALTER TABLE support_requests DROP COLUMN consent_end_told_at;
