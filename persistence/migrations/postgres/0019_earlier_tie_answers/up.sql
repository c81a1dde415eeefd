-- What a parent answered on a tie before she answered otherwise: an answer that is given again takes the place of the one
-- before in `tie_answers`, and the one before stands here.
CREATE TABLE earlier_tie_answers (
    programme_id uuid NOT NULL,
    proposal_id uuid NOT NULL,
    finding text NOT NULL,
    answer text NOT NULL CHECK (answer IN ('accepted', 'refused')),
    text_version text NOT NULL,
    answered_at timestamptz NOT NULL,
    PRIMARY KEY (programme_id, proposal_id, finding, answered_at),
    FOREIGN KEY (programme_id, proposal_id) REFERENCES proposals (programme_id, id)
);
