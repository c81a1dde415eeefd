DROP INDEX memberships_given_once_in_a_programme;
DROP INDEX memberships_given_once;
DROP TRIGGER journal_counts_from_one ON journal;
DROP TABLE coordinator_ties;
ALTER TABLE matches DROP COLUMN paused_before;
