-- a secret that is sealed cannot be opened here: whoever goes back gives each subscription a new one
DELETE FROM webhook_secrets;
ALTER TABLE webhook_secrets DROP COLUMN secret;
ALTER TABLE webhook_secrets ADD COLUMN secret BLOB NOT NULL DEFAULT x'';
DROP TABLE columns_to_seal;
