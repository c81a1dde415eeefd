-- The main job: directory, organisations, programmes, conversations, requests, buddies, matches, journal.
-- Every table of a programme has programme_id first in its key, so that the schema can be distributed by it.

-- directory ---------------------------------------------------------------------------------------------------
CREATE TABLE boards (
    number text COLLATE "C" PRIMARY KEY,
    name text
);

CREATE TABLE partnerships (
    code text COLLATE "C" PRIMARY KEY,
    name text
);

CREATE TABLE schools (
    location_code text COLLATE "C" PRIMARY KEY,
    institution_code text NOT NULL,
    board_number text COLLATE "C" NOT NULL REFERENCES boards (number),
    name text NOT NULL,
    street text NOT NULL,
    house_number text NOT NULL,
    postcode text COLLATE "C" NOT NULL,
    place text NOT NULL,
    place_key text COLLATE "C" NOT NULL,
    municipality_code text NOT NULL,
    municipality_name text NOT NULL,
    province text NOT NULL,
    denomination text NOT NULL,
    phone text,
    website text,
    -- the day on which the school was no longer in the published file
    gone_since date,
    version integer NOT NULL DEFAULT 1
);
CREATE INDEX schools_by_board ON schools (board_number, location_code);
CREATE INDEX schools_by_place ON schools (place_key, location_code);
CREATE INDEX schools_by_postcode ON schools (postcode, location_code);

-- the words of names, for search by the beginning of a word
CREATE TABLE school_words (
    word text COLLATE "C" NOT NULL,
    location_code text COLLATE "C" NOT NULL REFERENCES schools (location_code),
    PRIMARY KEY (word, location_code)
);
CREATE INDEX school_words_by_school ON school_words (location_code);

CREATE TABLE school_partnerships (
    location_code text COLLATE "C" NOT NULL REFERENCES schools (location_code),
    partnership_code text COLLATE "C" NOT NULL REFERENCES partnerships (code),
    source text NOT NULL,
    since date NOT NULL,
    until date,
    PRIMARY KEY (location_code, partnership_code, since),
    CHECK (until IS NULL OR until >= since)
);
CREATE INDEX school_partnerships_by_partnership ON school_partnerships (partnership_code, location_code);

CREATE TABLE postcode_areas (
    area text COLLATE "C" PRIMARY KEY,
    municipality_name text NOT NULL,
    primary_partnership text,
    secondary_partnership text
);

CREATE TABLE pupil_counts (
    location_code text COLLATE "C" PRIMARY KEY,
    kind text NOT NULL,
    -- year to number of pupils; -1 stands for the published "<5"
    counts jsonb NOT NULL
);

CREATE TABLE directory_imports (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('schools', 'partnerships', 'pupils')),
    file_name text NOT NULL,
    file_hash text NOT NULL,
    status text NOT NULL CHECK (status IN ('applied', 'unchanged', 'held')),
    row_count integer NOT NULL,
    added integer NOT NULL,
    changed integer NOT NULL,
    removed integer NOT NULL,
    unchanged integer NOT NULL,
    links_opened integer NOT NULL,
    links_closed integer NOT NULL,
    differences jsonb NOT NULL,
    imported_at timestamptz NOT NULL
);
CREATE INDEX directory_imports_by_time ON directory_imports (imported_at, id);

-- organisations -----------------------------------------------------------------------------------------------
CREATE TABLE organisations (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('school', 'board', 'partnership', 'support-point', 'parent-association', 'provider')),
    name text NOT NULL,
    location_code text COLLATE "C" REFERENCES schools (location_code),
    board_number text COLLATE "C" REFERENCES boards (number),
    partnership_code text COLLATE "C" REFERENCES partnerships (code),
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL
);
CREATE INDEX organisations_by_time ON organisations (created_at, id);
CREATE INDEX organisations_by_school ON organisations (location_code);

