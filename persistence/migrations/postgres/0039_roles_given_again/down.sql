-- Fails while somebody was given a role for two periods.
DROP INDEX memberships_given_once_in_a_programme;
DROP INDEX memberships_given_once;
CREATE UNIQUE INDEX memberships_given_once ON memberships (organisation_id, person_id, role)
    WHERE status <> 'ended' AND programme_id IS NULL;
CREATE UNIQUE INDEX memberships_given_once_in_a_programme ON memberships (organisation_id, person_id, role, programme_id)
    WHERE status <> 'ended';
