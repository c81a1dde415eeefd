DROP TABLE parent_sides;
DROP INDEX conversations_by_invitation;
ALTER TABLE conversations DROP COLUMN invitation_hash;