CREATE TABLE people (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE programmes (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    name text NOT NULL,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL
);
CREATE INDEX programmes_by_time ON programmes (created_at, id);

CREATE TABLE memberships (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES people (id),
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    programme_id uuid REFERENCES programmes (id),
    role text NOT NULL,
    status text NOT NULL CHECK (status IN ('invited', 'active', 'suspended', 'ended')),
    since date NOT NULL,
    until date,
    version integer NOT NULL DEFAULT 1,
    CHECK (until IS NULL OR until >= since)
);
CREATE INDEX memberships_by_person ON memberships (person_id);
CREATE INDEX memberships_by_organisation ON memberships (organisation_id, id);

-- programmes --------------------------------------------------------------------------------------------------
CREATE TABLE programme_forms (
    programme_id uuid NOT NULL REFERENCES programmes (id),
    since date NOT NULL,
    form text NOT NULL CHECK (form IN ('independent', 'school', 'support-point')),
    funders bigint NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (programme_id, since)
);

CREATE TABLE programme_schools (
    programme_id uuid NOT NULL REFERENCES programmes (id),
    location_code text COLLATE "C" NOT NULL REFERENCES schools (location_code),
    since date NOT NULL,
    until date,
    PRIMARY KEY (programme_id, location_code),
    CHECK (until IS NULL OR until >= since)
);
CREATE INDEX programme_schools_by_school ON programme_schools (location_code, programme_id);

-- conversations -----------------------------------------------------------------------------------------------
-- No name and no contact way of a parent has a column here: the school side cannot hold one.
CREATE TABLE conversations (
    id uuid PRIMARY KEY,
    location_code text COLLATE "C" NOT NULL REFERENCES schools (location_code),
    opened_by uuid NOT NULL REFERENCES people (id),
    parent_reference uuid NOT NULL,
    ground text NOT NULL,
    state text NOT NULL,
    -- what the school sees has a version of its own, which the parent's steps do not touch
    school_version integer NOT NULL DEFAULT 1,
    version integer NOT NULL DEFAULT 1,
    code_hash bytea UNIQUE,
    opened_at timestamptz NOT NULL,
    handed_over_on date
);
CREATE INDEX conversations_by_school ON conversations (location_code, opened_at, id);
CREATE INDEX conversations_by_reference ON conversations (location_code, parent_reference, opened_at);

CREATE TABLE conversation_steps (
    conversation_id uuid NOT NULL REFERENCES conversations (id),
    ordinal integer NOT NULL,
    step text NOT NULL,
    side text NOT NULL CHECK (side IN ('school', 'parent')),
    wording_version text,
    language text,
    programmes_shown jsonb,
    at timestamptz NOT NULL,
    PRIMARY KEY (conversation_id, ordinal)
);

-- requests ----------------------------------------------------------------------------------------------------
CREATE TABLE support_requests (
    programme_id uuid NOT NULL REFERENCES programmes (id),
    id uuid NOT NULL,
    parent_id uuid NOT NULL REFERENCES people (id),
    origin text NOT NULL CHECK (origin IN ('self', 'referral')),
    duration text NOT NULL CHECK (duration IN ('one-off', 'long-term')),
    channels bigint NOT NULL,
    topics bigint NOT NULL,
    language text NOT NULL,
    location_code text COLLATE "C" REFERENCES schools (location_code),
    municipality_code text,
    state text NOT NULL CHECK (state IN ('submitted', 'consented', 'matched', 'closed', 'withdrawn')),
    ended_because text,
    contact_name text,
    contact_kind text,
    contact_value text,
    -- by it a parent who was referred may also stop; not the fingerprint that the conversation keeps
    code_hash bytea,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (programme_id, id)
);
CREATE INDEX support_requests_by_id ON support_requests (id);
CREATE INDEX support_requests_by_code ON support_requests (code_hash) WHERE code_hash IS NOT NULL;
CREATE INDEX support_requests_by_parent ON support_requests (parent_id, created_at, id);
CREATE INDEX support_requests_by_time ON support_requests (programme_id, created_at, id);
CREATE INDEX support_requests_by_state ON support_requests (programme_id, state, created_at, id);

CREATE TABLE consents (
    programme_id uuid NOT NULL,
    id uuid NOT NULL,
    request_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('referral', 'request', 'child-health-data')),
    text_version text NOT NULL,
    language text NOT NULL,
    text_hash text NOT NULL,
    given_at timestamptz NOT NULL,
    withdrawn_at timestamptz,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, request_id) REFERENCES support_requests (programme_id, id)
);
CREATE INDEX consents_by_request ON consents (programme_id, request_id);
CREATE UNIQUE INDEX consents_in_force ON consents (programme_id, request_id, kind) WHERE withdrawn_at IS NULL;

