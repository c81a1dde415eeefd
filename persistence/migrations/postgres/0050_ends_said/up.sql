-- On which day a buddy gave a tie of hers its last day: where she coordinates, it counts until then at least. Of before it is today.
ALTER TABLE ties ADD COLUMN ended_on date;
UPDATE ties SET ended_on = CURRENT_DATE WHERE version > 1;

-- Which coordinators declared a tie with a school whose partnership changed.
CREATE INDEX coordinator_ties_by_about ON coordinator_ties (about);
