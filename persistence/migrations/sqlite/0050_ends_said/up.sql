-- On which day a buddy gave a tie of hers its last day: where she coordinates, it counts until then at least. Of before it is today.
ALTER TABLE ties ADD COLUMN ended_on TEXT;
UPDATE ties SET ended_on = CURRENT_DATE WHERE version > 1;

-- Which coordinators declared a tie with a school whose partnership changed.
CREATE INDEX coordinator_ties_by_about ON coordinator_ties (about);

-- What is left of a buddy whose file is erased, and of a person whose account is: a row without a name, while something names it.
CREATE INDEX buddies_without_a_file ON buddies (id) WHERE status = 'left' AND left_at IS NULL;
CREATE INDEX people_without_a_name ON people (id) WHERE name = '';
CREATE INDEX assessments_by_buddy ON assessments (programme_id, buddy_id);
CREATE INDEX certificates_by_who_saw ON certificates (seen_by);
CREATE INDEX conversations_by_opener ON conversations (opened_by);
CREATE INDEX conversations_by_holder ON conversations (handed_to) WHERE handed_to IS NOT NULL;
