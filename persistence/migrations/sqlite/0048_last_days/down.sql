ALTER TABLE support_requests DROP COLUMN last_day_told_at;
ALTER TABLE support_requests DROP COLUMN continued_by;
ALTER TABLE support_requests DROP COLUMN continued_at;
