-- On which day a coordinator last said that she declared every tie of her own (rule 38). Who has no row was last asked when her role began.
CREATE TABLE coordinator_tie_declarations (
    programme_id uuid NOT NULL REFERENCES programmes (id),
    person_id uuid NOT NULL REFERENCES people (id),
    declared_on date NOT NULL,
    PRIMARY KEY (programme_id, person_id)
);
