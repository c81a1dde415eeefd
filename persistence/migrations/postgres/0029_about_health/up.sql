-- Whoever writes in a private space says whether it is about the child's health: that rests on a consent of its own and goes with it.
-- Of what was written before nobody was asked.
ALTER TABLE private_entries ADD COLUMN about_health boolean NOT NULL DEFAULT FALSE;
