DROP TABLE coordinator_ties;
ALTER TABLE matches DROP COLUMN paused_before;
