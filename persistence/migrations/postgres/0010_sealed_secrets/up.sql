-- The secrets of webhooks are sealed like everything else that opens a door. A migration has no keys, so it leaves a mark: the
-- program seals a column that is named here when it starts, and takes the mark away in the same transaction.
CREATE TABLE columns_to_seal (
    table_name text NOT NULL,
    column_name text NOT NULL,
    PRIMARY KEY (table_name, column_name)
);

-- what is sealed is text
ALTER TABLE webhook_secrets ADD COLUMN sealed text NOT NULL DEFAULT '';
UPDATE webhook_secrets SET sealed = encode(secret, 'hex');
ALTER TABLE webhook_secrets DROP COLUMN secret;
ALTER TABLE webhook_secrets RENAME COLUMN sealed TO secret;
INSERT INTO columns_to_seal (table_name, column_name) VALUES ('webhook_secrets', 'secret');
