-- Whether a backup was restored without the tombstones of the installation that it is of: what was erased or taken back since may be here
-- again. Of what was restored before nobody can say.
ALTER TABLE restorations ADD COLUMN tombstones_missing boolean NOT NULL DEFAULT FALSE;
