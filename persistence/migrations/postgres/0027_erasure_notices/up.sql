-- What a recipient is told when a case is erased, and what it had not answered of what was taken back before. It outlives the case: of
-- that it holds the id by which the recipient knows it, and nothing that the parent told.
CREATE TABLE erasure_notices (
    programme_id uuid NOT NULL,
    id uuid NOT NULL,
    -- the id that the request had
    reference uuid NOT NULL,
    recipient_kind text COLLATE "C" NOT NULL CHECK (recipient_kind IN ('programme', 'buddy')),
    -- the id of the programme or the buddy
    recipient text COLLATE "C" NOT NULL,
    -- the kinds of consent by which it could read something, as bits
    kinds bigint NOT NULL,
    state text COLLATE "C" NOT NULL CHECK (state IN ('pending', 'confirmed')),
    -- who coordinated the programme then, and whether a tie kept her from the case: afterwards nobody can tell
    coordinators jsonb NOT NULL,
    told_at timestamptz NOT NULL,
    confirmed_at timestamptz,
    -- what its term counts from
    erased_at timestamptz NOT NULL,
    PRIMARY KEY (programme_id, id),
    CHECK ((state = 'confirmed') = (confirmed_at IS NOT NULL))
);
CREATE INDEX erasure_notices_by_id ON erasure_notices (id);
CREATE INDEX erasure_notices_by_recipient ON erasure_notices (recipient_kind, recipient, told_at, id);
CREATE INDEX erasure_notices_by_age ON erasure_notices (erased_at);
