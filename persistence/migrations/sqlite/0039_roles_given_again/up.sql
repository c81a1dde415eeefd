-- A role is given once at a time: one that is over, or is still to come, keeps nobody from another on other days. Which periods overlap is asked
-- where a role is given; what begins on the same day does so whatever its end.
DROP INDEX memberships_given_once_in_a_programme;
DROP INDEX memberships_given_once;
CREATE UNIQUE INDEX memberships_given_once ON memberships (organisation_id, person_id, role, since)
    WHERE status <> 'ended' AND programme_id IS NULL;
CREATE UNIQUE INDEX memberships_given_once_in_a_programme ON memberships (organisation_id, person_id, role, programme_id, since)
    WHERE status <> 'ended';