-- buddies -----------------------------------------------------------------------------------------------------
CREATE TABLE buddies (
    programme_id uuid NOT NULL REFERENCES programmes (id),
    id uuid NOT NULL,
    person_id uuid NOT NULL REFERENCES people (id),
    first_name text NOT NULL,
    languages bigint NOT NULL,
    specialisms bigint NOT NULL,
    channels bigint NOT NULL,
    municipalities jsonb NOT NULL,
    capacity integer NOT NULL CHECK (capacity >= 0),
    -- running matches; changed only together with a match, under the row's lock
    matches integer NOT NULL DEFAULT 0 CHECK (matches >= 0),
    status text NOT NULL CHECK (status IN ('applicant', 'active', 'paused', 'left')),
    ties_asked_on date,
    -- the last day on which every certificate that readiness asks for is valid; computed from the certificates
    ready_until date,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (programme_id, id)
);
CREATE INDEX buddies_by_id ON buddies (id);
CREATE INDEX buddies_by_person ON buddies (person_id);
CREATE INDEX buddies_by_time ON buddies (programme_id, created_at, id);
CREATE UNIQUE INDEX buddies_once_in_a_programme ON buddies (programme_id, person_id) WHERE status <> 'left';
CREATE INDEX buddies_available ON buddies (programme_id, ready_until) WHERE status = 'active' AND matches < capacity;

CREATE TABLE ties (
    programme_id uuid NOT NULL,
    id uuid NOT NULL,
    buddy_id uuid NOT NULL,
    kind text NOT NULL,
    about jsonb NOT NULL,
    aggravated boolean NOT NULL,
    since date,
    until date,
    declared_at timestamptz NOT NULL,
    version integer NOT NULL DEFAULT 1,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, buddy_id) REFERENCES buddies (programme_id, id)
);
CREATE INDEX ties_by_buddy ON ties (programme_id, buddy_id);

-- A VOG is kept as date, profile and expiry; the document itself has no place here.
CREATE TABLE certificates (
    programme_id uuid NOT NULL,
    id uuid NOT NULL,
    buddy_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('vog', 'training', 'agreement', 'code-of-conduct')),
    profile text,
    issued_on date NOT NULL,
    expires_on date,
    seen_by uuid NOT NULL REFERENCES people (id),
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, buddy_id) REFERENCES buddies (programme_id, id),
    CHECK (expires_on IS NULL OR expires_on >= issued_on)
);
CREATE INDEX certificates_by_buddy ON certificates (programme_id, buddy_id);

-- independence, matching, support -----------------------------------------------------------------------------
CREATE TABLE assessments (
    programme_id uuid NOT NULL,
    id uuid NOT NULL,
    request_id uuid NOT NULL,
    buddy_id uuid NOT NULL,
    table_version text NOT NULL,
    form text NOT NULL,
    verdict text NOT NULL CHECK (verdict IN ('none', 'disclose', 'block')),
    findings jsonb NOT NULL,
    assessed_on date NOT NULL,
    assessed_at timestamptz NOT NULL,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, request_id) REFERENCES support_requests (programme_id, id),
    FOREIGN KEY (programme_id, buddy_id) REFERENCES buddies (programme_id, id)
);
CREATE INDEX assessments_by_request ON assessments (programme_id, request_id);

CREATE TABLE decisions (
    programme_id uuid NOT NULL,
    id uuid NOT NULL,
    request_id uuid NOT NULL,
    proposed_buddy uuid NOT NULL,
    rules_version text NOT NULL,
    facts jsonb NOT NULL,
    decided_by uuid NOT NULL,
    decided_at timestamptz NOT NULL,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, request_id) REFERENCES support_requests (programme_id, id)
);
CREATE INDEX decisions_by_request ON decisions (programme_id, request_id, decided_at, id);

