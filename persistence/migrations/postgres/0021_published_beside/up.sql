-- What else DUO publishes of a school, by the names of its columns: only to tell how a later file differs.
ALTER TABLE schools ADD COLUMN beside jsonb;
