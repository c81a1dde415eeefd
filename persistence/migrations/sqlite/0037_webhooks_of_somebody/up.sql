-- Whoever made or enabled a subscription last: when she may not any more, it is disabled before anything else is sent. Of one from before,
-- nobody knows, and it goes on. It names nobody who is gone: no key to people, and it is emptied when the subscription is disabled for that.
ALTER TABLE webhook_subscriptions ADD COLUMN kept_by TEXT;
