ALTER TABLE sign_in_codes DROP COLUMN sent;
