ALTER TABLE webhook_subscriptions DROP COLUMN kept_by;
