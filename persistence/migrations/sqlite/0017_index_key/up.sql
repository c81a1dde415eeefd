-- The key by which values are found without being readable becomes a data key of its own, and no longer comes from the oldest
-- master key. A migration has no keys, so it leaves a mark for the program, where values are found by the key of before.
INSERT INTO columns_to_seal (table_name, column_name)
SELECT 'data_keys', 'index key' WHERE EXISTS (SELECT 1 FROM master_keys)
    OR EXISTS (SELECT 1 FROM sign_in_addresses) OR EXISTS (SELECT 1 FROM external_subjects);
