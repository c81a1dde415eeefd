-- The key itself stays: a program of before leaves it alone, and finds by the key that it was made from.
DELETE FROM columns_to_seal WHERE table_name = 'data_keys';
