-- When the parent was last told that a consent of hers ends by itself.
ALTER TABLE support_requests ADD COLUMN consent_end_told_at TEXT;
