-- A code beyond the limit of letters is kept too, and never sent: the work is the same, and time does not tell.
ALTER TABLE sign_in_codes ADD COLUMN sent INTEGER NOT NULL DEFAULT TRUE;
