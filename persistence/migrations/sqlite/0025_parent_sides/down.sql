DROP INDEX kept_answers_by_person;
DROP INDEX kept_answers_by_request;
ALTER TABLE kept_answers DROP COLUMN person_id;
ALTER TABLE kept_answers DROP COLUMN request_id;
DROP TABLE parent_sides;
DROP INDEX conversations_by_invitation;
ALTER TABLE conversations DROP COLUMN invitation_hash;