CREATE TABLE proposals (
    programme_id uuid NOT NULL,
    id uuid NOT NULL,
    request_id uuid NOT NULL,
    buddy_id uuid NOT NULL,
    assessment_id uuid NOT NULL,
    decision_id uuid NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'accepted', 'refused', 'cancelled')),
    parent_answer text CHECK (parent_answer IN ('accepted', 'refused')),
    buddy_answer text CHECK (buddy_answer IN ('accepted', 'refused')),
    proposed_by uuid NOT NULL,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, request_id) REFERENCES support_requests (programme_id, id),
    FOREIGN KEY (programme_id, buddy_id) REFERENCES buddies (programme_id, id),
    FOREIGN KEY (programme_id, assessment_id) REFERENCES assessments (programme_id, id),
    FOREIGN KEY (programme_id, decision_id) REFERENCES decisions (programme_id, id)
);
CREATE INDEX proposals_by_id ON proposals (id);
CREATE INDEX proposals_by_request ON proposals (programme_id, request_id, created_at, id);
CREATE INDEX proposals_by_buddy ON proposals (programme_id, buddy_id, created_at, id);
CREATE UNIQUE INDEX proposals_open_once ON proposals (programme_id, request_id, buddy_id) WHERE state = 'open';

CREATE TABLE tie_answers (
    programme_id uuid NOT NULL,
    proposal_id uuid NOT NULL,
    finding text NOT NULL,
    answer text NOT NULL CHECK (answer IN ('accepted', 'refused')),
    text_version text NOT NULL,
    answered_at timestamptz NOT NULL,
    PRIMARY KEY (programme_id, proposal_id, finding),
    FOREIGN KEY (programme_id, proposal_id) REFERENCES proposals (programme_id, id)
);

CREATE TABLE matches (
    programme_id uuid NOT NULL,
    id uuid NOT NULL,
    request_id uuid NOT NULL,
    buddy_id uuid NOT NULL,
    proposal_id uuid NOT NULL,
    state text NOT NULL CHECK (state IN ('active', 'paused', 'closed')),
    paused_because text,
    closed_because text,
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    version integer NOT NULL DEFAULT 1,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, request_id) REFERENCES support_requests (programme_id, id),
    FOREIGN KEY (programme_id, buddy_id) REFERENCES buddies (programme_id, id),
    FOREIGN KEY (programme_id, proposal_id) REFERENCES proposals (programme_id, id)
);
CREATE INDEX matches_by_id ON matches (id);
CREATE INDEX matches_by_request ON matches (request_id);
CREATE INDEX matches_by_buddy ON matches (buddy_id);
CREATE INDEX matches_by_time ON matches (programme_id, started_at, id);
CREATE INDEX matches_running_by_buddy ON matches (programme_id, buddy_id) WHERE state <> 'closed';
-- one running match for a request, whatever happens at the same moment
CREATE UNIQUE INDEX matches_one_for_a_request ON matches (programme_id, request_id) WHERE state <> 'closed';

-- When, how long and what kind; never what was said.
CREATE TABLE contacts (
    programme_id uuid NOT NULL,
    id uuid NOT NULL,
    match_id uuid NOT NULL,
    contact_date date NOT NULL,
    channel text NOT NULL,
    minutes integer NOT NULL CHECK (minutes BETWEEN 1 AND 600),
    task text NOT NULL,
    recorded_by uuid NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, match_id) REFERENCES matches (programme_id, id)
);
CREATE INDEX contacts_by_match ON contacts (programme_id, match_id, recorded_at, id);

-- journal -----------------------------------------------------------------------------------------------------
CREATE TABLE journal_heads (
    chain uuid PRIMARY KEY,
    seq bigint NOT NULL,
    hash bytea NOT NULL
);

CREATE TABLE journal (
    chain uuid NOT NULL,
    seq bigint NOT NULL,
    at timestamptz NOT NULL,
    actor uuid,
    role text NOT NULL,
    purpose text NOT NULL,
    action text NOT NULL,
    object_kind text NOT NULL,
    object_id text NOT NULL,
    state_before text,
    state_after text,
    hash bytea NOT NULL,
    PRIMARY KEY (chain, seq)
);
CREATE FUNCTION journal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the journal is append-only';
END $$;
CREATE TRIGGER journal_no_update BEFORE UPDATE OR DELETE ON journal
    FOR EACH ROW EXECUTE FUNCTION journal_is_append_only();
CREATE TRIGGER journal_no_truncate BEFORE TRUNCATE ON journal
    FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only();
